"""A subscription may leave out what the whole house uses. Those of before do not, and an older
version that sees one which does tells of more, never of less."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column with a value of its own."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("monitoring", "0120_deliveries")]

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.AddField("subscription", "with_shared", models.BooleanField(db_default=True)),
    ]
