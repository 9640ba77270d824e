"""Finding a service, an organization or a person to name in a form: only those one may know."""

from __future__ import annotations

from collections.abc import Iterable

from catenary.apps.organizations.queries import organizations_by_id
from catenary.apps.organizations.queries.editing import (
    OFFERED,
    Found,
    organization_names,
    people_names,
)
from catenary.apps.organizations.queries.editing import find_organizations as _organizations
from catenary.apps.organizations.queries.editing import find_people as _people
from catenary.apps.portfolio.models import Consumption
from catenary.apps.portfolio.queries.lookup import (
    known_roots,
    referable_services,
    services_by_id,
    services_by_reference,
)
from catenary.apps.portfolio.queries.search import search_services
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.text import words


def find_services(actor: Actor, viewpoint: Viewpoint, text: str) -> list[Found]:
    """Services that may be named in a definition, by name; all words must occur."""
    matches = search_services(actor=actor, viewpoint=viewpoint, text=text, cap=200)
    rows = services_by_id(matches.service_ids).values()
    seen = referable_services(actor, rows)
    folded = " ".join(words(text))
    # Whatever begins with what was typed comes first: that is how one looks for a name.
    kept = sorted(
        (row for row in rows if row.id in seen),
        key=lambda row: (not " ".join(words(row.name)).startswith(folded), row.name, row.id),
    )[:OFFERED]
    providers = organizations_by_id({row.provider_id for row in kept})
    return [Found(row.reference, row.name, providers[row.provider_id].name) for row in kept]


def find_organizations(actor: Actor, text: str) -> list[Found]:
    """Organizations the actor knows of, by name or key: those of their own top organizations,
    the tops of others they deal with, and whoever consumes a service of theirs."""
    own, others = _known(actor)
    return _organizations(text, root_ids=own, others=others)


def find_people(actor: Actor, viewpoint: Viewpoint, text: str) -> list[Found]:
    """People of the actor's own top organizations; an operator's are those they look from."""
    roots = {viewpoint.root_id} if actor.is_operator else actor.root_ids
    return _people(text, root_ids=roots)


def names_of(actor: Actor, references: Iterable[str], contacts: Iterable[str]) -> dict[str, str]:
    """The names of services, organizations and people that a form mentions; what is not the
    actor's to know has no name here."""
    rows = services_by_reference(references)
    seen = referable_services(actor, rows.values())
    found = {name: row.name for name, row in rows.items() if row.id in seen}
    wanted = set(contacts)
    keys = {contact for contact in wanted if "@" not in contact}
    if keys:
        own, others = _known(actor)
        found |= organization_names(keys, root_ids=own, others=others)
    roots = None if actor.is_operator else actor.root_ids
    return found | people_names(wanted, root_ids=roots)


def _known(actor: Actor) -> tuple[frozenset[int] | None, set[int]]:
    """The top organizations all of which the actor knows, and single others."""
    roots = known_roots(actor)
    if roots is None:
        return None, set()
    consumers = Consumption.objects.filter(
        service__root_id__in=actor.root_ids, ends_at__isnull=True
    )
    return actor.root_ids, roots | set(consumers.values_list("consumer_id", flat=True).distinct())
