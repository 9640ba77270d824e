"""What happens in a workshop: proposals, answers to them, and confirmations. Rows are added and
never changed; what the definition says is changed by those who define services, not here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction

from catenary.apps.portfolio.choices import SETTLING, AnswerKind
from catenary.apps.portfolio.models import (
    BlueprintAnswer,
    BlueprintConfirmation,
    BlueprintProposal,
)
from catenary.apps.portfolio.operations.hours import refused_hours
from catenary.apps.portfolio.queries.workshop import Proposal, Table
from catenary.domain.actors import ChangeSet
from catenary.domain.refusals import NO_REMEDY, Refusal, Refused
from catenary.domain.said import Said, figure, said
from catenary.domain.workshop.standing import Side, why_not_confirm
from catenary.domain.workshop.suggestions import Act, Part, Suggestion, seen_in, write_in

#: The longest word on a proposal.
MAX_WORDS = 2_000
#: So many proposals of one side may be open at a time: more is no conversation.
MOST_OPEN = 100


def propose(
    *, table: Table, side: Side, suggestion: Suggestion, seen: str, change: ChangeSet
) -> int:
    """Put a suggestion on the table, with the line as it stands now; its number. ``seen`` is the
    version that its writer read.

    Raises `Refused` when the actor does not speak for that side, when there is no such line or
    it was changed meanwhile, when the definition says so already, or when the hours are those of a
    calendar that the actor does not know.
    """
    _need_seat(table, side)
    if sum(p.is_open and p.side is side for p in table.proposals) >= MOST_OPEN:
        raise refused(
            table, "too-many", said("there are too many open proposals"), said("settle some first")
        )
    suggestion = as_seen(table, suggestion, seen)
    written = write_in(table.document, suggestion)
    if suggestion.part is Part.HOURS:
        # Said now, and not only to whoever accepts it.
        unknown = refused_hours([written], {written.reference: table.service_id}, change)
        if unknown:
            raise Refused(unknown)
    row = BlueprintProposal.objects.create(
        service_id=table.service_id,
        consumer_id=table.consumer.id,
        change_id=change.id,
        side=str(side),
        part=str(suggestion.part),
        act=str(suggestion.act),
        subject=suggestion.subject,
        before=_json(suggestion.before),
        after=_json(suggestion.after),
    )
    return row.pk


def as_seen(table: Table, suggestion: Suggestion, seen: str) -> Suggestion:
    """The suggestion with the line as its writer, who read the version ``seen``, found it.
    Raises `Refused` when the agreed part says something else by now."""
    if suggestion.act is Act.ADD:
        return suggestion
    if seen != table.version:
        raise refused(
            table,
            "changed-meanwhile",
            said("the definition was changed while you read it"),
            said("look at what it says now, and change that"),
        )
    return replace(suggestion, before=seen_in(table.document, suggestion.part, suggestion.subject))


def answer(
    *,
    table: Table,
    side: Side,
    proposal: Proposal,
    kind: AnswerKind,
    words: str,
    change: ChangeSet,
) -> None:
    """Say something about a proposal, and perhaps settle it.

    Declining is for the other side, withdrawing for the one that proposed, accepting for the
    provider, whose definition it becomes (`exchange.catalogue.workshop`). Raises `Refused` when
    it is not the actor's to say, when the proposal is settled, or when nothing is said.
    """
    _need_seat(table, side)
    words = words.strip()
    if kind is AnswerKind.SAID and not words:
        raise refused(table, "no-words", said("nothing was said"), said("write something"))
    if len(words) > MAX_WORDS:
        raise refused(
            table,
            "too-long",
            said("that has {n} characters", figure(len(words))),
            said("at most {n} characters", figure(MAX_WORDS)),
        )
    if kind in SETTLING and not proposal.is_open:
        raise settled(table)
    meant_for = {
        AnswerKind.DECLINED: proposal.side.other,
        AnswerKind.WITHDRAWN: proposal.side,
        AnswerKind.ACCEPTED: Side.PROVIDER,
    }
    if meant_for.get(kind, side) is not side:
        raise refused(
            table,
            "other-side",
            said("that is for the other side to say"),
            said("answer it with words"),
        )
    try:
        with transaction.atomic():
            BlueprintAnswer.objects.create(
                proposal_id=proposal.id,
                change_id=change.id,
                side=str(side),
                kind=str(kind),
                words=words,
            )
    except IntegrityError:
        # Somebody settled it between our look and our word.
        raise settled(table) from None


def confirm(*, table: Table, side: Side, version: str, change: ChangeSet) -> None:
    """Confirm, for a side, that the definition is what it wants, in the ``version`` it has read.

    Raises `Refused` when the definition says something else by now, when the side has confirmed
    it already, or when the same person did so for the other side: two must agree.
    """
    _need_seat(table, side)
    if version != table.version:
        raise refused(
            table,
            "changed-meanwhile",
            said("the definition was changed while you read it"),
            said("read what it says now, and confirm that"),
        )
    reason = why_not_confirm(table.standing, side, change.actor.person_id or 0)
    if reason == "confirmed":
        raise refused(table, "confirmed", said("your side has confirmed this version"))
    if reason:
        raise refused(
            table,
            "both-sides",
            said("you have confirmed it for the other side"),
            said("somebody else confirms it for this one: it takes two to agree"),
        )
    BlueprintConfirmation.objects.create(
        service_id=table.service_id,
        consumer_id=table.consumer.id,
        change_id=change.id,
        side=str(side),
        version=version,
        revision_id=table.revision.revision_id,
    )


def _need_seat(table: Table, side: Side) -> None:
    if side not in table.seats:
        raise refused(
            table,
            "not-allowed",
            said("you do not speak for that side"),
            said("ask a customer or sponsor of the customer, or the owner of the service"),
        )


def settled(table: Table) -> Refused:
    """Why nothing more can become of a proposal."""
    return refused(
        table,
        "settled",
        said("this proposal is settled already"),
        said("look at what became of it"),
    )


def refused(table: Table, code: str, sentence: Said, remedy: Said = NO_REMEDY) -> Refused:
    """A reason why something is not done at this table."""
    reference = table.document.reference
    return Refused([Refusal(code, reference, ("services", reference), sentence, remedy)])


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
