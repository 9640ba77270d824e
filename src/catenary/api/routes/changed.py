"""What changed between two moments, by whom and how."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query

from catenary.api.answers import (
    Plain,
    json_answer,
    link_to_next,
    sparse,
    wanted_fields,
)
from catenary.api.asking import READING, asking_of
from catenary.api.parameters import MOMENT, Below, Limit, after_in, fields_of, query
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
    query(
        MOMENT,
        alias="from",
        max_length=40,
        description="from this moment on, which is included: an ISO date (its beginning, in UTC) "
        "or date and time",
    ),
]
To = Annotated[
    str,
    query(
        MOMENT,
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
    str,
    Query(
        max_length=300,
        description="where it came from: browser, api, command-line, folder:…, import:…, …",
    ),
]
#: What is told of one change of one object.
_TOLD = (
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
Fields = Annotated[str, fields_of(_TOLD)]
After = Annotated[str, after_in(is_place)]


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
    fields: Fields = "",
) -> HttpResponse:
    """What changed in the viewpoint's top organization between two moments, the latest first: what
    was said before and after, who did it, through what, and why. `by` is null for an operator
    and for somebody of another top organization; restricted services are told to those who may
    see them. A page may hold fewer items than `limit`, or none, and yet lead on by `next`."""
    asking, found, wanted = asking_of(request), Changes(()), wanted_fields(fields)
    if asking.viewpoint is not None:
        found = changes_between(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            narrowed=Narrowed(
                read_beginning(since),
                read_moment(until),
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
    items = [sparse(_plain(row), wanted) for row in found.rows]
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
