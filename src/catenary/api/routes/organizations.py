"""Organizations: one's own house with all its parts, and those next to it in the chain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from catenary.api import objects
from catenary.api.answers import page_answer, place_after, place_of, sparse, wanted_fields
from catenary.api.asking import MANAGING, READING, Asking, asking_of
from catenary.api.looking import AsOf, Then, batch_at, moment_of, one_at, then_of
from catenary.api.parameters import AfterText, Below, Key, Limit, Named, TakeOver, fields_of
from catenary.apps.portfolio.queries.seen import (
    Seen,
    SeenPage,
    seen_organization_page,
    seen_organizations,
)
from catenary.apps.portfolio.queries.seen_past import (
    past_organization_page,
    past_organizations,
)

router = Router(tags=["organizations"])
_KIND = "organization"
_ONE = "/organizations/{key}"
_BATCH = "/organizations/batch"

Fields = Annotated[str, fields_of(objects.FIELDS[_KIND])]


@router.get("/organizations", auth=READING, operation_id="listOrganizations")
def list_organizations(
    request: HttpRequest,
    q: Named = "",
    within: Below = "",
    after: AfterText = "",
    limit: Limit = 20,
    as_of: AsOf = "",
    fields: Fields = "",
) -> HttpResponse:
    """Organizations one may see, those above before those below."""
    place, wanted = place_of(after) if after else "", wanted_fields(fields)
    asking, then = asking_of(request), then_of(as_of)
    page = SeenPage((), 0)
    if asking.viewpoint is not None:
        asked: dict[str, Any] = {
            "actor": asking.actor,
            "viewpoint": asking.viewpoint,
            "named": q.strip(),
            "below": within,
            "after": place,
            "limit": limit,
        }
        page = (
            seen_organization_page(**asked)
            if then is None
            else past_organization_page(**asked, records=then.records)
        )
    return page_answer(
        request,
        [sparse(objects.object_plain(_KIND, seen), wanted) for seen in page.items],
        total=page.total,
        total_is_capped=page.is_capped,
        after=None if page.after is None else place_after(page.after),
        as_of=moment_of(then),
    )


@router.post(_BATCH, auth=READING, operation_id="getOrganizations")
def get_organizations(request: HttpRequest, as_of: AsOf = "") -> HttpResponse:
    """Up to 1,000 organizations by key."""
    return batch_at(request, _KIND, as_of, _many)


@router.get(_ONE, auth=READING, operation_id="getOrganization")
def get_organization(
    request: HttpRequest, key: Key, as_of: AsOf = "", fields: Fields = ""
) -> HttpResponse:
    """One organization."""
    return one_at(request, _KIND, key, as_of, _many, fields)


@router.put(_ONE, auth=MANAGING, operation_id="putOrganization")
def put_organization(request: HttpRequest, key: Key, take_over: TakeOver = False) -> HttpResponse:
    """Create the organization, or replace all that it says; another `part-of` moves it."""
    return objects.put_one(request, _KIND, key, take_over)


@router.patch(_ONE, auth=MANAGING, operation_id="patchOrganization")
def patch_organization(request: HttpRequest, key: Key, take_over: TakeOver = False) -> HttpResponse:
    """Change parts of the organization by a JSON merge patch."""
    return objects.patch(request, _KIND, key, take_over)


@router.delete(_ONE, auth=MANAGING, operation_id="deleteOrganization")
def delete_organization(
    request: HttpRequest, key: Key, take_over: TakeOver = False
) -> HttpResponse:
    """Remove the organization; refused, with the list, while anything hangs on it."""
    return objects.delete_one(request, _KIND, key, take_over)


# Somebody may call an organization "batch", and it is found like any other.


@router.get(_BATCH, auth=READING, include_in_schema=False)
def get_organization_called_batch(
    request: HttpRequest, as_of: AsOf = "", fields: Fields = ""
) -> HttpResponse:
    """The organization with the key `batch`."""
    return get_organization(request, "batch", as_of, fields)


@router.put(_BATCH, auth=MANAGING, include_in_schema=False)
def put_organization_called_batch(
    request: HttpRequest, take_over: TakeOver = False
) -> HttpResponse:
    """Create or replace it."""
    return objects.put_one(request, _KIND, "batch", take_over)


@router.patch(_BATCH, auth=MANAGING, include_in_schema=False)
def patch_organization_called_batch(
    request: HttpRequest, take_over: TakeOver = False
) -> HttpResponse:
    """Change parts of it."""
    return objects.patch(request, _KIND, "batch", take_over)


@router.delete(_BATCH, auth=MANAGING, include_in_schema=False)
def delete_organization_called_batch(
    request: HttpRequest, take_over: TakeOver = False
) -> HttpResponse:
    """Remove it."""
    return objects.delete_one(request, _KIND, "batch", take_over)


def _many(asking: Asking, keys: Sequence[str], then: Then | None) -> Iterable[Seen]:
    if asking.viewpoint is None:
        return ()
    asked: dict[str, Any] = {"actor": asking.actor, "viewpoint": asking.viewpoint, "keys": keys}
    if then is None:
        return seen_organizations(**asked).values()
    return past_organizations(**asked, records=then.records).values()
