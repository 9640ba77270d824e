"""The condition of a service for its page, in the reader's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from catenary.apps.monitoring.queries.status import (
    ServiceStatus,
    Step,
    ToldCause,
    Word,
    service_status,
    shown,
    words,
)
from catenary.apps.monitoring.queries.stored import FRESH, anybody_speaks, freshness
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.condition.codes import CODE_NAMES
from catenary.web import addresses
from catenary.web.live.stale import why_stale
from catenary.web.pages.marks import ConditionMark
from catenary.web.pages.sentences import Link
from catenary.web.pages.status import CauseLine, StatusBlock
from catenary.web.reading import in_words
from catenary.web.words import condition_word


def status_block(
    actor: Actor, viewpoint: Viewpoint, reference: str, at: datetime, *, is_past: bool = False
) -> StatusBlock | None:
    """The condition of a service, perhaps at a past moment; none where nobody has ever reported
    anything."""
    if not anybody_speaks():
        return None
    found = service_status(
        actor=actor, viewpoint=viewpoint, reference=reference, at=at, is_past=is_past
    )
    if found is None:
        return None
    fresh = FRESH if is_past else freshness(at)
    return replace(_block(found), stale=why_stale(fresh))


def _block(found: ServiceStatus) -> StatusBlock:
    known = found.effective
    kind = shown(known)
    return StatusBlock(
        mark=_mark(kind),
        words=in_words(words(known)) if kind == "unknown" else "",
        since=found.since,
        notes=tuple(notes_of(found)),
        causes=tuple(map(_cause, found.causes)),
        risks=tuple(map(_cause, found.risks)),
        is_more=found.is_more,
        url=addresses.service_status(found.service.reference),
    )


def _mark(kind: str) -> ConditionMark:
    return ConditionMark("planned" if kind == "maintenance" else kind)


def notes_of(found: ServiceStatus) -> list[str]:
    """What else there is to say of a condition."""
    known, notes = found.effective, []
    if known.is_derived:
        notes.append(_("Nothing is reported of it: what it relies on speaks for it."))
    if known.is_assumed:
        notes.append(_("Nobody looks: its owner says to assume that it works."))
    if known.next_loss:
        loss = condition_word(CODE_NAMES[known.next_loss])
        notes.append(_("At risk: one more loss would make it {condition}.").format(condition=loss))
    return notes


def _cause(cause: ToldCause) -> CauseLine:
    return CauseLine(
        path=tuple(map(_step, cause.path)),
        mark=_mark(cause.condition),
        since=cause.since,
        said=tuple(map(said_words, cause.said)),
    )


def _step(step: Step) -> Link:
    if step.reference:
        return Link(step.known_as or step.name, addresses.service(step.reference))
    return Link(_("a supporting service of {provider}").format(provider=step.provider.name))


def said_words(word: Word) -> str:
    """Who said something, and what."""
    who = word.source_name or _("by hand")
    if word.by:
        who = f"{who} ({word.by})"
    return f"{who}: {word.text}" if word.text else who
