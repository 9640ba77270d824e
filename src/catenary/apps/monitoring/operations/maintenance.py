"""Planning maintenance: announced, changed and cancelled, each a version that stays."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from catenary.apps.common.operations import waiting_turn
from catenary.apps.common.operations.turns import in_order
from catenary.apps.monitoring.models import Maintenance, MaintenanceService, MaintenanceVersion
from catenary.apps.monitoring.operations.marking import mark_announced
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.monitoring.queries.planning import NotPlanned, may_manage, read_plan
from catenary.apps.monitoring.queries.plans import Plan, plans_by_id
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    services_by_reference,
)
from catenary.domain.actors import Actor
from catenary.domain.maintenance.reading import (
    FIELDS,
    Planned,
    planned_to_plain,
    with_change,
)
from catenary.domain.maintenance.windows import (
    Change,
    Occurrence,
    next_occurrence,
    occurrences,
)
from catenary.domain.observations.reading import Wrong
from catenary.domain.said import said

#: Without look-alikes: it is read out on the telephone.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LONGEST_NOTE = 500
#: The queue of versions of plans (`in_order`): lists read on from the last one they know.
VERSIONS = 0x_CA7E_0A22


class NoSuchMaintenance(Exception):
    """There is no such maintenance that the actor may manage."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the plan since it was read; ``version`` is what it is now."""

    def __init__(self, version: int) -> None:
        super().__init__("somebody changed it meanwhile")
        self.version = version


@dataclass(frozen=True, slots=True)
class Announced:
    """What came of a wish: the key of the maintenance and the version it is at now;
    ``is_new_version`` is false when it said so already."""

    key: str
    version: int
    is_new_version: bool = True


def announce_maintenance(*, actor: Actor, at: datetime, plain: Any) -> Announced:
    """Plan maintenance. Raises `NotPlanned`, and `CatalogueBusy` when the turn does not come."""
    planned, rows = read_plan(actor, plain, at)
    if next_occurrence(planned.window, micros(at)) is None:
        sentence = said("all of this is over")
        raise NotPlanned([Wrong("start", "in-the-past", sentence, said("a time ahead"))])
    key = "".join(secrets.choice(_LETTERS) for _ in range(10))
    root = next(iter(rows.values())).root_id
    with waiting_turn():
        row = Maintenance.objects.create(
            key=key, organization_id=root, title=planned.title, version=1, due_at=at
        )
        _keep_version(row.pk, 1, planned, "", actor, at)
        _keep_services(row.pk, rows)
        mark_announced(row.pk, at)
    return Announced(key, 1)


def change_maintenance(
    *,
    actor: Actor,
    at: datetime,
    key: str,
    plain: Any,
    note: str = "",
    expected: int | None = None,
) -> Announced:
    """Plan it otherwise from now on; what was until now stays. ``expected`` is the version that
    was read. Raises `NoSuchMaintenance`, `NotPlanned`, `ChangedMeanwhile` and `CatalogueBusy`."""
    return _changed(
        actor, at, key, lambda plan: read_plan(actor, plain, at)[0], note=note, expected=expected
    )


def cancel_maintenance(
    *, actor: Actor, at: datetime, key: str, note: str = "", expected: int | None = None
) -> Announced:
    """Nothing more of it takes place; what runs is over now. Raises as `change_maintenance`."""
    return _changed(actor, at, key, lambda plan: None, note=note, expected=expected)


def cancel_occurrence(
    *, actor: Actor, at: datetime, key: str, occurrence: datetime, note: str = ""
) -> Announced:
    """One occurrence, by its start on the wall, does not take place; others do."""
    return _changed(
        actor,
        at,
        key,
        lambda plan: with_change(_with(plan, occurrence), Change(occurrence)),
        note=note,
    )


def end_occurrence(
    *, actor: Actor, at: datetime, key: str, end: datetime | None = None, note: str = ""
) -> Announced:
    """What runs now ends now, or at another moment, earlier or later than planned."""

    def changed(plan: Plan) -> Planned:
        planned = plan.last
        running = _running(planned, at)
        until = micros(end or at)
        if running is None or plan.cancelled_at is not None:
            sentence = said("nothing of it takes place now")
            raise NotPlanned([Wrong("occurrence", "not-running", sentence, "")])
        if until < micros(at) or until <= running.start:
            sentence = said("this is over")
            raise NotPlanned([Wrong("end", "in-the-past", sentence, said("now or later"))])
        # Its start as it is on the wall; a plan keeps walls, and the zone tells which instant.
        start = next(
            (c.start for c in planned.window.changes if c.at == running.at and c.start is not None),
            running.at,
        )
        return with_change(planned, Change(running.at, start, until - running.start))

    return _changed(actor, at, key, changed, note=note)


def _with(plan: Plan, occurrence: datetime) -> Planned:
    if plan.cancelled_at is not None:
        raise NotPlanned([Wrong("occurrence", "cancelled", said("it was cancelled"), "")])
    return plan.last


def _running(planned: Planned, at: datetime) -> Occurrence | None:
    now = micros(at)
    return next(iter(occurrences(planned.window, now, now + 1)), None)


def _changed(
    actor: Actor,
    at: datetime,
    key: str,
    change: Callable[[Plan], Planned | None],
    *,
    note: str,
    expected: int | None = None,
) -> Announced:
    with waiting_turn():
        found = Maintenance.objects.select_for_update().filter(key=key).first()
        plan = None if found is None else plans_by_id([found.pk])[found.pk]
        if found is None or plan is None or not may_manage(actor, plan):
            raise NoSuchMaintenance(key)
        if expected is not None and expected != found.version:
            raise ChangedMeanwhile(found.version)
        planned = change(plan)
        was = plan.versions[-1].planned
        if planned == was:
            return Announced(key, found.version, is_new_version=False)
        checked = plan.last
        rows = services_by_reference(checked.services)
        if planned is not None:
            # As they are today: a unit that moves to another house takes its maintenance along.
            homes = {row.root_id for row in rows.values()}
            checked, rows = read_plan(actor, planned_to_plain(planned), at)
            if not {row.root_id for row in rows.values()} <= homes:
                sentence = said("these services are of another top organization")
                raise NotPlanned([Wrong("services", "invalid", sentence, FIELDS["services"])])
        number = found.version + 1
        _keep_version(found.pk, number, planned, note.strip()[:_LONGEST_NOTE], actor, at)
        _keep_services(found.pk, rows)
        mark_announced(found.pk, at)
        Maintenance.objects.filter(pk=found.pk).update(
            title=checked.title,
            version=number,
            cancelled_at=at if planned is None else None,
            due_at=at,
        )
    return Announced(key, number)


def _keep_version(
    number: int, version: int, planned: Planned | None, note: str, actor: Actor, at: datetime
) -> None:
    in_order(VERSIONS)
    document = "" if planned is None else orjson.dumps(planned_to_plain(planned)).decode()
    MaintenanceVersion.objects.create(
        maintenance_id=number,
        number=version,
        document=document,
        note=note,
        recorded_at=at,
        account_id=actor.account_id,
        person_id=actor.person_id,
    )


def _keep_services(number: int, rows: dict[str, ServiceRow]) -> None:
    MaintenanceService.objects.filter(maintenance_id=number).delete()
    MaintenanceService.objects.bulk_create(
        MaintenanceService(maintenance_id=number, service_id=row.id) for row in rows.values()
    )
