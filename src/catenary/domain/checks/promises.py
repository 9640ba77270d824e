"""CAT3xx: warranty. Is a promise complete, and does what stands behind it promise as much?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import numpy as np

from catenary.domain.checks.definition import figure
from catenary.domain.checks.index import CatalogueIndex
from catenary.domain.checks.rule import Found, Rule, rule
from catenary.domain.checks.wording import listed, shown
from catenary.domain.documents.shapes import ServiceDocument, ServiceHours, Warranty
from catenary.domain.findings import Severity
from catenary.domain.intervals import DAY, MINUTE
from catenary.domain.said import figure as figure_of
from catenary.domain.said import said
from catenary.domain.service_hours import HoursUnknown, first_gap, hours_of

_NOTHING_PROMISED = Warranty()
_ALL = Decimal(100)
_WEEK = 7 * 1440
#: From 1 January 2026, for a year.
_YEAR = (1_767_225_600_000_000, 1_767_225_600_000_000 + 365 * DAY)


@rule(
    "CAT301",
    "No warranty",
    Severity.WARNING,
    idea="Value needs utility and warranty, both (ITIL 4; R4). Without availability, capacity, "
    "continuity or security promised, every failure is a matter of opinion.",
    remedy="Promise at least one warranty target that the chain can keep.",
)
def no_warranty(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.facing:
        service = index.services[at]
        if service.warranty is _NOTHING_PROMISED or service.warranty.is_empty:
            yield (
                service.reference,
                ("services", service.reference, "warranty"),
                said("{service} is customer-facing and promises no warranty.", index.name(at)),
                said("Agree on availability, capacity, continuity, security or performance."),
            )


@rule(
    "CAT302",
    "Promise without service hours",
    Severity.WARNING,
    idea="Availability and times to recover are counted in agreed service time (SEMANTICS 3 and "
    "4). 99.9 % of what? Without hours two sides compute two figures.",
    remedy="Record the service hours: 24x7, or hours per weekday in a time zone.",
)
def promise_without_hours(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.current:
        service = index.services[at]
        warranty = service.warranty
        if service.service_hours is not None:
            continue
        promised: list[str] = []
        if warranty.availability is not None:
            promised.append(said("{share} % availability", figure(warranty.availability)))
        if warranty.continuity is not None:
            promised.append(said("continuity"))
        if warranty.performance:
            promised.append(said("performance"))
        if promised:
            yield (
                service.reference,
                ("services", service.reference, "service-hours"),
                said(
                    "{service} promises {promised} and has no service hours.",
                    index.name(at),
                    listed(promised),
                ),
                said("Record the service hours in which the promise counts."),
            )


@rule(
    "CAT303",
    "Availability that says nothing",
    Severity.WARNING,
    idea="A promise is worth what its breach would mean. 0 % can never be broken; 100 % is "
    "broken by the first second and is therefore believed by nobody (R4, R25).",
    remedy="Promise a figure above 0 and below 100 that the chain can keep.",
)
def availability_says_nothing(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.current:
        availability = index.services[at].warranty.availability
        if availability is None or 0 < availability < _ALL:
            continue
        reference = index.references[at]
        yield (
            reference,
            ("services", reference, "warranty", "availability"),
            said(
                "{service} promises {share} % availability, which can never be broken.",
                index.name(at),
                figure(availability),
            )
            if availability <= 0
            else said(
                "{service} promises {share} % availability, which the first second breaks.",
                index.name(at),
                figure(availability),
            ),
            said("Promise a figure above 0 % and below 100 % that its supporters can carry."),
        )


@rule(
    "CAT304",
    "Promises more than an essential supporter",
    Severity.WARNING,
    idea="A chain is no stronger than its weakest link: a service is down whenever a supporter "
    "it cannot do without is down (R25; ISO/IEC 20000-1, 8.3.4).",
    remedy="Raise the supporter's promise, add an alternative, or promise less.",
)
def promises_more_than_supporter(index: CatalogueIndex) -> Iterator[Found]:
    for source, target, position in _needed_pairs(index, _promises_availability):
        service, supporter = index.services[source], index.services[target]
        ours, theirs = service.warranty.availability, supporter.warranty.availability
        if ours is not None and theirs is not None and ours > theirs:
            yield (
                service.reference,
                ("services", service.reference, "relies-on", position),
                said(
                    "{service} promises {ours} % availability but cannot do without {reference}, "
                    "which promises {theirs} %.",
                    index.name(source),
                    figure(ours),
                    shown(supporter.reference),
                    figure(theirs),
                ),
                said(
                    "Agree on at least {ours} % with {provider}, add an alternative, or promise "
                    "less.",
                    figure(ours),
                    shown(supporter.provider),
                ),
            )


@rule(
    "CAT305",
    "Open longer than an essential supporter",
    Severity.WARNING,
    idea="The service hours of the supporters must cover the hours promised (SEMANTICS 6; R25). "
    "Outside them nobody owes us a working supporter.",
    remedy="Extend the supporter's hours, add an alternative, or shorten the hours promised.",
)
def open_longer_than_supporter(index: CatalogueIndex) -> Iterator[Found]:
    compared: dict[tuple[ServiceHours, ServiceHours], int] = {}  # few distinct hours, many pairs
    for source, target, position in _needed_pairs(index, _has_hours):
        service, supporter = index.services[source], index.services[target]
        ours, theirs = service.service_hours, supporter.service_hours
        if ours is None or theirs is None or theirs.is_always:
            continue
        if ours.calendar or theirs.calendar:
            yearly = _uncovered_in_a_year(index, ours, theirs)
            if yearly:
                yield (
                    service.reference,
                    ("services", service.reference, "relies-on", position),
                    said(
                        "{service} is open {minutes} a year, public holidays left out, in which "
                        "{reference}, which it cannot do without, is closed.",
                        index.name(source),
                        _in_hours(yearly),
                        shown(supporter.reference),
                    ),
                    said(
                        "Agree on longer hours with {provider}, add an alternative, or shorten "
                        "the service hours.",
                        shown(supporter.provider),
                    ),
                )
            continue
        minutes = compared.get((ours, theirs))
        if minutes is None:
            minutes = compared[ours, theirs] = _uncovered_minutes(ours, theirs)
        if minutes:
            yield (
                service.reference,
                ("services", service.reference, "relies-on", position),
                said(
                    "{service} is open {minutes} a week in which {reference}, which it cannot do "
                    "without, is closed.",
                    index.name(source),
                    _in_hours(minutes),
                    shown(supporter.reference),
                ),
                said(
                    "Agree on longer hours with {provider}, add an alternative, or shorten the "
                    "service hours.",
                    shown(supporter.provider),
                ),
            )


def _promises_availability(service: ServiceDocument) -> bool:
    return service.warranty.availability is not None


def _has_hours(service: ServiceDocument) -> bool:
    return service.service_hours is not None


def _needed_pairs(
    index: CatalogueIndex, promising: Callable[[ServiceDocument], bool]
) -> Iterator[tuple[int, int, int]]:
    """Service, supporter it is down without, and the position of the group: both promising,
    neither retired."""
    flags = np.fromiter(map(promising, index.services), np.bool_, len(index.services))
    flags &= ~index.retired
    mask = index.needed & index.known_members
    mask[mask] = flags[index.member_source[mask]] & flags[index.member_target[mask]]
    mask &= index.member_source != index.member_target
    targets = index.member_target[mask].tolist()
    gates = index.member_gate[mask].tolist()
    for target, gate in zip(targets, gates, strict=True):
        yield index.gates[gate].service, target, index.gates[gate].position


def _uncovered_minutes(ours: ServiceHours, theirs: ServiceHours) -> int:
    """Minutes of a plain week in which we are open and they are not. 0 too when the zones
    differ: then it depends on the date, which feasibility works out (R25)."""
    if ours.is_always:
        return _WEEK - len(_open_minutes(theirs))
    if ours.zone != theirs.zone:
        return 0
    return len(_open_minutes(ours) - _open_minutes(theirs))


def _uncovered_in_a_year(index: CatalogueIndex, ours: ServiceHours, theirs: ServiceHours) -> int:
    """Minutes of 2026 in which we are open and they are not, by their calendars. 0 too when hours
    cannot be worked out: then another rule tells why."""
    known = index.uncovered_in_a_year.get((ours, theirs))
    if known is None:
        calendars = index.catalogue.calendars
        # Which holidays there are is not known here: they close neither.
        holidays = {
            (calendar.holidays.country, calendar.holidays.region): ()
            for calendar in calendars.values()
            if calendar.holidays is not None
        }
        try:
            gap = first_gap(
                hours_of(ours, calendars, holidays), hours_of(theirs, calendars, holidays), *_YEAR
            )
        except HoursUnknown:
            gap = None
        known = 0 if gap is None else gap.in_all // MINUTE
        index.uncovered_in_a_year[ours, theirs] = known
    return known


def _open_minutes(hours: ServiceHours) -> set[int]:
    return {
        span.day * 1440 + minute for span in hours.weekly for minute in range(span.start, span.end)
    }


def _in_hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not rest:
        return said("{n} h", figure_of(hours))
    if not hours:
        return said("{n} min", figure_of(rest))
    return said("{hours} h {minutes} min", figure_of(hours), figure_of(rest))


RULES: tuple[Rule, ...] = (
    no_warranty,
    promise_without_hours,
    availability_says_nothing,
    promises_more_than_supporter,
    open_longer_than_supporter,
)
