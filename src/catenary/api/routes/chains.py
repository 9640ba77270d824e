"""What stands around a service: its chain up and down, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from catenary.api.answers import Plain, json_answer, of_moment
from catenary.api.asking import READING, asking_of
from catenary.api.looking import AsOf, moment_of, records_of, then_of
from catenary.api.parameters import Organization, ServiceKey
from catenary.api.problems import not_found
from catenary.apps.access.queries.accounts import account_names
from catenary.apps.history.queries import HistoryEntry
from catenary.apps.organizations.queries import people_by_id
from catenary.apps.portfolio.queries.chain import ChainView, Direction, chain_of
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.apps.portfolio.queries.service import ServiceLink, service_history
from catenary.domain.actors import Viewpoint
from catenary.domain.documents.relying import group_to_plain

router = Router(tags=["chain and history"])
_ONE = "/services/{organization}/{service}"

Depth = Annotated[
    int, Query(ge=0, le=100, description="how many steps to follow; 0 follows them all")
]
Way = Annotated[
    Direction, Query(description="up to those who rely on it, down to what it relies on, or both")
]
Most = Annotated[int, Query(ge=1, le=300, description="how many services to give at most")]
Entries = Annotated[int, Query(ge=1, le=500, description="how many entries to give at most")]


@router.get(f"{_ONE}/chain", auth=READING, operation_id="getChain")
def get_chain(
    request: HttpRequest,
    organization: Organization,
    service: ServiceKey,
    direction: Way = Direction.BOTH,
    depth: Depth = 2,
    limit: Most = 300,
    as_of: AsOf = "",
) -> HttpResponse:
    """The chain of a service as far as it may be seen: its services with their distance (up is
    negative), what relies on what, who consumes it, and how many stand beyond."""
    reference = f"{organization}/{service}"
    asking, then = asking_of(request), then_of(as_of)
    view = None
    if asking.viewpoint is not None:
        view = chain_of(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            reference=reference,
            direction=direction,
            depth=depth or None,
            limit=limit,
            records=records_of(then),
        )
    if view is None:
        raise not_found("service", reference)
    return json_answer(_chain(view), headers=of_moment(moment_of(then)))


@router.get(f"{_ONE}/history", auth=READING, operation_id="getHistory")
def get_history(
    request: HttpRequest, organization: Organization, service: ServiceKey, limit: Entries = 50
) -> HttpResponse:
    """What happened to a service, the latest first: who, when, through what, before and after.
    It is told to those of its own top organization."""
    reference = f"{organization}/{service}"
    asking = asking_of(request)
    viewpoint = asking.viewpoint
    row = services_by_reference([reference]).get(reference)
    entries: list[HistoryEntry] = []
    if viewpoint is not None and row is not None:
        entries = service_history(
            actor=asking.actor, viewpoint=viewpoint, service_id=row.id, limit=limit
        )
    if not entries:
        raise not_found("service", reference)
    return json_answer({"reference": reference, "entries": _entries(entries, viewpoint)})


def _entries(entries: Sequence[HistoryEntry], viewpoint: Viewpoint | None) -> list[Plain]:
    root_ids = {viewpoint.root_id} if viewpoint is not None else ()
    people = people_by_id({e.person_id for e in entries if e.person_id}, root_ids)
    accounts = account_names({e.account_id for e in entries if e.account_id})

    def who(entry: HistoryEntry) -> str | None:
        if entry.person_id in people:
            return people[entry.person_id].name
        if entry.person_id is not None:
            # Somebody of another house: before the unit moved here, or an operator.
            return None
        return accounts.get(entry.account_id or 0)

    return [
        {
            "at": entry.at.isoformat(),
            "by": who(entry),
            "door": entry.door,
            "source": entry.source,
            "action": entry.action,
            "before": entry.before,
            "after": entry.after,
        }
        for entry in entries
    ]


def _chain(view: ChainView) -> Plain:
    return {
        "focus": _link(view.focus),
        "services": [{**_link(each.link), "steps": each.steps} for each in view.services],
        "hidden": [{"reference": each.id, "provider": each.provider.key} for each in view.hidden],
        "reliance": [
            {"reliant": reliant, "group": _group(group)} for reliant, group in view.reliance
        ],
        "consumers": [
            {
                "organization": each.organization.key,
                "name": each.organization.name,
                "service": each.service,
                "known-as": each.known_as or None,
                "relying": each.relying,
            }
            for each in view.consumers
        ],
        "total_up": view.total_up,
        "total_down": view.total_down,
        "not_shown": view.not_shown,
        "beyond": view.beyond,
    }


def _group(group: Any) -> Any:
    return group_to_plain(group)


def _link(link: ServiceLink) -> Plain:
    return {
        "reference": link.reference,
        "name": link.name,
        "provider": link.provider.key,
        "stage": str(link.stage),
        "role": link.role,
    }
