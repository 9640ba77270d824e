"""Who may say in what condition a service is, and where somebody may be told of it."""

from __future__ import annotations

from django.conf import settings

from catenary.domain.actors import Actor, OrganizationPath, Scope
from catenary.domain.documents.shapes import Role

_REPORT = frozenset(
    {
        Role.SERVICE_OWNER,
        Role.SERVICE_LEVEL_MANAGER,
        Role.CATALOGUE_EDITOR,
        Role.ADMINISTRATOR,
    }
)


def reports_over(actor: Actor) -> frozenset[int] | None:
    """The organizations at or below which the actor may report of services; none for an operator,
    who may everywhere."""
    if Scope.WRITE not in actor.scopes:
        return frozenset()
    if actor.is_operator:
        return None
    return frozenset(
        fact.organization_id for fact in actor.memberships if not _REPORT.isdisjoint(fact.roles)
    )


def may_report(actor: Actor, provider_path: OrganizationPath) -> bool:
    """Owners, service level managers, editors and administrators of the provider or above it
    report of its services, and operators."""
    return Scope.WRITE in actor.scopes and (
        actor.is_operator or actor.has_role_over(provider_path, _REPORT)
    )


def may_see_inlets(actor: Actor, organization_path: OrganizationPath) -> bool:
    """Whoever may report of everything an organization provides sees through what programs do."""
    return actor.is_operator or actor.has_role_over(organization_path, _REPORT)


def may_manage_inlets(actor: Actor, organization_path: OrganizationPath) -> bool:
    """The same let a program report. An inlet is a way in that outlives a token, so one that may
    only write is not enough."""
    return Scope.ADMIN in actor.scopes and may_see_inlets(actor, organization_path)


_SHOW = frozenset({Role.ADMINISTRATOR})


def may_show_publicly(actor: Actor, path: OrganizationPath) -> bool:
    """Administrators of an organization or above it decide what it shows to everybody, and
    operators."""
    return Scope.ADMIN in actor.scopes and (actor.is_operator or actor.has_role_over(path, _SHOW))


def may_call_without_tls() -> bool:
    """Whether a webhook may be called at an address without TLS: where an operator lets us call
    into inner networks, programs there seldom speak it."""
    return bool(settings.OWN_NETWORKS)
