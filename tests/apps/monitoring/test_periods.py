"""From when to when: one way to write it on pages, in mails and in feeds."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from catenary.apps.monitoring.choices import period_words

UTC, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("start", "end", "zone", "english", "german"),
    [
        (
            "2026-12-01T10:00",
            "2026-12-01T13:00",
            UTC,
            "1 December 2026, 10:00 to 13:00 UTC",
            "1. Dezember 2026, 10:00 bis 13:00 UTC",
        ),
        (
            "2026-12-01T22:00",
            "2026-12-02T00:00",
            BERLIN,
            "1 December 2026, 22:00 to 2 December 2026, 00:00 CET",
            "1. Dezember 2026, 22:00 bis 2. Dezember 2026, 00:00 CET",
        ),
        (
            "2026-10-25T01:00",
            "2026-10-25T03:30",
            BERLIN,
            "25 October 2026, 01:00 CEST to 03:30 CET",
            "25. Oktober 2026, 01:00 CEST bis 03:30 CET",
        ),
    ],
    ids=["one day", "over midnight", "clocks put back between"],
)
def test_a_day_and_a_zone_are_said_once(
    start: str, end: str, zone: ZoneInfo, english: str, german: str
) -> None:
    both = [datetime.fromisoformat(text).replace(tzinfo=zone) for text in (start, end)]

    told = {}
    for language in ("en", "de"):
        with translation.override(language):
            told[language] = period_words(both[0], both[1]).replace(SPACE, " ")

    assert told == {"en": english, "de": german}


def test_weekdays_and_short_days() -> None:
    start, end = (datetime(2026, 11, 29, hour, tzinfo=UTC) for hour in (2, 4))

    with translation.override("en"):
        long = period_words(start, end, with_weekday=True)
        short = period_words(start, end, written="SHORT_DATETIME_FORMAT")

    assert long == f"Sun, 29 November 2026, 02:00 to 04:00{SPACE}UTC"
    assert short == f"29 Nov 2026, 02:00 to 04:00{SPACE}UTC"
