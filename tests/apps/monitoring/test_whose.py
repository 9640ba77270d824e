"""Of what a subscriber is told: of what they use and of what they provide."""

from __future__ import annotations

from typing import Any

import pytest

from catenary.apps.monitoring.models import Subscription
from catenary.connectors.mail.message import message_of
from catenary.connectors.webhooks.sending import body_of
from catenary.domain.documents.shapes import ConsumptionDocument
from tests.apps.monitoring.test_telling import (
    DATABASE,
    PATIENTS,
    POWER,
    Clock,
    follow,
    notices,
    world,
)
from tests.apps.worlds import define

__all__ = ["world"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("with_shared", "told_of"), [(True, ["Billing", "Patients"]), (False, ["Patients"])]
)
def test_a_ward_may_leave_out_what_the_whole_house_uses(
    with_shared: bool, told_of: list[str]
) -> None:
    """Ward 3 uses the patients' service; only St. Mary's above it uses billing."""
    define(consumption=[ConsumptionDocument("st-mary", "bluewater-apps/billing")])
    follow("uwe", "ward-3", with_shared=with_shared)
    clock = Clock()

    clock.say(DATABASE, "down")
    clock.tell()

    (notice,) = notices()
    assert [change.name for change in notice.changes] == told_of


def test_leaving_out_what_the_house_uses_is_another_wish() -> None:
    follow("uwe", "ward-3")
    follow("uwe", "ward-3", with_shared=False)
    follow("uwe", "ward-3", with_shared=False)
    follow("uwe", "ward-3", about="provided")
    follow("uwe", "ward-3", about="provided", with_shared=False)

    rows = Subscription.objects.order_by("pk").values_list("about", "with_shared")
    assert list(rows) == [("consumed", True), ("consumed", False), ("provided", True)]


@pytest.mark.parametrize(
    ("who", "seen", "wish", "page"),
    [
        ("vera", "bluewater", {"about": "provided"}, "/status/"),
        ("vera", "bluewater", {"about": "service", "service": DATABASE}, "/status/"),
        ("uwe", "ward-3", {}, "/our-services/"),
        ("uwe", "ward-3", {"about": "service", "service": PATIENTS}, "/our-services/"),
    ],
)
def test_a_message_leads_to_where_it_stands_how_it_goes_now(
    settings: Any, who: str, seen: str, wish: dict[str, Any], page: str
) -> None:
    settings.ADDRESS = "https://catalogue.example"
    follow(who, seen, **wish)
    clock = Clock()

    clock.say(DATABASE, "down")
    clock.tell()

    (notice,) = notices()
    assert f"How it is now: https://catalogue.example{page}\n" in str(message_of(notice).body)
    assert body_of(notice)["data"]["page"] == f"https://catalogue.example{page}"


def test_who_uses_and_provides_is_led_to_what_they_use() -> None:
    follow("vera", "bluewater", about="provided")
    follow("vera", "bluewater")
    define(consumption=[ConsumptionDocument("bluewater", POWER)])
    clock = Clock()

    clock.say(POWER, "down")
    clock.tell()

    (notice,) = notices()
    assert not notice.is_provided
