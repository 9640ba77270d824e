"""What an organization consumes, in its own words, and how it goes with it: for its customers'
page and feed, and for whoever is told of changes.

Only services that somebody at, below or above the viewpoint consumes, and of these what the asker
may see; what they rest on is told as far as `queries.status` tells it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from catenary.apps.monitoring.queries.explaining import (
    UNHEARD_OF,
    Effective,
    causes_of_several,
    effective_now,
)
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.shown_spans import recent_spans, spans_of
from catenary.apps.monitoring.queries.standing import kinds_now
from catenary.apps.monitoring.queries.status import SHOWN, ToldCause, shown, told_causes
from catenary.apps.organizations.queries import OrganizationRow, organizations_by_id
from catenary.apps.portfolio.queries.catalogue import known_names
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import services_by_id, services_by_reference
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.condition.days import Day, Span, days, midnights, today_in
from catenary.domain.condition.events import Event, events
from catenary.domain.estate import STAGE_CODES, Bools, Estate, Ints

#: How far back the strip of a service goes, and the events on a page.
DAYS = 90
RECENT = timedelta(days=14)
_MOST_EVENTS = 2_000
#: So many services in trouble are explained; the others say what they are and since when.
_EXPLAINED = 10
_RETIRED = STAGE_CODES["retired"]


@dataclass(frozen=True, slots=True)
class ConsumedService:
    """A service under the name its customer uses. ``since`` is when it came into its condition;
    when that is longer ago than ``DAYS`` days, ``is_long`` and the moment is a bound."""

    id: int
    reference: str
    name: str
    provider: OrganizationRow
    kind: str
    effective: Effective
    since: datetime | None
    is_long: bool
    causes: tuple[ToldCause, ...]
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """What happened at a moment: services by name, in order of their names."""

    at: datetime
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Consumed:
    """One page of what is consumed, what is not fine first. ``counts`` are of all of it."""

    services: tuple[ConsumedService, ...]
    counts: dict[str, int]
    total: int
    page: int
    pages: int


def consumed_places(estate: Estate, viewpoint: Viewpoint, seen: Bools) -> Ints:
    """Where the services stand that a viewpoint consumes and may see, in order of their names."""
    organization = estate.organization_position(viewpoint.organization_id)
    if organization is None:
        return np.zeros(0, dtype=np.int64)
    consumer = estate.consumption_consumer
    below = (consumer >= organization) & (consumer < estate.organization_end[organization])
    above = (consumer <= organization) & (estate.organization_end[consumer] > organization)
    consumed = np.zeros(estate.size, dtype=np.bool_)
    consumed[estate.consumption_service[below | above]] = True
    return np.flatnonzero(consumed & seen & (estate.stage != _RETIRED))


def consumed(
    *, actor: Actor, viewpoint: Viewpoint, at: datetime, zone: str, page: int = 1, size: int = 30
) -> Consumed:
    """What the viewpoint consumes, with its days as a calendar in ``zone`` shows them."""
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    places = consumed_places(estate, viewpoint, seen)
    kinds = kinds_now(estate)[places]
    counts = dict(zip(SHOWN, np.bincount(kinds, minlength=len(SHOWN)).tolist(), strict=True))
    pages = max(1, -(-len(places) // size))
    page = min(max(1, page), pages)
    chosen = places[np.argsort(kinds, kind="stable")][(page - 1) * size : page * size]
    services = _services(estate, viewpoint, seen, chosen, at, zone)
    return Consumed(services, counts, len(places), page, pages)


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
                causes=causes.get(number, ()),
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


def _causes(
    estate: Estate,
    viewpoint: Viewpoint,
    seen: Bools,
    places: Ints,
    effective: Mapping[int, Effective],
    at: datetime,
) -> dict[int, tuple[ToldCause, ...]]:
    numbers = estate.service_ids[places].tolist()
    troubled = [
        place
        for place, number in zip(places.tolist(), numbers, strict=True)
        if number in effective and effective[number].worst
    ][:_EXPLAINED]
    if not troubled:
        return {}
    found = causes_of_several(estate, troubled, paths=20)
    told = told_causes(estate, viewpoint, seen, at, [causes for causes, _ in found])
    return dict(zip(estate.service_ids[np.array(troubled)].tolist(), told, strict=True))


def recent_events(
    *, actor: Actor, viewpoint: Viewpoint, at: datetime, since: datetime, limit: int
) -> tuple[NamedEvent, ...]:
    """What happened to what the viewpoint consumes, the last first."""
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    places = consumed_places(estate, viewpoint, seen)
    numbers = estate.service_ids[places].tolist()
    recent = recent_spans(numbers, since, _MOST_EVENTS)
    happened = events(recent.spans, micros(recent.since))[:limit]
    named = {change.service for event in happened for change in event.changes}
    rows = services_by_id(named)
    names = known_names(viewpoint, sorted(named))
    return named_events(
        happened, {number: names.get(number) or row.name for number, row in rows.items()}, at
    )


def consumed_among(
    *, actor: Actor, viewpoint: Viewpoint, references: Iterable[str]
) -> frozenset[str]:
    """Which of these services the viewpoint consumes and may see."""
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    numbers = set(estate.service_ids[consumed_places(estate, viewpoint, seen)].tolist())
    rows = services_by_reference(references)
    return frozenset(reference for reference, row in rows.items() if row.id in numbers)


def named_events(
    happened: Sequence[Event], names: Mapping[int, str], at: datetime
) -> tuple[NamedEvent, ...]:
    """Events with the names of services in them; what lies ahead of ``at`` has not happened."""
    return tuple(
        NamedEvent(
            moment(event.at),
            tuple(
                sorted(
                    (names[change.service], change.was, change.now)
                    for change in event.changes
                    if change.service in names
                )
            ),
        )
        for event in happened
        if event.at <= micros(at)
    )
