"""An edit writes and works out again only what it changes; what comes of it is what writing
everything anew would come to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catenary.apps.common.operations import catalogue_change
from catenary.apps.portfolio.models import (
    Dependency,
    DependencyGroup,
    Outcome,
    Service,
    ServiceTag,
    Sharing,
)
from catenary.apps.portfolio.operations.derived import refresh_sharing
from catenary.apps.portfolio.operations.services import remove_services
from catenary.domain.documents.shapes import ServiceDocument, Stage
from tests.apps.worlds import START, begin, change, define, outcome
from tests.domain.estates import organization, service

pytestmark = pytest.mark.django_db

BILLING = service("bluewater-apps/billing", "bluewater-ops/database", name="Billing")
DATABASE = service("bluewater-ops/database", "ironport/power", name="Database")


def parts() -> list[list[tuple[object, ...]]]:
    """The rows of every part of every service, with their numbers."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Dependency, DependencyGroup, Outcome, ServiceTag)
    ]


def shared() -> list[tuple[object, ...]]:
    """Who may see what from another house, and why."""
    rows = Sharing.objects.order_by("service__reference", "root__key", "reason")
    return list(rows.values_list("service__reference", "root__key", "reason"))


def shared_anew() -> list[tuple[object, ...]]:
    """The same when it is worked out for every service."""
    refresh_sharing(Service.objects.values_list("pk", flat=True), {})
    return shared()


def test_an_edit_of_words_writes_no_part_again() -> None:
    begin()
    rich = replace(BILLING, tags=("a", "b"), outcomes=(outcome("x", "X."), outcome("y", "Y.")))
    define(services=[rich])
    before = parts()

    define(services=[replace(rich, description="Said anew.")])

    assert parts() == before


def test_another_order_of_outcomes_is_written() -> None:
    begin()
    first, second = outcome("x", "X."), outcome("y", "Y.")
    define(services=[replace(BILLING, outcomes=(first, second))])
    there = dict(Outcome.objects.values_list("key", "pk"))

    define(services=[replace(BILLING, outcomes=(second, first))])

    rows = Outcome.objects.filter(service__reference=BILLING.reference).order_by("position")
    assert list(rows.values_list("key", "pk")) == [("y", there["y"]), ("x", there["x"])]


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([replace(BILLING, description="Said anew.")], id="words"),
        pytest.param([replace(BILLING, relies_on=())], id="relies on nothing any more"),
        pytest.param([replace(DATABASE, relies_on=())], id="leaves another house"),
        pytest.param(
            [service(BILLING.reference, "bluewater-ops/database", "ironport/grid")],
            id="begins to rely on another house",
        ),
        pytest.param([replace(DATABASE, stage=Stage.RETIRED)], id="retires"),
        pytest.param(
            [replace(DATABASE, stage=Stage.RETIRED), DATABASE], id="retires and comes back"
        ),
        pytest.param([replace(DATABASE, provider="ironport")], id="moves to another house"),
        pytest.param(
            [replace(DATABASE, provider="ironport"), DATABASE], id="moves there and back again"
        ),
        pytest.param([replace(DATABASE, restricted=True)], id="is restricted"),
        pytest.param([replace(BILLING, published_to=("*",))], id="is published"),
    ],
)
def test_who_sees_what_is_as_if_it_were_worked_out_for_everything(
    edits: list[ServiceDocument],
) -> None:
    begin()
    for document in edits:
        define(services=[document])

    assert shared() == shared_anew()


def test_what_was_removed_and_comes_back_shares_what_it_relies_on_again() -> None:
    begin()
    away = service("st-mary/ward-system", "ironport/grid", name="Ward system")
    define(services=[away])
    with_it = shared()
    with catalogue_change():
        remove_services(references=[away.reference], change=change(at=START))
    without = shared()

    define(services=[away])

    assert shared() == with_it == shared_anew()
    assert without != with_it


def test_what_another_house_relies_on_newly_is_seen_there() -> None:
    begin()
    define(organizations=[organization("new-house", name="New")])
    before = shared()

    define(services=[service("new-house/first", "ironport/grid", name="First")])

    assert set(shared()) - set(before) == {("ironport/grid", "new-house", "relied-on")}
    assert shared() == shared_anew()
