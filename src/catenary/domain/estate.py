"""The whole catalogue as arrays: who provides what, what rests on what, who consumes it.

Organizations stand in tree order, so that an organization with everything below it is one
range ``[position, end)``; services stand in order of name. Everything here is computed for all
services at once: one hundred thousand services with three hundred thousand dependencies take
milliseconds. What an actor may see is a mask over services and is applied before anything is
counted, listed or followed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from catenary.domain.documents.shapes import Stage

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
T = TypeVar("T")

STAGES: tuple[Stage, ...] = tuple(Stage)
STAGE_CODES: dict[str, int] = {stage: code for code, stage in enumerate(STAGES)}
_RETIRED = STAGE_CODES[Stage.RETIRED]

#: Codes of `roles_seen_from`, in the order of `ROLE_NAMES`.
CUSTOMER_FACING, SUPPORTING, IDLE, EXTERNAL, ELSEWHERE = range(5)
ROLE_NAMES = ("customer-facing", "supporting", "idle", "external", "elsewhere")

#: In `Estate.published_root`: published to everyone.
EVERYONE = -1

#: More than one in so many is looked up in a list of all numbers, unless fewer than one in so many
#: numbers is in use.
_MANY, _SPARSE = 8, 8

#: So many answers an estate remembers; the largest are arrays with one entry per service.
_REMEMBERED = 128


class _Memory:
    """Answers of one estate, the latest used kept. Threads may ask at the same time; then both
    may compute, and either answer is right."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, question: Hashable, compute: Callable[[], T]) -> T:
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                return cast(T, self._answers[question])
        found = compute()
        if isinstance(found, np.ndarray):
            # Everybody gets this very array.
            found.setflags(write=False)
        with self._lock:
            self._answers[question] = found
            if len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
        return found


@dataclass(frozen=True, eq=False)
class Estate:
    """One version of the catalogue. Positions, never database numbers, link the arrays.

    ``organization_end[o]`` is the first position after everything below ``o``;
    ``organization_root[o]`` the position of its top organization. ``dependency_*`` hold one row
    per reliance (reliant service, supporting service), ``consumption_*`` one per consuming
    organization and service, ``published_*`` one per service and top organization it is
    published to. ``assumed`` marks those declared "no monitoring: assume operational". Services
    removed from the catalogue are not here at all.
    """

    version: int
    organization_ids: Ints
    organization_end: Ints
    organization_root: Ints
    service_ids: Ints
    service_names: list[str]
    provider: Ints
    stage: Ints
    restricted: Bools
    assumed: Bools
    outcome_count: Ints
    dependency_reliant: Ints
    dependency_supporter: Ints
    dependency_soft: Bools
    consumption_consumer: Ints
    consumption_service: Ints
    published_service: Ints
    published_root: Ints
    _memory: _Memory = field(default_factory=_Memory, repr=False)
    _structure: _Memory = field(default_factory=_Memory, repr=False)

    @property
    def size(self) -> int:
        """How many services there are."""
        return len(self.service_ids)

    def remembered(self, question: Hashable, compute: Callable[[], T]) -> T:
        """The answer to a question about this very estate, computed when it is not at hand.

        ``question`` names everything the answer depends on. Arrays cannot be written to any more.
        """
        return self._memory.answer(question, compute)

    def follows(self, question: Hashable, compute: Callable[[], T]) -> T:
        """The same of what follows from these arrays alone: it holds as long as they do."""
        return self._structure.answer(question, compute)

    def with_columns(self, **columns: Any) -> Estate:
        """The same estate with other columns, and nothing remembered."""
        made = replace(self, _memory=_Memory(), _structure=_Memory(), **columns)
        for order, of in (
            ("_service_order", "service_ids"),
            ("_organization_order", "organization_ids"),
        ):
            if of not in columns and order in self.__dict__:
                made.__dict__[order] = self.__dict__[order]
        return made

    def unchanged(self, version: int) -> Estate:
        """The estate of a version that says the same of everything held here: what follows from
        the arrays is kept, other answers are not."""
        made = replace(self, version=version, _memory=_Memory())
        # A copy: another thread may be working out one more.
        for name, value in dict(self.__dict__).items():
            made.__dict__.setdefault(name, value)
        return made

    @cached_property
    def _service_order(self) -> Ints:
        return np.argsort(self.service_ids, kind="stable")

    @cached_property
    def _organization_order(self) -> Ints:
        return np.argsort(self.organization_ids, kind="stable")

    def service_position(self, service_id: int) -> int | None:
        """Where a service stands, by its number; none when it is not in the catalogue."""
        found = self.service_positions([service_id])
        return int(found[0]) if len(found) else None

    def service_positions(self, service_ids: Iterable[int]) -> Ints:
        """Where services stand, by their numbers, in the order given; unknown ones left out."""
        return _positions(self.service_ids, self._service_order, service_ids)

    def places_of(self, service_ids: Ints) -> tuple[Ints, Bools]:
        """Where services stand, by their numbers, and which of them are in the catalogue at all."""
        return places_among(self.service_ids, lambda: self._service_order, service_ids)

    def organization_position(self, organization_id: int) -> int | None:
        """Where an organization stands, by its number."""
        found = _positions(self.organization_ids, self._organization_order, [organization_id])
        return int(found[0]) if len(found) else None

    def is_at_or_above_any(self, organization_id: int, organizations: Ints) -> bool:
        """True when an organization, by its number, is one of ``organizations`` (positions) or
        stands above one."""
        place = self.organization_position(organization_id)
        if place is None:
            return False
        end = self.organization_end[place]
        return bool(((organizations >= place) & (organizations < end)).any())

    @cached_property
    def provider_root(self) -> Ints:
        """The top organization of each service's provider."""
        return self.organization_root[self.provider]

    @cached_property
    def standing(self) -> Bools:
        """Which dependencies count: not those of retired services, nor of one on itself."""
        standing: Bools = (self.stage[self.dependency_reliant] != _RETIRED) & (
            self.dependency_reliant != self.dependency_supporter
        )
        return standing

    @cached_property
    def consumer_range(self) -> tuple[Ints, Ints]:
        """The first and last position of the organizations that consume each service or whose
        services rely on it; first > last where there are none."""
        low = np.full(self.size, len(self.organization_ids), dtype=np.int64)
        high = np.full(self.size, -1, dtype=np.int64)
        reliant = self.dependency_reliant[self.standing]
        supporter = self.dependency_supporter[self.standing]
        for service, consumer in (
            (supporter, self.provider[reliant]),
            (self.consumption_service, self.consumption_consumer),
        ):
            np.minimum.at(low, service, consumer)
            np.maximum.at(high, service, consumer)
        return low, high

    def inside(self, organization: int) -> Bools:
        """Which services are provided at or below an organization."""
        end = self.organization_end[organization]
        inside: Bools = (self.provider >= organization) & (self.provider < end)
        return inside

    def inside_at(self, organization: int, services: Ints) -> Bools:
        """Which of some services are provided at or below an organization."""
        provider = self.provider[services]
        inside: Bools = (provider >= organization) & (
            provider < self.organization_end[organization]
        )
        return inside

    def needed_by(self, organization: int) -> Bools:
        """Which services somebody at or below an organization consumes, or a service provided
        there relies on directly."""
        end = self.organization_end[organization]
        needed = self.consumed_below(organization)
        reliant = self.provider[self.dependency_reliant]
        relies = self.standing & (reliant >= organization) & (reliant < end)
        needed[self.dependency_supporter[relies]] = True
        return needed

    def consumed_below(self, organization: int) -> Bools:
        """Which services an organization or one below it consumes."""
        end = self.organization_end[organization]
        consumed = np.zeros(self.size, dtype=np.bool_)
        is_below = (self.consumption_consumer >= organization) & (self.consumption_consumer < end)
        consumed[self.consumption_service[is_below]] = True
        return consumed

    def held_above(self, organization: int) -> Bools:
        """Which services an organization above consumes: that covers those below it too."""
        consumer = self.consumption_consumer
        above = (consumer < organization) & (self.organization_end[consumer] > organization)
        held = np.zeros(self.size, dtype=np.bool_)
        held[self.consumption_service[above]] = True
        return held

    def roles_seen_from(self, organization: int) -> Ints:
        """The role code of every service seen from an organization (SEMANTICS 2)."""
        return self.follows(("roles", organization), lambda: self._roles(organization))

    def _roles(self, organization: int) -> Ints:
        low, high = self.consumer_range
        inside = self.inside(organization)
        outside_consumer = (low < organization) | (high >= self.organization_end[organization])
        roles = np.full(self.size, ELSEWHERE, dtype=np.int64)
        needed = self.needed_by(organization) | self.held_above(organization)
        roles[~inside & needed] = EXTERNAL
        roles[inside] = SUPPORTING
        roles[inside & outside_consumer] = CUSTOMER_FACING
        roles[inside & (high < 0)] = IDLE
        return roles

    def shared_with(self, root: int) -> Bools:
        """Which services of other top organizations may be seen from ``root``: those consumed
        there, relied on directly from there, or published to it or to everyone."""
        return self.follows(("shared", root), lambda: self._shared(root))

    def _shared(self, root: int) -> Bools:
        shared = self.needed_by(root)
        to_us = (self.published_root == root) | (self.published_root == EVERYONE)
        shared[self.published_service[to_us]] = True
        shared &= self.provider_root != root
        return shared

    def visible(self, root: int, unlocked: Iterable[int], sees_restricted: bool) -> Bools:
        """Which services may be seen from the top organization ``root``.

        Restricted ones only inside ``unlocked``, the organizations (positions) the actor is a
        member of, unless ``sees_restricted``.
        """
        members = tuple(unlocked)
        return self.follows(
            ("visible", root, members, sees_restricted),
            lambda: self._visible(root, members, sees_restricted),
        )

    def _visible(self, root: int, unlocked: Iterable[int], sees_restricted: bool) -> Bools:
        own = self.provider_root == root
        if not sees_restricted:
            locked = self.restricted.copy()
            for organization in unlocked:
                locked &= ~self.inside(organization)
            own = own & ~locked
        visible: Bools = own | self.shared_with(root)
        return visible

    @cached_property
    def _down(self) -> tuple[Ints, Ints]:
        return _adjacency(self.dependency_reliant, self.dependency_supporter, self.size)

    @cached_property
    def _up(self) -> tuple[Ints, Ints]:
        reliant = self.dependency_reliant[self.standing]
        supporter = self.dependency_supporter[self.standing]
        return _adjacency(supporter, reliant, self.size)

    def supporters_of(self, services: Ints) -> Ints:
        """The services that any of ``services`` rely on directly, each once, in order."""
        return np.unique(_neighbours(self._down, services))

    def reliants_of(self, services: Ints) -> Ints:
        """The services that rely directly on any of ``services``, each once, in order."""
        return np.unique(_neighbours(self._up, services))

    def steps_down(self, start: Ints, depth: int | None, may_pass: Bools) -> Ints:
        """How many steps below ``start`` each service stands; -1 where it does not.

        Reaches at most ``depth`` steps (all without) and goes on only from services in
        ``may_pass``; those reached but not in it are marked and not passed.
        """
        return _steps(self._down, start, depth, may_pass, self.size)

    def steps_up(self, start: Ints, depth: int | None, may_pass: Bools) -> Ints:
        """How many steps above ``start`` each service stands, likewise."""
        return _steps(self._up, start, depth, may_pass, self.size)

    def consumers_of(self, service: int) -> Ints:
        """The organizations that consume a service by their own consumption rows, in order."""
        return np.unique(self.consumption_consumer[self.consumption_service == service])


def places_among(ids: Ints, order: Callable[[], Ints], wanted: Ints) -> tuple[Ints, Bools]:
    """Where numbers stand among ``ids``, and which of them do at all; ``order`` gives the places
    of ``ids`` in ascending order."""
    if not len(ids):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    if len(wanted) * _MANY > len(ids):
        first, last = int(ids.min()), int(ids.max())
        if last - first < len(ids) * _SPARSE:
            # So many, and so close together: looked up in a list of all, a place for each.
            table = np.full(last - first + 1, -1, dtype=np.int64)
            table[ids - first] = np.arange(len(ids))
            found = table[np.clip(wanted, first, last) - first]
            is_there = (found >= 0) & (wanted >= first) & (wanted <= last)
            return np.where(is_there, found, 0), is_there
    ordered = order()
    at = np.searchsorted(ids, wanted, sorter=ordered)
    at[at == len(ids)] = 0
    found = ordered[at]
    return found, ids[found] == wanted


def _positions(ids: Ints, order: Ints, wanted: Iterable[int]) -> Ints:
    keys = np.fromiter(wanted, dtype=np.int64)
    if not len(ids) or not len(keys):
        return np.zeros(0, dtype=np.int64)
    places = np.searchsorted(ids, keys, sorter=order)
    places[places == len(ids)] = 0
    found = order[places]
    result: Ints = found[ids[found] == keys]
    return result


def _adjacency(source: Ints, target: Ints, size: int) -> tuple[Ints, Ints]:
    order = np.argsort(source, kind="stable")
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(source, minlength=size), out=starts[1:])
    return starts, target[order]


def _neighbours(adjacency: tuple[Ints, Ints], services: Ints) -> Ints:
    starts, targets = adjacency
    first, last = starts[services], starts[services + 1]
    lengths = last - first
    total = int(lengths.sum())
    if not total:
        return np.zeros(0, dtype=np.int64)
    # One arange, shifted so that each service's slice of it becomes its own range of targets.
    shift = np.repeat(first - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    neighbours: Ints = targets[np.arange(total) + shift]
    return neighbours


def _steps(
    adjacency: tuple[Ints, Ints], start: Ints, depth: int | None, may_pass: Bools, size: int
) -> Ints:
    steps = np.full(size, -1, dtype=np.int64)
    steps[start] = 0
    frontier = np.unique(start)
    step = 0
    while len(frontier) and (depth is None or step < depth):
        step += 1
        reached = _neighbours(adjacency, frontier[may_pass[frontier]])
        fresh = reached[steps[reached] < 0]
        steps[fresh] = step
        # Each once: by looking at all services when very many were reached, which is ten times
        # faster than sorting them, and by sorting when few were, for loops of thousands of steps.
        frontier = np.flatnonzero(steps == step) if len(fresh) * 50 > size else np.unique(fresh)
    return steps
