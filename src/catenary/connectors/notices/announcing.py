"""A notice of planned maintenance in its reader's language and time zone."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.choices import condition_word, period_words
from catenary.apps.monitoring.queries.announcements import MaintenanceTold
from catenary.apps.monitoring.queries.notices import Notice
from catenary.connectors.notices.letters import (
    LONGEST_SUBJECT,
    NAMED,
    Letter,
    Line,
    path_of,
    with_lines,
)


def letter_of_maintenance(notice: Notice, told: MaintenanceTold) -> Letter:
    """What a notice of maintenance says."""
    zone = ZoneInfo(notice.zone)
    left = len(told.services) + notice.more - len(told.services[:NAMED])
    more = ngettext("and {n} more service", "and {n} more services", left).format(n=left)
    return Letter(
        subject=_subject(notice, told, zone)[:LONGEST_SUBJECT],
        opening=_opening(notice, told),
        parts=with_lines(
            (_("Maintenance"), _what(told)),
            (_("When"), _times(told, zone)),
            (_("Affected meanwhile"), _services(told)),
        ),
        more=more if left else "",
    )


def _subject(notice: Notice, told: MaintenanceTold, zone: ZoneInfo) -> str:
    number = len(told.services) + notice.more
    first = told.services[0].name
    rest = ngettext("{service} and {n} more", "{service} and {n} more", number - 1)
    named = first if number == 1 else rest.format(service=first, n=number - 1)
    begins = (
        date_format(told.times[0][0].astimezone(zone), "SHORT_DATE_FORMAT") if told.times else ""
    )
    pattern = {
        "announced": _("Maintenance on {day}: {services}"),
        "changed": _("Maintenance changed, now on {day}: {services}"),
        "called-off": _("Maintenance on {day} called off: {services}"),
    }[told.became]
    return pattern.format(day=begins, services=named)


def _opening(notice: Notice, told: MaintenanceTold) -> str:
    number = len(told.services) + notice.more
    if told.became == "announced":
        pattern = ngettext(
            "Maintenance was announced that touches {n} service that you follow for"
            " {organization}.",
            "Maintenance was announced that touches {n} services that you follow for"
            " {organization}.",
            number,
        )
    elif told.became == "changed":
        pattern = ngettext(
            "Maintenance was changed that touches {n} service that you follow for"
            " {organization}. What stands here replaces what you were told before.",
            "Maintenance was changed that touches {n} services that you follow for"
            " {organization}. What stands here replaces what you were told before.",
            number,
        )
    else:
        pattern = ngettext(
            "Maintenance was called off: it no longer touches {n} service that you follow for"
            " {organization}.",
            "Maintenance was called off: it no longer touches {n} services that you follow for"
            " {organization}.",
            number,
        )
    return pattern.format(n=number, organization=notice.organization_name)


def _what(told: MaintenanceTold) -> Iterator[Line]:
    title = told.title or _("of a supporting service")
    words = " ".join(text for text in (told.text, told.note) if text)
    yield Line(title, f"/maintenance/{told.key}/", words)


def _times(told: MaintenanceTold, zone: ZoneInfo) -> Iterator[Line]:
    for start, end in told.times:
        yield Line(period_words(start.astimezone(zone), end.astimezone(zone)), "", "")
    if told.is_more:
        yield Line(_("and later again"), "", "")


def _services(told: MaintenanceTold) -> Iterator[Line]:
    for service in told.services[:NAMED]:
        words = condition_word(service.condition)
        yield Line(service.name, path_of(service.reference), words, "maintenance")
