"""Where queries read from: the tables of today here, the documents of a past moment in `past`.

One builder makes today's picture and yesterday's: what a query asks of either is on this list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import BigIntegerField, ExpressionWrapper, F

from catenary.apps.common.queries import in_batches
from catenary.apps.common.queries.prepared import Prepared, numbers
from catenary.apps.organizations.queries import (
    MemberRow,
    OrganizationRow,
    members_of,
    organization_description,
    organizations_by_id,
    organizations_by_key,
)
from catenary.apps.portfolio.models import (
    Consumption,
    Dependency,
    DependencyGroup,
    Service,
    ServiceTag,
)
from catenary.apps.portfolio.policies import sees_inside
from catenary.apps.portfolio.queries.documents import service_documents, service_outcomes
from catenary.apps.portfolio.queries.estate import GATES, current_estate, visible_services
from catenary.apps.portfolio.queries.gate_rows import gate_rows, gates_of
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    service_names,
    services_by_id,
    services_by_reference,
)
from catenary.apps.portfolio.queries.search import Matches, search_services
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.kept import OutcomeSaid
from catenary.domain.documents.shapes import ServiceDocument
from catenary.domain.estate import STAGE_CODES, Bools, Estate
from catenary.domain.impact import Gates, gates, millionths

#: For more services than this all groups are read at once, and kept with the estate.
_FEW = 2_000
_RETIRED = STAGE_CODES["retired"]
_CONSUMPTION = (
    "id",
    "consumer_id",
    "consumer_path",
    "consumer_root_id",
    "service_id",
    "known_as",
)
_LISTED = (
    "id",
    "reference",
    "name",
    "provider_id",
    "provider_path",
    "root_id",
    "stage",
    "restricted",
    "removed_at",
    "description",
)
_NAMED = ("service_id", "consumer_path", "known_as", "service__provider_path")
_KNOWN = Prepared(
    lambda services, root: (
        # As a sum, so that no database reads all that a large customer consumes, by the index of
        # its top organization, for the names of the twenty services of a page.
        Consumption.objects.alias(
            root=ExpressionWrapper(F("consumer_root_id") + 0, output_field=BigIntegerField())
        )
        .filter(service_id__in=numbers(services), ends_at__isnull=True, root=root)
        .exclude(known_as="")
        .values_list(*_NAMED)
    )
)
_ALL_KNOWN = Prepared(
    lambda root: (
        Consumption.objects.filter(ends_at__isnull=True, consumer_root_id=root)
        .exclude(known_as="")
        .values_list(*_NAMED)
    )
)
_LISTED_BY_ID = Prepared(
    lambda ids: Service.objects.filter(pk__in=numbers(ids)).values_list(*_LISTED)
)
_TAGS = Prepared(
    lambda ids: (
        ServiceTag.objects.filter(service_id__in=numbers(ids))
        .order_by("id")
        .values_list("service_id", "tag")
    )
)


@dataclass(frozen=True, slots=True)
class ConsumptionRow:
    """An organization consumes a service, by its own name for it."""

    id: int
    consumer_id: int
    consumer_path: str
    consumer_root_id: int
    service_id: int
    known_as: str


#: A name of one's own: the number of the service, the path of the organization that calls it so,
#: the name, the path of the provider. A large customer has a hundred thousand: a plain tuple.
KnownRow = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A service as a list shows it."""

    service: ServiceRow
    description: str


@dataclass(frozen=True, slots=True)
class RelianceRow:
    """One member of one dependency group."""

    group_id: int
    reliant_id: int
    supporter_id: int
    weight: Decimal
    minimum: Decimal
    full: Decimal
    soft: bool
    position: int


class Records:
    """What the catalogue holds today."""

    #: The moment that is read; none for today.
    at: datetime | None = None

    def estate(self) -> Estate:
        """The structure, as arrays."""
        return current_estate()

    def visible(self, estate: Estate, actor: Actor, viewpoint: Viewpoint) -> Bools:
        """Which services of the estate the actor may see from the viewpoint."""
        return visible_services(estate, actor, viewpoint)

    def at_home(self, estate: Estate, viewpoint: Viewpoint) -> Bools:
        """Which services are of the viewpoint's top organization: there details are open."""
        root = estate.organization_position(viewpoint.root_id)
        if root is None:
            return np.zeros(estate.size, dtype=np.bool_)
        at_home: Bools = estate.provider_root == root
        return at_home

    def is_at_home(self, row: ServiceRow, viewpoint: Viewpoint) -> bool:
        """Whether one service is of the viewpoint's top organization."""
        return sees_inside(viewpoint, row.root_id)

    def services_by_reference(self, references: Iterable[str]) -> dict[str, ServiceRow]:
        """Services by reference."""
        return services_by_reference(references)

    def places_seen(self, estate: Estate, seen: Bools, references: Sequence[str]) -> dict[str, int]:
        """Where those of these services stand in the estate that are ``seen``, by reference, in
        the order in which they were named."""
        rows = self.services_by_reference(references)
        found = {}
        for reference in references:
            place = estate.service_position(rows[reference].id) if reference in rows else None
            if place is not None and seen[place]:
                found[reference] = place
        return found

    def services_by_id(self, ids: Iterable[int]) -> dict[int, ServiceRow]:
        """Services by number."""
        return services_by_id(ids)

    def service_names(self, ids: Iterable[int]) -> dict[int, tuple[str, str, int, str]]:
        """What services are called, by number: reference, name, number of the provider, stage."""
        return service_names(ids)

    def organizations_by_id(self, ids: Iterable[int]) -> dict[int, OrganizationRow]:
        """Organizations by number."""
        return organizations_by_id(ids)

    def organizations_by_key(self, keys: Iterable[str]) -> dict[str, OrganizationRow]:
        """Organizations by key."""
        return organizations_by_key(keys)

    def is_inside(self, row: OrganizationRow, viewpoint: Viewpoint) -> bool:
        """Whether an organization is of the viewpoint's top organization: there its own words
        and its people are open."""
        return row.root_id == viewpoint.root_id

    def description(self, organization_id: int) -> str:
        """What an organization says about itself."""
        return organization_description(organization_id)

    def members(self, row: OrganizationRow, viewpoint: Viewpoint) -> tuple[MemberRow, ...]:
        """People with a role in an organization of the viewpoint's top organization, by name."""
        return members_of(row.id)

    def documents(self, ids: Iterable[int]) -> dict[int, ServiceDocument]:
        """What services say, by number."""
        return service_documents(ids)

    def outcomes(self, ids: Iterable[int]) -> dict[int, tuple[OutcomeSaid, ...]]:
        """The outcomes of services alone, by number."""
        return service_outcomes(ids)

    def consumption(
        self, service_ids: Iterable[int], root_id: int | None = None, below: str = ""
    ) -> list[ConsumptionRow]:
        """Who consumes these services, in tree order; with ``root_id`` only organizations of
        that top organization, with ``below`` only those at or below that path."""
        rows = Consumption.objects.filter(ends_at__isnull=True)
        if root_id is not None:
            rows = rows.filter(consumer_root_id=root_id)
        if below:
            rows = rows.filter(consumer_path__gte=below, consumer_path__lt=below + "~")
        found: list[ConsumptionRow] = []
        for batch in in_batches(service_ids):
            found += [
                ConsumptionRow(*row)
                for row in rows.filter(service_id__in=batch).values_list(*_CONSUMPTION)
            ]
        return sorted(found, key=lambda row: (row.consumer_path, row.id))

    def known(self, service_ids: Iterable[int] | None, root_id: int) -> Sequence[KnownRow]:
        """The names that organizations of a top organization have for these services (without
        numbers, for any)."""
        if service_ids is None:
            return _ALL_KNOWN.rows(root_id)
        return _KNOWN.rows(service_ids, root_id)

    def listed(self, ids: Iterable[int]) -> dict[int, ListedRow]:
        """What a list shows of services, by number."""
        found = {}
        for row in _LISTED_BY_ID.rows(ids):
            facts: list[Any] = [*row[:8], row[8] is not None]
            found[row[0]] = ListedRow(ServiceRow(*facts), row[9])
        return found

    def tags(self, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """The labels of services, by number; those without are missing."""
        tags: dict[int, list[str]] = {}
        for pk, tag in _TAGS.rows(ids):
            tags.setdefault(pk, []).append(tag)
        return {pk: tuple(held) for pk, held in tags.items()}

    def tagged(self, tag: str, viewpoint: Viewpoint) -> Iterable[int]:
        """The numbers of services of the viewpoint's top organization with this label."""
        rows = ServiceTag.objects.filter(tag=tag, service__root_id=viewpoint.root_id)
        return rows.values_list("service_id", flat=True)

    def search(self, actor: Actor, viewpoint: Viewpoint, text: str, cap: int) -> Matches:
        """Services the actor may see from the viewpoint that hold all words of ``text``."""
        return search_services(actor=actor, viewpoint=viewpoint, text=text, cap=cap)

    def reliance(self, reliant_ids: Iterable[int]) -> list[RelianceRow]:
        """The members of all groups that these services rely on."""
        found: list[RelianceRow] = []
        for batch in in_batches(reliant_ids):
            rows = Dependency.objects.filter(reliant_id__in=batch).order_by("group_id", "id")
            found += [
                RelianceRow(*row)
                for row in rows.values_list(
                    "group_id",
                    "reliant_id",
                    "supporter_id",
                    "weight",
                    "group__minimum",
                    "group__full",
                    "group__soft",
                    "group__position",
                )
            ]
        return found

    def gates(self, estate: Estate, reliants: Bools) -> Gates:
        """The dependency groups of these services, as far as they are not retired: all groups once
        they were needed, until then a few alone."""
        wanted = reliants & (estate.stage != _RETIRED)
        if np.count_nonzero(wanted) <= _FEW:
            return _gates(estate, estate.service_ids[wanted].tolist())
        return self.gates_at_hand(estate, reliants)

    def gates_at_hand(self, estate: Estate, reliants: Bools) -> Gates:
        """The same for those who ask again and again: all groups are read at once, and kept with
        the estate."""
        everything = estate.remembered(GATES, lambda: _gates(estate, None))
        return everything.of_reliants(reliants & (estate.stage != _RETIRED))


#: The tables of today.
TODAY = Records()


def _gates(estate: Estate, reliant_ids: list[int] | None) -> Gates:
    """The groups of these services, or all groups."""
    rows = gate_rows(reliant_ids)
    return gates_of(estate, rows) if rows.is_exact else _exact_gates(estate, reliant_ids)


def _exact_gates(estate: Estate, reliant_ids: list[int] | None) -> Gates:
    """The same, with weights of any size."""
    all_groups = DependencyGroup.objects.order_by("id")
    all_members = Dependency.objects.order_by("id")
    if reliant_ids is not None:
        all_groups = all_groups.filter(service_id__in=reliant_ids)
        all_members = all_members.filter(reliant_id__in=reliant_ids)
    return gates_of_rows(
        estate,
        list(all_groups.values_list("id", "service_id", "minimum", "full", "soft")),
        list(all_members.values_list("group_id", "supporter_id", "weight")),
    )


def gates_of_rows(
    estate: Estate, groups: list[tuple[Any, ...]], members: list[tuple[Any, ...]]
) -> Gates:
    """Gates from rows by number: (group, reliant, minimum, full, soft) and (group, supporter,
    weight). Services that are not in the estate are left out."""
    reliants = estate.service_positions(row[1] for row in groups)
    known = set(estate.service_ids[reliants].tolist())
    groups = [row for row in groups if row[1] in known]
    numbers = {row[0]: number for number, row in enumerate(groups)}
    members = [row for row in members if row[0] in numbers]
    supporters = estate.service_positions(row[1] for row in members)
    known = set(estate.service_ids[supporters].tolist())
    members = [row for row in members if row[1] in known]
    return gates(
        estate.size,
        [
            (int(place), millionths(row[2]), millionths(row[3]), bool(row[4]))
            for place, row in zip(reliants, groups, strict=True)
        ],
        [
            (numbers[row[0]], int(place), millionths(row[2]))
            for place, row in zip(supporters, members, strict=True)
        ],
    )
