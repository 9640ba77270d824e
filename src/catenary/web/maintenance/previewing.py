"""What a plan would do, for its form and its page."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.queries.preview import Preview, PreviewHit, PreviewTime
from catenary.apps.monitoring.queries.preview_live import Together
from catenary.domain.maintenance.reading import Planned
from catenary.web import addresses
from catenary.web.calendars.words import open_now
from catenary.web.maintenance.words import as_planned, cost_words, wall_words, when_words
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

_ORGANIZATIONS, _OUTCOMES, _HITS, _TOGETHER = 8, 6, 50, 5


def preview_box(found: Preview, planned: Planned, at: datetime, *, pick: bool) -> PreviewBox:
    """The answer in the reader's words."""
    organizations = found.impact.organizations
    more = found.impact.organization_count - len(organizations[:_ORGANIZATIONS])
    return PreviewBox(
        answer=_answer(found),
        hits=tuple(_hit(each, found, at) for each in found.hits[:_HITS]),
        organizations=tuple(
            Link(row.organization.name, addresses.organization(row.organization.key))
            for row in organizations[:_ORGANIZATIONS]
        ),
        more_organizations=ngettext("and {n} more", "and {n} more", more).format(n=figure(more))
        if more
        else "",
        outcomes=tuple(outcome.outcome.statement for outcome in found.impact.outcomes[:_OUTCOMES]),
        times=tuple(_time(each) for each in found.occurrences),
        better=tuple(
            BetterLine(_value(slot.start), wall_words(slot.start), cost_words(slot.harm))
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
                            when=wall_words(slot.start), cost=cost_words(slot.harm)
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


def _answer(found: Preview) -> Sentence:
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
            when=wall_words(best.start),
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


def _time(each: PreviewTime) -> TimeLine:
    return TimeLine(
        when=when_words(each.start, each.end),
        cost=cost_words(each.harm),
        is_outside=not each.in_hours,
        needed=tuple(service_link(link) for link in each.in_hours[:5]),
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
