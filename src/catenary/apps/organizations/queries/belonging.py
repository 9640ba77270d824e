"""Where somebody works, for rules that hold for an organization and everything below it."""

from __future__ import annotations

from collections.abc import Iterable

from catenary.apps.organizations.models import Membership
from catenary.apps.organizations.queries import organizations_by_key
from catenary.domain.actors import is_at_or_below


def works_below(account_id: int, keys: Iterable[str]) -> bool:
    """True when the person of an account has a role in one of the organizations with these keys,
    or below one; two queries."""
    tops = [row.path for row in organizations_by_key(keys).values()]
    paths = Membership.objects.filter(
        person__account_id=account_id, person__removed_at__isnull=True
    ).values_list("organization__path", flat=True)
    return bool(tops) and any(is_at_or_below(path, top) for path in paths for top in tops)
