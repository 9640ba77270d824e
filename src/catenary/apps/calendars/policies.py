"""Who may define calendars and name them."""

from __future__ import annotations

from catenary.apps.organizations.policies import may_edit_catalogue
from catenary.domain.actors import Actor, OrganizationPath


def may_define_calendar(actor: Actor, organization_path: OrganizationPath) -> bool:
    """Catalogue editors and administrators of the organization, or above it, define its
    calendars."""
    return may_edit_catalogue(actor, organization_path)


def knows_calendar(actor: Actor, root_id: int) -> bool:
    """Within a top organization every member may read its calendars, and so name them."""
    return actor.is_operator or root_id in actor.root_ids
