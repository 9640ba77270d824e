"""People of one's own house: who they are, where they belong, and their roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponse
from ninja import Router

from catenary.api import objects
from catenary.api.answers import page_answer, place_after, place_of, sparse, wrong_place
from catenary.api.asking import MANAGING, READING, Asking, asking_of
from catenary.api.parameters import After, Below, Email, Limit, Named, TakeOver
from catenary.api.writing import seen_person
from catenary.apps.organizations.queries import organizations_by_key
from catenary.apps.organizations.queries.listing import (
    people_count,
    people_known_to,
    people_page,
)
from catenary.apps.portfolio.queries.seen import Seen

router = Router(tags=["people"])
_KIND = "person"
_ONE = "/people/{email}"
_CAP = 1_000


@router.get("/people", auth=READING, operation_id="listPeople")
def list_people(
    request: HttpRequest, q: Named = "", within: Below = "", after: After = "", limit: Limit = 20
) -> HttpResponse:
    """People who belong or work in the viewpoint's top organization, by e-mail address."""
    fields = objects.chosen_fields(request, _KIND)
    place = place_of(after) if after else ""
    if not isinstance(place, str):
        raise wrong_place()
    viewpoint = asking_of(request).viewpoint
    path = ""
    if within:
        row = organizations_by_key([within]).get(within)
        if viewpoint is None or row is None or row.root_id != viewpoint.root_id:
            viewpoint = None
        else:
            path = row.path
    if viewpoint is None:
        return page_answer(request, [], total=0, total_is_capped=False, after=None)
    root, named = viewpoint.root_id, q.strip()
    found = people_page(root, named=named, below=path, after=place, limit=limit + 1)
    total = people_count(root, named=named, below=path, cap=_CAP)
    return page_answer(
        request,
        [sparse(objects.object_plain(_KIND, seen_person(each)), fields) for each in found[:limit]],
        total=min(total, _CAP),
        total_is_capped=total > _CAP,
        after=place_after(found[limit - 1].document.email) if len(found) > limit else None,
    )


@router.post("/people/batch", auth=READING, operation_id="getPeople")
def get_people(request: HttpRequest) -> HttpResponse:
    """Up to 1,000 people by e-mail address."""
    return objects.batch(request, _KIND, _many)


@router.get(_ONE, auth=READING, operation_id="getPerson")
def get_person(request: HttpRequest, email: Email) -> HttpResponse:
    """One person."""
    return objects.get_one(request, _KIND, email)


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


def _many(asking: Asking, emails: Sequence[str]) -> Iterable[Seen]:
    if asking.viewpoint is None:
        return ()
    known = people_known_to(asking.viewpoint.root_id, emails)
    return [seen_person(facts) for facts in known.values()]
