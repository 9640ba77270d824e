"""Who may sign in here that perhaps should not, for whoever runs the installation."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.apps.access.models import Account
from catenary.apps.access.queries.second_factors import accounts_with_second_factor

#: Nobody's real address ends so (RFC 2606); the people of the example stories' do.
_EXAMPLE = ".example"


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """Active accounts: how many operators, how many of them with a password alone, and how many
    people of the example stories."""

    operators: int
    operators_without_second_factor: int
    example_people: int


def account_health() -> AccountHealth:
    """As of now."""
    active = Account.objects.filter(is_active=True)
    operators = set(active.filter(is_operator=True).values_list("pk", flat=True))
    return AccountHealth(
        len(operators),
        len(operators - accounts_with_second_factor(operators)),
        active.filter(email__endswith=_EXAMPLE).count(),
    )
