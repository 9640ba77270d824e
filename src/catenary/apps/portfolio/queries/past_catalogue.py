"""The whole catalogue of a past moment as documents: what an export writes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from catenary.apps.calendars.queries import calendar_documents
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import all_documents
from catenary.apps.organizations.queries import person_addresses
from catenary.apps.organizations.queries.past import (
    organization_documents_at,
    people_known_in,
    person_documents_at,
)
from catenary.apps.portfolio.queries.documents import (
    own_and_named,
    redacted,
    seen_calendars,
    service_of,
)
from catenary.apps.portfolio.queries.past import Past
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.contacts import as_read, by_contact
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    ConsumptionDocument,
    PersonDocument,
    ServiceDocument,
)


def catalogue_at(actor: Actor, viewpoint: Viewpoint | None, past: Past) -> CatalogueDocument:
    """Everything of a moment that the actor may see from the viewpoint; without one (operators
    only), everything. What `live_catalogue` would have said, as far as it may be seen today."""
    if viewpoint is None and not actor.is_operator:
        raise ValueError("only an operator reads the catalogue without a viewpoint")
    organizations = organization_documents_at(past.at)
    people = person_documents_at(past.at)
    estate = past.estate()
    seen = np.ones(estate.size, dtype=np.bool_)
    home = seen
    if viewpoint is not None:
        seen = past.visible(estate, actor, viewpoint)
        home = past.at_home(estate, viewpoint)
        people = _people_of(people, past, viewpoint)
    numbers = set(estate.service_ids[seen].tolist())
    at_home = set(estate.service_ids[home].tolist())
    addresses = by_contact(person_addresses())
    services: dict[str, ServiceDocument] = {}
    consumption: dict[tuple[str, str], ConsumptionDocument] = {}
    for number, plain in all_documents(Kind.SERVICE, past.at):
        if number in numbers:
            reference = past.services_by_id([number])[number].reference
            document = service_of(reference, as_read(plain, addresses))
            services[reference] = document if number in at_home else redacted(document)
    root_id = None if viewpoint is None else viewpoint.root_id
    rows = [
        row
        for row in past.consumption(numbers)
        if root_id is None or row.consumer_root_id == root_id or row.service_id in at_home
    ]
    keys = past.organizations_by_id({row.consumer_id for row in rows})
    for row in sorted(rows, key=lambda row: (row.consumer_path, row.service_id)):
        consumer = keys[row.consumer_id].key
        reference = past.services_by_id([row.service_id])[row.service_id].reference
        said = ConsumptionDocument(consumer, reference, row.known_as)
        consumption[consumer, reference] = said
    if viewpoint is not None:
        named = {document.provider for document in services.values()}
        named |= {consumer for consumer, _ in consumption}
        organizations = own_and_named(organizations, viewpoint.root_key, named)
    calendars = calendar_documents(at=past.at)
    if viewpoint is not None:
        calendars = seen_calendars(calendars, services.values(), viewpoint.root_id)
    return CatalogueDocument(
        organizations,
        {email: said for email, (_, said) in people.items()},
        services,
        consumption,
        calendars,
    )


def _people_of(
    people: dict[str, tuple[int, PersonDocument]], past: Past, viewpoint: Viewpoint
) -> dict[str, tuple[int, PersonDocument]]:
    """Those who were at home or at work in the viewpoint's top organization then, and are, or
    were when they were removed, today; what they did elsewhere is not said."""
    allowed = people_known_in(viewpoint.root_id)
    found = {}
    for email, (number, said) in people.items():
        keys = {said.organization, *(m.organization for m in said.memberships)}
        rows = past.organizations_by_key(keys)
        ours = {key for key, row in rows.items() if row.root_id == viewpoint.root_id}
        if number not in allowed or not ours:
            continue
        if said.organization not in ours:
            kept = tuple(m for m in said.memberships if m.organization in ours)
            said = replace(said, memberships=kept)
        found[email] = number, said
    return found
