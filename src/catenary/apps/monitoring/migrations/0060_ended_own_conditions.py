"""The index of when own conditions ended holds only those that ended: SQLite took it to look for
the few services that are asked about among all that stand."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Another index in place of the one for everything."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("monitoring", "0080_told_maintenance")]

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.AddIndex(
            model_name="owncondition",
            index=models.Index(
                condition=models.Q(("ends_at__isnull", False)),
                fields=["ends_at"],
                name="monitoring_own_ended",
            ),
        ),
        migrations.RemoveIndex(model_name="owncondition", name="monitoring_own_until"),
    ]
