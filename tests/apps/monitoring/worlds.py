"""Short ways to report something in the small world, to let the engine work, and to look."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from catenary.apps.monitoring.models import EffectiveCondition, OwnCondition
from catenary.apps.monitoring.operations.engine import Engine, Step
from catenary.apps.monitoring.operations.recording import Recorded, record_observations
from catenary.apps.monitoring.queries.explaining import UNHEARD_OF, Effective
from catenary.apps.monitoring.queries.status import ServiceStatus, service_status, words
from catenary.domain.actors import Actor
from tests.apps.worlds import OPERATOR, START, looking_from

MINUTE = timedelta(minutes=1)
#: The world is an hour old when anything happens in it.
DAWN = START + timedelta(hours=1)


def word(service: str, condition: str, at: datetime = DAWN, **more: Any) -> dict[str, Any]:
    """A word as a program sends it."""
    fields = {name.replace("_", "-"): value for name, value in more.items()}
    return {"service": service, "condition": condition, "at": at.isoformat(), **fields}


def report(*said: Any, actor: Actor = OPERATOR, now: datetime = DAWN) -> Recorded:
    """Record words."""
    return record_observations(actor=actor, at=now, words=said)


def work(engine: Engine | None = None, now: datetime = DAWN) -> int:
    """Let an engine do all that is due; how many services changed."""
    engine = engine or Engine()
    changed = 0
    while (step := _step(engine, now)).is_more or step.consumed:
        changed += step.changed
    return changed + step.changed


def _step(engine: Engine, now: datetime) -> Step:
    return engine.step(now)


def said(service: str, *, by: Actor, seen: str, now: datetime = DAWN) -> ServiceStatus | None:
    """The status of a service as somebody sees it."""
    return service_status(actor=by, viewpoint=looking_from(by, seen), reference=service, at=now)


def now_is(service: str, now: datetime | None = None) -> str:
    """The kept condition of a service in words, at a moment or as it stands."""
    rows = EffectiveCondition.objects.filter(service__reference=service)
    if now is None:
        rows = rows.filter(ends_at__isnull=True)
    else:
        rows = rows.filter(starts_at__lte=now).exclude(ends_at__lte=now)
    row = rows.first()
    return str(words(UNHEARD_OF if row is None else _effective(row)))


def _effective(row: EffectiveCondition) -> Effective:
    return Effective(
        row.best,
        row.worst,
        row.planned,
        row.next_loss,
        row.possible_next_loss,
        row.derived,
        row.assumed,
    )


def kept() -> list[str]:
    """Every interval there is, without the numbers of rows."""
    effective = EffectiveCondition.objects.values_list(
        "service__reference",
        "starts_at",
        "ends_at",
        "best",
        "worst",
        "planned",
        "next_loss",
        "possible_next_loss",
        "derived",
    )
    own = OwnCondition.objects.values_list(
        "service__reference",
        "starts_at",
        "ends_at",
        "condition",
        "without_planned",
        "only_planned",
    )
    return sorted(map(str, [*effective, *own]))


class Killed(Exception):
    """The process is gone."""


def breaks_off(module: object, phase: str, after: bool) -> AbstractContextManager[object]:
    """Something ends in the middle of a phase, before or after it did its work."""
    real = getattr(module, phase)

    def broken(*said: object, **more: object) -> None:
        if after:
            real(*said, **more)
        raise Killed

    return mock.patch.object(module, phase, broken)
