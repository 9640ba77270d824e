"""Which plans work on what, and when each takes place next: as the plans say, whatever happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pytest
from django.db import connection, transaction

from catenary.apps.monitoring.models import Maintenance
from catenary.apps.monitoring.operations.maintenance import (
    VERSIONS,
    cancel_maintenance,
    change_maintenance,
)
from catenary.apps.monitoring.queries import agenda
from catenary.apps.monitoring.queries.agenda import plans_ahead, plans_within, reliances
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.lookup import services_by_reference
from tests.apps.monitoring.test_maintenance import DATABASE, HOUR, PATIENTS, announce, plan, wall
from tests.apps.monitoring.worlds import DAWN
from tests.apps.worlds import OPERATOR, begin

pytestmark = pytest.mark.django_db

VAULT = "bluewater-ops/vault"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    agenda._held.clear()
    yield
    agenda._held.clear()


def ahead(about: str = DATABASE, at: datetime = DAWN, until: datetime | None = None) -> list[str]:
    """Keys of the plans that may touch a service, the next first."""
    return keys(plans_ahead(current_estate(), below(about), at, until))


def within(start: datetime, end: datetime, about: str = DATABASE) -> list[str]:
    return keys(plans_within(current_estate(), below(about), start, end))


def below(about: str) -> np.ndarray:
    estate = current_estate()
    chosen = np.zeros(estate.size, dtype=np.bool_)
    chosen[estate.service_positions([services_by_reference([about])[about].id])] = True
    return reliances(estate, chosen)


def keys(numbers: list[int]) -> list[str]:
    found = dict(Maintenance.objects.values_list("pk", "key"))
    return [found[number] for number in numbers]


def test_those_come_that_work_on_something_below_the_next_first() -> None:
    begin()
    later = announce(start=wall(DAWN + 9 * HOUR))
    weekly = announce(start=wall(DAWN - 6 * DAY), repeats="FREQ=WEEKLY")
    other = announce(services=[VAULT])
    soon = announce()

    assert ahead(PATIENTS) == ahead() == [soon, later, weekly]
    assert ahead(VAULT) == [other]
    assert ahead(until=DAWN + 9 * HOUR) == [soon]


def test_what_was_announced_changed_or_cancelled_since_is_known() -> None:
    begin()
    first = announce()
    assert ahead() == [first]

    second = announce(start=wall(DAWN + 9 * HOUR))
    change_maintenance(actor=OPERATOR, at=DAWN, key=first, plain=plan(start=wall(DAWN + 20 * HOUR)))
    assert ahead() == [second, first]

    change_maintenance(actor=OPERATOR, at=DAWN, key=second, plain=plan(services=[VAULT]))
    assert (ahead(), ahead(VAULT)) == ([first], [second])

    cancel_maintenance(actor=OPERATOR, at=DAWN, key=first)
    assert ahead() == []


def test_what_is_over_gives_way_to_the_next_time_and_is_there_for_who_asks_about_before() -> None:
    begin()
    once = announce()
    daily = announce(start=wall(DAWN + 2 * HOUR), repeats="FREQ=DAILY")

    assert ahead(at=DAWN) == [once, daily]
    assert ahead(at=DAWN + 10 * HOUR) == [daily]
    assert ahead(at=DAWN + 10 * HOUR, until=DAWN + 11 * HOUR) == []
    assert ahead(at=DAWN + 30 * DAY) == [daily]
    assert ahead(at=DAWN) == [once, daily]


def test_what_was_rolled_back_is_not_there() -> None:
    begin()
    kept = announce()
    with transaction.atomic():
        announce()
        assert len(ahead()) == 2
        transaction.set_rollback(True)

    assert ahead() == [kept]
    again = announce()
    assert ahead() == [kept, again]


def test_of_a_time_to_come_none_is_left_out_that_takes_place_then() -> None:
    begin()
    daily = announce(repeats="FREQ=DAILY")
    far = announce(start=wall(DAWN + 10 * DAY))
    far_off = DAWN + 10 * DAY

    assert within(far_off, far_off + DAY) == [far, daily]
    assert ahead() == [daily, far]
    assert within(DAWN, DAWN + DAY) == [daily]
    assert within(DAWN + DAY, DAWN + DAY + HOUR) == [daily]


def test_versions_become_visible_in_the_order_of_their_numbers() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("there is one writer at a time: this run is on sqlite")
    begin()
    other = connection.copy()
    try:
        announce()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [VERSIONS])
            is_free = cursor.fetchone()[0]
    finally:
        other.close()

    # This version is not committed yet: nobody may have the next number until it is.
    assert not is_free
