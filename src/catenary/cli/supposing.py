"""impact with conditions: what would be if services were in conditions somebody supposes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catenary.cli.conditions import COLOURS
from catenary.cli.missing import no_service
from catenary.cli.session import actor_by, fail, moment_from, ready
from catenary.cli.showing import viewpoint_for
from catenary.cli.terminal import answer, say
from catenary.domain.moments import read_moment

if TYPE_CHECKING:
    from catenary.apps.monitoring.queries.supposed_times import Assumption
    from catenary.apps.monitoring.queries.what_if import Because, Piece, WhatIf


def is_supposing(references: Sequence[str]) -> bool:
    """Whether conditions are said with the services: ``organization/service=degraded``."""
    return any("=" in text for text in references)


def show_what_if(
    *,
    told: Sequence[str],
    basis: str,
    seen: str,
    as_of: str,
    by: str,
    limit: int,
    json: bool,
    data: Path | None,
) -> None:
    """Print who would be worse or better off, from what to what, and why."""
    ready(data)
    from catenary.apps.monitoring.queries.supposed_world import SUPPOSABLE
    from catenary.apps.monitoring.queries.what_if import (
        BASES,
        what_if,
    )
    from catenary.apps.monitoring.queries.what_if_plain import what_if_as_plain

    if basis not in BASES:
        fail(f"--basis is one of {', '.join(BASES)}")
    assumptions = [_assumption(text, tuple(SUPPOSABLE)) for text in told]
    at = moment_from(as_of)
    actor = actor_by(by)
    viewpoint = viewpoint_for(actor, seen, assumptions[0].reference)
    try:
        found, missing = what_if(
            actor=actor,
            viewpoint=viewpoint,
            assumptions=assumptions,
            basis=basis,
            at=at,
            limit=limit,
        )
    except ValueError as wrong:
        fail(str(wrong))
    if found is None:
        no_service(missing, actor, viewpoint)
    if json:
        answer(what_if_as_plain(found))
    else:
        _print(found)


def _assumption(text: str, known: tuple[str, ...]) -> Assumption:
    from catenary.apps.monitoring.queries.supposed_times import Assumption

    reference, _, said = text.partition("=")
    condition, _, when = said.partition("@")
    condition = condition or "down"
    if condition not in known:
        fail(f"{text}: {condition} is no condition; say one of {', '.join(known)}")
    if not when:
        return Assumption(reference, condition)
    begins, slash, ends = when.partition("/")
    start, end = (read_moment(one) if one else None for one in (begins, ends))
    if not slash or (begins and start is None) or (ends and end is None):
        fail(f"{text}: {when} is no time, like 2026-11-29T02:00Z/2026-11-29T04:00Z")
    return Assumption(reference, condition, start, end)


def _print(found: WhatIf) -> None:
    for link, one in found.supposed:
        say(f"Suppose {link.reference} {link.name} is {one.condition}")
    say("compared with all being fine" if found.basis == "fine" else "compared with what holds")
    for piece in found.pieces:
        _print_piece(piece)
    if found.is_more_announced:
        say("More is announced for this time than could be looked at: ask about less of it.")
    if found.crosses:
        say("What services of others rest on is not followed: that is theirs to show.")


def _print_piece(piece: Piece) -> None:
    from catenary.apps.monitoring.queries.status import shown, words

    if piece.start is not None or piece.end is not None:
        begins = piece.start.isoformat() if piece.start is not None else "always"
        say(f"From {begins} until {piece.end.isoformat() if piece.end is not None else 'ever'}:")
    for each in piece.meanwhile:
        say(f"  meanwhile in maintenance: {each.title or 'a supporting service'} ({each.key})")
    say(f"{piece.worse:,} worse off, {piece.better:,} better off")
    for change in piece.changes:
        name = f" {change.link.reference} {change.link.name} (was {words(change.before)})"
        say(name, mark=str(words(change.after)), colour=COLOURS[shown(change.after)])
        if change.only_with_others:
            say("    only because other maintenance is announced for then")
        for cause in change.causes:
            say(f"    because of {_told(cause)}")
    more = piece.worse + piece.better - len(piece.changes)
    if more > 0:
        say(f"  and {more:,} more (--limit lists more)")
    for row in piece.consuming:
        count = f"{row.service_count:,} service{'' if row.service_count == 1 else 's'}"
        say(f"organization {row.organization.key}: {row.shown}, by {count} it consumes")


def _told(cause: Because) -> str:
    names = ["a service you may not see" if p is None else p.reference for p in cause.path]
    why = " (supposed)" if cause.is_supposed else " (announced)" if cause.is_announced else ""
    return f"{' <- '.join(names)}: {cause.condition}{why}"
