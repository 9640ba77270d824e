"""Closed days of an iCalendar file brought into a calendar: what it says then, and its history."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catenary.apps.calendars.queries import calendar_documents, managed_calendars
from catenary.apps.common.queries import catalogue_version
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import entries_of
from catenary.apps.organizations.queries import organizations_by_key
from catenary.domain.actors import Actor, MembershipFact
from catenary.domain.documents.calendars import calendar_to_plain
from catenary.domain.documents.shapes import Role
from catenary.domain.refusals import Refused
from catenary.exchange.catalogue.amending import Conflicts
from catenary.exchange.icalendar.importing import Brought, bring_closed_days
from tests.apps.calendars.test_calendars import DESK, FILE, OPERATOR, apply, said
from tests.exchange.icalendar.test_closed_days import file_of

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAYS = (
    "SUMMARY:Christmas\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227",
    "SUMMARY:Meeting\nDTSTART:20261201T090000Z",
)


@pytest.fixture(autouse=True)
def _hospital(tmp_path: Path) -> None:
    apply(said(FILE, tmp_path))


def bring(*events: str, **how: Any) -> Brought:
    """What comes of these events, brought into the hours of the desk."""
    asked: dict[str, Any] = {"actor": OPERATOR, "at": NOON, "reference": DESK, "take_over": True}
    return bring_closed_days(raw=file_of(*events), **asked | how)


def exceptions() -> dict[str, Any]:
    """The dates unlike others that the hours of the desk have."""
    plain: dict[str, Any] = calendar_to_plain(calendar_documents([DESK])[DESK])
    found: dict[str, Any] = plain["exceptions"]
    return found


def test_days_are_closed_in_one_change_and_those_that_are_said_stay() -> None:
    row = managed_calendars([DESK])[DESK]

    brought = bring(*DAYS)
    again = bring(*DAYS)

    assert [day.day.isoformat() for day in brought.taken] == ["2026-12-25", "2026-12-26"]
    assert [day.day.isoformat() for day in brought.known] == ["2026-12-24"]
    assert (len(brought.rejected), brought.events) == (1, 2)
    assert exceptions() == {
        "2026-12-24": {"hours": "08:00-12:00", "name": "Christmas Eve"},
        "2026-12-25": {"hours": "closed", "name": "Christmas"},
        "2026-12-26": {"hours": "closed", "name": "Christmas"},
        "2026-12-31": "closed",
    }
    assert again.taken == ()
    assert len(entries_of(Kind.CALENDAR, row.id, 10)) == 2


def test_looking_changes_nothing() -> None:
    before = exceptions()

    brought = bring(*DAYS, dry_run=True)

    assert len(brought.taken) == 2
    assert exceptions() == before


def test_looking_is_refused_as_bringing_would_be() -> None:
    before = exceptions()
    version = catalogue_version()
    row = organizations_by_key(["hospital-it"])["hospital-it"]
    fact = MembershipFact(
        row.id, row.key, row.name, row.path, row.root_id, frozenset({Role.VIEWER})
    )
    reader = Actor(memberships=(fact,), door="tests")

    codes = []
    for how in ({"actor": reader}, {"take_over": False}):
        for dry_run in (True, False):
            with pytest.raises(Refused) as refused:
                bring(*DAYS, dry_run=dry_run, **how)
            codes.append([each.code for each in refused.value.refusals])

    assert codes == [["not-allowed"]] * 2 + [["managed-elsewhere"]] * 2
    bring(*DAYS, dry_run=True)
    assert (exceptions(), catalogue_version()) == (before, version)


def test_today_is_that_of_the_calendar() -> None:
    evening = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)

    brought = bring("DTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261203", at=evening)

    # In Berlin the second of December has begun.
    assert [day.day.isoformat() for day in brought.taken] == ["2026-12-02"]


def test_a_calendar_that_says_something_else_than_was_seen_is_left_alone() -> None:
    seen = managed_calendars([DESK])[DESK].digest
    bring("DTSTART;VALUE=DATE:20261207")
    before = exceptions()

    with pytest.raises(Conflicts):
        bring(*DAYS, seen=seen)

    assert exceptions() == before


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"reference": "hospital-it/never"}, "calendar-missing"),
        ({"actor": Actor(door="tests")}, "calendar-missing"),
        ({"reference": "hospital-it/stand-by"}, "unreadable"),
        ({"take_over": False}, "managed-elsewhere"),
    ],
)
def test_what_cannot_be_closed_is_refused_and_nothing_is_changed(
    how: dict[str, Any], code: str
) -> None:
    before = exceptions()

    with pytest.raises(Refused) as refused:
        bring(*DAYS, **how)

    assert [each.code for each in refused.value.refusals] == [code]
    assert exceptions() == before
