"""Reading what belongs to no room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from catenary.apps.common.models import CatalogueVersion


def catalogue_version() -> int:
    """The number of the last committed change to the catalogue; 0 before the first."""
    return CatalogueVersion.objects.values_list("number", flat=True).filter(pk=1).first() or 0


def in_batches(ids: Iterable[int], size: int = 900) -> Iterator[list[int]]:
    """``ids`` in lists short enough for one ``IN (…)`` on every database."""
    batch: list[int] = []
    for number in ids:
        batch.append(number)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def pending_migrations() -> int:
    """How many migrations the database still lacks for this version of the product."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
