"""The buttons that lead to editing, on the pages of those who may: for others there are none."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from catenary.apps.monitoring.policies import may_see_inlets, may_show_publicly
from catenary.apps.organizations.policies import (
    may_administer,
    may_ask_second_factor,
    may_create_top_organization,
    may_edit_catalogue,
)
from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.organizations.queries.editing import removed_parts, removed_people
from catenary.apps.portfolio.policies import may_define_service
from catenary.apps.portfolio.queries.drafts import drafts_of
from catenary.apps.portfolio.queries.editing import (
    ended_consumption,
    removed_services,
    removed_services_below,
)
from catenary.clock import now
from catenary.domain.actors import Actor
from catenary.web import addresses
from catenary.web.asking import Asking
from catenary.web.editing.drafting import moment_words
from catenary.web.pages.actions import Action, DeletedLine, DraftLine
from catenary.web.pages.sentences import Link


def service_actions(actor: Actor, reference: str, provider_path: str) -> tuple[Action, ...]:
    """What one may do to a service."""
    if not may_define_service(actor, provider_path):
        return ()
    return (
        Action(_("Edit"), addresses.edit("service", reference), is_main=True),
        Action(_("Add a consumer"), addresses.edit("consumption", "", service=reference)),
        Action(_("Delete"), addresses.edit("service", reference, "delete")),
    )


def catalogue_actions(asking: Asking) -> tuple[Action, ...]:
    """What one may add to the catalogue, looking from here."""
    viewpoint, actor = asking.viewpoint, asking.actor
    if viewpoint is None or not (
        may_edit_catalogue(actor, viewpoint.path)
        or any(
            may_edit_catalogue(actor, fact.path)
            for fact in actor.memberships
            if fact.root_id == viewpoint.root_id
        )
    ):
        return ()
    return (Action(_("New service"), addresses.edit("service", ""), is_main=True),)


def organization_actions(actor: Actor, row: OrganizationRow) -> tuple[Action, ...]:
    """What one may do to an organization, and add to it."""
    found: list[Action] = []
    if may_edit_catalogue(actor, row.path):
        found += [
            Action(_("New service"), addresses.edit("service", "", provider=row.key)),
            Action(_("Add what it consumes"), addresses.edit("consumption", "", consumer=row.key)),
        ]
    if may_administer(actor, row.path):
        found = [
            Action(_("Edit"), addresses.edit("organization", row.key), is_main=True),
            *found,
            Action(_("New part"), addresses.edit("organization", "", **{"part-of": row.key})),
            Action(_("New person"), addresses.edit("person", "", organization=row.key)),
            Action(_("History"), addresses.edit("organization", row.key, "history")),
            Action(_("Delete"), addresses.edit("organization", row.key, "delete")),
        ]
    if may_see_inlets(actor, row.path):
        found.append(Action(_("Inlets"), addresses.inlets(row.key)))
    if may_show_publicly(actor, row.path):
        found.append(Action(_("Public page"), addresses.public_page_decision(row.key)))
    if may_ask_second_factor(actor, row.path):
        found.append(Action(_("Second factor"), addresses.second_factor_rule(row.key)))
    return tuple(found)


def deleted_here(actor: Actor, row: OrganizationRow) -> tuple[DeletedLine, ...]:
    """What was deleted here and can be brought back, for whoever may: services and what it
    consumed for those who define services, parts and people for those who administer it."""
    found: list[DeletedLine] = []
    if may_edit_catalogue(actor, row.path):
        found += _deleted("service", _("service"), removed_services(row.id))
        ended = ended_consumption(actor, row.id)
        named = [(f"{row.key} > {reference}", name) for reference, name in ended]
        found += _deleted("consumption", _("consumption"), named)
    if may_administer(actor, row.path):
        found += _deleted("organization", _("organization"), removed_parts(row.id))
        found += _deleted("person", _("person"), removed_people(row.id))
    if row.parent_id is None:
        found += _deleted_tops(actor)
    return tuple(found)


def _deleted_tops(actor: Actor) -> list[DeletedLine]:
    """Top organizations that were deleted, which have no page above them: for those who may
    create one."""
    if not may_create_top_organization(actor):
        return []
    return _deleted("organization", _("top organization"), removed_parts(None))


def deleted_from_here(asking: Asking) -> tuple[DeletedLine, ...]:
    """Services deleted lately of where one looks from, as far as one may define services there;
    for operators deleted top organizations too, also when there is none left to look from."""
    viewpoint, actor = asking.viewpoint, asking.actor
    tops = tuple(_deleted_tops(actor))
    if viewpoint is None:
        return tops
    if may_edit_catalogue(actor, viewpoint.path):
        paths = [viewpoint.path]
    else:
        own = [fact.path for fact in actor.memberships if fact.root_id == viewpoint.root_id]
        paths = [path for path in own if may_edit_catalogue(actor, path)]
    if not paths:
        return tops
    return (*_deleted("service", _("service"), removed_services_below(paths)), *tops)


def _deleted(kind: str, noun: str, named: Sequence[tuple[str, str]]) -> list[DeletedLine]:
    return [
        DeletedLine(Link(name, addresses.edit(kind, reference, "deleted")), noun)
        for reference, name in named
    ]


def person_url(actor: Actor, email: str, home_path: str) -> str:
    """Where a person is changed; nothing for those who may not."""
    return addresses.edit("person", email) if may_administer(actor, home_path) else ""


def consumption_url(actor: Actor, consumer: OrganizationRow, reference: str, path: str) -> str:
    """Where a consumption is changed; nothing for those who may not."""
    if not may_edit_catalogue(actor, path) and not may_edit_catalogue(actor, consumer.path):
        return ""
    return addresses.edit("consumption", f"{consumer.key} > {reference}")


def draft_lines(asking: Asking) -> tuple[DraftLine, ...]:
    """What somebody typed and has not saved yet: theirs alone."""
    found = []
    for row in drafts_of(actor=asking.actor, at=now()):
        kept = moment_words(row.saved_at)
        link = Link(row.title, addresses.edit(row.kind, row.reference))
        found.append(DraftLine(link, kept, is_new=not row.reference))
    return tuple(found)


def revert_urls(actor: Actor, reference: str, path: str, numbers: Sequence[int]) -> dict[int, str]:
    """Where each of these versions of a service is taken up again; none for those who may not."""
    if not may_define_service(actor, path):
        return {}
    return {number: addresses.edit("service", reference, version=str(number)) for number in numbers}
