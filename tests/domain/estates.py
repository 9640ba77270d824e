"""SEMANTICS of the viewpoint in plain Python sets, small random catalogues, and the arrays built
from documents: what `domain.estate` answers is compared with this, word by word."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from hypothesis import strategies as st

from catenary.domain.documents.shapes import (
    CatalogueDocument,
    ConsumptionDocument,
    DependencyGroupDocument,
    OrganizationDocument,
    OutcomeDocument,
    ServiceDocument,
    Stage,
    Supporter,
)
from catenary.domain.estate import EVERYONE, STAGE_CODES, Estate


def organization(key: str, part_of: str = "", name: str = "") -> OrganizationDocument:
    """An organization whose name is its key unless another is given."""
    return OrganizationDocument(key, name or key, part_of)


def group(*references: str, soft: bool = False) -> DependencyGroupDocument:
    """A group of which one member is enough."""
    return DependencyGroupDocument(tuple(Supporter(r) for r in references), soft=soft)


def service(
    reference: str,
    *relies_on: str,
    provider: str = "",
    stage: Stage = Stage.LIVE,
    restricted: bool = False,
    published_to: Iterable[str] = (),
    outcomes: Iterable[str] = (),
    name: str = "",
    assume_operational: bool = False,
) -> ServiceDocument:
    """A service that relies on each of ``relies_on``; provided by its prefix unless said."""
    return ServiceDocument(
        reference,
        name or reference,
        provider or reference.partition("/")[0],
        stage=stage,
        restricted=restricted,
        published_to=tuple(published_to),
        outcomes=tuple(OutcomeDocument(key, f"{key} of {reference}") for key in outcomes),
        relies_on=tuple(group(supporter) for supporter in relies_on),
        assume_operational=assume_operational,
    )


def catalogue(
    organizations: Iterable[OrganizationDocument],
    services: Iterable[ServiceDocument],
    consumption: Iterable[tuple[str, str]] = (),
) -> CatalogueDocument:
    """Documents as a catalogue."""
    return CatalogueDocument(
        {o.key: o for o in organizations},
        {},
        {s.reference: s for s in services},
        {pair: ConsumptionDocument(*pair) for pair in consumption},
    )


class Oracle:
    """The meaning of viewpoints, computed from documents one service at a time."""

    def __init__(self, said: CatalogueDocument) -> None:
        self.said = said

    def below(self, key: str) -> set[str]:
        """The organization with all organizations below it."""
        found = {key}
        while True:
            more = {o.key for o in self.said.organizations.values() if o.part_of in found} - found
            if not more:
                return found
            found |= more

    def above(self, key: str) -> list[str]:
        """The organizations above one, the nearest first."""
        found = []
        while key := self.said.organizations[key].part_of:
            found.append(key)
        return found

    def root(self, key: str) -> str:
        """The top organization."""
        while above := self.said.organizations[key].part_of:
            key = above
        return key

    def supporters(self, reference: str) -> set[str]:
        """What a service relies on directly, by its own words."""
        return {m.service for g in self.said.services[reference].relies_on for m in g.members}

    def reliants(self, reference: str) -> set[str]:
        """The services that rely directly on it: not itself, and none that is retired."""
        return {
            other
            for other, document in self.said.services.items()
            if other != reference
            and document.stage is not Stage.RETIRED
            and reference in self.supporters(other)
        }

    def declared(self, reference: str) -> set[str]:
        """The organizations that declared to consume it."""
        return {consumer for consumer, consumed in self.said.consumption if consumed == reference}

    def consumers(self, reference: str) -> set[str]:
        """Who consumes it: by declaration, or because a service of theirs relies on it."""
        relying = {self.said.services[r].provider for r in self.reliants(reference)}
        return self.declared(reference) | relying

    def role(self, viewpoint: str, reference: str) -> str:
        """The role of a service seen from an organization."""
        inside = self.below(viewpoint)
        consumers = self.consumers(reference)
        if self.said.services[reference].provider not in inside:
            covered = self.declared(reference) & set(self.above(viewpoint))
            return "external" if consumers & inside or covered else "elsewhere"
        if consumers - inside:
            return "customer-facing"
        return "supporting" if consumers else "idle"

    def is_shared(self, top: str, reference: str) -> bool:
        """Whether a service of another top organization may be seen from this one."""
        document = self.said.services[reference]
        if self.root(document.provider) == top:
            return False
        published = document.published_to
        return (
            "*" in published
            or any(self.root(key) == top for key in published)
            or any(self.root(key) == top for key in self.consumers(reference))
        )

    def is_visible(
        self, top: str, memberships: Iterable[str], sees_restricted: bool, reference: str
    ) -> bool:
        """Whether a member of these organizations sees it from this top organization."""
        document = self.said.services[reference]
        if self.root(document.provider) != top:
            return self.is_shared(top, reference)
        if not document.restricted or sees_restricted:
            return True
        return any(
            document.provider in self.below(key) for key in memberships if self.root(key) == top
        )

    def steps(
        self, start: set[str], depth: int | None, may_pass: set[str], upward: bool
    ) -> dict[str, int]:
        """Steps to every service reached; only services in ``may_pass`` lead further."""
        follow = self.reliants if upward else self.supporters
        steps = dict.fromkeys(start, 0)
        frontier, step = set(start), 0
        while frontier and (depth is None or step < depth):
            step += 1
            reached = {r for place in frontier & may_pass for r in follow(place)}
            frontier = reached - steps.keys()
            steps.update(dict.fromkeys(frontier, step))
        return steps


def tree_order(said: CatalogueDocument) -> list[str]:
    """The keys of organizations, each before what is below it."""
    parts: dict[str, list[str]] = {}
    for document in said.organizations.values():
        parts.setdefault(document.part_of, []).append(document.key)
    ordered: list[str] = []

    def visit(key: str) -> None:
        ordered.append(key)
        for part in parts.get(key, ()):
            visit(part)

    for top in parts.get("", ()):
        visit(top)
    return ordered


def estate_of(said: CatalogueDocument) -> tuple[Estate, list[str], list[str]]:
    """The arrays of a catalogue, with organization keys and service references by position.
    Numbers run against positions, so that mixing the two up shows."""
    oracle = Oracle(said)
    keys, references = tree_order(said), list(said.services)
    at = {key: position for position, key in enumerate(keys)}
    place = {reference: position for position, reference in enumerate(references)}
    documents = list(said.services.values())
    reliance = [(d.reference, r) for d in documents for r in sorted(oracle.supporters(d.reference))]
    published = [
        (place[d.reference], EVERYONE if key == "*" else at[oracle.root(key)])
        for d in documents
        for key in d.published_to
    ]

    def ints(values: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(list(values), dtype=np.int64)

    estate = Estate(
        version=1,
        organization_ids=ints(1000 - position for position in range(len(keys))),
        organization_end=ints(at[key] + len(oracle.below(key)) for key in keys),
        organization_root=ints(at[oracle.root(key)] for key in keys),
        service_ids=ints(5000 - position for position in range(len(references))),
        service_names=references,
        provider=ints(at[d.provider] for d in documents),
        stage=ints(STAGE_CODES[d.stage] for d in documents),
        restricted=np.array([d.restricted for d in documents], dtype=np.bool_),
        assumed=np.array([d.assume_operational for d in documents], dtype=np.bool_),
        outcome_count=ints(len(d.outcomes) for d in documents),
        dependency_reliant=ints(place[reliant] for reliant, _ in reliance),
        dependency_supporter=ints(place[supporter] for _, supporter in reliance),
        dependency_soft=np.zeros(len(reliance), dtype=np.bool_),
        consumption_consumer=ints(at[consumer] for consumer, _ in said.consumption),
        consumption_service=ints(place[consumed] for _, consumed in said.consumption),
        published_service=ints(service for service, _ in published),
        published_root=ints(root for _, root in published),
    )
    return estate, keys, references


@st.composite
def small_catalogues(
    draw: st.DrawFn, organizations: int = 6, services: int = 7
) -> CatalogueDocument:
    """Any catalogue of a few organizations and services: several tops, loops, reliance on
    oneself, every stage, restricted and published ones."""
    keys: list[str] = []
    documents = []
    for number in range(draw(st.integers(1, organizations))):
        above = draw(st.sampled_from(["", "", *keys]))
        keys.append(f"o{number}")
        documents.append(organization(f"o{number}", above))
    count = draw(st.integers(0, services))
    owners = draw(st.lists(st.sampled_from(keys), min_size=count, max_size=count))
    references = [f"{owner}/s{number}" for number, owner in enumerate(owners)]
    published: st.SearchStrategy[list[str]] = st.one_of(
        st.just([]), st.just([]), st.just(["*"]), st.lists(st.sampled_from(keys), unique=True)
    )
    described = [
        service(
            reference,
            *draw(st.lists(st.sampled_from(references), max_size=3, unique=True)),
            provider=draw(st.sampled_from([owners[number], *keys])),
            stage=draw(st.sampled_from([Stage.LIVE, Stage.LIVE, *Stage])),
            restricted=draw(st.booleans()),
            published_to=draw(published),
            outcomes=draw(st.lists(st.sampled_from(["a", "b"]), unique=True)),
        )
        for number, reference in enumerate(references)
    ]
    pairs = (
        draw(
            st.lists(
                st.tuples(st.sampled_from(keys), st.sampled_from(references)),
                max_size=5,
                unique=True,
            )
        )
        if references
        else []
    )
    return catalogue(documents, described, pairs)
