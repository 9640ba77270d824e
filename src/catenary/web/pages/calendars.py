"""Calendars: the page of one and the list of all."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.maintenance import FeedBox
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A date with its hours in words; ``why`` names the holiday or exception, ``is_today`` marks
    the date it is now."""

    day: str
    hours: str
    length: str
    why: str = ""
    is_today: bool = False


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month, the hours open in it and the dates in it that are unlike others."""

    month: str
    length: str
    days: tuple[CalendarDay, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """One calendar. ``week_svg`` is the picture of this week, ``week`` the same as a table;
    without hours that can be worked out both are empty and ``problem`` says why."""

    name: str
    reference: str
    organization: Link
    answer: Sentence
    description: str = ""
    rule: Sentence = Sentence()
    zone: str = ""
    problem: str = ""
    week_svg: str = ""
    week: tuple[CalendarDay, ...] = ()
    months: tuple[CalendarMonth, ...] = ()
    services: tuple[Link, ...] = ()
    more_services: str = ""
    wholes: tuple[Link, ...] = ()
    made_with: tuple[str, ...] = ()
    feed_url: str = ""
    feed: FeedBox | None = None


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """A calendar in the list, with whether it is open now."""

    calendar: Link
    organization: Link
    state: str


@dataclass(frozen=True, slots=True)
class CalendarsPage:
    """Every calendar one may see."""

    answer: Sentence
    lines: tuple[CalendarLine, ...] = ()
