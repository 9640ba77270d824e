"""plan, apply, export and schema."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from catenary import clock
from catenary.cli.changed_fields import say_field
from catenary.cli.exit_codes import FAILED, REFUSED, STOPPED
from catenary.cli.running import ready_or_new
from catenary.cli.session import actor_by, fail, ready, records_from, refuse, viewpoint_from
from catenary.cli.terminal import Colour, answer, complain, progress, say

if TYPE_CHECKING:
    from catenary.domain.documents.shapes import CatalogueDocument
    from catenary.domain.plan import Plan
    from catenary.exchange.catalogue.applying import PreparedPlan
    from catenary.exchange.catalogue.reading import FileProblem, ReadCatalogue

_SHOWN = 200


def show_plan(
    *, folder: Path, source: str, prune: bool, take_over: bool, json: bool, data: Path | None
) -> None:
    """Print what would change."""
    wanted = read_files(folder, as_json=json)
    ready_or_new(data)
    prepared = _prepare(wanted, _source(folder, source), prune, take_over)
    print_plan(prepared.plan, as_json=json)
    if prepared.plan.refusals:
        raise typer.Exit(REFUSED)


def apply_files(
    *,
    folder: Path,
    source: str,
    prune: bool,
    take_over: bool,
    by: str,
    note: str,
    json: bool,
    data: Path | None,
) -> None:
    """Print the plan and do it."""
    wanted = read_files(folder, as_json=json)
    ready_or_new(data)
    prepared = _prepare(wanted, _source(folder, source), prune, take_over)
    if not json:
        print_plan(prepared.plan, as_json=False)
    apply_prepared(prepared, by=by, note=note, as_json=json)
    if json:
        print_plan(prepared.plan, as_json=True)
    elif not prepared.plan.is_empty:
        say("Applied.")


def apply_prepared(prepared: PreparedPlan, *, by: str, note: str, as_json: bool) -> None:
    """Apply a plan as a command does: with progress, refusals and the right exit code."""
    from catenary.apps.common.operations import CatalogueBusy
    from catenary.domain.refusals import Refused
    from catenary.exchange.catalogue.applying import PlanOutdated, apply_plan

    actor = actor_by(by)
    try:
        with progress("waiting for the turn to write") as told:
            apply_plan(
                prepared=prepared,
                actor=actor,
                at=clock.now(),
                note=note,
                progress=lambda what, count: told(f"writing {what}", count),
            )
    except Refused as refused:
        refuse(refused.refusals, as_json)
    except PlanOutdated as outdated:
        fail(str(outdated), REFUSED)
    except CatalogueBusy as busy:
        fail(str(busy), FAILED)
    except KeyboardInterrupt:
        _say_what_stands(prepared.version)
        raise typer.Exit(STOPPED) from None


def _say_what_stands(version: int) -> None:
    """After Ctrl-C in a transaction: it was undone, unless the stop came just too late."""
    from catenary.apps.common.queries import catalogue_version

    if catalogue_version() == version:
        complain("catenary: stopped; nothing was changed")
    else:
        complain("catenary: stopped; the catalogue has changed, `catenary plan` shows what is left")


def export_files(
    *, folder: Path, seen: str, as_of: str, by: str, force: bool, json: bool, data: Path | None
) -> None:
    """Write the catalogue as files."""
    ready(data)
    from catenary.apps.portfolio.queries.documents import live_catalogue
    from catenary.apps.portfolio.queries.hidden import without_hidden_reliance
    from catenary.apps.portfolio.queries.past import Past
    from catenary.apps.portfolio.queries.past_catalogue import catalogue_at
    from catenary.exchange.catalogue.writing import ExportRefused, write_catalogue

    actor = actor_by(by)
    viewpoint = viewpoint_from(actor, seen)
    records = records_from(as_of)
    catalogue, left_out = (
        (
            catalogue_at(actor, viewpoint, records)
            if isinstance(records, Past)
            else live_catalogue(actor, viewpoint)
        ),
        0,
    )
    if viewpoint is not None:
        catalogue, left_out = without_hidden_reliance(catalogue)
    try:
        written = write_catalogue(catalogue, folder, force=force)
    except ExportRefused as refused:
        fail(str(refused))
    except OSError as error:
        fail(f"{error.filename or folder} cannot be written: {error.strerror}")
    if json:
        answer({"files": [str(path) for path in written], "left_out": left_out})
    else:
        for path in written:
            say(str(path))
    if left_out:
        complain(
            f"left out: {left_out:,} dependency groups that name services you may not see; "
            "applying these files would remove them"
        )


def print_schema() -> None:
    """Print the JSON Schema."""
    from catenary.exchange.catalogue.schema import catalogue_schema

    answer(catalogue_schema())


def read_files(folder: Path, *, as_json: bool) -> CatalogueDocument:
    """The catalogue in a folder; ends with 2 and every problem when it cannot be read."""
    read = read_with_progress(folder)
    if read.problems:
        if as_json:
            answer({"problems": problems_as_json(read.problems)})
        else:
            for problem in read.problems:
                complain(str(problem))
            count = len(read.problems)
            complain(f"{count} problem{'s' if count > 1 else ''}; nothing was changed.")
        raise typer.Exit(FAILED)
    return read.catalogue


def read_with_progress(folder: Path) -> ReadCatalogue:
    """The catalogue files, as `read_catalogue` gives them."""
    from catenary.exchange.catalogue.reading import read_catalogue

    with progress("reading") as told:
        return read_catalogue(folder, progress=lambda count: told("reading entries", count))


def problems_as_json(problems: Sequence[FileProblem]) -> list[dict[str, Any]]:
    """Problems of files as values for programs."""
    return [
        {
            "file": p.file,
            "line": p.line,
            "column": p.column,
            "sentence": p.sentence,
            "expected": p.expected,
        }
        for p in problems
    ]


def print_plan(plan: Plan, *, as_json: bool) -> None:
    """Print a plan for people, or as JSON."""
    if as_json:
        answer(plan_as_json(plan))
        return
    from catenary.domain.actors import manager_in_words
    from catenary.domain.plan import PlannedAction

    marks: dict[str, tuple[str, Colour]] = {
        PlannedAction.CREATE: ("+", "green"),
        PlannedAction.CHANGE: ("~", "yellow"),
        PlannedAction.REMOVE: ("-", "red"),
    }
    for item in plan.items[:_SHOWN]:
        mark, colour = marks[item.action]
        manager = manager_in_words(item.taken_from)
        taken = f" (managed by {manager} until now)" if item.taken_from else ""
        say(f" {item.kind} {item.reference}{taken}", mark=mark, colour=colour)
        for change in item.changes:
            say_field(change.path, change.before, change.after)
    if len(plan.items) > _SHOWN:
        say(f"… and {len(plan.items) - _SHOWN:,} more (--json lists all)")
    say(
        f"{plan.count(PlannedAction.CREATE):,} to create, "
        f"{plan.count(PlannedAction.CHANGE):,} to change, "
        f"{plan.count(PlannedAction.REMOVE):,} to remove, {plan.unchanged:,} unchanged."
    )
    for refusal in plan.refusals:
        complain(f"refused: {refusal.sentence}")
        complain(f"    to mend it: {refusal.remedy}")


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """A plan as a value for programs."""
    return {
        "changes": [
            {
                "kind": item.kind,
                "reference": item.reference,
                "action": item.action,
                "taken_from": item.taken_from,
                "fields": [
                    {"path": c.path, "before": c.before, "after": c.after} for c in item.changes
                ],
            }
            for item in plan.items
        ],
        "unchanged": plan.unchanged,
        "refusals": [
            {"reference": r.reference, "sentence": r.sentence, "remedy": r.remedy}
            for r in plan.refusals
        ],
    }


def _source(folder: Path, source: str) -> str:
    return f"folder:{source or folder.resolve().name}"


def _prepare(wanted: CatalogueDocument, source: str, prune: bool, take_over: bool) -> PreparedPlan:
    from catenary.exchange.catalogue.applying import prepare_plan

    with progress("planning"):
        return prepare_plan(wanted=wanted, source=source, prune=prune, take_over=take_over)
