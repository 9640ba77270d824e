"""Organizations and people with what they say, in batches and page by page, for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from catenary.apps.common.queries import in_batches
from catenary.apps.common.queries.prepared import Place, Prepared
from catenary.apps.organizations.models import Membership, Organization, Person
from catenary.domain.documents.shapes import MembershipDocument, PersonDocument, Role

#: So many people are called by name at once, at most.
_MOST_CALLED = 100


@dataclass(frozen=True, slots=True)
class OrganizationFacts:
    """What an organization says, with the digest of it and where it stands."""

    id: int
    key: str
    name: str
    description: str
    part_of: str
    path: str
    root_id: int
    digest: str


def organization_facts(ids: Iterable[int]) -> dict[int, OrganizationFacts]:
    """What organizations that exist now say, by number."""
    found: dict[int, OrganizationFacts] = {}
    for batch in in_batches(ids):
        rows = Organization.objects.filter(id__in=batch, removed_at__isnull=True)
        for number, key, name, description, above, path, root_id, digest in rows.values_list(
            "id", "key", "name", "description", "parent__key", "path", "root_id", "digest"
        ):
            found[number] = OrganizationFacts(
                number, key, name, description, above or "", path, root_id, digest
            )
    return found


def organization_paths(*, named: str = "", below: str = "") -> list[tuple[int, str]]:
    """Number and path of organizations, in tree order: those whose name or key holds ``named``,
    at or below the path ``below``."""
    if named and not below:
        return _NAMED.rows(named)
    return list(_paths(named, below))


def _paths(named: str | Place, below: str) -> QuerySet[Any, tuple[int, str]]:
    rows = Organization.objects.filter(removed_at__isnull=True)
    if below:
        rows = rows.filter(path__gte=below, path__lt=below + "~")
    if named:
        rows = rows.filter(Q(name__icontains=named) | Q(key__icontains=named))
    return rows.order_by("path").values_list("id", "path")


_NAMED = Prepared(lambda named: _paths(named, ""))


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person as one top organization knows them. ``digest`` is of all they are; for somebody
    who only works there ``is_at_home`` is false and their roles elsewhere are left out."""

    document: PersonDocument
    digest: str
    is_at_home: bool


def people_known_to(root_id: int, emails: Iterable[str]) -> dict[str, PersonFacts]:
    """The given people, by e-mail address, as far as they are at home or at work in one top
    organization."""
    found: dict[str, PersonFacts] = {}
    wanted = sorted(email for email in set(emails) if email.isprintable())
    for start in range(0, len(wanted), 900):
        rows = _people_of(root_id).filter(email__in=wanted[start : start + 900])
        found.update({facts.document.email: facts for facts in _person_facts(root_id, rows)})
    return found


def people_page(
    root_id: int, *, named: str = "", below: str = "", after: str = "", limit: int = 20
) -> list[PersonFacts]:
    """The next people of one top organization after an e-mail address, in order of addresses:
    those whose name or address holds ``named``, who belong at or below the path ``below``."""
    rows = _people_named(root_id, named, below).filter(email__gt=after)
    return _person_facts(root_id, rows.order_by("email")[:limit])


def people_called(root_id: int, *, named: str, limit: int) -> list[tuple[str, str]]:
    """E-mail address and name of at most ``limit`` (100) people of one top organization whose name
    or address holds ``named``, in order of addresses."""
    return _CALLED.rows(root_id, named)[:limit]


_CALLED = Prepared(
    lambda root, named: (
        _people_named(root, named, "").order_by("email").values_list("email", "name")[:_MOST_CALLED]
    )
)


def people_count(root_id: int, *, named: str = "", below: str = "", cap: int = 1_000) -> int:
    """How many there are, counted up to one more than ``cap``."""
    return len(_people_named(root_id, named, below).values_list("pk")[: cap + 1])


def _people_named(root_id: int | Place, named: str | Place, below: str) -> QuerySet[Person]:
    rows = _people_of(root_id)
    if named:
        rows = rows.filter(Q(name__icontains=named) | Q(email__icontains=named))
    if below:
        rows = rows.filter(organization__path__gte=below, organization__path__lt=below + "~")
    return rows


def _people_of(root_id: int | Place) -> QuerySet[Person]:
    at_work = Membership.objects.filter(organization__root_id=root_id).values("person_id")
    return Person.objects.filter(
        Q(organization__root_id=root_id) | Q(pk__in=at_work), removed_at__isnull=True
    )


def _person_facts(root_id: int, rows: QuerySet[Person]) -> list[PersonFacts]:
    people = list(
        rows.values_list(
            "pk", "email", "name", "organization__key", "organization__root_id", "digest"
        )
    )
    roles: dict[int, dict[str, list[Role]]] = {}
    for batch in in_batches(row[0] for row in people):
        memberships = Membership.objects.filter(person_id__in=batch).filter(
            Q(organization__root_id=root_id) | Q(person__organization__root_id=root_id)
        )
        for person, key, role in memberships.values_list("person_id", "organization__key", "role"):
            roles.setdefault(person, {}).setdefault(key, []).append(Role(role))
    return [
        PersonFacts(
            PersonDocument(
                email,
                name,
                key,
                tuple(
                    MembershipDocument(organization, tuple(sorted(given)))
                    for organization, given in sorted(roles.get(pk, {}).items())
                ),
            ),
            digest,
            home == root_id,
        )
        for pk, email, name, key, home, digest in people
    ]
