"""Organizations and people for those who change them, or name them in a form."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from catenary.apps.common.queries import in_batches
from catenary.apps.organizations.models import Membership, Organization, Person
from catenary.apps.organizations.policies import may_edit_catalogue
from catenary.domain.actors import Actor
from catenary.domain.documents.plain import organization_to_plain, person_to_plain
from catenary.domain.documents.shapes import (
    MembershipDocument,
    OrganizationDocument,
    PersonDocument,
    Role,
)
from catenary.domain.references import is_key

M = TypeVar("M", bound=Model)
#: So many are offered; whoever looks for another types one word more.
OFFERED = 8
_WORDS = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """One organization or person as it stands, or stood last: what it says, and on whose word.

    ``path`` is that of the organization, or of where the person belongs. The roles of a removed
    person are in their history alone.
    """

    id: int
    name: str
    path: str
    plain: dict[str, Any]
    digest: str
    managed_by: str
    is_removed: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One that may be named: by what, what it is called, and what helps to tell it apart."""

    value: str
    name: str
    note: str = ""


def standing_organization(key: str) -> Standing | None:
    """The organization with this key, removed ones too."""
    if not is_key(key):
        return None
    columns = (
        "pk",
        "name",
        "path",
        "description",
        "parent__key",
        "digest",
        "managed_by",
        "removed_at",
    )
    row = Organization.objects.filter(key=key).values_list(*columns).first()
    if row is None:
        return None
    number, name, path, description, above, found, managed_by, removed = row
    plain = organization_to_plain(OrganizationDocument(key, name, above or "", description))
    return Standing(number, name, path, plain, found, managed_by, removed is not None)


def standing_person(email: str) -> Standing | None:
    """The person with this address, removed ones too."""
    if not email.isprintable():
        return None
    columns = (
        "pk",
        "name",
        "organization__path",
        "organization__key",
        "digest",
        "managed_by",
        "removed_at",
    )
    row = Person.objects.filter(email=email).values_list(*columns).first()
    if row is None:
        return None
    number, name, path, home, found, managed_by, removed = row
    roles: dict[str, list[Role]] = {}
    for key, role in Membership.objects.filter(person_id=number).values_list(
        "organization__key", "role"
    ):
        roles.setdefault(key, []).append(Role(role))
    given = tuple(
        MembershipDocument(key, tuple(sorted(said))) for key, said in sorted(roles.items())
    )
    plain = person_to_plain(PersonDocument(email, name, home, given))
    return Standing(number, name, path, plain, found, managed_by, removed is not None)


def people_at(organization_id: int) -> dict[str, str]:
    """Who belongs to an organization or has a role in it: names by e-mail address."""
    people = Person.objects.filter(organization_id=organization_id, removed_at__isnull=True)
    named = dict(people.order_by("name", "pk").values_list("email", "name"))
    roles = Membership.objects.filter(
        organization_id=organization_id, person__removed_at__isnull=True
    )
    given = roles.order_by("person__name", "person_id")
    return named | dict(given.values_list("person__email", "person__name"))


def people_of_roots(numbers: Iterable[int], root_ids: Iterable[int] | None) -> set[int]:
    """Those of these people who are here still, and at home in one of these top organizations
    (any, without)."""
    rows = Person.objects.filter(removed_at__isnull=True)
    if root_ids is not None:
        rows = rows.filter(organization__root_id__in=list(root_ids))
    return {
        number
        for batch in in_batches(numbers)
        for number in rows.filter(pk__in=batch).values_list("pk", flat=True)
    }


def removed_parts(parent_id: int | None, limit: int = 10) -> list[tuple[str, str]]:
    """The parts of an organization that were removed last: keys and names; of none the top
    organizations. For those who administer it, and for operators."""
    rows = Organization.objects.filter(parent_id=parent_id, removed_at__isnull=False)
    return list(rows.order_by("-removed_at", "pk").values_list("key", "name")[:limit])


def removed_people(home_id: int, limit: int = 10) -> list[tuple[str, str]]:
    """The people of an organization that were removed last: addresses and names. For those who
    administer it."""
    rows = Person.objects.filter(organization_id=home_id, removed_at__isnull=False)
    return list(rows.order_by("-removed_at", "pk").values_list("email", "name")[:limit])


def find_own_organizations(actor: Actor, text: str) -> list[Found]:
    """Organizations whose catalogue the actor may change: for saying who provides something."""
    rows = Organization.objects.filter(removed_at__isnull=True)
    if not actor.is_operator:
        below = Q(pk__in=[])
        for fact in actor.memberships:
            if may_edit_catalogue(actor, fact.path):
                below |= Q(path__startswith=fact.path)
        rows = rows.filter(below)
    return _offered(_with_words(rows, text, "name", "key"))


def find_organizations(
    text: str, *, root_ids: Collection[int] | None, others: Collection[int] = ()
) -> list[Found]:
    """Organizations by name or key: within these top organizations, and the ``others`` by
    number; everywhere when ``root_ids`` is None."""
    return _offered(_with_words(_within(root_ids, others), text, "name", "key"))


def organization_names(
    keys: Iterable[str], *, root_ids: Collection[int] | None, others: Collection[int] = ()
) -> dict[str, str]:
    """The names of organizations by key, of the same ones that `find_organizations` finds."""
    wanted = [key for key in keys if is_key(key)][:500]
    if not wanted:
        return {}
    return dict(_within(root_ids, others).filter(key__in=wanted).values_list("key", "name"))


def find_people(text: str, *, root_ids: Collection[int]) -> list[Found]:
    """People of these top organizations, by name or address."""
    rows = Person.objects.filter(removed_at__isnull=True, organization__root_id__in=root_ids)
    found = _with_words(rows, text, "name", "email").order_by("name", "pk")[:OFFERED]
    return [
        Found(email, name, home)
        for email, name, home in found.values_list("email", "name", "organization__name")
    ]


def people_names(emails: Iterable[str], *, root_ids: Collection[int] | None) -> dict[str, str]:
    """The names of people by address: of these top organizations, or of all."""
    wanted = [email for email in emails if "@" in email and email.isprintable()][:500]
    if not wanted:
        return {}
    rows = Person.objects.filter(email__in=wanted, removed_at__isnull=True)
    if root_ids is not None:
        rows = rows.filter(organization__root_id__in=root_ids)
    return dict(rows.values_list("email", "name"))


def named_organizations(ids: Iterable[int]) -> dict[str, OrganizationDocument]:
    """Organizations by number, as documents in tree order, without their descriptions."""
    found: dict[str, OrganizationDocument] = {}
    for batch in in_batches(sorted(set(ids))):
        rows = Organization.objects.filter(pk__in=batch, removed_at__isnull=True).order_by("path")
        for key, name, above in rows.values_list("key", "name", "parent__key"):
            found[key] = OrganizationDocument(key, name, above or "")
    return found


def organizations_of(email: str) -> frozenset[int]:
    """The numbers of the organizations in which somebody has roles."""
    if not email.isprintable():
        return frozenset()
    rows = Membership.objects.filter(person__email=email, person__removed_at__isnull=True)
    return frozenset(rows.values_list("organization_id", flat=True))


def named_people(emails: Iterable[str], root_id: int) -> dict[str, PersonDocument]:
    """People at home or at work in one top organization, without their roles."""
    wanted = [email for email in emails if email.isprintable()]
    rows = Person.objects.filter(email__in=wanted, removed_at__isnull=True)
    at_work = Membership.objects.filter(organization__root_id=root_id)
    rows = rows.filter(Q(organization__root_id=root_id) | Q(pk__in=at_work.values("person_id")))
    return {
        email: PersonDocument(email, name, key)
        for email, name, key in rows.values_list("email", "name", "organization__key")
    }


def _within(root_ids: Collection[int] | None, others: Collection[int]) -> QuerySet[Organization]:
    rows = Organization.objects.filter(removed_at__isnull=True)
    if root_ids is None:
        return rows
    return rows.filter(Q(root_id__in=root_ids) | Q(pk__in=others))


def _offered(rows: QuerySet[Organization]) -> list[Found]:
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
