"""The place of an organization in the chain: its customers, what it provides, whom it relies on,
and which outcomes at the far end depend on it (PRODUCT R10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from catenary.apps.organizations.queries import (
    OrganizationRow,
    organizations_by_id,
    organizations_by_key,
)
from catenary.apps.portfolio.queries.catalogue import ServiceSummary, summaries
from catenary.apps.portfolio.queries.documents import service_documents
from catenary.apps.portfolio.queries.estate import current_estate, seen_as, visible_services
from catenary.apps.portfolio.queries.own_names import names_in_order
from catenary.apps.portfolio.queries.service import ServiceLink, service_links
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.shapes import PIPELINE_STAGES, OutcomeDocument
from catenary.domain.estate import (
    CUSTOMER_FACING,
    IDLE,
    STAGE_CODES,
    SUPPORTING,
    Bools,
    Estate,
    Ints,
)

_ROWS = 8
_SERVICES = 4
_RETIRED = STAGE_CODES["retired"]


@dataclass(frozen=True, slots=True)
class Relation:
    """An organization at the other end, the first few services between us, how many there are
    in all, and how many of our services stand on them (for providers)."""

    organization: OrganizationRow
    root: OrganizationRow
    services: tuple[ServiceLink, ...]
    service_count: int
    relied_on_by: int = 0


@dataclass(frozen=True, slots=True)
class FarOutcome:
    """An outcome that depends on us: the service that facilitates it, how many steps above us
    it stands (0: our own), and, when known, the organization that wants it."""

    outcome: OutcomeDocument
    service: ServiceLink
    steps: int
    wanted_by: OrganizationRow | None


@dataclass(frozen=True, slots=True)
class MostReliedOn:
    """One of our services with how many services and organizations stand on it, near or far."""

    service: ServiceLink
    dependents: int
    consumers: int


@dataclass(frozen=True, slots=True)
class ChainPlace:
    """Everything home says. ``outcomes_beyond`` and ``organizations_beyond`` count what depends
    on us further than we may see."""

    has_catalogue: bool
    customers: tuple[Relation, ...] = ()
    customer_count: int = 0
    provided_count: int = 0
    customer_facing: int = 0
    supporting: int = 0
    idle: int = 0
    pipeline: int = 0
    most_relied_on: tuple[MostReliedOn, ...] = ()
    providers: tuple[Relation, ...] = ()
    provider_count: int = 0
    held: tuple[ServiceSummary, ...] = ()
    held_count: int = 0
    outcomes: tuple[FarOutcome, ...] = ()
    outcome_count: int = 0
    outcomes_beyond: int = 0
    organizations_beyond: int = 0


def chain_place(*, actor: Actor, viewpoint: Viewpoint) -> ChainPlace:
    """The viewpoint's place in the chain, as far as the actor may see it. Worked out once for
    each version of the catalogue and for all who see the same."""
    estate = current_estate()
    organization = estate.organization_position(viewpoint.organization_id)
    if organization is None:
        return ChainPlace(has_catalogue=False)
    question = ("chain place", viewpoint, seen_as(estate, actor, viewpoint))
    return estate.remembered(question, lambda: _place(estate, organization, actor, viewpoint))


def _place(estate: Estate, organization: int, actor: Actor, viewpoint: Viewpoint) -> ChainPlace:
    seen = visible_services(estate, actor, viewpoint)
    roles = estate.roles_seen_from(organization)
    ours = estate.inside(organization) & seen
    pipeline = ours & np.isin(estate.stage, [STAGE_CODES[stage] for stage in PIPELINE_STAGES])
    settled = ours & ~pipeline
    customers, customer_count = _customers(estate, organization, seen, roles)
    providers, provider_count = _providers(estate, organization, seen, roles, viewpoint)
    names = names_in_order(estate, viewpoint)
    held = names.sorted(np.flatnonzero(_held(estate, organization) & seen))
    outcomes = _far_outcomes(estate, ours, seen, roles, viewpoint)
    return ChainPlace(
        has_catalogue=bool(seen.any()),
        customers=customers,
        customer_count=customer_count,
        provided_count=int(ours.sum()),
        customer_facing=int((settled & (roles == CUSTOMER_FACING)).sum()),
        supporting=int((settled & (roles == SUPPORTING)).sum()),
        idle=int((settled & (roles == IDLE)).sum()),
        pipeline=int(pipeline.sum()),
        most_relied_on=_most_relied_on(estate, ours, roles),
        providers=providers,
        provider_count=provider_count,
        held=summaries(estate, viewpoint, held[:_ROWS], roles),
        held_count=len(held),
        outcomes=outcomes[0],
        outcome_count=outcomes[1],
        outcomes_beyond=outcomes[2],
        organizations_beyond=_organizations_beyond(estate, ours, seen, viewpoint),
    )


@dataclass(frozen=True, slots=True)
class House:
    """A top organization with how many services it provides."""

    organization: OrganizationRow
    services: int


def other_houses(*, actor: Actor, viewpoint: Viewpoint) -> tuple[tuple[House, ...], int]:
    """For an operator, who sees to all of them: the other top organizations that provide most, and
    how many provide anything. For everybody else there are none."""
    if not actor.is_operator:
        return (), 0
    estate = current_estate()
    counts = np.bincount(estate.provider_root, minlength=len(estate.organization_ids))
    here = estate.organization_position(viewpoint.root_id)
    if here is not None:
        counts[here] = 0
    largest = np.argsort(-counts, kind="stable")[:_ROWS]
    found = {int(estate.organization_ids[at]): int(counts[at]) for at in largest if counts[at]}
    rows = organizations_by_id(found) if found else {}
    houses = tuple(House(rows[number], count) for number, count in found.items() if number in rows)
    return houses, int(np.count_nonzero(counts))


class Relations(NamedTuple):
    """How many services a viewpoint provides, to how many customers, how many providers it is a
    customer of, and whether it, somebody below it or an organization above it consumes any."""

    provided: int
    customers: int
    providers: int
    consumes: bool


def relation_counts(*, actor: Actor, viewpoint: Viewpoint) -> Relations:
    """What the viewpoint band and the main navigation say on every page. No query beyond the
    version's."""
    estate = current_estate()
    organization = estate.organization_position(viewpoint.organization_id)
    if organization is None:
        return Relations(0, 0, 0, consumes=False)
    seen = visible_services(estate, actor, viewpoint)

    def counts() -> Relations:
        inside = estate.inside(organization)
        consumer, _ = _customer_pairs(estate, organization, seen)
        providers = estate.provider[estate.needed_by(organization) & seen & ~inside]
        consumed = estate.consumed_below(organization) | estate.held_above(organization)
        return Relations(
            int((inside & seen).sum()),
            _how_many(consumer, len(estate.organization_ids)),
            _how_many(providers, len(estate.organization_ids)),
            consumes=bool((consumed & seen & (estate.stage != _RETIRED)).any()),
        )

    # What may be seen hangs on the actor alone, so people who see the same share the answer.
    question = ("relation counts", organization, seen_as(estate, actor, viewpoint))
    return estate.remembered(question, counts)


def _how_many(codes: Ints, below: int) -> int:
    """How many different numbers there are among ``codes``, all of them less than ``below``."""
    return int(np.count_nonzero(np.bincount(codes, minlength=below)))


def _customer_pairs(estate: Estate, organization: int, seen: Bools) -> tuple[Ints, Ints]:
    """Organizations outside and the services of ours they consume or rely on directly."""
    ours = estate.inside(organization) & seen
    end = estate.organization_end[organization]
    consumer = np.concatenate(
        [estate.consumption_consumer, estate.provider[estate.dependency_reliant]]
    )
    service = np.concatenate([estate.consumption_service, estate.dependency_supporter])
    stands = np.concatenate(
        [np.ones(len(estate.consumption_consumer), dtype=np.bool_), estate.standing]
    )
    outside = (consumer < organization) | (consumer >= end)
    chosen = stands & outside & ours[service]
    return consumer[chosen], service[chosen]


def _customers(
    estate: Estate, organization: int, seen: Bools, roles: Ints
) -> tuple[tuple[Relation, ...], int]:
    consumer, service = _customer_pairs(estate, organization, seen)
    return _relations(estate, consumer, service, roles, {})


def _providers(
    estate: Estate, organization: int, seen: Bools, roles: Ints, viewpoint: Viewpoint
) -> tuple[tuple[Relation, ...], int]:
    inside = estate.inside(organization)
    end = estate.organization_end[organization]
    reliant, supporter = estate.dependency_reliant, estate.dependency_supporter
    relies = estate.standing & inside[reliant] & ~inside[supporter] & seen[supporter]
    relies &= seen[reliant]
    consumes = (estate.consumption_consumer >= organization) & (estate.consumption_consumer < end)
    consumes &= ~inside[estate.consumption_service] & seen[estate.consumption_service]
    service = np.concatenate([supporter[relies], estate.consumption_service[consumes]])
    relied_on, _ = _pairs(estate, estate.provider[supporter[relies]], reliant[relies])
    providers, counts = np.unique(relied_on, return_counts=True)
    standing = {int(o): int(n) for o, n in zip(providers, counts, strict=True)}
    return _relations(estate, estate.provider[service], service, roles, standing, viewpoint)


def _relations(
    estate: Estate,
    other: Ints,
    service: Ints,
    roles: Ints,
    relied_on_by: dict[int, int],
    known_to: Viewpoint | None = None,
) -> tuple[tuple[Relation, ...], int]:
    """Pairs of organization and service as relations, most services first; and how many
    organizations there are."""
    if not len(other):
        return (), 0
    other, service = _pairs(estate, other, service)
    organizations, starts, counts = np.unique(other, return_index=True, return_counts=True)
    top = np.argsort(-counts, kind="stable")[:_ROWS]
    firsts = [service[starts[i] : starts[i] + min(counts[i], _SERVICES)] for i in top]
    links = iter(service_links(estate, np.concatenate(firsts), roles, known_to=known_to))
    places = [int(organizations[i]) for i in top]
    rows = organizations_by_id(
        int(estate.organization_ids[o])
        for place in places
        for o in (place, estate.organization_root[place])
    )
    return (
        tuple(
            Relation(
                organization=rows[int(estate.organization_ids[place])],
                root=rows[int(estate.organization_ids[estate.organization_root[place]])],
                services=tuple(next(links) for _ in first),
                service_count=int(counts[i]),
                relied_on_by=relied_on_by.get(place, 0),
            )
            for i, place, first in zip(top, places, firsts, strict=True)
        ),
        len(organizations),
    )


def _pairs(estate: Estate, other: Ints, service: Ints) -> tuple[Ints, Ints]:
    """Pairs of an organization and a service, each once, in order."""
    # As one number they sort ten times faster than as rows of two.
    coded = np.unique(other * estate.size + service)
    return coded // estate.size, coded % estate.size


def _held(estate: Estate, organization: int) -> Bools:
    """Services of others that organizations here consume."""
    end = estate.organization_end[organization]
    consumes = (estate.consumption_consumer >= organization) & (estate.consumption_consumer < end)
    held = np.zeros(estate.size, dtype=np.bool_)
    held[estate.consumption_service[consumes]] = True
    return held & ~estate.inside(organization)


def _most_relied_on(estate: Estate, ours: Bools, roles: Ints) -> tuple[MostReliedOn, ...]:
    """Our services that most others rely on directly, with how many stand on them in all."""
    direct = np.bincount(
        estate.dependency_supporter[estate.standing], minlength=estate.size
    ) + np.bincount(estate.consumption_service, minlength=estate.size)
    candidates = np.flatnonzero(ours & (direct > 0))
    top = candidates[np.argsort(-direct[candidates], kind="stable")[:5]]
    links = service_links(estate, top, roles)
    everyone = np.ones(estate.size, dtype=np.bool_)
    found = []
    for place, link in zip(top, links, strict=True):
        steps = estate.steps_up(np.array([place]), None, everyone)
        above = steps >= 0
        consumer = estate.consumption_consumer[above[estate.consumption_service]]
        found.append(
            MostReliedOn(
                link,
                dependents=int(np.count_nonzero(above)) - 1,
                consumers=_how_many(consumer, len(estate.organization_ids)),
            )
        )
    return tuple(found)


def _far_outcomes(
    estate: Estate, ours: Bools, seen: Bools, roles: Ints, viewpoint: Viewpoint
) -> tuple[tuple[FarOutcome, ...], int, int]:
    """The outcomes at the far end that depend on us: those of visible services at or above ours
    on which no other visible service with outcomes stands; how many there are; and how many
    outcomes beyond. What others rest on is theirs to show: beyond the first service that is not
    of our top organization the way is counted, not followed."""
    everyone = np.ones(estate.size, dtype=np.bool_)
    root = estate.organization_position(viewpoint.root_id) or 0
    home = estate.provider_root == root
    start = np.flatnonzero(ours)
    steps = estate.steps_up(start, None, seen & home)
    near = (steps >= 0) & seen
    above = estate.steps_up(start, None, everyone) >= 0
    beyond = int(estate.outcome_count[above & ~near].sum())
    with_outcomes = near & (estate.outcome_count > 0)
    reliant, supporter = estate.dependency_reliant, estate.dependency_supporter
    topped = np.zeros(estate.size, dtype=np.bool_)
    topped[supporter[estate.standing & with_outcomes[reliant] & home[supporter]]] = True
    far = np.flatnonzero(with_outcomes & ~topped)
    if not len(far):
        far = np.flatnonzero(with_outcomes)
    count = int(estate.outcome_count[far].sum())
    # The farthest first: those are the ones one would not have thought of.
    far = far[np.argsort(-steps[far], kind="stable")[:_ROWS]]
    links = service_links(estate, far, roles)
    documents = service_documents(int(number) for number in estate.service_ids[far])
    found = []
    keys = {o.wanted_by for d in documents.values() for o in d.outcomes if o.wanted_by}
    direct, _ = _customer_pairs(estate, root, seen)
    # Any key may be written as who wants an outcome: named are those one knows anyway.
    wanting = {
        key: row
        for key, row in organizations_by_key(keys).items()
        if row.root_id == viewpoint.root_id or estate.is_at_or_above_any(row.id, direct)
    }
    for place, link in zip(far, links, strict=True):
        document = documents[int(estate.service_ids[place])]
        is_inside = estate.provider_root[place] == root
        for outcome in document.outcomes:
            wanted = wanting.get(outcome.wanted_by)
            if not is_inside and (wanted is None or wanted.root_id != viewpoint.root_id):
                outcome, wanted = replace(outcome, said_by="", wanted_by=""), None
            found.append(FarOutcome(outcome, link, int(steps[place]), wanted))
    return tuple(found[:_ROWS]), count, beyond


def _organizations_beyond(estate: Estate, ours: Bools, seen: Bools, viewpoint: Viewpoint) -> int:
    """How many other top organizations stand above us beyond our direct customers."""
    root = estate.organization_position(viewpoint.root_id) or 0
    everyone = np.ones(estate.size, dtype=np.bool_)
    steps = estate.steps_up(np.flatnonzero(ours), None, everyone)
    above = steps >= 0
    consuming = above[estate.consumption_service]
    roots = np.concatenate(
        [
            estate.provider_root[above],
            estate.organization_root[estate.consumption_consumer[consuming]],
        ]
    )
    direct, _ = _customer_pairs(estate, root, seen)
    near = np.unique(estate.organization_root[direct])
    return int(np.setdiff1d(np.unique(roots), np.append(near, root)).size)
