"""CAT41x: dependency groups: thresholds that cannot hold, gates that cannot fail, redundancy
that is only on paper."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from catenary.domain.checks.definition import figure
from catenary.domain.checks.index import MISSING, CatalogueIndex, Gate
from catenary.domain.checks.rule import Found, Rule, rule
from catenary.domain.checks.wording import listed, shown
from catenary.domain.documents.shapes import DependencyGroupDocument
from catenary.domain.findings import FieldPath, Severity
from catenary.domain.said import said, said_of

#: So many nearest essential supporters of each alternative are looked at for a shared one. A
#: bound, because all of them for all services would be as large as the square of the catalogue.
NEAREST = 16
#: Larger weighted groups are not searched for members that make no difference: the number of
#: sums to look at doubles with each member.
MOST_WEIGHTED_MEMBERS = 12


@rule(
    "CAT409",
    "Threshold can no longer be reached",
    Severity.ERROR,
    idea="A group of supporters is a threshold gate (SEMANTICS 1). When the members that are "
    "left weigh less than its minimum, the service is down by definition.",
    remedy="Replace the members that are gone, or lower the threshold.",
)
def minimum_out_of_reach(index: CatalogueIndex) -> Iterator[Found]:
    for gate, left, gone in _thinned_gates(index):
        if left < gate.group.minimum:
            yield _threshold_finding(index, gate, left, gone, "minimum", gate.group.minimum)


@rule(
    "CAT410",
    "Full capacity can no longer be reached",
    Severity.WARNING,
    idea="Below the full weight of a group its service is degraded (SEMANTICS 1). When even all "
    "members that are left stay below it, operational has become impossible.",
    remedy="Replace the members that are gone, or lower full.",
)
def full_out_of_reach(index: CatalogueIndex) -> Iterator[Found]:
    for gate, left, gone in _thinned_gates(index):
        if gate.group.minimum <= left < gate.group.full:
            yield _threshold_finding(index, gate, left, gone, "full", gate.group.full)


@rule(
    "CAT411",
    "Gate that can never fail",
    Severity.WARNING,
    idea="An alternative must be something else. A service that is among its own alternatives "
    "always has one left, so the group warns of nothing (SEMANTICS 1, loops).",
    remedy="Take the service out of its own group.",
)
def own_alternative(index: CatalogueIndex) -> Iterator[Found]:
    same = index.known_members & (index.member_source == index.member_target)
    for number in np.unique(index.member_gate[same]).tolist():
        gate = index.gates[number]
        if len(gate.group.members) < 2:
            continue
        others = [
            member.service
            for member in gate.group.members
            if member.service != index.references[gate.service]
        ]
        yield (
            index.references[gate.service],
            _path(index, gate),
            said(
                "{service} counts itself among its own supporters, beside {others}.",
                index.name(gate.service),
                listed(others) or said("itself"),
            ),
            said("Take it out of its own group and set the threshold for the others."),
        )


@rule(
    "CAT412",
    "Member that makes no difference",
    Severity.WARNING,
    idea="In a group with weights each member should matter in some failure. One whose loss or "
    "return never changes the result is there for show (R25).",
    remedy="Correct its weight or the thresholds, or take it out.",
)
def idle_member(index: CatalogueIndex) -> Iterator[Found]:
    for gate in index.groups_of_several:
        group = gate.group
        if len(group.members) > MOST_WEIGHTED_MEMBERS:
            continue
        weights = [member.weight for member in group.members]
        if weights.count(weights[0]) == len(weights):
            continue  # equal members matter equally
        for place, member in enumerate(group.members):
            if not _matters(weights, place, (group.minimum, group.full)):
                yield (
                    index.references[gate.service],
                    _path(index, gate),
                    said(
                        "In a group of {service} that needs {threshold}, {member} with weight "
                        "{weight} never makes a difference.",
                        index.name(gate.service),
                        _needs(group),
                        shown(member.service),
                        figure(member.weight),
                    ),
                    said(
                        "Correct the weight of {service} or the thresholds, or take it out.",
                        shown(member.service),
                    ),
                )


@rule(
    "CAT413",
    "Supporter counted twice",
    Severity.WARNING,
    idea="The same service twice is one service: it fails once, for both (SEMANTICS 6, a shared "
    "service is one event).",
    remedy="Name each supporter once.",
)
def counted_twice(index: CatalogueIndex) -> Iterator[Found]:
    repeated: set[tuple[int, str]] = set()
    alone: dict[tuple[int, str], bool] = {}  # soft or not, of supporters in a group of one
    retired = index.retired.tolist()
    for gate in index.gates:
        members = gate.group.members
        if retired[gate.service]:
            continue
        if len(members) == 1:
            pair = (gate.service, members[0].service)
            before = alone.setdefault(pair, gate.group.soft)
            if before is not gate.group.soft:
                yield _twice(
                    index,
                    gate,
                    members[0].service,
                    said(
                        "{service} names {name} twice, as essential and as soft.",
                        index.name(gate.service),
                        shown(members[0].service),
                    ),
                )
            elif pair in repeated:
                yield _twice(
                    index,
                    gate,
                    members[0].service,
                    said(
                        "{service} names {name} twice, by itself.",
                        index.name(gate.service),
                        shown(members[0].service),
                    ),
                )
            repeated.add(pair)
            continue
        names = {member.service for member in members}
        if len(names) < len(members):
            often: dict[str, int] = {}
            for member in members:
                often[member.service] = often.get(member.service, 0) + 1
            for name in [name for name, times in often.items() if times > 1]:
                yield _twice(
                    index,
                    gate,
                    name,
                    said(
                        "{service} names {name} twice, within one group.",
                        index.name(gate.service),
                        shown(name),
                    ),
                )


@rule(
    "CAT414",
    "Alternative that is essential anyway",
    Severity.WARNING,
    idea="Where one supporter is essential, having another instead of it does not help: the "
    "alternative is redundancy on paper (R25).",
    remedy="Take the supporter out of the group, or drop it as essential.",
)
def essential_alternative(index: CatalogueIndex) -> Iterator[Found]:
    for service in index.current:
        groups = index.services[service].relies_on
        if len(groups) < 2:
            continue
        essential = {
            group.members[0].service
            for group in groups
            if len(group.members) == 1 and not group.soft
        }
        for position, group in enumerate(groups):
            members = group.members
            if len(members) < 2 or group.soft or not essential:
                continue
            for name in dict.fromkeys(member.service for member in members):
                if name in essential:
                    yield (
                        index.references[service],
                        ("services", index.references[service], "relies-on", position),
                        said(
                            "{service} cannot do without {name}, and also names it as one of "
                            "{members} alternatives.",
                            index.name(service),
                            shown(name),
                            figure(len(members)),
                        ),
                        said("Take {name} out of the group, or drop it as essential.", shown(name)),
                    )


@rule(
    "CAT415",
    "Redundancy that shares one supporter",
    Severity.WARNING,
    idea="Alternatives that stand on the same service fall together with it. A shared component "
    "counts once, so the second alternative adds nothing where it is needed (R25; SEMANTICS 6).",
    remedy="Give the alternatives separate supporters, or declare the shared one as essential.",
)
def shared_supporter(index: CatalogueIndex) -> Iterator[Found]:
    nearest: dict[int, list[int]] = {}
    number_of = index.number
    for gate in index.groups_of_several:
        group = gate.group
        if group.soft:
            continue
        spare = group.total - group.minimum
        if any(member.weight > spare for member in group.members):
            continue  # it does not survive the loss of one member: no redundancy claimed
        weights = {
            number_of[member.service]: member.weight
            for member in group.members
            if member.service in number_of
        }
        for member in weights:
            if member not in nearest:
                nearest[member] = _nearest_essentials(index, member)
        declared = index.essentials[gate.service]
        for supporter in _shared_by_too_many(weights, spare, nearest):
            if supporter == gate.service or supporter in declared:
                continue
            sharers = sum(supporter in nearest[member] for member in weights)
            shared = shown(index.references[supporter])
            alternatives = listed([index.references[member] for member in weights])
            yield (
                index.references[gate.service],
                _path(index, gate),
                said(
                    "{service} has {n} alternatives ({alternatives}), but none of them can do "
                    "without {shared}.",
                    *(index.name(gate.service), figure(len(weights)), alternatives, shared),
                )
                if sharers == len(weights)
                else said(
                    "{service} has {n} alternatives ({alternatives}), but {sharers} of them cannot "
                    "do without {shared}.",
                    *(index.name(gate.service), figure(len(weights)), alternatives),
                    *(figure(sharers), shared),
                ),
                said("Give them separate supporters, or declare {shared} as essential.", shared),
            )
            break  # the nearest shared one; those behind it follow


def _shared_by_too_many(
    weights: dict[int, Decimal], spare: Decimal, nearest: dict[int, list[int]]
) -> list[int]:
    """Services under members that together weigh more than the group can spare."""
    members = list(weights)
    if len(members) == 2:  # the usual case, for which counting would cost twice as much
        if weights[members[0]] + weights[members[1]] <= spare:
            return []
        second = nearest[members[1]]
        return [supporter for supporter in nearest[members[0]] if supporter in second]
    weighed: dict[int, Decimal] = {}
    for member, weight in weights.items():
        for supporter in nearest[member]:
            weighed[supporter] = weighed.get(supporter, Decimal(0)) + weight
    return [supporter for supporter, weight in weighed.items() if weight > spare]


def _nearest_essentials(index: CatalogueIndex, member: int) -> list[int]:
    """The member itself and the nearest services it is down without, nearest first."""
    essentials = index.essentials
    found = [member]
    for here in found:  # grows while it is walked: breadth first
        for after in essentials[here]:
            if after not in found:
                found.append(after)
                if len(found) == NEAREST:
                    return found
    return found


def _thinned_gates(index: CatalogueIndex) -> Iterator[tuple[Gate, Decimal, list[str]]]:
    """Groups of several that lost members: what the rest weighs, and who is gone."""
    gone = index.member_target == MISSING
    gone[~gone] = index.retired[index.member_target[~gone]]
    gone &= ~index.retired[index.member_source]
    for number in np.unique(index.member_gate[gone]).tolist():
        gate = index.gates[number]
        if len(gate.group.members) < 2:
            continue  # CAT402 and CAT403 say it already
        left, names = Decimal(0), []
        for member in gate.group.members:
            at = index.number.get(member.service, MISSING)
            if at == MISSING or index.retired[at]:
                names.append(member.service)
            else:
                left += member.weight
        yield gate, left, names


def _threshold_finding(
    index: CatalogueIndex, gate: Gate, left: Decimal, gone: list[str], word: str, needs: Decimal
) -> Found:
    many = len(gone)
    figures = (
        index.name(gate.service),
        figure(needs),
        figure(gate.group.total),
        figure(left),
        listed(gone),
    )
    return (
        index.references[gate.service],
        _path(index, gate),
        said_of(
            many,
            "A group of {service} needs {needs} of {total} to be operational, but only {left} is "
            "left: {gone} is missing or retired.",
            "A group of {service} needs {needs} of {total} to be operational, but only {left} is "
            "left: {gone} are missing or retired.",
            *figures,
        )
        if word == "full"
        else said_of(
            many,
            "A group of {service} needs {needs} of {total}, but only {left} is left: {gone} is "
            "missing or retired.",
            "A group of {service} needs {needs} of {total}, but only {left} is left: {gone} are "
            "missing or retired.",
            *figures,
        ),
        said("Replace {gone}, or lower {threshold}.", listed(gone), word),
    )


def _twice(index: CatalogueIndex, gate: Gate, name: str, sentence: str) -> Found:
    return (
        index.references[gate.service],
        _path(index, gate),
        sentence,
        said("Name {name} once.", shown(name)),
    )


def _needs(group: DependencyGroupDocument) -> str:
    if group.full == group.minimum:
        return figure(group.minimum)
    return said("{minimum} ({full} for full)", figure(group.minimum), figure(group.full))


def _matters(weights: list[Decimal], place: int, thresholds: tuple[Decimal, ...]) -> bool:
    """Is there a state of the others in which this one decides about some threshold?"""
    own = weights[place]
    sums = {Decimal(0)}
    for other, weight in enumerate(weights):
        if other != place:
            sums |= {reached + weight for reached in sums}
    return any(bar - own <= reached < bar for reached in sums for bar in thresholds)


def _path(index: CatalogueIndex, gate: Gate) -> FieldPath:
    return ("services", index.references[gate.service], "relies-on", gate.position)


RULES: tuple[Rule, ...] = (
    minimum_out_of_reach,
    full_out_of_reach,
    own_alternative,
    idle_member,
    counted_twice,
    essential_alternative,
    shared_supporter,
)
