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
    edit_url: str = ""
    closed_days_url: str = ""
    history_url: str = ""


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
    new_url: str = ""


@dataclass(frozen=True, slots=True)
class CalendarDayField:
    """The hours of one weekday, as they are typed."""

    name: str
    word: str
    value: str


@dataclass(frozen=True, slots=True)
class CalendarFormPage:
    """The form of a calendar, with what was typed and what is wrong with it. ``seen`` is the
    digest of what it said when the form was opened."""

    title: str
    reference: str
    values: dict[str, str]
    days: tuple[CalendarDayField, ...]
    homes: tuple[tuple[str, str], ...]
    zones: tuple[str, ...]
    offered: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]
    seen: str
    url: str
    back_url: str
    year: int
    is_new: bool = True
