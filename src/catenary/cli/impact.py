"""impact: who is hit when services fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from catenary import clock
from catenary.cli.missing import no_service
from catenary.cli.session import actor_by, ready, records_from
from catenary.cli.showing import viewpoint_for
from catenary.cli.terminal import Colour, answer, say

if TYPE_CHECKING:
    from catenary.apps.portfolio.queries.impact import HitService, ImpactView
    from catenary.apps.portfolio.queries.needed import Needed

_CONDITIONS = ("down", "degraded")
_WORDS: dict[str, tuple[str, Colour]] = {
    "down": ("down", "red"),
    "degraded": ("degraded", "yellow"),
    "at-risk": ("at risk", "bold"),
}


def show_impact(
    *,
    references: Sequence[str],
    condition: str,
    seen: str,
    as_of: str,
    by: str,
    limit: int,
    json: bool,
    data: Path | None,
) -> None:
    """Print what happens when services are down (or degraded)."""
    if condition not in _CONDITIONS:
        raise typer.BadParameter(f"--condition is one of {', '.join(_CONDITIONS)}")
    ready(data)
    from catenary.apps.portfolio.queries.impact import impact_as_plain, impact_view
    from catenary.apps.portfolio.queries.needed import needed_at

    actor = actor_by(by)
    viewpoint = viewpoint_for(actor, seen, references[0])
    view, missing = impact_view(
        actor=actor,
        viewpoint=viewpoint,
        references=references,
        condition=condition,
        limit=limit,
        records=records_from(as_of),
    )
    if missing or view is None:
        no_service(missing, actor, viewpoint)
    needed = None
    if not as_of:
        needed = needed_at((hit.link.reference for hit in view.hits), clock.now())
    if json:
        answer(impact_as_plain(view, needed))
    else:
        _print(view, needed or {})


def _print(view: ImpactView, needed: Mapping[str, Needed]) -> None:
    failing = ", ".join(link.reference for link in view.failing)
    say(f"When {failing} {'is' if len(view.failing) == 1 else 'are'} {view.condition}:")
    if not (view.hits or view.organizations or view.outcomes):
        say("  nobody is hit.")
    for kind, (word, colour) in _WORDS.items():
        hits = [hit for hit in view.hits if hit.kind == kind]
        for hit in hits:
            say(f" {_service(hit)}{_needed(hit, needed)}", mark=word, colour=colour)
        if view.counts[kind] > len(hits):
            say(f"  and {view.counts[kind] - len(hits):,} more {word} (--limit lists more)")
    for row in view.organizations:
        parts = [link.reference for link in row.services]
        if row.service_count > len(parts):
            parts.append(f"{row.service_count - len(parts):,} more")
        consumed = f" consumes {', '.join(parts)}" if parts else ""
        relying = f" relies on it with {row.relying:,} services of its own" if row.relying else ""
        say(f"organization {row.organization.key}: {_WORDS[row.kind][0]};{consumed}{relying}")
    for outcome in view.outcomes:
        say(f"outcome of {outcome.service.reference}: {outcome.outcome.statement}")
    if view.crosses:
        say("What services of others rest on is not followed: that is theirs to show.")


def _service(hit: HitService) -> str:
    names = ["a service you may not see" if p is None else p.reference for p in hit.path]
    risk = f" (one more loss: {hit.next_loss})" if hit.next_loss else ""
    return f"{names[0]} {hit.link.name}{risk} <- {' <- '.join(names[1:])}"


def _needed(hit: HitService, needed: Mapping[str, Needed]) -> str:
    found = needed.get(hit.link.reference)
    if found is None:
        return ""
    if found.is_now:
        return "; needed now"
    return f"; not needed before {found.next.isoformat()}" if found.next else "; never needed"
