"""What a plan would do, for its form and its page."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.choices import period_words
from catenary.apps.monitoring.queries.preview import Preview, PreviewHit, PreviewTime
from catenary.apps.monitoring.queries.preview_live import Together
from catenary.domain.maintenance.reading import Planned
from catenary.web import addresses
from catenary.web.calendars.words import open_now
from catenary.web.maintenance.words import as_planned, cost_words, wall_words
from catenary.web.marks import service_link
from catenary.web.pages.maintenance import (
    BetterLine,
    HeatCell,
    HeatRow,
    HitLine,
    PreviewBox,
    TimeLine,
)
from catenary.web.pages.sentences import Link, Sentence, say
from catenary.web.reading import figure

_ORGANIZATIONS, _OUTCOMES, _HITS, _TOGETHER, _NEEDED = 8, 6, 50, 5, 5


def preview_box(found: Preview, planned: Planned, at: datetime, *, pick: bool) -> PreviewBox:
    """The answer in the reader's words, with all times on the wall of the plan."""
    zone = ZoneInfo(planned.window.zone)
    organizations = found.impact.organizations
    more = found.impact.organization_count - len(organizations[:_ORGANIZATIONS])
    return PreviewBox(
        answer=_answer(found, zone),
        hits=tuple(_hit(each, found, at) for each in found.hits[:_HITS]),
        organizations=tuple(
            Link(row.organization.name, addresses.organization(row.organization.key))
            for row in organizations[:_ORGANIZATIONS]
        ),
        more_organizations=ngettext("and {n} more", "and {n} more", more).format(n=figure(more))
        if more
        else "",
        outcomes=tuple(outcome.outcome.statement for outcome in found.impact.outcomes[:_OUTCOMES]),
        times=tuple(time_line(each, zone) for each in found.occurrences),
        better=tuple(
            BetterLine(_value(slot.start), _start(slot.start, zone), cost_words(slot.harm))
            for slot in found.better
        ),
        hours=tuple(f"{hour:02d}" for hour in range(24)),
        heat=tuple(
            HeatRow(
                f"{date_format(day, 'D')} {date_format(day, 'j M')}",
                tuple(
                    None
                    if slot is None
                    else HeatCell(
                        _value(slot.start),
                        slot.level,
                        _("{when}: takes {cost}").format(
                            when=_start(slot.start, zone), cost=cost_words(slot.harm)
                        ),
                    )
                    for slot in slots
                ),
            )
            for day, slots in found.days
        ),
        zone=planned.window.zone,
        same=_all_the_same(found),
        pick=pick,
    )


def _value(wall: datetime) -> str:
    return wall.isoformat(timespec="minutes")


def _start(wall: datetime, zone: ZoneInfo) -> str:
    """A start with its zone in short."""
    return f"{wall_words(wall)}\N{NO-BREAK SPACE}{wall.replace(tzinfo=zone).tzname()}"


def _answer(found: Preview, zone: ZoneInfo) -> Sentence:
    facts = _facts(found)
    if not found.occurrences:
        return say(_("{facts}."), facts=facts)
    first = found.occurrences[0]
    if not first.harm:
        return say(
            _("{facts}, but outside of all their service hours the first time."), facts=facts
        )
    if found.better:
        best = found.better[0]
        return say(
            _("{facts}. The first time takes {cost} of service time; {when}: {less}."),
            facts=facts,
            cost=cost_words(first.harm),
            when=_start(best.start, zone),
            less=cost_words(best.harm),
        )
    return say(
        _("{facts}. The first time takes {cost} of service time, and no hour soon takes less."),
        facts=facts,
        cost=cost_words(first.harm),
    )


def _facts(found: Preview) -> str:
    """How much it hits besides what is worked on."""
    standing = sum(not hit.is_worked_on for hit in found.hits)
    customers = found.impact.organization_count
    if not standing:
        if not customers:
            return _("Nothing else is hit")
        alone = ngettext(
            "No other service is hit, only {n} organization",
            "No other service is hit, only {n} organizations",
            customers,
        )
        return alone.format(n=figure(customers))
    hit = ngettext("{n} other service is hit", "{n} other services are hit", standing)
    who = ngettext("{n} organization", "{n} organizations", customers).format(n=figure(customers))
    return _("{services}, and {organizations} with them").format(
        services=hit.format(n=figure(standing)), organizations=who
    )


def _all_the_same(found: Preview) -> str:
    """What every start takes, where it is the same for all: then there is nothing to draw."""
    harms = {slot.harm for _day, slots in found.days for slot in slots if slot is not None}
    if len(harms) != 1:
        return ""
    return _("Every start of the next two weeks takes the same: {cost}.").format(
        cost=cost_words(harms.pop())
    )


def _hours(each: PreviewHit, found: Preview, at: datetime) -> str:
    """Whether a service is needed the first time; now, where no time is ahead."""
    if each.hours is None:
        return _("no service hours said: counted as always")
    if not found.occurrences:
        return open_now(each.hours, at)
    needed = {link.reference for link in found.occurrences[0].in_hours}
    return _("needed then") if each.link.reference in needed else _("not needed then")


def _hit(each: PreviewHit, found: Preview, at: datetime) -> HitLine:
    consumers = ngettext("{n} consumes it", "{n} consume it", each.consumers)
    return HitLine(
        service=service_link(each.link),
        provider=each.link.provider.name,
        condition=as_planned(each.kind),
        consumers=consumers.format(n=figure(each.consumers)) if each.consumers else "",
        hours=_hours(each, found, at),
        is_worked_on=each.is_worked_on,
    )


def time_line(each: PreviewTime, zone: ZoneInfo) -> TimeLine:
    """One time on the wall of the plan, with the first services that are needed then."""
    start, end = each.start.astimezone(zone), each.end.astimezone(zone)
    more = len(each.in_hours) - _NEEDED
    return TimeLine(
        when=period_words(start, end, with_weekday=True),
        cost=cost_words(each.harm),
        is_outside=not each.in_hours,
        needed=tuple(service_link(link) for link in each.in_hours[:_NEEDED]),
        more=ngettext("and {n} more", "and {n} more", more).format(n=figure(more))
        if more > 0
        else "",
        together=tuple(map(_together, each.together[:_TOGETHER])),
    )


def _together(one: Together) -> Sentence:
    """Whom it hits only because of something else, in a sentence."""
    because = [
        Link(_("a service you may not see")) if link is None else service_link(link)
        for link in one.because[:3]
    ]
    if one.is_announced:
        pattern = _("{service}, only because in maintenance then as well: {because}")
    else:
        pattern = _("{service}, only because not as it should be now: {because}")
    return say(pattern, service=service_link(one.link), because=because)
