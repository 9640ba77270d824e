"""Drafts are kept as documents too, so that programs read and write them."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("portfolio", "0040_workshop_promises"),
    ]

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.AddField(
            model_name="draft",
            name="document",
            # With a default of the database too: the version before goes on writing meanwhile.
            field=models.TextField(blank=True, default="", db_default=""),
        ),
        migrations.AlterField(
            model_name="draft", name="state", field=models.TextField(blank=True)
        ),
    ]
