"""Who may read what is reported."""

from __future__ import annotations

from catenary.apps.organizations.policies import ADMINISTRATORS
from catenary.domain.actors import Actor


def may_read_audit(actor: Actor) -> bool:
    """Operators, and whoever administers an organization."""
    return actor.is_operator or any(
        not ADMINISTRATORS.isdisjoint(fact.roles) for fact in actor.memberships
    )
