"""No index of all that a source ever said: nobody asks for that, every word paid for it, and
PostgreSQL took it for a way to the sources of one service, past the words of all others."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models


def drop(apps: Any, schema_editor: Any) -> None:
    """Only the index goes: SQLite would make the table anew, without its triggers."""
    model = apps.get_model("monitoring", "Observation")
    for index in schema_editor._constraint_names(
        model, ["source_id"], index=True, unique=False, primary_key=False
    ):
        schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(index)}")


class Migration(migrations.Migration):
    """An index goes; the column stays as it is."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("monitoring", "0100_belated")
    ]

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField(
                    "observation",
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="monitoring.source",
                    ),
                ),
            ],
        )
    ]
