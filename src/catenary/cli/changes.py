"""changes: what changed between two moments, and by whom."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from catenary.cli.changed_fields import say_field
from catenary.cli.missing import no_organization, no_place
from catenary.cli.session import actor_by, fail, ready
from catenary.cli.terminal import answer, complain, say
from catenary.domain.moments import read_moment
from catenary.domain.plan import field_changes

_SHOWN = 12


def show_changes(
    *,
    since: str,
    until: str,
    organization: str,
    service: str,
    person: str,
    door: str,
    source: str,
    limit: int,
    seen: str,
    by: str,
    json: bool,
    data: Path | None,
) -> None:
    """Print what happened, the latest first."""
    ready(data)
    from catenary.apps.organizations.queries import home_viewpoint, viewpoint_of
    from catenary.apps.portfolio.queries.changes import Narrowed, changes_between

    actor = actor_by(by)
    key = seen or (actor.is_operator and (organization or service.partition("/")[0])) or ""
    viewpoint = viewpoint_of(actor, key) if key else home_viewpoint(actor)
    if viewpoint is None:
        if not key:
            no_place(actor)
        no_organization(key, actor)
    begin = _moment(since)
    if begin is not None and len(since) == 10:
        begin = datetime.combine(begin.date(), time.min, tzinfo=UTC)
    found = changes_between(
        actor=actor,
        viewpoint=viewpoint,
        narrowed=Narrowed(begin, _moment(until), organization, service, person, door, source),
        limit=limit,
    )
    values = [_plain(row) for row in found.rows]
    if json:
        answer({"changes": values, "has_more": found.after is not None})
        return
    if actor.is_operator and not key:
        complain(f"Of {viewpoint.root_key} alone; --as tells of another organization.")
    for value in values:
        who = value["by"] or "an operator, or somebody elsewhere"
        say(f"{value['at']} {value['kind']} {value['reference']}: {value['action']} by {who}")
        for change in value["fields"][:_SHOWN]:
            say_field(change["path"], change["before"], change["after"])
    if found.after is not None:
        say("There is more: narrow it, or raise --limit.")


def _moment(text: str) -> datetime | None:
    moment = read_moment(text) if text else None
    if text and moment is None:
        fail(f"{text} is no ISO date or time, like 2026-03-01 or 2026-03-01T09:30Z")
    return moment


def _plain(row: Any) -> dict[str, Any]:
    entry = row.entry
    both = entry.before is not None and entry.after is not None
    return {
        "at": entry.at.isoformat(),
        "kind": row.kind.value,
        "reference": row.reference,
        "action": entry.action,
        "by": row.who or None,
        "door": entry.door,
        "source": entry.source,
        "note": row.note,
        "fields": [
            {"path": c.path, "before": c.before, "after": c.after}
            for c in (field_changes(entry.before, entry.after) if both else ())
        ],
    }
