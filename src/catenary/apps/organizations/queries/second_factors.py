"""Of whom a second factor is asked, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from catenary.apps.access.queries.accounts import open_accounts
from catenary.apps.access.queries.second_factors import accounts_with_second_factor
from catenary.apps.organizations.choices import AskedOf
from catenary.apps.organizations.models import Membership, Organization, SecondFactorRule
from catenary.apps.organizations.policies import may_ask_second_factor
from catenary.domain.actors import Actor


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks a second factor of somebody: the installation, or top organizations by name.
    ``accepts_provider`` when each of them is content with what a provider vouches for."""

    by_installation: bool = False
    organizations: tuple[str, ...] = ()
    accepts_provider: bool = False

    @property
    def is_asked(self) -> bool:
        """True when anybody asks."""
        return self.by_installation or bool(self.organizations)


@dataclass(frozen=True, slots=True)
class SecondFactorDecision:
    """What was decided last for a top organization (``key``; empty for the installation), how
    many may sign in whom it is about, and how many of them have none yet."""

    key: str
    name: str
    asked_of: AskedOf
    accepts_provider: bool
    people: int
    without: int


def second_factor_asked(account_id: int, is_operator: bool) -> Asked:
    """Who asks one of the person behind an account; one query."""
    tops = Membership.objects.filter(
        person__account_id=account_id,
        person__removed_at__isnull=True,
        organization__removed_at__isnull=True,
    ).values("organization__root_id")
    rows = SecondFactorRule.objects.filter(
        Q(organization__isnull=True) | Q(organization__in=tops)
    ).order_by("pk")
    last = {row[0]: row for row in rows.values_list(*_COLUMNS)}
    asking = [
        row
        for row in last.values()
        if row[2] == AskedOf.EVERYBODY or (row[2] == AskedOf.OPERATORS and is_operator)
    ]
    return Asked(
        by_installation=any(row[0] is None for row in asking),
        organizations=tuple(sorted(row[1] for row in asking if row[0] is not None)),
        accepts_provider=bool(asking) and all(row[3] for row in asking),
    )


_COLUMNS = ("organization_id", "organization__name", "asked_of", "accepts_provider")


def second_factor_decision(*, actor: Actor, key: str = "") -> SecondFactorDecision | None:
    """What holds for a top organization, or (without a key) for the installation; None when there
    is none that the actor decides for."""
    top = Organization.objects.filter(key=key, removed_at__isnull=True).first() if key else None
    if (key and top is None) or not may_ask_second_factor(actor, top.path if top else ""):
        return None
    asked_of, accepts_provider = last_decision(top.pk if top else None)
    accounts = accounts_asked(top.pk if top else None)
    without = accounts - accounts_with_second_factor(accounts)
    name = top.name if top else ""
    return SecondFactorDecision(key, name, asked_of, accepts_provider, len(accounts), len(without))


def last_decision(top_id: int | None) -> tuple[AskedOf, bool]:
    """The last row for a top organization, or for the installation; nobody is asked without."""
    its_own = Q(organization=top_id) if top_id else Q(organization__isnull=True)
    rows = SecondFactorRule.objects.filter(its_own).order_by("-pk")
    row = rows.values_list("asked_of", "accepts_provider").first()
    return (AskedOf(row[0]), row[1]) if row else (AskedOf.NOBODY, False)


def accounts_asked(top_id: int | None) -> frozenset[int]:
    """Open accounts of people with a role in a top organization or below; all without one."""
    if top_id is None:
        return open_accounts()
    people = Membership.objects.filter(
        organization__root_id=top_id,
        person__removed_at__isnull=True,
        person__account__is_active=True,
    )
    return frozenset(people.values_list("person__account_id", flat=True))
