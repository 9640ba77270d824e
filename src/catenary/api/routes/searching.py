"""Finding things by their words, and who is hit when services fail."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from catenary.api.answers import Plain, json_answer
from catenary.api.asking import LOOKING_BACK, READING, asking_of
from catenary.api.looking import AsOf, records_of
from catenary.api.parameters import Limit, Words
from catenary.api.problems import Error, Trouble, invalid_parameter
from catenary.apps.organizations.queries.listing import people_called
from catenary.apps.portfolio.queries.catalogue import CatalogueFilter, find_services, summaries
from catenary.apps.portfolio.queries.impact import MOST_FAILING, impact_as_plain, impact_view
from catenary.apps.portfolio.queries.seen import seen_organization_page
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.text import words

router = Router(tags=["search and impact"])

Services = Annotated[
    list[str], Query(description="references of the services that fail; repeat it for several")
]
Condition = Annotated[Literal["down", "degraded"], Query(description="how they fail")]


@router.get("/search", auth=READING, operation_id="search")
def search(request: HttpRequest, q: Words, limit: Limit = 20) -> HttpResponse:
    """Services that hold all the words, the best matches first, and organizations and people
    whose name or address holds what was asked for."""
    asking = asking_of(request)
    said = q.strip()
    empty: Plain = {"services": [], "organizations": [], "people": []}
    if asking.viewpoint is None or not words(said):
        return json_answer({**empty, "total": 0, "total_is_capped": False})
    return json_answer(_found(asking.actor, asking.viewpoint, said, limit))


@router.get("/impact", auth=LOOKING_BACK, operation_id="getImpact")
def get_impact(
    request: HttpRequest, service: Services, condition: Condition = "down", as_of: AsOf = ""
) -> HttpResponse:
    """Who is hit when services fail: services with the path that leads there, organizations and
    outcomes."""
    if not 1 <= len(service) <= MOST_FAILING:
        raise invalid_parameter(
            "service", f"{len(service)} stand here", f"1 to {MOST_FAILING} references"
        )
    asking = asking_of(request)
    view, missing = None, list(service)
    if asking.viewpoint is not None:
        view, unknown = impact_view(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            references=service,
            condition=condition,
            limit=None,
            records=records_of(as_of),
        )
        missing = list(unknown)
    if view is None or missing:
        errors = [
            Error(f"there is no service {name[:300]} that you may see", parameter="service")
            for name in missing
        ]
        raise Trouble("not-found", errors[0].detail if errors else "", errors)
    return json_answer(impact_as_plain(view))


def _found(actor: Actor, viewpoint: Viewpoint, said: str, limit: int) -> Plain:
    found = find_services(
        actor=actor, viewpoint=viewpoint, narrowed=CatalogueFilter(text=said), limit=limit
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
            for row in summaries(found.estate, viewpoint, found.shown, found.roles)
        ]
    page = seen_organization_page(actor=actor, viewpoint=viewpoint, named=said, limit=limit)
    people = people_called(viewpoint.root_id, named=said, limit=limit)
    return {
        "services": services,
        "organizations": [
            {"reference": seen.reference, "name": seen.plain["name"]} for seen in page.items
        ],
        "people": [{"reference": email, "name": name} for email, name in people],
        "total": 0 if found is None else found.total,
        "total_is_capped": found is not None and found.capped,
    }
