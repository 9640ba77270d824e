"""Of what a subscriber is told: of what they use and of what they provide."""

from __future__ import annotations

import pytest

from catenary.apps.monitoring.models import Subscription
from catenary.domain.documents.shapes import ConsumptionDocument
from tests.apps.monitoring.test_telling import DATABASE, Clock, follow, notices, world
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
