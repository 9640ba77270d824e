"""CAT40x: single links of the chain: is the supporter there, reachable and agreed with?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from catenary.domain.checks.index import MISSING, CatalogueIndex, Flags
from catenary.domain.checks.loops import rings, shortest_loop
from catenary.domain.checks.rule import Found, Rule, rule
from catenary.domain.checks.wording import listed, shown, stage_words
from catenary.domain.findings import FieldPath, Severity
from catenary.domain.said import figure, said, said_of

#: So many services of a loop are named before the rest is only counted.
NAMED_IN_A_LOOP = 6


@rule(
    "CAT401",
    "Customer-facing without supporting services",
    Severity.WARNING,
    idea="Behind every customer-facing service stand supporting services (R9; ITIL 4, service "
    "configuration). None recorded usually means none considered: no impact of their failure "
    "will ever be seen.",
    remedy="Record what the service relies on: people's services count as well as machines'.",
)
def no_supporters(index: CatalogueIndex) -> Iterator[Found]:
    for at in index.facing:
        service = index.services[at]
        if not service.relies_on:
            yield (
                service.reference,
                ("services", service.reference, "relies-on"),
                said("{service} is customer-facing and relies on nothing.", index.name(at)),
                said(
                    "Consider what must work for it (hosting, network, a desk, a supplier) and "
                    "record it under relies-on."
                ),
            )


@rule(
    "CAT402",
    "Supporter is missing",
    Severity.ERROR,
    idea="A chain with a link nobody knows cannot be followed: neither status nor promise can "
    "be worked out through it (R9, R20).",
    remedy="Describe the supporting service, or correct its reference.",
)
def supporter_missing(index: CatalogueIndex) -> Iterator[Found]:
    mask = index.member_target == MISSING
    mask &= ~index.retired[index.member_source]
    places = np.flatnonzero(mask).tolist()
    for member in places:
        source, path = _place(index, member)
        lacking = shown(_supporter_reference(index, member))
        yield (
            index.references[source],
            path,
            said(
                "{service} relies on {lacking}, which the catalogue does not hold.",
                index.name(source),
                lacking,
            ),
            said(
                "Describe {lacking}, correct the reference, or take it out of relies-on.", lacking
            ),
        )


@rule(
    "CAT403",
    "Supporter is retired",
    Severity.ERROR,
    idea="A retired service is out of operation for good (R5): what relies on it relies on "
    "nothing.",
    remedy="Rely on its successor, or take it out of relies-on.",
)
def supporter_retired(index: CatalogueIndex) -> Iterator[Found]:
    for member in _members_with_target(index, index.retired):
        source, path = _place(index, member)
        target = shown(index.references[int(index.member_target[member])])
        yield (
            index.references[source],
            path,
            said("{service} relies on {target}, which is retired.", index.name(source), target),
            said("Rely on the successor of {target}, or take it out of relies-on.", target),
        )


@rule(
    "CAT404",
    "Retired while still in use",
    Severity.WARNING,
    idea="Retiring is the last gate of the lifecycle: a service leaves when nobody stands on it "
    "any more (R5; ISO/IEC 20000-1, 8.5.2).",
    remedy="Move its consumers and the services that rely on it, or put it back to retiring.",
)
def retired_in_use(index: CatalogueIndex) -> Iterator[Found]:
    relying: dict[int, list[str]] = {}
    for member in _members_with_target(index, index.retired):
        target = int(index.member_target[member])
        who = index.references[int(index.member_source[member])]
        if who not in relying.setdefault(target, []):
            relying[target].append(who)
    for target in np.flatnonzero(index.retired).tolist():
        services, consumers = relying.get(target, []), index.consumers.get(target, [])
        uses = []
        if services:
            many = len(services)
            uses.append(
                said_of(
                    many,
                    "{n} service relies on it ({services})",
                    "{n} services rely on it ({services})",
                    figure(many),
                    listed(services),
                )
            )
        if consumers:
            many = len(consumers)
            uses.append(
                said_of(
                    many,
                    "{n} organization consumes it ({consumers})",
                    "{n} organizations consume it ({consumers})",
                    figure(many),
                    listed(consumers),
                )
            )
        if uses:
            reference = index.references[target]
            yield (
                reference,
                ("services", reference, "stage"),
                said("{service} is retired, but {uses}.", index.name(target), listed(uses)),
                said(
                    "Move them to a successor, or set its stage back to retiring until they have."
                ),
            )


@rule(
    "CAT405",
    "Live service relies on one not live",
    Severity.WARNING,
    idea="What is in operation may stand only on what is in operation (R5): a supporter in the "
    "pipeline is promised to nobody yet, may change, and may never come.",
    remedy="Bring the supporter live through its gates, or rely on one that is.",
)
def live_on_pipeline(index: CatalogueIndex) -> Iterator[Found]:
    for member in _members_with_target(index, index.pipeline):
        source, path = _place(index, member)
        if not index.live[source]:
            continue
        target = index.services[int(index.member_target[member])]
        yield (
            index.references[source],
            path,
            said(
                "{service} is live but relies on {reference}, which is only {stage}.",
                index.name(source),
                shown(target.reference),
                stage_words(target.stage),
            ),
            said(
                "Bring {reference} live first, or rely on a live service.", shown(target.reference)
            ),
        )


@rule(
    "CAT406",
    "Supporter cannot be reached",
    Severity.ERROR,
    idea="A restricted service is shown only to those it is meant for (SEMANTICS 2). Someone "
    "of another company who neither consumes it nor had it published has no way to it.",
    remedy="Agree on consuming it, have it published to the relying provider, or rely on another.",
)
def supporter_unreachable(index: CatalogueIndex) -> Iterator[Found]:
    for member in _across_tops(index):
        source, path = _place(index, member)
        target = int(index.member_target[member])
        supporter = index.services[target]
        if not supporter.restricted or index.consumes_or_sees(int(index.provider[source]), target):
            continue
        us = shown(index.services[source].provider)
        yield (
            index.references[source],
            path,
            said(
                "{service} relies on {reference}, which {provider} has restricted and not "
                "opened to {us}.",
                index.name(source),
                shown(supporter.reference),
                shown(supporter.provider),
                us,
            ),
            said(
                "Agree with {provider} that {us} consumes it, or rely on another.",
                shown(supporter.provider),
                us,
            ),
        )


@rule(
    "CAT407",
    "Reliance across companies without a relation",
    Severity.WARNING,
    idea="Between companies a reliance needs an agreement (R9; ISO/IEC 20000-1, 8.3.4): without "
    "one the supplier owes nothing and does not even know.",
    remedy="Record that the relying provider, or an organization above it, consumes the service.",
)
def reliance_without_relation(index: CatalogueIndex) -> Iterator[Found]:
    for member in _across_tops(index):
        source, path = _place(index, member)
        target = int(index.member_target[member])
        us = int(index.provider[source])
        if index.consumes_for(us, target):
            continue
        supporter = index.services[target]
        if supporter.restricted and not index.consumes_or_sees(us, target):
            continue  # CAT406 says it already, and more sharply
        ours = shown(index.services[source].provider)
        yield (
            index.references[source],
            path,
            said(
                "{service} of {ours} relies on {reference} of {provider}, but neither {ours} "
                "nor an organization above it consumes that service.",
                index.name(source),
                ours,
                shown(supporter.reference),
                shown(supporter.provider),
            ),
            said(
                "Agree with {provider} and record the consumption for {ours}.",
                shown(supporter.provider),
                ours,
            ),
        )


@rule(
    "CAT408",
    "Services rely on each other in a loop",
    Severity.WARNING,
    idea="In a loop nobody can be started first or restored first, and each promise rests on "
    "itself. Condition is still exact (SEMANTICS 1, least fixed point), the design is not sound.",
    remedy="Cut the loop at its weakest reliance, or make that one soft.",
)
def reliance_loop(index: CatalogueIndex) -> Iterator[Found]:
    mask = index.known_members.copy()
    mask[mask] = ~index.retired[index.member_target[mask]]
    source, target = index.member_source[mask], index.member_target[mask]
    gates = index.member_gate[mask]
    # A service among its own alternatives is CAT411's to report.
    for at, gate in zip(
        source[source == target].tolist(), gates[source == target].tolist(), strict=True
    ):
        if len(index.gates[gate].group.members) == 1:
            yield (
                index.references[at],
                ("services", index.references[at], "relies-on", index.gates[gate].position),
                said("{service} relies on itself.", index.name(at)),
                said("Take it out of its own relies-on."),
            )
    ring_of: dict[int, int] = {}
    found = rings(len(index.services), source, target)
    for number, ring in enumerate(found):
        ring_of.update(dict.fromkeys(ring, number))
    if not found:
        return
    inside = np.zeros(len(index.services), dtype=np.bool_)
    inside[list(ring_of)] = True
    both = inside[source] & inside[target] & (source != target)
    supporters: dict[int, list[int]] = {}
    for before, after in zip(source[both].tolist(), target[both].tolist(), strict=True):
        if ring_of[before] == ring_of[after]:
            supporters.setdefault(before, []).append(after)
    for ring in found:
        members = sorted(index.references[at] for at in ring)
        subject = next((ref for ref in members if index.in_scope(ref)), members[0])
        start = index.number[subject]
        loop = shortest_loop(start, supporters)
        after = index.references[loop[1]]
        yield (
            subject,
            ("services", subject, "relies-on", _position_of(index, start, after)),
            _loop_sentence(index, loop, len(ring)),
            said(
                "Cut the loop, for example where {subject} relies on {after}, or make that "
                "reliance soft.",
                shown(subject),
                shown(after),
            ),
        )


def _loop_sentence(index: CatalogueIndex, loop: list[int], ring: int) -> str:
    names = [shown(index.references[at]) for at in loop]
    service, way = index.name(loop[0]), " → ".join([*names, names[0]])
    if len(names) > NAMED_IN_A_LOOP:
        left_out = len(names) - NAMED_IN_A_LOOP + 1
        way = said(
            "{first} → … {n} more … → {last}",
            " → ".join(names[: NAMED_IN_A_LOOP - 2]),
            figure(left_out),
            " → ".join([names[-1], names[0]]),
        )
    if ring > len(loop):
        return said(
            "{service} relies on itself: {way}. Altogether {n} services rely on each other in such "
            "loops.",
            service,
            way,
            figure(ring),
        )
    if len(loop) > NAMED_IN_A_LOOP:
        return said(
            "{service} relies on itself: {way}. The loop holds {n} services.",
            service,
            way,
            figure(ring),
        )
    return said("{service} relies on itself: {way}.", service, way)


def _position_of(index: CatalogueIndex, service: int, supporter: str) -> int:
    for position, group in enumerate(index.services[service].relies_on):
        if any(member.service == supporter for member in group.members):
            return position
    return 0


def _place(index: CatalogueIndex, member: int) -> tuple[int, FieldPath]:
    gate = index.gates[int(index.member_gate[member])]
    return gate.service, ("services", index.references[gate.service], "relies-on", gate.position)


def _supporter_reference(index: CatalogueIndex, member: int) -> str:
    number = int(index.member_gate[member])
    first = int(np.searchsorted(index.member_gate, number))
    return index.gates[number].group.members[member - first].service


def _members_with_target(index: CatalogueIndex, flags: Flags) -> list[int]:
    """Members of services that are not retired, whose supporter has the flag."""
    mask = index.known_members.copy()
    mask[mask] = flags[index.member_target[mask]]
    found: list[int] = np.flatnonzero(mask).tolist()
    return found


def _across_tops(index: CatalogueIndex) -> list[int]:
    """Members whose supporter, not retired, another known company provides. Unknown providers
    are left out: CAT104 reports them once instead of at each reliance."""
    known = np.array([key in index.catalogue.organizations for key in index.tree.keys], np.bool_)
    mask = index.known_members.copy()
    ours = index.provider[index.member_source[mask]]
    targets = index.member_target[mask]
    theirs = index.provider[targets]
    across = index.tree.root[ours] != index.tree.root[theirs]
    mask[mask] = across & known[ours] & known[theirs] & ~index.retired[targets]
    found: list[int] = np.flatnonzero(mask).tolist()
    return found


RULES: tuple[Rule, ...] = (
    no_supporters,
    supporter_missing,
    supporter_retired,
    retired_in_use,
    live_on_pipeline,
    supporter_unreachable,
    reliance_without_relation,
    reliance_loop,
)
