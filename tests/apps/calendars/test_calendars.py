"""Calendars as files bring them: written, kept with their holidays, refused, removed, exported."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catenary.apps.calendars.models import Calendar, CalendarUse, HolidayEdition
from catenary.apps.calendars.operations.holidays import library_version, time_zones_version
from catenary.apps.calendars.queries import calendar_documents, editions_of, with_parts
from catenary.apps.portfolio.queries.documents import live_catalogue
from catenary.apps.portfolio.queries.past import records_at
from catenary.apps.portfolio.queries.past_catalogue import catalogue_at
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import CatalogueDocument
from catenary.domain.intervals import HOUR, instant
from catenary.domain.refusals import Refused
from catenary.domain.service_hours import calendar_hours, elapsed
from catenary.exchange.catalogue.applying import apply_plan, prepare_plan
from catenary.exchange.catalogue.reading import read_catalogue
from catenary.exchange.catalogue.writing import catalogue_text

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OPERATOR = Actor(is_operator=True, door="tests")
DESK = "hospital-it/desk-hours"
FILE = """
catenary: 1
organizations:
  st-mary: {name: St. Mary's}
  hospital-it: {name: Hospital IT, part-of: st-mary}
calendars:
  hospital-it/desk-hours:
    name: Service desk hours
    hours: {zone: Europe/Berlin, mon-fri: "08:00-18:00"}
    holidays: DE-BY
    exceptions:
      2026-12-24: {hours: "08:00-12:00", name: Christmas Eve}
      2026-12-31: closed
  hospital-it/stand-by: {name: Stand-by, hours: 24x7, without: hospital-it/desk-hours}
services:
  hospital-it/crm: {name: CRM, service-hours: hospital-it/desk-hours}
"""


def said(text: str, folder: Path) -> CatalogueDocument:
    """What a file says, which must be without mistakes."""
    (folder / "catalogue.yaml").write_text(text, encoding="utf-8")
    read = read_catalogue(folder)
    assert read.problems == []
    return read.catalogue


def apply(wanted: CatalogueDocument, at: datetime = NOON, **how: Any) -> None:
    """Make the catalogue say so."""
    prepared = prepare_plan(wanted=wanted, source="folder:hospital", **how)
    apply_plan(prepared=prepared, actor=OPERATOR, at=at)


def test_what_was_applied_is_exported_and_applied_again_without_a_change(tmp_path: Path) -> None:
    apply(said(FILE, tmp_path))

    text = catalogue_text(live_catalogue(OPERATOR, None))

    again = prepare_plan(wanted=said(text, tmp_path), source="folder:hospital")
    assert again.plan.is_empty
    assert list(live_catalogue(OPERATOR, None).calendars) == [DESK, "hospital-it/stand-by"]


def test_a_calendar_is_kept_with_its_holidays_and_the_versions_it_was_made_with(
    tmp_path: Path,
) -> None:
    apply(said(FILE, tmp_path))

    row = Calendar.objects.get(reference=DESK)
    calendars = with_parts(["hospital-it/stand-by"])
    edition = editions_of(calendars)["DE", "BY"]

    assert row.time_zones == time_zones_version() != "unknown"
    assert edition.library == library_version()
    assert (edition.first_year, edition.last_year) == (2000, 2040)
    named = dict(edition.days)
    assert named[date(2026, 1, 6)] == "Epiphany"
    # The figures of docs/algorithms/service-hours.md, with holidays from the library.
    hours = calendar_hours(DESK, calendars, {("DE", "BY"): edition.days})
    year = [instant(datetime(y, 1, 1, tzinfo=UTC)) - HOUR for y in (2026, 2027)]
    assert elapsed(hours, *year) == 2504 * HOUR
    stand_by = calendar_hours("hospital-it/stand-by", calendars, {("DE", "BY"): edition.days})
    assert elapsed(stand_by, *year) == (8760 - 2504) * HOUR


def test_two_calendars_share_one_edition_of_holidays(tmp_path: Path) -> None:
    both = FILE.replace(
        "hours: 24x7, without", "holidays: DE-BY, hours: {zone: UTC, sat: '08:00-09:00'}, without"
    )

    apply(said(both, tmp_path))

    assert HolidayEdition.objects.count() == 1


def test_the_past_keeps_what_a_calendar_said(tmp_path: Path) -> None:
    apply(said(FILE, tmp_path))
    later = NOON + timedelta(days=1)
    apply(said(FILE.replace("08:00-18:00", "07:00-19:00"), tmp_path), at=later)

    then = catalogue_at(OPERATOR, None, records_at(NOON + timedelta(hours=1)))
    now = live_catalogue(OPERATOR, None)

    assert then.calendars[DESK].hours != now.calendars[DESK].hours
    assert then.calendars == said(FILE, tmp_path).calendars


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [
        (("without: hospital-it/desk-hours", "without: hospital-it/none"), "calendar-missing"),
        (
            ("CRM, service-hours: hospital-it/desk-hours", "CRM, service-hours: hospital-it/none"),
            "calendar-missing",
        ),
        (("hospital-it/stand-by: {", "nowhere/stand-by: {"), "organization-missing"),
    ],
)
def test_what_leads_nowhere_is_refused(tmp_path: Path, spoiled: tuple[str, str], code: str) -> None:
    wanted = said(FILE.replace(*spoiled), tmp_path)

    with pytest.raises(Refused) as refused:
        apply(wanted)

    assert {refusal.code for refusal in refused.value.refusals} == {code}
    assert not Calendar.objects.exists()


def test_a_calendar_is_not_made_of_itself_by_way_of_one_that_is_there(tmp_path: Path) -> None:
    apply(said(FILE, tmp_path))
    loop = FILE.replace(
        "    holidays: DE-BY\n", "    without: hospital-it/stand-by\n    holidays: DE-BY\n"
    )

    with pytest.raises(Refused) as refused:
        apply(said(loop, tmp_path))

    assert {refusal.code for refusal in refused.value.refusals} == {"calendar-loop"}


def test_a_calendar_goes_only_when_nobody_keeps_it_and_comes_back(tmp_path: Path) -> None:
    apply(said(FILE, tmp_path))
    start, end = FILE.index("calendars:"), FILE.index("services:")
    without = FILE[:start] + FILE[end:]

    with pytest.raises(Refused) as refused:
        apply(said(without, tmp_path), prune=True)
    assert {refusal.code for refusal in refused.value.refusals} == {"still-needed"}

    apply(said(without.replace("hospital-it/desk-hours", "24x7"), tmp_path), prune=True)
    assert calendar_documents() == {}
    assert not CalendarUse.objects.exists()

    apply(said(FILE, tmp_path))
    assert list(calendar_documents()) == [DESK, "hospital-it/stand-by"]


def test_a_removed_service_keeps_no_calendar(tmp_path: Path) -> None:
    apply(said(FILE, tmp_path))

    apply(said(FILE[: FILE.index("services:")], tmp_path), prune=True)

    assert not CalendarUse.objects.exists()
