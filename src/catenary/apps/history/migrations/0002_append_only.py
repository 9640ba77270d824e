"""The database itself keeps history: no row is deleted, and only an open end is ever filled in."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER history_{table}_stays BEFORE DELETE ON history_{table}
    BEGIN SELECT RAISE(ABORT, 'history is never removed'); END
    """,
    """
    CREATE TRIGGER history_revision_final BEFORE UPDATE ON history_revision
    WHEN OLD.ends_at IS NOT NULL OR NEW.ends_at IS NULL
      OR NEW.id IS NOT OLD.id OR NEW.change_id IS NOT OLD.change_id OR NEW.kind IS NOT OLD.kind
      OR NEW.object_id IS NOT OLD.object_id OR NEW.reference IS NOT OLD.reference
      OR NEW.action IS NOT OLD.action OR NEW.document IS NOT OLD.document
      OR NEW.before_id IS NOT OLD.before_id OR NEW.starts_at IS NOT OLD.starts_at
    BEGIN SELECT RAISE(ABORT, 'history is never edited'); END
    """,
    """
    CREATE TRIGGER history_change_final BEFORE UPDATE ON history_change
    BEGIN SELECT RAISE(ABORT, 'history is never edited'); END
    """,
]

POSTGRESQL = [
    """
    CREATE FUNCTION history_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'history is never edited or removed'; END $$
    """,
    """
    CREATE TRIGGER history_{table}_stays BEFORE DELETE ON history_{table}
    FOR EACH ROW EXECUTE FUNCTION history_refuse()
    """,
    """
    CREATE TRIGGER history_revision_final BEFORE UPDATE ON history_revision FOR EACH ROW
    WHEN (OLD.ends_at IS NOT NULL OR NEW.ends_at IS NULL
      OR (NEW.id, NEW.change_id, NEW.kind, NEW.object_id, NEW.reference, NEW.action,
          NEW.document, NEW.before_id, NEW.starts_at)
        IS DISTINCT FROM
         (OLD.id, OLD.change_id, OLD.kind, OLD.object_id, OLD.reference, OLD.action,
          OLD.document, OLD.before_id, OLD.starts_at))
    EXECUTE FUNCTION history_refuse()
    """,
    """
    CREATE TRIGGER history_change_final BEFORE UPDATE ON history_change
    FOR EACH ROW EXECUTE FUNCTION history_refuse()
    """,
]


def guard(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        tables = ["revision", "change"] if "{table}" in statement else [""]
        for table in tables:
            schema_editor.execute(statement.replace("{table}", table))


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]

    operations = [migrations.RunPython(guard, migrations.RunPython.noop, elidable=False)]
