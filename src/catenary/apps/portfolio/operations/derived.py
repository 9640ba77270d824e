"""What follows from services and their relations and is kept for speed: who may see a service
from another top organization, and the search index. Always rebuilt from the rows themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import connection

from catenary.apps.common.operations import insert_rows
from catenary.apps.common.queries import in_batches
from catenary.apps.portfolio.choices import (
    SCOPE_EVERYONE,
    SCOPE_EVERYONE_ELSE,
    WORD_INSIDE,
    SharingReason,
)
from catenary.apps.portfolio.models import Service, Sharing
from catenary.apps.portfolio.queries.documents import service_documents
from catenary.domain.actors import path_numbers
from catenary.domain.documents.searchable import searchable_words
from catenary.domain.documents.shapes import ServiceDocument

_SHARED = """
    SELECT DISTINCT c.service_id, c.consumer_root_id, 'consumed'
      FROM portfolio_consumption c JOIN portfolio_service s ON s.id = c.service_id
     WHERE c.ends_at IS NULL AND c.consumer_root_id <> s.root_id AND c.service_id IN ({marks})
    UNION
    SELECT DISTINCT d.supporter_id, r.root_id, 'relied-on'
      FROM portfolio_dependency d
      JOIN portfolio_service r ON r.id = d.reliant_id
      JOIN portfolio_service s ON s.id = d.supporter_id
     WHERE r.removed_at IS NULL AND r.stage <> 'retired' AND r.root_id <> s.root_id
       AND d.supporter_id IN ({marks})
"""


def refresh_sharing(
    service_ids: Iterable[int], published: Mapping[int, tuple[int | None, ...]]
) -> None:
    """Rebuild who may see the given services from other top organizations because they consume
    them or rely on them.

    ``published`` holds, for services whose definition was just written, the top organizations
    they are published to (None for everyone); other publications stay as they are.
    """
    ids = sorted(set(service_ids))
    derived = [str(SharingReason.CONSUMED), str(SharingReason.RELIED_ON)]
    for batch in in_batches(ids, 400):
        Sharing.objects.filter(service_id__in=batch, reason__in=derived).delete()
        marks = ", ".join(["%s"] * len(batch))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO portfolio_sharing (service_id, root_id, reason)"
                + _SHARED.format(marks=marks),
                batch + batch,
            )
    for batch in in_batches(published):
        Sharing.objects.filter(service_id__in=batch, reason=str(SharingReason.PUBLISHED)).delete()
    insert_rows(
        Sharing,
        ["service_id", "root_id", "reason"],
        (
            (service_id, root_id, str(SharingReason.PUBLISHED))
            for service_id, roots in published.items()
            for root_id in roots
        ),
    )


def refresh_search(service_ids: Iterable[int], documents: Mapping[int, ServiceDocument]) -> None:
    """Rebuild the search index of the given services: the words of those in ``documents``, and
    who may find them for all."""
    ids = sorted(set(service_ids) | set(documents))
    scopes = _scopes(ids)
    with connection.cursor() as cursor:
        fresh = [
            (service_id, _text(document), scopes[service_id])
            for service_id, document in documents.items()
            if service_id in scopes
        ]
        gone = [service_id for service_id in ids if service_id not in scopes]
        moved = [
            (scope, service_id)
            for service_id, scope in scopes.items()
            if service_id not in documents
        ]
        for batch in in_batches(gone + sorted(documents)):
            marks = ", ".join(["%s"] * len(batch))
            key = "service_id" if connection.vendor == "postgresql" else "rowid"
            cursor.execute(f"DELETE FROM portfolio_search WHERE {key} IN ({marks})", batch)
        if connection.vendor == "postgresql":
            cursor.executemany(
                "INSERT INTO portfolio_search (service_id, body, scope) VALUES"
                " (%s, array_to_tsvector(%s::text[]), array_to_tsvector(%s::text[]))",
                [(pk, sorted(set(text)), scope) for pk, text, scope in fresh],
            )
            cursor.executemany(
                "UPDATE portfolio_search SET scope = array_to_tsvector(%s::text[])"
                " WHERE service_id = %s AND scope <> array_to_tsvector(%s::text[])",
                [(scope, pk, scope) for scope, pk in moved],
            )
        else:
            cursor.executemany(
                "INSERT INTO portfolio_search (rowid, body, scope) VALUES (%s, %s, %s)",
                [(pk, " ".join(text), " ".join(scope)) for pk, text, scope in fresh],
            )
            cursor.executemany(
                "UPDATE portfolio_search SET scope = %s WHERE rowid = %s AND scope <> %s",
                [(" ".join(scope), pk, " ".join(scope)) for scope, pk in moved],
            )


def rebuild_search() -> None:
    """Make the whole search index anew, from what every service says now. The index must be
    empty; one hundred thousand services are never in memory at once."""
    ids = list(Service.objects.filter(removed_at__isnull=True).values_list("pk", flat=True))
    for batch in in_batches(ids):
        refresh_search(batch, service_documents(batch))


def _text(document: ServiceDocument) -> list[str]:
    """Everything about a service that whoever may see it at all may read, as words; and the
    words that are only for its own top organization, marked as such."""
    anybody, inside = searchable_words(document)
    return anybody + [WORD_INSIDE + word for word in inside]


def _scopes(ids: list[int]) -> dict[int, list[str]]:
    """Who may find each service, as words: ``r<top organization>``, ``o<organization>`` for
    restricted ones, ``rall`` (``relse`` for restricted ones); and ``h<top organization>``, where
    it is at home. Removed services are missing."""
    scopes: dict[int, list[str]] = {}
    everyone: dict[int, str] = {}
    for batch in in_batches(ids):
        for pk, root_id, path, restricted in Service.objects.filter(
            id__in=batch, removed_at__isnull=True
        ).values_list("id", "root_id", "provider_path", "restricted"):
            own = [f"o{number}" for number in path_numbers(path)] if restricted else []
            everyone[pk] = SCOPE_EVERYONE_ELSE if restricted else SCOPE_EVERYONE
            scopes[pk] = [*(own or [f"r{root_id}"]), f"h{root_id}"]
        for pk, root_id in Sharing.objects.filter(service_id__in=batch).values_list(
            "service_id", "root_id"
        ):
            # Publishing a restricted service to its own top organization opens it to nobody there.
            if pk in scopes and f"h{root_id}" not in scopes[pk]:
                scopes[pk].append(everyone[pk] if root_id is None else f"r{root_id}")
    return {pk: sorted(set(scope)) for pk, scope in scopes.items()}
