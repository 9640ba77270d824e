"""CAT7xx: calendars. Do they exist, open at all, and stand on something but themselves?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catenary.domain.checks.index import CatalogueIndex
from catenary.domain.checks.rule import Found, Rule, rule
from catenary.domain.checks.wording import shown
from catenary.domain.documents.shapes import CalendarDocument
from catenary.domain.findings import Severity
from catenary.domain.intervals import DAY
from catenary.domain.said import said
from catenary.domain.service_hours import HoursUnknown, calendar_hours, open_intervals

#: From 1 January 2026, for a year: any year shows whether weekly hours ever meet.
_YEAR = (1_767_225_600_000_000, 1_767_225_600_000_000 + 365 * DAY)


@rule(
    "CAT701",
    "Service hours of a missing calendar",
    Severity.ERROR,
    idea="Promises are counted in service hours (SEMANTICS 3 and 4). Hours that stand nowhere "
    "make every figure of the service unknown.",
    remedy="Describe the calendar, correct its reference, or say the hours at the service.",
)
def hours_of_missing_calendar(index: CatalogueIndex) -> Iterator[Found]:
    calendars = index.catalogue.calendars
    for at in index.current:
        hours = index.services[at].service_hours
        if hours is not None and hours.calendar and hours.calendar not in calendars:
            reference = index.references[at]
            yield (
                reference,
                ("services", reference, "service-hours"),
                said(
                    "{service} keeps the hours of {calendar}, which the catalogue does not hold.",
                    index.name(at),
                    shown(hours.calendar),
                ),
                said("Describe the calendar or correct its reference."),
            )


@rule(
    "CAT702",
    "Calendar made of a missing one",
    Severity.ERROR,
    idea="Hours put together from others are known only when each of them is (SEMANTICS 3).",
    remedy="Describe the missing calendar, correct its reference, or leave it out.",
)
def made_of_missing(index: CatalogueIndex) -> Iterator[Found]:
    calendars = index.catalogue.calendars
    for reference, calendar in calendars.items():
        for field, parts in _fields(calendar):
            for part in parts:
                if part not in calendars:
                    yield (
                        reference,
                        ("calendars", reference, field),
                        said(
                            "{calendar} is made of {part}, which the catalogue does not hold.",
                            shown(calendar.name),
                            shown(part),
                        ),
                        said("Describe the calendar or correct its reference."),
                    )


@rule(
    "CAT703",
    "Calendars made of each other",
    Severity.ERROR,
    idea="A calendar made of itself says nothing about any instant: neither open nor closed "
    "would contradict it.",
    remedy="Make it of calendars that are not made of it.",
)
def made_of_themselves(index: CatalogueIndex) -> Iterator[Found]:
    calendars = index.catalogue.calendars
    told: set[str] = set()
    for reference, calendar in calendars.items():
        made_of = _made_of(reference, calendars)
        if reference in made_of and reference not in told and index.in_scope(reference):
            # A loop is told once, whoever of it comes first.
            told |= {part for part in made_of if reference in _made_of(part, calendars)}
            yield (
                reference,
                ("calendars", reference),
                said(
                    "{calendar} is made of itself, perhaps by way of others.", shown(calendar.name)
                ),
                said("Make it of calendars that are not made of it."),
            )


@rule(
    "CAT704",
    "Calendar that never opens",
    Severity.WARNING,
    idea="A promise in hours that never come can neither be kept nor broken (SEMANTICS 4: not "
    "applicable, never 100 %).",
    remedy="Correct its hours, or what it is made of.",
)
def never_open(index: CatalogueIndex) -> Iterator[Found]:
    calendars = index.catalogue.calendars
    # Which holidays there are is not known here, and no holiday ever closed a whole year.
    holidays = {
        (said.holidays.country, said.holidays.region): ()
        for said in calendars.values()
        if said.holidays is not None
    }
    for reference, calendar in calendars.items():
        if not index.in_scope(reference):
            continue
        try:
            hours = calendar_hours(reference, calendars, holidays)
        except HoursUnknown:
            continue
        if not len(open_intervals(hours, *_YEAR)):
            yield (
                reference,
                ("calendars", reference),
                said("{calendar} is not open once in a whole year.", shown(calendar.name)),
                said("Correct its hours, or what it is made of."),
            )


@rule(
    "CAT705",
    "Calendar of an unknown organization",
    Severity.ERROR,
    idea="Somebody keeps the hours that a calendar promises, and somebody may change it (R6, R7).",
    remedy="Describe the organization, or say whose it is with organization.",
)
def of_unknown_organization(index: CatalogueIndex) -> Iterator[Found]:
    for reference, calendar in index.catalogue.calendars.items():
        if calendar.organization not in index.catalogue.organizations:
            yield (
                reference,
                ("calendars", reference, "organization"),
                said(
                    "{calendar} belongs to {organization}, which the catalogue does not hold.",
                    shown(calendar.name),
                    shown(calendar.organization),
                ),
                said("Describe the organization, or correct whose the calendar is."),
            )


def _made_of(reference: str, calendars: Mapping[str, CalendarDocument]) -> set[str]:
    """Everything a calendar is made of, directly and by way of others."""
    seen: set[str] = set()
    latest = {reference}
    while latest:
        latest = {p for r in latest if r in calendars for p in calendars[r].parts} - seen
        seen |= latest
    return seen


def _fields(calendar: CalendarDocument) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("any-of", calendar.any_of),
        ("all-of", calendar.all_of),
        ("without", calendar.without),
    )


RULES: tuple[Rule, ...] = (
    hours_of_missing_calendar,
    made_of_missing,
    made_of_themselves,
    never_open,
    of_unknown_organization,
)
