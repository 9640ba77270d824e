"""What every interval and every word paid for and nobody used: an index of services alone, where
others begin with the service, and the look-up of the service for each row that the engine writes
(decision 0098)."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models


def drop(apps: Any, schema_editor: Any) -> None:
    """Only what is named goes: SQLite would make tables anew, without their triggers."""
    for name in ("EffectiveCondition", "OwnCondition", "Observation"):
        model = apps.get_model("monitoring", name)
        for index in schema_editor._constraint_names(
            model, ["service_id"], index=True, unique=False, primary_key=False
        ):
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(index)}")
    if schema_editor.connection.vendor == "postgresql":
        model = apps.get_model("monitoring", "EffectiveCondition")
        for key in schema_editor._constraint_names(model, ["service_id"], foreign_key=True):
            table = schema_editor.quote_name(model._meta.db_table)
            schema_editor.execute(
                f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(key)}"
            )


def _service(**how: bool) -> Any:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="portfolio.service",
        **how,
    )


class Migration(migrations.Migration):
    """Indexes and one constraint go; the columns stay as they are."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("monitoring", "0060_ended_own_conditions")]

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField("observation", "service", _service()),
                migrations.AlterField("owncondition", "service", _service()),
                migrations.AlterField(
                    "effectivecondition", "service", _service(db_constraint=False)
                ),
            ],
        )
    ]
