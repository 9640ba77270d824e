"""Services: the catalogue as a list, single services, many at once, and their changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from catenary.api import objects
from catenary.api.answers import page_answer, sparse, wanted_fields
from catenary.api.asking import READING, WRITING, Asking, asking_of
from catenary.api.looking import AsOf, Then, batch_at, moment_of, one_at, then_of
from catenary.api.parameters import (
    Below,
    Limit,
    Organization,
    ServiceKey,
    TakeOver,
    Words,
    after_in,
    fields_of,
    one_of,
    query,
)
from catenary.apps.portfolio.queries.catalogue import CatalogueFilter, is_place
from catenary.apps.portfolio.queries.seen import (
    Seen,
    SeenPage,
    seen_service_page,
    seen_services,
)
from catenary.apps.portfolio.queries.seen_past import past_service_page, past_services
from catenary.domain.documents.shapes import Stage
from catenary.domain.estate import ROLE_NAMES

router = Router(tags=["services"])
_KIND = "service"
_ONE = "/services/{organization}/{service}"

Role = Annotated[
    str,
    query(
        one_of("role", ("", *ROLE_NAMES)),
        description=f"seen from the viewpoint: {', '.join(ROLE_NAMES)}",
        max_length=40,
    ),
]
StageName = Annotated[
    str,
    query(
        one_of("stage", ("", *map(str, Stage))),
        description=f"one of {', '.join(Stage)}",
        max_length=40,
    ),
]
After = Annotated[str, after_in(is_place)]
Fields = Annotated[str, fields_of(objects.FIELDS[_KIND])]
Tag = Annotated[str, Query(description="a label", max_length=100)]


@router.get("/services", auth=READING, operation_id="listServices")
def list_services(
    request: HttpRequest,
    q: Words = "",
    role: Role = "",
    stage: StageName = "",
    provider: Below = "",
    tag: Tag = "",
    after: After = "",
    limit: Limit = 20,
    as_of: AsOf = "",
    fields: Fields = "",
) -> HttpResponse:
    """Services one may see, by name; in a search the best matches first."""
    asking, then, wanted = asking_of(request), then_of(as_of), wanted_fields(fields)
    page = SeenPage((), 0)
    if asking.viewpoint is not None:
        asked: dict[str, Any] = {
            "actor": asking.actor,
            "viewpoint": asking.viewpoint,
            "narrowed": CatalogueFilter(q.strip(), role, stage, provider, tag),
            "after": after,
            "limit": limit,
        }
        page = (
            seen_service_page(**asked)
            if then is None
            else past_service_page(**asked, records=then.records)
        )
    return page_answer(
        request,
        [sparse(objects.object_plain(_KIND, seen), wanted) for seen in page.items],
        total=page.total,
        total_is_capped=page.is_capped,
        after=page.after,
        as_of=moment_of(then),
    )


@router.post("/services/batch", auth=READING, operation_id="getServices")
def get_services(request: HttpRequest, as_of: AsOf = "") -> HttpResponse:
    """Up to 1,000 services by reference. Those that do not exist or may not be seen are named
    under `missing`."""
    return batch_at(request, _KIND, as_of, _many)


@router.get(_ONE, auth=READING, operation_id="getService")
def get_service(
    request: HttpRequest,
    organization: Organization,
    service: ServiceKey,
    as_of: AsOf = "",
    fields: Fields = "",
) -> HttpResponse:
    """One service as it is seen from the viewpoint."""
    reference = f"{organization}/{service}"
    return one_at(request, _KIND, reference, as_of, _many, fields)


@router.put(_ONE, auth=WRITING, operation_id="putService")
def put_service(
    request: HttpRequest,
    organization: Organization,
    service: ServiceKey,
    take_over: TakeOver = False,
) -> HttpResponse:
    """Create the service, or replace all that it says."""
    return objects.put_one(request, _KIND, f"{organization}/{service}", take_over)


@router.patch(_ONE, auth=WRITING, operation_id="patchService")
def patch_service(
    request: HttpRequest,
    organization: Organization,
    service: ServiceKey,
    take_over: TakeOver = False,
) -> HttpResponse:
    """Change parts of the service by a JSON merge patch (RFC 7396): what is null goes."""
    return objects.patch(request, _KIND, f"{organization}/{service}", take_over)


@router.delete(_ONE, auth=WRITING, operation_id="deleteService")
def delete_service(
    request: HttpRequest,
    organization: Organization,
    service: ServiceKey,
    take_over: TakeOver = False,
) -> HttpResponse:
    """Remove the service; refused, with the list, while anything needs it."""
    return objects.delete_one(request, _KIND, f"{organization}/{service}", take_over)


def _many(asking: Asking, references: Sequence[str], then: Then | None) -> Iterable[Seen]:
    if asking.viewpoint is None:
        return ()
    asked: dict[str, Any] = {
        "actor": asking.actor,
        "viewpoint": asking.viewpoint,
        "references": references,
    }
    if then is None:
        return seen_services(**asked).values()
    return past_services(**asked, records=then.records).values()
