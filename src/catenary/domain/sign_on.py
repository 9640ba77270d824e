"""What becomes of somebody's roles when a provider says which ones they have."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.domain.documents.shapes import Role

#: A role in an organization, named by its key.
GivenRole = tuple[str, Role]


@dataclass(frozen=True, slots=True)
class SettledRoles:
    """The roles somebody has from now on, and those of them that the provider gave."""

    roles: frozenset[GivenRole]
    given: frozenset[GivenRole]


def settle_roles(
    *, has: frozenset[GivenRole], gave: frozenset[GivenRole], gives: frozenset[GivenRole]
) -> SettledRoles:
    """A provider takes away only what it gave.

    ``has`` are the roles now, whoever gave them; ``gave`` those this provider gave when somebody
    last signed in; ``gives`` what it says today. A role that was there already, by hand or from
    a file, stays theirs who gave it, and stays when the provider no longer names it.
    """
    held_by_others = has - gave
    return SettledRoles(roles=held_by_others | gives, given=gives - held_by_others)
