"""``catenary rebuild``: conditions are made again from what was said."""

from __future__ import annotations

from pathlib import Path

from catenary import clock
from catenary.cli.exit_codes import REFUSED
from catenary.cli.session import fail, ready
from catenary.cli.terminal import answer, say

#: A backup is of one moment, with what waits and what is owed in it: there a worker has stored what
#: it stands for.
_ON_A_COPY = (
    "Or check a copy while it runs: `catenary backup FILE`, then, without DATABASE_URL, "
    "`catenary restore FILE --data FOLDER` and `catenary rebuild --check --data FOLDER`"
)


def rebuild_all(*, check: bool, json: bool, data: Path | None) -> None:
    """Make conditions again and say what differed; with ``check`` nothing is kept, and differences
    are a failure."""
    ready(data)
    from catenary.apps.monitoring.operations.owning import Owner
    from catenary.apps.monitoring.operations.rebuilding import rebuild_conditions

    owner = Owner()
    if not owner.owns():
        # It works words out ahead of what it has stored: compared in between, what is merely on
        # its way would be told as wrong, and what is made anew be overwritten by what it holds.
        fail(
            "a worker is following what is reported, and what it has not stored yet would look "
            "wrong. Stop it: `catenary worker`, or `catenary serve` (restart it with "
            "CATENARY_ENGINE=off to go on serving). Then run this command, and start it again: "
            "what is reported meanwhile is kept, and followed then"
            + (f". {_ON_A_COPY}" if check else "")
        )
    try:
        found = rebuild_conditions(at=clock.now(), keeps=not check)
    finally:
        owner.leave()
    if json:
        answer(
            {
                "own": found.own,
                "effective": found.effective,
                "before": found.before,
                "after": found.after,
                "unfounded": found.unfounded,
            }
        )
    elif found.before == found.after:
        say(f"Nothing differs from what was said (digest {found.after})")
    else:
        say(f"The conditions of {found.own + found.effective} services differed from what was said")
        if found.unfounded:
            say(f"Conditions without any observation behind them: {found.unfounded} services")
    if check and found.before != found.after:
        sentence = "nothing was changed; run `catenary rebuild` without --check to mend it"
        fail(sentence, REFUSED)
