"""Working out who is to be told of planned maintenance: one notice for each receiver and plan.

As with conditions (`operations.telling`), each subscriber is told the difference to what they were
told last: that it was announced, that it changed, that it was called off. What was announced and
called off again before they were told is no news. The marks, what is told and the notices change
in one transaction, so that whoever dies in the middle leaves it to be done once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from catenary.apps.common.operations.outbox import Letter, leave
from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.choices import NOTICE
from catenary.apps.monitoring.models import ToldMaintenance
from catenary.apps.monitoring.operations.marking import ANNOUNCED
from catenary.apps.monitoring.operations.taking_up import hears_nothing_until, take_up
from catenary.apps.monitoring.operations.telling import MOST_NAMED, concerned
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.plans import Plan, PlanVersion, plans_by_id
from catenary.apps.monitoring.queries.subscriptions import (
    SubscriptionRow,
    reader_of,
    standing_subscriptions,
)
from catenary.apps.monitoring.queries.touched import may_be_told, touched_as_planned
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.domain.estate import Estate
from catenary.domain.maintenance.windows import next_occurrence

#: Who wants to hear that something is in maintenance hears that it will be.
_WANTED = "maintenance"
_MOST_MARKS = 200


@dataclass(slots=True)
class _Draft:
    """One notice: what became of which version, for which subscriptions, and the services."""

    became: str
    version: int
    subscriptions: list[int] = field(default_factory=list)
    services: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Announcing:
    """What is to be kept; ``notices`` by receiver, plan and what became of it."""

    notices: dict[tuple[Any, ...], _Draft] = field(default_factory=dict)
    told: list[ToldMaintenance] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)
    waiting: dict[int, dict[int, int]] = field(default_factory=dict)


def tell_what_is_planned(*, at: datetime) -> int:
    """Turn due marks into notices; how many notices were left. Raises `CatalogueBusy` when the
    turn to write does not come."""
    return take_up(
        kind=ANNOUNCED,
        at=at,
        most=_MOST_MARKS,
        work_out=lambda marks: _worked_out(marks, at),
        keep=lambda announcing: _keep(announcing, at),
    )


def _worked_out(marks: list[Letter], at: datetime) -> _Announcing:
    announcing, estate = _Announcing(), current_estate()
    asked_for = _asked_for(marks)
    plans = plans_by_id(asked_for)
    everybody = [row for row in standing_subscriptions() if _WANTED in row.conditions]
    told = _told_of(plans)
    for plan in plans.values():
        wanted = asked_for[plan.id]
        for row in everybody:
            if wanted is None or row.id in wanted:
                before = told.get((row.id, plan.id))
                _compare(announcing, estate, plan, row, before, micros(at))
    return announcing


def _asked_for(marks: Iterable[Letter]) -> dict[int, set[int] | None]:
    """The maintenance that marks name, with the subscriptions they are for; none: all."""
    found: dict[int, set[int] | None] = {}
    for mark in marks:
        number, named = mark.payload["maintenance"], mark.payload.get("subscriptions")
        before = found.get(number, set())
        found[number] = None if named is None or before is None else before | set(named)
    return found


def _told_of(plans: Iterable[int]) -> dict[tuple[int, int], ToldMaintenance]:
    found = {}
    for batch in in_batches(plans):
        rows = ToldMaintenance.objects.filter(
            maintenance_id__in=batch, subscription__ended_at__isnull=True
        )
        found.update({(row.subscription_id, row.maintenance_id): row for row in rows})
    return found


def _compare(
    announcing: _Announcing,
    estate: Estate,
    plan: Plan,
    row: SubscriptionRow,
    told: ToldMaintenance | None,
    now: int,
) -> None:
    """What a subscriber is to be told of a plan now, or later."""
    last = plan.versions[-1]
    before = _version_told(plan, row, told)
    if before is last:
        return
    became, version = "announced" if before is None else "changed", last
    services = _concerned(estate, plan, row, last) if _is_ahead(last, now) else set()
    if not services and before is not None and _is_ahead(before, now, begins_later=True):
        # Called off altogether, or for what this subscriber follows.
        became, version = "called-off", before
        services = _concerned(estate, plan, row, before)
    if not services:
        return
    until = hears_nothing_until(row, now)
    if until is not None:
        announcing.waiting.setdefault(plan.id, {})[row.id] = until
        return
    if became != "called-off":
        announcing.told.append(
            ToldMaintenance(
                subscription_id=row.id,
                maintenance_id=plan.id,
                version=last.number,
                told_at=moment(now),
            )
        )
    elif told is not None:
        announcing.forgotten.append(told.pk)
    key = (*row.receiver, plan.id, became)
    draft = announcing.notices.setdefault(key, _Draft(became, version.number))
    draft.subscriptions.append(row.id)
    draft.services |= services


def _version_told(
    plan: Plan, row: SubscriptionRow, told: ToldMaintenance | None
) -> PlanVersion | None:
    """What a subscriber knows of a plan; what stood when they subscribed counts as known."""
    if told is not None:
        return next(each for each in plan.versions if each.number == told.version)
    known = [each for each in plan.versions if each.recorded_at < row.created_at]
    return known[-1] if known and known[-1].planned is not None else None


def _is_ahead(version: PlanVersion, now: int, *, begins_later: bool = False) -> bool:
    """Whether anything of a version is still to come, or (unless it must begin later) runs."""
    if version.planned is None:
        return False
    coming = next_occurrence(version.planned.window, now)
    if coming is not None and begins_later and coming.start <= now:
        coming = next_occurrence(version.planned.window, coming.end)
    return coming is not None


def _concerned(estate: Estate, plan: Plan, row: SubscriptionRow, version: PlanVersion) -> set[int]:
    """The services touched that a subscription is about, and of which its owner may be told."""
    assert version.planned is not None
    places, _states, worked_on = touched_as_planned(estate, version.planned)
    actor, viewpoint = reader_of(row)
    if viewpoint is None:
        return set()
    seen_here = visible_services(estate, actor, viewpoint)
    allowed = may_be_told(estate, viewpoint, seen_here, places, worked_on)
    about = concerned(estate, row, places[allowed])
    return set(estate.service_ids[np.unique(about)].tolist())


def _payloads(announcing: _Announcing) -> Iterator[dict[str, Any]]:
    """As they stand in the outbox: numbers, so that names are those of when it is sent."""
    for key, draft in announcing.notices.items():
        services = sorted(draft.services)
        yield {
            "subscriptions": draft.subscriptions,
            "maintenance": key[-2],
            "version": draft.version,
            "became": draft.became,
            "services": services[:MOST_NAMED],
            "more": max(0, len(services) - MOST_NAMED),
        }


def _keep(announcing: _Announcing, at: datetime) -> int:
    ToldMaintenance.objects.bulk_create(
        announcing.told,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["subscription", "maintenance"],
        update_fields=["version", "told_at"],
    )
    for batch in in_batches(announcing.forgotten):
        ToldMaintenance.objects.filter(pk__in=batch).delete()
    leave(kind=NOTICE, payloads=_payloads(announcing), at=at)
    for plan, waiting in announcing.waiting.items():
        mark = {"maintenance": plan, "subscriptions": sorted(waiting)}
        leave(kind=ANNOUNCED, payloads=[mark], at=at, due_at=moment(min(waiting.values())))
    return len(announcing.notices)
