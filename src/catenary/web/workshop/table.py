"""From a table as the asker sits at it to the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.portfolio.queries.workshop import Proposal, Table, Workshop
from catenary.domain.documents.hours import format_hours
from catenary.domain.documents.plain import service_to_plain
from catenary.domain.documents.shapes import ServiceDocument, UtilityKind
from catenary.domain.workshop.agreed import agreed_lines
from catenary.domain.workshop.parts import PROMISED, SINGLE
from catenary.domain.workshop.standing import Side, why_not_confirm
from catenary.domain.workshop.suggestions import Part
from catenary.web import addresses
from catenary.web.agreements import agreed_sentence, day, state_word
from catenary.web.marks import organization_link
from catenary.web.pages import (
    AgreementCard,
    ConfirmedLine,
    CustomerChoice,
    ProposalCard,
    SaidWord,
    Sentence,
    Typed,
    UtilityRow,
    WorkshopCard,
    WorkshopLine,
    WorkshopPage,
    WorkshopPart,
    say,
)
from catenary.web.reading import manager_words
from catenary.web.workshop.words import (
    EXAMPLES,
    PART_HELP,
    PART_TITLES,
    became,
    difference_line,
    line_text,
    measure_words,
    proposal_sentence,
    requirement_note,
    requirement_text,
    side_link,
    who_of,
)

_CARDS = (
    ("value", (Part.OUTCOMES,)),
    (
        "burdens",
        (Part.COSTS_REMOVED, Part.COSTS_IMPOSED, Part.RISKS_REMOVED, Part.RISKS_IMPOSED),
    ),
    (
        "together",
        (Part.PROVIDER, Part.CUSTOMER, Part.PROVIDER_EXPECTS, Part.CUSTOMER_EXPECTS),
    ),
    ("processes", (Part.PROCESSES,)),
    ("purpose", (Part.UTILITY,)),
    (
        "use",
        (
            Part.AVAILABILITY,
            Part.HOURS,
            Part.RECOVERY_TIME,
            Part.RECOVERY_POINT,
            Part.CAPACITY,
            Part.PERFORMANCE,
            Part.SECURITY,
        ),
    ),
    ("remarks", (Part.WORDS,)),
)
_FIELDS = {
    Part.OUTCOMES: "outcome",
    Part.UTILITY: "requirement",
    Part.PROCESSES: "process",
    **dict.fromkeys(EXAMPLES, "figure"),
}


def workshop_page(
    found: Workshop,
    person_id: int | None,
    *,
    quiet: str = "",
    is_past: bool = False,
    problems: Sequence[str] = (),
    typed: Mapping[str, str] | None = None,
) -> WorkshopPage:
    """The page. ``typed`` is what somebody wrote into a form that was refused, ``quiet`` what the
    look for news says when there is none (`web.workshop.quiet`)."""
    view, table = found.view, found.table
    reference = view.document.reference
    name = view.known_as or view.document.name
    base = addresses.service_workshop(reference)
    if table is None:
        return WorkshopPage(
            name=name,
            reference=reference,
            url=addresses.service(reference),
            here=base,
            live_url="",
            provider=organization_link(view.provider),
            customer=None,
            seat=Sentence(),
        )
    side = _speaks_for(table)
    return WorkshopPage(
        name=name,
        reference=reference,
        url=addresses.service(reference),
        here=addresses.service_workshop(reference, customer=table.consumer.key),
        live_url=""
        if is_past
        else addresses.service_workshop_live(
            reference, customer=table.consumer.key, seen=table.mark, quiet=quiet
        ),
        provider=organization_link(view.provider),
        customer=organization_link(table.consumer),
        seat=say(_("So it stood then. Nothing is said or confirmed in the past."))
        if is_past
        else _seat(table, side),
        customer_key=table.consumer.key,
        side=side.value if side else "",
        may_write=side is Side.PROVIDER and table.may_write,
        managed_elsewhere=_managed_elsewhere(table, side),
        mark=table.mark,
        choices=tuple(
            CustomerChoice(
                row.key,
                f"{row.name} ({state_word(found.standings[row.id])})",
                row.id == table.consumer.id,
            )
            for row in found.customers
        ),
        agreement=replace(agreement_card(table, side, person_id), next=Sentence())
        if is_past
        else agreement_card(table, side, person_id),
        cards=_cards(table, side, typed or {}),
        kinds=tuple((kind.value, UtilityRow(kind.value, "").word) for kind in UtilityKind),
        channels=tuple(channel.name for channel in table.document.channels),
        settled=tuple(
            _proposal(table, p, side) for p in reversed(table.proposals) if not p.is_open
        ),
        problems=tuple(problems),
    )


def agreement_card(table: Table, side: Side | None, person_id: int | None) -> AgreementCard:
    """How things stand, and what is to be done about it."""
    standing = table.standing
    names = (side_link(table, Side.PROVIDER), side_link(table, Side.CUSTOMER))
    sentence = agreed_sentence(names, standing)
    if standing.state == "changed" and standing.agreement is not None:
        version = table.revisions[standing.agreement.provider.revision]
        sentence = say(
            ngettext(
                "Agreed on the version of {day}; changed since in {n} line:",
                "Agreed on the version of {day}; changed since in {n} lines:",
                len(table.changed),
            ),
            day=day(version.starts_at),
            n=len(table.changed),
        )
    why_not = why_not_confirm(standing, side, person_id or 0) if side else "reader"
    return AgreementCard(
        state=standing.state,
        sentence=sentence,
        next=_next(table, side, why_not),
        version=table.version,
        may_confirm=not why_not,
        differences=tuple(difference_line(d.part, d.key, d.before, d.after) for d in table.changed),
        confirmations=tuple(
            ConfirmedLine(
                who_of(c.person_id, table.people),
                side_link(table, c.side).text,
                c.at,
                table.revisions[c.revision].starts_at,
            )
            for c in reversed(table.confirmations)
        ),
        open_proposals=sum(p.is_open for p in table.proposals),
    )


def _next(table: Table, side: Side | None, why_not: str) -> Sentence:
    if not table.standing.waiting_for:
        return Sentence()
    if why_not == "both-sides":
        return say(_("You confirmed it for the other side; somebody else confirms for this one."))
    waiting = [side_link(table, one) for one in table.standing.waiting_for]
    if side is not None and side in table.standing.waiting_for:
        return say(_("Read it through, and confirm that it is what you want."))
    return say(_("To be confirmed by {who}."), who=waiting)


def _speaks_for(table: Table) -> Side | None:
    """The side the asker speaks for on this page: the one they read from, if they may."""
    return table.side if table.side in table.seats else None


def _seat(table: Table, side: Side | None) -> Sentence:
    here = side_link(table, table.side)
    if side is None and table.seats:
        other = side_link(table, next(iter(table.seats)))
        return say(_("You speak for {other}: look as {other} to do so."), other=other)
    if side is None:
        return say(_("You read along for {here}."), here=here)
    if side is Side.CUSTOMER:
        return say(
            _("You speak for {here}: what you suggest stands when the provider accepts it."),
            here=here,
        )
    if table.may_write:
        return say(_("You speak for {here}: what you write down stands at once."), here=here)
    return say(
        _("You speak for {here}: what you suggest stands when an editor accepts it."), here=here
    )


def _managed_elsewhere(table: Table, side: Side | None) -> str:
    if side is not Side.PROVIDER or not table.may_write:
        return ""
    return manager_words(table.managed_by)


def _cards(table: Table, side: Side | None, typed: Mapping[str, str]) -> tuple[WorkshopCard, ...]:
    plain = service_to_plain(table.document)
    titles = {
        "value": _("Value"),
        "burdens": _("Costs and risks"),
        "together": _("How both sides create the value"),
        "processes": _("Processes supported"),
        "purpose": _("Fit for purpose"),
        "use": _("Fit for use: promises"),
        "remarks": _("Anything else"),
    }
    return tuple(
        WorkshopCard(
            name, titles[name], tuple(_part(table, part, plain, side, typed) for part in parts)
        )
        for name, parts in _CARDS
    )


def _part(
    table: Table,
    part: Part,
    plain: Mapping[str, Any],
    side: Side | None,
    typed: Mapping[str, str],
) -> WorkshopPart:
    is_mine = typed.get("part") == part.value and bool(typed.get("statement"))
    subject = typed.get("subject", "") if is_mine and typed.get("act") == "change" else None
    lines = tuple(
        replace(line, typed=_typed(typed), is_open=True) if line.subject == subject else line
        for line in _lines(part, plain, table.document)
    )
    # What was to replace a line that is gone may still be added.
    is_new = is_mine and not any(line.is_open for line in lines)
    return WorkshopPart(
        key=part.value,
        id=part.value.replace(".", "-"),
        title=str(PART_TITLES[part]),
        help=str(PART_HELP.get(part, "")),
        lines=lines,
        proposals=tuple(
            replace(_proposal(table, p, side), typed=_answer_to(p, typed))
            for p in table.proposals
            if p.is_open and p.suggestion.part is part
        ),
        typed=_typed(typed) if is_new else Typed(),
        fields=_FIELDS.get(part, "text"),
        example=EXAMPLES.get(part, ""),
        is_single=part in SINGLE,
        is_quoted=part is Part.OUTCOMES,
        is_words=part is Part.WORDS,
    )


def _lines(part: Part, plain: Mapping[str, Any], document: ServiceDocument) -> list[WorkshopLine]:
    if part is Part.WORDS:
        return []
    if part in PROMISED:
        return _promised(part, plain, document)
    if part is Part.OUTCOMES:
        return [
            WorkshopLine(
                key,
                said["statement"],
                " · ".join(
                    words
                    for words in (said.get("said-by", ""), measure_words(said.get("measure")))
                    if words
                ),
                _typed({"statement": said["statement"], **said.get("measure", {})}),
            )
            for key, said in plain.get("outcomes", {}).items()
        ]
    group, _dot, name = part.value.partition(".")
    said = plain.get(group, {}).get(name, ())
    texts = [said] if isinstance(said, str) else said
    return [WorkshopLine(text, text, typed=Typed(text)) for text in texts]


def _promised(
    part: Part, plain: Mapping[str, Any], document: ServiceDocument
) -> list[WorkshopLine]:
    """What is promised, required or supported, each with its own form."""
    found = []
    for (name, key), value in agreed_lines(plain).items():
        if name != part.value:
            continue
        if part is Part.UTILITY:
            text = requirement_text(value)
            kind = next(iter(value))
            typed = Typed(text, kind=kind, channel=value.get("channel", ""))
            found.append(WorkshopLine(key, text, requirement_note(value), typed))
        elif part is Part.PROCESSES:
            typed = Typed(key, steps="\n".join(value))
            found.append(WorkshopLine(key, key, ", ".join(value), typed))
        elif part is Part.HOURS and document.service_hours is not None:
            typed = Typed(format_hours(document.service_hours))
            found.append(WorkshopLine(key, line_text(name, value), typed=typed))
        else:
            found.append(WorkshopLine(key, line_text(name, value), typed=Typed(value)))
    return found


def _answer_to(proposal: Proposal, typed: Mapping[str, str]) -> str:
    return typed.get("words", "") if typed.get("proposal") == str(proposal.id) else ""


def _typed(given: Mapping[str, Any]) -> Typed:
    names = ("statement", "name", "unit", "baseline", "target", "channel", "steps")
    values = {name: str(given.get(name, "")) for name in names}
    return Typed(
        **values,
        better=given.get("better") or "higher",
        kind=given.get("kind") or "feature",
    )


def _proposal(table: Table, proposal: Proposal, side: Side | None) -> ProposalCard:
    suggestion = proposal.suggestion
    after = suggestion.after
    return ProposalCard(
        number=proposal.id,
        sentence=proposal_sentence(table, proposal),
        at=proposal.at,
        before=_text(suggestion.part, suggestion.before),
        after=_text(suggestion.part, after),
        note=_note(suggestion.part, after),
        words=tuple(
            SaidWord(who_of(word.person_id, table.people), word.at, word.words)
            for word in proposal.words
            if word.words
        ),
        became=became(table, proposal),
        may=_may(table, proposal, side) if proposal.is_open else (),
        is_said=suggestion.part is Part.WORDS,
    )


def _may(table: Table, proposal: Proposal, side: Side | None) -> tuple[str, ...]:
    if side is None:
        return ()
    may = []
    writes = table.may_write or proposal.suggestion.part is Part.WORDS
    if side is Side.PROVIDER and writes:
        may.append("accept")
    may.append("withdraw" if side is proposal.side else "decline")
    may.append("say")
    return tuple(may)


def _text(part: Part, value: Any) -> str:
    if isinstance(value, dict) and part is Part.OUTCOMES:
        return str(value["statement"])
    if isinstance(value, dict) and part is Part.UTILITY:
        return requirement_text(value)
    return line_text(part.value, value)


def _note(part: Part, value: Any) -> str:
    if isinstance(value, dict) and part is Part.OUTCOMES:
        return measure_words(value.get("measure"))
    if isinstance(value, dict) and part is Part.UTILITY:
        return requirement_note(value)
    return ""
