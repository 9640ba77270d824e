"""Who may see and who may define services."""

from __future__ import annotations

from catenary.apps.organizations.policies import (
    may_administer,
    may_create_top_organization,
    may_edit_catalogue,
)
from catenary.domain.actors import Actor, OrganizationPath, Scope, Viewpoint
from catenary.domain.documents.shapes import Role

_SPEAK_FOR_PROVIDER = frozenset(
    {
        Role.SERVICE_OWNER,
        Role.SERVICE_LEVEL_MANAGER,
        Role.CATALOGUE_EDITOR,
        Role.ADMINISTRATOR,
    }
)
_SPEAK_FOR_CUSTOMER = frozenset({Role.CUSTOMER, Role.SPONSOR})


def may_define_service(actor: Actor, provider_path: OrganizationPath) -> bool:
    """Catalogue editors and administrators of the provider, or above it, define its services."""
    return may_edit_catalogue(actor, provider_path)


def may_declare_consumption(
    actor: Actor, provider_path: OrganizationPath, consumer_path: OrganizationPath
) -> bool:
    """Either side may say that an organization consumes a service: the provider's editors, or
    the consumer's."""
    return may_edit_catalogue(actor, provider_path) or may_edit_catalogue(actor, consumer_path)


def may_begin(actor: Actor, kind: str) -> bool:
    """Whether there is anywhere the actor may create something of a kind: a service or a
    consumption where they define services, an organization or a person where they administer."""
    paths = [fact.path for fact in actor.memberships]
    if kind in {"service", "consumption"}:
        return any(may_edit_catalogue(actor, path) for path in ["", *paths])
    return may_create_top_organization(actor) or any(may_administer(actor, path) for path in paths)


def sees_inside(viewpoint: Viewpoint, root_id: int) -> bool:
    """Within one top organization the chain and all details are open; from outside they are
    redacted (SEMANTICS 2)."""
    return viewpoint.root_id == root_id


def sees_restricted(actor: Actor, provider_path: OrganizationPath) -> bool:
    """A restricted service is open to members of its provider or of an organization above it."""
    return actor.is_operator or any(
        provider_path.startswith(fact.path) for fact in actor.memberships
    )


def stands_by(actor: Actor, viewpoint: Viewpoint, path: OrganizationPath, root_id: int) -> bool:
    """In a workshop one stands by an organization when one looks from its top organization and
    has a role in it, above or below it. A sister unit does not: it may be another customer."""
    if root_id != viewpoint.root_id:
        return False
    return actor.is_operator or any(
        path.startswith(fact.path) or fact.path.startswith(path)
        for fact in actor.memberships
        if fact.root_id == root_id
    )


def may_speak_for_provider(actor: Actor, provider_path: OrganizationPath, owner: str) -> bool:
    """Owners, service level managers and editors of the provider or above it speak for it in a
    workshop, and whoever is named as the owner of the service. Only a person does: whoever
    merely runs the installation is no side."""
    if actor.person_id is None or Scope.WRITE not in actor.scopes:
        return False
    return actor.has_role_over(provider_path, _SPEAK_FOR_PROVIDER) or (
        bool(owner) and owner == actor.email
    )


def may_speak_for_customer(actor: Actor, consumer_path: OrganizationPath) -> bool:
    """Customers and sponsors of the consuming organization or above it speak for it: those who
    define what is wanted, and those who pay. Users read."""
    if actor.person_id is None or Scope.WRITE not in actor.scopes:
        return False
    return actor.has_role_over(consumer_path, _SPEAK_FOR_CUSTOMER)
