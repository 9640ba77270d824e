"""From what the rooms answer to the words a page shows: links, roles and their reasons."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.organization import sees_organization
from catenary.apps.portfolio.queries.service import RoleReasons, ServiceLink
from catenary.domain.actors import Actor, Viewpoint
from catenary.web import addresses
from catenary.web.pages import Because, Link, RoleMark, Sentence, say
from catenary.web.reading import figure

_NAMED = 3


def organization_link(row: OrganizationRow) -> Link:
    """An organization by its name."""
    return Link(row.name, addresses.organization(row.key))


def organization_crumb(actor: Actor, viewpoint: Viewpoint | None, row: OrganizationRow) -> Link:
    """An organization above a page of its own. Whoever manages it need not see it from where they
    look: then it is named and leads nowhere."""
    seen = viewpoint is not None and sees_organization(
        actor=actor, viewpoint=viewpoint, organization=row
    )
    return organization_link(row) if seen else Link(row.name)


def service_link(link: ServiceLink, *, with_provider: bool = False) -> Link:
    """A service by the name its reader knows, perhaps with its provider behind it."""
    note = link.provider.name if with_provider else ""
    return Link(link.known_as or link.name, addresses.service(link.reference), note)


def said_by(words: str, wanted_by: OrganizationRow | None) -> str:
    """Who said it, without the organization that is named and linked right behind."""
    if wanted_by is None:
        return words
    return "" if words == wanted_by.name else words.removesuffix(f", {wanted_by.name}")


def role_mark(role: str, reasons: RoleReasons | None, viewpoint: Viewpoint) -> RoleMark:
    """A role seen from the viewpoint, with its because."""
    if reasons is None:
        return RoleMark(role)
    return RoleMark(role, Because(because_of(role, reasons, viewpoint)))


def because_of(role: str, reasons: RoleReasons, viewpoint: Viewpoint) -> Sentence:
    """Why a service has its role: "because Ward 3 consumes it"."""
    here = Link(viewpoint.name, addresses.organization(viewpoint.key))
    if role == "idle":
        return say(_("because nobody consumes it and nothing relies on it"))
    if role == "elsewhere":
        return say(_("because it is provided outside {here}, which does not use it"), here=here)
    organizations = [organization_link(row) for row in reasons.consumers]
    services = [service_link(link, with_provider=True) for link in reasons.reliants]
    consuming = len(organizations) + reasons.consumers_more
    relying = len(services) + reasons.reliants_more
    pattern = _pattern(role, consuming, relying)
    return say(
        pattern,
        consumers=_named(organizations, reasons.consumers_more),
        reliants=_named(services, reasons.reliants_more),
        users=_named(organizations + services, reasons.consumers_more + reasons.reliants_more),
        here=here,
    )


def _pattern(role: str, consuming: int, relying: int) -> str:
    """The sentence for a role and for how many consume it and rely on it, as far as visible."""
    outside, external = role == "customer-facing", role == "external"
    if consuming and not relying:
        if outside:
            return ngettext(
                "because {consumers}, outside {here}, consumes it",
                "because {consumers}, outside {here}, consume it",
                consuming,
            )
        if external:
            return ngettext(
                "because {consumers} consumes it and somebody else provides it",
                "because {consumers} consume it and somebody else provides it",
                consuming,
            )
        return ngettext(
            "because only {consumers}, inside {here}, consumes it",
            "because only {consumers}, inside {here}, consume it",
            consuming,
        )
    if relying and not consuming:
        if outside:
            return ngettext(
                "because {reliants}, outside {here}, relies on it",
                "because {reliants}, outside {here}, rely on it",
                relying,
            )
        if external:
            return ngettext(
                "because {reliants} relies on it and somebody else provides it",
                "because {reliants} rely on it and somebody else provides it",
                relying,
            )
        return ngettext(
            "because only {reliants}, inside {here}, relies on it",
            "because only {reliants}, inside {here}, rely on it",
            relying,
        )
    if consuming:
        if outside:
            return _("because it is used outside {here}, by {users}")
        if external:
            return _("because somebody else provides it, and it is used by {users}")
        return _("because it is used only inside {here}, by {users}")
    # Whoever uses it may not be seen from here.
    if outside:
        return _("because it is used outside {here}")
    if external:
        return _("because somebody else provides it, and it is used here")
    return _("because it is used only inside {here}")


def _named(links: Sequence[Link], more: int) -> list[Link]:
    shown = list(links[:_NAMED])
    rest = len(links) - len(shown) + more
    if rest:
        shown.append(Link(ngettext("{n} more", "{n} more", rest).format(n=figure(rest))))
    return shown
