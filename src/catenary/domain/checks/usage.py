"""CAT5xx: consumption: who uses what, and what nobody uses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from catenary.domain.checks.index import CatalogueIndex, Flags
from catenary.domain.checks.naming import same_name_key
from catenary.domain.checks.rule import Found, Rule, rule
from catenary.domain.checks.wording import listed, shown, stage_words
from catenary.domain.findings import Severity
from catenary.domain.said import figure, said, said_of


@rule(
    "CAT501",
    "Consumption of a missing service",
    Severity.ERROR,
    idea="A customer holds something the catalogue cannot show: neither status nor promise "
    "reaches them (R10, R21).",
    remedy="Describe the service, correct its reference, or end the consumption.",
)
def consumes_missing(index: CatalogueIndex) -> Iterator[Found]:
    for row in index.catalogue.consumption.values():
        if row.service not in index.number:
            yield (
                row.consumer,
                ("consumption", row.consumer, row.service),
                said(
                    "{organization} consumes {service}, which the catalogue does not hold.",
                    _organization(index, row.consumer),
                    shown(row.service),
                ),
                said(
                    "Describe {service}, correct the reference, or end the consumption.",
                    shown(row.service),
                ),
            )


@rule(
    "CAT502",
    "Consumer is unknown",
    Severity.ERROR,
    idea="A service consumer is an organization (ITIL 4; R7). An unknown one can be shown "
    "nothing, asked nothing and charged nothing.",
    remedy="Describe the consuming organization, or correct its key.",
)
def consumer_unknown(index: CatalogueIndex) -> Iterator[Found]:
    used: dict[str, list[str]] = {}
    for row in index.catalogue.consumption.values():
        if row.consumer not in index.catalogue.organizations:
            used.setdefault(row.consumer, []).append(row.service)
    for consumer, services in used.items():
        yield (
            consumer,
            ("consumption", consumer),
            said(
                "{consumer} consumes {services}, but the catalogue does not hold this "
                "organization.",
                shown(consumer),
                listed(services),
            ),
            said("Describe the organization {consumer}, or correct its key.", shown(consumer)),
        )


@rule(
    "CAT503",
    "Consumption of a retired service",
    Severity.ERROR,
    idea="Retired means that nobody can use it any more (R5). A customer who still holds it "
    "holds nothing, and may not know.",
    remedy="Move the customer to a successor, or end the consumption.",
)
def consumes_retired(index: CatalogueIndex) -> Iterator[Found]:
    for consumer, service in _rows(index, index.retired):
        reference = index.references[service]
        yield (
            consumer,
            ("consumption", consumer, reference),
            said(
                "{organization} consumes {reference}, which is retired.",
                _organization(index, consumer),
                shown(reference),
            ),
            said("Move them to a successor, or end the consumption."),
        )


@rule(
    "CAT504",
    "Consumption of a service not live",
    Severity.WARNING,
    idea="Only what passed its gates is in the catalogue and may be consumed (R5; ISO/IEC "
    "20000-1, 8.2.4); the pipeline is a plan.",
    remedy="Bring the service live through its gates, or take the consumption back until then.",
)
def consumes_pipeline(index: CatalogueIndex) -> Iterator[Found]:
    for consumer, service in _rows(index, index.pipeline):
        reference = index.references[service]
        yield (
            consumer,
            ("consumption", consumer, reference),
            said(
                "{organization} consumes {reference}, which is only {stage}.",
                _organization(index, consumer),
                shown(reference),
                stage_words(index.services[service].stage),
            ),
            said(
                "Bring {reference} live first, or take the consumption back until then.",
                shown(reference),
            ),
        )


@rule(
    "CAT505",
    "Consumes what it provides itself",
    Severity.WARNING,
    idea="A service is co-created by two parties (ITIL 4; R1). An organization that serves "
    "itself has work, not a service; the real consumer is a unit of it, or somebody else.",
    remedy="Name the unit that consumes it, or the unit that provides it.",
)
def consumes_own(index: CatalogueIndex) -> Iterator[Found]:
    own = index.consumer == index.provider[index.consumed]
    for place in np.flatnonzero(own).tolist():
        consumer = index.tree.keys[int(index.consumer[place])]
        reference = index.references[int(index.consumed[place])]
        yield (
            consumer,
            ("consumption", consumer, reference),
            said(
                "{organization} consumes {reference}, which it provides itself.",
                _organization(index, consumer),
                shown(reference),
            ),
            said("Name the unit that really consumes it, or the one that provides it."),
        )


@rule(
    "CAT506",
    "Live but nobody uses it",
    Severity.NOTICE,
    idea="A service nobody consumes and nothing relies on costs money and gives no value; or "
    "its consumers are not recorded, then nobody is told when it fails (portfolio, R26).",
    remedy="Record who uses it, or consider retiring it.",
)
def nobody_uses(index: CatalogueIndex) -> Iterator[Found]:
    used = _used_directly(index)
    for at in np.flatnonzero(index.live & ~used).tolist():
        reference = index.references[at]
        yield (
            reference,
            ("services", reference),
            said(
                "{service} is live, but nobody consumes it and no service relies on it.",
                index.name(at),
            ),
            said("Record who uses it, or consider retiring it."),
        )


@rule(
    "CAT507",
    "Supports nothing a customer uses",
    Severity.NOTICE,
    idea="Every link should lead to an outcome somebody wants (R10). A service that supports "
    "only services nobody consumes is carried along for nothing.",
    remedy="Record who consumes what stands on it, or consider retiring them together.",
)
def supports_nothing_used(index: CatalogueIndex) -> Iterator[Found]:
    """Only where consumption is recorded at all for services of the same provider's company:
    otherwise every service would be named for one missing list."""
    if not len(index.consumed):
        return
    tops_with_consumers = np.zeros(len(index.tree.keys), dtype=np.bool_)
    tops_with_consumers[index.tree.root[index.provider[index.consumed]]] = True
    recorded = tops_with_consumers[index.tree.root[index.provider]]
    carried = index.live & _used_directly(index) & ~_reached_from_consumers(index) & recorded
    for at in np.flatnonzero(carried).tolist():
        reference = index.references[at]
        yield (
            reference,
            ("services", reference),
            said("{service} supports only services that nobody consumes.", index.name(at)),
            said("Record who consumes the services above it, or consider retiring them together."),
        )


@rule(
    "CAT508",
    "Two services under one name at one consumer",
    Severity.WARNING,
    idea="Customers see what they consume under their own words (R21). One word for two "
    "services leaves them guessing which of them is down.",
    remedy="Ask the consumer for a second name.",
)
def known_as_twice(index: CatalogueIndex) -> Iterator[Found]:
    named: dict[tuple[str, str], list[str]] = {}
    for row in index.catalogue.consumption.values():
        if row.known_as:
            key = (row.consumer, same_name_key(row.known_as))
            named.setdefault(key, []).append(row.service)
    for (consumer, _), services in named.items():
        if len(services) > 1:
            services.sort()
            known_as = index.catalogue.consumption[consumer, services[-1]].known_as
            yield (
                consumer,
                ("consumption", consumer, services[-1]),
                said(
                    "{organization} knows {services} all as “{known_as}”.",
                    _organization(index, consumer),
                    listed(services),
                    shown(known_as),
                )
                if len(services) > 2
                else said(
                    "{organization} knows both {services} as “{known_as}”.",
                    _organization(index, consumer),
                    listed(services),
                    shown(known_as),
                ),
                said("Record a name of its own for each."),
            )


@rule(
    "CAT509",
    "Retiring while still consumed",
    Severity.NOTICE,
    idea="A service retires after its consumers have somewhere to go (R5; ISO/IEC 20000-1, "
    "8.5.2). Until then the list of those to move is the work to do.",
    remedy="Agree on a successor and a date with each consumer.",
)
def retiring_in_use(index: CatalogueIndex) -> Iterator[Found]:
    retiring = ~(index.live | index.pipeline | index.retired)
    for at in np.flatnonzero(retiring).tolist():
        consumers = index.consumers.get(at)
        if consumers:
            reference = index.references[at]
            many = len(consumers)
            yield (
                reference,
                ("services", reference, "stage"),
                said_of(
                    many,
                    "{service} is retiring, and {n} organization still consumes it: {consumers}.",
                    "{service} is retiring, and {n} organizations still consume it: {consumers}.",
                    *(index.name(at), figure(many), listed(consumers)),
                ),
                said("Agree on a successor and a date with each of them."),
            )


@rule(
    "CAT601",
    "Live by exception",
    Severity.NOTICE,
    idea="A service enters the catalogue only through gates (R5). What was already in operation "
    "when it was recorded came in by a gate exception; its evidence is still owed.",
    remedy="Pass the gates with evidence when the service next changes.",
)
def live_by_exception(index: CatalogueIndex) -> Iterator[Found]:
    if not index.live_by_exception:
        return
    for at in index.current:
        reference = index.references[at]
        if reference in index.live_by_exception and not index.pipeline[at]:
            yield (
                reference,
                ("services", reference, "stage"),
                said(
                    "{service} is in the catalogue by the gate exception “already in operation”, "
                    "without the evidence of its gates.",
                    index.name(at),
                ),
                said("Bring the evidence of its gates when the service next changes."),
            )


def _organization(index: CatalogueIndex, key: str) -> str:
    organization = index.catalogue.organizations.get(key)
    return shown(organization.name if organization and organization.name else key)


def _rows(index: CatalogueIndex, flags: Flags) -> Iterator[tuple[str, int]]:
    """Consumption of services that have the flag: consumer key and service number."""
    for place in np.flatnonzero(flags[index.consumed]).tolist():
        yield index.tree.keys[int(index.consumer[place])], int(index.consumed[place])


def _used_directly(index: CatalogueIndex) -> Flags:
    used = np.zeros(len(index.services), dtype=np.bool_)
    used[index.consumed] = True
    mask = index.known_members & (index.member_source != index.member_target)
    used[index.member_target[mask]] = True
    return used


def _reached_from_consumers(index: CatalogueIndex) -> Flags:
    """Services that somebody consumes, or that stand somewhere below one that is consumed."""
    size = len(index.services)
    mask = index.known_members
    consumed = np.unique(index.consumed)
    # One extra node stands for all consumers, so that one search reaches everything.
    source = np.concatenate([index.member_source[mask], np.full(len(consumed), size)])
    target = np.concatenate([index.member_target[mask], consumed])
    graph = csr_array((np.ones(len(source), np.int8), (source, target)), shape=(size + 1, size + 1))
    reached = np.zeros(size + 1, dtype=np.bool_)
    reached[breadth_first_order(graph, size, return_predecessors=False)] = True
    flags: Flags = reached[:size]
    return flags


RULES: tuple[Rule, ...] = (
    consumes_missing,
    consumer_unknown,
    consumes_retired,
    consumes_pipeline,
    consumes_own,
    nobody_uses,
    supports_nothing_used,
    known_as_twice,
    retiring_in_use,
    live_by_exception,
)
