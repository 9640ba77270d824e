"""The search index: FTS5 on SQLite, two tsvectors under one GIN index on PostgreSQL.

Both hold words that are already folded (domain.text.words), so neither engine's own idea of
language or accents changes an answer. ``scope`` holds who may find the service: the filter is
part of the search, not something done to its results.
"""

from django.db import migrations

SQLITE = [
    "CREATE VIRTUAL TABLE portfolio_search USING fts5("
    "body, scope, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3')"
]

POSTGRESQL = [
    """
    CREATE TABLE portfolio_search (
        service_id bigint PRIMARY KEY
            REFERENCES portfolio_service (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        body tsvector NOT NULL,
        scope tsvector NOT NULL
    )
    """,
    "CREATE INDEX portfolio_search_words ON portfolio_search USING gin (body, scope)"
    " WITH (fastupdate = off)",
]


def create(apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if on_postgresql else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE portfolio_search")


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
