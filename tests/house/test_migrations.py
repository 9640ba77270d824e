"""New migrations leave an older version that still serves alone: expand first, contract later.

docs/how-to/upgrade.md says the whole rule; this is the part a machine can see.
"""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations import Migration
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tests.house.migrations import faults

#: Contractions: what no released version has used any more for a whole release, and which that
#: was. Empty is how it should stay.
CONTRACTED: dict[tuple[str, str], str] = {}


def ours() -> list[tuple[str, str]]:
    labels = {
        config.label for config in apps.get_app_configs() if config.name.startswith("catenary")
    }
    return sorted(key for key in MigrationLoader(None).disk_migrations if key[0] in labels)


def test_the_migrations_of_a_room_follow_one_another() -> None:
    # Two that follow the same one come of two people working at once: let one follow the other.
    assert MigrationLoader(None).detect_conflicts() == {}


def test_the_migrations_say_all_that_the_models_say() -> None:
    loader = MigrationLoader(None)
    said, wanted = loader.project_state(), ProjectState.from_apps(apps)

    missing = MigrationAutodetector(said, wanted).changes(graph=loader.graph)

    assert {room: [str(m.operations) for m in each] for room, each in missing.items()} == {}


@pytest.mark.parametrize(("room", "name"), ours())
def test_a_migration_does_not_break_the_version_before_it(room: str, name: str) -> None:
    module = importlib.import_module(f"catenary.apps.{room}.migrations.{name}")

    found = list(faults(module.Migration(name, room)))

    assert found == [] or (room, name) in CONTRACTED


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (migrations.RemoveField("service", "name"), "removes the column"),
        (migrations.RenameField("service", "name", "title"), "renames the column"),
        (migrations.DeleteModel("Service"), "removes the table"),
        (migrations.RenameModel("Service", "Thing"), "renames the table"),
        (migrations.AddField("service", "size", models.IntegerField()), "must be filled"),
        (migrations.AddField("service", "size", models.IntegerField(default=1)), "must be filled"),
        (migrations.RunSQL("ALTER TABLE x DROP COLUMN y"), "drops"),
        (migrations.RunSQL("ALTER TABLE x ALTER y SET NOT NULL"), "drops"),
    ],
)
def test_what_breaks_an_older_version_is_found(operation: object, words: str) -> None:
    class Bad(Migration):
        operations = [operation]  # type: ignore[list-item]

    assert [words in fault for fault in faults(Bad("x", "y"))] == [True]


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("service", "size", models.IntegerField(null=True)),
        migrations.AddField("service", "size", models.IntegerField(db_default=1)),
        migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddIndex("service", models.Index(fields=["name"], name="x")),
    ],
)
def test_what_only_adds_is_fine(operation: object) -> None:
    class Good(Migration):
        operations = [operation]  # type: ignore[list-item]

    assert list(faults(Good("x", "y"))) == []
