"""Who asks, and what documents look like."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from catenary.api.answers import json_answer
from catenary.api.asking import READING, asking_of
from catenary.apps.organizations.queries import person_name
from catenary.exchange.catalogue.schema import catalogue_schema

router = Router(tags=["about"])


@router.get("/me", auth=READING, operation_id="getMe")
def get_me(request: HttpRequest) -> HttpResponse:
    """Who asks, their roles, what their token may do, and from where they look."""
    asking = asking_of(request)
    actor, viewpoint = asking.actor, asking.viewpoint
    return json_answer(
        {
            "email": actor.email,
            "name": person_name(actor.person_id) if actor.person_id else "",
            "is_operator": actor.is_operator,
            "scopes": sorted(actor.scopes),
            "memberships": [
                {
                    "organization": fact.key,
                    "name": fact.name,
                    "roles": sorted(str(role) for role in fact.roles),
                }
                for fact in actor.memberships
            ],
            "viewpoint": None
            if viewpoint is None
            else {
                "organization": viewpoint.key,
                "name": viewpoint.name,
                "top": viewpoint.root_key,
            },
        }
    )


@router.get("/schema", auth=READING, operation_id="getSchema")
def get_schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of catalogue files, of which the documents here are parts."""
    response = json_answer(catalogue_schema())
    response.headers["Content-Type"] = "application/schema+json"
    return response
