"""Who may see and who may define services."""

from __future__ import annotations

from catenary.apps.organizations.policies import may_edit_catalogue
from catenary.domain.actors import Actor, OrganizationPath, Viewpoint


def may_define_service(actor: Actor, provider_path: OrganizationPath) -> bool:
    """Catalogue editors and administrators of the provider, or above it, define its services."""
    return may_edit_catalogue(actor, provider_path)


def may_declare_consumption(
    actor: Actor, provider_path: OrganizationPath, consumer_path: OrganizationPath
) -> bool:
    """Either side may say that an organization consumes a service: the provider's editors, or
    the consumer's."""
    return may_edit_catalogue(actor, provider_path) or may_edit_catalogue(actor, consumer_path)


def sees_inside(viewpoint: Viewpoint, root_id: int) -> bool:
    """Within one top organization the chain and all details are open; from outside they are
    redacted (SEMANTICS 2)."""
    return viewpoint.root_id == root_id


def sees_restricted(actor: Actor, provider_path: OrganizationPath) -> bool:
    """A restricted service is open to members of its provider or of an organization above it."""
    return actor.is_operator or any(
        provider_path.startswith(fact.path) for fact in actor.memberships
    )
