"""Reading organizations and people."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from catenary.apps.common.queries import in_batches
from catenary.apps.common.queries.prepared import Prepared, numbers, texts
from catenary.apps.organizations.models import Membership, Organization, Person
from catenary.domain.actors import EVERY_SCOPE, Actor, MembershipFact, Scope, Viewpoint
from catenary.domain.documents.shapes import (
    MembershipDocument,
    OrganizationDocument,
    PersonDocument,
    Role,
)
from catenary.domain.references import is_key


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """An organization as other rooms need it."""

    id: int
    key: str
    name: str
    path: str
    root_id: int
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as other rooms need it."""

    id: int
    email: str
    name: str
    organization_id: int


@dataclass(frozen=True, slots=True)
class Managed:
    """What a plan compares: the digest of what is said now and who manages it."""

    id: int
    digest: str
    managed_by: str


_ROW = ("id", "key", "name", "path", "root_id", "parent_id")
_BY_ID = Prepared(lambda ids: Organization.objects.filter(id__in=numbers(ids)).values_list(*_ROW))
_BY_KEY = Prepared(
    lambda keys: Organization.objects.filter(
        key__in=texts(keys), removed_at__isnull=True
    ).values_list(*_ROW)
)


def _rows(queryset: QuerySet[Organization]) -> list[OrganizationRow]:
    return [
        OrganizationRow(id_, key, name, path, root_id, parent_id)
        for id_, key, name, path, root_id, parent_id in queryset.values_list(*_ROW)
    ]


def organizations_by_key(keys: Iterable[str] | None = None) -> dict[str, OrganizationRow]:
    """Organizations that exist now, by key; all of them without ``keys``."""
    present = Organization.objects.filter(removed_at__isnull=True)
    if keys is None:
        return {row.key: row for row in _rows(present)}
    # What is no key is nobody's, and PostgreSQL would not even take a NUL.
    rows = _BY_KEY.rows(sorted(key for key in set(keys) if is_key(key)))
    return {row[1]: OrganizationRow(*row) for row in rows}


def organizations_by_id(ids: Iterable[int]) -> dict[int, OrganizationRow]:
    """Organizations by number, removed ones too: history still names them."""
    return {row[0]: OrganizationRow(*row) for row in _BY_ID.rows(sorted(set(ids)))}


def organization_tree() -> list[OrganizationRow]:
    """Every organization that exists now, in tree order."""
    return _rows(Organization.objects.filter(removed_at__isnull=True).order_by("path"))


def organizations_below(path: str, limit: int | None = None) -> list[OrganizationRow]:
    """The organization at ``path`` and everything below it, in tree order."""
    rows = Organization.objects.filter(
        path__gte=path, path__lt=path + "~", removed_at__isnull=True
    ).order_by("path")
    return _rows(rows[:limit] if limit else rows)


def managed_organizations(keys: Iterable[str] | None = None) -> dict[str, Managed]:
    """Digest and managing source of organizations that exist now, by key."""
    rows = Organization.objects.filter(removed_at__isnull=True)
    return _managed(rows, "key", keys if keys is None else filter(is_key, keys))


def managed_people(emails: Iterable[str] | None = None) -> dict[str, Managed]:
    """Digest and managing source of people that exist now, by e-mail address."""
    rows = Person.objects.filter(removed_at__isnull=True)
    return _managed(rows, "email", emails if emails is None else filter(str.isprintable, emails))


def _managed(rows: QuerySet[Any], name: str, wanted: Iterable[str] | None) -> dict[str, Managed]:
    columns = (name, "id", "digest", "managed_by")
    if wanted is None:
        return {row[0]: Managed(*row[1:]) for row in rows.values_list(*columns)}
    found: dict[str, Managed] = {}
    names = sorted(set(wanted))
    for start in range(0, len(names), 900):
        some = rows.filter(**{f"{name}__in": names[start : start + 900]})
        found.update({row[0]: Managed(*row[1:]) for row in some.values_list(*columns)})
    return found


def people_by_email(
    emails: Iterable[str], *, root_ids: Iterable[int] | None = None
) -> dict[str, PersonRow]:
    """People that exist now, by e-mail address; with ``root_ids`` only those who belong to one
    of these top organizations."""
    found: dict[str, PersonRow] = {}
    emails = sorted(set(emails))
    for start in range(0, len(emails), 900):
        rows = Person.objects.filter(email__in=emails[start : start + 900], removed_at__isnull=True)
        if root_ids is not None:
            rows = rows.filter(organization__root_id__in=list(root_ids))
        for id_, email, name, organization_id in rows.values_list(
            "id", "email", "name", "organization_id"
        ):
            found[email] = PersonRow(id_, email, name, organization_id)
    return found


def people_by_id(ids: Iterable[int], root_ids: Collection[int] = ()) -> dict[int, PersonRow]:
    """People by number, for history, which stores numbers only; with ``root_ids`` only those who
    belong to these top organizations: a unit that moved names nobody of the house it left."""
    return {
        row[0]: PersonRow(*row[:-1])
        for row in _PEOPLE.rows(sorted(set(ids)))
        if not root_ids or row[-1] in root_ids
    }


_PEOPLE = Prepared(
    lambda ids: Person.objects.filter(id__in=numbers(ids)).values_list(
        "id", "email", "name", "organization_id", "organization__root_id"
    )
)


def people_still_here(ids: Iterable[int]) -> set[int]:
    """Which of these people, by number, were not removed."""
    found: set[int] = set()
    for batch in in_batches(sorted(set(ids))):
        rows = Person.objects.filter(id__in=batch, removed_at__isnull=True)
        found.update(rows.values_list("id", flat=True))
    return found


def people_to_invite() -> list[PersonRow]:
    """People who exist but cannot sign in yet."""
    rows = Person.objects.filter(removed_at__isnull=True, account__isnull=True).order_by("email")
    return [PersonRow(*row) for row in rows.values_list("id", "email", "name", "organization_id")]


# Every page asks these.
_PERSON_OF = Prepared(
    lambda account: (
        Person.objects.filter(account_id=account, removed_at__isnull=True)
        .order_by("pk")
        .values_list("id", "email")[:1]
    )
)
_MEMBERSHIPS = Prepared(
    lambda person: (
        Membership.objects.filter(person_id=person, organization__removed_at__isnull=True)
        .order_by("organization__path")
        .values_list(
            "organization_id",
            "organization__key",
            "organization__name",
            "organization__path",
            "organization__root_id",
            "role",
        )
    )
)
_VIEWPOINT = Prepared(
    lambda key: Organization.objects.filter(key=key, removed_at__isnull=True).values_list(
        "id", "key", "name", "path", "root_id", "root__key", "root__name"
    )
)
_HOME = Prepared(
    lambda person: Person.objects.filter(pk=person).values_list("organization__key", "name")
)


def actor_of_account(
    account_id: int, is_operator: bool, door: str, scopes: frozenset[Scope] = EVERY_SCOPE
) -> Actor:
    """Who is behind an account, with every role they have now; two queries. ``scopes`` are those
    of the token they came with, if they did."""
    people = _PERSON_OF.rows(account_id)
    if not people:
        return Actor(account_id=account_id, is_operator=is_operator, door=door, scopes=scopes)
    person = people[0]
    return Actor(
        account_id=account_id,
        person_id=person[0],
        email=person[1],
        is_operator=is_operator,
        memberships=_memberships(person[0]),
        door=door,
        scopes=scopes,
    )


def actor_of_person(email: str, door: str) -> Actor | None:
    """Who a person is, by e-mail address; none when nobody has it."""
    if not email.isprintable():
        return None
    row = (
        Person.objects.filter(email=email.lower(), removed_at__isnull=True)
        .values_list("id", "account_id", "account__is_operator")
        .first()
    )
    if row is None:
        return None
    return Actor(
        account_id=row[1],
        person_id=row[0],
        email=email.lower(),
        is_operator=bool(row[2]),
        memberships=_memberships(row[0]),
        door=door,
    )


def _memberships(person_id: int) -> tuple[MembershipFact, ...]:
    roles: dict[int, set[Role]] = {}
    facts: dict[int, tuple[str, str, str, int]] = {}
    for organization_id, key, name, path, root_id, role in _MEMBERSHIPS.rows(person_id):
        facts[organization_id] = (key, name, path, root_id)
        roles.setdefault(organization_id, set()).add(Role(role))
    return tuple(
        MembershipFact(organization_id, *fact, roles=frozenset(roles[organization_id]))
        for organization_id, fact in facts.items()
    )


def viewpoint_of(actor: Actor, key: str) -> Viewpoint | None:
    """The viewpoint of an organization the actor may look from: one of their own top
    organizations, or anything for an operator. None when there is none such."""
    if not is_key(key):
        return None
    rows = _VIEWPOINT.rows(key)
    if not rows:
        return None
    row = rows[0]
    viewpoint = Viewpoint(
        organization_id=row[0],
        key=row[1],
        name=row[2],
        path=row[3],
        root_id=row[4],
        root_key=row[5],
        root_name=row[6],
    )
    if not actor.is_operator and viewpoint.root_id not in actor.root_ids:
        return None
    return viewpoint


def home_viewpoint(actor: Actor) -> Viewpoint | None:
    """Where an actor looks from when they have not chosen: the organization they belong to, else
    their first membership; for an operator without one, the first top organization; none in an
    empty installation."""
    if actor.memberships:
        keys = [fact.key for fact in actor.memberships]
        belongs = _HOME.rows(actor.person_id or 0)
        at_home = [row[0] for row in belongs if row[0] in keys]
        return viewpoint_of(actor, (at_home or keys)[0])
    if actor.is_operator:
        key = (
            Organization.objects.filter(parent__isnull=True, removed_at__isnull=True)
            .order_by("path")
            .values_list("key", flat=True)
            .first()
        )
        return viewpoint_of(actor, key) if key else None
    return None


def organization_documents(root_id: int | None = None) -> dict[str, OrganizationDocument]:
    """What organizations say now, in tree order: all, or those of one top organization."""
    rows = Organization.objects.filter(removed_at__isnull=True).order_by("path")
    if root_id is not None:
        rows = rows.filter(root_id=root_id)
    return {
        key: OrganizationDocument(key, name, parent or "", description)
        for key, name, parent, description in rows.values_list(
            "key", "name", "parent__key", "description"
        )
    }


def person_documents(root_id: int | None = None) -> dict[str, PersonDocument]:
    """What people say now, by e-mail address: all, or those at home or at work in one top
    organization. What the latter do in other houses is not said."""
    rows = Person.objects.filter(removed_at__isnull=True).order_by("email")
    memberships = Membership.objects.order_by("pk")
    if root_id is not None:
        at_work = Membership.objects.filter(organization__root_id=root_id).values("person_id")
        rows = rows.filter(Q(organization__root_id=root_id) | Q(pk__in=at_work))
        memberships = memberships.filter(
            Q(organization__root_id=root_id) | Q(person__organization__root_id=root_id)
        )
    roles: dict[int, dict[str, list[Role]]] = {}
    for person, key, role in memberships.values_list("person_id", "organization__key", "role"):
        roles.setdefault(person, {}).setdefault(key, []).append(Role(role))
    return {
        email: PersonDocument(
            email,
            name,
            key,
            tuple(
                MembershipDocument(organization, tuple(sorted(given)))
                for organization, given in sorted(roles.get(pk, {}).items())
            ),
        )
        for pk, email, name, key in rows.values_list("pk", "email", "name", "organization__key")
    }


def person_name(person_id: int) -> str:
    """The name of a person; empty when there is none with this number."""
    rows = _HOME.rows(person_id)
    return rows[0][1] if rows else ""


def top_organizations(
    ids: Iterable[int] | None = None, *, limit: int = 100
) -> list[OrganizationRow]:
    """Top organizations, by name: those with the given numbers, or all."""
    rows = Organization.objects.filter(parent__isnull=True, removed_at__isnull=True)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return _rows(rows.order_by("name", "pk")[:limit])


def organizations_to_look_from(
    actor: Actor, *, named: str = "", limit: int = 30
) -> list[OrganizationRow]:
    """Organizations the actor may look as, in tree order: those of their own top organizations,
    for an operator all. With ``named`` only those whose name or key holds it."""
    rows = Organization.objects.filter(removed_at__isnull=True)
    if not actor.is_operator:
        rows = rows.filter(root_id__in=actor.root_ids)
    if named:
        rows = rows.filter(Q(name__icontains=named) | Q(key__icontains=named))
    elif actor.is_operator:
        rows = rows.filter(parent__isnull=True)
    return _rows(rows.order_by("path")[:limit])


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person with their roles in one organization, and the path of where they belong."""

    name: str
    email: str
    roles: tuple[Role, ...]
    home_path: str = ""


def members_of(organization_id: int, *, limit: int = 50) -> tuple[MemberRow, ...]:
    """People with a role in an organization, by name."""
    roles: dict[tuple[str, str, str], list[Role]] = {}
    rows = Membership.objects.filter(
        organization_id=organization_id, person__removed_at__isnull=True
    ).order_by("person__name", "person_id", "role")
    for name, email, path, role in rows.values_list(
        "person__name", "person__email", "person__organization__path", "role"
    ):
        roles.setdefault((name, email, path), []).append(Role(role))
    return tuple(
        MemberRow(name, email, tuple(given), path) for (name, email, path), given in roles.items()
    )[:limit]


def organization_description(organization_id: int) -> str:
    """What an organization says about itself."""
    rows = Organization.objects.filter(pk=organization_id).values_list("description", flat=True)
    return rows.first() or ""


def person_addresses(ids: Iterable[int] | None = None) -> dict[int, str]:
    """E-mail addresses of people by number, of removed ones too; everybody's without ``ids``."""
    if ids is None:
        return dict(Person.objects.values_list("pk", "email"))
    return dict(_ADDRESSES.rows(sorted(set(ids))))


_ADDRESSES = Prepared(
    lambda ids: Person.objects.filter(pk__in=numbers(ids)).values_list("pk", "email")
)
