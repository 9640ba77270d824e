"""Organizations and people as they were at a past moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import all_documents
from catenary.apps.organizations.models import Membership, Organization, Person
from catenary.apps.organizations.queries import OrganizationRow
from catenary.domain.actors import path_segment
from catenary.domain.documents.shapes import (
    MembershipDocument,
    OrganizationDocument,
    PersonDocument,
    Role,
)


def organizations_at(at: datetime) -> dict[int, OrganizationRow]:
    """The organizations of a moment, by number, standing as they stood then."""
    said = dict(all_documents(Kind.ORGANIZATION, at))
    keys = dict(Organization.objects.values_list("pk", "key"))
    numbers = {keys[number]: number for number in said}
    parents = {number: numbers.get(plain.get("part-of", "")) for number, plain in said.items()}
    found: dict[int, OrganizationRow] = {}
    for number in said:
        way = _way(number, parents)
        path = "".join(path_segment(step) for step in way)
        name = said[number]["name"]
        found[number] = OrganizationRow(number, keys[number], name, path, way[0], parents[number])
    return found


def _way(number: int, parents: dict[int, int | None]) -> list[int]:
    """The organizations from the top down to this one."""
    way = [number]
    while (above := parents[way[-1]]) is not None:
        way.append(above)
    return way[::-1]


def organization_documents_at(at: datetime) -> dict[str, OrganizationDocument]:
    """What organizations said, in tree order."""
    rows = sorted(organizations_at(at).values(), key=lambda row: row.path)
    said = dict(all_documents(Kind.ORGANIZATION, at))
    keys = {row.id: row.key for row in rows}
    return {
        row.key: OrganizationDocument(
            row.key,
            row.name,
            "" if row.parent_id is None else keys[row.parent_id],
            said[row.id].get("description", ""),
        )
        for row in rows
    }


def person_documents_at(at: datetime) -> dict[str, tuple[int, PersonDocument]]:
    """Where people belonged and which roles they had, with their numbers, by the address and
    under the name they have today: history keeps neither."""
    identities = {
        pk: (email, name) for pk, email, name in Person.objects.values_list("pk", "email", "name")
    }
    found: dict[str, tuple[int, PersonDocument]] = {}
    for number, plain in all_documents(Kind.PERSON, at):
        email, name = identities[number]
        home = plain["organization"]
        found[email] = number, PersonDocument(email, name, home, _roles(plain.get("roles"), home))
    return dict(sorted(found.items()))


def _roles(said: Any, home: str) -> tuple[MembershipDocument, ...]:
    by_organization: dict[str, list[str]] = said if isinstance(said, dict) else {home: said or []}
    return tuple(
        MembershipDocument(key, tuple(sorted(Role(role) for role in roles)))
        for key, roles in sorted(by_organization.items())
        if roles
    )


def people_known_in(root_id: int) -> set[int]:
    """The numbers of people whom a top organization knows today: at home or at work there, or
    at home there when they were removed."""
    at_home = Person.objects.filter(organization__root_id=root_id).values_list("pk", flat=True)
    at_work = Membership.objects.filter(
        organization__root_id=root_id, person__removed_at__isnull=True
    ).values_list("person_id", flat=True)
    return {*at_home, *at_work}


def numbers_at_home(
    root_id: int, path: str
) -> tuple[QuerySet[Organization, int], QuerySet[Person, int]]:
    """The numbers of the organizations of a top organization at or below a path, and of the
    people at home there, removed ones too, as queries."""
    organizations = Organization.objects.filter(root_id=root_id, path__startswith=path)
    people = Person.objects.filter(
        organization__root_id=root_id, organization__path__startswith=path
    )
    return (
        organizations.values_list("pk", flat=True),
        people.values_list("pk", flat=True),
    )
