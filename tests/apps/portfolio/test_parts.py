"""What hundreds of services say in one field is read without the rest, and is the same."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from catenary.apps.history.choices import Kind
from catenary.apps.history.queries.parts import current_parts
from catenary.apps.portfolio.queries import records
from catenary.apps.portfolio.queries.documents import (
    service_documents,
    service_hours_said,
    service_outcomes,
)
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.domain.documents.shapes import (
    DependencyGroupDocument,
    ServiceHours,
    Supporter,
    WeeklySpan,
)
from catenary.domain.estate import Estate
from tests.apps.worlds import begin, define
from tests.domain.estates import service

pytestmark = pytest.mark.django_db

SHOP_HOURS = ServiceHours("Europe/Berlin", (WeeklySpan(0, 8 * 60, 18 * 60),))


def test_a_field_of_many_services_is_what_the_whole_services_say() -> None:
    begin()
    define(
        services=[
            replace(service("bluewater-apps/shop", name="Shop"), service_hours=SHOP_HOURS),
            replace(service("bluewater-apps/line", name="Line"), service_hours=ServiceHours()),
        ]
    )
    ids = current_estate().service_ids.tolist()

    whole = service_documents(ids)

    hours = {pk: each.service_hours for pk, each in whole.items() if each.service_hours}
    assert SHOP_HOURS in hours.values() and ServiceHours() in hours.values()
    assert service_hours_said(ids) == hours
    assert {
        pk: [(each.key, each.statement, each.said_by, each.wanted_by) for each in told]
        for pk, told in service_outcomes(ids).items()
    } == {
        pk: [(each.key, each.statement, each.said_by, each.wanted_by) for each in one.outcomes]
        for pk, one in whole.items()
    }
    assert any(service_outcomes(ids).values())
    names = current_parts(Kind.SERVICE, ids, "name", "service-hours")
    assert {pk: said[0] for pk, said in names.items()} == {pk: s.name for pk, s in whole.items()}


@pytest.mark.parametrize("weight", [Decimal("0.5"), Decimal(10) ** 9])
def test_a_few_groups_are_read_as_all_are(weight: Decimal, monkeypatch: pytest.MonkeyPatch) -> None:
    begin()
    members = (Supporter("bluewater-ops/database", weight), Supporter("bluewater-ops/standby"))
    group = DependencyGroupDocument(members, Decimal("0.25"), weight + 1)
    shop = replace(service("bluewater-apps/shop", name="Shop"), relies_on=(group,))
    define(services=[service("bluewater-ops/standby"), shop])
    estate = current_estate()
    everybody = np.ones(estate.size, dtype=np.bool_)

    few = records.TODAY.gates(estate, everybody)
    monkeypatch.setattr(records, "_FEW", -1)
    everything = records.TODAY.gates(estate, everybody)
    exact = records._exact_gates(estate, None)
    define(services=[replace(shop, description="New words, so that all is read again")])
    monkeypatch.setattr("catenary.apps.portfolio.queries.estate._held", {})
    with_gates = current_estate(with_gates=True)
    at_once = records.TODAY.gates(with_gates, everybody)
    monkeypatch.setattr("catenary.apps.portfolio.queries.estate._held", {})
    without = current_estate()

    assert len(few.group_reliant)
    for column in ("group_reliant", "group_minimum", "group_full", "group_soft", "member_group",
                   "member_supporter", "member_weight"):  # fmt: skip
        assert getattr(few, column).tolist() == getattr(everything, column).tolist()
        assert getattr(few, column).tolist() == getattr(exact, column).tolist()
        assert getattr(few, column).tolist() == getattr(at_once, column).tolist()
    assert with_gates is not without
    assert sorted(_dependencies(with_gates)) == sorted(_dependencies(without))
    assert with_gates.service_names == without.service_names == sorted(without.service_names)


def _dependencies(estate: Estate) -> list[tuple[int, int, bool]]:
    columns = (estate.dependency_reliant, estate.dependency_supporter, estate.dependency_soft)
    return list(zip(*(column.tolist() for column in columns), strict=True))
