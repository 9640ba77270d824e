"""Which part of a definition is agreed, and how two versions of it differ."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.documents.plain import canonical_json, service_to_plain
from catenary.domain.documents.shapes import (
    Burden,
    BusinessProcess,
    Capacity,
    Channel,
    CoCreation,
    Continuity,
    Measure,
    OutcomeDocument,
    ServiceDocument,
    ServiceHours,
    Stage,
    UtilityKind,
    UtilityRequirement,
    Warranty,
)
from catenary.domain.workshop.agreed import agreed_digest, differences
from tests.domain.estates import service
from tests.domain.workshop.definitions import definitions

PORTAL = ServiceDocument(
    reference="it/portal",
    name="Portal",
    provider="it",
    owner="ann@it.example",
    outcomes=(
        OutcomeDocument(
            "sooner", "Seen sooner", "Ben", "ward", Measure("wait", "min", Decimal(50), Decimal(30))
        ),
        OutcomeDocument("calm", "Calm nights"),
    ),
    costs=Burden(("Servers",), ("Two key users",)),
    risks=Burden(("Loss of records",), ("Nobody registers",)),
    co_creation=CoCreation(
        ("Trains",), ("Names users",), (), ("No change on Friday",), ("ann@it.example",)
    ),
    supports_processes=(BusinessProcess("Care", ("Reception", "Triage")),),
    utility=(UtilityRequirement("find", UtilityKind.FEATURE, "Finds anybody", "web"),),
    warranty=Warranty(
        Decimal("99.9"), (Capacity(Decimal(400), "users"),), Continuity(3_600_000_000), ("Logged",)
    ),
    service_hours=ServiceHours(),
)

UNAGREED: dict[str, Any] = {
    "name": {"name": "Gate"},
    "provider": {"provider": "other"},
    "description": {"description": "Words"},
    "owner": {"owner": "ben@it.example"},
    "stage": {"stage": Stage.LIVE},
    "tags": {"tags": ("care",)},
    "restricted": {"restricted": True},
    "assumption": {"assume_operational": True},
    "publication": {"published_to": ("*",)},
    "channels": {"channels": (Channel("web", ("Find",)),)},
    "reliance": {"relies_on": service("it/x", "it/y").relies_on},
    "contacts": {
        "co_creation": replace(PORTAL.co_creation, talk_to=("x",), escalate_to=("ben@it.example",))
    },
    "who said and wants it": {
        "outcomes": tuple(replace(o, said_by="Zoe", wanted_by="zoo") for o in PORTAL.outcomes)
    },
    "order of outcomes": {"outcomes": PORTAL.outcomes[::-1]},
}
AGREED: dict[str, Any] = {
    "an outcome's words": (
        {"outcomes": (replace(PORTAL.outcomes[0], statement="Soon"), PORTAL.outcomes[1])},
        "outcomes",
    ),
    "an outcome's measure": (
        {"outcomes": (replace(PORTAL.outcomes[0], measure=None), PORTAL.outcomes[1])},
        "outcomes",
    ),
    "an outcome gone": ({"outcomes": PORTAL.outcomes[:1]}, "outcomes"),
    "a cost": ({"costs": Burden(("Servers", "Paper"), ("Two key users",))}, "costs.removed"),
    "a risk": ({"risks": Burden(("Loss of records",))}, "risks.imposed"),
    "a contribution": (
        {"co_creation": replace(PORTAL.co_creation, provider=("Trains twice",))},
        "co-creation.provider",
    ),
    "a step": (
        {"supports_processes": (BusinessProcess("Care", ("Triage", "Reception")),)},
        "supports-processes",
    ),
    "a requirement": ({"utility": ()}, "utility"),
    "availability": (
        {"warranty": replace(PORTAL.warranty, availability=Decimal("99.8"))},
        "warranty.availability",
    ),
    "recovery": ({"warranty": replace(PORTAL.warranty, continuity=None)}, "warranty.recovery-time"),
    "capacity": ({"warranty": replace(PORTAL.warranty, capacity=())}, "warranty.capacity"),
    "security": ({"warranty": replace(PORTAL.warranty, security=("Locked",))}, "warranty.security"),
    "hours": ({"service_hours": None}, "service-hours"),
}


@pytest.mark.parametrize("field", UNAGREED)
def test_a_change_of_what_is_not_agreed_leaves_the_version_as_it_is(field: str) -> None:
    before, after = service_to_plain(PORTAL), service_to_plain(replace(PORTAL, **UNAGREED[field]))

    assert canonical_json(before) != canonical_json(after)
    assert agreed_digest(before) == agreed_digest(after)
    assert differences(before, after) == ()


@pytest.mark.parametrize("field", AGREED)
def test_a_change_of_what_is_agreed_makes_another_version_and_is_named(field: str) -> None:
    change, part = AGREED[field]
    before, after = service_to_plain(PORTAL), service_to_plain(replace(PORTAL, **change))

    assert agreed_digest(before) != agreed_digest(after)
    assert {difference.part for difference in differences(before, after)} == {part}


@given(definitions(), definitions())
def test_versions_are_the_same_exactly_when_nothing_differs(
    one: ServiceDocument, other: ServiceDocument
) -> None:
    before, after = service_to_plain(one), service_to_plain(other)

    there, back = differences(before, after), differences(after, before)

    assert (agreed_digest(before) == agreed_digest(after)) == (there == ())
    assert {(d.part, d.key, d.before, str(d.after)) for d in there if d.before is None} == {
        (d.part, d.key, d.after, str(d.before)) for d in back if d.after is None
    }


@given(definitions(), st.text(max_size=5))
def test_nobody_is_named_in_what_is_agreed(document: ServiceDocument, name: str) -> None:
    named = replace(document, owner="somebody@it.example")

    assert agreed_digest(service_to_plain(named)) == agreed_digest(service_to_plain(document))
