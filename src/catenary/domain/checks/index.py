"""What all definition rules share, worked out once: numbers, arrays and who uses what.

Services, organizations, groups and members get numbers, so that rules over 300,000
dependencies are a few array comparisons and only what they find costs Python.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catenary.domain.checks.organization_tree import Numbers, OrganizationTree
from catenary.domain.checks.wording import shown
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    DependencyGroupDocument,
    ServiceDocument,
    ServiceHours,
    Stage,
)

Flags = NDArray[np.bool_]
MISSING = -1
_STAGE_NUMBER = {stage: place for place, stage in enumerate(Stage)}
_LIVE = _STAGE_NUMBER[Stage.LIVE]
_RETIRED = _STAGE_NUMBER[Stage.RETIRED]


class Gate(NamedTuple):
    """A dependency group where it stands: the number of its service and its place there."""

    service: int
    position: int
    group: DependencyGroupDocument


class CatalogueIndex:
    """A catalogue prepared for the rules.

    ``member_source``, ``member_target`` and ``member_gate`` describe each dependency by numbers;
    a supporter that the catalogue does not hold has target ``MISSING``. Consumption of unknown
    services is left to the rule that reports it and stands in none of the arrays.
    """

    def __init__(
        self,
        catalogue: CatalogueDocument,
        *,
        live_by_exception: frozenset[str] = frozenset(),
        scope: frozenset[str] | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.live_by_exception = live_by_exception
        self.scope = scope
        self.services: list[ServiceDocument] = list(catalogue.services.values())
        self.references: list[str] = list(catalogue.services)
        self.number: dict[str, int] = {ref: at for at, ref in enumerate(self.references)}
        self.tree = OrganizationTree(
            catalogue.organizations,
            [service.provider for service in self.services]
            + [consumption.consumer for consumption in catalogue.consumption.values()],
        )
        organization = self.tree.number
        self.provider: Numbers = np.array(
            [organization[service.provider] for service in self.services], dtype=np.int64
        )
        self.stage: Numbers = np.array(
            [_STAGE_NUMBER[service.stage] for service in self.services], dtype=np.int64
        )
        self._number_members()
        consumed = [
            (organization[row.consumer], self.number[row.service])
            for row in catalogue.consumption.values()
            if row.service in self.number
        ]
        pairs = np.array(consumed, dtype=np.int64).reshape(-1, 2)
        self.consumer: Numbers = pairs[:, 0]
        self.consumed: Numbers = pairs[:, 1]
        #: Minutes of a year that one's hours leave uncovered of another's: few hours, many pairs.
        self.uncovered_in_a_year: dict[tuple[ServiceHours, ServiceHours], int] = {}

    def _number_members(self) -> None:
        self.gates: list[Gate] = []
        sources: list[int] = []
        targets: list[int] = []
        gates: list[int] = []
        number_of = self.number.get
        for source, service in enumerate(self.services):
            for position, group in enumerate(service.relies_on):
                gate = len(self.gates)
                self.gates.append(Gate(source, position, group))
                for member in group.members:
                    sources.append(source)
                    targets.append(number_of(member.service, MISSING))
                    gates.append(gate)
        self.member_source: Numbers = np.array(sources, dtype=np.int64)
        self.member_target: Numbers = np.array(targets, dtype=np.int64)
        self.member_gate: Numbers = np.array(gates, dtype=np.int64)

    # Services

    def name(self, service: int) -> str:
        """The service's name as a sentence writes it; its reference when it has no name."""
        return shown(self.services[service].name or self.references[service])

    def in_scope(self, reference: str) -> bool:
        """False when the caller asked about other subjects only."""
        return self.scope is None or reference in self.scope

    @cached_property
    def live(self) -> Flags:
        """In the catalogue and in full operation."""
        return np.equal(self.stage, _LIVE)

    @cached_property
    def pipeline(self) -> Flags:
        """Not yet in operation."""
        return np.less(self.stage, _LIVE)

    @cached_property
    def retired(self) -> Flags:
        """Out of operation for good."""
        return np.equal(self.stage, _RETIRED)

    @cached_property
    def current(self) -> list[int]:
        """The services that are not retired, in order: only these can have gaps to close."""
        found: list[int] = np.flatnonzero(~self.retired).tolist()
        return found

    @cached_property
    def customer_facing(self) -> Flags:
        """Seen from the provider (SEMANTICS 2): an organization outside the provider's own
        subtree consumes it, or a service provided out there relies on it. A retired service
        that still relies on it is nobody's customer any more."""
        facing = np.zeros(len(self.services), dtype=np.bool_)
        outside = ~self.tree.inside(self.consumer, self.provider[self.consumed])
        facing[self.consumed[outside]] = True
        source, target = self.member_source, self.member_target
        used = target != MISSING
        used[used] = ~self.retired[source[used]]
        source, target = source[used], target[used]
        outside = ~self.tree.inside(self.provider[source], self.provider[target])
        facing[target[outside]] = True
        return facing

    @cached_property
    def facing(self) -> list[int]:
        """The customer-facing services that are not retired, in order."""
        found: list[int] = np.flatnonzero(self.customer_facing & ~self.retired).tolist()
        return found

    @cached_property
    def consumers(self) -> dict[int, list[str]]:
        """For each consumed service the keys of the organizations that consume it."""
        found: dict[int, list[str]] = {}
        keys = self.tree.keys
        for consumer, service in zip(self.consumer.tolist(), self.consumed.tolist(), strict=True):
            found.setdefault(service, []).append(keys[consumer])
        return found

    @cached_property
    def consumptions(self) -> frozenset[tuple[int, int]]:
        """Pairs of organization number and service number."""
        return frozenset(zip(self.consumer.tolist(), self.consumed.tolist(), strict=True))

    def consumes_for(self, organization: int, service: int) -> bool:
        """Does the organization, or one above it, consume the service?"""
        rows = self.consumptions
        return any((above, service) in rows for above in self.tree.upward(organization))

    def consumes_or_sees(self, organization: int, service: int) -> bool:
        """Does the organization, or one above it, consume the service or have it published?"""
        published = self.services[service].published_to
        if "*" in published or self.consumes_for(organization, service):
            return True
        keys = self.tree.keys
        return any(keys[above] in published for above in self.tree.upward(organization))

    # Members

    @cached_property
    def groups_of_several(self) -> list[Gate]:
        """The groups of more than one member, of services that are not retired."""
        retired: list[bool] = self.retired.tolist()
        return [
            gate for gate in self.gates if len(gate.group.members) > 1 and not retired[gate.service]
        ]

    @cached_property
    def needed(self) -> Flags:
        """For each member: does its loss alone take a hard group below its minimum?"""
        flags: list[bool] = []
        for gate in self.gates:
            group = gate.group
            members = group.members
            if group.soft:
                flags.extend([False] * len(members))
            elif len(members) == 1:
                flags.append(True)
            else:
                spare = group.total - group.minimum
                flags.extend([member.weight > spare for member in members])
        return np.array(flags, dtype=np.bool_)

    @cached_property
    def essentials(self) -> list[list[int]]:
        """For each service the known services without which it is down, itself excluded."""
        lists: list[list[int]] = [[] for _ in self.services]
        mask = self.needed & (self.member_target != MISSING)
        mask &= self.member_source != self.member_target
        pairs = zip(
            self.member_source[mask].tolist(), self.member_target[mask].tolist(), strict=True
        )
        for source, target in pairs:
            lists[source].append(target)
        return lists

    @cached_property
    def known_members(self) -> Flags:
        """Members whose supporter the catalogue holds and whose service is not retired."""
        known: Flags = np.not_equal(self.member_target, MISSING)
        known &= ~self.retired[self.member_source]
        return known
