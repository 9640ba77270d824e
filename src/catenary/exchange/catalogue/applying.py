"""Making the catalogue say what files say: one transaction, all or nothing, and repeatable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catenary.apps.common.operations import catalogue_change, refresh_statistics
from catenary.apps.common.queries import catalogue_version
from catenary.apps.history.operations import open_change
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import CatalogueDocument, ConsumptionDocument
from catenary.domain.plan import Plan, PlannedAction
from catenary.domain.refusals import Refused
from catenary.exchange.catalogue.changing import Changes, Progress, make_changes
from catenary.exchange.catalogue.planning import consumption_pair, plan_catalogue

#: A change to so many objects is worth looking at the tables again.
_MANY = 5_000
_KINDS = ("organization", "person", "calendar", "service", "consumption")


class PlanOutdated(Exception):
    """Somebody changed the catalogue between the plan and its application; nothing was done."""

    def __init__(self) -> None:
        super().__init__(
            "the catalogue was changed by somebody else after this plan was made; nothing was "
            "changed. Look at the new plan and apply again"
        )


@dataclass(frozen=True, slots=True)
class PreparedPlan:
    """A plan with what it was made from, ready to be applied just so."""

    plan: Plan
    wanted: CatalogueDocument
    source: str
    prune: bool
    take_over: bool
    version: int


def prepare_plan(
    *, wanted: CatalogueDocument, source: str, prune: bool = False, take_over: bool = False
) -> PreparedPlan:
    """Plan outside any transaction, remembering the version of the catalogue it belongs to."""
    version = catalogue_version()
    plan = plan_catalogue(wanted=wanted, source=source, prune=prune, take_over=take_over)
    return PreparedPlan(plan, wanted, source, prune, take_over, version)


def apply_plan(
    *,
    prepared: PreparedPlan,
    actor: Actor,
    at: datetime,
    note: str = "",
    progress: Progress = lambda sentence, count: None,
) -> None:
    """Do what the plan says, and nothing else.

    Raises `Refused` with every reason when the plan or an operation is refused, `PlanOutdated`
    when the catalogue has changed so that the plan is another, and `CatalogueBusy` when another
    program holds the database; in each case nothing is changed. An empty plan writes nothing.
    """
    plan, wanted = prepared.plan, prepared.wanted
    if plan.refusals:
        raise Refused(plan.refusals)
    if plan.is_empty:
        return
    with catalogue_change() as version:
        if version != prepared.version:
            again = plan_catalogue(
                wanted=wanted,
                source=prepared.source,
                prune=prepared.prune,
                take_over=prepared.take_over,
            )
            if again != plan:
                raise PlanOutdated
        change = open_change(actor=actor, at=at, source=prepared.source, note=note)
        make_changes(changes=_changes(plan, wanted), change=change, progress=progress)
    if len(plan.items) >= _MANY:
        refresh_statistics()


def _changes(plan: Plan, wanted: CatalogueDocument) -> Changes:
    define: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    remove: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    for item in plan.items:
        if item.action is PlannedAction.REMOVE:
            remove[item.kind].append(item.reference)
        else:
            define[item.kind].add(item.reference)
    pairs = {consumption_pair(reference) for reference in define["consumption"]}
    return Changes(
        [d for key, d in wanted.organizations.items() if key in define["organization"]],
        [d for email, d in wanted.people.items() if email in define["person"]],
        [d for reference, d in wanted.services.items() if reference in define["service"]],
        [d for pair, d in wanted.consumption.items() if pair in pairs],
        [ConsumptionDocument(*consumption_pair(named)) for named in remove["consumption"]],
        remove["service"],
        remove["person"],
        remove["organization"],
        calendars=[d for key, d in wanted.calendars.items() if key in define["calendar"]],
        removed_calendars=remove["calendar"],
    )
