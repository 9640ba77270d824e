"""The audit for operators and administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from catenary.api.answers import (
    Plain,
    json_answer,
    link_to_next,
    place_after,
    place_of,
)
from catenary.api.asking import MANAGING, asking_of
from catenary.api.parameters import MOMENT, Limit, after_in, query
from catenary.api.problems import Trouble
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries.acts import Touched
from catenary.apps.reporting.queries import (
    AuditClosed,
    AuditEntry,
    Place,
    Standing,
    Subject,
    Who,
    audit,
)
from catenary.domain.moments import read_beginning, read_moment

router = Router(tags=["audit"])

What = Annotated[
    Literal["", "ways-in", "changes"],
    Query(description="ways-in (sign-ins, sessions, tokens) or changes (with roles); else both"),
]
Whose = Annotated[
    str,
    Query(max_length=254, description="e-mail address: what they did and what was done about them"),
]
From = Annotated[
    str,
    query(
        MOMENT, alias="from", max_length=40, description="from this moment on: an ISO date or time"
    ),
]
To = Annotated[
    str,
    query(
        MOMENT, alias="to", max_length=40, description="up to this moment, a day with all its hours"
    ),
]


def _is_place(after: str) -> bool:
    said = place_of(after)
    return isinstance(said, list) and len(said) == 2 and all(map(_is_number, said))


def _is_number(said: Any) -> bool:
    return said is None or (type(said) is int and 0 <= said < 2**63)


After = Annotated[str, after_in(_is_place)]


@router.get("/audit", auth=MANAGING, operation_id="listAudit")
def list_audit(
    request: HttpRequest,
    what: What = "",
    person: Whose = "",
    since: From = "",
    until: To = "",
    after: After = "",
    limit: Limit = 50,
) -> HttpResponse:
    """Who came in, who did not, who changed what and which roles came and went, the latest first.
    An operator reads all of it; an administrator what concerns the people and objects of the
    organizations they administer. For everybody else there is no audit."""
    asking, end = asking_of(request), read_moment(until)
    try:
        found = audit(
            actor=asking.actor,
            subject=Subject(what) if what else None,
            person=person.strip().lower(),
            since=read_beginning(since),
            until=end + timedelta(microseconds=1) if end else None,
            after=Place(*place_of(after)) if after else Place(),
            limit=limit,
        )
    except AuditClosed:
        raise Trouble("not-found", "there is no audit that you may read") from None
    following = found.following
    place = place_after([following.event, following.change]) if following else None
    return json_answer(
        {"items": [_entry(each) for each in found.entries], "next": place},
        headers=link_to_next(request, place),
    )


def _entry(entry: AuditEntry) -> Plain:
    told: Plain = {"at": entry.at.isoformat(), "who": _who(entry.who)}
    if entry.event is not None:
        event = entry.event
        return {
            **told,
            "what": str(event.kind),
            "whose": _who(entry.whose) if entry.whose else None,
            "about": event.about,
            "door": event.door,
            "address": event.address or None,
            "device": event.device,
        }
    act = entry.act
    assert act is not None, "an entry is an event or an act"
    return {
        **told,
        "what": "changed",
        "door": act.door,
        "source": act.source,
        "total": act.count,
        "objects": [_object(touched, entry) for touched in act.touched],
        "roles": [
            {
                "whose": _who(role.whose),
                "organization": role.organization,
                "role": role.role,
                "given": role.is_given,
            }
            for role in entry.roles
        ],
    }


def _who(who: Who) -> Plain:
    is_person = who.standing is Standing.PERSON
    return {
        "standing": str(who.standing),
        "name": who.name if is_person else None,
        "email": who.email or None,
    }


def _object(touched: Touched, entry: AuditEntry) -> Plain:
    """What was changed; somebody's address only where the reader may know who that is."""
    reference: str | None = touched.reference
    if touched.kind is Kind.PERSON:
        reference = (entry.people or {})[touched.object_id].email or None
    return {"kind": str(touched.kind), "reference": reference, "action": touched.action}
