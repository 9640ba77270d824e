"""What if services were in other conditions than they are: the effective result for everybody whom
it reaches, compared with now (or with a past moment, or with all being fine). Nothing is kept.

It follows the reliance of one's own top organization alone, as every what-if does (decision 0020);
what services of others are stays as it is, as it was worked out on the whole chain. Then it is
redacted: a service on the way that may not be seen is one unnamed place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from catenary.apps.monitoring.queries.explaining import narrowed
from catenary.apps.monitoring.queries.kept import UNHEARD_OF, Effective
from catenary.apps.monitoring.queries.status import SHOWN as KINDS
from catenary.apps.monitoring.queries.status import condition_as_plain
from catenary.apps.monitoring.queries.then import effective_then, own_then
from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.records import TODAY
from catenary.apps.portfolio.queries.service import ServiceLink, service_links
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.chain import packing
from catenary.domain.chain.compiled import Codes, compiled
from catenary.domain.condition.codes import (
    CODE_NAMES,
    DEGRADED,
    DOWN,
    NOTHING,
    OPERATIONAL,
    UNKNOWN,
)
from catenary.domain.condition.explanation import explained
from catenary.domain.condition.own import Own, packed_own
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import Condition, Conditions
from catenary.domain.condition.supposing import Supposed, Supposition, supposed
from catenary.domain.estate import Bools, Estate, Ints

#: What may be supposed of a service: its code, and whether it is planned.
SUPPOSABLE = {
    "down": (DOWN, False),
    "degraded": (DEGRADED, False),
    "maintenance": (DOWN, True),
    "unknown": (UNKNOWN, False),
    "operational": (OPERATIONAL, False),
}
#: From where one starts: from what holds (or held), or as if nothing were wrong anywhere.
BASES = ("live", "fine")
#: So many suppositions at once, so many pieces of time, and so many services listed.
MOST_SUPPOSED, MOST_PIECES, SHOWN = 50, 20, 100
_CAUSES = 3


@dataclass(frozen=True, slots=True)
class Assumption:
    """A service supposed to be in a condition of `SUPPOSABLE` during ``[start, end)``; all the
    time without bounds."""

    reference: str
    condition: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Because:
    """A path from a service to one whose own condition makes it what it is; none stands for what
    may not be seen. ``is_supposed``: that condition is one of those supposed."""

    path: tuple[ServiceLink | None, ...]
    condition: str
    is_supposed: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A service that would be something else than it is."""

    link: ServiceLink
    before: Effective
    after: Effective
    causes: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Consuming:
    """An organization that consumes services which would be worse off: the worst of them, and how
    many there are."""

    organization: OrganizationRow
    shown: str
    service_count: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What would be in ``[start, end)``: the first of those who would be worse or better off, the
    worst first, and how many there are in all."""

    start: datetime | None
    end: datetime | None
    changes: tuple[Change, ...]
    worse: int
    better: int
    consuming: tuple[Consuming, ...]
    consuming_count: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer, a piece for every time in which the same is supposed. ``crosses``: services of
    other top organizations are supposed to be something, behind which nothing is followed."""

    supposed: tuple[tuple[ServiceLink, Assumption], ...]
    basis: str
    at: datetime | None
    pieces: tuple[Piece, ...]
    crosses: bool


def what_if(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    assumptions: Sequence[Assumption],
    basis: str = "live",
    at: datetime | None = None,
    limit: int | None = SHOWN,
) -> tuple[WhatIf | None, tuple[str, ...]]:
    """What would be if all assumptions held, and the references among them that are none the actor
    may see; with any of these, no answer. ``at``: start from what held at that moment.

    Raises ValueError when there are too many assumptions, or one service is supposed to be two
    things at once.
    """
    if not 0 < len(assumptions) <= MOST_SUPPOSED:
        raise ValueError(f"1 to {MOST_SUPPOSED} services can be supposed to be something at once")
    pieces = pieces_of(assumptions)
    wanted = list(dict.fromkeys(one.reference for one in assumptions))
    estate = TODAY.estate()
    seen = TODAY.visible(estate, actor, viewpoint)
    places = TODAY.places_seen(estate, seen, wanted)
    missing = tuple(reference for reference in wanted if reference not in places)
    organization = estate.organization_position(viewpoint.organization_id)
    if missing or organization is None:
        return None, missing
    home = TODAY.at_home(estate, viewpoint)
    world = _world(estate, np.array(list(places.values()), dtype=np.int64), home, basis, at)
    roles = estate.roles_seen_from(organization)
    telling = _Telling(estate, viewpoint, seen, home, roles, world, set(places.values()))
    answer = WhatIf(
        supposed=tuple((telling.link(places[one.reference]), one) for one in assumptions),
        basis=basis,
        at=at,
        pieces=tuple(
            telling.piece(
                start, end, {places[one.reference]: one.condition for one in holding}, limit
            )
            for start, end, holding in pieces
        ),
        crosses=bool((~home[list(places.values())]).any()),
    )
    return answer, ()


_Piece = tuple[datetime | None, datetime | None, tuple[Assumption, ...]]


def pieces_of(assumptions: Sequence[Assumption]) -> tuple[_Piece, ...]:
    """The times in which the same is supposed, in order; those without anything are left out.

    Raises ValueError when something ends before it begins, one service is supposed to be two
    things at once, or there are more pieces than anybody could look at.
    """
    for one in assumptions:
        if one.start is not None and one.end is not None and one.end <= one.start:
            raise ValueError(f"{one.reference}: it ends before it begins")
    edges = sorted({edge for one in assumptions for edge in (one.start, one.end) if edge})
    bounds: list[datetime | None] = [None, *edges, None]
    found: list[_Piece] = []
    for start, end in zip(bounds, bounds[1:], strict=False):
        holding = tuple(one for one in assumptions if _covers(one, start, end))
        names = [one.reference for one in holding]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"{twice}: one condition for each service at a time")
        if holding and (edges or not found):
            found.append((start, end, holding))
    if len(found) > MOST_PIECES:
        raise ValueError(f"these make {len(found)} pieces of time; at most {MOST_PIECES}")
    return tuple(found)


def _covers(one: Assumption, start: datetime | None, end: datetime | None) -> bool:
    begins = one.start is None or (start is not None and one.start <= start)
    return begins and (one.end is None or (end is not None and end <= one.end))


@dataclass(frozen=True, eq=False)
class _World:
    """The part of the chain that matters: ``nodes`` are positions in the estate, in order."""

    nodes: Ints
    engine: PlainEngine
    base: Conditions
    kept: dict[int, Effective]

    def suppose(self, conditions: dict[int, str]) -> Supposed:
        """What would be, by place among the nodes."""
        places = np.searchsorted(self.nodes, list(conditions))
        return supposed(
            self.engine,
            self.base,
            [
                Supposition(int(place), *SUPPOSABLE[condition])
                for place, condition in zip(places, conditions.values(), strict=True)
            ],
        )


def _world(estate: Estate, chosen: Ints, home: Bools, basis: str, at: datetime | None) -> _World:
    """Everybody above what is chosen, with what else they rely on directly."""
    passing = home.copy()
    passing[chosen] = True
    above = estate.steps_up(chosen, None, passing) >= 0
    followed = above & home
    supporters = estate.supporters_of(np.flatnonzero(followed))
    inside = above.copy()
    inside[supporters] = True
    nodes = np.flatnonzero(inside)
    chain = compiled(narrowed(TODAY.gates(estate, followed), nodes))
    numbers = estate.service_ids[nodes].tolist()
    is_live = basis == "live"
    kept = effective_then(numbers, at) if is_live else {}
    effective = [kept.get(number, UNHEARD_OF) for number in numbers]
    packed = np.zeros(len(nodes), dtype=np.int64)
    if is_live:
        packed = packed_own(_own(numbers, effective, at), np.zeros(len(nodes), dtype=np.bool_))
        for place in np.flatnonzero(~followed[nodes]).tolist():
            packed[place] = _packed(effective[place])
    ranked = packed[chain.position]
    engine = PlainEngine(chain)
    base = Conditions(chain, ranked, *engine.full(ranked))
    return _World(nodes, engine, base, kept)


def _own(numbers: Sequence[int], effective: Sequence[Effective], at: datetime | None) -> Own:
    said = own_then(numbers, at)
    values = []
    for number, known in zip(numbers, effective, strict=True):
        if number in said:
            values.append(said[number][1])
        elif known.is_derived or known.is_assumed:
            # As it was decided over the whole chain: here some loops are cut.
            values.append((OPERATIONAL, OPERATIONAL, OPERATIONAL))
        else:
            values.append((UNKNOWN, UNKNOWN, OPERATIONAL))
    columns: Codes = np.array(values, dtype=np.int8).reshape(len(numbers), 3)
    assert NOTHING not in columns
    nobody = np.zeros(len(numbers), dtype=np.bool_)
    return Own(columns[:, 0], columns[:, 1], columns[:, 2], nobody)


def _packed(known: Effective) -> int:
    """What a service is altogether, as if it were so by itself."""
    is_planned = known.is_planned
    return (
        packing.marks_of(known.best, packing.BEST)
        | packing.marks_of(known.worst, packing.WORST)
        | packing.marks_of(0 if is_planned else known.best, packing.WITHOUT_PLANNED)
        | packing.marks_of(known.best if is_planned else 0, packing.ONLY_PLANNED_BEST)
        | packing.marks_of(known.worst if is_planned else 0, packing.ONLY_PLANNED_WORST)
    )


@dataclass(eq=False)
class _Telling:
    """What may be told of what would be."""

    estate: Estate
    viewpoint: Viewpoint
    seen: Bools
    home: Bools
    roles: Ints
    world: _World
    chosen: set[int]

    def __post_init__(self) -> None:
        self._links: dict[int, ServiceLink] = {}

    def link(self, place: int) -> ServiceLink:
        """A service that may be seen."""
        self._look_up([place])
        return self._links[place]

    def _look_up(self, places: Iterable[int]) -> None:
        missing = sorted({place for place in places if place not in self._links})
        order = np.array(missing, dtype=np.int64)
        found = service_links(self.estate, order, self.roles)
        self._links.update(zip(missing, found, strict=True))

    def piece(
        self,
        start: datetime | None,
        end: datetime | None,
        conditions: dict[int, str],
        limit: int | None,
    ) -> Piece:
        """One piece of the answer."""
        would_be = self.world.suppose(conditions)
        nodes, before, after = self.world.nodes, would_be.live, would_be.conditions
        kind = _kinds(after)
        hit = would_be.hit[self.seen[nodes[would_be.hit]]]
        is_worse = (after.best > before.best) | (after.worst > before.worst)
        is_better = ~is_worse & ((after.best < before.best) | (after.worst < before.worst))
        worse, better = hit[is_worse[hit]], hit[is_better[hit]]
        planned = hit[~(is_worse | is_better)[hit] & (kind != _kinds(before))[hit]]
        order = np.concatenate([worse[np.argsort(kind[worse], kind="stable")], planned, better])
        listed = order[:limit].tolist()
        causes = {place: explained(after, place, _CAUSES).causes.told for place in listed}
        paths = {int(nodes[step]) for told in causes.values() for one in told for step in one.path}
        self._look_up(place for place in paths if self.seen[place])
        self._look_up(int(nodes[place]) for place in listed)
        consuming, count = self._consuming(nodes[worse], kind[worse], limit)
        return Piece(
            start=start,
            end=end,
            changes=tuple(
                Change(
                    self._links[int(nodes[place])],
                    _effective(before.of(place)),
                    _effective(after.of(place)),
                    self._because(causes[place], conditions),
                )
                for place in listed
            ),
            worse=len(worse),
            better=len(better),
            consuming=consuming,
            consuming_count=count,
        )

    def _because(self, told: Iterable[Any], conditions: dict[int, str]) -> tuple[Because, ...]:
        found: dict[Because, None] = {}
        for cause in told:
            path: list[ServiceLink | None] = []
            for step in cause.path:
                place = int(self.world.nodes[step])
                if self.seen[place]:
                    path.append(self._links[place])
                elif path[-1] is not None:
                    path.append(None)
            source = int(self.world.nodes[cause.source])
            # Of what may not be seen one learns what it does to what may.
            condition = cause.condition if self.seen[source] else cause.explains
            found[Because(tuple(path), CODE_NAMES[condition], source in conditions)] = None
        return tuple(found)

    def _consuming(
        self, places: Ints, kinds: Ints, limit: int | None
    ) -> tuple[tuple[Consuming, ...], int]:
        """The organizations that consume services which would be worse off."""
        estate = self.estate
        none = len(KINDS)
        kind = np.full(estate.size, none, dtype=np.int64)
        kind[places] = kinds
        service, consumer = estate.consumption_service, estate.consumption_consumer
        root = estate.organization_position(self.viewpoint.root_id)
        # Who else consumes the service of another is not told.
        known = (kind[service] < none) & (
            self.home[service] | (estate.organization_root[consumer] == root)
        )
        service, consumer = service[known], consumer[known]
        worst = np.full(len(estate.organization_ids), none, dtype=np.int64)
        np.minimum.at(worst, consumer, kind[service])
        pairs = np.unique(consumer * estate.size + service)
        counts = np.bincount(pairs // estate.size, minlength=len(worst))
        hit = np.flatnonzero(worst < none)
        listed = hit[np.argsort(worst[hit], kind="stable")][:limit].tolist()
        numbers = estate.organization_ids
        rows = TODAY.organizations_by_id(int(numbers[place]) for place in listed)
        return tuple(
            Consuming(rows[int(numbers[place])], KINDS[worst[place]], int(counts[place]))
            for place in listed
        ), len(hit)


def _kinds(conditions: Conditions) -> Ints:
    """What every service would be shown as: its place in `KINDS`, the worst first."""
    best, worst = conditions.best.astype(np.int64), conditions.worst.astype(np.int64)
    certain = np.array([KINDS.index(name) for name in CODE_NAMES[: DOWN + 1]], dtype=np.int64)
    kinds = np.where(best == worst, certain[best], KINDS.index("unknown"))
    return np.where(conditions.is_planned, KINDS.index("maintenance"), kinds)


def _effective(condition: Condition) -> Effective:
    return Effective(
        condition.best,
        condition.worst,
        condition.is_planned,
        condition.next_loss,
        condition.possible_next_loss,
        is_derived=False,
        is_assumed=False,
    )


def what_if_as_plain(answer: WhatIf) -> dict[str, Any]:
    """The answer for programs, the same at every door."""
    return {
        "basis": answer.basis,
        "at": _iso(answer.at),
        "supposed": [
            {
                "service": link.reference,
                "condition": one.condition,
                "from": _iso(one.start),
                "until": _iso(one.end),
            }
            for link, one in answer.supposed
        ],
        "pieces": [_piece_as_plain(piece) for piece in answer.pieces],
        "others-not-followed": answer.crosses,
    }


def _piece_as_plain(piece: Piece) -> dict[str, Any]:
    return {
        "from": _iso(piece.start),
        "until": _iso(piece.end),
        "worse": piece.worse,
        "better": piece.better,
        "services": [
            {
                "reference": change.link.reference,
                "name": change.link.name,
                "provider": change.link.provider.key,
                "before": _plain(change.before),
                "after": _plain(change.after),
                "causes": [
                    {
                        # Null stands for what may not be seen.
                        "path": [None if link is None else link.reference for link in one.path],
                        "condition": one.condition,
                        "supposed": one.is_supposed,
                    }
                    for one in change.causes
                ],
            }
            for change in piece.changes
        ],
        "organizations": [
            {
                "organization": row.organization.key,
                "name": row.organization.name,
                "condition": row.shown,
                "service-count": row.service_count,
            }
            for row in piece.consuming
        ],
        "organization-count": piece.consuming_count,
    }


def _plain(known: Effective) -> dict[str, Any]:
    told = condition_as_plain(known)
    names = ("condition", "words", "best", "worst", "planned", "at-risk", "next-loss")
    return {name: told[name] for name in names}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
