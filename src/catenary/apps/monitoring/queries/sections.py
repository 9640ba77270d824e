"""The part of the chain that a late word or a change of the catalogue concerns, as it stood through
a stretch of time: everybody above who is touched, and everything below those.

Most of it stands as it does today. Of services edited since, the revisions say what they relied on
when. Services that are first described together with all they rely on are known as far back as
those: nobody has said otherwise, and histories that are brought in reach back behind the catalogue.
One that comes to a chain that was there before begins when it is described: what its supporters
suffered until then was not its own. That it is to be assumed operational counts from when it was
said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from catenary.apps.history.choices import Kind
from catenary.apps.history.queries.timelines import (
    Saying,
    edited_since,
    first_changes,
    first_sayings,
    sayings,
)
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.apps.portfolio.queries.records import TODAY
from catenary.domain.condition.replaying import Segment, Segments
from catenary.domain.documents.kept import kept_groups
from catenary.domain.documents.shapes import DependencyGroupDocument, Stage
from catenary.domain.estate import Bools, Estate, Ints
from catenary.domain.impact import Gates, millionths

#: Weights beyond this sum do not fit the machine's whole numbers.
_MOST = 2**62
#: Before everything.
EVER = -(2**63)


class _Facts(NamedTuple):
    """What the chain is told of one service from an instant on; no groups, and not there, while
    it is removed."""

    start: int
    exists: bool
    is_assumed: bool
    groups: tuple[DependencyGroupDocument, ...]


@dataclass
class Section:
    """Services by number, in any order but one; those ``asked`` about, by their place in it.

    ``base`` are the groups of those that stood unchanged, ``edited`` what was said of the others,
    ``assumed`` from when on it is to be assumed of those that stood unchanged, ``born`` from when
    on those of them relied on anybody who came to a chain that was there before.
    """

    numbers: Ints
    asked: Ints
    base: Gates
    edited: Mapping[int, list[_Facts]]
    place_of: Mapping[str, int]
    assumed: Mapping[int, int] = field(default_factory=dict)
    born: Mapping[int, int] = field(default_factory=dict)

    def cuts(self) -> set[int]:
        """The instants at which the chain changes."""
        return {
            *(facts.start for told in self.edited.values() for facts in told),
            *self.assumed.values(),
            *self.born.values(),
        }

    def segments(self, since: int, until: int | None = None) -> Segments:
        """The chain from an instant on, up to now or another one, cut where it changes."""
        later = [each for each in self.cuts() if each > since and (until is None or each <= until)]
        return Segments(len(self.numbers), [since, *sorted(later)], self._segment)

    def _segment(self, start: int) -> Segment:
        size = len(self.numbers)
        exists = np.ones(size, dtype=np.bool_)
        is_assumed = np.zeros(size, dtype=np.bool_)
        for place, begins in self.assumed.items():
            is_assumed[place] = begins <= start
        said: list[tuple[int, DependencyGroupDocument]] = []
        for place, told in self.edited.items():
            facts = next(facts for facts in reversed(told) if facts.start <= start)
            exists[place], is_assumed[place] = facts.exists, facts.is_assumed
            said += [(place, group) for group in facts.groups]
        base = self.base
        unborn = [place for place, begins in self.born.items() if begins > start]
        if unborn:
            is_born = np.ones(size, dtype=np.bool_)
            is_born[unborn] = False
            base = base.of_reliants(is_born)
        return Segment(start, self._gates(base, said, exists), exists, is_assumed)

    def _gates(
        self, base: Gates, said: Sequence[tuple[int, DependencyGroupDocument]], exists: Bools
    ) -> Gates:
        """The groups of those that stood unchanged and these, without members that are not
        there."""
        first = len(base.group_reliant)
        rows = [
            (place, millionths(group.minimum), millionths(group.full), group.soft)
            for place, group in said
        ]
        members = [
            (first + number, self.place_of[member.service], millionths(member.weight))
            for number, (_, group) in enumerate(said)
            for member in group.members
            if member.service in self.place_of
        ]
        kind: Any = base.member_weight.dtype
        if sum(row[2] for row in members) >= _MOST:
            kind = object
        is_there = exists[base.member_supporter]
        member = np.array([row[1] for row in members], dtype=np.int64)
        stays = exists[member] if len(member) else np.zeros(0, dtype=np.bool_)

        def joined(old: Any, new: list[Any]) -> Any:
            return np.concatenate((old, np.array(new, dtype=old.dtype))) if new else old

        group = np.concatenate(
            (
                base.member_group[is_there],
                np.array([row[0] for row in members], dtype=np.int64)[stays],
            )
        )
        weight = joined(
            base.member_weight[is_there].astype(kind),
            [row[2] for row, stay in zip(members, stays.tolist(), strict=True) if stay],
        )
        # What cannot be reached any more asks for all that are left.
        total = np.zeros(first + len(rows), dtype=kind)
        np.add.at(total, group, weight)
        minimum = joined(base.group_minimum.astype(kind), [row[1] for row in rows])
        full = joined(base.group_full.astype(kind), [row[2] for row in rows])
        return Gates(
            size=base.size,
            group_reliant=joined(base.group_reliant, [row[0] for row in rows]),
            group_minimum=np.minimum(minimum, total),
            group_full=np.minimum(full, total),
            group_soft=joined(base.group_soft, [row[3] for row in rows]),
            member_group=group,
            member_supporter=np.concatenate((base.member_supporter[is_there], member[stays])),
            member_weight=weight,
        )


def section_of(
    estate: Estate, touched: Iterable[int] | None, since: datetime | None, *, upward: bool = True
) -> Section:
    """The part of the chain above and below some services, or all of it, from a moment on, or
    from the beginning. Without ``upward`` only what is below is looked at, and only the services
    themselves are asked about. ``estate`` is today's."""
    wanted = None if touched is None else set(touched)
    told: dict[int, list[_Facts]] = {}
    if wanted is None or upward:
        told = _told(sayings(Kind.SERVICE, edited_since(Kind.SERVICE, since), since))
    while True:
        reach = _Reach(estate, told, wanted or ())
        if wanted is None:
            everybody = np.arange(len(reach.numbers))
            return _section(reach, everybody, everybody, since)
        start = reach.places(wanted)
        asked = reach.reached(start, is_up=True) if upward else start
        inside = reach.reached(asked, is_up=False)
        below = reach.numbers[inside].tolist()
        fresh = set() if upward else edited_since(Kind.SERVICE, since, below) - told.keys()
        if not fresh:
            return _section(reach, asked, inside, since)
        told |= _told(sayings(Kind.SERVICE, fresh, since))


def _section(reach: _Reach, asked: Ints, inside: Ints, since: datetime | None) -> Section:
    estate = reach.estate
    firsts = _Firsts(*first_changes(Kind.SERVICE, since))
    edited = {
        int(np.searchsorted(inside, place)): facts
        for number, facts in _begun(reach, firsts).items()
        if _holds(inside, place := reach.place[number])
    }
    base = _base(estate, inside, edited)
    return Section(
        numbers=reach.numbers[inside],
        asked=np.searchsorted(inside, asked),
        base=base,
        edited=edited,
        place_of={
            name: int(np.searchsorted(inside, place))
            for name, number in reach.named.items()
            if (place := reach.place.get(number, -1)) >= 0 and _holds(inside, place)
        },
        assumed=_assumed(estate, inside, edited),
        born=_born(base, reach.numbers[inside], firsts),
    )


@dataclass(frozen=True, eq=False)
class _Firsts:
    """Services that were first described after the section begins, by number and in order, and
    the changes in which they were."""

    number: Ints
    change: Ints

    def of(self, numbers: Ints) -> Ints:
        """The changes in which services were first described; 0 when that was before."""
        if not len(self.number):
            return np.zeros(len(numbers), dtype=np.int64)
        at = np.minimum(np.searchsorted(self.number, numbers), len(self.number) - 1)
        return np.where(self.number[at] == numbers, self.change[at], 0)


def _begun(reach: _Reach, firsts: _Firsts) -> Mapping[int, list[_Facts]]:
    """What was told of edited services, by number; those that came to a chain that was there
    before relied on nobody until then."""
    late = []
    for number, facts in reach.told.items():
        if facts[0].start == EVER and facts[0].groups:
            names = {member.service for group in facts[0].groups for member in group.members}
            known = [reach.named[name] for name in names if name in reach.named]
            mine, *theirs = firsts.of(np.array([number, *known])).tolist()
            if mine and any(change != mine for change in theirs):
                late.append(number)
    begun = dict(reach.told)
    for number, at in first_sayings(Kind.SERVICE, late).items():
        first, *later = begun[number]
        begins = micros(at)
        if not later or later[0].start != begins:
            later.insert(0, first._replace(start=begins))
        begun[number] = [first._replace(groups=()), *later]
    return begun


def _born(base: Gates, numbers: Ints, firsts: _Firsts) -> dict[int, int]:
    """Of those that stood unchanged and came to a chain that was there before: since when."""
    change = firsts.of(numbers)
    reliant = base.group_reliant[base.member_group]
    is_late = (change[reliant] != 0) & (change[reliant] != change[base.member_supporter])
    places = np.unique(reliant[is_late])
    begins = first_sayings(Kind.SERVICE, numbers[places].tolist())
    return {place: micros(begins[int(numbers[place])]) for place in places.tolist()}


class _Reach:
    """Today's chain and what edited services relied on besides, to go up and down along. Services
    that are not in the catalogue any more stand behind the others."""

    def __init__(
        self, estate: Estate, told: Mapping[int, list[_Facts]], also: Iterable[int]
    ) -> None:
        self.estate, self.told = estate, told
        members = [
            (number, member.service)
            for number, facts in told.items()
            for one in facts
            for group in one.groups
            for member in group.members
        ]
        rows = services_by_reference(name for _, name in members)
        self.named = {name: row.id for name, row in rows.items()}
        known = set(estate.service_ids.tolist()) if told else set()
        gone = sorted(told.keys() - known)
        self.numbers = np.concatenate((estate.service_ids, np.array(gone, dtype=np.int64)))
        self.place = _places(self.numbers, {*told, *self.named.values(), *also})
        #: Steps from those who relied to whom they relied on.
        self._steps = sorted(
            {
                (self.place[number], self.place[self.named[name]])
                for number, name in members
                if self.named.get(name) in self.place
            }
        )

    def places(self, numbers: Iterable[int]) -> Ints:
        """Where services stand, in order; those that never were in this chain are left out."""
        found = [self.place[each] for each in numbers if each in self.place]
        return np.array(sorted(found), dtype=np.int64)

    def reached(self, start: Ints, *, is_up: bool) -> Ints:
        """All that is reached from some services, they included, in order."""
        estate, size = self.estate, self.estate.size
        steps = estate.steps_up if is_up else estate.steps_down
        extra = [(low, high) for high, low in self._steps] if is_up else self._steps
        found = np.zeros(len(self.numbers), dtype=np.bool_)
        everybody = np.ones(size, dtype=np.bool_)
        fresh = start
        while len(fresh):
            found[fresh] = True
            inside = fresh[fresh < size]
            if len(inside):
                found[:size] |= steps(inside, None, everybody) >= 0
            fresh = np.unique(
                np.array([b for a, b in extra if found[a] and not found[b]], dtype=np.int64)
            )
        return np.flatnonzero(found)


def _told(said: Iterable[Saying]) -> dict[int, list[_Facts]]:
    """What the chain was told of services, by number and in order."""
    found: dict[int, list[_Facts]] = {}
    for one in said:
        listed = found.setdefault(one.object_id, [])
        for facts in _facts(one):
            if listed and listed[-1].start == facts.start:
                # It stood for no time at all.
                listed.pop()
            # Most edits are of words, and the chain does not change.
            if not listed or facts[1:] != listed[-1][1:]:
                listed.append(facts)
    return found


def _facts(one: Saying) -> Iterator[_Facts]:
    start = micros(one.starts_at)
    plain = one.document
    if plain is None:
        yield _Facts(start, False, False, ())
        return
    is_retired = plain.get("stage") == Stage.RETIRED.value
    groups = () if is_retired else kept_groups(plain)
    is_assumed = bool(plain.get("assume-operational", False))
    if one.is_first:
        yield _Facts(EVER, True, False, groups)
    if not one.is_first or is_assumed:
        yield _Facts(start, True, is_assumed, groups)


def _places(numbers: Ints, wanted: Iterable[int]) -> dict[int, int]:
    """Where services stand among ``numbers``; those that do not are missing."""
    asked = np.unique(np.fromiter(wanted, dtype=np.int64))
    if not len(numbers) or not len(asked):
        return {}
    order = np.argsort(numbers, kind="stable")
    found = order[np.minimum(np.searchsorted(numbers, asked, sorter=order), len(numbers) - 1)]
    is_known = numbers[found] == asked
    return dict(zip(asked[is_known].tolist(), found[is_known].tolist(), strict=True))


def _holds(places: Ints, place: int) -> bool:
    at = int(np.searchsorted(places, place))
    return at < len(places) and bool(places[at] == place)


def _base(estate: Estate, inside: Ints, edited: Mapping[int, Any]) -> Gates:
    """Today's groups of those that stood unchanged, by place in ``inside``."""
    wanted = np.zeros(estate.size, dtype=np.bool_)
    steady = np.delete(inside, list(edited)) if edited else inside
    wanted[steady[steady < estate.size]] = True
    found = TODAY.gates_at_hand(estate, wanted)
    return Gates(
        size=len(inside),
        group_reliant=np.searchsorted(inside, found.group_reliant).astype(np.int64),
        group_minimum=found.group_minimum,
        group_full=found.group_full,
        group_soft=found.group_soft,
        member_group=found.member_group,
        member_supporter=np.searchsorted(inside, found.member_supporter).astype(np.int64),
        member_weight=found.member_weight,
    )


def _assumed(estate: Estate, inside: Ints, edited: Mapping[int, Any]) -> dict[int, int]:
    """Of those that stood unchanged: from when on it was to be assumed that they work."""
    places = np.flatnonzero(estate.assumed[inside[inside < estate.size]])
    listed = [place for place in places.tolist() if place not in edited]
    numbers = estate.service_ids[inside[listed]].tolist() if listed else []
    begins = first_sayings(Kind.SERVICE, numbers)
    return {
        place: micros(begins[number])
        for place, number in zip(listed, numbers, strict=True)
        if number in begins
    }
