"""Consumption: which organization consumes which service, under which name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from catenary.api import objects
from catenary.api.answers import page_answer, place_after, place_of, sparse, wanted_fields
from catenary.api.asking import READING, WRITING, Asking, asking_of
from catenary.api.looking import AsOf, Then, batch_at, moment_of, one_at, then_of
from catenary.api.parameters import (
    Below,
    Consumer,
    Limit,
    Organization,
    ServiceKey,
    TakeOver,
    after_in,
    fields_of,
)
from catenary.apps.portfolio.queries.seen import Seen, SeenPage
from catenary.apps.portfolio.queries.seen_consumption import seen_consumption, seen_consumption_page
from catenary.apps.portfolio.queries.seen_past import past_consumption, past_consumption_page
from catenary.exchange.catalogue.planning import consumption_pair, consumption_reference

router = Router(tags=["consumption"])
_KIND = "consumption"
_ONE = "/consumption/{consumer}/{organization}/{service}"

ServiceReference = Annotated[
    str, Query(max_length=300, description="reference of a service: organization/service")
]
Fields = Annotated[str, fields_of(objects.FIELDS[_KIND])]


def _is_place(after: str) -> bool:
    place = place_of(after)
    return type(place) is int and 0 <= place < 1 << 63


After = Annotated[str, after_in(_is_place)]


@router.get("/consumption", auth=READING, operation_id="listConsumption")
def list_consumption(
    request: HttpRequest,
    consumer: Below = "",
    service: ServiceReference = "",
    after: After = "",
    limit: Limit = 20,
    as_of: AsOf = "",
    fields: Fields = "",
) -> HttpResponse:
    """What is consumed by or from the viewpoint's top organization, in the order in which it was
    said."""
    place, wanted = place_of(after) if after else 0, wanted_fields(fields)
    asking, then = asking_of(request), then_of(as_of)
    page = SeenPage((), 0)
    if asking.viewpoint is not None:
        asked: dict[str, Any] = {
            "actor": asking.actor,
            "viewpoint": asking.viewpoint,
            "consumer": consumer,
            "service": service,
            "after": place,
            "limit": limit,
        }
        page = (
            seen_consumption_page(**asked)
            if then is None
            else past_consumption_page(**asked, records=then.records)
        )
    return page_answer(
        request,
        [sparse(objects.object_plain(_KIND, seen), wanted) for seen in page.items],
        total=page.total,
        total_is_capped=page.is_capped,
        after=None if page.after is None else place_after(int(page.after)),
        as_of=moment_of(then),
    )


@router.post("/consumption/batch", auth=READING, operation_id="getConsumptions")
def get_consumptions(request: HttpRequest, as_of: AsOf = "") -> HttpResponse:
    """Up to 1,000 by reference: `consumer > organization/service`."""
    return batch_at(request, _KIND, as_of, _many)


@router.get(_ONE, auth=READING, operation_id="getConsumption")
def get_consumption(
    request: HttpRequest,
    consumer: Consumer,
    organization: Organization,
    service: ServiceKey,
    as_of: AsOf = "",
    fields: Fields = "",
) -> HttpResponse:
    """One organization's consumption of one service."""
    reference = _reference(consumer, organization, service)
    return one_at(request, _KIND, reference, as_of, _many, fields)


@router.put(_ONE, auth=WRITING, operation_id="putConsumption")
def put_consumption(
    request: HttpRequest,
    consumer: Consumer,
    organization: Organization,
    service: ServiceKey,
    take_over: TakeOver = False,
) -> HttpResponse:
    """Say that the organization consumes the service, and under which name."""
    reference = _reference(consumer, organization, service)
    return objects.put_one(request, _KIND, reference, take_over)


@router.patch(_ONE, auth=WRITING, operation_id="patchConsumption")
def patch_consumption(
    request: HttpRequest,
    consumer: Consumer,
    organization: Organization,
    service: ServiceKey,
    take_over: TakeOver = False,
) -> HttpResponse:
    """Change the name under which the organization knows the service, by a JSON merge patch."""
    reference = _reference(consumer, organization, service)
    return objects.patch(request, _KIND, reference, take_over)


@router.delete(_ONE, auth=WRITING, operation_id="deleteConsumption")
def delete_consumption(
    request: HttpRequest,
    consumer: Consumer,
    organization: Organization,
    service: ServiceKey,
    take_over: TakeOver = False,
) -> HttpResponse:
    """Say that the organization no longer consumes the service."""
    reference = _reference(consumer, organization, service)
    return objects.delete_one(request, _KIND, reference, take_over)


def _reference(consumer: str, organization: str, service: str) -> str:
    return consumption_reference(consumer, f"{organization}/{service}")


def _many(asking: Asking, references: Sequence[str], then: Then | None) -> Iterable[Seen]:
    if asking.viewpoint is None:
        return ()
    asked: dict[str, Any] = {
        "actor": asking.actor,
        "viewpoint": asking.viewpoint,
        "pairs": [consumption_pair(reference) for reference in references],
    }
    if then is None:
        return seen_consumption(**asked).values()
    return past_consumption(**asked, records=then.records).values()
