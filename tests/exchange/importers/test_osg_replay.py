"""Nine years of registered downtimes, brought in and followed: at any instant every service is what
the registry says, worked out here from the file alone."""

from __future__ import annotations

import csv
import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from catenary.apps.monitoring.models import EffectiveCondition, Observation
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.recording import record_observations
from catenary.apps.monitoring.queries.courses import effective_at
from catenary.apps.monitoring.queries.status import shown
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.domain.observations.words import Plan
from catenary.exchange.importers.csv.reading import read_csv
from catenary.exchange.importers.recording import record_imported
from catenary.exchange.importers.report import Imported
from tests.apps.monitoring.worlds import kept, work
from tests.apps.worlds import OPERATOR, say

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEGIN = datetime(2016, 1, 1, tzinfo=UTC)
SEVERITIES = {"Outage": 2, "Severe": 2, "Intermittent Outage": 1}

#: One downtime of one service instance: begin, end, how bad, planned.
Downtime = tuple[datetime, datetime, int, bool]


def imported(root: Path, shared_data: Path) -> Imported:
    mapping = root / "examples" / "mappings" / "osg.yaml"
    return read_csv([shared_data / "osg_topology"], mapping=mapping)


def registered(shared_data: Path) -> dict[str, list[Downtime]]:
    """What the file says of each service instance, by its name in the registry."""
    folder = shared_data / "osg_topology"
    with (folder / "services.csv").open(encoding="utf-8", newline="") as file:
        known = {(row["resource"], row["service"]) for row in csv.DictReader(file)}
    found: defaultdict[str, list[Downtime]] = defaultdict(list)
    with (folder / "downtimes_started_before_2025.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            start = datetime.fromisoformat(row["start_utc"])
            end = datetime.fromisoformat(row["end_utc"])
            bad = SEVERITIES.get(row["severity"])
            for service in row["services"].split(";"):
                if (row["resource"], service) in known and bad is not None and end > start:
                    planned = row["class"] == "SCHEDULED"
                    found[f"{row['resource']} {service}"].append((start, end, bad, planned))
    return dict(found)


def heard_of_since(shared_data: Path, registered: dict[str, list[Downtime]]) -> dict[str, datetime]:
    """Since when anything is known of each service instance. One on an active resource works as
    that does; one on a resource that is not active any more is retired and relies on nothing, so
    nobody vouches for it before its own first downtime."""
    folder = shared_data / "osg_topology"
    with (folder / "resources.csv").open(encoding="utf-8", newline="") as file:
        active = {row["resource"] for row in csv.DictReader(file) if row["active"] == "True"}
    with (folder / "services.csv").open(encoding="utf-8", newline="") as file:
        works = {
            f"{row['resource']} {row['service']}"
            for row in csv.DictReader(file)
            if row["resource"] in active
        }
    return {
        name: BEGIN if name in works else min(start for start, *_ in downtimes)
        for name, downtimes in registered.items()
    }


def by_the_file(downtimes: list[Downtime], since: datetime, at: datetime) -> str:
    """What a service is shown as, by the meaning of the words alone."""
    standing = [(bad, planned) for start, end, bad, planned in downtimes if start <= at < end]
    if at < since:
        return "unknown"
    if not standing:
        return "operational"
    if all(planned for _, planned in standing):
        return "maintenance"
    return ("operational", "degraded", "down")[max(bad for bad, _ in standing)]


def resources_work(names: list[str]) -> None:
    """Say of every resource that it works: the registry tells of the services on it only."""
    words = [
        {"service": name, "condition": "operational", "at": BEGIN.isoformat(), "source": "site"}
        for name in names
    ]
    found = record_observations(actor=OPERATOR, at=NOW, words=words)
    assert not found.refused


def by_what_is_kept() -> dict[str, tuple[list[datetime], list[tuple[datetime | None, str]]]]:
    """The intervals of every service: their beginnings, and their ends with the condition."""
    rows = EffectiveCondition.objects.order_by("service__name", "starts_at").values_list(
        "service__name", "starts_at", "ends_at", "best", "worst", "planned"
    )
    words = ("operational", "degraded", "down")
    found = {}
    for name, group in groupby(rows, key=lambda row: row[0]):
        listed = list(group)
        conditions = [
            (end, "maintenance" if planned else words[best] if best == worst else "unknown")
            for _, _, end, best, worst, planned in listed
        ]
        found[name] = ([row[1] for row in listed], conditions)
    return found


def test_at_any_instant_every_service_is_what_the_registry_says(
    root: Path, shared_data: Path
) -> None:
    brought = imported(root, shared_data)
    say(brought.catalogue, at=NOW)
    resources_work([name for name, d in brought.catalogue.services.items() if "resource" in d.tags])
    taken = record_imported(actor=OPERATOR, at=NOW, imported=brought, name="osg")
    work(now=NOW)
    expected = registered(shared_data)
    since = heard_of_since(shared_data, expected)
    stored = by_what_is_kept()

    assert len(expected) > 300
    assert sum(moment > BEGIN for moment in since.values()) > 100
    assert taken.added > 5_000
    chance = random.Random(2016)
    span = int((NOW - BEGIN) / timedelta(seconds=1))
    edges = sorted({edge for listed in expected.values() for one in listed for edge in one[:2]})
    # Half of the instants lie exactly where something begins or ends.
    instants = [BEGIN + timedelta(seconds=chance.randrange(span)) for _ in range(500)]
    instants += chance.sample(edges, 500)
    seen: defaultdict[str, int] = defaultdict(int)
    for at in instants:
        for name, downtimes in expected.items():
            begins, conditions = stored[name]
            place = bisect_right(begins, at) - 1
            end, condition = conditions[place] if place >= 0 else (at, "unknown")
            found = condition if end is None or at < end else "unknown"
            assert found == by_the_file(downtimes, since[name], at), (name, at)
            seen[found] += 1
    assert all(seen[kind] for kind in ("operational", "degraded", "down", "maintenance", "unknown"))

    # And so says the query that looks back.
    references = {d.name: reference for reference, d in brought.catalogue.services.items()}
    rows = services_by_reference(references[name] for name in expected)
    for at in instants[::50]:
        known = effective_at((row.id for row in rows.values()), at)
        for name, downtimes in expected.items():
            # Of whom nothing was known, nothing is told.
            one = known.get(rows[references[name]].id)
            found = "unknown" if one is None else shown(one)
            assert found == by_the_file(downtimes, since[name], at)


def test_brought_in_at_once_or_lived_through_it_is_one_history(
    root: Path, shared_data: Path
) -> None:
    brought = imported(root, shared_data)
    say(brought.catalogue, at=BEGIN)
    with transaction.atomic():
        record_imported(actor=OPERATOR, at=NOW, imported=brought, name="osg")
        work(now=NOW)
        words = list(lived())
        at_once = kept()
        transaction.set_rollback(True)
    assert not kept()

    engine = Engine()
    for chunk in range(0, len(words), 500):
        now = datetime.fromisoformat(words[min(chunk + 499, len(words) - 1)]["at"])
        record_observations(actor=OPERATOR, at=now, words=words[chunk : chunk + 500])
        work(engine, now)
    work(engine, NOW)

    assert kept() == at_once


def lived() -> Iterator[dict[str, Any]]:
    """Everything that was said, in the order in which it was true, as a monitor would send it."""
    names = ("operational", "degraded", "down", "unknown", "cleared")
    rows = Observation.objects.order_by("at", "pk").values(
        "service__reference", "source__name", "condition", "at", "planned", "sequence"
    )
    for row in rows:
        plan = Plan(row["planned"])
        yield {
            "service": row["service__reference"],
            "condition": names[row["condition"]],
            "at": row["at"].isoformat(),
            "source": row["source__name"],
            "sequence": row["sequence"],
            **({} if plan is Plan.UNSAID else {"planned": plan is Plan.PLANNED}),
        }
