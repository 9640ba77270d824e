"""Both sides of one service: the customer's is what a customer gets, and never more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catenary.apps.portfolio.queries.compare import eyes_of, perspectives
from catenary.apps.portfolio.queries.past import records_at
from catenary.apps.portfolio.queries.service import ServiceView, service_view
from catenary.domain.documents.shapes import (
    CoCreation,
    ConsumptionDocument,
    OutcomeDocument,
    ServiceDocument,
)
from tests.apps.worlds import (
    HOUR,
    OPERATOR,
    SERVICES,
    START,
    as_person,
    begin,
    define,
    looking_from,
)
from tests.domain.estates import organization, service

pytestmark = pytest.mark.django_db
PATIENTS = "bluewater-apps/patients"


def as_uwe() -> ServiceView:
    """What a user of Ward 3 gets on his own page."""
    uwe = as_person("uwe")
    view = service_view(actor=uwe, viewpoint=looking_from(uwe, "ward-3"), reference=PATIENTS)
    assert view is not None
    return view


def customers_column(who: str, where: str, customer: str = "ward-3") -> ServiceView:
    """The customer's side, as somebody of the provider compares it."""
    actor = as_person(who)
    found = perspectives(
        actor=actor,
        viewpoint=looking_from(actor, where),
        reference=PATIENTS,
        customer=customer,
    )
    assert found is not None and found.provider is not None and found.customer is not None
    assert found.customer.view is not None
    return found.customer.view


def rich() -> None:
    """Patients with words of a customer, contacts of both sides, and a service of the ward's that
    relies on it."""
    begin()
    patients = next(s for s in SERVICES if s.reference == PATIENTS)
    define(
        organizations=[organization("ward-3-board", "ward-3", name="Board of Ward 3")],
        services=[
            replace(
                patients,
                outcomes=(
                    OutcomeDocument("sooner", "Seen sooner", "Uwe himself", "ward-3"),
                    OutcomeDocument("paid", "Paid sooner", "Nora herself", "north-clinic"),
                    OutcomeDocument("calm", "Calm nights", "The board", "ward-3-board"),
                ),
                co_creation=CoCreation(talk_to=("uwe@st-mary.example", "ward-3-board")),
                tags=("clinical",),
            ),
            service("ward-3/rounds", PATIENTS, name="Rounds"),
            service("ward-3/secret-rounds", PATIENTS, name="Secret rounds", restricted=True),
        ],
        consumption=[
            ConsumptionDocument("ward-3", PATIENTS, "Bed board"),
            ConsumptionDocument("north-clinic", PATIENTS, "Clinic screen"),
        ],
    )


def test_a_customers_side_is_asked_with_the_eyes_of_a_person_of_the_customer() -> None:
    rich()
    uwe = as_uwe()

    actor, viewpoint = eyes_of(next(row.organization for row in uwe.consumers))

    assert service_view(actor=actor, viewpoint=viewpoint, reference=PATIENTS) == uwe


@pytest.mark.parametrize(("who", "where"), [("edith", "bluewater-apps"), ("ada", "bluewater")])
def test_the_customers_column_is_the_customers_page_less_what_the_provider_may_not_know(
    who: str, where: str
) -> None:
    rich()
    uwe = as_uwe()

    column = customers_column(who, where)

    assert [link.name for link in uwe.reliants] == ["Rounds", "Secret rounds"]
    assert "ward-3-board" in uwe.teams
    assert column == replace(
        uwe,
        reliants=(),
        reliant_count=0,
        reasons=replace(uwe.reasons, reliants=()),
        # The provider's own page names a person it talks to, and not a part of the customer.
        teams={key: row for key, row in uwe.teams.items() if key != "ward-3-board"},
    )
    assert column.known_as == "Bed board"
    assert [o.said_by for o in column.document.outcomes] == ["Uwe himself", "", "The board"]


def test_the_customers_own_services_are_counted_as_the_provider_counts_them() -> None:
    rich()
    edith = as_person("edith")

    found = perspectives(
        actor=edith,
        viewpoint=looking_from(edith, "bluewater-apps"),
        reference=PATIENTS,
        customer="ward-3",
    )

    assert found is not None and found.provider is not None and found.customer is not None
    assert found.customer.unnamed == sum(n for _row, n in found.provider.customer_reliants) == 2


def test_a_customer_gets_their_own_side_alone() -> None:
    rich()
    uwe = as_person("uwe")

    found = perspectives(
        actor=uwe, viewpoint=looking_from(uwe, "ward-3"), reference=PATIENTS, customer=""
    )

    assert found is not None and found.customer is not None
    assert found.provider is None
    assert found.own == found.customer.view == as_uwe()
    assert [row.key for row in found.customers] == ["ward-3"]


@pytest.mark.parametrize("customer", ["north-clinic", "bluewater", "nobody-at-all"])
def test_a_customer_cannot_take_another_ones_eyes(customer: str) -> None:
    rich()
    uwe = as_person("uwe")

    assert (
        perspectives(
            actor=uwe,
            viewpoint=looking_from(uwe, "ward-3"),
            reference=PATIENTS,
            customer=customer,
        )
        is None
    )


def test_what_a_customer_compares_is_the_same_without_the_other_customer() -> None:
    begin()
    uwe = as_person("uwe")
    before = perspectives(actor=uwe, viewpoint=looking_from(uwe, "ward-3"), reference=PATIENTS)

    define(consumption=[ConsumptionDocument("north-clinic", PATIENTS, "Clinic screen")])

    assert before == perspectives(
        actor=uwe, viewpoint=looking_from(uwe, "ward-3"), reference=PATIENTS
    )


def test_a_restricted_service_is_not_there_for_a_customer_at_home() -> None:
    begin()
    define(
        services=[restricted("bluewater-apps/patients")],
        consumption=[ConsumptionDocument("bluewater-ops", PATIENTS)],
    )
    edith = as_person("edith")

    found = perspectives(
        actor=edith,
        viewpoint=looking_from(edith, "bluewater-apps"),
        reference=PATIENTS,
        customer="bluewater-ops",
    )

    assert found is not None and found.customer is not None
    assert found.customer.view is None


def restricted(reference: str) -> ServiceDocument:
    """One of the services, restricted."""
    return replace(next(s for s in SERVICES if s.reference == reference), restricted=True)


def test_without_a_customer_there_is_one_side() -> None:
    begin()
    ada = as_person("ada")

    found = perspectives(
        actor=ada, viewpoint=looking_from(ada, "bluewater"), reference="bluewater-ops/database"
    )

    assert found is not None
    assert found.provider is not None and found.customer is None and found.customers == ()


def test_a_provider_that_has_left_the_house_since_is_no_side_of_the_past() -> None:
    begin()
    database = next(s for s in SERVICES if s.reference == "bluewater-ops/database")
    database = replace(database, published_to=("*",))
    using = ConsumptionDocument("bluewater-apps", database.reference)
    define(services=[database], consumption=[using])
    define(
        services=[replace(database, provider="bluewater-apps")],
        organizations=[organization("bluewater-ops", name="Ops of its own")],
        at=START + 2 * HOUR,
    )

    found = perspectives(
        actor=OPERATOR,
        viewpoint=looking_from(OPERATOR, "bluewater"),
        reference=database.reference,
        customer="bluewater-apps",
        records=records_at(START + HOUR),
    )

    assert found is not None and found.provider is not None and found.customer is not None
    assert found.provider.is_inside and found.customer.view is not None
    assert [len(side.groups) for side in (found.provider, found.customer.view)] == [1, 1]
