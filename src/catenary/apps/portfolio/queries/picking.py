"""Finding a service, an organization or a person to name in a form: only those one may know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from catenary.apps.organizations.models import Organization, Person
from catenary.apps.organizations.policies import may_edit_catalogue
from catenary.apps.organizations.queries import organizations_by_id
from catenary.apps.portfolio.models import Consumption
from catenary.apps.portfolio.queries.lookup import (
    known_roots,
    referable_services,
    services_by_id,
    services_by_reference,
)
from catenary.apps.portfolio.queries.search import search_services
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.references import is_key
from catenary.domain.text import words

M = TypeVar("M", bound=Model)

#: So many are offered; whoever looks for another types one word more.
OFFERED = 8
_WORDS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """One that may be named: by what, what it is called, and what helps to tell it apart."""

    value: str
    name: str
    note: str = ""


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
    return _organizations(_with_words(_known_organizations(actor), text, "name", "key"))


def find_own_organizations(actor: Actor, text: str) -> list[Found]:
    """Organizations whose catalogue the actor may change: for saying who provides something."""
    rows = Organization.objects.filter(removed_at__isnull=True)
    if not actor.is_operator:
        below = Q(pk__in=[])
        for fact in actor.memberships:
            if may_edit_catalogue(actor, fact.path):
                below |= Q(path__startswith=fact.path)
        rows = rows.filter(below)
    return _organizations(_with_words(rows, text, "name", "key"))


def find_people(actor: Actor, viewpoint: Viewpoint | None, text: str) -> list[Found]:
    """People of the actor's own top organizations, by name or address."""
    rows = Person.objects.filter(removed_at__isnull=True)
    if actor.is_operator and viewpoint is not None:
        rows = rows.filter(organization__root_id=viewpoint.root_id)
    else:
        rows = rows.filter(organization__root_id__in=actor.root_ids)
    found = _with_words(rows, text, "name", "email").order_by("name", "pk")[:OFFERED]
    return [
        Found(email, name, home)
        for email, name, home in found.values_list("email", "name", "organization__name")
    ]


def names_of(actor: Actor, references: Iterable[str], contacts: Iterable[str]) -> dict[str, str]:
    """The names of services and of organizations and people of the actor's own houses that a form
    mentions; what is not theirs to know has no name here."""
    rows = services_by_reference(references)
    seen = referable_services(actor, rows.values())
    found = {name: row.name for name, row in rows.items() if row.id in seen}
    wanted = set(contacts)
    keys = [contact for contact in wanted if is_key(contact)][:500]
    if keys:
        known = _known_organizations(actor).filter(key__in=keys)
        found.update(known.values_list("key", "name"))
    people = Person.objects.filter(
        email__in=[contact for contact in wanted if "@" in contact][:500], removed_at__isnull=True
    )
    if not actor.is_operator:
        people = people.filter(organization__root_id__in=actor.root_ids)
    found.update(people.values_list("email", "name"))
    return found


def _known_organizations(actor: Actor) -> QuerySet[Organization]:
    rows = Organization.objects.filter(removed_at__isnull=True)
    roots = known_roots(actor)
    if roots is None:
        return rows
    own = actor.root_ids
    consumers = Consumption.objects.filter(service__root_id__in=own, ends_at__isnull=True)
    return rows.filter(
        Q(root_id__in=own) | Q(pk__in=roots) | Q(pk__in=consumers.values("consumer_id"))
    )


def _organizations(rows: QuerySet[Organization]) -> list[Found]:
    found = rows.order_by("name", "pk")[:OFFERED]
    return [
        Found(key, name, above or "")
        for key, name, above in found.values_list("key", "name", "parent__name")
    ]


def _with_words(rows: QuerySet[M], text: str, *columns: str) -> QuerySet[M]:
    asked = text.split()[:_WORDS]
    if not asked:
        return rows.none()
    for word in asked:
        either = Q()
        for column in columns:
            either |= Q(**{f"{column}__icontains": word})
        rows = rows.filter(either)
    return rows
