"""What a plan says: every difference, everything managed elsewhere, and what may not go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catenary.domain.documents.shapes import (
    CatalogueDocument,
    ConsumptionDocument,
    OrganizationDocument,
    PersonDocument,
    Role,
    ServiceDocument,
)
from catenary.domain.plan import FieldChange, Plan, PlannedAction
from catenary.exchange.catalogue.planning import (
    consumption_pair,
    consumption_reference,
    plan_catalogue,
)
from tests.apps.worlds import FILES, begin, define, entries, everything, person, say
from tests.domain.estates import organization, service

pytestmark = pytest.mark.django_db


def plan(
    wanted: CatalogueDocument, source: str = FILES, *, prune: bool = False, take_over: bool = False
) -> Plan:
    """The plan, and that planning wrote nothing."""
    before = entries()
    made = plan_catalogue(wanted=wanted, source=source, prune=prune, take_over=take_over)
    assert entries() == before
    return made


def actions(made: Plan) -> list[tuple[str, str]]:
    """What would happen, in order."""
    return [(str(item.action), item.reference) for item in made.items]


def without(wanted: CatalogueDocument, *references: str) -> CatalogueDocument:
    """The catalogue without some of its objects."""
    return CatalogueDocument(
        {k: d for k, d in wanted.organizations.items() if k not in references},
        {k: d for k, d in wanted.people.items() if k not in references},
        {k: d for k, d in wanted.services.items() if k not in references},
        {
            pair: d
            for pair, d in wanted.consumption.items()
            if consumption_reference(*pair) not in references
        },
    )


def test_everything_is_new_in_an_empty_catalogue() -> None:
    wanted = everything()

    made = plan(wanted)

    assert {str(item.action) for item in made.items} == {"create"}
    assert [item.kind for item in made.items] == (
        ["organization"] * len(wanted.organizations)
        + ["person"] * len(wanted.people)
        + ["service"] * len(wanted.services)
        + ["consumption"] * len(wanted.consumption)
    )
    assert made.unchanged == 0


@pytest.mark.parametrize("prune", [False, True])
@pytest.mark.parametrize("source", [FILES, "folder:elsewhere"])
def test_the_plan_on_an_unchanged_catalogue_is_empty(source: str, prune: bool) -> None:
    begin()
    wanted = everything()

    made = plan(wanted, source, prune=prune)

    assert made.is_empty
    assert made.refusals == ()
    assert made.unchanged == (
        len(wanted.organizations)
        + len(wanted.people)
        + len(wanted.services)
        + len(wanted.consumption)
    )


@pytest.mark.parametrize(
    ("document", "kind", "reference", "changes"),
    [
        (
            organization("ward-3", "st-mary", name="Ward Three"),
            "organization",
            "ward-3",
            [FieldChange("name", "Ward 3", "Ward Three")],
        ),
        (
            person("vera@bluewater.example", "bluewater", Role.USER),
            "person",
            "vera@bluewater.example",
            [FieldChange("roles", ["viewer"], ["user"])],
        ),
        (
            service("bluewater-apps/billing", "ironport/power", name="Invoices"),
            "service",
            "bluewater-apps/billing",
            [
                FieldChange("name", "Billing", "Invoices"),
                FieldChange("relies-on", ["bluewater-ops/database"], ["ironport/power"]),
            ],
        ),
        (
            ConsumptionDocument("ward-3", "bluewater-apps/patients", "Bedside"),
            "consumption",
            "ward-3 > bluewater-apps/patients",
            [FieldChange("known-as", None, "Bedside")],
        ),
    ],
)
def test_a_change_names_the_fields_before_and_after(
    document: object, kind: str, reference: str, changes: list[FieldChange]
) -> None:
    begin()

    [item] = plan(only(document)).items

    assert (item.kind, item.reference, item.action) == (kind, reference, PlannedAction.CHANGE)
    assert list(item.changes) == changes
    assert item.taken_from == ""


def only(*documents: object) -> CatalogueDocument:
    """A catalogue of some documents of any kind."""
    wanted = CatalogueDocument()
    for document in documents:
        add(wanted, document)
    return wanted


def add(wanted: CatalogueDocument, document: object) -> None:
    """Put a document of any kind where it belongs."""
    match document:
        case OrganizationDocument():
            wanted.organizations[document.key] = document
        case PersonDocument():
            wanted.people[document.email] = document
        case ServiceDocument():
            wanted.services[document.reference] = document
        case ConsumptionDocument():
            wanted.consumption[document.consumer, document.service] = document


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (organization("ward-3", "st-mary", name="New"), ("organizations", "ward-3")),
        (
            person("vera@bluewater.example", "bluewater"),
            ("people", "vera@bluewater.example"),
        ),
        (service("ironport/grid", name="New"), ("services", "ironport/grid")),
        (
            ConsumptionDocument("ward-3", "bluewater-apps/patients", "New"),
            ("consumption", "ward-3", "bluewater-apps/patients"),
        ),
    ],
)
def test_what_another_source_manages_is_changed_only_when_taken_over(
    document: object, path: tuple[str, ...]
) -> None:
    begin()

    refused = plan(only(document), "folder:other")
    taking = plan(only(document), "folder:other", take_over=True)

    assert [(r.code, r.path) for r in refused.refusals] == [("managed-elsewhere", path)]
    assert "is managed by the catalogue files “tests”;" in refused.refusals[0].sentence
    assert taking.refusals == ()
    assert [item.taken_from for item in taking.items] == [FILES]


def test_taking_over_names_the_unchanged_too_and_then_they_are_ones_own() -> None:
    begin()
    same = only(everything().services["ironport/grid"])

    assert plan(same, "folder:other").is_empty
    [item] = plan(same, "folder:other", take_over=True).items
    assert (item.taken_from, item.changes) == (FILES, ())

    say(same, source="folder:other", take_over=True)

    assert plan(same, "folder:other", take_over=True).is_empty
    assert [r.code for r in plan(only(service("ironport/grid", name="New"))).refusals] == [
        "managed-elsewhere"
    ]


def test_pruning_names_exactly_ones_own_that_are_gone_from_the_files() -> None:
    begin()
    define(services=[service("ironport/spare")])
    say(only(service("ironport/extra")), source="folder:other")
    gone = ("ironport/grid", "uwe@st-mary.example", "bluewater-ops/vault")
    rest = without(everything(), *gone)
    rest.services["ironport/power"] = service("ironport/power", name="Power")

    assert actions(plan(rest)) == [("change", "ironport/power")]
    made = plan(rest, prune=True)

    assert sorted(ref for action, ref in actions(made) if action == "remove") == sorted(gone)
    assert made.refusals == ()


@pytest.mark.parametrize(
    ("gone", "code", "holder"),
    [
        (["ironport/power"], "still-needed", "bluewater-ops/database"),
        (["bluewater-apps/patients"], "still-needed", "ward-3"),
        (["bluewater-apps/billing"], "still-needed", "north-clinic"),
        (["ward-3", "uwe@st-mary.example"], "still-in-use", "consumes bluewater-apps/patients"),
        (["bluewater-ops"], "still-in-use", "provides bluewater-ops/database"),
    ],
)
def test_what_is_still_needed_is_not_pruned(gone: list[str], code: str, holder: str) -> None:
    begin()

    made = plan(without(everything(), *gone), prune=True)

    assert code in [refusal.code for refusal in made.refusals]
    assert any(holder in refusal.sentence for refusal in made.refusals)


def test_a_service_may_go_with_what_needed_it_or_when_nothing_needs_it_any_more() -> None:
    begin()
    wanted = everything()
    pair = "north-clinic > bluewater-apps/billing"

    together = without(wanted, "bluewater-apps/billing", pair)
    assert plan(together, prune=True).refusals == ()

    wanted.services["bluewater-ops/database"] = service("bluewater-ops/database")
    alone = without(wanted, "ironport/power", "ironport/grid")
    assert plan(alone, prune=True).refusals == ()


def test_the_consumer_goes_with_what_it_consumed() -> None:
    begin()
    gone = ("ward-3", "uwe@st-mary.example", "ward-3 > bluewater-apps/patients")

    assert plan(without(everything(), *gone), prune=True).refusals == ()


@pytest.mark.parametrize(
    "document",
    [
        # Each would leave something hanging on an organization that goes with the same plan.
        service("bluewater-apps/new", provider="spare-unit"),
        ConsumptionDocument("spare-unit", "bluewater-apps/patients"),
        person("new@bluewater.example", "spare-unit"),
        organization("inner", "spare-unit"),
        service("bluewater-apps/new", published_to=["spare-unit"]),
    ],
)
def test_an_organization_does_not_go_while_the_same_files_need_it(document: object) -> None:
    begin()
    wanted = everything()
    wanted.organizations["spare-unit"] = organization("spare-unit", "bluewater")
    say(wanted)
    wanted = without(everything(), "spare-unit")
    add(wanted, document)

    made = plan(wanted, prune=True)

    assert ("remove", "spare-unit") in actions(made)
    assert [r.code for r in made.refusals] == ["still-in-use"]


def test_an_organization_goes_when_what_it_provided_moves_to_another() -> None:
    begin()
    wanted = without(everything(), "bluewater-ops")
    for reference in ("bluewater-ops/database", "bluewater-ops/vault"):
        moved = replace(wanted.services[reference], provider="bluewater")
        wanted.services[reference] = moved

    assert plan(wanted, prune=True).refusals == ()


def test_a_new_service_that_needs_one_that_goes_is_a_reason_to_keep_it() -> None:
    begin()
    wanted = without(everything(), "bluewater-ops/vault")
    wanted.services["bluewater-apps/new"] = service("bluewater-apps/new", "bluewater-ops/vault")

    assert [r.code for r in plan(wanted, prune=True).refusals] == ["still-needed"]


def test_a_consumption_is_named_by_both_and_taken_apart_again() -> None:
    pair = ("ward-3", "bluewater-apps/patients")

    assert consumption_pair(consumption_reference(*pair)) == pair
