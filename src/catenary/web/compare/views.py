"""The page that lays the two sides of one service beside each other."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from catenary.apps.portfolio.queries.compare import perspectives
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.compare.sides import answer_of, compared, unseen_of_customers
from catenary.web.looking import looking_back
from catenary.web.marks import organization_link
from catenary.web.pages import ComparePage, CustomerChoice


@require_safe
@signed_in
@looking_back
def compare(asking: Asking, organization: str, key: str) -> HttpResponse:
    """The service as its provider and as one customer see it."""
    if asking.viewpoint is None:
        raise Http404
    found = perspectives(
        actor=asking.actor,
        viewpoint=asking.viewpoint,
        reference=f"{organization}/{key}",
        customer=asking.request.GET.get("customer", "")[:100],
        records=asking.records,
    )
    if found is None:
        raise Http404
    rows = compared(found, asking.viewpoint)
    own, side = found.own, found.customer
    reference = own.document.reference
    is_provider = found.provider is not None
    page = ComparePage(
        name=own.known_as or own.document.name,
        reference=reference,
        url=addresses.service(reference),
        here=addresses.service_compare(reference),
        answer=answer_of(found, sum(not row.is_same for row in rows)),
        provider=organization_link(own.provider),
        customer=organization_link(side.organization) if side else None,
        is_provider=is_provider,
        rows=rows,
        choices=tuple(
            CustomerChoice(row.key, row.name, side is not None and row == side.organization)
            for row in found.customers
        ),
        unseen=() if is_provider else unseen_of_customers(),
    )
    look = "provider" if own.provider.path.startswith(asking.viewpoint.path) else "customer"
    return page_response(asking, "compare.html", page, look=look)
