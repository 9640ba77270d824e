"""Real status pages, recorded and followed: what is kept is what the raw files say."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catenary.apps.monitoring.queries.courses import Course, courses_of
from catenary.apps.monitoring.queries.status import shown
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.exchange.importers.cstate import read_cstate
from catenary.exchange.importers.recording import HistoryTaken, record_imported
from catenary.exchange.importers.report import Imported
from catenary.exchange.importers.upptime import read_upptime
from tests.apps.monitoring.worlds import kept, work
from tests.apps.worlds import OPERATOR, say
from tests.exchange.importers.worlds import write

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ALIASES = {
    "updates.jenkins-ci.org": "updates.jenkins.io",
    "jenkins.io": "www.jenkins.io",
    "ldap": "ldap.jenkins.io",
}
MAPPING = "catenary-mapping: 1\nwell-from: 2020-01-01\nservices:\n" + "".join(
    f"  {alias}: {name}\n" for alias, name in ALIASES.items()
)


def bring(imported: Imported, now: datetime = NOW) -> HistoryTaken:
    say(imported.catalogue, at=now)
    taken = record_imported(actor=OPERATOR, at=now, imported=imported, name="page")
    work(now=now)
    return taken


def courses(imported: Imported, start: datetime) -> dict[str, Course]:
    """The kept conditions of every service, by its name."""
    rows = services_by_reference(imported.catalogue.services)
    found = courses_of([row.id for row in rows.values()], start, NOW)
    return {row.name: found[row.id] for row in rows.values()}


def at(course: Course, moment: datetime) -> str:
    return next(shown(one.effective) for one in course if one.start <= moment < one.end)


def test_jenkins_was_at_any_instant_what_its_incidents_say(
    shared_data: Path, tmp_path: Path
) -> None:
    write(tmp_path, {"names.yaml": MAPPING})
    page = shared_data / "jenkins_status" / "jenkins-status"
    imported = read_cstate([page], mapping=tmp_path / "names.yaml", provider="jenkins")

    taken = bring(imported)
    before = kept()
    again = bring(imported, NOW + timedelta(minutes=1))

    assert (again.added, again.corrected, kept() == before) == (0, 0, True)
    too_early = {line.source for line in taken.report if "it ends before" in line.reason}
    # Of the eight that were resolved before they began, those with a system that is a service.
    assert 0 < len(too_early) <= 8
    start = datetime(2020, 1, 1, tzinfo=UTC)
    found = courses(imported, start)
    expected: defaultdict[str, list[tuple[datetime, datetime, str]]] = defaultdict(list)
    with (shared_data / "jenkins_status" / "issues.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            begins = datetime.fromisoformat(row["start_utc"])
            ends = datetime.fromisoformat(row["resolved_utc"])
            bad = {"down": "down", "disrupted": "degraded"}.get(row["severity"])
            for name in row["affected"].split(";") if bad and begins < ends else ():
                expected[ALIASES.get(name, name)].append((begins, ends, bad or ""))
    told = {service for service in found if expected[service]}
    assert len(told) >= 12
    chance = random.Random(14)
    edges = sorted({edge for service in told for one in expected[service] for edge in one[:2]})
    instants = [start + (NOW - start) * chance.random() for _ in range(200)] + edges
    for moment in instants:
        for service in told:
            said = [bad for begins, ends, bad in expected[service] if begins <= moment < ends]
            worst = min(said, key=("down", "degraded").index, default="operational")
            assert at(found[service], moment) == worst, (service, moment)


def test_a_site_was_at_any_instant_what_its_last_check_said(shared_data: Path) -> None:
    imported = read_upptime([shared_data / "upptime"], provider="manticore")

    taken = bring(imported)
    again = bring(imported, NOW + timedelta(minutes=1))

    assert (taken.added, again.added, again.repeated) == (314, 0, 314)
    checks: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    with (shared_data / "upptime" / "manticore_checks.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            checks[row["service"]].append((datetime.fromisoformat(row["time_utc"]), row["state"]))
    first = min(when for listed in checks.values() for when, _ in listed)
    found = courses(imported, first - timedelta(days=1))
    for service, listed in checks.items():
        for when, _ in listed:
            for moment in (when - timedelta(microseconds=1), when, when + timedelta(seconds=1)):
                earlier = [one for one in listed if one[0] <= moment]
                last = max(earlier)[1] if earlier else "unknown"
                wanted = {"up": "operational"}.get(last, last)
                assert at(found[service], moment) == wanted
