"""What if services were in conditions of their own: the question in the address, and its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.choices import period_words
from catenary.apps.monitoring.queries.status import shown, words
from catenary.apps.monitoring.queries.supposed_times import Assumption
from catenary.apps.monitoring.queries.supposed_world import SUPPOSABLE
from catenary.apps.monitoring.queries.what_if import (
    BASES,
    Because,
    Change,
    Consuming,
    Piece,
    WhatIf,
    what_if,
)
from catenary.apps.portfolio.queries.needed import hours_by_reference, needed_of
from catenary.apps.portfolio.queries.service import ServiceLink
from catenary.clock import now
from catenary.domain.condition.codes import OPERATIONAL
from catenary.domain.service_hours import Hours
from catenary.web import addresses
from catenary.web.asking import Asking
from catenary.web.calendars.needed import needed_mark
from catenary.web.impact.supposed_picture import supposed_picture
from catenary.web.marks import service_link
from catenary.web.pages.marks import ConditionMark, Count, NeededMark
from catenary.web.pages.sentences import Link, Sentence, say
from catenary.web.pages.supposing import (
    ConsumingRow,
    SupposedRow,
    SupposingPart,
    WouldBe,
    WouldBeRow,
)
from catenary.web.reading import in_words, moment
from catenary.web.words import condition_word

_LONGEST_TIME = 40
#: So many pieces of time are drawn; the others are tables alone.
_PICTURES = 6
#: Of what would be in these, it is told whether it is needed.
_HIT = frozenset({"down", "degraded", "maintenance"})
#: So far from now it is told whether something is needed: further holidays are not known.
_NEEDED = timedelta(days=3_660)


@dataclass(frozen=True, slots=True)
class Told:
    """What the form says of one service; times as they were typed."""

    condition: str = "down"
    begins: str = ""
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What the address asks: services that fail alike, or (with ``told``) each in a condition of
    its own, compared with ``basis``; times are of ``zone``."""

    references: tuple[str, ...]
    condition: str
    told: dict[str, Told]
    basis: str
    zone: str

    def address(self, references: Sequence[str]) -> str:
        """The same question about these services."""
        query = list(self.fields(references))
        if not self.told and self.condition != "down":
            query.append(("condition", self.condition))
        return f"{reverse('impact')}?{urlencode(query)}" if query else reverse("impact")

    def fields(self, references: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """What a form keeps that asks the same of these services; not in which condition all of
        them are, which it may ask itself."""
        query: list[tuple[str, str]] = []
        for reference in references:
            query.append(("service", reference))
            if self.told:
                told = self.told.get(reference, Told())
                query += [("is", told.condition), ("from", told.begins), ("until", told.ends)]
        if self.told:
            query += [("basis", self.basis), ("zone", self.zone)]
        query += [(name, text) for name, text in addresses.moment().items() if text]
        return tuple(query)


def question_of(request: HttpRequest, most: int) -> Question:
    """The question in an address; what cannot be read is as if it were not there."""
    given = request.GET
    named = [name.strip()[:210] for name in given.getlist("service")]
    references = tuple(dict.fromkeys(name for name in named if name))[:most]
    condition = given.get("condition", "")
    conditions = given.getlist("is")
    begins, ends = given.getlist("from"), given.getlist("until")
    told: dict[str, Told] = {}
    if conditions and len(conditions) == len(named):
        padded = [*begins[: len(named)], *[""] * len(named)], [*ends, *[""] * len(named)]
        for name, said, begin, end in zip(named, conditions, *padded, strict=False):
            if name in references and name not in told:
                kind = said if said in SUPPOSABLE else "down"
                told[name] = Told(kind, begin[:_LONGEST_TIME], end[:_LONGEST_TIME])
    basis = given.get("basis", "")
    return Question(
        references,
        condition if condition in ("down", "degraded") else "down",
        told,
        basis if basis in BASES else BASES[0],
        _zone(given.get("zone", "")),
    )


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key if name else timezone.get_current_timezone_name()
    except (ValueError, OSError, LookupError):
        return timezone.get_current_timezone_name()


def supposing_part(
    asking: Asking, question: Question, chosen: Sequence[tuple[str, str]]
) -> SupposingPart | None:
    """The part of the page; none while no service is chosen. ``chosen`` are references with
    names."""
    if asking.viewpoint is None or not chosen:
        return None
    told = [question.told.get(reference, Told(question.condition)) for reference, _ in chosen]
    rows = tuple(
        SupposedRow(number, reference, name, one.condition, one.begins, one.ends)
        for number, ((reference, name), one) in enumerate(zip(chosen, told, strict=True))
    )
    answer, problem = _answer(asking, question, rows) if question.told else (None, "")
    pieces = answer.pieces if answer else ()
    # How long services are needed is known of today's hours.
    hours = {} if asking.as_of else _hours(pieces)
    return SupposingPart(
        rows=rows,
        choices=_choices(),
        basis=question.basis,
        zone=question.zone,
        kept=tuple((name, text) for name, text in addresses.moment().items() if text),
        is_asked=bool(question.told),
        pieces=tuple(_piece(n, each, hours) for n, each in enumerate(pieces)),
        problem=problem,
        crosses=answer.crosses if answer else False,
        is_more_announced=answer.is_more_announced if answer else False,
    )


def supposed_answer(part: SupposingPart) -> Sentence | None:
    """The answer in a sentence: for the stretch of time in which most are worse off."""
    if not part.pieces:
        return None
    worst = max(part.pieces, key=lambda piece: piece.worse)
    if not worst.worse and len(part.pieces) > 1:
        return say(_("Nobody would be worse off at any of these times."))
    if len(part.pieces) > 1:
        return say(_("At worst, {summary}. {when}."), summary=worst.summary, when=worst.title)
    # Where there is nothing to tell, it is a whole sentence already.
    summary = worst.summary.removesuffix(".")
    if worst.title:
        return say(_("{when}: {summary}."), when=worst.title, summary=summary)
    return say("{summary}.", summary=summary)


def _choices() -> tuple[tuple[str, str], ...]:
    words = {
        "operational": _("working again"),
        "unknown": _("unknown: nobody can tell"),
        "degraded-maintenance": _("degraded by maintenance"),
    }
    return tuple(
        (kind, words.get(kind) or condition_word("planned" if kind == "maintenance" else kind))
        for kind in SUPPOSABLE
    )


def _answer(
    asking: Asking, question: Question, rows: Sequence[SupposedRow]
) -> tuple[WhatIf | None, str]:
    assert asking.viewpoint is not None
    assumptions = []
    for row in rows:
        moments = [_moment(text, question.zone) for text in (row.begins, row.ends)]
        for text, read in zip((row.begins, row.ends), moments, strict=True):
            if text and read is None:
                return None, _("{time} is no time, like 2026-11-29T02:00.").format(time=text)
        start, end = moments
        if start is not None and end is not None and end <= start:
            return None, _("{service} ends before it begins.").format(service=row.name)
        assumptions.append(Assumption(row.reference, row.condition, start, end))
    try:
        found, _missing = what_if(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            assumptions=assumptions,
            basis=question.basis,
            at=asking.moment,
            as_known=True,
        )
    except ValueError:
        return None, _("So many different times cannot be looked at: choose fewer.")
    return found, ""


def _moment(text: str, zone: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, OverflowError):
        return None


def _hours(pieces: Sequence[Piece]) -> dict[str, Hours]:
    """The hours of all that would be hit."""
    return hours_by_reference(
        change.link.reference
        for piece in pieces
        for change in piece.changes
        if shown(change.after) in _HIT
    )


def _needed(change: Change, piece: Piece, hours: Mapping[str, Hours]) -> NeededMark | None:
    """Whether a service that would be hit is needed while it is; nothing where nobody said any
    hours."""
    kept, at = hours.get(change.link.reference), now()
    if kept is None or shown(change.after) not in _HIT:
        return None
    if piece.start is None and piece.end is None:
        return needed_mark(needed_of(kept, at))
    start = piece.start or at
    if abs(start - at) > _NEEDED:
        return None
    found = needed_of(kept, start)
    is_needed = found.is_now or (
        found.next is not None and piece.end is not None and found.next < piece.end
    )
    if piece.end is None and not is_needed:
        # It goes on until they open.
        return needed_mark(found)
    return NeededMark(_("needed then") if is_needed else _("not needed then"), is_needed)


def _piece(number: int, piece: Piece, hours: Mapping[str, Hours]) -> WouldBe:
    worse = ngettext(
        "{n} service would be worse off", "{n} services would be worse off", piece.worse
    )
    told = [worse.format(n=f"{piece.worse:,}")] if piece.worse else []
    if piece.better:
        better = ngettext(
            "{n} service would be better off", "{n} services would be better off", piece.better
        )
        told.append(better.format(n=f"{piece.better:,}"))
    return WouldBe(
        number=number,
        worse=piece.worse,
        title=_title(piece),
        summary=", ".join(told) or _("Nobody would be worse or better off."),
        rows=tuple(_row(each, _needed(each, piece, hours)) for each in piece.changes),
        more=Count(max(0, piece.worse + piece.better - len(piece.changes))),
        organizations=tuple(map(_consuming, piece.consuming)),
        more_organizations=Count(piece.consuming_count - len(piece.consuming)),
        meanwhile=tuple(
            Link(each.title or _("of a supporting service"), addresses.maintenance(each.key))
            for each in piece.meanwhile
        ),
        picture_svg=supposed_picture(piece, number) if number < _PICTURES else "",
    )


def _title(piece: Piece) -> str:
    if piece.start and piece.end:
        return period_words(timezone.localtime(piece.start), timezone.localtime(piece.end))
    if piece.start:
        return _("From {start} on").format(start=moment(piece.start))
    return _("Until {end}").format(end=moment(piece.end)) if piece.end else ""


def _row(change: Change, needed: NeededMark | None) -> WouldBeRow:
    before, after = shown(change.before), shown(change.after)
    return WouldBeRow(
        service=service_link(change.link),
        provider=change.link.provider.name,
        before=_mark(before),
        before_words=in_words(words(change.before)) if before == "unknown" else "",
        after=_mark(after),
        after_words=in_words(words(change.after)) if after == "unknown" else "",
        why=_why(change),
        note=_("only because of other maintenance") if change.only_with_others else "",
        needed=needed,
    )


def _why(change: Change) -> tuple[tuple[Link, ...], ...]:
    if change.after.worst == OPERATIONAL:
        return ()
    if not any(map(_leads, change.causes)):
        return ()
    # Beside others, that it was itself supposed to be so is said, too.
    return tuple(
        tuple(map(_step, each.path[1:])) if _leads(each) else (Link(_("itself")),)
        for each in change.causes
        if _leads(each) or each.is_supposed
    )


def _leads(cause: Because) -> bool:
    """Whether a cause lies in another service than the one it explains."""
    return len(cause.path) > 1


def _step(link: ServiceLink | None) -> Link:
    return Link(_("a service you may not see")) if link is None else service_link(link)


def _consuming(row: Consuming) -> ConsumingRow:
    organization = row.organization
    return ConsumingRow(
        Link(organization.name, addresses.organization(organization.key)),
        _mark(row.shown),
        Count(row.service_count),
    )


def _mark(kind: str) -> ConditionMark:
    return ConditionMark("planned" if kind == "maintenance" else kind)
