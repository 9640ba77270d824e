"""Every application of GOV.UK fails in turn, live: exactly those go down that stand on it, directly
or not, worked out here from the raw files; and all come back."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.queries.kept import conditions_at, standing_codes
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.domain.condition.turns import fields_of
from catenary.exchange.importers.compose import read_compose
from tests.apps.monitoring.worlds import DAWN, MINUTE, report, word, work
from tests.apps.worlds import say

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]


def dependencies(folder: Path) -> dict[str, set[str]]:
    """Who stands directly on a service, by the names in the files."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in folder.rglob("docker-compose*.yml"):
        services: dict[str, Any] = (yaml.safe_load(path.read_text()) or {}).get("services") or {}
        for name, service in services.items():
            for supporter in (service or {}).get("depends_on") or ():
                found[supporter].add(name)
    return found


def standing_on(name: str, above: dict[str, set[str]]) -> set[str]:
    """A service with everybody above it."""
    found, waiting = {name}, [name]
    while waiting:
        for other in above.get(waiting.pop(), set()) - found:
            found.add(other)
            waiting.append(other)
    return found


def down_now() -> set[int]:
    numbers, codes = standing_codes()
    return {
        number
        for number, code in zip(numbers.tolist(), codes.tolist(), strict=True)
        if fields_of(code)[0] == 2
    }


def test_a_failure_hits_exactly_who_stands_on_it(shared_data: Path) -> None:
    folder = shared_data / "govuk_services" / "govuk-docker"
    imported = read_compose([folder], provider="govuk")
    say(imported.catalogue)
    references = {document.name: key for key, document in imported.catalogue.services.items()}
    numbers = {
        row.name: row.id for row in services_by_reference(imported.catalogue.services).values()
    }
    above = dependencies(folder)
    assert len(references) == 192
    assert len(standing_on("publishing-api-app", above)) == 1 + 31
    engine = Engine()
    report(*(word(each, "operational", source="probe") for each in references.values()))
    work(engine)
    assert not down_now()

    now: datetime = DAWN
    failures = {}
    for name, reference in sorted(references.items()):
        now += MINUTE
        report(word(reference, "down", now, source="probe"), now=now)
        work(engine, now)
        hit = {numbers[each] for each in standing_on(name, above)}
        assert down_now() == hit, name
        failures[now] = hit
        now += MINUTE
        report(word(reference, "operational", now, source="probe"), now=now)
        work(engine, now)
    assert not down_now()

    # And so it is told afterwards.
    for moment in list(failures)[::40]:
        at = moment + timedelta(seconds=30)
        known = conditions_at(at)
        assert {number for number, each in known.items() if each.best == 2} == failures[moment]
