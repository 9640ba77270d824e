"""The estate in memory: loaded once per version of the catalogue and shared by all requests."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.db import DatabaseError, connection
from django.db.models import Count

from catenary.apps.common.queries import catalogue_version
from catenary.apps.common.queries.columns import number_columns, text_and_number_columns
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import Mark, last_mark, revised_since
from catenary.apps.organizations.queries import organization_tree
from catenary.apps.portfolio.choices import SharingReason
from catenary.apps.portfolio.models import Consumption, Dependency, Outcome, Service, Sharing
from catenary.apps.portfolio.queries.gate_rows import GateRows, gate_rows, gates_of
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.estate import EVERYONE, STAGE_CODES, Bools, Estate, Ints, places_among
from catenary.domain.estate_renewal import Renewal, ServiceFacts, renewed

_lock = threading.Lock()
_held: dict[str, tuple[Estate, Mark | None]] = {}
#: After so many revisions the estate is loaded whole.
_FEW = 200
#: The question to which an estate remembers all its gates (`queries.records`).
GATES = "gates"


def current_estate(version: int | None = None, *, with_gates: bool = False) -> Estate:
    """The estate as of the last committed change. One small query when it is already held; none
    for whoever read the catalogue's ``version`` just now, with what they ask about. It is of that
    version or, when somebody committed meanwhile, of a later one.

    ``with_gates`` is for those who need all dependency groups next: when the estate has to be
    loaded whole they are read with it, and the dependencies not twice.
    """
    name = str(connection.settings_dict["NAME"])
    held = _held.get(name)
    if held is not None:
        if version is None:
            version = catalogue_version()
        if held[0].version == version:
            return held[0]
    with _lock:
        held = _held.get(name)
        version = catalogue_version()
        while held is None or held[0].version != version:
            mark = last_mark()
            fresh = _renewed(*held, version) if held is not None else None
            held = fresh or _load(version, with_gates), mark
            # Somebody may have committed between two of the reads: then read again, so that the
            # arrays belong together.
            now = catalogue_version()
            if now != version:
                version, held = now, _held.get(name)
        _held[name] = held
        return held[0]


def warm_estate() -> None:
    """Load the estate before anybody asks for it, in a thread of the caller's making.

    A database that is not there or not ready yet is no error here: whoever asks will be told.
    """
    try:
        current_estate()
    except DatabaseError:
        return
    finally:
        # The connection is this thread's own, and the thread ends here.
        connection.close()


def visible_services(estate: Estate, actor: Actor, viewpoint: Viewpoint) -> Bools:
    """Which services of the estate the actor may see from the viewpoint."""
    root, unlocked, sees_restricted = seen_as(estate, actor, viewpoint)
    if root is None:
        return np.zeros(estate.size, dtype=np.bool_)
    return estate.visible(root, unlocked, sees_restricted)


def seen_as(
    estate: Estate, actor: Actor, viewpoint: Viewpoint
) -> tuple[int | None, tuple[int, ...], bool]:
    """All that what may be seen depends on, so that answers can be remembered by it: the top
    organization looked from, the organizations within it that the actor is a member of, and
    whether restricted services are open."""
    unlocked = (
        estate.organization_position(fact.organization_id)
        for fact in actor.memberships
        if fact.root_id == viewpoint.root_id
    )
    return (
        estate.organization_position(viewpoint.root_id),
        tuple(position for position in unlocked if position is not None),
        actor.is_operator,
    )


def _renewed(estate: Estate, mark: Mark | None, version: int) -> Estate | None:
    """The estate with what was revised since; none when so much, or such things, were revised
    that it must be loaded whole."""
    revised = None if mark is None else revised_since(mark, _FEW)
    if revised is None or Kind.ORGANIZATION in revised:
        return None
    touched = frozenset(revised.get(Kind.SERVICE, ()))
    consumption = Consumption.objects.filter(pk__in=revised.get(Kind.CONSUMPTION, ()))
    consumed = frozenset(consumption.values_list("service_id", flat=True))
    outcomes = dict(
        Outcome.objects.filter(service_id__in=touched, removed_at__isnull=True)
        .values_list("service_id")
        .annotate(number=Count("pk"))
    )
    services = Service.objects.filter(pk__in=touched, removed_at__isnull=True)
    published = Sharing.objects.filter(service_id__in=touched, reason=SharingReason.PUBLISHED)
    renewal = Renewal(
        touched=touched,
        services=[
            ServiceFacts(
                pk,
                name,
                provider,
                STAGE_CODES[stage],
                restricted,
                outcomes.get(pk, 0),
                assumed,
            )
            for pk, name, provider, stage, restricted, assumed in services.values_list(
                "pk", "name_key", "provider_id", "stage", "restricted", "assume_operational"
            )
        ],
        dependencies=list(
            Dependency.objects.filter(reliant_id__in=touched).values_list(
                "reliant_id", "supporter_id", "group__soft"
            )
        ),
        published=[
            (service_id, place)
            for service_id, root_id in published.values_list("service_id", "root_id")
            if (place := _root_place(estate, root_id)) is not None
        ],
        consumed=consumed,
        consumption=list(
            Consumption.objects.filter(service_id__in=consumed, ends_at__isnull=True).values_list(
                "consumer_id", "service_id"
            )
        ),
    )
    return renewed(estate, renewal, version)


def _root_place(estate: Estate, root_id: int | None) -> int | None:
    return EVERYONE if root_id is None else estate.organization_position(root_id)


def _load(version: int, with_gates: bool = False) -> Estate:
    tree = organization_tree()
    organization_ids = _ints([row.id for row in tree])
    places = {row.id: position for position, row in enumerate(tree)}
    ends = _subtree_ends([row.path for row in tree])
    services = _services(places)
    service_ids = services.ids
    place_of = _Places(service_ids)
    place_of_organization = _Places(organization_ids)
    rows = gate_rows() if with_gates else None
    reliant, supporter, soft = _dependencies(rows)
    reliant, reliant_known = place_of(reliant)
    supporter, supporter_known = place_of(supporter)
    both = reliant_known & supporter_known
    consumer, consumed = number_columns(
        "SELECT consumer_id, service_id FROM portfolio_consumption WHERE ends_at IS NULL", 2
    )
    consumer, consumer_known = place_of_organization(consumer)
    consumed, consumed_known = place_of(consumed)
    consumes = consumer_known & consumed_known
    published_service, published_root = _columns(
        [
            (service, EVERYONE if root is None else places.get(root, len(tree)))
            for service, root in _fetch(
                "SELECT service_id, root_id FROM portfolio_sharing WHERE reason = %s",
                [str(SharingReason.PUBLISHED)],
            )
        ],
        2,
    )
    published_service, published_known = place_of(published_service)
    outcomes = np.zeros(len(service_ids), dtype=np.int64)
    counted, counts = number_columns(
        "SELECT service_id, COUNT(*) FROM portfolio_outcome"
        " WHERE removed_at IS NULL GROUP BY service_id",
        2,
    )
    counted, counted_known = place_of(counted)
    outcomes[counted[counted_known]] = counts[counted_known]
    estate = Estate(
        version=version,
        organization_ids=organization_ids,
        organization_end=ends,
        organization_root=_ints([places[row.root_id] for row in tree]),
        service_ids=service_ids,
        service_names=services.names,
        provider=services.provider,
        stage=services.stage,
        restricted=services.restricted,
        assumed=services.assumed,
        outcome_count=outcomes,
        dependency_reliant=reliant[both],
        dependency_supporter=supporter[both],
        dependency_soft=soft[both],
        consumption_consumer=consumer[consumes],
        consumption_service=consumed[consumes],
        published_service=published_service[published_known],
        published_root=published_root[published_known],
    )
    if rows is not None and rows.is_exact:
        found = gates_of(estate, rows)
        estate.remembered(GATES, lambda: found)
    return estate


class _Places:
    """Positions by number."""

    def __init__(self, ids: Ints) -> None:
        self._ids = ids

    def __call__(self, wanted: Ints) -> tuple[Ints, Bools]:
        """The positions of ``wanted`` and which of them were found at all."""
        return places_among(self._ids, lambda: self._order, wanted)

    @cached_property
    def _order(self) -> Ints:
        return np.argsort(self._ids, kind="stable")


def _dependencies(rows: GateRows | None) -> tuple[Ints, Ints, Bools]:
    """Who relies on whom, by number, and whether softly."""
    if rows is not None:
        return rows.member_reliant, rows.member_supporter, rows.member_soft
    reliant, supporter, soft = number_columns(
        "SELECT d.reliant_id, d.supporter_id, CAST(CASE WHEN g.soft THEN 1 ELSE 0 END AS bigint)"
        " FROM portfolio_dependency d JOIN portfolio_dependencygroup g ON g.id = d.group_id",
        3,
    )
    return reliant, supporter, soft.astype(np.bool_)


@dataclass(frozen=True, eq=False)
class _Services:
    ids: Ints
    names: list[str]
    provider: Ints
    stage: Ints
    restricted: Bools
    assumed: Bools


def _services(places: Mapping[int, int]) -> _Services:
    """All services in order of name; ``places`` are the positions of organizations by number."""
    stages = " ".join(f"WHEN '{stage}' THEN {code}" for stage, code in STAGE_CODES.items())
    names, (ids, provider, said) = text_and_number_columns(
        f"SELECT name_key, id, provider_id, CAST(4 * CASE stage {stages} END"
        " + CASE WHEN restricted THEN 2 ELSE 0 END"
        " + CASE WHEN assume_operational THEN 1 ELSE 0 END AS bigint)"
        " FROM portfolio_service WHERE removed_at IS NULL ORDER BY name_key, id",
        3,
    )
    if names != sorted(names):
        # A database that sorts blocks of rows may mix those within one.
        order = sorted(range(len(names)), key=lambda place: (names[place], ids[place]))
        names = [names[place] for place in order]
        ids, provider, said = (column[order] for column in (ids, provider, said))
    return _Services(
        ids=ids,
        names=names,
        provider=_mapped(provider, places),
        stage=said >> 2,
        restricted=(said & 2).astype(np.bool_),
        assumed=(said & 1).astype(np.bool_),
    )


def _mapped(numbers: Ints, places: Mapping[int, int]) -> Ints:
    """The positions of organizations by number."""
    each, which = np.unique(numbers, return_inverse=True)
    return _ints([places[number] for number in each.tolist()])[which]


def _fetch(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[Ints]:
    if not rows:
        return [np.zeros(0, dtype=np.int64) for _ in range(width)]
    return [np.fromiter((row[i] for row in rows), np.int64, len(rows)) for i in range(width)]


def _subtree_ends(paths: Sequence[str]) -> Ints:
    """For paths in tree order, the first position after everything below each."""
    ends = np.full(len(paths), len(paths), dtype=np.int64)
    open_positions: list[int] = []
    for position, path in enumerate(paths):
        while open_positions and not path.startswith(paths[open_positions[-1]]):
            ends[open_positions.pop()] = position
        open_positions.append(position)
    return ends
