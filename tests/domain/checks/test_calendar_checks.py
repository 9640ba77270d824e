"""What the rules say of hours that are those of calendars."""

from __future__ import annotations

from typing import Any

from catenary.domain.checks import check_catalogue
from catenary.domain.documents.calendars import read_calendar
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    DependencyGroupDocument,
    OrganizationDocument,
    ServiceDocument,
    ServiceHours,
    Supporter,
)
from catenary.domain.findings import Problem

OFFICE = {"zone": "Europe/Berlin", "mon-fri": "08:00-18:00"}


def told(ours: ServiceHours, theirs: ServiceHours, **calendars: dict[str, Any]) -> list[str]:
    """What CAT305 says when a service with our hours needs one with theirs."""
    problems: list[Problem] = []
    known = {}
    for key, plain in calendars.items():
        found = read_calendar(f"it/{key}", {"name": key, **plain}, problems, (key,))
        assert found is not None, problems
        known[found.reference] = found
    relies_on = (DependencyGroupDocument((Supporter("it/desk"),)),)
    catalogue = CatalogueDocument(
        {"it": OrganizationDocument("it", "IT")},
        services={
            "it/crm": ServiceDocument(
                "it/crm", "CRM", "it", service_hours=ours, relies_on=relies_on
            ),
            "it/desk": ServiceDocument("it/desk", "Desk", "it", service_hours=theirs),
        },
        calendars=known,
    )
    return [f.sentence for f in check_catalogue(catalogue) if f.code == "CAT305"]


def test_a_supporter_in_another_zone_is_compared_over_a_year() -> None:
    (sentence,) = told(
        ServiceHours(calendar="it/berlin"),
        ServiceHours(calendar="it/lisbon"),
        berlin={"hours": OFFICE},
        lisbon={"hours": {"zone": "Europe/Lisbon", "mon-fri": "08:00-18:00"}, "holidays": "PT"},
    )

    # 261 working days, of each the first hour; holidays are left out.
    assert "261 h a year" in sentence


def test_hours_that_cover_are_no_finding() -> None:
    always = ServiceHours()

    assert told(ServiceHours(calendar="it/berlin"), always, berlin={"hours": OFFICE}) == []
    assert (
        told(
            ServiceHours(calendar="it/berlin"),
            ServiceHours(calendar="it/both"),
            berlin={"hours": OFFICE, "holidays": "DE"},
            nights={"hours": "24x7", "without": "it/berlin"},
            both={"any-of": ["it/nights", "it/berlin"]},
        )
        == []
    )


def test_hours_nobody_can_work_out_are_left_to_another_rule() -> None:
    assert told(ServiceHours(), ServiceHours(calendar="it/missing")) == []
