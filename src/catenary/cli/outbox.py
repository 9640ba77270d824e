"""What waits to be sent, what was given up, and trying that again or discarding it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from catenary import clock
from catenary.cli.exit_codes import REFUSED
from catenary.cli.session import ready
from catenary.cli.terminal import answer, say

if TYPE_CHECKING:
    from catenary.apps.common.queries.outbox import DeadLetter, OutboxCount
    from catenary.apps.monitoring.queries.given_up import GivenUp

#: So many messages are told one by one, and so many addresses to a person.
_MOST, _SHOWN = 10_000, 200


def show_outbox(
    *,
    retry: bool,
    discard: bool,
    addresses: Sequence[str],
    everything: bool,
    json: bool,
    data: Path | None,
) -> None:
    """Tell of the outbox; end with 1 when something is given up and stays so."""
    if retry and discard:
        raise typer.BadParameter("either --retry or --discard")
    if discard and not addresses and not everything:
        raise typer.BadParameter("say of which --address, or --all", param_hint="--discard")
    ready(data)
    from catenary.apps.common.queries.outbox import dead_letters, outbox_counts
    from catenary.apps.monitoring.operations.given_up import discard_given_up, try_given_up_again
    from catenary.apps.monitoring.queries.given_up import given_up
    from catenary.domain.actors import Origin

    at, meant = clock.now(), None if everything or not addresses else frozenset(addresses)
    counts, dead, letters = outbox_counts(), given_up(), dead_letters(limit=_MOST) if json else []
    tried = gone = 0
    if retry:
        tried = try_given_up_again(addresses=meant, at=at)
    elif discard:
        gone = discard_given_up(addresses=meant, until=at, at=at, origin=Origin("command-line"))
    if json:
        answer({**_plain(counts, dead, letters), "tried-again": tried, "discarded": gone})
    else:
        _tell(counts, dead)
        if retry:
            say(f"{tried} are tried again.")
        if discard:
            say(f"{gone} are discarded.")
    if sum(each.messages for each in dead) > tried + gone:
        raise typer.Exit(REFUSED)


def _plain(
    counts: Sequence[OutboxCount], dead: Sequence[GivenUp], letters: Sequence[DeadLetter]
) -> dict[str, Any]:
    return {
        "waiting": [
            {
                "kind": count.kind,
                "waiting": count.waiting,
                "oldest-due": count.oldest_due and count.oldest_due.isoformat(),
            }
            for count in counts
        ],
        "given-up": [
            {
                "id": letter.id,
                "kind": letter.kind,
                "at": letter.dead_at.isoformat(),
                "attempts": letter.attempts,
                "trouble": letter.trouble,
            }
            for letter in letters
        ],
        "given-up-by-address": [
            {
                "address": each.address,
                "messages": each.messages,
                "since": each.since.isoformat(),
                "last-at": each.last_at.isoformat(),
                "trouble": each.trouble,
                "is-wanted": each.is_wanted,
            }
            for each in dead
        ],
    }


def _tell(counts: Sequence[OutboxCount], dead: Sequence[GivenUp]) -> None:
    for count in counts:
        say(f"{count.kind}: {count.waiting} wait, {count.dead} given up")
    for each in dead[:_SHOWN]:
        unwanted = "" if each.is_wanted else ", nobody is subscribed there any more"
        say(
            f"{each.address}: {each.messages} given up since"
            f" {each.since:%Y-%m-%d %H:%M} UTC{unwanted}: {each.trouble}"
        )
    if len(dead) > _SHOWN:
        say(f"and {len(dead) - _SHOWN} more addresses, with fewer messages each")
    if not counts:
        say("Nothing waits, and nothing was given up.")
