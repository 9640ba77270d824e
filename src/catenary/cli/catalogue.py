"""plan, apply, export and schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from catenary import clock
from catenary.cli.session import (
    FAILED,
    REFUSED,
    actor_by,
    answer,
    console,
    errors,
    fail,
    ready,
    refuse,
    viewpoint_from,
)

if TYPE_CHECKING:
    from catenary.domain.documents.shapes import CatalogueDocument
    from catenary.domain.plan import Plan
    from catenary.exchange.catalogue.applying import PreparedPlan, Progress

_SHOWN = 200


def show_plan(
    *, folder: Path, source: str, prune: bool, take_over: bool, json: bool, data: Path | None
) -> None:
    """Print what would change."""
    wanted = read_files(folder, as_json=json)
    ready(data)
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
    ready(data)
    prepared = _prepare(wanted, _source(folder, source), prune, take_over)
    if not json:
        print_plan(prepared.plan, as_json=False)
    apply_prepared(prepared, by=by, note=note, as_json=json)
    if json:
        print_plan(prepared.plan, as_json=True)
    elif not prepared.plan.is_empty:
        console.print("Applied.")


def apply_prepared(prepared: PreparedPlan, *, by: str, note: str, as_json: bool) -> None:
    """Apply a plan as a command does: with progress, refusals and the right exit code."""
    from catenary.apps.common.operations import CatalogueBusy
    from catenary.domain.refusals import Refused
    from catenary.exchange.catalogue.applying import PlanOutdated, apply_plan

    actor = actor_by(by)
    try:
        with _progress(hidden=as_json) as progress:
            apply_plan(prepared=prepared, actor=actor, at=clock.now(), note=note, progress=progress)
    except Refused as refused:
        refuse(refused.refusals, as_json)
    except PlanOutdated as outdated:
        fail(str(outdated), REFUSED)
    except CatalogueBusy as busy:
        fail(str(busy), FAILED)


def export_files(
    *, folder: Path, seen: str, by: str, force: bool, json: bool, data: Path | None
) -> None:
    """Write the catalogue as files."""
    ready(data)
    from catenary.apps.portfolio.queries.documents import live_catalogue
    from catenary.exchange.catalogue.writing import write_catalogue

    actor = actor_by(by)
    catalogue = live_catalogue(actor, viewpoint_from(actor, seen))
    try:
        written = write_catalogue(catalogue, folder, force=force)
    except (OSError, ValueError) as error:
        fail(str(error))
    if json:
        answer({"files": [str(path) for path in written]})
    else:
        for path in written:
            console.print(str(path), markup=False)


def print_schema() -> None:
    """Print the JSON Schema."""
    from catenary.exchange.catalogue.schema import catalogue_schema

    answer(catalogue_schema())


def read_files(folder: Path, *, as_json: bool) -> CatalogueDocument:
    """The catalogue in a folder; ends with 2 and every problem when it cannot be read."""
    from catenary.exchange.catalogue.reading import read_catalogue

    read = read_catalogue(folder)
    if read.problems:
        if as_json:
            answer(
                {
                    "problems": [
                        {
                            "file": p.file,
                            "line": p.line,
                            "column": p.column,
                            "sentence": p.sentence,
                            "expected": p.expected,
                        }
                        for p in read.problems
                    ]
                }
            )
        else:
            for problem in read.problems:
                errors.print(str(problem), markup=False)
            count = len(read.problems)
            errors.print(f"{count} problem{'s' if count > 1 else ''}; nothing was changed.")
        raise typer.Exit(FAILED)
    return read.catalogue


def print_plan(plan: Plan, *, as_json: bool) -> None:
    """Print a plan for people, or as JSON."""
    if as_json:
        answer(plan_as_json(plan))
        return
    from catenary.domain.plan import PlannedAction

    marks = {
        PlannedAction.CREATE: "[green]+[/green]",
        PlannedAction.CHANGE: "[yellow]~[/yellow]",
        PlannedAction.REMOVE: "[red]-[/red]",
    }
    for item in plan.items[:_SHOWN]:
        console.print(f"{marks[item.action]} {item.kind} ", end="")
        console.print(item.reference, markup=False, end="")
        console.print(f" (managed by {item.taken_from} until now)" if item.taken_from else "")
        for change in item.changes:
            before, after = _short(change.before), _short(change.after)
            console.print(f"    {change.path}: {before} → {after}", markup=False)
    if len(plan.items) > _SHOWN:
        console.print(f"… and {len(plan.items) - _SHOWN:,} more (--json lists all)")
    console.print(
        f"{plan.count(PlannedAction.CREATE):,} to create, "
        f"{plan.count(PlannedAction.CHANGE):,} to change, "
        f"{plan.count(PlannedAction.REMOVE):,} to remove, {plan.unchanged:,} unchanged."
    )
    for refusal in plan.refusals:
        errors.print(f"refused: {refusal.sentence}", markup=False)
        errors.print(f"    to mend it: {refusal.remedy}", markup=False)


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


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _source(folder: Path, source: str) -> str:
    return f"folder:{source or folder.resolve().name}"


def _prepare(wanted: CatalogueDocument, source: str, prune: bool, take_over: bool) -> PreparedPlan:
    from catenary.exchange.catalogue.applying import prepare_plan

    return prepare_plan(wanted=wanted, source=source, prune=prune, take_over=take_over)


@contextmanager
def _progress(*, hidden: bool) -> Iterator[Progress]:
    """Says on standard error what is being written, when somebody is looking."""
    if hidden or not errors.is_terminal:
        yield lambda sentence, count: None
        return
    with errors.status("applying") as status:
        yield lambda sentence, count: status.update(f"writing {count:,} {sentence}")
