"""observe and status: saying in what condition a service is, and why it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catenary import clock
from catenary.cli.exit_codes import REFUSED
from catenary.cli.missing import no_service, service_meant
from catenary.cli.session import actor_by, fail, moment_from, ready, viewpoint_from
from catenary.cli.showing import viewpoint_for
from catenary.cli.terminal import Colour, answer, complain, say
from catenary.domain.moments import read_moment
from catenary.domain.observations.lasting import lasting

if TYPE_CHECKING:
    from catenary.apps.monitoring.queries.board import BoardRow
    from catenary.apps.monitoring.queries.status import ServiceStatus, ToldCause
    from catenary.apps.monitoring.queries.stored import Freshness

#: How each condition is marked on a terminal.
COLOURS: dict[str, Colour] = {
    "down": "red",
    "degraded": "yellow",
    "unknown": "bold",
    "maintenance": "bold",
    "operational": "green",
}
_PAGE = 500


def report(*, said: Mapping[str, Any], until: str, by: str, json: bool, data: Path | None) -> None:
    """Record one word, and how it ended when that is said, too."""
    now = clock.now()
    words = _words(
        {name: value for name, value in said.items() if value not in ("", None)}, until, now
    )
    ready(data)
    from catenary.apps.monitoring.operations.recording import record_observations
    from catenary.apps.organizations.queries import home_viewpoint

    actor = actor_by(by)
    found = record_observations(actor=actor, at=now, words=words)
    reasons = [reason for refused in found.refused for reason in refused.reasons]
    if json:
        outcome = str(found.taken[0].outcome) if found.taken else "refused"
        answer({"outcome": outcome, "errors": [_reason(reason) for reason in reasons]})
    for reason in reasons if not json else ():
        field = "" if reason.field in ("", "service") else f"{reason.field}: "
        meant = ""
        if reason.code == "unknown-service":
            viewpoint = home_viewpoint(actor) if by else None
            meant = service_meant(str(words[0]["service"]), actor, viewpoint)
        complain(f"catenary: {field}{reason.sentence}{meant}")
        complain(f"    expected: {reason.expected}")
    if reasons:
        fail("nothing was recorded", REFUSED)
    if not json:
        taken = found.taken[0]
        say(f"{taken.service}: {taken.outcome}; it holds from {taken.at.isoformat()}")
        for over in found.taken[1:]:
            say(f"{over.service}: operational from {over.at.isoformat()}")


def _words(word: dict[str, Any], until: str, now: datetime) -> list[dict[str, Any]]:
    """The word alone, or with what its end says."""
    if not until:
        return [word]
    if "valid-for" in word:
        fail("say --until or --valid-for, not both")
    # A date alone names a day; a condition ends at an instant.
    ends = read_moment(until) if len(until.strip()) > len("2026-03-01") else None
    if ends is None:
        fail(f"--until: {until} is no ISO time, like 2026-03-01T09:30Z")
    start = read_moment(word["at"]) if "at" in word else now
    if start is None:
        # What is wrong with it is told with everything else that is.
        return [word]
    if ends <= start:
        fail("--until: it ends before it begins")
    return lasting({"at": now.isoformat(), **word}, start=start, until=ends, now=now)


def _reason(reason: Any) -> dict[str, str]:
    return {
        "code": reason.code,
        "field": reason.field,
        "detail": reason.sentence,
        "expected": reason.expected,
    }


def show_status(
    *,
    reference: str,
    every: bool,
    seen: str,
    as_of: str,
    known_at: str,
    by: str,
    json: bool,
    data: Path | None,
) -> None:
    """Print the condition of one service with its causes, or the board."""
    ready(data)
    actor = actor_by(by)
    known = moment_from(known_at)
    then = moment_from(as_of) or known
    if not reference:
        _show_board(actor, seen, every, json, then, known)
        return
    from catenary.apps.monitoring.queries.status import service_status, status_as_plain
    from catenary.apps.monitoring.queries.stored import freshness_as_plain

    viewpoint = viewpoint_for(actor, seen, reference)
    found = service_status(
        actor=actor,
        viewpoint=viewpoint,
        reference=reference,
        at=then or clock.now(),
        is_past=then is not None,
        known_at=known,
    )
    if found is None:
        no_service([reference], actor, viewpoint)
    if json:
        answer({**status_as_plain(found), **freshness_as_plain(_fresh(then))})
    else:
        _print(found)
        _warn(then)


def _show_board(
    actor: Any,
    seen: str,
    every: bool,
    json: bool,
    then: datetime | None,
    known: datetime | None,
) -> None:
    from catenary.apps.monitoring.queries.board import board, board_row_as_plain
    from catenary.apps.monitoring.queries.status import SHOWN, shown, words
    from catenary.apps.monitoring.queries.stored import freshness_as_plain

    viewpoint = viewpoint_from(actor, seen)
    if viewpoint is None:
        fail("say with --as from which organization to look")
    only = () if every else SHOWN[:-1]
    after, counts = None, dict.fromkeys(SHOWN, 0)
    rows: list[BoardRow] = []
    while True:
        page = board(
            actor=actor,
            viewpoint=viewpoint,
            only=only,
            after=after,
            limit=_PAGE,
            at=then,
            known_at=known,
        )
        rows += page.rows
        counts, after = page.counts, page.after
        if after is None:
            break
    if json:
        services = [board_row_as_plain(row) for row in rows]
        fresh = freshness_as_plain(_fresh(then))
        answer({"counts": counts, "services": services, **fresh})
        return
    say("; ".join(f"{count:,} {kind}" for kind, count in counts.items()))
    for row in rows:
        kind = shown(row.effective)
        mark = f"{words(row.effective)}"
        say(f"  {row.reference} {row.known_as or row.name}", mark=mark, colour=COLOURS[kind])
    _warn(then)


def _fresh(then: datetime | None) -> Freshness:
    """Of the past nobody needs to follow anything."""
    from catenary.apps.monitoring.queries.stored import FRESH, freshness

    return FRESH if then is not None else freshness(clock.now())


def _warn(then: datetime | None) -> None:
    """Say so when conditions may be others by now."""
    fresh = _fresh(then)
    if not fresh.is_stale:
        return
    since = "yet" if fresh.since is None else f"since {fresh.since.isoformat()}"
    why = f"no worker has followed what is reported {since}"
    if fresh.is_behind:
        why = f"what was reported {since} may not be counted yet: the worker catches up"
    complain(f"this may be out of date: {why}")


def _print(found: ServiceStatus) -> None:
    from catenary.apps.monitoring.queries.status import shown, words

    known = found.effective
    since = f" since {found.since.isoformat()}" if found.since is not None else ""
    say(
        f" {found.service.reference} {found.known_as or found.service.name}{since}",
        mark=str(words(known)),
        colour=COLOURS[shown(known)],
    )
    if known.is_derived:
        say("  nothing is reported of it: what it relies on speaks for it")
    if known.is_assumed:
        say("  nobody looks: its owner says to assume that it works")
    for cause in found.causes:
        say(f"  because of {_told(cause)}")
    if known.next_loss:
        say("  at risk: one more loss would be felt")
    for cause in found.risks:
        say(f"  left without reserve by {_told(cause)}")
    if found.is_more:
        say("  and more (--json lists what may be told)")


def _told(cause: ToldCause) -> str:
    steps = [
        step.reference or f"a supporting service of {step.provider.name}" for step in cause.path
    ]
    since = f" since {cause.since.isoformat()}" if cause.since is not None else ""
    told = f"{' <- '.join(steps)}: {cause.condition}{since}"
    for word in cause.said:
        source = word.source_name or "by hand"
        who = f" ({word.by})" if word.by else ""
        told += f"; {source}{who}" + (f": {word.text}" if word.text else "")
    return told
