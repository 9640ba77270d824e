"""What inlets refuse again and again is one row with a number, and they count whom they told to
wait. Rows of before stay as they are, each for itself, until newer ones push them out."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns with values of their own, and nothing that an older version would miss."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("monitoring", "0110_no_index_of_voices")]

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.AddField("inletaccount", "told_to_wait", models.BigIntegerField(db_default=0)),
        migrations.AddField("inletaccount", "told_to_wait_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "refuseditem", "service", models.TextField(blank=True, db_default="")
        ),
        migrations.AddField("refuseditem", "since", models.DateTimeField(null=True)),
        migrations.AddField("refuseditem", "times", models.BigIntegerField(db_default=1)),
        migrations.AddField(
            "refuseditem", "digest", models.CharField(max_length=32, null=True)
        ),
        migrations.AddConstraint(
            "refuseditem",
            models.UniqueConstraint(
                fields=["inlet", "digest"], name="monitoring_one_refusal_of_a_kind"
            ),
        ),
    ]
