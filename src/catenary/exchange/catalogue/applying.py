"""Making the catalogue say what files say: one transaction, all or nothing, and repeatable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from catenary.apps.common.operations import catalogue_change, refresh_statistics
from catenary.apps.common.queries import catalogue_version
from catenary.apps.history.operations import open_change
from catenary.apps.organizations.operations.organizations import (
    define_organizations,
    remove_organizations,
)
from catenary.apps.organizations.operations.people import define_people, remove_people
from catenary.apps.portfolio.operations.consumption import (
    declare_consumption,
    end_consumption,
    follow_consumers,
)
from catenary.apps.portfolio.operations.services import (
    define_services,
    follow_organizations,
    remove_services,
)
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import CatalogueDocument, ConsumptionDocument
from catenary.domain.plan import Plan, PlannedAction
from catenary.domain.refusals import Refused
from catenary.exchange.catalogue.planning import consumption_pair, plan_catalogue

#: A change to so many objects is worth looking at the tables again.
_MANY = 5_000
#: Told how far the work is: what comes next, and how many objects that is about.
Progress = Callable[[str, int], None]


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
        define, remove = _grouped(plan)

        organizations = [d for k, d in wanted.organizations.items() if k in define["organization"]]
        progress("organizations", len(organizations))
        if organizations:
            defined = define_organizations(documents=organizations, change=change)
            if defined.moved_ids:
                follow_organizations(organization_ids=defined.moved_ids)
                follow_consumers(organization_ids=defined.moved_ids)
        people = [d for k, d in wanted.people.items() if k in define["person"]]
        progress("people", len(people))
        if people:
            define_people(documents=people, change=change)
        services = [d for k, d in wanted.services.items() if k in define["service"]]
        progress("services", len(services))
        if services:
            define_services(documents=services, change=change)
        pairs = {consumption_pair(reference) for reference in define["consumption"]}
        consumption = [d for pair, d in wanted.consumption.items() if pair in pairs]
        progress("consumption", len(consumption))
        if consumption:
            declare_consumption(documents=consumption, change=change)

        # What goes, goes in the opposite order: first the relations, then what they held.
        ending = [
            ConsumptionDocument(*consumption_pair(reference)) for reference in remove["consumption"]
        ]
        progress("removals", sum(len(references) for references in remove.values()))
        if ending:
            end_consumption(documents=ending, change=change)
        if remove["service"]:
            remove_services(references=remove["service"], change=change)
        if remove["person"]:
            remove_people(emails=remove["person"], change=change)
        if remove["organization"]:
            remove_organizations(keys=remove["organization"], change=change)
    if len(plan.items) >= _MANY:
        refresh_statistics()


def _grouped(plan: Plan) -> tuple[dict[str, set[str]], dict[str, list[str]]]:
    kinds = ("organization", "person", "service", "consumption")
    define: dict[str, set[str]] = {kind: set() for kind in kinds}
    remove: dict[str, list[str]] = {kind: [] for kind in kinds}
    for item in plan.items:
        if item.action is PlannedAction.REMOVE:
            remove[item.kind].append(item.reference)
        else:
            define[item.kind].add(item.reference)
    return define, remove
