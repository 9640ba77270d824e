"""Maintenance: what is planned, what it would do, and planning, changing and cancelling it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from catenary import clock
from catenary.api.answers import json_answer
from catenary.api.asking import READING, WRITING, Asking, asking_of
from catenary.api.bodies import JSON, parse, read_bytes, read_json
from catenary.api.once import carried_out_once
from catenary.api.parameters import Limit
from catenary.api.problems import Error, Trouble, not_found, pointer
from catenary.api.writing import precondition_of
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.monitoring.operations.maintenance import (
    Announced,
    ChangedMeanwhile,
    NoSuchMaintenance,
    announce_maintenance,
    cancel_maintenance,
    change_maintenance,
)
from catenary.apps.monitoring.queries.maintenance import (
    MaintenanceView,
    maintenance_as_plain,
    maintenance_coming,
    maintenance_past,
    maintenance_view,
)
from catenary.apps.monitoring.queries.planning import NotPlanned, read_plan
from catenary.apps.monitoring.queries.preview import preview, preview_as_plain
from catenary.domain.maintenance.reading import planned_to_plain

router = Router(tags=["maintenance"])
_ONE = "/maintenance/{key}"
#: What stands against a plan by one's role, not by what it says.
_NOT_ALLOWED = {"not-allowed"}

MaintenanceKey = Annotated[str, Path(max_length=100, description="key of the maintenance")]
Past = Annotated[bool, Query(description="what is over or was cancelled, instead of what is ahead")]
AfterKey = Annotated[
    str, Query(max_length=40, description="what follows the one with this key in the list")
]
Note = Annotated[str, Query(max_length=500, description="why, for whoever it was announced to")]


@router.get("/maintenance", auth=READING, operation_id="readMaintenanceAhead")
def list_maintenance(
    request: HttpRequest, past: Past = False, limit: Limit = 100, after: AfterKey = ""
) -> HttpResponse:
    """Maintenance that touches something inside the viewpoint or used by it: what runs and comes,
    the next first; or what is over, the last first; a page at a time. Who sees only what stands
    on the services that are worked on gets no title."""
    asking = asking_of(request)
    views: tuple[MaintenanceView, ...] = ()
    following = ""
    if asking.viewpoint is not None:
        asked: dict[str, Any] = {"actor": asking.actor, "viewpoint": asking.viewpoint}
        asked["at"] = clock.now()
        if past:
            views, following = maintenance_past(**asked, after=after, limit=limit)
        else:
            coming = maintenance_coming(**asked, after=after, limit=limit)
            views, following = coming.views, coming.following
    items = [maintenance_as_plain(view) for view in views]
    return json_answer({"items": items, "next": following or None})


# Before the keys, among which there is no "preview".
@router.post("/maintenance/preview", auth=WRITING, operation_id="previewMaintenance")
def look(request: HttpRequest) -> HttpResponse:
    """What a plan would do: whom it hits, within their service hours or not, for each time, and
    when it would hurt least within the next two weeks. Nothing is announced."""
    asking, at = asking_of(request), clock.now()
    plain = read_json(request, JSON)
    try:
        planned, _rows = read_plan(asking.actor, plain, at)
    except NotPlanned as refused:
        raise _refused(refused) from refused
    found = None
    if asking.viewpoint is not None:
        found = preview(actor=asking.actor, viewpoint=asking.viewpoint, planned=planned, at=at)
    if found is None:
        raise not_found("service", planned.services[0])
    return json_answer(preview_as_plain(found))


@router.get(_ONE, auth=READING, operation_id="readMaintenance")
def read_maintenance(request: HttpRequest, key: MaintenanceKey) -> HttpResponse:
    """One maintenance; inside the top organization that plans it also the plan and its history."""
    view = _seen(asking_of(request), key)
    if view is None:
        raise not_found("maintenance", key)
    plain = {
        **maintenance_as_plain(view),
        "plan": None if view.planned is None else planned_to_plain(view.planned),
        "versions": [
            {
                "version": each.number,
                "plan": None if each.planned is None else planned_to_plain(each.planned),
                "recorded-at": each.recorded_at.isoformat(),
                "by": each.by or None,
                "note": each.note or None,
            }
            for each in view.versions
        ],
    }
    return json_answer(plain, headers={"ETag": f'"{view.version}"'})


@router.post("/maintenance", auth=WRITING, operation_id="announceMaintenance")
def announce(request: HttpRequest) -> HttpResponse:
    """Announce maintenance of services of which one may report conditions. Look first what it
    would do: `/maintenance/preview`."""
    asking, body = asking_of(request), read_bytes(request)

    def carry_out() -> bytes:
        done = _planned(
            lambda: announce_maintenance(actor=asking.actor, at=clock.now(), plain=parse(body))
        )
        return orjson.dumps(_result(done))

    return carried_out_once(request, asking, body, carry_out)


@router.put(_ONE, auth=WRITING, operation_id="changeMaintenance")
def change(request: HttpRequest, key: MaintenanceKey, note: Note = "") -> HttpResponse:
    """Plan it otherwise from now on; what was until now stays. The same plan again changes
    nothing; one that was cancelled is planned anew."""
    asking, plain = asking_of(request), read_json(request, JSON)
    expected = _expected(request, asking, key)
    done = _planned(
        lambda: change_maintenance(
            actor=asking.actor, at=clock.now(), key=key, plain=plain, note=note, expected=expected
        )
    )
    return json_answer(_result(done), headers={"ETag": f'"{done.version}"'})


@router.delete(_ONE, auth=WRITING, operation_id="cancelMaintenance")
def cancel(request: HttpRequest, key: MaintenanceKey, note: Note = "") -> HttpResponse:
    """Cancel all of it that is ahead, and what runs now. It stays to be read."""
    asking = asking_of(request)
    expected = _expected(request, asking, key)
    done = _planned(
        lambda: cancel_maintenance(
            actor=asking.actor, at=clock.now(), key=key, note=note, expected=expected
        )
    )
    return json_answer(_result(done), headers={"ETag": f'"{done.version}"'})


def _seen(asking: Asking, key: str) -> MaintenanceView | None:
    if asking.viewpoint is None:
        return None
    return maintenance_view(actor=asking.actor, viewpoint=asking.viewpoint, key=key, at=clock.now())


def _expected(request: HttpRequest, asking: Asking, key: str) -> int | None:
    """The version that must stand, by the header If-Match; none when it was not sent."""
    wanted = precondition_of(request)
    view = _seen(asking, key)
    if view is None:
        raise not_found("maintenance", key)
    if wanted.is_new or (wanted.digests and str(view.version) not in wanted.digests):
        raise _meanwhile(view.version)
    return view.version if wanted.digests else None


def _planned(act: Callable[[], Announced]) -> Announced:
    try:
        return act()
    except NotPlanned as refused:
        raise _refused(refused) from refused
    except NoSuchMaintenance:
        raise Trouble("not-allowed", "you may not change this maintenance", [
            Error("you may not change this maintenance", pointer="", code="not-allowed",
                  remedy="ask who may report conditions of all its services")
        ]) from None  # fmt: skip
    except ChangedMeanwhile as changed:
        raise _meanwhile(changed.version) from changed
    except CatalogueBusy as busy:
        raise Trouble(
            "busy", "another program is writing; nothing was changed", headers={"Retry-After": "5"}
        ) from busy


def _meanwhile(version: int) -> Trouble:
    return Trouble(
        "changed-meanwhile",
        "it is not what you saw; nothing was changed",
        headers={"ETag": f'"{version}"'},
    )


def _refused(refused: NotPlanned) -> Trouble:
    errors = [
        Error(
            str(reason.sentence),
            pointer=pointer([reason.field] if reason.field else []),
            code=reason.code,
            expected="" if reason.code in _NOT_ALLOWED else str(reason.expected),
            remedy=str(reason.expected) if reason.code in _NOT_ALLOWED else "",
        )
        for reason in refused.reasons
    ]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    forbidden = all(error.code in _NOT_ALLOWED for error in errors)
    return Trouble("not-allowed" if forbidden else "invalid", errors[0].detail + more, errors)


def _result(done: Announced) -> dict[str, Any]:
    return {"key": done.key, "version": done.version, "changed": done.is_new_version}
