"""What a migration may not do while an older version still serves the same database."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db import models
from django.db.migrations import Migration, operations

_GONE = {
    operations.RemoveField: "removes the column {name}",
    operations.RenameField: "renames the column {old_name}",
    operations.RenameModel: "renames the table {old_name}",
    operations.DeleteModel: "removes the table {name}",
    operations.AlterModelTable: "renames the table of {name}",
}
_SQL = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN)|RENAME\s+(TO|COLUMN)|SET\s+NOT\s+NULL)\b", re.IGNORECASE
)


def faults(migration: Migration) -> Iterator[str]:
    """Everything in a migration that would break a process of the version before it."""
    made = {
        operation.name_lower
        for operation in migration.operations
        if isinstance(operation, operations.CreateModel)
    }
    for operation in migration.operations:
        for kind, sentence in _GONE.items():
            if type(operation) is kind:
                yield sentence.format(**vars(operation))
        # A table made in the same migration is known to no older version.
        if isinstance(operation, operations.AddField) and operation.model_name_lower not in made:
            yield from _field_faults(operation)
        if isinstance(operation, operations.RunSQL) and _SQL.search(str(operation.sql)):
            yield "drops, renames or demands in SQL"


def _field_faults(operation: operations.AddField) -> Iterator[str]:
    field = operation.field
    if isinstance(field, models.ManyToManyField) or field.null:
        return
    named = f"{operation.model_name}.{operation.name}"
    if not field.has_db_default():
        yield f"adds {named}, which must be filled, without a default in the database"
