"""People of one's own house: who they are, where they belong, and their roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from catenary.api import objects
from catenary.api.answers import page_answer, place_after, place_of, sparse, wanted_fields
from catenary.api.asking import MANAGING, READING, Asking, asking_of
from catenary.api.looking import AsOf, Then, batch_at, moment_of, one_at, then_of
from catenary.api.parameters import (
    AfterText,
    Below,
    Email,
    Limit,
    Named,
    TakeOver,
    fields_of,
)
from catenary.api.writing import seen_person
from catenary.apps.organizations.queries import organizations_by_key
from catenary.apps.organizations.queries.listing import (
    people_count,
    people_known_to,
    people_page,
)
from catenary.apps.portfolio.queries.seen import Seen, SeenPage
from catenary.apps.portfolio.queries.seen_past import past_people, past_people_page
from catenary.domain.actors import Viewpoint

router = Router(tags=["people"])
_KIND = "person"
_ONE = "/people/{email}"
_CAP = 1_000

Fields = Annotated[str, fields_of(objects.FIELDS[_KIND])]


@router.get("/people", auth=READING, operation_id="listPeople")
def list_people(
    request: HttpRequest,
    q: Named = "",
    within: Below = "",
    after: AfterText = "",
    limit: Limit = 20,
    as_of: AsOf = "",
    fields: Fields = "",
) -> HttpResponse:
    """People who belong or work in the viewpoint's top organization, by e-mail address."""
    place, wanted = place_of(after) if after else "", wanted_fields(fields)
    asking, then, page = asking_of(request), then_of(as_of), SeenPage((), 0)
    if asking.viewpoint is not None and then is not None:
        page = past_people_page(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            named=q.strip(),
            below=within,
            after=place,
            limit=limit,
            records=then.records,
        )
    elif asking.viewpoint is not None:
        page = _page(asking.viewpoint, q.strip(), within, place, limit)
    return page_answer(
        request,
        [sparse(objects.object_plain(_KIND, seen), wanted) for seen in page.items],
        total=page.total,
        total_is_capped=page.is_capped,
        after=None if page.after is None else place_after(page.after),
        as_of=moment_of(then),
    )


def _page(viewpoint: Viewpoint, named: str, within: str, after: str, limit: int) -> SeenPage:
    path = ""
    if within:
        row = organizations_by_key([within]).get(within)
        if row is None or row.root_id != viewpoint.root_id:
            return SeenPage((), 0)
        path = row.path
    root = viewpoint.root_id
    found = people_page(root, named=named, below=path, after=after, limit=limit + 1)
    total = people_count(root, named=named, below=path, cap=_CAP)
    return SeenPage(
        tuple(seen_person(each) for each in found[:limit]),
        min(total, _CAP),
        total > _CAP,
        found[limit - 1].document.email if len(found) > limit else None,
    )


@router.post("/people/batch", auth=READING, operation_id="getPeople")
def get_people(request: HttpRequest, as_of: AsOf = "") -> HttpResponse:
    """Up to 1,000 people by e-mail address."""
    return batch_at(request, _KIND, as_of, _many)


@router.get(_ONE, auth=READING, operation_id="getPerson")
def get_person(
    request: HttpRequest, email: Email, as_of: AsOf = "", fields: Fields = ""
) -> HttpResponse:
    """One person."""
    return one_at(request, _KIND, email, as_of, _many, fields)


@router.put(_ONE, auth=MANAGING, operation_id="putPerson")
def put_person(request: HttpRequest, email: Email, take_over: TakeOver = False) -> HttpResponse:
    """Create the person, or replace all that is said of them."""
    return objects.put_one(request, _KIND, email, take_over)


@router.patch(_ONE, auth=MANAGING, operation_id="patchPerson")
def patch_person(request: HttpRequest, email: Email, take_over: TakeOver = False) -> HttpResponse:
    """Change parts of what is said of the person by a JSON merge patch."""
    return objects.patch(request, _KIND, email, take_over)


@router.delete(_ONE, auth=MANAGING, operation_id="deletePerson")
def delete_person(request: HttpRequest, email: Email, take_over: TakeOver = False) -> HttpResponse:
    """Remove the person: they lose every role; history keeps their number."""
    return objects.delete_one(request, _KIND, email, take_over)


def _many(asking: Asking, emails: Sequence[str], then: Then | None) -> Iterable[Seen]:
    if asking.viewpoint is None:
        return ()
    if then is not None:
        return past_people(
            actor=asking.actor, viewpoint=asking.viewpoint, emails=emails, records=then.records
        ).values()
    known = people_known_to(asking.viewpoint.root_id, emails)
    return [seen_person(facts) for facts in known.values()]
