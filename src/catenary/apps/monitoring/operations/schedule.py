"""Saying what is planned: the owner of the conditions looks which maintenance has begun or ended,
and says so of its services like any other source.

What should have been said by now is compared with what was, and the difference is said: so a
worker that was off catches up, and one that dies in between says nothing twice. A batch in one
transaction: the words and the mark up to when they were said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from catenary.apps.common.operations import update_rows, waiting_turn
from catenary.apps.monitoring.models import Maintenance
from catenary.apps.monitoring.operations.recording import record_allowed
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.plans import (
    Plan,
    as_versions,
    plans_by_id,
    plans_due,
    services_named,
    spoken_by,
    words_so_far,
)
from catenary.apps.portfolio.queries.lookup import ServiceRow
from catenary.domain.actors import Actor
from catenary.domain.intervals import DAY, instant
from catenary.domain.maintenance.said import (
    next_edge,
    planned_spans,
    planned_steps,
    words_to_say,
)
from catenary.domain.observations.reading import Said
from catenary.domain.observations.words import Plan as Planning

#: So many plans are looked at in one transaction.
MOST_AT_ONCE = 200


def say_what_is_due(at: datetime) -> int:
    """Say what has become due by a moment; how many words that took. Costs one small query when
    nothing is. Raises `CatalogueBusy` when its turn does not come."""
    if not plans_due(at, 1):
        return 0
    with waiting_turn():
        plans = plans_by_id(plans_due(at, MOST_AT_ONCE))
        rows = services_named(plans.values())
        words = 0
        for plan in plans.values():
            words += _say(plan, rows, at)
        update_rows(
            Maintenance,
            ["said_until", "due_at"],
            ((at, next_due(plan, at), plan.id) for plan in plans.values()),
        )
    return words


def next_due(plan: Plan, at: datetime) -> datetime | None:
    """When there is something to say again; none when nothing more comes."""
    last = plan.versions[-1].planned
    edge = next_edge(None if last is None else last.window, micros(at))
    return None if edge is None else moment(edge)


def _say(plan: Plan, rows: Mapping[str, ServiceRow], at: datetime) -> int:
    versions = as_versions(plan, rows)
    # The voice stays the same when a provider moves to another top organization meanwhile.
    named = {row.id: replace(row, root_id=plan.root_id) for row in rows.values()}
    services = sorted({number for version in versions for number in version.services})
    now = micros(at)
    since = _beginning(plan) if plan.said_until is None else micros(plan.said_until)
    # What stood just before was said, or nothing was.
    before = since - 1
    spans = planned_spans(versions, before, now + 1)
    spoken = spoken_by(plan, services, moment(since))
    numbers = words_so_far(plan, services)
    words: list[tuple[int, Said, ServiceRow]] = []
    for service in services:
        wanted = planned_steps(spans, service, now)
        stood = [step for step in wanted if step[0] == before]
        missing = words_to_say(wanted, [*stood, *spoken.get(service, [])])
        for number, (said_at, condition) in enumerate(missing, numbers.get(service, 0) + 1):
            said = Said(
                service=named[service].reference,
                condition=condition,
                at=moment(said_at),
                plan=Planning.PLANNED,
                source_kind="schedule",
                source_name=plan.key,
                sequence=number,
                reference=plan.key,
                text=plan.last.title,
            )
            words.append((len(words), said, named[service]))
    if words:
        last = plan.versions[-1]
        actor = Actor(account_id=last.account_id, person_id=last.person_id, door="schedule")
        record_allowed(actor, at, words)
    return len(words)


def _beginning(plan: Plan) -> int:
    """Before anything that was ever planned."""
    starts = [
        each
        for version in plan.versions
        if version.planned is not None
        for window in (version.planned.window,)
        for each in (window.start, *(c.start for c in window.changes if c.start is not None))
    ]
    return instant(min(starts).replace(tzinfo=UTC)) - 2 * DAY
