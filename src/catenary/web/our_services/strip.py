"""Ninety days as a strip: one bar per day, higher where it was worse, and a table that says the
same. Used on pages behind the door, on public ones, and in their static copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catenary.apps.monitoring.choices import days_words
from catenary.domain.condition.days import KINDS, Day
from catenary.domain.intervals import MINUTE, SECOND
from catenary.web.pages.marks import ConditionMark
from catenary.web.pages.our_services import DayLine, Strip
from catenary.web.reading import duration, figure
from catenary.web.words import condition_word

_STEP, _BAR, _HEIGHT = 8, 6, 36
#: The worse, the higher: the picture reads without its colours.
_TALL = {"down": 36, "degraded": 26, "unknown": 20, "planned": 15, "operational": 10}
#: So many lines of days are told; a course that changes every day is better read as a picture.
_MOST_LINES = 60


def condition_mark(kind: str) -> ConditionMark:
    """The mark of what a condition is shown as."""
    return ConditionMark("planned" if kind == "maintenance" else kind)


def strip_of(days: Sequence[Day], name: str) -> Strip:
    """The strip of one service."""
    told = [day for day in days if day.worst]
    sentence = _sentence(told)
    return Strip(
        svg=_svg(told, _("{service}, {count} days: {sentence}"), name, sentence),
        sentence=sentence,
        first=_short(told[0].day) if told else "",
        lines=tuple(_lines(told))[:_MOST_LINES],
    )


def _sentence(days: Sequence[Day]) -> str:
    """``down on 2 days (12 min in all), operational on the other 88 days``."""
    return days_words(
        days,
        word=lambda kind: condition_word(condition_mark(kind).condition),
        length=short_duration,
        figure=figure,
    )


def _svg(days: Sequence[Day], pattern: str, name: str, sentence: str) -> SafeString:
    # Each of them is safe already.
    bars = mark_safe("".join(_bars(days)))
    return format_html(
        '<svg class="strip" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"'
        ' aria-label="{}">{}</svg>',
        max(1, len(days)) * _STEP,
        _HEIGHT,
        pattern.format(service=name, count=figure(len(days)), sentence=sentence),
        bars,
    )


def _bars(days: Sequence[Day]) -> Iterator[SafeString]:
    """One bar for each day. Most days are one thing from beginning to end: the bar of such a day
    is made once, for all services that had it."""
    language = get_language() or ""
    for at, day in enumerate(days):
        yield _whole(language, at, day.day, day.worst) if len(day.held) == 1 else _bar(at, day)


#: Ninety places of five kinds, in some languages, around the dates that are today somewhere.
@lru_cache(maxsize=4_096)
def _whole(_language: str, at: int, day: date, kind: str) -> SafeString:
    """The bar of a day that was one thing all day."""
    return _bar(at, Day(day, kind, {kind: 0}))


def _bar(at: int, day: Day) -> SafeString:
    mark = condition_mark(day.worst)
    tall = _TALL[mark.condition]
    return format_html(
        '<rect class="bar is-{}" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>',
        mark.condition,
        at * _STEP + 1,
        _HEIGHT - tall,
        _BAR,
        tall,
        _short(day.day),
        held_words(day),
    )


def held_words(day: Day) -> str:
    """``down 12 min``, or the condition alone when it held all day."""
    told = [kind for kind in KINDS if kind in day.held]
    if len(told) == 1:
        return condition_word(condition_mark(told[0]).condition)
    wrong = [kind for kind in told if kind != "operational"]
    return ", ".join(
        f"{condition_word(condition_mark(kind).condition)} {short_duration(day.held[kind])}"
        for kind in wrong
    )


def short_duration(length: int) -> str:
    """A length to the minute, or to the second below one."""
    if length < SECOND:
        return duration(SECOND)
    unit = MINUTE if length >= MINUTE else SECOND
    return duration(length // unit * unit)


def _lines(days: Sequence[Day]) -> Iterator[DayLine]:
    """The days that were not all well, the last first; those alike in a row are one line."""
    for first, last in _runs([day for day in reversed(days)]):
        if first.worst == "operational":
            continue
        named = _short(first.day)
        if last.day != first.day:
            named = _("{first} to {last}").format(first=_short(last.day), last=_short(first.day))
        yield DayLine(named, condition_mark(first.worst), held_words(first))


def _runs(days: Sequence[Day]) -> Iterator[tuple[Day, Day]]:
    start = 0
    for at in range(1, len(days) + 1):
        is_same = (
            at < len(days)
            and len(days[start].held) == 1
            and len(days[at].held) == 1
            and days[at].worst == days[start].worst
        )
        if not is_same:
            yield days[start], days[at - 1]
            start = at


def _short(day: date) -> str:
    return _written(get_language() or "", day)


@lru_cache(maxsize=1_024)
def _written(_language: str, day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")
