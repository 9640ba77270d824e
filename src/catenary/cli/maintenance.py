"""maintenance: what is planned, announced and cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from catenary import clock
from catenary.cli.exit_codes import REFUSED
from catenary.cli.missing import no_service
from catenary.cli.session import actor_by, fail, ready, viewpoint_from
from catenary.cli.terminal import answer, complain, say

if TYPE_CHECKING:
    from catenary.apps.monitoring.queries.maintenance import MaintenanceView, SeenOccurrence
    from catenary.apps.monitoring.queries.preview import Preview
    from catenary.domain.actors import Actor

_ACTIONS = ("list", "add", "cancel", "preview")


def run_maintenance(
    *,
    action: str,
    which: list[str],
    said: Mapping[str, Any],
    note: str,
    seen: str,
    by: str,
    json: bool,
    data: Path | None,
) -> None:
    """Do what was asked."""
    if action not in _ACTIONS:
        raise typer.BadParameter(f"one of {', '.join(_ACTIONS)}", param_hint="ACTION")
    ready(data)
    actor = actor_by(by)
    if action == "list":
        _list(actor, seen, json)
        return
    if action == "cancel":
        _cancel(actor, which, said.get("start", ""), note, json)
        return
    plain = {name: value for name, value in {**said, "services": which}.items() if value}
    if action == "add":
        _add(actor, plain, json)
    else:
        _preview(actor, plain, seen, json)


def _list(actor: Actor, seen: str, json: bool) -> None:
    from catenary.apps.monitoring.queries.maintenance import (
        maintenance_ahead,
        maintenance_as_plain,
    )

    viewpoint = viewpoint_from(actor, seen)
    if viewpoint is None:
        fail("say with --as from which organization to look")
    found = maintenance_ahead(actor=actor, viewpoint=viewpoint, at=clock.now())
    if json:
        answer([maintenance_as_plain(view) for view in found])
        return
    if not found:
        say("No maintenance is planned.")
    for view in found:
        _print(view)


def _print(view: MaintenanceView) -> None:
    hit = ", ".join(link.reference for link in view.services)
    say(f"{view.key}  {view.title}: {hit}")
    for each in view.ahead[:3]:
        say(f"  {_times(each)}{'' if view.repeats or each.is_changed else ', once'}")


def _times(each: SeenOccurrence) -> str:
    return f"{each.start.isoformat(timespec='minutes')} to {each.end.isoformat(timespec='minutes')}"


def _add(actor: Actor, plain: Mapping[str, Any], json: bool) -> None:
    from catenary.apps.common.operations import CatalogueBusy
    from catenary.apps.monitoring.operations.maintenance import announce_maintenance
    from catenary.apps.monitoring.queries.planning import NotPlanned

    try:
        done = announce_maintenance(actor=actor, at=clock.now(), plain=dict(plain))
    except NotPlanned as refused:
        _refuse(refused.reasons, json)
    except CatalogueBusy as busy:
        fail(str(busy), REFUSED)
    if json:
        answer({"key": done.key, "version": done.version})
    else:
        say(f"{done.key}: announced")


def _cancel(actor: Actor, which: list[str], start: str, note: str, json: bool) -> None:
    from catenary.apps.common.operations import CatalogueBusy
    from catenary.apps.monitoring.operations.maintenance import (
        NoSuchMaintenance,
        cancel_maintenance,
        cancel_occurrence,
    )
    from catenary.apps.monitoring.queries.planning import NotPlanned

    if len(which) != 1:
        raise typer.BadParameter("the key of one maintenance", param_hint="WHICH")
    try:
        if start:
            done = cancel_occurrence(
                actor=actor, at=clock.now(), key=which[0], occurrence=_wall(start), note=note
            )
        else:
            done = cancel_maintenance(actor=actor, at=clock.now(), key=which[0], note=note)
    except NoSuchMaintenance:
        fail(f"there is no maintenance {which[0]} that you may cancel")
    except NotPlanned as refused:
        _refuse(refused.reasons, json)
    except CatalogueBusy as busy:
        fail(str(busy), REFUSED)
    if json:
        answer({"key": done.key, "version": done.version, "changed": done.is_new_version})
    else:
        say(f"{done.key}: {'cancelled' if done.is_new_version else 'it was cancelled already'}")


def _wall(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise typer.BadParameter("a time such as 2026-11-29T02:00", param_hint="--start")
    return found


def _preview(actor: Actor, plain: Mapping[str, Any], seen: str, json: bool) -> None:
    from catenary.apps.monitoring.queries.planning import NotPlanned, read_plan
    from catenary.apps.monitoring.queries.preview import preview, preview_as_plain
    from catenary.cli.showing import viewpoint_for

    services = plain.get("services") or [""]
    viewpoint, at = viewpoint_for(actor, seen, services[0]), clock.now()
    try:
        # Nobody reads what a preview is called.
        planned, _rows = read_plan(actor, {"title": "preview", **plain}, at)
    except NotPlanned as refused:
        _refuse(refused.reasons, json)
    found = preview(actor=actor, viewpoint=viewpoint, planned=planned, at=at)
    if found is None:
        no_service(services[:1], actor, viewpoint)
    if json:
        answer(preview_as_plain(found))
    else:
        _print_preview(found, planned.window.zone)


def _print_preview(found: Preview, zone: str) -> None:
    for hit in found.hits:
        consumers = f", {hit.consumers:,} consume it" if hit.consumers else ""
        what = "worked on" if hit.is_worked_on else hit.kind
        say(f"{hit.link.reference} {hit.link.name}: {what}{consumers}")
    for row in found.occurrences:
        needed = f"{len(row.in_hours):,} of {len(found.hits):,} within their service hours"
        say(f"{row.start.isoformat()} to {row.end.isoformat()}: {_taken(row.harm)}; {needed}")
        for one in row.together:
            names = ["a service you may not see" if b is None else b.reference for b in one.because]
            why = "also in maintenance then" if one.is_announced else "not as it should be now"
            say(f"  also {one.link.reference}, only because of {', '.join(names)}: {why}")
    if found.better:
        say(f"It would hurt less ({zone}):")
    for start in found.better:
        say(f"  {start.start.isoformat(timespec='minutes')}  {_taken(start.harm)}")


def _taken(harm: int) -> str:
    return f"takes {harm / 3_600_000_000:,.1f} h of service time" if harm else "takes nothing"


def _refuse(reasons: Any, json: bool) -> NoReturn:
    if json:
        answer(
            {
                "errors": [
                    {
                        "code": reason.code,
                        "field": reason.field,
                        "detail": str(reason.sentence),
                        "expected": str(reason.expected),
                    }
                    for reason in reasons
                ]
            }
        )
    for reason in reasons if not json else ():
        field = f"{reason.field}: " if reason.field else ""
        complain(f"catenary: {field}{reason.sentence}")
        if reason.expected:
            complain(f"    expected: {reason.expected}")
    fail("nothing was planned", REFUSED)
