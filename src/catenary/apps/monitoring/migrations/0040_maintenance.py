"""Maintenance: what is planned, every version of it, and the services it works on."""

import django.db.models.deletion
from django.db import migrations, models

import catenary.apps.common.models

_KEY = {"auto_created": True, "primary_key": True, "serialize": False, "verbose_name": "ID"}

SQLITE = """
    CREATE TRIGGER monitoring_maintenance_{act} BEFORE {act} ON monitoring_maintenanceversion
    BEGIN SELECT RAISE(ABORT, 'what was planned stays'); END
"""

POSTGRESQL = """
    CREATE TRIGGER monitoring_maintenance_{act} BEFORE {act} ON monitoring_maintenanceversion
    FOR EACH ROW EXECUTE FUNCTION history_refuse()
"""


def guard(apps, schema_editor):
    statement = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for act in ("UPDATE", "DELETE"):
        schema_editor.execute(statement.format(act=act))


def unguard(apps, schema_editor):
    on_table = schema_editor.connection.vendor == "postgresql"
    for act in ("UPDATE", "DELETE"):
        where = " ON monitoring_maintenanceversion" if on_table else ""
        schema_editor.execute(f"DROP TRIGGER monitoring_maintenance_{act}{where}")


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0002_append_only"),
        ("history", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Maintenance",
            fields=[
                ("id", models.BigAutoField(**_KEY)),
                ("key", catenary.apps.common.models.PlainText(max_length=20, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("version", models.IntegerField(default=1)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("said_until", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(db_index=True, null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MaintenanceVersion",
            fields=[
                ("id", models.BigAutoField(**_KEY)),
                ("number", models.IntegerField()),
                ("document", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                ("recorded_at", models.DateTimeField()),
                ("account_id", models.BigIntegerField(null=True)),
                ("person_id", models.BigIntegerField(null=True)),
                (
                    "maintenance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="monitoring.maintenance",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("maintenance", "number"), name="monitoring_maintenance_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MaintenanceService",
            fields=[
                ("id", models.BigAutoField(**_KEY)),
                (
                    "maintenance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="services",
                        to="monitoring.maintenance",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portfolio.service",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("maintenance", "service"), name="monitoring_maintained_once"
                    )
                ],
            },
        ),
        migrations.RunPython(guard, unguard),
    ]
