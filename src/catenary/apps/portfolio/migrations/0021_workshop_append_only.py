"""The database itself keeps the workshop's rows: none is altered or removed."""

from django.db import migrations

TABLES = ("blueprintproposal", "blueprintanswer", "blueprintconfirmation")

SQLITE = """
    CREATE TRIGGER portfolio_{table}_{act} BEFORE {act} ON portfolio_{table}
    BEGIN SELECT RAISE(ABORT, 'what was said in a workshop stays'); END
"""

POSTGRESQL = """
    CREATE TRIGGER portfolio_{table}_{act} BEFORE {act} ON portfolio_{table}
    FOR EACH ROW EXECUTE FUNCTION history_refuse()
"""


def guard(apps, schema_editor):
    statement = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for table in TABLES:
        for act in ("UPDATE", "DELETE"):
            schema_editor.execute(statement.format(table=table, act=act))


def unguard(apps, schema_editor):
    on_table = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        for act in ("UPDATE", "DELETE"):
            where = f" ON portfolio_{table}" if on_table else ""
            schema_editor.execute(f"DROP TRIGGER portfolio_{table}_{act}{where}")


class Migration(migrations.Migration):
    dependencies = [
        ("portfolio", "0020_blueprint_workshop"),
        ("history", "0002_append_only"),
    ]

    operations = [migrations.RunPython(guard, unguard)]
