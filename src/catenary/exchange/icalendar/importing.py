"""Bringing closed days of an iCalendar file into a calendar, as dated exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from catenary.apps.calendars.policies import knows_calendar
from catenary.apps.calendars.queries import calendar_documents, calendars_by_reference
from catenary.apps.common.operations import catalogue_change
from catenary.domain.actors import BY_HAND, Actor
from catenary.domain.documents.calendars import MAX_EXCEPTIONS, calendar_to_plain, read_calendar
from catenary.domain.documents.plain import digest
from catenary.domain.documents.shapes import CalendarDocument, CalendarException
from catenary.domain.findings import Problem
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import as_said, figure, said
from catenary.exchange.catalogue.amending import Amendment, Conflict, Conflicts, amend
from catenary.exchange.icalendar.reading import ClosedDay, Rejected, read_closed_days

#: Closed days are brought in from today for so long.
_AHEAD = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a file: days that are new, days that had an exception already and keep it,
    and those of its ``events`` that were rejected. ``document`` is what the calendar says with
    them."""

    taken: tuple[ClosedDay, ...]
    known: tuple[ClosedDay, ...]
    rejected: tuple[Rejected, ...]
    events: int
    document: CalendarDocument


def bring_closed_days(
    *,
    actor: Actor,
    at: datetime,
    reference: str,
    raw: bytes,
    seen: str | None = None,
    dry_run: bool = False,
    take_over: bool = False,
) -> Brought:
    """Make the whole days of a file, from today for three years, closed days of a calendar; all
    of them or none. ``seen`` is the digest of what its writer last saw, if that matters. With
    ``dry_run`` everything is tried and nothing is kept: it answers, or is refused, as it would be.

    Raises `NotACalendar` for a file that is none, `Refused` when the calendar is missing, is not
    the actor's to change, has no hours of its own in a zone, or is managed by another source; and
    what else `amend` raises.
    """
    document = calendar_documents([reference]).get(reference)
    row = calendars_by_reference([reference]).get(reference)
    if document is None or row is None or not knows_calendar(actor, row.root_id):
        raise Refused([_missing(reference)])
    today = at.astimezone(ZoneInfo(document.hours.zone or "UTC") if document.hours else UTC).date()
    read = read_closed_days(raw, first=today, last=today + _AHEAD)
    there = _dates_of(document)
    known = tuple(d for d in read.days if d.day in there)
    taken = tuple(d for d in read.days if d.day not in there)
    found = digest(calendar_to_plain(document))
    if seen not in (None, found):
        raise Conflicts([Conflict("calendar", reference, found)])
    wanted = _checked(_with(document, taken)) if taken else document
    if taken:
        # What was read here is what is added to: were it changed meanwhile, that would be lost.
        amendment = Amendment("calendar", reference, wanted, expected=found)
        with _only_tried() if dry_run else nullcontext():
            amend(
                actor=actor,
                at=at,
                amendments=[amendment],
                note="closed days of an iCalendar file",
                source=BY_HAND,
                take_over=take_over,
            )
    return Brought(taken, known, read.rejected, read.events, wanted)


def brought_as_plain(brought: Brought) -> dict[str, Any]:
    """What came of a file for programs, the same at every door."""
    return {
        "events": brought.events,
        "taken": [{"date": d.day.isoformat(), "name": d.name} for d in brought.taken],
        "known": [{"date": d.day.isoformat(), "name": d.name} for d in brought.known],
        "rejected": [
            {
                "number": r.number,
                "line": r.line,
                "name": r.name,
                "reason": str(r.reason),
                "remedy": str(r.remedy),
            }
            for r in brought.rejected
        ],
    }


class _Tried(Exception):
    """Ends what was only tried."""


@contextmanager
def _only_tried() -> Iterator[None]:
    """What is changed within is done as it would be, and then taken back."""
    try:
        with catalogue_change():
            yield
            raise _Tried
    except _Tried:
        pass


def _with(document: CalendarDocument, taken: tuple[ClosedDay, ...]) -> CalendarDocument:
    """The document with these days closed."""
    closed = (CalendarException(day.day, day.day, (), day.name) for day in taken)
    exceptions = sorted((*document.exceptions, *closed), key=lambda exception: exception.first)
    return replace(document, exceptions=tuple(exceptions))


def _dates_of(document: CalendarDocument) -> set[date]:
    """The dates that are unlike others already."""
    return {
        exception.first + timedelta(days=away)
        for exception in document.exceptions
        for away in range((exception.last - exception.first).days + 1)
    }


def _checked(document: CalendarDocument) -> CalendarDocument:
    """The document, read as every door reads it: what a file brings is no better than others."""
    problems: list[Problem] = []
    plain = calendar_to_plain(document)
    found = read_calendar(document.reference, plain, problems, ("calendars", document.reference))
    if found is None:
        raise Refused(
            [
                Refusal(
                    "unreadable",
                    document.reference,
                    problem.path,
                    as_said(problem.sentence),
                    as_said(problem.expected)
                    or said("at most {n} exceptions", figure(MAX_EXCEPTIONS)),
                )
                for problem in problems
            ]
        )
    return found


def _missing(reference: str) -> Refusal:
    return Refusal(
        "calendar-missing",
        reference,
        ("calendars", reference),
        said("there is no calendar {missing} that you may see", reference),
        said("define it, or correct the reference"),
    )
