"""The database itself keeps what happened at the doors: no row is edited, and none that is
younger than thirty days is removed, whatever the installation's settings say."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER access_event_final BEFORE UPDATE ON access_accessevent
    BEGIN SELECT RAISE(ABORT, 'what happened is never edited'); END
    """,
    """
    CREATE TRIGGER access_event_stays BEFORE DELETE ON access_accessevent
    WHEN OLD.at > datetime('now', '-30 days')
    BEGIN SELECT RAISE(ABORT, 'what happened is kept for thirty days at least'); END
    """,
]

POSTGRESQL = [
    """
    CREATE FUNCTION access_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'what happened at the doors is kept as it is'; END $$
    """,
    """
    CREATE TRIGGER access_event_final BEFORE UPDATE ON access_accessevent
    FOR EACH ROW EXECUTE FUNCTION access_refuse()
    """,
    """
    CREATE TRIGGER access_event_stays BEFORE DELETE ON access_accessevent
    FOR EACH ROW WHEN (OLD.at > now() - interval '30 days')
    EXECUTE FUNCTION access_refuse()
    """,
]


def guard(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("access", "0010_tokens_and_events")]

    operations = [migrations.RunPython(guard, migrations.RunPython.noop, elidable=False)]
