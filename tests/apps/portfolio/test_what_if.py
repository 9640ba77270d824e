"""What-if as people ask it: who is hit, why, and what is told of what may not be seen."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from catenary.apps.portfolio.queries.impact import ImpactView, impact_as_plain, impact_view
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import (
    ConsumptionDocument,
    DependencyGroupDocument,
    OutcomeDocument,
    Stage,
    Supporter,
)
from tests.apps.worlds import OPERATOR, as_person, begin, define, looking_from
from tests.domain.estates import service

pytestmark = pytest.mark.django_db


def asked(
    *references: str, actor: Actor = OPERATOR, key: str = "bluewater", **more: Any
) -> ImpactView:
    view, missing = impact_view(
        actor=actor,
        viewpoint=looking_from(actor, key),
        references=references,
        groups=True,
        **more,
    )
    assert missing == ()
    assert view is not None
    return view


def told(view: ImpactView) -> dict[str, tuple[str, list[str | None]]]:
    """Kind and path of every service that is hit."""
    return {
        hit.link.reference: (
            hit.kind,
            [None if link is None else link.reference for link in hit.path],
        )
        for hit in view.hits
    }


def test_a_failure_travels_to_services_organizations_and_outcomes() -> None:
    begin()

    view = asked("bluewater-ops/database")

    assert told(view) == {
        "bluewater-apps/billing": (
            "down",
            ["bluewater-apps/billing", "bluewater-ops/database"],
        ),
        "bluewater-apps/patients": (
            "down",
            ["bluewater-apps/patients", "bluewater-ops/database"],
        ),
    }
    assert sorted((row.organization.key, row.kind) for row in view.organizations) == [
        ("north-clinic", "down"),
        ("ward-3", "down"),
    ]
    assert [row.outcome.key for row in view.outcomes] == ["seen-sooner"]
    assert view.counts == {"down": 2, "degraded": 0, "at-risk": 0}
    assert not view.crosses


def test_redundancy_holds_once_and_then_it_is_spent() -> None:
    begin()
    one, two = Supporter("bluewater-ops/database"), Supporter("bluewater-ops/standby")
    spare = replace(
        service("bluewater-apps/billing", name="Billing"),
        relies_on=(DependencyGroupDocument((one, two), Decimal(1), Decimal(1)),),
    )
    define(services=[service("bluewater-ops/standby"), spare])

    first = asked("bluewater-ops/database")
    both = asked("bluewater-ops/database", "bluewater-ops/standby")

    hit = next(hit for hit in first.hits if hit.link.reference == "bluewater-apps/billing")
    assert (hit.kind, hit.next_loss) == ("at-risk", "down")
    assert hit.group is not None
    assert [m.service for m in hit.group.members] == ["bluewater-ops/database", ""]
    # Only those that are hit are organizations' trouble.
    assert [row.organization.key for row in first.organizations] == ["ward-3"]
    assert told(both)["bluewater-apps/billing"][0] == "down"


def test_degraded_asks_for_degraded() -> None:
    begin()

    view = asked("bluewater-ops/database", condition="degraded")

    assert {kind for kind, _ in told(view).values()} == {"degraded"}


def test_retired_services_are_not_hit() -> None:
    begin()
    define(
        services=[
            service("bluewater-apps/old", "bluewater-ops/database", stage=Stage.RETIRED),
        ]
    )

    assert "bluewater-apps/old" not in told(asked("bluewater-ops/database"))


def test_an_unseen_service_passes_the_effect_on_and_stays_unnamed() -> None:
    begin()
    define(
        services=[
            service("bluewater-ops/safe", "bluewater-ops/database", restricted=True, name="Safe"),
            service("bluewater-ops/vault", "bluewater-ops/safe", restricted=True, name="Vault"),
            service("bluewater-apps/archive", "bluewater-ops/vault", name="Archive"),
        ]
    )

    seen = told(asked("bluewater-ops/database", actor=as_person("ada")))
    unseen = asked("bluewater-ops/database", actor=as_person("edith"), key="bluewater-apps")

    assert seen["bluewater-apps/archive"][1] == [
        "bluewater-apps/archive",
        "bluewater-ops/vault",
        "bluewater-ops/safe",
        "bluewater-ops/database",
    ]
    # However many stand in a row: one place, and one step.
    assert told(unseen)["bluewater-apps/archive"] == (
        "down",
        ["bluewater-apps/archive", None, "bluewater-ops/database"],
    )
    hit = next(hit for hit in unseen.hits if hit.link.reference == "bluewater-apps/archive")
    assert hit.steps == 2
    assert unseen.counts["down"] == 3
    assert "vault" not in repr(unseen)
    assert "safe" not in repr(impact_as_plain(unseen))


def test_what_others_rest_on_is_not_followed_and_the_answer_says_so() -> None:
    begin()
    define(services=[service("ironport/grid", published_to=["*"], name="Grid")])

    grid = asked("ironport/grid")
    power = asked("ironport/power")

    # Bluewater's database rests on Ironport's power, and that on Ironport's grid.
    assert told(grid) == {}
    assert grid.crosses
    assert "bluewater-ops/database" in told(power)


def test_a_customer_whose_services_rely_on_ours_is_named_with_how_many() -> None:
    begin()
    define(
        services=[
            service("north-clinic/theatre", "bluewater-apps/billing", name="Theatre"),
            service("north-clinic/scanner", "bluewater-apps/billing", name="Scanner"),
        ]
    )

    view = asked("bluewater-ops/database", actor=as_person("ada"))

    row = next(row for row in view.organizations if row.organization.key == "north-clinic")
    assert (row.relying, row.service_count) == (2, 1)
    assert view.crosses
    assert "theatre" not in repr(view)


def test_a_customer_asks_about_what_it_consumes() -> None:
    begin()
    define(
        services=[
            replace(
                service("bluewater-apps/patients", "bluewater-ops/database", name="Patients"),
                outcomes=(OutcomeDocument("seen", "Seen", "Somebody", "north-clinic"),),
            )
        ],
        consumption=[ConsumptionDocument("north-clinic", "bluewater-apps/patients")],
    )

    view = asked("bluewater-apps/patients", actor=as_person("uwe"), key="ward-3")

    assert [row.organization.key for row in view.organizations] == ["ward-3"]
    assert [(o.outcome.said_by, o.wanted_by) for o in view.outcomes] == [("", None)]


def test_what_may_not_be_seen_cannot_be_asked_about() -> None:
    begin()
    uwe = as_person("uwe")
    viewpoint = looking_from(uwe, "ward-3")

    view, missing = impact_view(
        actor=uwe,
        viewpoint=viewpoint,
        references=["bluewater-ops/database", "no/such", "bluewater-apps/patients", "\x00"],
    )

    assert view is not None
    assert [link.reference for link in view.failing] == ["bluewater-apps/patients"]
    assert missing == ("bluewater-ops/database", "no/such", "\x00")


def test_a_list_is_cut_and_its_counts_are_not() -> None:
    begin()
    define(
        services=[
            service(f"bluewater-apps/s{number}", "bluewater-ops/database", outcomes=["x"])
            for number in range(7)
        ]
    )

    view = asked("bluewater-ops/database", limit=3)

    assert len(view.hits) == 3
    assert view.counts["down"] == 9
    assert (len(view.outcomes), view.outcome_count) == (3, 8)
