"""One service: its blueprint, its place in the chain, its history."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catenary import clock
from catenary.apps.monitoring.policies import may_report
from catenary.apps.portfolio.queries.chain import chain_of
from catenary.apps.portfolio.queries.service import ServiceView, service_history, service_view
from catenary.apps.portfolio.queries.workshop import proposals_behind, standings
from catenary.domain.actors import Viewpoint
from catenary.web import addresses
from catenary.web.agreements import agreed_lines
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.calendars.opening import opening
from catenary.web.chain.drawing import drawn
from catenary.web.checks.views import findings_of
from catenary.web.editing.drafting import drafting_sentences
from catenary.web.editing.entry import consumption_url, revert_urls, service_actions
from catenary.web.looking import looking_back
from catenary.web.marks import organization_link
from catenary.web.pages import HistoryPage, Link
from catenary.web.service.blueprint import service_page
from catenary.web.service.history import history_entries
from catenary.web.status.block import status_block

_ENTRIES_ON_PAGE = 5
_ENTRIES = 100
_PICTURE_DEPTH = 1
_PICTURE_MARKS = 40


@require_safe
@signed_in
@looking_back
def service(asking: Asking, organization: str, key: str) -> HttpResponse:
    """The blueprint of a service on one printable page."""
    view, viewpoint = _found(asking, f"{organization}/{key}")
    picture = ""
    if view.is_inside:
        around = chain_of(
            actor=asking.actor,
            viewpoint=viewpoint,
            reference=view.document.reference,
            depth=_PICTURE_DEPTH,
            limit=_PICTURE_MARKS,
            records=asking.records,
        )
        if around is not None and (len(around.services) > 1 or around.consumers):
            picture = drawn(around).svg
    is_now = asking.moment is None
    entries = service_history(
        actor=asking.actor,
        viewpoint=viewpoint,
        service_id=view.id,
        limit=_ENTRIES_ON_PAGE if is_now else 0,
    )
    page = service_page(
        view,
        viewpoint,
        picture_svg=picture,
        # Findings are of the present: they say what is to be done.
        findings=findings_of(asking.actor, viewpoint, view) if view.is_inside and is_now else (),
        history=history_entries(entries, root_id=viewpoint.root_id),
    )
    if is_now:
        page = replace(
            page,
            hours=opening(page.hours, view.document.service_hours),
            status=status_block(asking.actor, viewpoint, view.document.reference, clock.now()),
        )
    stand = standings(actor=asking.actor, viewpoint=viewpoint, view=view, at=asking.moment)
    if stand is not None:
        page = replace(
            page,
            workshop_url=addresses.service_workshop(page.reference),
            agreements=agreed_lines(
                [(organization_link(row), standing) for row, standing in stand], page.provider
            ),
        )
    if asking.moment is not None:
        then = status_block(
            asking.actor, viewpoint, view.document.reference, asking.moment, is_past=True
        )
        page = replace(page, status=then)
        # Nothing can be changed in the past.
        return page_response(asking, "service.html", page, look=page.look)
    reference, path = view.document.reference, view.provider.path
    if may_report(asking.actor, path):
        plan = urlencode({"service": reference})
        page = replace(page, plan_url=f"{reverse('maintenance-new')}?{plan}")
    actions = service_actions(asking.actor, reference, path)
    if actions:
        # Who consumes it comes first; who relies on it with a service of theirs has no such row.
        own = tuple(
            replace(row, edit_url=consumption_url(asking.actor, at.organization, reference, path))
            for row, at in zip(page.consumers, view.consumers, strict=False)
        )
        page = replace(
            page,
            actions=actions,
            consumers=own + page.consumers[len(own) :],
            drafting=drafting_sentences(asking, "service", reference),
        )
    return page_response(asking, "service.html", page, look=page.look)


@require_safe
@signed_in
def history(asking: Asking, organization: str, key: str) -> HttpResponse:
    """Who changed what and when."""
    view, viewpoint = _found(asking, f"{organization}/{key}")
    if not view.is_inside:
        raise Http404
    entries = service_history(
        actor=asking.actor, viewpoint=viewpoint, service_id=view.id, limit=_ENTRIES
    )
    reference = view.document.reference
    # What it says now need not be taken up again.
    earlier = [entry.number for entry in entries[1:] if entry.after is not None]
    revert = revert_urls(asking.actor, reference, view.provider.path, earlier)
    page = HistoryPage(
        subject=Link(view.document.name, addresses.service(reference)),
        reference=reference,
        entries=history_entries(
            entries,
            revert,
            proposals_behind(
                actor=asking.actor,
                viewpoint=viewpoint,
                view=view,
                revisions=[entry.number for entry in entries],
            ),
            root_id=viewpoint.root_id,
        ),
    )
    return page_response(asking, "history.html", page)


def _found(asking: Asking, reference: str) -> tuple[ServiceView, Viewpoint]:
    """The service as the asker sees it; what one may not see is not there."""
    if asking.viewpoint is None:
        raise Http404
    view = service_view(
        actor=asking.actor,
        viewpoint=asking.viewpoint,
        reference=reference,
        records=asking.records,
    )
    if view is None:
        raise Http404
    return view, asking.viewpoint
