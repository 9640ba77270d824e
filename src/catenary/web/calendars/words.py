"""Whether hours are open now, and when that changes, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catenary.domain.documents.hours import UNBROKEN_DASH
from catenary.domain.intervals import HOUR, instant, moment
from catenary.domain.service_hours import Hours, is_open, next_change
from catenary.domain.service_hours.days import zones_of
from catenary.web.reading import duration, figure


def zone_of(hours: Hours) -> str:
    """The time zone in which hours are told: the first they keep, or UTC."""
    return next(iter(zones_of(hours)), "UTC")


def open_now(hours: Hours, at: datetime) -> str:
    """``Open now, until Friday, 27 November, 18:00.`` in the time zone of the hours."""
    now = instant(at)
    change = next_change(hours, now)
    when = "" if change is None else wall(change, zone_of(hours))
    if is_open(hours, now):
        if change is None:
            return _("Open now, round the clock.")
        return _("Open now, until {when}.").format(when=when)
    if change is None:
        return _("Closed now, and not known to open again.")
    return _("Closed now, until {when}.").format(when=when)


def wall(at: int, zone: str) -> str:
    """An instant as the wall in a zone shows it."""
    local = moment(at).astimezone(ZoneInfo(zone))
    return f"{date_format(local, 'l')}, {date_format(local, 'DATE_FORMAT')}, {local:%H:%M}"


def spans_in_words(spans: Iterable[tuple[int, int]]) -> str:
    """``08:00–12:00, 13:00–18:00``, or closed."""
    told = ", ".join(f"{_clock(start)}{UNBROKEN_DASH}{_clock(end)}" for start, end in spans)
    return told or _("closed")


def service_time(microseconds: int) -> str:
    """``210 h``, ``8 h 30 min``: never in days, which are 24 hours to nobody here."""
    hours, rest = divmod(microseconds, HOUR)
    told = _("{n} h").format(n=figure(hours))
    return f"{told} {duration(rest)}" if rest else told


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
