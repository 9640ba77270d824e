"""Finding things by their words, and who is hit when services fail."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from catenary import clock
from catenary.api import objects
from catenary.api.answers import Plain, json_answer, of_moment
from catenary.api.asking import READING, asking_of
from catenary.api.bodies import mapping, read_json
from catenary.api.looking import AsOf, Then, moment_of, records_of, then_of
from catenary.api.parameters import Limit, Words
from catenary.api.problems import Error, Trouble
from catenary.api.supposing import answer_what_if
from catenary.apps.organizations.queries.listing import people_called
from catenary.apps.portfolio.queries.catalogue import CatalogueFilter, find_services, summaries
from catenary.apps.portfolio.queries.impact import (
    MOST_AT_ONCE,
    MOST_FAILING,
    SHOWN,
    impact_as_plain,
    impact_view,
)
from catenary.apps.portfolio.queries.needed import needed_at
from catenary.apps.portfolio.queries.seen import seen_organization_page
from catenary.apps.portfolio.queries.seen_past import past_organization_page, past_people_page
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.text import words

router = Router(tags=["search and impact"])

Services = Annotated[
    list[str],
    Query(
        min_length=1,
        max_length=MOST_FAILING,
        description="references of the services that fail; repeat it for several",
    ),
]
CONDITIONS = ("down", "degraded")
_IMPACT = {"services": "references of the services that fail", "condition": "down or degraded"}
#: So many of each kind may be asked for; unless asked, `SHOWN`.
_EVERYTHING = 1_000_000
Most = Annotated[
    int,
    Query(
        ge=1,
        le=_EVERYTHING,
        description="how many services of each kind, organizations and outcomes to list at most, "
        "the nearest and worst first; the counts are of all",
    ),
]
Condition = Annotated[Literal["down", "degraded"], Query(description="how they fail")]


@router.get("/search", auth=READING, operation_id="search")
def search(request: HttpRequest, q: Words, limit: Limit = 20, as_of: AsOf = "") -> HttpResponse:
    """Services that hold all the words, the best matches first, and organizations and people
    whose name or address holds what was asked for."""
    asking, then = asking_of(request), then_of(as_of)
    said = q.strip()
    found: Plain = {"services": [], "organizations": [], "people": []}
    found |= {"total": 0, "total_is_capped": False}
    if asking.viewpoint is not None and words(said):
        found = _found(asking.actor, asking.viewpoint, said, limit, then)
    spoken = of_moment(moment_of(then))
    return json_answer(found | ({"as_of": moment_of(then)} if then else {}), headers=spoken)


@router.get("/impact", auth=READING, operation_id="getImpact")
def get_impact(
    request: HttpRequest,
    service: Services,
    condition: Condition = "down",
    limit: Most = SHOWN,
    as_of: AsOf = "",
) -> HttpResponse:
    """Who is hit when services fail: services with the path that leads there, organizations and
    outcomes. A hundred of each kind are listed unless more are asked for; all are counted."""
    return _hit(request, service, condition, limit, then_of(as_of))


@router.post("/impact", auth=READING, operation_id="findImpact")
def find_impact(request: HttpRequest, limit: Most = SHOWN, as_of: AsOf = "") -> HttpResponse:
    """The same of up to 1,000 services, more than fit into an address: `{"services": […]}`.
    With `suppositions` it is another question: what would be if services were in conditions of
    their own, some of them only for a time, compared with what holds (`as_of`: held at a moment)
    or with all being fine."""
    body, then = read_json(request), then_of(as_of)
    if isinstance(body, dict) and "suppositions" in body:
        return answer_what_if(request, body, limit, None if then is None else then.moment)
    said = mapping(body, _IMPACT)
    references = objects.texts(said.get("services"), "services", MOST_AT_ONCE)
    if not references:
        error = Error("nothing stands here", pointer="/services", code="invalid",
                      expected=f"1 to {MOST_AT_ONCE:,} references")  # fmt: skip
        raise Trouble("invalid", "services is empty", [error])
    condition = said.get("condition")
    if condition is not None and condition not in CONDITIONS:
        error = Error("this is no condition", pointer="/condition", code="invalid",
                      expected=" or ".join(CONDITIONS))  # fmt: skip
        raise Trouble("invalid", "condition is not known", [error])
    return _hit(request, references, condition or "down", limit, then)


def _hit(
    request: HttpRequest, service: list[str], condition: str, limit: int, then: Then | None
) -> HttpResponse:
    asking = asking_of(request)
    view, missing = None, list(service)
    if asking.viewpoint is not None:
        view, unknown = impact_view(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            references=service,
            condition=condition,
            limit=limit,
            records=records_of(then),
        )
        missing = list(unknown)
    if view is None or missing:
        errors = [
            Error(f"there is no service {name[:300]} that you may see", parameter="service")
            for name in missing
        ]
        raise Trouble("not-found", errors[0].detail if errors else "", errors)
    needed = None
    if then is None:
        needed = needed_at((hit.link.reference for hit in view.hits), clock.now())
    return json_answer(impact_as_plain(view, needed), headers=of_moment(moment_of(then)))


def _found(actor: Actor, viewpoint: Viewpoint, said: str, limit: int, then: Then | None) -> Plain:
    records = records_of(then)
    found = find_services(
        actor=actor,
        viewpoint=viewpoint,
        narrowed=CatalogueFilter(text=said),
        limit=limit,
        records=records,
    )
    services: list[Plain] = []
    if found is not None:
        services = [
            {
                "reference": row.reference,
                "name": row.name,
                "known-as": row.known_as or None,
                "provider": row.provider.key,
                "stage": str(row.stage),
                "role": row.role,
            }
            for row in summaries(found.estate, viewpoint, found.shown, found.roles, records=records)
        ]
    asked: dict[str, Any] = {
        "actor": actor,
        "viewpoint": viewpoint,
        "named": said,
        "limit": limit,
    }
    if then is None:
        organizations = seen_organization_page(**asked)
        people = people_called(viewpoint.root_id, named=said, limit=limit)
    else:
        organizations = past_organization_page(**asked, records=then.records)
        known = past_people_page(**asked, records=then.records)
        people = [(seen.reference, seen.plain["name"]) for seen in known.items]
    return {
        "services": services,
        "organizations": [
            {"reference": seen.reference, "name": seen.plain["name"]}
            for seen in organizations.items
        ],
        "people": [{"reference": email, "name": name} for email, name in people],
        "total": 0 if found is None else found.total,
        "total_is_capped": found is not None and found.capped,
    }
