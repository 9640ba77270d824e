"""Marks for the engine are written with what they are about, in one statement, and taken away by
it: the database does not look the word and the service of each up (decision 0098).

While there are few words PostgreSQL decides to read all of them for that, and holds to it for as
long as the connection lives: a storm of alerts read a billion rows.
"""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models


def drop(apps: Any, schema_editor: Any) -> None:
    """SQLite, which always looks up by key, would make the table anew."""
    if schema_editor.connection.vendor != "postgresql":
        return
    model = apps.get_model("monitoring", "Waiting")
    table = schema_editor.quote_name(model._meta.db_table)
    for key in schema_editor._constraint_names(model, foreign_key=True):
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(key)}")


def _to(model: str, **how: bool) -> Any:
    return models.ForeignKey(
        db_constraint=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to=model,
        **how,
    )


class Migration(migrations.Migration):
    """Two constraints go; the columns stay as they are."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("monitoring", "0090_fewer_indexes")]

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField("waiting", "service", _to("portfolio.service")),
                migrations.AlterField(
                    "waiting", "observation", _to("monitoring.observation", null=True)
                ),
            ],
        )
    ]
