"""The workshop: who sits at which table, what each may do there, and what nobody else learns."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Model

from catenary.apps.calendars.operations.calendars import define_calendars
from catenary.apps.common.operations import catalogue_change
from catenary.apps.history.models import Revision
from catenary.apps.organizations.queries import actor_of_person
from catenary.apps.portfolio.choices import AnswerKind
from catenary.apps.portfolio.models import (
    BlueprintAnswer,
    BlueprintConfirmation,
    BlueprintProposal,
)
from catenary.apps.portfolio.operations.consumption import end_consumption
from catenary.apps.portfolio.queries.service import service_view
from catenary.apps.portfolio.queries.workshop import (
    Table,
    Workshop,
    proposals_behind,
    standings,
    workshop,
)
from catenary.domain.actors import Actor, Scope
from catenary.domain.documents.shapes import (
    Burden,
    CalendarDocument,
    ConsumptionDocument,
    Role,
    ServiceHours,
)
from catenary.domain.refusals import Refused
from catenary.domain.workshop.standing import Side
from catenary.domain.workshop.suggestions import Act, Part, Suggestion
from catenary.exchange.catalogue.workshop import Desk, NoTable
from tests.apps.worlds import (
    HOUR,
    SERVICES,
    START,
    begin,
    change,
    define,
    looking_from,
    person,
    refusal_codes,
)
from tests.domain.estates import organization

pytestmark = pytest.mark.django_db
PATIENTS = "bluewater-apps/patients"
HOMES = {
    "edith": "bluewater-apps",
    "otto": "bluewater-apps",
    "vera": "bluewater",
    "ada": "bluewater",
    "uwe": "ward-3",
    "cora": "ward-3",
    "stella": "st-mary",
    "sid": "st-mary",
    "nora": "north-clinic",
    "nils": "north-clinic",
    "ira": "ironport",
}
CALM = Suggestion(Part.OUTCOMES, Act.ADD, after={"statement": "Calm nights"})
NOON = START + 5 * HOUR


@pytest.fixture(autouse=True)
def world() -> None:
    """Ward 3 and North Clinic both consume Patients; Cora buys for the ward, Sid pays for all of
    St. Mary's, Nils buys for the clinic. Edith manages Patients by hand."""
    begin()
    patients = next(s for s in SERVICES if s.reference == PATIENTS)
    define(
        people=[
            person("cora@st-mary.example", "ward-3", Role.CUSTOMER),
            person("sid@st-mary.example", "st-mary", Role.SPONSOR),
            person("nils@north.example", "north-clinic", Role.CUSTOMER),
        ],
        services=[replace(patients, costs=Burden(("Servers",)))],
        consumption=[
            ConsumptionDocument("ward-3", PATIENTS, "Bed board"),
            ConsumptionDocument("north-clinic", PATIENTS),
        ],
    )


def somebody(who: str) -> Actor:
    """Somebody of the small world, newcomers included."""
    for host in ("bluewater", "st-mary", "north", "ironport"):
        actor = actor_of_person(f"{who}@{host}.example", door="tests")
        if actor is not None:
            return actor
    raise AssertionError(who)


def desk(who: str, customer: str = "ward-3") -> Desk:
    """Somebody at a table, looking from where they belong."""
    actor = somebody(who)
    viewpoint = looking_from(actor, HOMES[who])
    return Desk(actor=actor, viewpoint=viewpoint, reference=PATIENTS, customer=customer)


def seen_by(who: str, customer: str = "") -> Workshop | None:
    """The workshop as somebody finds it."""
    actor = somebody(who)
    return workshop(
        actor=actor,
        viewpoint=looking_from(actor, HOMES[who]),
        reference=PATIENTS,
        customer=customer,
    )


def table(who: str, customer: str = "ward-3") -> Table:
    """A table that is there."""
    found = seen_by(who, customer)
    assert found is not None and found.table is not None
    return found.table


def rows() -> tuple[int, int, int, int]:
    """How much was said, and how often the definition was."""
    return (
        BlueprintProposal.objects.count(),
        BlueprintAnswer.objects.count(),
        BlueprintConfirmation.objects.count(),
        Revision.objects.count(),
    )


def agree(customer: str = "ward-3", buyer: str = "cora") -> None:
    """Both sides confirm what is said now."""
    version = table(buyer, customer).version
    desk("edith", customer).confirm(side=Side.PROVIDER, version=version, at=NOON)
    desk(buyer, customer).confirm(side=Side.CUSTOMER, version=version, at=NOON + HOUR)


def desk_hours() -> None:
    """Bluewater's desk has a calendar."""
    with catalogue_change():
        hours = ServiceHours()
        calendar = CalendarDocument("bluewater-apps/desk", "Desk", "bluewater-apps", hours=hours)
        define_calendars(documents=[calendar], change=change())


def hours_of(calendar: str) -> Suggestion:
    return Suggestion(Part.HOURS, Act.ADD, after=calendar)


def test_hours_may_be_those_of_a_calendar_that_one_knows() -> None:
    desk_hours()

    hours = hours_of("bluewater-apps/desk")
    desk("edith").propose(side=Side.PROVIDER, suggestion=hours, seen="", at=NOON)
    desk("edith").write(suggestion=hours, seen="", at=NOON)

    assert table("cora").document.service_hours == ServiceHours(calendar="bluewater-apps/desk")


@pytest.mark.parametrize("calendar", ["bluewater-apps/desk", "bluewater-apps/none", "x/y"])
def test_a_calendar_of_another_house_is_not_there(calendar: str) -> None:
    desk_hours()

    with pytest.raises(Refused) as wrong:
        desk("cora").propose(side=Side.CUSTOMER, suggestion=hours_of(calendar), seen="", at=NOON)

    assert refusal_codes(wrong.value) == ["calendar-missing"]
    assert BlueprintProposal.objects.count() == 0


# ---------------------------------------------------------------- who sits where


@pytest.mark.parametrize(
    ("who", "customers", "side", "seats"),
    [
        ("edith", ["ward-3", "north-clinic"], Side.PROVIDER, {Side.PROVIDER}),
        ("otto", ["ward-3", "north-clinic"], Side.PROVIDER, {Side.PROVIDER}),
        ("ada", ["ward-3", "north-clinic"], Side.PROVIDER, {Side.PROVIDER}),
        ("vera", ["ward-3", "north-clinic"], Side.PROVIDER, set()),
        ("cora", ["ward-3"], Side.CUSTOMER, {Side.CUSTOMER}),
        ("sid", ["ward-3"], Side.CUSTOMER, {Side.CUSTOMER}),
        ("uwe", ["ward-3"], Side.CUSTOMER, set()),
        ("stella", ["ward-3"], Side.CUSTOMER, set()),
        ("nils", ["north-clinic"], Side.CUSTOMER, {Side.CUSTOMER}),
        ("nora", ["north-clinic"], Side.CUSTOMER, set()),
    ],
)
def test_everybody_sits_where_they_belong(
    who: str, customers: list[str], side: Side, seats: set[Side]
) -> None:
    found = seen_by(who)

    assert found is not None and found.table is not None
    assert sorted(row.key for row in found.customers) == sorted(customers)
    assert (found.table.side, set(found.table.seats)) == (side, seats)
    assert found.table.may_write == (who in {"edith", "ada"})


@pytest.mark.parametrize(
    ("who", "customer"),
    [
        ("ira", ""),
        ("cora", "north-clinic"),
        ("nils", "ward-3"),
        ("edith", "st-mary"),
        ("cora", "x"),
    ],
)
def test_there_is_no_table_for_anybody_else(who: str, customer: str) -> None:
    assert seen_by(who, customer) is None
    with pytest.raises(NoTable):
        desk(who, customer or "ward-3").confirm(side=Side.CUSTOMER, version="x", at=NOON)


def test_a_sister_unit_of_the_provider_has_no_seat() -> None:
    define(people=[person("opal@bluewater.example", "bluewater-ops", Role.ADMINISTRATOR)])
    HOMES["opal"] = "bluewater-ops"

    assert seen_by("opal") is None


def test_two_customers_under_one_roof_do_not_see_each_others_tables() -> None:
    define(
        organizations=[organization("ward-4", "st-mary", name="Ward 4")],
        people=[person("wanda@st-mary.example", "ward-4", Role.CUSTOMER)],
        consumption=[ConsumptionDocument("ward-4", PATIENTS)],
    )
    HOMES["wanda"] = "ward-4"
    before = seen_by("wanda")

    desk("cora").propose(side=Side.CUSTOMER, suggestion=CALM, seen="", at=NOON)
    agree()

    assert before == seen_by("wanda")
    assert seen_by("wanda", "ward-3") is None
    sid = seen_by("sid")
    assert sid is not None and [row.key for row in sid.customers] == ["ward-3", "ward-4"]


def test_what_one_customer_says_changes_nothing_for_the_other() -> None:
    before = seen_by("nils")
    uwes = service_view_of("nils")

    desk("cora").propose(side=Side.CUSTOMER, suggestion=CALM, seen="", at=NOON)
    number = table("edith").proposals[0].id
    desk("edith").answer(
        side=Side.PROVIDER, number=number, kind=AnswerKind.SAID, words="Why?", at=NOON
    )
    agree()

    assert seen_by("nils") == before
    assert service_view_of("nils") == uwes


def service_view_of(who: str) -> object:
    """The service and how it stands, as a customer's page of it is told."""
    actor = somebody(who)
    viewpoint = looking_from(actor, HOMES[who])
    view = service_view(actor=actor, viewpoint=viewpoint, reference=PATIENTS)
    assert view is not None
    return view, standings(actor=actor, viewpoint=viewpoint, view=view)


# ---------------------------------------------------------------- proposing and answering


def test_a_customers_proposal_is_accepted_into_the_definition_in_one_act() -> None:
    desk("cora").propose(side=Side.CUSTOMER, suggestion=CALM, seen="", at=NOON)
    proposal = table("edith").proposals[0]
    assert proposal.side is Side.CUSTOMER and proposal.is_open

    desk("edith").accept(number=proposal.id, words="Gladly", at=NOON + HOUR)

    now = table("cora")
    outcome = now.document.outcomes[-1]
    assert (outcome.statement, outcome.wanted_by) == ("Calm nights", "ward-3")
    settled = now.proposals[0].settled
    assert settled is not None and settled.kind is AnswerKind.ACCEPTED
    assert settled.change_id == now.revision.change_id
    for who, is_told in (("cora", True), ("edith", True), ("uwe", True), ("nils", False)):
        actor = somebody(who)
        viewpoint = looking_from(actor, HOMES[who])
        view = service_view(actor=actor, viewpoint=viewpoint, reference=PATIENTS)
        assert view is not None
        behind = proposals_behind(
            actor=actor,
            viewpoint=viewpoint,
            view=view,
            revisions=[now.revision.revision_id, now.revision.revision_id - 1],
        )
        names = {n: (row.key, person_ and person_.name) for n, (row, person_) in behind.items()}
        assert names == ({now.revision.revision_id: ("ward-3", "Cora")} if is_told else {})


def test_another_customer_reads_an_accepted_outcome_and_not_whose_it_is() -> None:
    desk("cora").propose(side=Side.CUSTOMER, suggestion=CALM, seen="", at=NOON)
    desk("edith").accept(number=table("edith").proposals[0].id, words="", at=NOON)

    nils = table("nils", "north-clinic")

    assert nils.document.outcomes[-1].statement == "Calm nights"
    assert nils.document.outcomes[-1].wanted_by == ""
    assert nils.proposals == ()


@pytest.mark.parametrize(
    ("who", "customer", "codes"),
    [
        ("uwe", "ward-3", ["not-allowed"]),
        ("stella", "ward-3", ["not-allowed"]),
        ("vera", "ward-3", ["not-allowed"]),
        ("edith", "ward-3", ["not-allowed"]),  # for the customer, that is
        ("cora", "north-clinic", None),
        ("nils", "ward-3", None),
    ],
)
def test_only_buyers_of_this_customer_propose_for_it(
    who: str, customer: str, codes: list[str] | None
) -> None:
    before = rows()

    with pytest.raises(NoTable if codes is None else Refused) as refused:
        desk(who, customer).propose(side=Side.CUSTOMER, suggestion=CALM, seen="", at=NOON)

    if isinstance(refused.value, Refused):
        assert refusal_codes(refused.value) == codes
    assert rows() == before


@pytest.mark.parametrize("who", ["otto", "vera", "cora", "sid", "uwe"])
def test_only_those_who_define_the_service_accept(who: str) -> None:
    desk("cora").propose(side=Side.CUSTOMER, suggestion=CALM, seen="", at=NOON)
    number = table("edith").proposals[0].id
    before = rows()

    with pytest.raises(Refused) as refused:
        desk(who).accept(number=number, words="", at=NOON)

    assert refusal_codes(refused.value) == ["not-allowed"]
    assert rows() == before


@pytest.mark.parametrize(
    ("who", "side", "kind", "codes"),
    [
        ("cora", Side.CUSTOMER, AnswerKind.DECLINED, ["other-side"]),
        ("edith", Side.PROVIDER, AnswerKind.WITHDRAWN, ["other-side"]),
        ("edith", Side.PROVIDER, AnswerKind.SAID, ["no-words"]),
        ("vera", Side.PROVIDER, AnswerKind.DECLINED, ["not-allowed"]),
        ("uwe", Side.CUSTOMER, AnswerKind.WITHDRAWN, ["not-allowed"]),
    ],
)
def test_an_answer_that_is_not_theirs_to_give_is_refused(
    who: str, side: Side, kind: AnswerKind, codes: list[str]
) -> None:
    desk("cora").propose(side=Side.CUSTOMER, suggestion=CALM, seen="", at=NOON)
    number = table("edith").proposals[0].id
    before = rows()

    with pytest.raises(Refused) as refused:
        desk(who).answer(side=side, number=number, kind=kind, words="", at=NOON)

    assert refusal_codes(refused.value) == codes
    assert rows() == before


def test_a_settled_proposal_stays_settled() -> None:
    desk("cora").propose(side=Side.CUSTOMER, suggestion=CALM, seen="", at=NOON)
    number = table("edith").proposals[0].id
    desk("sid").answer(
        side=Side.CUSTOMER, number=number, kind=AnswerKind.WITHDRAWN, words="", at=NOON
    )
    before = rows()

    with pytest.raises(Refused) as refused:
        desk("edith").accept(number=number, words="", at=NOON)
    assert refusal_codes(refused.value) == ["settled"]
    with pytest.raises(Refused) as refused:
        desk("edith").answer(
            side=Side.PROVIDER, number=number, kind=AnswerKind.DECLINED, words="", at=NOON
        )
    assert refusal_codes(refused.value) == ["settled"]
    assert rows() == before


def test_a_proposal_of_another_table_is_not_there() -> None:
    desk("cora").propose(side=Side.CUSTOMER, suggestion=CALM, seen="", at=NOON)
    number = table("edith").proposals[0].id

    with pytest.raises(Refused) as refused:
        desk("nils", "north-clinic").answer(
            side=Side.CUSTOMER, number=number, kind=AnswerKind.SAID, words="Me too", at=NOON
        )

    assert refusal_codes(refused.value) == ["missing"]


def test_a_line_that_changed_since_it_was_seen_is_not_written_over() -> None:
    seen = table("cora").version
    dearer = Suggestion(Part.COSTS_REMOVED, Act.CHANGE, "Servers", None, "All servers")
    desk("cora").propose(side=Side.CUSTOMER, suggestion=dearer, seen=seen, at=NOON)
    number = table("edith").proposals[0].id
    desk("edith").write(
        suggestion=Suggestion(Part.COSTS_REMOVED, Act.REMOVE, "Servers"), seen=seen, at=NOON
    )
    before = rows()

    with pytest.raises(Refused) as refused:
        desk("edith").accept(number=number, words="", at=NOON)
    assert refusal_codes(refused.value) == ["changed-meanwhile"]
    for who in ("cora", "edith"):
        with pytest.raises(Refused) as refused:
            if who == "cora":
                desk(who).propose(side=Side.CUSTOMER, suggestion=dearer, seen=seen, at=NOON)
            else:
                desk(who).write(suggestion=dearer, seen=seen, at=NOON)
        assert refusal_codes(refused.value) == ["changed-meanwhile"]
    assert rows() == before


def test_what_a_folder_manages_is_taken_over_only_when_that_is_said() -> None:
    actor = somebody("edith")
    billing = Desk(
        actor=actor,
        viewpoint=looking_from(actor, "bluewater-apps"),
        reference="bluewater-apps/billing",
        customer="north-clinic",
    )

    with pytest.raises(Refused) as refused:
        billing.write(suggestion=CALM, seen="", at=NOON)
    assert refusal_codes(refused.value) == ["managed-elsewhere"]

    billing.write(suggestion=CALM, seen="", at=NOON, take_over=True)


def test_words_are_answered_and_closed_without_touching_the_definition() -> None:
    question = Suggestion(Part.WORDS, Act.ADD, after="Why 99.9?")
    desk("cora").propose(side=Side.CUSTOMER, suggestion=question, seen="", at=NOON)
    said = Revision.objects.count()

    desk("otto").accept(number=table("otto").proposals[0].id, words="See you", at=NOON)

    assert not table("cora").proposals[0].is_open
    assert Revision.objects.count() == said


def test_a_token_that_only_reads_sits_nowhere() -> None:
    actor = replace(somebody("cora"), scopes=frozenset({Scope.READ}))
    found = workshop(actor=actor, viewpoint=looking_from(actor, "ward-3"), reference=PATIENTS)

    assert found is not None and found.table is not None and not found.table.seats


# ---------------------------------------------------------------- confirming


def test_both_confirm_and_a_change_of_what_is_agreed_is_named() -> None:
    agree()
    assert table("cora").standing.state == "agreed"

    desk("edith").write(suggestion=CALM, seen="", at=NOON + 2 * HOUR)

    now = table("cora")
    assert now.standing.state == "changed"
    assert [(d.part, d.before, d.after) for d in now.changed] == [
        ("outcomes", None, {"statement": "Calm nights"})
    ]
    assert [c.side for c in now.confirmations] == [Side.PROVIDER, Side.CUSTOMER]
    agree()
    assert table("cora").standing.state == "agreed"
    assert len(table("cora").confirmations) == 4


def test_a_change_of_labels_leaves_the_agreement_as_it_is() -> None:
    agree()
    document = table("edith").document

    define(services=[replace(document, tags=("new",), name="Patients and more")], at=NOON)

    assert table("cora").standing.state == "agreed"


def test_only_what_was_read_is_confirmed() -> None:
    version = table("cora").version
    desk("edith").write(suggestion=CALM, seen="", at=NOON)
    before = rows()

    with pytest.raises(Refused) as refused:
        desk("cora").confirm(side=Side.CUSTOMER, version=version, at=NOON)

    assert refusal_codes(refused.value) == ["changed-meanwhile"]
    assert rows() == before


def test_a_side_confirms_once_and_nobody_for_both() -> None:
    define(people=[person("ada@bluewater.example", "bluewater", Role.ADMINISTRATOR)])
    define(
        people=[
            person("bea@st-mary.example", "ward-3", Role.CUSTOMER, bluewater=Role.ADMINISTRATOR)
        ]
    )
    bea = somebody("bea")
    version = table("cora").version

    def as_bea(where: str) -> Desk:
        return Desk(
            actor=bea, viewpoint=looking_from(bea, where), reference=PATIENTS, customer="ward-3"
        )

    as_bea("bluewater").confirm(side=Side.PROVIDER, version=version, at=NOON)

    for where, side, code in (
        ("bluewater", Side.PROVIDER, "confirmed"),
        ("ward-3", Side.CUSTOMER, "both-sides"),
        ("bluewater", Side.CUSTOMER, "not-allowed"),
    ):
        with pytest.raises(Refused) as refused:
            as_bea(where).confirm(side=side, version=version, at=NOON)
        assert refusal_codes(refused.value) == [code]


@pytest.mark.parametrize(
    ("who", "side"),
    [
        ("uwe", Side.CUSTOMER),
        ("vera", Side.PROVIDER),
        ("edith", Side.CUSTOMER),
        ("cora", Side.PROVIDER),
    ],
)
def test_only_those_who_speak_for_a_side_confirm_for_it(who: str, side: Side) -> None:
    before = rows()

    with pytest.raises(Refused) as refused:
        desk(who).confirm(side=side, version=table(who).version, at=NOON)

    assert refusal_codes(refused.value) == ["not-allowed"]
    assert rows() == before


@pytest.mark.parametrize("model", [BlueprintProposal, BlueprintAnswer, BlueprintConfirmation])
def test_the_database_keeps_what_was_said(model: type[Model]) -> None:
    desk("cora").propose(side=Side.CUSTOMER, suggestion=CALM, seen="", at=NOON)
    desk("edith").accept(number=table("edith").proposals[0].id, words="", at=NOON)
    agree()
    objects = model._default_manager

    assert objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        objects.update(side="customer")
    with pytest.raises(DatabaseError), transaction.atomic():
        objects.all()._raw_delete("default")


def test_consumption_that_ended_ends_the_table_and_keeps_what_was_said() -> None:
    agree()
    with catalogue_change():
        end_consumption(documents=[ConsumptionDocument("ward-3", PATIENTS)], change=change())

    assert seen_by("cora") is None
    assert BlueprintConfirmation.objects.count() == 2
