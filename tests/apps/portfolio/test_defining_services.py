"""Defining, restoring and removing services, and saying who consumes them: who may, what is
refused whole, and what keeps its identity."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction

from catenary.apps.portfolio.models import Dependency, GateException, Outcome, Service, ServiceTag
from catenary.apps.portfolio.operations.consumption import declare_consumption, end_consumption
from catenary.apps.portfolio.operations.services import define_services, remove_services
from catenary.apps.portfolio.queries.documents import live_catalogue, services_by_exception
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import ConsumptionDocument, ServiceDocument, Stage
from catenary.domain.refusals import Refused
from catenary.domain.said import as_said
from tests.apps.worlds import (
    NOBODY,
    OPERATOR,
    SERVICES,
    as_person,
    begin,
    change,
    define,
    entries,
    outcome,
    refusal_codes,
    revisions,
)
from tests.domain.estates import organization, service

pytestmark = pytest.mark.django_db


def said(reference: str) -> ServiceDocument | None:
    """What a service says now."""
    return live_catalogue(OPERATOR, None).services.get(reference)


def refused(actor: Actor, *documents: ServiceDocument) -> Refused:
    """Why somebody may not say this; nothing changed and nothing stands in the history."""
    before, catalogue = entries(), live_catalogue(OPERATOR, None)
    with pytest.raises(Refused) as caught, transaction.atomic():
        define_services(documents=documents, change=change(actor))
    assert entries() == before
    assert live_catalogue(OPERATOR, None) == catalogue
    return caught.value


def who(name: str) -> Actor:
    """Somebody by name, or nobody."""
    return as_person(name) if name else NOBODY


def test_services_say_what_was_said() -> None:
    begin()

    found = live_catalogue(OPERATOR, None)

    assert found.services == {document.reference: document for document in SERVICES}
    assert revisions()[-len(SERVICES) - 2 :][0] == (
        "service",
        "bluewater-apps/patients",
        "created",
    )


def test_saying_the_same_again_changes_no_number() -> None:
    begin()
    numbers = dict(Service.objects.values_list("reference", "id"))
    outcomes = list(Outcome.objects.values())
    exceptions = list(GateException.objects.values())

    define(services=SERVICES)

    assert dict(Service.objects.values_list("reference", "id")) == numbers
    assert list(Outcome.objects.values()) == outcomes
    assert list(GateException.objects.values()) == exceptions
    assert live_catalogue(OPERATOR, None).services == {d.reference: d for d in SERVICES}


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("", False),
        ("nora", False),
        ("stella", False),
        ("vera", False),
        ("otto", False),
        ("edith", True),
        ("adam", True),
        ("ada", True),
    ],
)
def test_editors_there_or_above_define_what_is_provided_there(name: str, may: bool) -> None:
    begin()
    known = service("bluewater-apps/billing", "bluewater-ops/database", name="Invoices")
    new = service("bluewater-apps/portal", name="Portal")

    if may:
        define(services=[known, new], actor=who(name))
        assert said(known.reference) == known
        assert said(new.reference) == new
    else:
        assert set(refusal_codes(refused(who(name), known, new))) >= {"not-allowed"}


@pytest.mark.parametrize(
    "document",
    [
        # One's own provider does not open somebody else's service.
        service("bluewater-ops/database", provider="bluewater-apps"),
        service("bluewater-apps/billing", "bluewater-ops/database", provider="bluewater-ops"),
        # Nor somebody else's name: the prefix says where a service was born.
        service("bluewater-ops/new", provider="bluewater-apps"),
        service("st-mary/new", provider="bluewater-apps"),
        service("nowhere/new", provider="bluewater-apps"),
    ],
)
def test_an_editor_of_one_unit_neither_takes_nor_gives_away_nor_squats(
    document: ServiceDocument,
) -> None:
    begin()

    assert refusal_codes(refused(as_person("edith"), document)) == ["not-allowed"]


def test_an_editor_of_both_moves_a_service_between_its_providers() -> None:
    begin()
    moved = replace(SERVICES[1], provider="bluewater-ops")

    define(services=[moved], actor=as_person("ada"))

    row = services_by_reference([moved.reference])[moved.reference]
    assert said(moved.reference) == moved
    assert row.provider_path == Service.objects.get(reference="bluewater-ops/vault").provider_path
    # Its first provider no longer defines it.
    assert refusal_codes(refused(as_person("edith"), SERVICES[1])) == ["not-allowed"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (service("nowhere/new"), "organization-missing"),
        (service("bluewater-apps/new", published_to=["nowhere"]), "organization-missing"),
        (service("bluewater-apps/new", "nowhere/at-all"), "service-missing"),
        (service("bluewater-apps/new", "bluewater-apps/gone"), "service-missing"),
    ],
)
def test_what_is_missing_is_named(document: ServiceDocument, code: str) -> None:
    begin()
    define(services=[service("bluewater-apps/gone")])
    remove_services(references=["bluewater-apps/gone"], change=change())

    assert code in refusal_codes(refused(OPERATOR, document))


def test_publishing_to_a_stranger_does_not_tell_whether_they_are_here() -> None:
    begin()
    said = set()
    for key in ("st-mary", "north-clinic", "nowhere"):
        document = service("ironport/new", published_to=[key])
        refusal = refused(as_person("ira"), document).refusals[0]
        said.add(f"{refusal.code} {refusal.sentence} {refusal.remedy}".replace(key, "X"))
    assert len(said) == 1
    # Whom one serves one knows.
    define(services=[service("ironport/new", published_to=["bluewater"])], actor=as_person("ira"))
    define(
        services=[replace(SERVICES[0], published_to=("st-mary", "ironport"))],
        actor=as_person("ada"),
    )


# Ironport's grid is not shared with Bluewater; the vault is restricted to the operations unit.
@pytest.mark.parametrize(
    ("name", "hidden"),
    [("ada", "ironport/grid"), ("edith", "bluewater-ops/vault"), ("nora", "ironport/power")],
)
def test_a_supporter_one_may_not_see_is_refused_in_the_words_of_one_that_is_not_there(
    name: str, hidden: str
) -> None:
    begin()
    own = "north-clinic/new" if name == "nora" else "bluewater-apps/new"

    real = refused(as_person(name), service(own, hidden)).refusals
    invented = refused(as_person(name), service(own, hidden + "x")).refusals

    assert [
        replace(r, sentence=as_said(r.sentence.replace(hidden, hidden + "x"))) for r in real
    ] == list(invented)


def test_a_supporter_one_may_see_is_taken() -> None:
    begin()

    define(services=[service("bluewater-apps/new", "ironport/power")], actor=as_person("edith"))
    define(services=[service("bluewater-ops/new", "bluewater-ops/vault")], actor=as_person("ada"))
    define(services=[service("north-clinic/new", "bluewater-apps/billing")], actor=who("nora"))

    assert Dependency.objects.filter(reliant__reference__endswith="/new").count() == 3


def test_supporters_may_come_in_the_same_batch_and_in_loops() -> None:
    begin()

    define(
        services=[
            service("bluewater-apps/a", "bluewater-apps/b"),
            service("bluewater-apps/b", "bluewater-apps/a", "bluewater-apps/b"),
        ],
        actor=as_person("edith"),
    )

    assert said("bluewater-apps/b") is not None


def test_every_reason_of_every_document_is_given_at_once() -> None:
    begin()

    codes = refusal_codes(
        refused(
            as_person("edith"),
            service("bluewater-apps/a", "nowhere/x", "nowhere/y", published_to=["nowhere"]),
            service("st-mary/b"),
        )
    )

    assert codes == ["organization-missing", "service-missing", "service-missing", "not-allowed"]


def test_outcomes_keep_their_numbers_through_every_change() -> None:
    begin()
    reference = "bluewater-apps/patients"

    def numbers() -> dict[str, int]:
        return dict(Outcome.objects.values_list("key", "id"))

    def with_outcomes(*keys: str) -> None:
        outcomes = tuple(outcome(key, f"now {key}") for key in keys)
        define(services=[replace(SERVICES[0], outcomes=outcomes)])

    first = numbers()
    with_outcomes("new", "seen-sooner")
    second = numbers()
    with_outcomes("new")
    assert Outcome.objects.filter(removed_at__isnull=True).count() == 1
    with_outcomes("seen-sooner", "new")

    assert second["seen-sooner"] == first["seen-sooner"]
    assert numbers() == second
    document = said(reference)
    assert document is not None
    assert [o.key for o in document.outcomes] == ["seen-sooner", "new"]
    rows = Outcome.objects.filter(removed_at__isnull=True).order_by("position")
    assert list(rows.values_list("key", "statement")) == [
        ("seen-sooner", "now seen-sooner"),
        ("new", "now new"),
    ]


def test_entering_the_catalogue_past_the_gates_is_recorded_once() -> None:
    define(organizations=[organization("acme")])

    def exceptions() -> list[tuple[str, str]]:
        return list(GateException.objects.values_list("stage", "reason"))

    for stage in (Stage.PROPOSED, Stage.TESTED):
        define(services=[service("acme/db", stage=stage)])
        assert exceptions() == []
        assert services_by_exception() == frozenset()
    for stage in (Stage.LIVE, Stage.RETIRING, Stage.RETIRED, Stage.PROPOSED, Stage.LIVE):
        define(services=[service("acme/db", stage=stage)])
        assert exceptions() == [("live", "already-in-operation")]
    assert services_by_exception() == frozenset({"acme/db"})


def test_a_removed_service_keeps_its_reference_and_comes_back_as_itself() -> None:
    define(organizations=[organization("acme")])
    document = service("acme/db", "acme/db", outcomes=["safe"])
    define(services=[replace(document, tags=("core",))])
    number = services_by_reference(["acme/db"])["acme/db"].id
    safe = Outcome.objects.get().pk

    remove_services(references=["acme/db"], change=change())

    assert said("acme/db") is None
    assert not ServiceTag.objects.exists() and not Dependency.objects.exists()
    with pytest.raises(Refused) as caught, transaction.atomic():
        remove_services(references=["acme/db"], change=change())
    assert refusal_codes(caught.value) == ["service-missing"]

    define(services=[document])

    assert services_by_reference(["acme/db"])["acme/db"].id == number
    assert Outcome.objects.get(removed_at__isnull=True).pk == safe
    assert [action for _, _, action in revisions()[-3:]] == ["created", "removed", "restored"]


@pytest.mark.parametrize(
    ("references", "name", "codes"),
    [
        (["bluewater-ops/database"], "ada", ["still-needed"]),
        (["bluewater-apps/patients"], "ada", ["still-needed"]),
        (["bluewater-apps/billing", "bluewater-ops/database"], "ada", ["still-needed"] * 2),
        (["bluewater-ops/vault"], "edith", ["service-missing"]),
        (["ironport/power"], "ada", ["not-allowed", "still-needed"]),
        (["ironport/grid"], "ada", ["service-missing"]),
        (["bluewater-ops/vault"], "vera", ["not-allowed"]),
        (["nowhere/at-all"], "ada", ["service-missing"]),
    ],
)
def test_what_is_still_needed_or_not_ones_own_is_not_removed(
    references: list[str], name: str, codes: list[str]
) -> None:
    begin()
    before, catalogue = entries(), live_catalogue(OPERATOR, None)

    with pytest.raises(Refused) as caught, transaction.atomic():
        remove_services(references=references, change=change(as_person(name)))

    assert refusal_codes(caught.value) == codes
    assert entries() == before
    assert live_catalogue(OPERATOR, None) == catalogue


def test_a_chain_leaves_as_a_whole() -> None:
    begin()
    pairs = [ConsumptionDocument("ward-3", "bluewater-apps/patients")]
    pairs += [ConsumptionDocument("north-clinic", "bluewater-apps/billing")]
    leaving = ["bluewater-ops/database", "bluewater-apps/billing", "bluewater-apps/patients"]

    with transaction.atomic():
        end_consumption(documents=pairs, change=change(as_person("ada")))
        remove_services(references=leaving, change=change(as_person("ada")))

    assert set(live_catalogue(OPERATOR, None).services) == {
        "bluewater-ops/vault",
        "ironport/power",
        "ironport/grid",
    }


@pytest.mark.parametrize(
    ("name", "consumer", "reference", "codes"),
    [
        ("", "st-mary", "bluewater-apps/patients", ["organization-missing", "service-missing"]),
        ("vera", "bluewater-ops", "bluewater-apps/patients", ["not-allowed"]),
        ("uwe", "ward-3", "bluewater-apps/patients", ["not-allowed"]),
        ("stella", "st-mary", "bluewater-apps/patients", []),
        ("adam", "bluewater-ops", "bluewater-apps/patients", []),
        ("adam", "bluewater-ops", "bluewater-ops/database", ["not-allowed"]),
        # The first relation to a customer is the customer's to declare, or an operator's.
        ("adam", "north-clinic", "bluewater-apps/patients", ["organization-missing"]),
        ("adam", "nowhere", "bluewater-apps/patients", ["organization-missing"]),
        ("stella", "st-mary", "bluewater-ops/database", ["service-missing"]),
        ("stella", "st-mary", "bluewater-apps/billing", ["service-missing"]),
        ("nora", "north-clinic", "bluewater-apps/nothing", ["service-missing"]),
    ],
)
def test_either_side_says_that_it_is_consumed(
    name: str, consumer: str, reference: str, codes: list[str]
) -> None:
    begin()
    document = ConsumptionDocument(consumer, reference, "ours")
    before, catalogue = entries(), live_catalogue(OPERATOR, None)

    if not codes:
        with transaction.atomic():
            declare_consumption(documents=[document], change=change(who(name)))
        found = live_catalogue(OPERATOR, None).consumption
        assert found[consumer, reference] == document
        assert revisions()[-1] == ("consumption", f"{consumer} > {reference}", "created")
        return
    for operation in (declare_consumption, end_consumption):
        with pytest.raises(Refused) as caught, transaction.atomic():
            operation(documents=[document], change=change(who(name)))
        assert refusal_codes(caught.value) == codes
    assert entries() == before
    assert live_catalogue(OPERATOR, None) == catalogue


def test_consumption_ended_and_declared_again_is_a_new_row_and_a_name_is_only_changed() -> None:
    begin()
    pair = ConsumptionDocument("ward-3", "bluewater-apps/patients", "Bedside")

    with transaction.atomic():
        declare_consumption(documents=[pair], change=change())
        declare_consumption(documents=[pair], change=change())
        end_consumption(documents=[pair], change=change())
        ended = entries()
        end_consumption(documents=[pair], change=change())
        assert entries() == (ended[0] + 1, ended[1])
        declare_consumption(documents=[pair], change=change())

    actions = [action for kind, _, action in revisions() if kind == "consumption"]
    assert actions == ["created", "created", "changed", "changed", "removed", "created"]
    assert live_catalogue(OPERATOR, None).consumption["ward-3", pair.service] == pair
