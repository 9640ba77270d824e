"""What an organization consumes, in its own words, and how it goes with it: for its customers'
page and feed, and for whoever is told of changes.

Only services that somebody at, below or above the viewpoint consumes, and of these what the asker
may see; what they rest on is told as far as `queries.status` tells it. What only an organization
above consumes, for everybody below it, stands apart: a ward uses its bed board, and is part of a
hospital that also rents databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from catenary.apps.monitoring.queries.explaining import (
    UNHEARD_OF,
    Effective,
    effective_now,
    reasons_of_several,
)
from catenary.apps.monitoring.queries.happened import (
    NamedEvent,
    named_events,
    recently,
    services_in,
)
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.shown_spans import changed_since, recent_spans, spans_of
from catenary.apps.monitoring.queries.standing import (
    IS_UNCERTAIN,
    KIND_OF,
    RANK_OF,
    Codes,
    codes_now,
    standing_now,
)
from catenary.apps.monitoring.queries.status import SHOWN, ToldCause, shown, told_causes
from catenary.apps.organizations.queries import OrganizationRow, organizations_by_id
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import services_by_id, services_by_reference
from catenary.apps.portfolio.queries.own_names import known_names, names_in_order
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.condition.days import Day, Span, days, midnights, today_in
from catenary.domain.estate import STAGE_CODES, Bools, Estate, Ints

#: How far back the strip of a service goes, and the events on a page.
DAYS = 90
RECENT = timedelta(days=14)
_MOST_EVENTS = 2_000
#: So many services that only organizations above consume are listed; all are counted.
MOST_SHARED = 100
#: So many services in trouble are explained; the others say what they are and since when.
_EXPLAINED = 10
#: So many causes of one are looked at.
_PATHS = 50
_RETIRED = STAGE_CODES["retired"]


@dataclass(frozen=True, slots=True)
class ConsumedService:
    """A service under the name its customer uses. ``since`` is when it came into its condition;
    when that is longer ago than ``DAYS`` days, ``is_long`` and the moment is a bound. Of its
    causes, those come first that alone are enough; with ``is_only_together`` there is none, and
    with ``has_more_causes`` there are more than these."""

    id: int
    reference: str
    name: str
    provider: OrganizationRow
    kind: str
    effective: Effective
    since: datetime | None
    is_long: bool
    causes: tuple[ToldCause, ...]
    is_only_together: bool
    has_more_causes: bool
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class SharedService:
    """A service that only ``consumer`` consumes, which is above: for everybody in it."""

    reference: str
    name: str
    provider: OrganizationRow
    consumer: OrganizationRow
    kind: str


@dataclass(frozen=True, slots=True)
class Consumed:
    """One page of what is consumed, what is not fine first. ``counts`` are of all of it.
    ``uncertain`` are those among the unknown that are certainly degraded at least. ``shared`` is
    what organizations above consume besides, the first `MOST_SHARED` of it, with
    counts of its own."""

    services: tuple[ConsumedService, ...]
    counts: dict[str, int]
    total: int
    page: int
    pages: int
    shared: tuple[SharedService, ...] = ()
    shared_counts: Mapping[str, int] = field(default_factory=dict)
    uncertain: int = 0

    @property
    def shared_total(self) -> int:
        """How many services only organizations above consume."""
        return sum(self.shared_counts.values())


@dataclass(frozen=True, slots=True)
class Counts:
    """How many services are shown as what, and how many of the unknown are certainly degraded at
    least."""

    shown: dict[str, int]
    uncertain: int


def consumed_places(
    estate: Estate, viewpoint: Viewpoint, seen: Bools, *, with_shared: bool = True
) -> Ints:
    """Where the services stand that a viewpoint consumes and may see, in order of their names;
    ``with_shared`` those that only organizations above it consume, too."""
    own, shared = _consumed_by(estate, viewpoint, seen)
    return np.flatnonzero(own | shared if with_shared else own)


def ours(estate: Estate, viewpoint: Viewpoint, seen: Bools, *, with_provided: bool) -> Bools:
    """Which services a viewpoint consumes, or on request provides, and may see."""
    own, shared = _consumed_by(estate, viewpoint, seen)
    found: Bools = own | shared
    if with_provided:
        found[_provided_by(estate, viewpoint, seen)] = True
    return found


def _consumed_by(estate: Estate, viewpoint: Viewpoint, seen: Bools) -> tuple[Bools, Bools]:
    """What a viewpoint or somebody below it consumes, and what only others above it do."""
    own, above = (np.zeros(estate.size, dtype=np.bool_) for _ in range(2))
    organization = estate.organization_position(viewpoint.organization_id)
    if organization is not None:
        own, above = estate.consumed_below(organization), estate.held_above(organization)
    told = seen & (estate.stage != _RETIRED)
    return own & told, above & told & ~own


def _provided_by(estate: Estate, viewpoint: Viewpoint, seen: Bools) -> Ints:
    """Where the services stand that a viewpoint or somebody below it provides."""
    organization = estate.organization_position(viewpoint.organization_id)
    if organization is None:
        return estate.provider[:0]
    return np.flatnonzero(estate.inside(organization) & seen & (estate.stage != _RETIRED))


def _is_above(estate: Estate, consumer: Ints, organization: int) -> Bools:
    found: Bools = (consumer <= organization) & (estate.organization_end[consumer] > organization)
    return found


def consumed(
    *, actor: Actor, viewpoint: Viewpoint, at: datetime, zone: str, page: int = 1, size: int = 30
) -> Consumed:
    """What the viewpoint consumes, with its days as a calendar in ``zone`` shows them."""
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    names = names_in_order(estate, viewpoint)
    own, shared = (
        names.sorted(np.flatnonzero(each)) for each in _consumed_by(estate, viewpoint, seen)
    )
    codes = codes_now(estate)
    kinds = KIND_OF[RANK_OF[codes]]
    pages = max(1, -(-len(own) // size))
    page = min(max(1, page), pages)
    chosen = own[np.argsort(kinds[own], kind="stable")][(page - 1) * size : page * size]
    worst_first = shared[np.argsort(kinds[shared], kind="stable")][:MOST_SHARED]
    return Consumed(
        services=_services(estate, viewpoint, seen, chosen, at, zone),
        counts=_counts(kinds[own]),
        total=len(own),
        page=page,
        pages=pages,
        shared=_shared(estate, viewpoint, worst_first, kinds),
        shared_counts=_counts(kinds[shared]),
        uncertain=int(IS_UNCERTAIN[codes[own]].sum()),
    )


def counts_of_ours(*, actor: Actor, viewpoint: Viewpoint) -> tuple[Counts, Counts]:
    """Of the services that the viewpoint and all below it provide, as the board lists them of its
    house, and of those that it consumes, as in `consumed`: how many are shown as what."""
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    codes = codes_now(estate)
    consumed, _above = _consumed_by(estate, viewpoint, seen)
    provided = _provided_by(estate, viewpoint, seen)
    return _counts_of(codes[provided]), _counts_of(codes[np.flatnonzero(consumed)])


def _counts_of(codes: Codes) -> Counts:
    return Counts(_counts(KIND_OF[RANK_OF[codes]]), int(IS_UNCERTAIN[codes].sum()))


def _counts(kinds: Ints) -> dict[str, int]:
    return dict(zip(SHOWN, np.bincount(kinds, minlength=len(SHOWN)).tolist(), strict=True))


def _shared(
    estate: Estate, viewpoint: Viewpoint, places: Ints, kinds: Ints
) -> tuple[SharedService, ...]:
    """What organizations above consume: who of them, is the nearest."""
    if not len(places):
        return ()
    organization = estate.organization_position(viewpoint.organization_id) or 0
    consumer, service = estate.consumption_consumer, estate.consumption_service
    rows = np.flatnonzero(_is_above(estate, consumer, organization) & np.isin(service, places))
    # In tree order the nearest above comes last.
    rows = rows[np.argsort(consumer[rows], kind="stable")]
    nearest = dict(zip(service[rows].tolist(), consumer[rows].tolist(), strict=True))
    numbers = estate.service_ids[places].tolist()
    services, names = services_by_id(numbers), known_names(viewpoint, numbers)
    houses = {place: int(estate.organization_ids[at]) for place, at in nearest.items()}
    organizations = organizations_by_id(
        {row.provider_id for row in services.values()} | set(houses.values())
    )
    return tuple(
        SharedService(
            reference=services[number].reference,
            name=names.get(number) or services[number].name,
            provider=organizations[services[number].provider_id],
            consumer=organizations[houses[place]],
            kind=SHOWN[kinds[place]],
        )
        for place, number in zip(places.tolist(), numbers, strict=True)
        if number in services
    )


def _services(
    estate: Estate, viewpoint: Viewpoint, seen: Bools, places: Ints, at: datetime, zone: str
) -> tuple[ConsumedService, ...]:
    numbers = estate.service_ids[places].tolist()
    rows = services_by_id(numbers)
    providers = organizations_by_id({row.provider_id for row in rows.values()})
    names = known_names(viewpoint, numbers)
    effective = effective_now(estate.service_ids[places])
    strips, courses = strips_of(numbers, at, zone)
    causes = _causes(estate, viewpoint, seen, places, effective, at)
    found = []
    for number in numbers:
        if number not in rows:
            continue
        row, known = rows[number], effective.get(number, UNHEARD_OF)
        why = causes.get(number, _NO_REASON)
        since, is_long = since_of(courses.get(number, ()), at)
        found.append(
            ConsumedService(
                id=number,
                reference=row.reference,
                name=names.get(number) or row.name,
                provider=providers[row.provider_id],
                kind=shown(known),
                effective=known,
                since=since,
                is_long=is_long,
                causes=why.causes,
                is_only_together=why.is_only_together,
                has_more_causes=why.has_more,
                days=strips[number],
            )
        )
    return tuple(found)


def strips_of(
    services: Sequence[int], at: datetime, zone: str
) -> tuple[dict[int, tuple[Day, ...]], dict[int, list[Span]]]:
    """The last days of services as a calendar in a zone shows them, and the courses behind."""
    now = micros(at)
    first: date = today_in(zone, now) - timedelta(days=DAYS - 1)
    bounds = midnights(zone, first, DAYS)
    courses = spans_of(services, moment(bounds[0]))
    return {
        number: days(courses.get(number, ()), bounds, first, now) for number in services
    }, courses


def since_of(course: Sequence[Span], at: datetime) -> tuple[datetime | None, bool]:
    """When the condition that stands began, and whether that may be longer ago than is kept at
    hand; none where nothing is known."""
    last = course[-1] if course else None
    if last is None or last.end is not None:
        return None, False
    began = moment(last.start)
    return began, len(course) == 1 and began < at - timedelta(days=DAYS)


@dataclass(frozen=True, slots=True)
class _Why:
    causes: tuple[ToldCause, ...]
    is_only_together: bool
    has_more: bool


_NO_REASON = _Why((), False, False)


def _causes(
    estate: Estate,
    viewpoint: Viewpoint,
    seen: Bools,
    places: Ints,
    effective: Mapping[int, Effective],
    at: datetime,
) -> dict[int, _Why]:
    numbers = estate.service_ids[places].tolist()
    troubled = [
        place
        for place, number in zip(places.tolist(), numbers, strict=True)
        if number in effective and effective[number].worst
    ][:_EXPLAINED]
    if not troubled:
        return {}
    # What follows from what is the same for all who look until the engine keeps something else.
    question = ("causes", standing_now().number, tuple(troubled))
    found = estate.remembered(question, lambda: reasons_of_several(estate, troubled, _PATHS))
    told = told_causes(estate, viewpoint, seen, at, [each.causes for each in found])
    reasons = (
        _Why(causes, each.is_only_together, bool(each.causes.more) or not each.causes.is_complete)
        for causes, each in zip(told, found, strict=True)
    )
    return dict(zip(estate.service_ids[np.array(troubled)].tolist(), reasons, strict=True))


def recent_events(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    at: datetime,
    since: datetime,
    limit: int,
    with_provided: bool = False,
) -> tuple[NamedEvent, ...]:
    """What happened to what the viewpoint consumes, the last first; of what organizations above
    it consume only where it consumes nothing itself. On request also what happened to what it
    provides."""
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    own, shared = map(np.flatnonzero, _consumed_by(estate, viewpoint, seen))
    places = own if len(own) else shared
    numbers = estate.service_ids[places].tolist()
    if with_provided:
        places = np.union1d(places, _provided_by(estate, viewpoint, seen))
        numbers = changed_since(estate.service_ids[places].tolist(), since)
    recent = recent_spans(numbers, since, _MOST_EVENTS)
    happened = recently(recent, at)[:limit]
    named = services_in(happened)
    rows = services_by_id(named)
    names = known_names(viewpoint, sorted(named))
    return named_events(
        happened, {number: names.get(number) or row.name for number, row in rows.items()}
    )


def consumed_among(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    references: Iterable[str],
    with_provided: bool = False,
) -> frozenset[str]:
    """Which of these services the viewpoint consumes, or on request provides, and may see."""
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    places = ours(estate, viewpoint, seen, with_provided=with_provided)
    numbers = set(estate.service_ids[places].tolist())
    rows = services_by_reference(references)
    return frozenset(reference for reference, row in rows.items() if row.id in numbers)
