"""The database itself keeps observations: none is altered or removed."""

from django.db import migrations

SQLITE = """
    CREATE TRIGGER monitoring_observation_{act} BEFORE {act} ON monitoring_observation
    BEGIN SELECT RAISE(ABORT, 'what was observed stays'); END
"""

POSTGRESQL = """
    CREATE TRIGGER monitoring_observation_{act} BEFORE {act} ON monitoring_observation
    FOR EACH ROW EXECUTE FUNCTION history_refuse()
"""


def guard(apps, schema_editor):
    statement = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for act in ("UPDATE", "DELETE"):
        schema_editor.execute(statement.format(act=act))


def unguard(apps, schema_editor):
    on_table = schema_editor.connection.vendor == "postgresql"
    for act in ("UPDATE", "DELETE"):
        where = " ON monitoring_observation" if on_table else ""
        schema_editor.execute(f"DROP TRIGGER monitoring_observation_{act}{where}")


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0001_initial"),
        ("history", "0002_append_only"),
    ]

    operations = [migrations.RunPython(guard, unguard)]
