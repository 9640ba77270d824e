"""The example stories as files: each reads, holds together, and says what its page promises."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from catenary.domain.checks import check_catalogue
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    DependencyGroupDocument,
    Role,
    ServiceDocument,
    Stage,
    UtilityKind,
)
from catenary.domain.findings import Severity
from catenary.exchange.catalogue.reading import read_catalogue

EXAMPLES = Path(__file__).parents[2] / "examples"

#: What the checks find in each story: the one finding its README speaks of, or nothing.
FINDINGS: dict[str, list[tuple[str, str]]] = {
    "enabling-services": [],
    "flawless-but-worthless": [],
    "gutter-cleaning": [("CAT415", "pascal-gutters/gutter-cleaning")],
    "hospital": [("CAT509", "hospital-it/clinic-calendar")],
    "hotel": [("CAT305", "harbour-housekeeping/robe")],
    "order-to-cash": [("CAT304", "brightwell-supply-chain/supply-chain-system")],
    "software-house": [("CAT108", "ledgerly-development/code-and-build")],
}
STORIES = sorted(FINDINGS)
PROVIDER_ROLES = {Role.SERVICE_OWNER, Role.SERVICE_LEVEL_MANAGER, Role.CATALOGUE_EDITOR}
CONSUMER_ROLES = {Role.CUSTOMER, Role.USER, Role.SPONSOR}


@cache
def story(name: str) -> CatalogueDocument:
    read = read_catalogue(EXAMPLES / name)
    assert [str(problem) for problem in read.problems] == []
    return read.catalogue


def organizations_above(catalogue: CatalogueDocument, key: str) -> list[str]:
    """The organization itself, the one above it, and so on to its top organization."""
    line = [key]
    while above := catalogue.organizations[line[-1]].part_of:
        line.append(above)
    return line


def consumed_from(catalogue: CatalogueDocument, reference: str, viewpoint: str) -> set[str]:
    """Whether ``reference`` is consumed ``inside`` the viewpoint, ``outside`` it, or both.

    Written out from the rows, so that the stories prove the rule and not the other way round.
    """
    users = [consumer for consumer, service in catalogue.consumption if service == reference] + [
        service.provider
        for service in catalogue.services.values()
        if any(
            member.service == reference for group in service.relies_on for member in group.members
        )
    ]
    return {
        "inside" if viewpoint in organizations_above(catalogue, user) else "outside"
        for user in users
    }


def group_with(service: ServiceDocument, supporter: str) -> DependencyGroupDocument:
    [group] = [
        group
        for group in service.relies_on
        if any(member.service == supporter for member in group.members)
    ]
    return group


def test_there_are_seven_stories_and_each_has_its_page() -> None:
    found = {path.parent.name for path in EXAMPLES.glob("*/*.yaml")} - {"mappings"}

    assert found >= set(STORIES)
    for name in STORIES:
        assert (EXAMPLES / name / "README.md").read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("name", STORIES)
def test_a_story_holds_no_error_and_only_the_finding_its_page_names(name: str) -> None:
    findings = check_catalogue(story(name))

    assert [each.sentence for each in findings if each.severity is Severity.ERROR] == []
    assert [(each.code, each.subject) for each in findings] == FINDINGS[name]
    page = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    for code, _ in FINDINGS[name]:
        assert f"`{code}`" in page


@pytest.mark.parametrize("name", STORIES)
def test_a_story_stands_by_itself(name: str) -> None:
    catalogue = story(name)
    relied_on = {
        member.service
        for service in catalogue.services.values()
        for group in service.relies_on
        for member in group.members
    }
    consumed = {service for _, service in catalogue.consumption}

    assert relied_on <= set(catalogue.services)
    assert consumed <= set(catalogue.services)
    assert {consumer for consumer, _ in catalogue.consumption} <= set(catalogue.organizations)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_has_somebody_on_both_sides(name: str) -> None:
    people = story(name).people.values()
    roles = {role for person in people for each in person.memberships for role in each.roles}

    assert roles & PROVIDER_ROLES
    assert roles & CONSUMER_ROLES
    assert all(person.email.endswith(".example") for person in people)


@pytest.mark.parametrize("name", STORIES)
def test_everybody_in_a_story_is_named_on_its_page(name: str) -> None:
    page = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    unnamed = [
        person.name for person in story(name).people.values() if person.name.split()[-1] not in page
    ]

    assert unnamed == []


def test_the_stories_load_together_because_no_name_is_used_twice() -> None:
    together = read_catalogue(EXAMPLES)

    assert [str(each) for each in together.problems if "mappings" not in each.file] == []
    for part in ("organizations", "people", "services"):
        names = Counter(key for name in STORIES for key in getattr(story(name), part))
        assert [key for key, count in names.items() if count > 1] == []


def test_every_kind_of_dependency_group_appears_in_the_stories() -> None:
    kinds = set()
    for name in STORIES:
        for service in story(name).services.values():
            for group in service.relies_on:
                if group.soft:
                    kinds.add("soft")
                elif any(member.weight != 1 for member in group.members):
                    kinds.add("capacity")
                elif len(group.members) == 1:
                    kinds.add("essential")
                elif group.full > group.minimum:
                    kinds.add("any, all for full")
                else:
                    kinds.add("any" if group.minimum == 1 else "at least")

    assert kinds == {"soft", "capacity", "essential", "any, all for full", "any", "at least"}


@pytest.mark.parametrize("name", STORIES)
def test_what_a_customer_of_another_company_consumes_is_defined_in_full(name: str) -> None:
    catalogue = story(name)
    for consumer, reference in catalogue.consumption:
        service = catalogue.services[reference]
        if (
            organizations_above(catalogue, consumer)[-1]
            == organizations_above(catalogue, service.provider)[-1]
        ):
            continue
        warranty = service.warranty
        assert all(outcome.said_by and outcome.wanted_by for outcome in service.outcomes)
        assert all(outcome.measure for outcome in service.outcomes)
        assert service.costs.removed and service.costs.imposed, reference
        assert service.risks.removed and service.risks.imposed, reference
        assert service.co_creation.provider and service.co_creation.customer, reference
        assert service.co_creation.talk_to and service.co_creation.escalate_to, reference
        assert service.supports_processes and service.channels, reference
        assert service.service_hours is not None, reference
        assert warranty.availability and warranty.capacity and warranty.continuity, reference
        assert warranty.security and warranty.performance, reference


def test_pharmacy_inventory_goes_on_with_one_database_and_needs_both_to_be_well() -> None:
    group = group_with(
        story("hospital").services["hospital-it/pharmacy-inventory"], "acme-cloud/db-1"
    )

    assert [member.service for member in group.members] == ["acme-cloud/db-1", "acme-cloud/db-2"]
    assert (group.minimum, group.full) == (Decimal(1), Decimal(2))
    assert not group.soft


def test_the_hospital_follows_a_patient_from_reception_to_discharge() -> None:
    hospital = story("hospital")
    service = hospital.services["hospital-it/patient-management"]
    seen_sooner = service.outcomes[0]
    [process] = service.supports_processes

    assert seen_sooner.statement == "Patients are seen sooner after they arrive"
    assert seen_sooner.said_by.startswith("Dr. Chidi Okafor")
    assert seen_sooner.measure is not None
    assert seen_sooner.measure.baseline == 50
    assert seen_sooner.measure.target == 30
    assert (process.steps[0], process.steps[-1]) == ("Reception", "Discharge")
    assert [channel.name for channel in service.channels] == ["web-portal", "mobile-portal"]
    assert group_with(service, "acme-cloud/app-3").minimum == 2
    assert group_with(service, "acme-cloud/farm-a").full == 100
    assert group_with(service, "hospital-it/reporting").soft
    names = {
        row.known_as for (_, ref), row in hospital.consumption.items() if ref == service.reference
    }
    assert names == {"Emergency board", "Bed board", "Appointments and records"}


def test_the_hospital_consumes_whatever_it_relies_on_at_acme() -> None:
    hospital = story("hospital")
    relied_on = {
        member.service
        for service in hospital.services.values()
        if organizations_above(hospital, service.provider)[-1] == "st-mary"
        for group in service.relies_on
        for member in group.members
        if member.service.startswith("acme-cloud/")
    }

    assert relied_on
    assert relied_on <= {ref for consumer, ref in hospital.consumption if consumer == "st-mary"}


@pytest.mark.parametrize(
    ("name", "reference", "viewpoint", "expected"),
    [
        ("software-house", "ledgerly-development/application-maintenance", "ledgerly", {"inside"}),
        ("software-house", "stonebridge/application-maintenance", "stonebridge", {"outside"}),
        (
            "software-house",
            "ledgerly-development/application-maintenance",
            "ledgerly-development",
            {"outside"},
        ),
        ("hospital", "hospital-it/crm", "hospital-it", {"inside"}),
        ("hospital", "hospital-it/patient-management", "st-mary", {"inside"}),
        ("hospital", "hospital-it/support-desk", "hospital-it", {"outside"}),
        ("order-to-cash", "brightwell-supply-chain/supply-chain-system", "brightwell", {"inside"}),
        (
            "order-to-cash",
            "brightwell-supply-chain/supply-chain-system",
            "brightwell-supply-chain",
            {"inside", "outside"},
        ),
        ("hotel", "harbour-housekeeping/room-cleaning", "harbour-hotel", {"inside"}),
        ("hotel", "harbour-housekeeping/room-cleaning", "harbour-housekeeping", {"outside"}),
        ("gutter-cleaning", "tall-order/ladder-testing", "tall-order", {"inside"}),
        ("flawless-but-worthless", "aldermoor-it/microfilm-index", "aldermoor", {"inside"}),
        ("flawless-but-worthless", "aldermoor-it/microfilm-index", "aldermoor-it", {"outside"}),
    ],
)
def test_who_consumes_a_service_depends_on_the_viewpoint(
    name: str, reference: str, viewpoint: str, expected: set[str]
) -> None:
    assert consumed_from(story(name), reference, viewpoint) == expected


def test_the_same_kind_of_service_is_kept_inside_by_one_and_sold_by_the_other() -> None:
    services = story("software-house").services
    kept = services["ledgerly-development/application-maintenance"]
    sold = services["stonebridge/application-maintenance"]

    assert kept.name == sold.name
    assert "application-maintenance" in kept.tags and "application-maintenance" in sold.tags
    assert kept.supports_processes == sold.supports_processes


def test_helpdesk_and_project_management_stand_behind_one_customer_and_before_the_other() -> None:
    catalogue = story("enabling-services")
    bank = {ref for consumer, ref in catalogue.consumption if consumer == "alder-bank"}
    shops = {ref for consumer, ref in catalogue.consumption if consumer == "fern-retail"}

    def behind(references: set[str]) -> set[str]:
        return {
            member.service
            for reference in references
            for group in catalogue.services[reference].relies_on
            for member in group.members
        }

    helpdesk, projects = "kestrel-workplace/helpdesk", "kestrel-workplace/project-management"
    assert helpdesk in behind(bank) - bank and helpdesk in shops
    assert projects in behind(shops) - shops and projects in bank
    assert catalogue.services[helpdesk].published_to == ("alder-bank",)
    assert catalogue.services[projects].published_to == ("fern-retail",)


def test_cash_is_collected_from_an_outside_party_by_somebody_who_is_a_customer_herself() -> None:
    catalogue = story("order-to-cash")
    receivable = catalogue.services["brightwell-finance/accounts-receivable"]
    system = catalogue.services["brightwell-supply-chain/supply-chain-system"]
    roles = {role for each in catalogue.people[receivable.owner].memberships for role in each.roles}

    assert ("corner-living", receivable.reference) in catalogue.consumption
    assert ("brightwell-finance", system.reference) in catalogue.consumption
    assert {Role.SERVICE_OWNER, Role.CUSTOMER} <= roles
    hosts = group_with(system, "norrland-hosting/servers-east")
    weights = {member.service: member.weight for member in hosts.members}
    assert weights["norrland-hosting/servers-east"] >= hosts.minimum
    assert weights["norrland-hosting/servers-west"] < hosts.minimum
    assert hosts.full > max(weights.values())


def test_a_stay_only_suffers_when_the_robe_is_missing() -> None:
    stay = story("hotel").services["harbour-hotel/stay"]

    assert group_with(stay, "harbour-housekeeping/robe").soft
    assert not group_with(stay, "harbour-hotel/room").soft


def test_gutters_are_cleaned_with_either_ladder_and_never_without_the_van() -> None:
    cleaning = story("gutter-cleaning").services["pascal-gutters/gutter-cleaning"]

    assert group_with(cleaning, "tall-order/ladder-8-m").minimum == 1
    assert len(group_with(cleaning, "tall-order/ladder-8-m").members) == 2
    assert len(group_with(cleaning, "pascal-gutters/van").members) == 1
    assert {requirement.kind for requirement in cleaning.utility} == {
        UtilityKind.FEATURE,
        UtilityKind.EASE_OF_USE,
        UtilityKind.COST,
    }


def test_the_flawless_service_is_far_from_the_outcome_it_was_made_for() -> None:
    services = story("flawless-but-worthless").services
    index = services["aldermoor-it/microfilm-index"]
    counter = services["aldermoor-permits/permit-counter"]
    dreaded = services["aldermoor-it/time-sheets"]

    for service, promised in ((index, "99.99"), (dreaded, "99.9"), (counter, "95")):
        assert service.warranty.availability == Decimal(promised)
    reached = {
        service.reference: measure.baseline / measure.target
        for service in (index, counter)
        if (measure := service.outcomes[0].measure) and measure.baseline and measure.target
    }
    assert reached[index.reference] < Decimal("0.001")
    assert reached[counter.reference] > Decimal("0.9")
    assert dreaded.service_hours is not None and dreaded.service_hours.is_always
    friday = dreaded.outcomes[0].measure
    assert friday is not None and friday.baseline == 11 * (friday.target or 0)


def test_the_stories_hold_services_before_and_after_their_life() -> None:
    stages = Counter(service.stage for name in STORIES for service in story(name).services.values())

    assert {Stage.PROPOSED, Stage.DESIGNED, Stage.TESTED, Stage.RETIRING, Stage.RETIRED} <= set(
        stages
    )
    assert stages[Stage.LIVE] > sum(stages.values()) * 0.9


@pytest.mark.parametrize(
    ("name", "email", "organizations"),
    [
        ("hospital", "dana.reyes@st-mary.example", {"hospital-it", "st-mary"}),
        (
            "hospital",
            "chidi.okafor@st-mary.example",
            {"emergency-ward", "outpatient-clinic", "st-mary"},
        ),
        (
            "software-house",
            "jo.keller@stonebridge.example",
            {"stonebridge", "ledgerly-development"},
        ),
        ("gutter-cleaning", "adwoa@osei.example", {"maple-street-4", "hill-road-houses"}),
    ],
)
def test_some_people_belong_to_several_organizations(
    name: str, email: str, organizations: set[str]
) -> None:
    person = story(name).people[email]

    assert {membership.organization for membership in person.memberships} == organizations
