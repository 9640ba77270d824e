"""The order in which objects of every kind are written, so that each finds what it names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from catenary.apps.calendars.operations.calendars import define_calendars, remove_calendars
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
from catenary.domain.actors import ChangeSet
from catenary.domain.documents.shapes import (
    CalendarDocument,
    ConsumptionDocument,
    OrganizationDocument,
    PersonDocument,
    ServiceDocument,
)

#: Told how far the work is: what comes next, and how many objects that is about.
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be said from now on, and what is to go, by kind."""

    organizations: Sequence[OrganizationDocument] = ()
    people: Sequence[PersonDocument] = ()
    services: Sequence[ServiceDocument] = ()
    consumption: Sequence[ConsumptionDocument] = ()
    ended_consumption: Sequence[ConsumptionDocument] = ()
    removed_services: Sequence[str] = ()
    removed_people: Sequence[str] = ()
    removed_organizations: Sequence[str] = ()
    #: Supporters that their writers may not see and that stay; see `define_services`.
    kept_supporters: frozenset[str] = frozenset()
    calendars: Sequence[CalendarDocument] = ()
    removed_calendars: Sequence[str] = ()

    @property
    def removals(self) -> int:
        """How many objects go."""
        return (
            len(self.ended_consumption)
            + len(self.removed_services)
            + len(self.removed_calendars)
            + len(self.removed_people)
            + len(self.removed_organizations)
        )


def make_changes(
    *,
    changes: Changes,
    change: ChangeSet,
    progress: Progress = lambda sentence, count: None,
) -> None:
    """Write everything in ``changes``, within the caller's transaction.

    Raises `Refused` with the reasons of the first kind that is refused; the caller's transaction
    must then be rolled back.
    """
    progress("organizations", len(changes.organizations))
    if changes.organizations:
        defined = define_organizations(documents=changes.organizations, change=change)
        if defined.moved_ids:
            follow_organizations(organization_ids=defined.moved_ids)
            follow_consumers(organization_ids=defined.moved_ids)
    progress("people", len(changes.people))
    if changes.people:
        define_people(documents=changes.people, change=change)
    progress("calendars", len(changes.calendars))
    if changes.calendars:
        define_calendars(documents=changes.calendars, change=change)
    progress("services", len(changes.services))
    if changes.services:
        define_services(documents=changes.services, change=change, kept=changes.kept_supporters)
    progress("consumption", len(changes.consumption))
    if changes.consumption:
        declare_consumption(documents=changes.consumption, change=change)

    # What goes, goes in the opposite order: first the relations, then what they held.
    progress("removals", changes.removals)
    if changes.ended_consumption:
        end_consumption(documents=changes.ended_consumption, change=change)
    if changes.removed_services:
        remove_services(references=changes.removed_services, change=change)
    if changes.removed_calendars:
        remove_calendars(references=changes.removed_calendars, change=change)
    if changes.removed_people:
        remove_people(emails=changes.removed_people, change=change)
    if changes.removed_organizations:
        remove_organizations(keys=changes.removed_organizations, change=change)
