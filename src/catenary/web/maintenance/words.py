"""Maintenance in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.choices import period_words
from catenary.apps.monitoring.queries.maintenance import MaintenanceView, TouchedService
from catenary.domain.documents.hours import DAY_NAMES
from catenary.domain.maintenance.rules import RuleError, read_rule
from catenary.web import addresses
from catenary.web.calendars.words import service_time
from catenary.web.pages.maintenance import TouchedLine
from catenary.web.pages.marks import ConditionMark
from catenary.web.pages.sentences import Link
from catenary.web.reading import figure, in_words


def when_words(start: datetime, end: datetime) -> str:
    """``Sun, 29 November 2026, 02:00 to 04:00 UTC`` where the reader reads."""
    return period_words(timezone.localtime(start), timezone.localtime(end), with_weekday=True)


def wall_words(wall: datetime) -> str:
    """``Sun, 29 November 2026, 02:00`` on the wall of a plan."""
    return f"{date_format(wall, 'D')}, {date_format(wall, 'DATE_FORMAT')}, {wall:%H:%M}"


def ahead_words(announced: datetime | None, start: datetime) -> str:
    """How long before it begins it was announced."""
    if announced is None:
        return ""
    if announced >= start:
        return _("announced when it had begun")
    ahead = start - announced
    if ahead >= timedelta(days=2):
        days = ngettext("announced {n} day ahead", "announced {n} days ahead", ahead.days)
        return days.format(n=figure(ahead.days))
    hours = ahead // timedelta(hours=1)
    return ngettext("announced {n} hour ahead", "announced {n} hours ahead", hours).format(
        n=figure(hours)
    )


def rhythm_words(rule: str) -> str:
    """A rule in words, as far as it is a usual one; else the rule."""
    if not rule:
        return ""
    try:
        read = read_rule(rule)
    except RuleError:
        return rule
    which = {1: _("first"), 2: _("second"), 3: _("third"), 4: _("fourth"), -1: _("last")}
    if (
        read.frequency == "MONTHLY"
        and (read.interval, len(read.week_days)) == (1, 1)
        and not (read.months or read.month_days or read.positions or read.count or read.until)
        and read.week_days[0][0] in which
    ):
        ordinal, weekday = read.week_days[0]
        return _("every month on the {which} {day}").format(
            which=which[ordinal], day=in_words(DAY_NAMES[weekday])
        )
    is_plain = not (read.months or read.month_days or read.positions or read.week_days)
    if is_plain or (read.frequency == "WEEKLY" and len(read.week_days) == 1):
        every = {
            "DAILY": ngettext("every day", "every {n} days", read.interval),
            "WEEKLY": ngettext("every week", "every {n} weeks", read.interval),
            "MONTHLY": ngettext("every month", "every {n} months", read.interval),
            "YEARLY": ngettext("every year", "every {n} years", read.interval),
        }[read.frequency].format(n=figure(read.interval))
        if read.count is not None:
            times = ngettext("{n} time", "{n} times", read.count).format(n=figure(read.count))
            return f"{every}, {times}"
        if read.until is not None:
            day = date_format(read.until, "DATE_FORMAT")
            return _("{every}, until {day}").format(every=every, day=day)
        return every
    return rule


def title_of(view: MaintenanceView) -> str:
    """Its title; where that may not be told, whose supporting service is in maintenance."""
    if view.title:
        return view.title
    providers = sorted({each.provider.name for each in view.hits})
    return _("Maintenance of a supporting service of {provider}").format(
        provider=", ".join(providers[:3])
    )


def state_word(state: str) -> str:
    """Where maintenance stands."""
    return {
        "ahead": _("ahead"),
        "running": _("under way"),
        "over": _("over"),
        "cancelled": _("cancelled"),
    }[state]


def service_link(each: TouchedService) -> Link:
    """A service under the name it is known by here."""
    return Link(each.name, addresses.service(each.reference))


def as_planned(kind: str) -> ConditionMark:
    """What a service will be while maintenance lasts: never the sign of a fault."""
    return ConditionMark(kind) if kind == "operational" else ConditionMark("planned", kind)


def touched_lines(services: Iterable[TouchedService]) -> tuple[TouchedLine, ...]:
    """Services with what they would be."""
    return tuple(TouchedLine(service_link(each), as_planned(each.kind)) for each in services)


def cost_words(harm: int) -> str:
    """Weighted service time in words; none is said as such."""
    return _("nothing that is open") if not harm else service_time(harm // 60_000_000 * 60_000_000)
