"""Who may manage organizations, people and what organizations provide."""

from __future__ import annotations

from catenary.domain.actors import Actor, OrganizationPath, Scope
from catenary.domain.documents.shapes import Role

EDITORS = frozenset({Role.CATALOGUE_EDITOR, Role.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


def may_create_top_organization(actor: Actor) -> bool:
    """Only an operator of the installation brings a new top organization in."""
    return Scope.ADMIN in actor.scopes and actor.is_operator


def may_administer(actor: Actor, path: OrganizationPath) -> bool:
    """Its administrators and those above manage an organization, its parts and its people."""
    return Scope.ADMIN in actor.scopes and (
        actor.is_operator or actor.has_role_over(path, ADMINISTRATORS)
    )


def may_ask_second_factor(actor: Actor, path: OrganizationPath = "") -> bool:
    """Administrators of a top organization decide for it, operators for all and (without a path)
    for the installation."""
    if not path:
        return Scope.ADMIN in actor.scopes and actor.is_operator
    return path.count("/") == 1 and may_administer(actor, path)


def may_edit_catalogue(actor: Actor, path: OrganizationPath) -> bool:
    """Catalogue editors and administrators, there or above, define what is provided there."""
    return Scope.WRITE in actor.scopes and (actor.is_operator or actor.has_role_over(path, EDITORS))
