"""What if services were in other conditions than they are: the effective result for everybody whom
it reaches, compared with now (or with a past moment, or with all being fine). Nothing is kept.

It follows the reliance of one's own top organization alone, as every what-if does (decision 0020);
what services of others are stays as it is, as it was worked out on the whole chain. Then it is
redacted: a service on the way that may not be seen is one unnamed place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from catenary.apps.monitoring.queries.announced import (
    Meanwhile,
    all_planned,
    announced_within,
)
from catenary.apps.monitoring.queries.kept import Effective
from catenary.apps.monitoring.queries.status import SHOWN as KINDS
from catenary.apps.monitoring.queries.stored import propagation
from catenary.apps.monitoring.queries.supposed_times import Assumption, cut_by, pieces_of
from catenary.apps.monitoring.queries.supposed_world import (
    World,
    reached_from,
    world_of,
)
from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.records import TODAY
from catenary.apps.portfolio.queries.service import ServiceLink, service_links
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.condition.codes import (
    CODE_NAMES,
    DOWN,
    UNKNOWN,
)
from catenary.domain.condition.explanation import explained
from catenary.domain.condition.propagation import Condition, Conditions
from catenary.domain.condition.supposing import (
    Supposed,
)
from catenary.domain.estate import Bools, Estate, Ints

#: From where one starts: from what holds (or held), or as if nothing were wrong anywhere.
BASES = ("live", "fine")
#: So many suppositions at once, and so many services listed.
MOST_SUPPOSED, SHOWN = 50, 100
_CAUSES = 3
#: So many of what an organization consumes are named.
_NAMED = 12


@dataclass(frozen=True, slots=True)
class Because:
    """A path from a service to one whose own condition makes it what it is; none stands for what
    may not be seen. ``is_supposed``: that condition is one of those supposed; ``is_announced``: it
    is that of other maintenance announced for then."""

    path: tuple[ServiceLink | None, ...]
    condition: str
    is_supposed: bool
    is_announced: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A service that would be something else than it is. ``only_with_others``: it would not, were
    it not for other maintenance announced for then."""

    link: ServiceLink
    before: Effective
    after: Effective
    causes: tuple[Because, ...]
    only_with_others: bool = False


@dataclass(frozen=True, slots=True)
class Consuming:
    """An organization that consumes services which would be worse off: the worst of them, and how
    many there are; ``services`` are the references of the first few that the changes name."""

    organization: OrganizationRow
    shown: str
    service_count: int
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """What would be in ``[start, end)``: the first of those who would be worse or better off, the
    worst first, and how many there are in all. ``meanwhile`` is what else is announced for then:
    before and after are with it."""

    start: datetime | None
    end: datetime | None
    changes: tuple[Change, ...]
    worse: int
    better: int
    consuming: tuple[Consuming, ...]
    consuming_count: int
    meanwhile: tuple[Meanwhile, ...] = ()


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer, a piece for every time in which the same is supposed. ``crosses``: services of
    other top organizations are supposed to be something, behind which nothing is followed.
    ``is_more_announced``: more is announced for the time than could be taken in."""

    supposed: tuple[tuple[ServiceLink, Assumption], ...]
    basis: str
    at: datetime | None
    pieces: tuple[Piece, ...]
    crosses: bool
    is_more_announced: bool = False


def what_if(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    assumptions: Sequence[Assumption],
    basis: str = "live",
    at: datetime | None = None,
    limit: int | None = SHOWN,
    besides: str = "",
    most: int = MOST_SUPPOSED,
    as_known: bool = False,
) -> tuple[WhatIf | None, tuple[str, ...]]:
    """What would be if all assumptions held, and the references among them that are none the actor
    may see; with any of these, no answer. ``at``: start from what held at that moment. In times
    that have a beginning and an end, other maintenance announced for then takes place too, unless
    one starts from what held or from all being fine; ``besides`` is the key of one that does not.
    ``as_known`` tells the names by which the viewpoint knows the services, too.

    Raises ValueError when there are too many assumptions, or one service is supposed to be two
    things at once.
    """
    if not 0 < len(assumptions) <= most:
        raise ValueError(f"1 to {most} services can be supposed to be something at once")
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
    chosen = np.array(list(places.values()), dtype=np.int64)
    announced: list[Meanwhile] = []
    under_way: list[Meanwhile] = []
    is_cut = False
    times = [edge for start, end, _ in pieces if start and end for edge in (start, end)]
    now = propagation()[1]
    if times and basis == "live" and at is None:
        reach = reached_from(estate, chosen, home)[1]
        within = partial(
            announced_within, estate=estate, viewpoint=viewpoint, seen=seen, reach=reach
        )
        announced, is_cut = within(start=min(times), end=max(times), besides=besides)
        if now is not None:
            under_way, _is_cut = within(start=now, end=now + timedelta(seconds=1))
    cut, is_more = cut_by(pieces, announced)
    besides_these = {place for _, _, _, also in cut for each in also for place in each.planned}
    ending = all_planned(under_way)
    involved = np.union1d(chosen, np.array(sorted({*besides_these, *ending}), dtype=np.int64))
    world = world_of(estate, involved, home, basis, at)
    if ending and now is not None:
        world.end_maintenance(estate, sorted(ending), home, now)
    roles = estate.roles_seen_from(organization)
    telling = _Telling(estate, viewpoint, seen, home, roles, world, viewpoint if as_known else None)
    answer = WhatIf(
        supposed=tuple((telling.link(places[one.reference]), one) for one in assumptions),
        basis=basis,
        at=at,
        pieces=tuple(
            telling.piece(
                start, end, {places[one.reference]: one.condition for one in holding}, also, limit
            )
            for start, end, holding, also in cut
        ),
        crosses=bool((~home[list(places.values())]).any()),
        is_more_announced=is_more or is_cut,
    )
    return answer, ()


@dataclass(eq=False)
class _Telling:
    """What may be told of what would be."""

    estate: Estate
    viewpoint: Viewpoint
    seen: Bools
    home: Bools
    roles: Ints
    world: World
    known_to: Viewpoint | None

    def __post_init__(self) -> None:
        self._links: dict[int, ServiceLink] = {}

    def link(self, place: int) -> ServiceLink:
        """A service that may be seen."""
        self._look_up([place])
        return self._links[place]

    def _look_up(self, places: Iterable[int]) -> None:
        missing = sorted({place for place in places if place not in self._links})
        order = np.array(missing, dtype=np.int64)
        found = service_links(self.estate, order, self.roles, known_to=self.known_to)
        self._links.update(zip(missing, found, strict=True))

    def piece(
        self,
        start: datetime | None,
        end: datetime | None,
        conditions: dict[int, str],
        meanwhile: tuple[Meanwhile, ...],
        limit: int | None,
    ) -> Piece:
        """One piece of the answer."""
        others = all_planned(meanwhile)
        alone = self.world.base if start is None or end is None else self.world.later
        base = self.world.with_planned(alone, others)
        would_be = self.world.suppose(base, conditions)
        by_itself = would_be if base is alone else self.world.suppose(alone, conditions)
        nodes, before, after = self.world.nodes, would_be.live, would_be.conditions
        kind = _kinds(after)
        hit = would_be.hit[self.seen[nodes[would_be.hit]]]
        is_worse = (after.best > before.best) | (after.worst > before.worst)
        is_better = ~is_worse & ((after.best < before.best) | (after.worst < before.worst))
        # What was announced and is no longer planned is worse, the other way round it is better.
        turned = ~(is_worse | is_better) & (kind != _kinds(before))
        is_worse, is_better = (
            is_worse | turned & ~after.is_planned,
            is_better | turned & after.is_planned,
        )
        worse, better = hit[is_worse[hit]], hit[is_better[hit]]
        order = np.concatenate([worse[np.argsort(kind[worse], kind="stable")], better])
        listed = order[:limit].tolist()
        causes = {place: explained(after, place, _CAUSES).causes.told for place in listed}
        paths = {int(nodes[step]) for told in causes.values() for one in told for step in one.path}
        passed = {place for place in paths if self.seen[place]}
        self._look_up({*passed, *(int(nodes[place]) for place in listed)})
        consuming, count = self._consuming(nodes[worse], kind[worse], limit)
        return Piece(
            start=start,
            end=end,
            changes=tuple(
                Change(
                    self._links[int(nodes[place])],
                    _effective(before.of(place)),
                    _effective(after.of(place)),
                    self._because(causes[place], after, conditions, others),
                    by_itself is not would_be and not _differs(by_itself, place),
                )
                for place in listed
            ),
            worse=len(worse),
            better=len(better),
            consuming=consuming,
            consuming_count=count,
            meanwhile=meanwhile,
        )

    def _because(
        self,
        told: Iterable[Any],
        after: Conditions,
        conditions: dict[int, str],
        planned: dict[int, int],
    ) -> tuple[Because, ...]:
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
            # Of what may not be seen one learns what it does to what may, or that nobody knows.
            is_told = self.seen[source] or cause.condition == UNKNOWN
            condition = cause.condition if is_told else cause.explains
            is_supposed = source in conditions
            is_announced = not is_supposed and source in planned
            # What is planned is no fault, also where another one makes a fault of what follows.
            is_planned = is_told and after.of(cause.source).is_planned
            name = "maintenance" if is_planned else CODE_NAMES[condition]
            told_as = Because(tuple(path), name, is_supposed, is_announced)
            found[told_as] = None
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
        first = np.searchsorted(pairs, np.array(listed, dtype=np.int64) * estate.size).tolist()
        return tuple(
            Consuming(
                rows[int(numbers[place])],
                KINDS[worst[place]],
                int(counts[place]),
                self._named(pairs[begin : begin + counts[place]] % estate.size),
            )
            for place, begin in zip(listed, first, strict=True)
        ), len(hit)

    def _named(self, places: Ints) -> tuple[str, ...]:
        found = (self._links[place].reference for place in places.tolist() if place in self._links)
        return tuple(islice(found, _NAMED))


def _differs(found: Supposed, place: int) -> bool:
    """Whether a service, by place among the nodes, would be something else."""
    before, after = found.change(place)
    return (before.best, before.worst, before.is_planned) != (
        after.best,
        after.worst,
        after.is_planned,
    )


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
