"""A notice in its reader's language and time zone: a subject, sentences and lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.queries.notices import CauseTold, ChangeTold, Notice

#: So many services are named in a message; the others stand on the page.
_NAMED = 50
_LONGEST_SUBJECT = 140


@dataclass(frozen=True, slots=True)
class Line:
    """One service or cause; ``path`` leads to its page here."""

    name: str
    path: str
    words: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said, before anybody makes text, HTML or JSON of it. Call `letter_of` while the
    reader's language is active."""

    subject: str
    opening: str
    causes: tuple[Line, ...]
    worse: tuple[Line, ...]
    better: tuple[Line, ...]
    more: str


def letter_of(notice: Notice) -> Letter:
    """What a notice says."""
    worse = [change for change in notice.changes if change.now != "operational"]
    better = [change for change in notice.changes if change.now == "operational"]
    named = worse[:_NAMED], better[: max(0, _NAMED - len(worse))]
    left = len(notice.changes) + notice.more - len(named[0]) - len(named[1])
    more = ngettext("and {n} more service", "and {n} more services", left).format(n=left)
    zone = ZoneInfo(notice.zone)
    return Letter(
        subject=_subject(notice, worse, better)[:_LONGEST_SUBJECT],
        opening=_opening(notice, worse, better),
        causes=tuple(_cause(cause) for cause in notice.causes),
        worse=tuple(_lines(named[0], zone)),
        better=tuple(_lines(named[1], zone)),
        more=more if left else "",
    )


def condition_word(kind: str) -> str:
    """The word for what a condition is shown as."""
    return {
        "operational": _("operational"),
        "degraded": _("degraded"),
        "down": _("down"),
        "unknown": _("unknown"),
        "maintenance": _("maintenance"),
    }.get(kind, kind)


def cause_name(cause: CauseTold) -> str:
    """A cause by its name, or by whose it is where it may not be named."""
    return cause.name or _("a supporting service of {provider}").format(provider=cause.provider)


def _subject(notice: Notice, worse: Sequence[ChangeTold], better: Sequence[ChangeTold]) -> str:
    number = len(worse or better) + notice.more
    if worse and number == 1:
        return f"{worse[0].name}: {condition_word(worse[0].now)}"
    if worse:
        told = ngettext("{n} service is affected", "{n} services are affected", number)
        subject = told.format(n=number)
        return f"{subject}: {cause_name(notice.causes[0])}" if notice.causes else subject
    if number == 1:
        return _("{service} works again").format(service=better[0].name)
    return ngettext("{n} service works again", "{n} services work again", number).format(n=number)


def _opening(notice: Notice, worse: Sequence[ChangeTold], better: Sequence[ChangeTold]) -> str:
    here = notice.organization_name
    number = len(worse) + (notice.more if worse else 0)
    again = len(better) + (0 if worse else notice.more)
    sentences = []
    if number:
        told = ngettext(
            "{n} service that you follow for {organization} is not as it should be.",
            "{n} services that you follow for {organization} are not as they should be.",
            number,
        )
        sentences.append(told.format(n=number, organization=here))
    if again:
        told = ngettext(
            "{n} service that you follow for {organization} works again.",
            "{n} services that you follow for {organization} work again.",
            again,
        )
        sentences.append(told.format(n=again, organization=here))
    return " ".join(sentences)


def _cause(cause: CauseTold) -> Line:
    told = ngettext("{condition}, hits {n} of them", "{condition}, hits {n} of them", cause.hit)
    words = told.format(condition=condition_word(cause.condition), n=cause.hit)
    return Line(cause_name(cause), _path(cause.reference), words)


def _lines(changes: Sequence[ChangeTold], zone: ZoneInfo) -> Iterator[Line]:
    for change in changes:
        words = _("{condition} since {when}").format(
            condition=condition_word(change.now), when=_when(change.since, zone)
        )
        yield Line(change.name, _path(change.reference), words)


def _path(reference: str) -> str:
    return f"/services/{reference}/" if reference else ""


def _when(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"
