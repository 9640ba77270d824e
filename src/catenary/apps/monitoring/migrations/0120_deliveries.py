"""What became of the messages of subscriptions, for whoever subscribed. What was sent before says
nothing here; the next message does."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import catenary.apps.common.models


class Migration(migrations.Migration):
    """A table of its own that no older version looks at."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("monitoring", "0111_refused_again")]

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.CreateModel(
            "Delivery",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("delivered_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("trouble", catenary.apps.common.models.PlainText(blank=True, max_length=40)),
                (
                    "subscription",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="monitoring.subscription",
                    ),
                ),
            ],
        ),
    ]
