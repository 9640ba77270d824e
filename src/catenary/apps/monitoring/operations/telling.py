"""Working out who is to be told of changed conditions: one notice for each receiver and event.

The engine leaves marks that name services. When a mark is due, what its services are shown as
*then* is compared with what each subscriber was last told: so what came and went meanwhile is told
to nobody, what was told already is not told again, and whoever dies in the middle leaves it to be
done once. The marks, what is told and the notices change in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from catenary.apps.common.operations import put_rows
from catenary.apps.common.operations.outbox import Letter, leave
from catenary.apps.monitoring.choices import NOTICE, About
from catenary.apps.monitoring.models import Told
from catenary.apps.monitoring.operations.marking import CHANGED
from catenary.apps.monitoring.operations.taking_up import hears_nothing_until, take_up
from catenary.apps.monitoring.queries.consumed import consumed_places
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.shared_causes import SharedCause, shared_causes
from catenary.apps.monitoring.queries.since import silent_since
from catenary.apps.monitoring.queries.subscriptions import (
    SubscriptionRow,
    reader_of,
    standing_subscriptions,
)
from catenary.apps.monitoring.queries.telling import (
    Standing,
    always_unknown,
    standing_now,
    troubled_now,
)
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.domain.estate import Bools, Estate, Ints
from catenary.domain.impact import DEGRADED, DOWN, OPERATIONAL
from catenary.domain.notices import FINE, IMPAIRED, MEMORY, felt, patience

_MOST_MARKS = 500
#: So many services are named in one notice at most; the others are counted.
MOST_NAMED = 2_000
#: So many causes are handed on at most, those that hit most; the others are counted.
MOST_CAUSES = 200
#: What is kept of what somebody was told: of whom and what, and then the rest.
_TOLD = ("subscription_id", "service_id", "condition", "told_at", "tellings")
#: How bad something certainly was that was told of.
_CERTAIN = {"degraded": DEGRADED, IMPAIRED: DEGRADED, "down": DOWN}
_MEMORY = timedelta(microseconds=MEMORY)


@dataclass(slots=True)
class _Telling:
    """What is to be kept: notices by receiver, what they were told, and what must wait."""

    notices: dict[tuple[int, str, str], _Draft] = field(default_factory=dict)
    told: list[tuple[Any, ...]] = field(default_factory=list)
    waiting: set[int] = field(default_factory=set)
    waiting_for: set[int] = field(default_factory=set)
    until: int | None = None
    causes: list[SharedCause] = field(default_factory=list)

    def wait(self, service: int, subscription: int, until: int) -> None:
        """Look again at a service for a subscription."""
        self.waiting.add(service)
        self.waiting_for.add(subscription)
        self.until = until if self.until is None else min(self.until, until)


@dataclass(slots=True)
class _Draft:
    """One notice: the subscriptions it is for, and what became of which service."""

    subscriptions: list[int] = field(default_factory=list)
    changes: dict[int, tuple[str, str, int, int, int]] = field(default_factory=dict)


def tell(*, at: datetime) -> int:
    """Turn due marks into notices; how many notices were left. Raises `CatalogueBusy` when the
    turn to write does not come."""
    return take_up(
        kind=CHANGED,
        at=at,
        most=_MOST_MARKS,
        work_out=lambda marks: _worked_out(marks, at),
        keep=lambda telling: _keep(telling, at),
    )


def begin_with_what_stands(*, subscription: str, at: datetime) -> None:
    """A new subscriber is told of changes from here on: what stands now counts as told. Call it in
    the transaction that makes the subscription."""
    (row,) = (each for each in standing_subscriptions() if each.public_id == subscription)
    estate, standing = current_estate(), troubled_now()
    if "unknown" in row.conditions:
        standing |= dict.fromkeys(silent_since(), "unknown")
    positions = estate.service_positions(sorted(standing))
    numbers = estate.service_ids[concerned(estate, row, positions)].tolist()
    Told.objects.bulk_create(
        (
            Told(
                subscription_id=row.id,
                service_id=number,
                condition=standing[number],
                told_at=at,
                tellings=0,
            )
            for number in numbers
            if standing[number] in row.conditions
        ),
        batch_size=500,
    )


def _worked_out(marks: list[Letter], at: datetime) -> _Telling:
    telling = _Telling()
    asked_for = _subscriptions(marks)
    if not asked_for:
        return telling
    services, estate = _services(marks), current_estate()
    is_wanted = services is not None or any("unknown" in row.conditions for row in asked_for)
    standing = standing_now(at, services, with_silent=is_wanted)
    told = _told_of(asked_for)
    if services is None:
        # Of those that were told of, also how the well ones are.
        others = {service for _, service in told} - standing.keys()
        standing |= standing_now(at, others)
        services = standing.keys() | others
    positions = estate.service_positions(sorted(services))
    for subscription in asked_for:
        about = concerned(estate, subscription, positions)
        if len(about):
            numbers = estate.service_ids[about].tolist()
            _compare(telling, subscription, numbers, standing, told, micros(at))
    _explain(telling, estate)
    return telling


def _subscriptions(marks: list[Letter]) -> list[SubscriptionRow]:
    """Those that the marks are for: all, unless each names its own."""
    named = [mark.payload.get("subscriptions") for mark in marks]
    if any(each is None for each in named):
        return standing_subscriptions()
    return standing_subscriptions(ids={number for each in named for number in each})


def _services(marks: list[Letter]) -> set[int] | None:
    """Those that the marks name; none when one of them names nobody, and so means everybody."""
    named = [mark.payload["services"] for mark in marks]
    if any(each is None for each in named):
        return None
    return {number for each in named for number in each}


def _told_of(subscriptions: list[SubscriptionRow]) -> dict[tuple[int, int], Told]:
    rows = Told.objects.filter(subscription__ended_at__isnull=True)
    if len(subscriptions) <= 500:
        rows = rows.filter(subscription_id__in=[row.id for row in subscriptions])
    return {(row.subscription_id, row.service_id): row for row in rows.iterator()}


def concerned(estate: Estate, row: SubscriptionRow, positions: Ints) -> Ints:
    """Which of these services a subscription is about, and its owner may see now."""
    organization = estate.organization_position(row.organization_id)
    if organization is None:
        return positions[:0]
    if row.about == About.SERVICE:
        positions = positions[estate.service_ids[positions] == row.service_id]
    elif row.about == About.PROVIDED:
        positions = positions[estate.inside_at(organization, positions)]
    if not len(positions):
        return positions
    actor, viewpoint = reader_of(row)
    if viewpoint is None:
        return positions[:0]
    mask: Bools = visible_services(estate, actor, viewpoint)
    if row.about == About.CONSUMED:
        consumed = np.zeros(estate.size, dtype=np.bool_)
        places = consumed_places(estate, viewpoint, mask, with_shared=row.with_shared)
        consumed[places] = True
        mask = consumed
    return positions[mask[positions]]


def _compare(
    telling: _Telling,
    row: SubscriptionRow,
    services: Iterable[int],
    standing: dict[int, Standing],
    told: dict[tuple[int, int], Told],
    now: int,
) -> None:
    """What a subscriber is to be told of these services now, and what later."""
    silent_until = hears_nothing_until(row, now)
    for service in _with_news(row, services, standing, told):
        before = told.get((row.id, service))
        is_now = standing.get(service)
        kind = is_now.kind if is_now is not None else "unknown"
        was = before.condition if before is not None else FINE
        if felt(kind, row.conditions) == felt(was, row.conditions):
            continue
        lately = _lately(before, now)
        since, best, worst = now, OPERATIONAL, DOWN
        if is_now is not None:
            since, best, worst = is_now.since, is_now.best, is_now.worst
        ready = since + patience(lately)
        if silent_until is not None or ready > now:
            telling.wait(service, row.id, max(ready, silent_until or 0))
            continue
        telling.told.append((row.id, service, kind, moment(now), lately + 1))
        draft = telling.notices.setdefault(row.receiver, _Draft())
        if row.id not in draft.subscriptions:
            draft.subscriptions.append(row.id)
        said = kind if is_now is None else is_now.said
        draft.changes.setdefault(service, (was, said, since, best, worst))


def _with_news(
    row: SubscriptionRow,
    services: Iterable[int],
    standing: dict[int, Standing],
    told: dict[tuple[int, int], Told],
) -> list[int]:
    """Those of which anything can be told: not of which nobody ever knew anything, though that
    was worked out only now."""
    known = [each for each in services if each in standing or (row.id, each) in told]
    if "unknown" not in row.conditions:
        return known
    never = always_unknown(
        each
        for each in known
        if each in standing and standing[each].said == "unknown" and (row.id, each) not in told
    )
    return [each for each in known if each not in never]


def _lately(before: Told | None, now: int) -> int:
    if before is None or moment(now) - before.told_at > _MEMORY:
        return 0
    return before.tellings


def _explain(telling: _Telling, estate: Estate) -> None:
    troubled = set()
    possibly = set()
    for draft in telling.notices.values():
        for service, (was, kind, _, best, _) in draft.changes.items():
            if kind != "operational":
                troubled.add(service)
                # Where what is certain is news, what it might be besides is none.
                if best <= _CERTAIN.get(was, OPERATIONAL):
                    possibly.add(service)
    if troubled:
        certain = troubled - possibly
        telling.causes = shared_causes(estate, sorted(troubled), only_certain=certain)


def _payload(draft: _Draft, causes: Iterable[SharedCause]) -> dict[str, Any]:
    """As it stands in the outbox: numbers, so that names are those of when it is sent."""
    changes = [[service, *change] for service, change in sorted(draft.changes.items())]
    named = draft.changes.keys()
    hits = [(cause, cause.hit & named, cause.alone & named) for cause in causes]
    told = [
        # What it hits are the others; that it is not well itself says its condition.
        [
            list(cause.path),
            cause.condition,
            min(hit),
            len(hit - {cause.path[-1]}),
            len(hit - alone - {cause.path[-1]}),
        ]
        for cause, hit, alone in hits
        if hit
    ]
    return {
        "subscriptions": draft.subscriptions,
        "changes": changes[:MOST_NAMED],
        "more": max(0, len(changes) - MOST_NAMED),
        "causes": told[:MOST_CAUSES],
        "more-causes": max(0, len(told) - MOST_CAUSES),
    }


def _keep(telling: _Telling, at: datetime) -> int:
    # In one order everywhere: two who tell of the same wait for each other, never in a ring.
    put_rows(Told, _TOLD, sorted(telling.told), unique=_TOLD[:2])
    payloads = [_payload(draft, telling.causes) for draft in telling.notices.values()]
    leave(kind=NOTICE, payloads=payloads, at=at)
    if telling.until is not None:
        mark = {"services": sorted(telling.waiting), "subscriptions": sorted(telling.waiting_for)}
        leave(kind=CHANGED, payloads=[mark], at=at, due_at=moment(telling.until))
    return len(telling.notices)
