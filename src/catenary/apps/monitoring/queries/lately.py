"""What voices said last: asked for all of them at once."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from catenary.apps.common.queries.prepared import Prepared, texts
from catenary.apps.monitoring.models import Source
from catenary.domain.observations.reading import Said
from catenary.domain.observations.words import Plan

_SOURCES = Prepared(
    lambda root, names: Source.objects.filter(
        organization_id=root, kind="monitor", name__in=texts(names)
    ).values_list("id", "name")
)
_WANTED = {
    "postgresql": "SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS w(service_id, source_id)",
    "sqlite": "SELECT json_extract(value, '$[0]') AS service_id,"
    " json_extract(value, '$[1]') AS source_id FROM json_each(%s)",
}
#: By its index each costs what it costs to ask; a voice may have spoken a million times.
_LAST = (
    "SELECT o.service_id, o.source_id, o.condition, o.at, o.planned, o.share, o.valid_until,"
    " o.sequence, o.reference, o.text FROM ({wanted}) w"
    " JOIN monitoring_observation o ON o.id = (SELECT l.id FROM monitoring_observation l"
    " WHERE l.service_id = w.service_id AND l.source_id = w.source_id"
    " ORDER BY l.at DESC, l.id DESC LIMIT 1)"
)


def last_words(
    voices: Collection[tuple[int, str, int]],
) -> dict[tuple[int, str, int], Said]:
    """The latest word of monitors about services. Voices are the number of the top organization,
    the name of the source, and the number of the service; those that said nothing are missing.
    One query for each top organization, and one more."""
    if not voices:
        return {}
    names: dict[int, list[str]] = {}
    for root, name in sorted({(root, name) for root, name, _ in voices}):
        names.setdefault(root, []).append(name)
    sources = {
        (root, name): number
        for root, some in names.items()
        for number, name in _SOURCES.rows(root, some)
    }
    asked = {
        (service, sources[root, name]): (root, name, service)
        for root, name, service in voices
        if (root, name) in sources
    }
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LAST.format(wanted=_WANTED[connection.vendor]), _places(sorted(asked)))
        rows = cursor.fetchall()
    return {voice: _said(voice[1], row) for row in rows if (voice := asked[row[0], row[1]])}


def _places(pairs: list[tuple[int, int]]) -> list[Any]:
    if connection.vendor == "postgresql":
        return [[service for service, _ in pairs], [source for _, source in pairs]]
    return [json.dumps(pairs)]


def _said(name: str, row: tuple[Any, ...]) -> Said:
    _, _, condition, at, planned, share, until, sequence, reference, text = row
    # The service is known by its number here: nobody compares words of different services.
    return Said(
        "",
        condition,
        _moment(at),
        Plan(planned),
        share,
        None if until is None else _moment(until),
        "monitor",
        name,
        sequence,
        reference,
        text,
    )


def _moment(value: Any) -> datetime:
    # SQLite keeps moments as text, in UTC.
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    found: datetime = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return found
