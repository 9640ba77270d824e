"""What is reported of the services of the example stories, so that they look as services do that
somebody watches: most work, some did not for a while, one does not now."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from catenary.domain.observations.lasting import lasting
from catenary.domain.quantities import parse_duration

if TYPE_CHECKING:
    from catenary.domain.actors import Actor
    from catenary.exchange.catalogue.reading import ReadCatalogue

#: Beside the catalogue files of a story.
FILE = "conditions.json"
#: Of plans and of what is no more nobody reports.
_WATCHED = ("live", "retiring")


def tell_conditions(story: Path, read: ReadCatalogue, actor: Actor, at: datetime) -> list[str]:
    """Report what the file of the story says, with times counted from ``at``; answered is what was
    refused: a story that cannot be told is a mistake of ours."""
    from catenary.apps.monitoring.operations.maintenance import announce_maintenance
    from catenary.apps.monitoring.operations.recording import record_observations
    from catenary.apps.monitoring.queries.planning import NotPlanned

    file = story / FILE
    if not file.exists():
        return []
    told = json.loads(file.read_text(encoding="utf-8"))
    found = record_observations(actor=actor, at=at, words=_words(told, read, at))
    wrong = [
        f"{word.service}: {reason.sentence}" for word in found.refused for reason in word.reasons
    ]
    for plan in told["planned"]:
        try:
            announce_maintenance(actor=actor, at=at, plain=_planned(plan, at))
        except NotPlanned as refused:
            wrong += [f"{plan['title']}: {reason.sentence}" for reason in refused.reasons]
    return wrong


def _words(told: dict[str, Any], read: ReadCatalogue, at: datetime) -> list[dict[str, Any]]:
    """Everything watched works since then, but for what happened meanwhile."""
    source = {"source": told["source"]}
    watched = {"condition": "operational", "at": _before(at, told["since"]).isoformat(), **source}
    words = [
        {"service": reference, **watched}
        for reference, service in read.catalogue.services.items()
        if service.stage in _WATCHED and reference not in told["silent"]
    ]
    for each in told["happened"]:
        begun = _before(at, each["ago"])
        word = {name: each[name] for name in ("service", "condition", "text")}
        word |= {"at": begun.isoformat(), **source}
        if "lasts" in each:
            until = begun + timedelta(microseconds=parse_duration(each["lasts"]))
            words += lasting(word, start=begun, until=until, now=at)
        else:
            words.append(word)
    return words


def _planned(plan: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The plan with its first day: the next such day of the week, there."""
    plain = {name: value for name, value in plan.items() if name not in ("weekday", "time")}
    today = at.astimezone(ZoneInfo(plan["zone"])).date()
    ahead = (plan["weekday"] - today.isoweekday()) % 7 or 7
    return {**plain, "start": f"{today + timedelta(days=ahead)}T{plan['time']}"}


def _before(at: datetime, ago: str) -> datetime:
    return at - timedelta(microseconds=parse_duration(ago))
