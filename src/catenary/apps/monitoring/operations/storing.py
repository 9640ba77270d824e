"""Words and the voices that say them, stored with as few statements as there can be: what comes in
through inlets pays for each of them, and on PostgreSQL for each way there and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from catenary.apps.common.operations import insert_rows, reserve_ids
from catenary.apps.common.queries.prepared import Prepared, texts
from catenary.apps.monitoring.models import Observation, Source, Waiting

#: The number of a top organization, the kind of a source, and its name.
Voice = tuple[int, str, str]
Row = tuple[Any, ...]

#: What is stored of a word, in this order, with PostgreSQL's types; the digest stands first.
_TYPES = {
    "digest": "text",
    "service_id": "bigint",
    "source_id": "bigint",
    "condition": "smallint",
    "at": "timestamptz",
    "valid_until": "timestamptz",
    "sequence": "bigint",
    "planned": "smallint",
    "share": "integer",
    "reference": "text",
    "text": "text",
    "recorded_at": "timestamptz",
    "account_id": "bigint",
    "person_id": "bigint",
}
COLUMNS = tuple(_TYPES)
_SERVICE, _AT = COLUMNS.index("service_id"), COLUMNS.index("at")
_RECORDED = COLUMNS.index("recorded_at")


def numbers_of_voices(voices: Collection[Voice]) -> dict[Voice, int]:
    """The numbers of voices; those that speak for the first time are written down. Within the
    caller's transaction."""
    if not voices:
        return {}
    if connection.vendor == "postgresql":
        return _numbers_at_once(voices)
    found = _known_voices(voices)
    missing = sorted(voices - found.keys())
    if missing:
        # Worded here: an alert speaks once or twice, so every second word is of a new voice.
        with connection.cursor() as cursor:
            cursor.executemany(_NEW_VOICE, missing)
        found |= _known_voices(missing)
    return found


def store(rows: Mapping[str, Row]) -> set[str]:
    """Store words that are not there, by their digests, each with a mark for the engine: says
    which were not. Within the caller's transaction."""
    if not rows:
        return set()
    if connection.vendor == "postgresql":
        return _store_at_once(rows)
    # Nobody else writes until this transaction has ended.
    known = {row[0] for row in _DIGESTS.rows(list(rows))}
    new = [row for digest, row in rows.items() if digest not in known]
    numbers = reserve_ids(Observation, len(new))
    insert_rows(
        Observation,
        ("id", *COLUMNS),
        ((number, *row) for number, row in zip(numbers, new, strict=True)),
    )
    insert_rows(
        Waiting,
        ("service_id", "observation_id", "since", "due_at"),
        # The oldest first: then no step of the engine has to go back behind the one before.
        sorted(
            (
                (row[_SERVICE], number, row[_AT], row[_RECORDED])
                for number, row in zip(numbers, new, strict=True)
            ),
            key=lambda mark: mark[2],
        ),
    )
    return {row[0] for row in new}


_NEW_VOICE = (
    "INSERT INTO monitoring_source (organization_id, kind, name) VALUES (%s, %s, %s)"
    " ON CONFLICT DO NOTHING"
)
#: By the whole of the index: every alert is a source of its own, and without the kind SQLite reads
#: all that a house ever heard.
_VOICES = Prepared(
    lambda organization, kind, names: Source.objects.filter(
        organization_id=organization, kind=kind, name__in=texts(names)
    ).values_list("name", "pk")
)
_DIGESTS = Prepared(
    lambda digests: Observation.objects.filter(digest__in=texts(digests)).values_list("digest")
)


def _known_voices(voices: Iterable[Voice]) -> dict[Voice, int]:
    names: dict[tuple[int, str], list[str]] = {}
    for organization, kind, name in voices:
        names.setdefault((organization, kind), []).append(name)
    return {
        (organization, kind, name): number
        for (organization, kind), some in names.items()
        for name, number in _VOICES.rows(organization, kind, some)
    }


#: PostgreSQL: those that are there and those that are new, in one statement. In order, so that two
#: who name the same wait for each other, never in a ring. Each is looked up by the index: of many
#: at once the planner would rather read the whole table, which grows with every alert.
_NUMBERS_AT_ONCE = """
WITH told AS (
    SELECT t.*, s.id FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS t(root_id, kind, name)
    LEFT JOIN LATERAL (
        SELECT id FROM monitoring_source
        WHERE organization_id = t.root_id AND kind = t.kind AND name = t.name LIMIT 1
    ) s ON TRUE
), new AS (
    INSERT INTO monitoring_source (organization_id, kind, name)
    SELECT root_id, kind, name FROM told WHERE id IS NULL ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING RETURNING organization_id, kind, name, id
)
SELECT * FROM told WHERE id IS NOT NULL UNION ALL SELECT * FROM new
"""


def _numbers_at_once(voices: Collection[Voice]) -> dict[Voice, int]:
    found = _asked(voices)
    # Somebody wrote them down at the same moment: the statement waited for that, but does not see
    # it; the next one does.
    missing = voices - found.keys()
    return found | _asked(missing) if missing else found


def _asked(voices: Collection[Voice]) -> dict[Voice, int]:
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS_AT_ONCE, _columns(sorted(voices)))
        return {(row[0], row[1], row[2]): row[3] for row in cursor.fetchall()}


_NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
_TOLD = ", ".join(f"%s::{each}[]" for each in _TYPES.values())
_STORE_AT_ONCE = f"""
WITH new AS (
    INSERT INTO monitoring_observation ({_NAMES})
    SELECT {_NAMES} FROM unnest({_TOLD}) AS t({_NAMES})
    ON CONFLICT (digest) DO NOTHING RETURNING id, digest, service_id, at, recorded_at
), marks AS (
    INSERT INTO monitoring_waiting (service_id, observation_id, since, due_at)
    SELECT service_id, id, at, recorded_at FROM new ORDER BY at
)
SELECT digest FROM new
"""


def _store_at_once(rows: Mapping[str, Row]) -> set[str]:
    # In the same order everywhere: two who send the same wait for each other, never in a ring.
    told = [rows[digest] for digest in sorted(rows)]
    with connection.cursor() as cursor:
        cursor.execute(_STORE_AT_ONCE, _columns(told))
        return {row[0] for row in cursor.fetchall()}


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
