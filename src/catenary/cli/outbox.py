"""What waits to be sent, what was given up, and trying that again."""

from __future__ import annotations

from pathlib import Path

import typer

from catenary import clock
from catenary.cli.exit_codes import REFUSED
from catenary.cli.session import ready
from catenary.cli.terminal import answer, say


def show_outbox(*, retry: bool, json: bool, data: Path | None) -> None:
    """Tell of the outbox; end with 1 when something is given up and stays so."""
    ready(data)
    from catenary.apps.common.operations.outbox import try_again
    from catenary.apps.common.queries.outbox import dead_letters, outbox_counts

    dead, counts = dead_letters(limit=10_000), outbox_counts()
    tried = try_again(ids=[letter.id for letter in dead], at=clock.now()) if retry else 0
    if json:
        answer(
            {
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
                    for letter in dead
                ],
                "tried-again": tried,
            }
        )
    else:
        for count in counts:
            say(f"{count.kind}: {count.waiting} wait, {count.dead} given up")
        for letter in dead:
            say(f"{letter.id}: {letter.kind}, {letter.attempts} attempts: {letter.trouble}")
        if retry:
            say(f"{tried} are tried again.")
        elif not counts:
            say("Nothing waits, and nothing was given up.")
    if dead and not retry:
        raise typer.Exit(REFUSED)
