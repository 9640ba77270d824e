"""Organizations and people as they were at a past moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import all_documents, documents_at
from catenary.apps.organizations.models import Membership, Organization, Person
from catenary.apps.organizations.queries import MemberRow, OrganizationRow
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
    # Not joined: asked of a few people, databases would else begin with all organizations.
    people = Person.objects.filter(Exists(organizations.filter(pk=OuterRef("organization_id"))))
    return (
        organizations.values_list("pk", flat=True),
        people.values_list("pk", flat=True),
    )


def organization_descriptions_at(ids: Iterable[int], at: datetime) -> dict[int, str]:
    """How organizations were described, by number."""
    said = documents_at(Kind.ORGANIZATION, ids, at)
    return {number: plain.get("description", "") for number, plain in said.items()}


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody whom a top organization knows today, as they are called today."""

    id: int
    email: str
    name: str
    is_at_home: bool


def known_people(
    root_id: int, *, named: str = "", emails: Iterable[str] | None = None
) -> list[KnownPerson]:
    """People at home or at work in a top organization today, by e-mail address: those whose name
    or address holds ``named``, or those with the given addresses. Whoever was removed is nobody."""
    at_work = Membership.objects.filter(organization__root_id=root_id).values("person_id")
    rows = Person.objects.filter(
        Q(organization__root_id=root_id) | Q(pk__in=at_work), removed_at__isnull=True
    )
    if named:
        rows = rows.filter(Q(name__icontains=named) | Q(email__icontains=named))
    if emails is not None:
        rows = rows.filter(email__in=[email for email in emails if email.isprintable()])
    return [
        KnownPerson(number, email, name, root == root_id)
        for number, email, name, root in rows.order_by("email").values_list(
            "pk", "email", "name", "organization__root_id"
        )
    ]


def person_then(
    person: KnownPerson, plain: Mapping[str, Any], ours: Collection[str]
) -> PersonDocument | None:
    """What was said of somebody, as a top organization with the organizations ``ours`` (keys of
    then) may read it: all of it about somebody who was at home there and is, else what they did
    there. None for somebody who had nothing to do with it then."""
    home = str(plain["organization"])
    roles = _roles(plain.get("roles"), home)
    if not (person.is_at_home and home in ours):
        roles = tuple(held for held in roles if held.organization in ours)
        if home not in ours and not roles:
            return None
    return PersonDocument(person.email, person.name, home, roles)


def members_then(
    root_id: int, key: str, said: Mapping[int, Mapping[str, Any]], *, limit: int = 50
) -> tuple[MemberRow, ...]:
    """People with a role in the organization ``key`` by what was ``said`` of people then, as far
    as the top organization knows them today, by the name they have today."""
    found = []
    for person in known_people(root_id):
        plain = said.get(person.id)
        held = [] if plain is None else _roles(plain.get("roles"), str(plain["organization"]))
        for membership in held:
            if membership.organization == key:
                found.append(MemberRow(person.name, person.email, membership.roles))
    return tuple(sorted(found, key=lambda row: row.name)[:limit])


def root_today(organization_id: int) -> int | None:
    """The number of the top organization of an organization, or the last it had."""
    rows = Organization.objects.filter(pk=organization_id)
    return rows.values_list("root_id", flat=True).first()
