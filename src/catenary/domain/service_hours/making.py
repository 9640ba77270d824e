"""From what calendars and services say to hours that can be worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeAlias

from catenary.domain.documents.shapes import (
    CalendarDocument,
    CalendarException,
    PublicHolidays,
    ServiceHours,
)
from catenary.domain.service_hours.values import (
    ALWAYS,
    AllOf,
    AnyOf,
    DatedHours,
    Hours,
    Span,
    WeeklyHours,
    Without,
)

#: The public holidays of a country and region (empty: those of the whole country), with names.
HolidayDates: TypeAlias = Mapping[tuple[str, str], Sequence[tuple[date, str]]]


class HoursUnknown(Exception):
    """Hours cannot be worked out: what they are made of is missing, or they are made of
    themselves. ``reference`` is the calendar that is the reason."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"the hours of {reference} cannot be worked out")
        self.reference = reference


def hours_of(
    said: ServiceHours, calendars: Mapping[str, CalendarDocument], holidays: HolidayDates
) -> Hours:
    """The hours that a service says, of its own or of a calendar. Raises `HoursUnknown`."""
    if said.calendar:
        return calendar_hours(said.calendar, calendars, holidays)
    return _weekly(said)


def calendar_hours(
    reference: str, calendars: Mapping[str, CalendarDocument], holidays: HolidayDates
) -> Hours:
    """The hours of a calendar with what it is made of. Raises `HoursUnknown` when a calendar is
    missing or made of itself, or its holidays were not worked out: hours without them would
    be wrong."""
    return _calendar(reference, calendars, holidays, {}, ())


def _calendar(
    reference: str,
    calendars: Mapping[str, CalendarDocument],
    holidays: HolidayDates,
    made: dict[str, Hours],
    trail: tuple[str, ...],
) -> Hours:
    if reference in made:
        return made[reference]
    said = calendars.get(reference)
    # So deep no honest calendar is; Python itself stops soon after.
    if said is None or reference in trail or len(trail) > 100:
        raise HoursUnknown(reference)

    def of(references: tuple[str, ...]) -> tuple[Hours, ...]:
        return tuple(
            _calendar(part, calendars, holidays, made, (*trail, reference)) for part in references
        )

    hours: Hours
    if said.hours is not None:
        hours = _weekly(said.hours, _holidays(said, holidays), _exceptions(said.exceptions))
    elif said.any_of:
        hours = AnyOf(of(said.any_of))
    else:
        hours = AllOf(of(said.all_of))
    if said.without:
        hours = Without(hours, AnyOf(of(said.without)))
    made[reference] = hours
    return hours


def _weekly(
    said: ServiceHours,
    holidays: tuple[DatedHours, ...] = (),
    exceptions: tuple[DatedHours, ...] = (),
) -> WeeklyHours:
    if said.is_always:
        return ALWAYS
    days: list[list[Span]] = [[] for _ in range(7)]
    for span in said.weekly:
        days[span.day].append((span.start, span.end))
    return WeeklyHours(said.zone, tuple(tuple(day) for day in days), holidays, exceptions)


def _holidays(said: CalendarDocument, known: HolidayDates) -> tuple[DatedHours, ...]:
    wanted: PublicHolidays | None = said.holidays
    if wanted is None:
        return ()
    dates = known.get((wanted.country, wanted.region))
    if dates is None:
        raise HoursUnknown(said.reference)
    return tuple(DatedHours(day, wanted.spans, name) for day, name in dates)


def _exceptions(said: tuple[CalendarException, ...]) -> tuple[DatedHours, ...]:
    return tuple(
        DatedHours(exception.first + timedelta(days=away), exception.spans, exception.name)
        for exception in said
        for away in range((exception.last - exception.first).days + 1)
    )
