"""The page of an organization."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catenary.apps.portfolio.queries.catalogue import ServiceSummary
from catenary.apps.portfolio.queries.organization import OrganizationView, organization_view
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.editing.entry import deleted_here, organization_actions, person_url
from catenary.web.looking import looking_back
from catenary.web.marks import organization_link
from catenary.web.pages import (
    Count,
    Link,
    OrganizationPage,
    PersonRow,
    RoleMark,
    Sentence,
    ServiceRow,
    StageMark,
    say,
)
from catenary.web.reading import figure
from catenary.web.words import person_role_word


@require_safe
@signed_in
@looking_back
def organization(asking: Asking, key: str) -> HttpResponse:
    """An organization as a link in the chain."""
    if asking.viewpoint is None:
        raise Http404
    view = organization_view(
        actor=asking.actor, viewpoint=asking.viewpoint, key=key, records=asking.records
    )
    if view is None:
        raise Http404
    is_now = asking.moment is None
    page = OrganizationPage(
        name=view.organization.name,
        reference=view.organization.key,
        answer=_answer(view),
        description=view.description,
        above=tuple(organization_link(row) for row in view.above),
        below=tuple(organization_link(row) for row in view.below),
        provides=tuple(
            ServiceRow(_service(row), role=RoleMark(row.role), stage=StageMark(row.stage))
            for row in view.provides
        ),
        provided_count=Count(view.provided_count),
        provides_url=addresses.catalogue(provider=view.organization.key),
        consumes=tuple(
            ServiceRow(
                _service(row.service),
                other=organization_link(row.service.provider),
                stage=StageMark(row.service.stage),
                known_as=row.known_as,
            )
            for row in view.consumes
        ),
        consumed_count=Count(view.consumed_count),
        customers=tuple(organization_link(row) for row in view.customers),
        providers=tuple(organization_link(row) for row in view.providers),
        people=tuple(
            PersonRow(
                row.name,
                row.email,
                tuple(person_role_word(r.value) for r in row.roles),
                person_url(asking.actor, row.email, row.home_path) if is_now else "",
            )
            for row in view.people
        ),
        people_are_visible=view.is_inside,
        # Nothing can be changed in the past.
        actions=organization_actions(asking.actor, view.organization) if is_now else (),
        deleted=deleted_here(asking.actor, view.organization) if is_now else (),
    )
    return page_response(asking, "organization.html", page)


def _service(row: ServiceSummary) -> Link:
    return Link(row.name, addresses.service(row.reference))


def _answer(view: OrganizationView) -> Sentence:
    name = view.organization.name
    services = ngettext("{n} service", "{n} services", view.provided_count)
    consumed = ngettext("{n} service", "{n} services", view.consumed_count)
    provides = services.format(n=figure(view.provided_count))
    consumes = consumed.format(n=figure(view.consumed_count))
    if view.provided_count and view.consumed_count:
        pattern = _("{name} provides {provides} and consumes {consumes} that you may see.")
    elif view.provided_count:
        pattern = _("{name} provides {provides} that you may see.")
    elif view.consumed_count:
        pattern = _("{name} consumes {consumes} that you may see.")
    else:
        pattern = _("{name} neither provides nor consumes anything that you may see.")
    return say(pattern, name=name, provides=provides, consumes=consumes)
