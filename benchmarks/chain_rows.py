"""An invented chain (`benchmarks.chains`) written straight into the tables, as importing it would
leave them: a million services in minutes.

Only the words that pages search by are left out, which the engine never reads. That nothing else
differs is looked at each time: `compare_with_import` brings a small chain in both ways.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from benchmarks.product import Installation, run
from catenary import clock
from catenary.domain.estate import Ints
from catenary.domain.impact import Gates

_ONE = 1_000_000
#: So many lines are handed to PostgreSQL at once.
_LINES = 20_000
_HEAD = "catenary: 1\norganizations:\n  giant: {name: Giant}\n"
_SOURCE = "folder:bench"
#: What is compared; numbers of rows are told by what stands beside them.
_COMPARED = (
    "SELECT s.reference, s.name, s.name_key, s.description, s.provider_path, s.owner, s.stage,"
    " s.restricted, s.digest, s.managed_by, s.assume_operational, s.removed_at, o.key, h.key"
    " FROM portfolio_service s JOIN organizations_organization o ON o.id = s.provider_id"
    " JOIN organizations_organization h ON h.id = s.root_id ORDER BY s.reference",
    'SELECT s.reference, g.position, g.minimum, g."full", g.soft FROM portfolio_dependencygroup g'
    " JOIN portfolio_service s ON s.id = g.service_id ORDER BY s.reference, g.position",
    "SELECT r.reference, g.position, s.reference, d.weight FROM portfolio_dependency d"
    " JOIN portfolio_dependencygroup g ON g.id = d.group_id"
    " JOIN portfolio_service r ON r.id = d.reliant_id AND r.id = g.service_id"
    " JOIN portfolio_service s ON s.id = d.supporter_id"
    " ORDER BY r.reference, g.position, s.reference",
    "SELECT r.kind, s.reference, r.reference, r.action, r.document, r.ends_at, r.before_id"
    " FROM history_revision r JOIN portfolio_service s ON s.id = r.object_id"
    " WHERE r.kind = 'service' ORDER BY s.reference",
)


def documents_of(gates: Gates) -> list[dict[str, Any]]:
    """The services of a chain as catalogue files have them, by position."""
    plains: list[dict[str, Any]] = [
        {"name": f"S {place}", "stage": "live"} for place in range(gates.size)
    ]
    ends = np.searchsorted(gates.member_group, np.arange(len(gates.group_reliant)), side="right")
    names = [f"giant/s{place}" for place in range(gates.size)]
    supporters = gates.member_supporter.tolist()
    first = 0
    columns = (gates.group_reliant, ends, gates.group_minimum, gates.group_full, gates.group_soft)
    for reliant, end, minimum, full, soft in zip(*(c.tolist() for c in columns), strict=True):
        members = [names[place] for place in supporters[first:end]]
        group = _group(members, minimum // _ONE, full // _ONE)
        plains[reliant].setdefault("relies-on", []).append({"soft": group} if soft else group)
        first = end
    return plains


def _group(members: list[str], minimum: int, full: int) -> str | dict[str, Any]:
    if len(members) == 1:
        return members[0]
    if minimum == len(members):
        raise ValueError("two groups, not one, say that all are essential")
    worse = {} if full == minimum else {"full": full}
    if minimum == 1:
        return {"any": members, **worse}
    return {"at-least": minimum, **worse, "of": members}


def write_catalogue(gates: Gates) -> Ints:
    """The chain as services of the organization ``giant``, which is there; their numbers by
    position."""
    from catenary.apps.common.operations import catalogue_change, refresh_statistics, reserve_ids
    from catenary.apps.common.queries import catalogue_version
    from catenary.apps.history.models import Change, Revision
    from catenary.apps.organizations.models import Organization
    from catenary.apps.portfolio.models import Dependency, DependencyGroup, Service
    from catenary.domain.documents.plain import digest

    root = Organization.objects.get(key="giant")
    plains = documents_of(gates)
    with catalogue_change():
        _trust()
        at = clock.now()
        change = Change.objects.create(
            at=at, door="command-line", source=_SOURCE, note="", version=catalogue_version()
        )
        numbers = reserve_ids(Service, gates.size)
        _write(
            Service,
            "id reference name name_key description provider_id provider_path root_id owner stage"
            " restricted assume_operational digest managed_by",
            (
                (number, f"giant/s{place}", plain["name"], plain["name"].lower(), "", root.pk)
                + (root.path, root.pk, "", "live", False, False, digest(plain), _SOURCE)
                for place, (number, plain) in enumerate(zip(numbers, plains, strict=True))
            ),
        )
        _write(
            Revision,
            "change_id kind object_id reference action document starts_at",
            (
                (change.pk, "service", number, f"giant/s{place}", "created", _json(plain), at)
                for place, (number, plain) in enumerate(zip(numbers, plains, strict=True))
            ),
        )
        del plains
        groups = reserve_ids(DependencyGroup, len(gates.group_reliant))
        _write(
            DependencyGroup,
            "id service_id position minimum full soft",
            (
                (number, numbers[reliant], position, minimum // _ONE, full // _ONE, soft)
                for number, reliant, position, minimum, full, soft in zip(
                    groups,
                    gates.group_reliant.tolist(),
                    _positions(gates.group_reliant),
                    gates.group_minimum.tolist(),
                    gates.group_full.tolist(),
                    gates.group_soft.tolist(),
                    strict=True,
                )
            ),
        )
        _write(
            Dependency,
            "group_id reliant_id supporter_id weight",
            (
                (groups[group], numbers[above], numbers[below], 1)
                for group, above, below in zip(
                    gates.member_group.tolist(),
                    gates.group_reliant[gates.member_group].tolist(),
                    gates.member_supporter.tolist(),
                    strict=True,
                )
            ),
        )
    refresh_statistics()
    return np.array(numbers)


def _json(plain: dict[str, Any]) -> str:
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def _positions(reliants: Ints) -> list[int]:
    """Which of its reliant's groups each is, counted from nought."""
    starts = np.flatnonzero(np.diff(reliants, prepend=-1))
    lengths = np.diff(np.append(starts, len(reliants)))
    found: list[int] = (np.arange(len(reliants)) - np.repeat(starts, lengths)).tolist()
    return found


def _trust() -> None:
    """Let PostgreSQL not look every reference up: what is written here fits together."""
    from django.db import DatabaseError, connection, transaction

    if connection.vendor == "postgresql":
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
        except DatabaseError:
            # Not a superuser: then it takes a few minutes longer.
            return


def _write(model: Any, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows; texts in them hold neither tabs nor line ends nor backslashes."""
    from django.db import connection

    from catenary.apps.common.operations import insert_rows

    names = columns.split()
    if connection.vendor != "postgresql":
        insert_rows(model, names, rows)
        return
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    statement = f"COPY {model._meta.db_table} ({quoted}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in _blocks(rows):
            copy.write(block)


def _blocks(rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    lines: list[str] = []
    for row in rows:
        lines.append("\t".join(map(str, row)))
        if len(lines) == _LINES:
            yield "\n".join(lines) + "\n"
            lines = []
    yield "".join(f"{line}\n" for line in lines)


def prepare(place: Installation) -> None:
    """The organization whose services they are, imported."""
    files = place.data / "giant"
    files.mkdir()
    (files / "giant.yaml").write_text(_HEAD)
    run(place, "apply", str(files), "--source", "bench")


def import_chain(place: Installation, gates: Gates) -> None:
    """The same by the command, as anybody does it."""
    files = place.data / "chain"
    files.mkdir()
    services = {f"giant/s{at}": plain for at, plain in enumerate(documents_of(gates))}
    text = "".join(f"  {name}: {json.dumps(plain)}\n" for name, plain in services.items())
    (files / "chain.yaml").write_text(f"{_HEAD}services:\n{text}")
    run(place, "apply", str(files), "--source", "bench")


def rows_of_chain() -> list[str]:
    """A digest of all rows of each kind that a chain is kept in."""
    from django.db import connection

    found = []
    for statement in _COMPARED:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
        said = "\n".join(str([str(value) for value in row]) for row in rows)
        found.append(f"{len(rows)} {blake2b(said.encode(), digest_size=8).hexdigest()}")
    return found
