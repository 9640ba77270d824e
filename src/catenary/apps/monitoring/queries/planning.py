"""Whether somebody may plan what they wish to, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from catenary.apps.monitoring.policies import may_report, reports_over
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.monitoring.queries.plans import Plan
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    referable_services,
    services_by_reference,
)
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.estate import STAGE_CODES
from catenary.domain.maintenance.reading import FIELDS, Planned, read_planned
from catenary.domain.maintenance.windows import on_the_wall
from catenary.domain.observations.reading import Wrong
from catenary.domain.said import said

#: So far ahead something may begin.
_AHEAD = timedelta(days=5 * 366)
_RETIRED = STAGE_CODES["retired"]


class NotPlanned(Exception):
    """A plan that was not taken; ``reasons`` says everything that stands against it."""

    def __init__(self, reasons: Sequence[Wrong]) -> None:
        super().__init__(str(reasons[0].sentence))
        self.reasons = tuple(reasons)


def read_plan(actor: Actor, plain: Any, at: datetime) -> tuple[Planned, dict[str, ServiceRow]]:
    """A plan that the actor may announce, with its services. Raises `NotPlanned`."""
    planned, wrong = read_planned(plain)
    if planned is None:
        raise NotPlanned(wrong)
    rows = services_by_reference(planned.services)
    known = referable_services(actor, rows.values())
    for reference in planned.services:
        row = rows.get(reference)
        if row is None or row.id not in known:
            sentence = said("there is no service {reference} that you may see", reference)
            wrong.append(Wrong("services", "unknown-service", sentence, FIELDS["services"]))
        elif not may_report(actor, row.provider_path):
            sentence = said("you may not plan maintenance of {reference}", reference)
            remedy = said("ask its owner, or an editor or administrator of its provider")
            wrong.append(Wrong("services", "not-allowed", sentence, remedy))
    if not wrong and len({row.root_id for row in rows.values()}) > 1:
        sentence = said("these services are of different top organizations")
        wrong.append(Wrong("services", "invalid", sentence, said("maintenance of each by itself")))
    start = on_the_wall(planned.window.start, planned.window.zone)
    if start is not None and start > micros(at + _AHEAD):
        wrong.append(
            Wrong("start", "invalid", said("this is too far ahead"), said("within five years"))
        )
    if wrong:
        raise NotPlanned(wrong)
    return planned, rows


def may_manage(actor: Actor, plan: Plan) -> bool:
    """Who may report conditions of all services that are worked on."""
    rows = services_by_reference(plan.last.services)
    return bool(rows) and all(may_report(actor, row.provider_path) for row in rows.values())


def plans_somewhere(actor: Actor, viewpoint: Viewpoint) -> bool:
    """Whether there is a service inside the viewpoint of which the actor may plan maintenance."""
    estate = current_estate()
    here = estate.organization_position(viewpoint.organization_id)
    if here is None:
        return False
    inside = np.zeros(len(estate.organization_ids), dtype=np.bool_)
    end = int(estate.organization_end[here])
    over = reports_over(actor)
    for number in [viewpoint.organization_id] if over is None else over:
        top = estate.organization_position(number)
        if top is not None:
            inside[max(top, here) : min(int(estate.organization_end[top]), end)] = True
    seen = visible_services(estate, actor, viewpoint)
    return bool(np.any(seen & inside[estate.provider] & (estate.stage != _RETIRED)))
