"""The same service as its provider and as one of its customers see it."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from catenary.api.answers import Plain, json_answer, of_moment
from catenary.api.asking import READING, asking_of
from catenary.api.looking import AsOf, moment_of, records_of, then_of
from catenary.api.parameters import Organization, ServiceKey
from catenary.api.problems import not_found
from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.compare import perspectives
from catenary.apps.portfolio.queries.service import ServiceView
from catenary.domain.documents.plain import service_to_plain

router = Router(tags=["services"])

Customer = Annotated[
    str,
    Query(
        max_length=200,
        description="key of one of its customers; without it, the one that stands nearest",
    ),
]


@router.get(
    "/services/{organization}/{service}/compare", auth=READING, operation_id="compareService"
)
def compare_service(
    request: HttpRequest,
    organization: Organization,
    service: ServiceKey,
    customer: Customer = "",
    as_of: AsOf = "",
) -> HttpResponse:
    """One record read from two sides: what its provider sees, what a customer sees, and in which
    fields they differ. The provider's side is null for somebody of another top organization, whose
    it is not to read; the customer's while nobody consumes the service, and what it `sees` when it
    is kept from them. Up to 50 customers are named to choose among."""
    reference = f"{organization}/{service}"
    asking, then = asking_of(request), then_of(as_of)
    found = None
    if asking.viewpoint is not None:
        found = perspectives(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            reference=reference,
            customer=customer,
            records=records_of(then),
        )
    if found is None:
        raise not_found("service", f"{reference} with the customer {customer}"[:400]
                        if customer else reference)  # fmt: skip
    side = found.customer
    provider = _sees(found.provider) if found.provider else None
    theirs = _sees(side.view) if side and side.view else None
    return json_answer(
        {
            "reference": reference,
            "provider": {**_named(found.own.provider), "sees": provider},
            "customer": (
                {**_named(side.organization), "sees": theirs, "unnamed-reliants": side.unnamed}
                if side
                else None
            ),
            "customers": [_named(row) for row in found.customers],
            "different": _different(provider, theirs) if provider and theirs else None,
        },
        headers=of_moment(moment_of(then)),
    )


def _named(organization: OrganizationRow) -> Plain:
    return {"organization": organization.key, "name": organization.name}


def _sees(view: ServiceView) -> Plain:
    return {
        "known-as": view.known_as or None,
        "role": view.role or None,
        "document": service_to_plain(view.document),
        "consumers": [
            {"organization": row.organization.key, "known-as": row.known_as or None}
            for row in view.consumers
        ],
        "total-consumers": view.consumer_count,
        "reliants": [link.reference for link in view.reliants],
        "total-reliants": view.reliant_count,
    }


def _different(provider: Plain, customer: Plain) -> list[str]:
    """The names of what the two read differently, those of the document first."""
    ours, theirs = provider["document"], customer["document"]
    inside = [n for n in sorted({*ours, *theirs}) if ours.get(n) != theirs.get(n)]
    around = [n for n in provider if n != "document" and provider[n] != customer[n]]
    return [*inside, *around]
