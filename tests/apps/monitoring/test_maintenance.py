"""Maintenance is planned, said of its services when it is due, and never hides a fault."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from catenary.apps.monitoring.models import Maintenance, MaintenanceVersion, Observation
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.maintenance import (
    Announced,
    ChangedMeanwhile,
    NoSuchMaintenance,
    announce_maintenance,
    cancel_maintenance,
    cancel_occurrence,
    change_maintenance,
    end_occurrence,
)
from catenary.apps.monitoring.operations.schedule import say_what_is_due
from catenary.apps.monitoring.queries import maintenance
from catenary.apps.monitoring.queries.planning import NotPlanned
from catenary.domain.actors import Actor, Scope
from tests.apps.monitoring.worlds import DAWN, MINUTE, now_is, report, word, work
from tests.apps.worlds import NOBODY, OPERATOR, as_person, begin, looking_from

pytestmark = pytest.mark.django_db

DATABASE, PATIENTS = "bluewater-ops/database", "bluewater-apps/patients"
HOUR = timedelta(hours=1)
#: The window begins an hour after dawn.
BEGINS, ENDS = DAWN + HOUR, DAWN + 3 * HOUR


def plan(**more: Any) -> dict[str, Any]:
    """A plan as a program sends it: of the database, for two hours."""
    return {
        "title": "New disks",
        "services": [DATABASE],
        "zone": "UTC",
        "start": wall(BEGINS),
        "duration": "2 h",
        **more,
    }


def wall(at: datetime) -> str:
    """A moment on the wall in UTC."""
    return at.replace(tzinfo=None).isoformat(timespec="minutes")


def announce(*, actor: Actor = OPERATOR, now: datetime = DAWN, **more: Any) -> str:
    """Announce maintenance; its key."""
    return announce_maintenance(actor=actor, at=now, plain=plan(**more)).key


def pass_on(now: datetime, engine: Engine | None = None) -> int:
    """What the worker does at a moment; how many words the schedule said."""
    words = say_what_is_due(now)
    work(engine, now)
    return words


def test_in_its_time_the_service_is_in_maintenance_and_so_is_who_stands_on_it() -> None:
    begin()
    announce()
    report(word("ironport/grid", "operational"), word(PATIENTS, "operational"))

    seen = {}
    for at in (BEGINS - MINUTE, BEGINS, ENDS - MINUTE, ENDS):
        pass_on(at)
        seen[at] = now_is(DATABASE), now_is(PATIENTS)

    assert seen[BEGINS] == seen[ENDS - MINUTE] == ("maintenance", "maintenance")
    assert "maintenance" not in {*seen[BEGINS - MINUTE], *seen[ENDS]}
    (down, cleared) = Observation.objects.filter(source__kind="schedule").order_by("at")
    assert (down.at, down.text, cleared.at) == (BEGINS, "New disks", ENDS)


def test_a_fault_beside_it_is_not_hidden() -> None:
    begin()
    announce(condition="degraded")
    report(word("ironport/grid", "operational"), word(PATIENTS, "operational"))
    pass_on(BEGINS)

    report(word(DATABASE, "down", BEGINS, source="probe"), now=BEGINS)
    work(now=BEGINS)

    assert now_is(DATABASE) == "down"


def test_looking_twice_says_nothing_twice_and_a_worker_that_was_off_catches_up() -> None:
    begin()
    report(word("ironport/grid", "operational"))
    announce()

    assert pass_on(BEGINS) == 1
    assert pass_on(BEGINS) == pass_on(BEGINS + MINUTE) == 0
    assert pass_on(ENDS + 50 * HOUR) == 1
    assert now_is(DATABASE, BEGINS + HOUR) == "maintenance"
    assert Maintenance.objects.get().due_at is None
    announce(start=wall(BEGINS + 99 * HOUR), repeats="FREQ=DAILY;COUNT=3")
    assert pass_on(BEGINS + 999 * HOUR) == 6


def test_a_worker_that_dies_in_between_loses_and_doubles_nothing() -> None:
    begin()
    announce()

    with pytest.raises(RuntimeError), transaction.atomic():
        say_what_is_due(BEGINS)
        raise RuntimeError

    assert not Observation.objects.exists()
    assert pass_on(BEGINS) == 1


def test_ended_early_extended_and_cancelled_ones_are_corrected_by_a_later_word() -> None:
    begin()
    report(word("ironport/grid", "operational"))
    early, long, none = announce(), announce(services=[PATIENTS]), announce()
    pass_on(BEGINS)

    at = BEGINS + HOUR
    end_occurrence(actor=OPERATOR, at=at, key=early, note="done")
    end_occurrence(actor=OPERATOR, at=at, key=long, end=ENDS + HOUR)
    cancel_maintenance(actor=OPERATOR, at=at, key=none)
    pass_on(at)
    assert (now_is(DATABASE), now_is(PATIENTS)) == ("operational", "maintenance")
    pass_on(ENDS)
    assert now_is(PATIENTS) == "maintenance"
    pass_on(ENDS + HOUR)

    assert now_is(PATIENTS) == "operational"
    assert now_is(DATABASE, BEGINS + MINUTE) == "maintenance"
    with pytest.raises(NotPlanned):
        end_occurrence(actor=OPERATOR, at=ENDS + 2 * HOUR, key=long)


def test_one_of_many_does_not_take_place() -> None:
    begin()
    key = announce(repeats="FREQ=DAILY;COUNT=3")
    second = datetime.fromisoformat(wall(BEGINS + 24 * HOUR))

    cancel_occurrence(actor=OPERATOR, at=DAWN, key=key, occurrence=second)
    pass_on(BEGINS + 99 * HOUR)

    begun = Observation.objects.filter(condition=2).order_by("at").values_list("at", flat=True)
    assert list(begun) == [BEGINS, BEGINS + 48 * HOUR]
    with pytest.raises(NotPlanned):
        cancel_occurrence(
            actor=OPERATOR, at=DAWN, key=key, occurrence=second + timedelta(minutes=1)
        )


def test_every_version_stays_and_the_database_refuses_to_alter_one() -> None:
    begin()
    key = announce()
    change: dict[str, Any] = {"actor": OPERATOR, "at": DAWN + MINUTE, "key": key}

    changed = change_maintenance(**change, plain=plan(title="Newer disks"), note="sooner")
    again = change_maintenance(**change, plain=plan(title="Newer disks"))
    cancelled = cancel_maintenance(**change, expected=2)

    assert (changed, again) == (Announced(key, 2), Announced(key, 2, is_new_version=False))
    assert cancelled.version == MaintenanceVersion.objects.count() == 3
    with pytest.raises(ChangedMeanwhile):
        change_maintenance(**change, plain=plan(), expected=2)
    for statement in ("UPDATE {} SET note = ''", "DELETE FROM {}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format("monitoring_maintenanceversion"))


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"services": ["bluewater-ops/none"]}, "services", "unknown-service"),
        ({"services": [DATABASE, "ironport/grid"]}, "services", "invalid"),
        ({"services": []}, "services", "missing"),
        ({"services": ["\0"]}, "services", "unknown-service"),
        ({"services": DATABASE}, "services", "invalid"),
        ({"title": " "}, "title", "too-long"),
        ({"title": "a\0b"}, "title", "invalid"),
        ({"zone": "Atlantis/Center"}, "zone", "invalid"),
        ({"zone": "Europe/Berlin", "start": "2026-03-29T02:30"}, "start", "invalid"),
        ({"start": "2026-03-29T02:30Z"}, "start", "invalid"),
        ({"start": "tomorrow"}, "start", "invalid"),
        ({"start": "2001-01-01T00:00"}, "start", "in-the-past"),
        ({"start": "2199-01-01T00:00"}, "start", "invalid"),
        ({"duration": "0 h"}, "duration", "invalid"),
        ({"duration": "40 d"}, "duration", "invalid"),
        ({"condition": "unknown"}, "condition", "invalid"),
        ({"repeats": "FREQ=SECONDLY"}, "repeats", "invalid"),
        ({"repeats": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "repeats", "invalid"),
        ({"changes": [{"at": "2026-01-01T00:00", "cancelled": True}]}, "changes", "invalid"),
        ({"colour": "red"}, "colour", "invalid"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(
    wrong: dict[str, Any], field: str, code: str
) -> None:
    begin()

    with pytest.raises(NotPlanned) as refused:
        announce(**wrong)

    assert [(r.field, r.code) for r in refused.value.reasons] == [(field, code)]
    assert not Maintenance.objects.exists()


@pytest.mark.parametrize(
    ("name", "code"),
    [("ada", ""), ("otto", "not-allowed"), ("vera", "not-allowed"), ("stella", "unknown-service")],
)
def test_who_may_report_of_the_services_may_plan_their_maintenance(name: str, code: str) -> None:
    begin()
    key = announce()
    actor = as_person(name)

    if not code:
        assert announce(actor=actor)
        assert cancel_maintenance(actor=actor, at=DAWN, key=key).version == 2
        return
    with pytest.raises(NotPlanned) as refused:
        announce(actor=actor)
    with pytest.raises(NoSuchMaintenance):
        cancel_maintenance(actor=actor, at=DAWN, key=key)

    assert [each.code for each in refused.value.reasons] == [code]
    assert MaintenanceVersion.objects.count() == 1


def test_nobody_plans_with_a_token_that_only_reads() -> None:
    begin()
    reading = Actor(is_operator=True, scopes=frozenset({Scope.READ}))

    for actor in (NOBODY, reading):
        with pytest.raises(NotPlanned):
            announce(actor=actor)


def test_what_is_over_is_told_a_page_at_a_time_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "_PASSED", 3)
    monkeypatch.setattr(maintenance, "_TURNS", 3)
    begin()
    keys = [announce() for _ in range(8)]
    for minutes, key in enumerate(keys[:-1]):
        cancel_maintenance(actor=OPERATOR, at=DAWN + minutes * MINUTE, key=key)
        if minutes:
            say_what_is_due(DAWN + minutes * MINUTE)
    ada = as_person("ada")

    told: list[str] = []
    after = ""
    while True:
        views, after = maintenance.maintenance_past(
            actor=ada, viewpoint=looking_from(ada, "bluewater"), at=DAWN, after=after, limit=2
        )
        assert len(views) <= 2
        told += [view.key for view in views]
        if not after:
            break

    assert sorted(told) == sorted(keys[:-1])
    nobody, none = maintenance.maintenance_past(
        actor=as_person("nora"),
        viewpoint=looking_from(as_person("nora"), "north-clinic"),
        at=DAWN,
        after="nonsense",
    )
    assert len(nobody) == 7 and not none
