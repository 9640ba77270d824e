"""Restricted supporters in what those may read who may not see them: the reliance stands, the
name does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from catenary.apps.organizations.queries import organizations_by_id
from catenary.apps.portfolio.policies import sees_inside, sees_restricted
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    DependencyGroupDocument,
    ServiceDocument,
    Stage,
)

#: Stands in history where a definition names a service that may not be seen.
NOT_SHOWN = "a service that is not shown"


def without_hidden_reliance(catalogue: CatalogueDocument) -> tuple[CatalogueDocument, int]:
    """The catalogue without the dependency groups that name a service which is not in it, and
    how many those were: for writing out what somebody may see, and nothing else."""
    services, left_out = {}, 0
    for reference, document in catalogue.services.items():
        groups = tuple(
            group
            for group in document.relies_on
            if all(member.service in catalogue.services for member in group.members)
        )
        left_out += len(document.relies_on) - len(groups)
        services[reference] = (
            document
            if len(groups) == len(document.relies_on)
            else replace(document, relies_on=groups)
        )
    return replace(catalogue, services=services), left_out


def with_place_holders(
    catalogue: CatalogueDocument, *, without: frozenset[str] = frozenset()
) -> CatalogueDocument:
    """The catalogue with a live service of the same provider, which says nothing, in the place
    of every supporter that exists and is not in it; ``without`` are names that get none.

    The definition checks look at this one: without it they would say of a restricted supporter,
    by name, that it does not exist.
    """
    named = {
        member.service
        for document in catalogue.services.values()
        for group in document.relies_on
        for member in group.members
    }
    found = services_by_reference(named.difference(catalogue.services, without)).values()
    rows = [row for row in found if not row.is_removed]
    if not rows:
        return catalogue
    keys = organizations_by_id({row.provider_id for row in rows})
    holders: dict[str, str] = {}
    services = dict(catalogue.services)
    for row in sorted(rows, key=lambda row: row.id):
        provider = keys[row.provider_id].key
        number = 1
        while (holder := f"{provider}/restricted-{number}") in services:
            number += 1
        holders[row.reference] = holder
        services[holder] = ServiceDocument(
            reference=holder, name=holder, provider=provider, stage=Stage.LIVE
        )
    for reference, document in catalogue.services.items():
        if any(m.service in holders for group in document.relies_on for m in group.members):
            groups = tuple(_with_holders(group, holders) for group in document.relies_on)
            services[reference] = replace(document, relies_on=groups)
    return replace(catalogue, services=services)


def _with_holders(
    group: DependencyGroupDocument, holders: Mapping[str, str]
) -> DependencyGroupDocument:
    members = tuple(
        replace(member, service=holders.get(member.service, member.service))
        for member in group.members
    )
    return replace(group, members=members)


def unshown_supporters(
    actor: Actor, viewpoint: Viewpoint, plains: Iterable[Mapping[str, Any]]
) -> frozenset[str]:
    """The references named under ``relies-on`` in these plain service documents that the actor
    may not see today. Removed services are judged by what they said last."""
    named = {text for plain in plains for text in _texts(plain.get("relies-on"))}
    rows = services_by_reference(text for text in named if "/" in text)
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    unshown = set()
    for reference, row in rows.items():
        place = estate.service_position(row.id)
        if place is not None:
            may_see = bool(seen[place])
        else:
            may_see = sees_inside(viewpoint, row.root_id) and (
                not row.restricted or sees_restricted(actor, row.provider_path)
            )
        if not may_see:
            unshown.add(reference)
    return frozenset(unshown)


def without_names(plain: Mapping[str, Any], unshown: frozenset[str]) -> dict[str, Any]:
    """The plain service document with these supporters unnamed."""
    if not unshown or "relies-on" not in plain:
        return dict(plain)
    return {**plain, "relies-on": masked(plain["relies-on"], unshown)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, held in value.items():
            yield key
            yield from _texts(held)
    elif isinstance(value, list):
        for held in value:
            yield from _texts(held)


def masked(value: Any, unshown: frozenset[str]) -> Any:
    """Any plain value with these names replaced by words that say nothing."""
    if isinstance(value, str):
        return NOT_SHOWN if value in unshown else value
    if isinstance(value, dict):
        return {masked(key, unshown): masked(held, unshown) for key, held in value.items()}
    if isinstance(value, list):
        return [masked(held, unshown) for held in value]
    return value
