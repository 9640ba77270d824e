"""What changed between two moments, by whom and how."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query

from catenary.api.answers import (
    Plain,
    check_fields,
    json_answer,
    link_to_next,
    sparse,
    wanted_fields,
    wrong_place,
)
from catenary.api.asking import READING, asking_of
from catenary.api.parameters import After, Below, Limit
from catenary.api.problems import invalid_parameter
from catenary.api.routes import changes
from catenary.apps.portfolio.queries.changes import (
    Changes,
    Happened,
    Narrowed,
    changes_between,
    is_place,
)
from catenary.domain.moments import read_beginning, read_moment

# Of one address all methods stand with one router.
router = changes.router

From = Annotated[
    str,
    Query(
        alias="from",
        max_length=40,
        description="from this moment on, which is included: an ISO date (its beginning, in UTC) "
        "or date and time",
    ),
]
To = Annotated[
    str,
    Query(
        alias="to",
        max_length=40,
        description="up to this moment, which is included: an ISO date (its end, in UTC) or date "
        "and time",
    ),
]
KindName = Annotated[
    Literal["", "organization", "person", "service", "consumption"],
    Query(description="organization, person, service or consumption"),
]
Reference = Annotated[
    str,
    Query(
        max_length=420,
        description="of this object alone: key, e-mail address, `organization/service` or "
        "`consumer > organization/service`",
    ),
]
Who = Annotated[str, Query(max_length=300, description="e-mail address of who did it")]
Door = Annotated[str, Query(max_length=100, description="through what: web, api, command-line, …")]
Source = Annotated[
    str, Query(max_length=300, description="what manages the objects since: browser, folder:…, …")
]
#: What is told of one change of one object.
FIELDS = (
    "reference",
    "at",
    "kind",
    "name",
    "action",
    "by",
    "door",
    "source",
    "note",
    "before",
    "after",
)


@router.get("/changes", auth=READING, operation_id="listChanges")
def list_changes(
    request: HttpRequest,
    since: From = "",
    until: To = "",
    kind: KindName = "",
    reference: Reference = "",
    organization: Below = "",
    person: Who = "",
    door: Door = "",
    source: Source = "",
    after: After = "",
    limit: Limit = 20,
) -> HttpResponse:
    """What changed in the viewpoint's top organization between two moments, the latest first: what
    was said before and after, who did it, through what, and why. `by` is null for an operator
    and for somebody of another top organization; restricted services are told to those who may
    see them. A page may hold fewer items than `limit`, or none, and yet lead on by `next`."""
    fields = wanted_fields(request)
    check_fields(fields, FIELDS)
    moments = [read_beginning(since), read_moment(until)]
    for name, said, moment in zip(("from", "to"), (since, until), moments, strict=True):
        if said and moment is None:
            raise invalid_parameter(
                name, "this is no moment", "an ISO date or time, like 2026-03-01T09:30Z"
            )
    if after and not is_place(after):
        raise wrong_place()
    asking, found = asking_of(request), Changes(())
    if asking.viewpoint is not None:
        found = changes_between(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            narrowed=Narrowed(
                moments[0],
                moments[1],
                organization=organization,
                person=person,
                door=door,
                source=source,
                kind=kind,
                reference=reference,
            ),
            after=after,
            limit=limit,
        )
    items = [sparse(_plain(row), fields) for row in found.rows]
    headers = link_to_next(request, found.after)
    return json_answer({"items": items, "next": found.after}, headers=headers)


def _plain(row: Happened) -> Plain:
    return {
        "reference": row.reference,
        "at": row.entry.at.isoformat(),
        "kind": row.kind.value,
        "name": row.name,
        "action": row.entry.action,
        "by": row.who or None,
        "door": row.entry.door,
        "source": row.entry.source,
        "note": row.note,
        "before": row.entry.before,
        "after": row.entry.after,
    }
