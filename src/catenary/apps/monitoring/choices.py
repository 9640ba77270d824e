"""Words of the monitoring room, and how everybody writes from when to when something lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catenary.domain.condition.days import Day, worst_of

#: The words for what services are shown as (`queries.status.SHOWN`), and for ranges.
CONDITION_WORDS: dict[str, LazyText] = {
    "operational": gettext_lazy("operational"),
    "degraded": gettext_lazy("degraded"),
    "down": gettext_lazy("down"),
    "unknown": gettext_lazy("unknown"),
    "maintenance": gettext_lazy("maintenance"),
    "possibly degraded": gettext_lazy("possibly degraded"),
    "possibly down": gettext_lazy("possibly down"),
    "degraded, possibly down": gettext_lazy("degraded, possibly down"),
}


def condition_word(condition: str) -> str:
    """The word for a condition in the reader's language; an unknown one is shown as it is."""
    return str(CONDITION_WORDS.get(condition, condition))


def days_words(
    days: Iterable[Day],
    *,
    word: Callable[[str], str],
    length: Callable[[int], str],
    figure: Callable[[int], str],
) -> str:
    """``down on 1 day (12 min in all), operational on the other 52 days``: a day is what it was at
    worst, and how long that was is said where it was not all day."""
    parts = []
    told = worst_of(days)
    for each in told:
        if not each.is_whole:
            pattern = ngettext(
                "{condition} on {n} day ({length} in all)",
                "{condition} on {n} days ({length} in all)",
                each.days,
            )
        elif each.kind == "operational" and len(told) > 1:
            pattern = ngettext(
                "{condition} on the other day", "{condition} on the other {n} days", each.days
            )
        else:
            pattern = ngettext("{condition} on {n} day", "{condition} on {n} days", each.days)
        parts.append(
            pattern.format(
                condition=word(each.kind), n=figure(each.days), length=length(each.length)
            )
        )
    return ", ".join(parts)


def period_words(
    start: datetime, end: datetime, *, written: str = "DATETIME_FORMAT", with_weekday: bool = False
) -> str:
    """``1 December 2026, 10:00 to 13:00 UTC``: from when to when on the wall of the zone that both
    moments are in. A day is said once where it is one; the zone once, unless its clocks were
    changed between."""
    begins = _written(start, written, with_weekday)
    if start.tzname() != end.tzname():
        begins = _in_zone(begins, start)
    ends = (
        date_format(end, "TIME_FORMAT")
        if start.date() == end.date()
        else _written(end, written, with_weekday)
    )
    return _("{start} to {end}").format(start=begins, end=_in_zone(ends, end))


def happened_words(first: datetime, last: datetime) -> str:
    """When something happened, on the wall of the zone that both moments are in: from when to when,
    or just when, where that is one minute."""
    minute = last.replace(second=0, microsecond=0)
    if first.replace(second=0, microsecond=0) == minute:
        return _in_zone(_written(last, "DATETIME_FORMAT", False), last)
    return period_words(first, last)


def again_words(count: str, *, is_least: bool, worst: str, end: str) -> str:
    """What became of what changed again and again: ``worst`` and ``end`` in words already."""
    told = _("changed {n} times (at worst: {worst}), in the end: {end}")
    if is_least:
        told = _("changed at least {n} times (at worst: {worst}), in the end: {end}")
    return told.format(n=count, worst=worst, end=end)


def _written(at: datetime, written: str, with_weekday: bool) -> str:
    told = date_format(at, written)
    return f"{date_format(at, 'D')}, {told}" if with_weekday else told


def _in_zone(told: str, at: datetime) -> str:
    return f"{told}\N{NO-BREAK SPACE}{at.tzname()}"


#: The kind of notices in the outbox.
NOTICE = "notice"


class SourceKind(StrEnum):
    """What speaks: people by hand, a monitor, an import of histories, a schedule."""

    HAND = "hand"
    MONITOR = "monitor"
    IMPORT = "import"
    SCHEDULE = "schedule"


class Outcome(StrEnum):
    """What became of a word that was taken: it is new, or the same was said before."""

    RECORDED = "recorded"
    REPEATED = "repeated"


class About(StrEnum):
    """Whose conditions somebody wants to hear of: one service's, of all an organization consumes,
    or of all it provides."""

    SERVICE = "service"
    CONSUMED = "consumed"
    PROVIDED = "provided"


class Channel(StrEnum):
    """How somebody hears."""

    MAIL = "mail"
    WEBHOOK = "webhook"
