"""What somebody administers, as selections that go into other rooms' queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from catenary.apps.common.queries import in_batches
from catenary.apps.organizations.models import Organization, Person
from catenary.apps.organizations.policies import ADMINISTRATORS
from catenary.domain.actors import Actor


@dataclass(frozen=True, slots=True)
class Area:
    """The organizations somebody administers with all below them, removed ones too, and the
    people who belong there: each a selection of numbers, to be used inside another query."""

    organizations: Any
    people: Any
    accounts: Any


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as the audit names them."""

    id: int
    account_id: int | None
    name: str
    email: str
    root_id: int
    is_removed: bool


def administered_area(actor: Actor) -> Area:
    """The area of an administrator; of somebody who administers nothing it is empty."""
    places = Q(pk__in=[])
    for fact in actor.memberships:
        if not ADMINISTRATORS.isdisjoint(fact.roles):
            places |= Q(path__gte=fact.path, path__lt=fact.path + "~")
    organizations = Organization.objects.filter(places).values("pk")
    people = Person.objects.filter(organization__in=organizations)
    return Area(
        organizations=organizations,
        people=people.values("pk"),
        accounts=people.filter(account__isnull=False).values("account_id"),
    )


def known_people(*, ids: Iterable[int], account_ids: Iterable[int]) -> list[KnownPerson]:
    """People by their own numbers or those of their accounts, removed ones too."""
    found: dict[int, KnownPerson] = {}
    for column, numbers in (("pk", ids), ("account_id", account_ids)):
        for batch in in_batches(sorted(set(numbers))):
            rows = Person.objects.filter(**{f"{column}__in": batch}).values_list(
                "pk", "account_id", "name", "email", "organization__root_id", "removed_at"
            )
            found.update(
                {
                    pk: KnownPerson(pk, account, name, email, root, removed is not None)
                    for pk, account, name, email, root, removed in rows
                }
            )
    return list(found.values())


def person_in(area: Area | None, email: str) -> tuple[int, int | None] | None:
    """The numbers of a person and of their account, by address; none when the area holds nobody
    of that address, whether or not somebody else does."""
    if not email.isprintable():
        return None
    people = Person.objects.filter(email=email.lower())
    if area is not None:
        people = people.filter(pk__in=area.people)
    return people.values_list("pk", "account_id").first()
