"""A notice in its reader's language and time zone: a subject, sentences and lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.choices import condition_word
from catenary.apps.monitoring.queries.notices import CauseTold, ChangeTold, Notice
from catenary.connectors.notices.addresses import whole
from catenary.connectors.notices.announcing import letter_of_maintenance
from catenary.connectors.notices.letters import (
    LONGEST_SUBJECT,
    NAMED,
    Letter,
    Line,
    path_of,
    when,
    with_lines,
)

#: So many causes are named; all stand on the status board.
_CAUSES = 20
_BOARD = "/status/"


def letter_of(notice: Notice) -> Letter:
    """What a notice says."""
    if notice.maintenance is not None:
        return letter_of_maintenance(notice, notice.maintenance)
    if notice.is_test:
        told = _(
            "You asked for this test. What you follow for {organization} reaches you this way."
        )
        return Letter(_("A test"), told.format(organization=notice.organization_name), (), "")
    worse = [change for change in notice.changes if change.now != "operational"]
    better = [change for change in notice.changes if change.now == "operational"]
    named = worse[:NAMED], better[: max(0, NAMED - len(worse))]
    again = [change for change in named[1] if not change.was_unknown]
    known = [change for change in named[1] if change.was_unknown]
    left = len(notice.changes) + notice.more - len(named[0]) - len(named[1])
    more = ngettext("and {n} more service", "and {n} more services", left).format(n=left)
    zone = ZoneInfo(notice.zone)
    return Letter(
        subject=_subject(notice, worse, better)[:LONGEST_SUBJECT],
        opening=_opening(notice, worse, better),
        parts=with_lines(
            (_("Because of"), _causes(notice)),
            (_("Affected"), _lines(named[0], zone)),
            (_("Works again"), _lines(again, zone)),
            (_("Known to work"), _lines(known, zone)),
        ),
        more=more if left else "",
    )


def _causes(notice: Notice) -> Iterator[Line]:
    """Those that hit most, and how many there are besides, with the address where they stand."""
    yield from map(_cause, notice.causes[:_CAUSES])
    left = len(notice.causes[_CAUSES:]) + notice.more_causes
    if left:
        told = ngettext("and {n} more cause", "and {n} more causes", left)
        yield Line(told.format(n=left), _BOARD, whole(_BOARD))


def cause_name(cause: CauseTold) -> str:
    """A cause by its name, or by whose it is where it may not be named."""
    return cause.name or _("a supporting service of {provider}").format(provider=cause.provider)


def _subject(notice: Notice, worse: Sequence[ChangeTold], better: Sequence[ChangeTold]) -> str:
    number = len(worse or better) + notice.more
    if worse and number == 1:
        return f"{worse[0].name}: {_condition(worse[0])}"
    if worse:
        told = ngettext("{n} service is affected", "{n} services are affected", number)
        subject = told.format(n=number)
        return f"{subject}: {cause_name(notice.causes[0])}" if notice.causes else subject
    # Of what nobody knew before, nobody knows that it had stopped.
    is_known = all(change.was_unknown for change in better)
    if number == 1:
        pattern = _("{service} is known to work") if is_known else _("{service} works again")
        return pattern.format(service=better[0].name)
    told = ngettext("{n} service works again", "{n} services work again", number)
    if is_known:
        told = ngettext("{n} service is known to work", "{n} services are known to work", number)
    return told.format(n=number)


def _opening(notice: Notice, worse: Sequence[ChangeTold], better: Sequence[ChangeTold]) -> str:
    here = notice.organization_name
    number = len(worse) + (notice.more if worse else 0)
    known = sum(change.was_unknown for change in better)
    again = len(better) - known + (0 if worse else notice.more)
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
    if known:
        told = ngettext(
            "{n} service that you follow for {organization} is known to work.",
            "{n} services that you follow for {organization} are known to work.",
            known,
        )
        sentences.append(told.format(n=known, organization=here))
    return " ".join(sentences)


def _cause(cause: CauseTold) -> Line:
    if not cause.hit:
        # It is all that is not well.
        words = condition_word(cause.condition)
        return Line(cause_name(cause), path_of(cause.reference), words, cause.condition)
    told = ngettext("{condition}, hits {n} of them", "{condition}, hits {n} of them", cause.hit)
    words = told.format(condition=condition_word(cause.condition), n=cause.hit)
    if cause.together == cause.hit:
        words = ngettext(
            "{condition}, hits {n} of them, only together with others",
            "{condition}, hits {n} of them, only together with others",
            cause.hit,
        ).format(condition=condition_word(cause.condition), n=cause.hit)
    elif cause.together:
        only = ngettext(
            "{n} of these only together with others",
            "{n} of these only together with others",
            cause.together,
        )
        words = f"{words}, {only.format(n=cause.together)}"
    return Line(cause_name(cause), path_of(cause.reference), words, cause.condition)


def _condition(change: ChangeTold) -> str:
    return condition_word(change.words or change.now)


def _lines(changes: Sequence[ChangeTold], zone: ZoneInfo) -> Iterator[Line]:
    for change in changes:
        pattern = _("{condition} since {when}")
        if change.is_silent:
            pattern = _("{condition}: nobody has said how it is since {when}")
        words = pattern.format(condition=_condition(change), when=when(change.since, zone))
        yield Line(change.name, path_of(change.reference), words, change.now)
