"""Applying a plan: all or nothing, in somebody's name, and only just so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from catenary.apps.common.queries import catalogue_version
from catenary.apps.history.models import Change
from catenary.apps.organizations.queries import organizations_by_key
from catenary.apps.portfolio.models import Consumption, Service, Sharing
from catenary.apps.portfolio.queries.catalogue import CatalogueFilter, list_services
from catenary.apps.portfolio.queries.documents import live_catalogue
from catenary.apps.portfolio.queries.search import search_services
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import CatalogueDocument, ConsumptionDocument
from catenary.domain.refusals import Refused
from catenary.exchange.catalogue import changing
from catenary.exchange.catalogue.applying import PlanOutdated, apply_plan, prepare_plan
from tests.apps.worlds import (
    FILES,
    HOUR,
    NOBODY,
    OPERATOR,
    START,
    as_person,
    begin,
    define,
    entries,
    everything,
    looking_from,
    refusal_codes,
    revisions,
    say,
)
from tests.domain.estates import catalogue, organization, service

pytestmark = pytest.mark.django_db


def live() -> CatalogueDocument:
    """Everything there is now."""
    return live_catalogue(OPERATOR, None)


def state() -> tuple[object, ...]:
    """All that a refused or broken apply must leave as it was."""
    return live(), entries(), catalogue_version(), list(Sharing.objects.order_by("pk").values())


def without(wanted: CatalogueDocument, *gone: str) -> CatalogueDocument:
    """The catalogue without these services, people and organizations, and what they consume."""
    return CatalogueDocument(
        {k: d for k, d in wanted.organizations.items() if k not in gone},
        {k: d for k, d in wanted.people.items() if k not in gone},
        {k: d for k, d in wanted.services.items() if k not in gone},
        {p: d for p, d in wanted.consumption.items() if not {*p} & {*gone}},
    )


def test_the_catalogue_says_what_the_files_say() -> None:
    begin()

    assert live() == everything()


def test_applying_again_writes_nothing_at_all() -> None:
    begin()
    before = state()

    for prune in (False, True):
        say(everything(), at=START + HOUR, prune=prune)

    assert state() == before


def test_history_names_who_applied_what_from_where() -> None:
    begin()
    ada = as_person("ada")
    wanted = everything()
    wanted.services["bluewater-apps/billing"] = service("bluewater-apps/billing", name="Invoices")

    prepared = prepare_plan(wanted=wanted, source=FILES)
    apply_plan(prepared=prepared, actor=ada, at=START + HOUR, note="commit 4711")

    change = Change.objects.latest("pk")
    assert (change.person_id, change.door, change.source, change.note, change.at) == (
        ada.person_id,
        "tests",
        FILES,
        "commit 4711",
        START + HOUR,
    )
    assert list(change.revisions.values_list("reference", "action")) == [
        ("bluewater-apps/billing", "changed")
    ]


def test_only_what_differs_gets_an_entry() -> None:
    begin()
    before = len(revisions())
    wanted = everything()
    wanted.organizations["ward-3"] = organization("ward-3", "st-mary", name="Ward Three")
    pair = ("north-clinic", "bluewater-apps/billing")
    wanted.consumption[pair] = ConsumptionDocument(*pair, "Invoices")

    say(wanted, at=START + HOUR)

    assert revisions()[before:] == [
        ("organization", "ward-3", "changed"),
        ("consumption", "north-clinic > bluewater-apps/billing", "changed"),
    ]


def test_pruning_goes_with_other_changes_in_one_transaction() -> None:
    begin()
    wanted = without(everything(), "uwe@st-mary.example", "ward-3", "bluewater-apps/patients")
    wanted.services["bluewater-ops/database"] = service("bluewater-ops/database")
    wanted = without(wanted, "ironport/power", "ironport/grid")
    wanted.services["st-mary/kitchen"] = service("st-mary/kitchen")
    before = Change.objects.count()

    say(wanted, at=START + HOUR, prune=True)

    assert live() == wanted
    assert Change.objects.count() == before + 1
    say(wanted, at=START + HOUR, prune=True)
    assert Change.objects.count() == before + 1


def test_what_was_pruned_comes_back_as_itself() -> None:
    begin()
    number = Service.objects.get(reference="bluewater-apps/patients").pk
    ward = organizations_by_key(["ward-3"])["ward-3"].id
    rest = without(everything(), "uwe@st-mary.example", "ward-3", "bluewater-apps/patients")

    say(rest, at=START + HOUR, prune=True)
    say(everything(), at=START + 2 * HOUR)

    assert live() == everything()
    assert Service.objects.get(reference="bluewater-apps/patients").pk == number
    assert organizations_by_key(["ward-3"])["ward-3"].id == ward


def test_a_refused_plan_is_refused_again_when_applied() -> None:
    begin()
    before = state()

    with pytest.raises(Refused) as caught:
        say(without(everything(), "ironport/power"), prune=True)
    assert refusal_codes(caught.value) == ["still-needed"]
    with pytest.raises(Refused) as caught:
        say(catalogue([], [service("ironport/grid", name="New")]), source="folder:other")
    assert refusal_codes(caught.value) == ["managed-elsewhere"]

    assert state() == before


def test_a_plan_that_has_become_another_is_not_applied() -> None:
    begin()
    wanted = everything()
    wanted.services["ironport/grid"] = service("ironport/grid", name="Files say")
    prepared = prepare_plan(wanted=wanted, source=FILES, take_over=True)

    define(services=[service("ironport/grid", name="Somebody says")])
    before = state()

    with pytest.raises(PlanOutdated):
        apply_plan(prepared=prepared, actor=OPERATOR, at=START + HOUR)
    assert state() == before


def test_a_plan_that_is_still_the_same_is_applied_although_others_wrote() -> None:
    begin()
    wanted = everything()
    wanted.services["ironport/grid"] = service("ironport/grid", name="Files say")
    prepared = prepare_plan(wanted=wanted, source=FILES)

    define(services=[service("st-mary/kitchen")])
    apply_plan(prepared=prepared, actor=OPERATOR, at=START + HOUR)

    assert live().services["ironport/grid"].name == "Files say"
    assert "st-mary/kitchen" in live().services


def test_a_new_holder_since_the_plan_keeps_what_it_would_have_removed() -> None:
    begin()
    prepared = prepare_plan(
        wanted=without(everything(), "bluewater-ops/vault"), source=FILES, prune=True
    )
    define(services=[service("bluewater-apps/new", "bluewater-ops/vault")])
    before = state()

    with pytest.raises(PlanOutdated):
        apply_plan(prepared=prepared, actor=OPERATOR, at=START + HOUR)
    assert state() == before


OPERATIONS = [
    "define_organizations",
    "follow_organizations",
    "follow_consumers",
    "define_people",
    "define_services",
    "declare_consumption",
    "end_consumption",
    "remove_services",
    "remove_people",
    "remove_organizations",
]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_fails_in_the_middle_nothing_stays_half_done(
    operation: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin()
    wanted = without(
        everything(), "uwe@st-mary.example", "ward-3", "bluewater-apps/patients", "ironport/grid"
    )
    wanted.services["ironport/power"] = service("ironport/power", name="Power again")
    wanted.organizations["bluewater-apps"] = organization("bluewater-apps", "bluewater-ops")
    wanted.people["vera@bluewater.example"] = replace(
        wanted.people["vera@bluewater.example"], name="Vera V."
    )
    wanted.consumption["st-mary", "bluewater-apps/billing"] = ConsumptionDocument(
        "st-mary", "bluewater-apps/billing"
    )
    before = state()
    real: Callable[..., object] = getattr(changing, operation)

    def failing(**arguments: object) -> object:
        if after:
            real(**arguments)
        raise RuntimeError("the machine stumbled")

    with monkeypatch.context() as broken:
        broken.setattr(changing, operation, failing)
        with pytest.raises(RuntimeError, match="stumbled"):
            say(wanted, at=START + HOUR, prune=True)
    assert state() == before

    say(wanted, at=START + HOUR, prune=True)
    assert live() == wanted


@pytest.mark.parametrize(
    ("name", "may"),
    [("", False), ("vera", False), ("nora", False), ("edith", True), ("ada", True)],
)
def test_one_applies_what_one_may_define_and_all_or_nothing(name: str, may: bool) -> None:
    begin()
    actor: Actor = as_person(name) if name else NOBODY
    wanted = everything()
    wanted.services["bluewater-apps/billing"] = service(
        "bluewater-apps/billing", "bluewater-ops/database", name="Invoices"
    )
    before = state()

    if may:
        say(wanted, actor=actor, at=START + HOUR)
        assert live().services["bluewater-apps/billing"].name == "Invoices"
        # One more thing that is not theirs, and nothing of it happens.
        before = state()
        wanted.services["bluewater-apps/billing"] = service("bluewater-apps/billing", name="B")
        wanted.services["ironport/grid"] = service("ironport/grid", name="G")
    with pytest.raises(Refused) as caught:
        say(wanted, actor=actor, at=START + HOUR)
    assert refusal_codes(caught.value)[0] == "not-allowed"
    assert state() == before


@pytest.mark.parametrize("hidden", ["ironport/grid", "ironport/nothing-there"])
def test_files_do_not_find_out_what_their_author_may_not_see(hidden: str) -> None:
    begin()
    wanted = catalogue(
        [],
        [service("bluewater-apps/new", hidden)],
        [("st-mary", "bluewater-apps/new"), ("bluewater-apps", hidden)],
    )

    with pytest.raises(Refused) as caught:
        say(wanted, actor=as_person("ada"))

    [refusal] = caught.value.refusals
    assert refusal.sentence == f"there is no service {hidden} that you may see"


def test_moving_an_organization_moves_all_that_follows_from_where_it_stands() -> None:
    begin()
    define(
        organizations=[organization("annex", "north-clinic")],
        services=[
            service("bluewater-apps/news", published_to=["ward-3"], name="Newsletter"),
            service("ward-3/round", name="Morning round"),
        ],
        consumption=[ConsumptionDocument("st-mary", "ward-3/round")],
    )
    nora = as_person("nora")
    stella = as_person("stella")

    def found(actor: Actor, key: str, text: str) -> int:
        viewpoint = looking_from(actor, key)
        listed = list_services(
            actor=actor, viewpoint=viewpoint, narrowed=CatalogueFilter(text=text)
        )
        matches = search_services(actor=actor, viewpoint=viewpoint, text=text)
        assert listed.total == len(matches.service_ids)
        return listed.total

    assert [found(stella, "st-mary", w) for w in ("patients", "newsletter", "round")] == [1, 1, 1]
    assert [found(nora, "north-clinic", w) for w in ("patients", "newsletter", "round")] == [
        0,
        0,
        0,
    ]

    define(organizations=[organization("ward-3", "annex", name="Ward 3")])

    ward = organizations_by_key(["ward-3"])["ward-3"]
    moved = Service.objects.get(reference="ward-3/round")
    consumed = Consumption.objects.get(service__reference="bluewater-apps/patients")
    assert (moved.provider_path, moved.root_id) == (ward.path, ward.root_id)
    assert (consumed.consumer_path, consumed.consumer_root_id) == (ward.path, ward.root_id)
    assert [found(nora, "north-clinic", w) for w in ("patients", "newsletter", "round")] == [
        1,
        1,
        1,
    ]
    # St. Mary's still consumes the morning round, now from outside; the rest left with the ward.
    assert [found(stella, "st-mary", w) for w in ("patients", "newsletter", "round")] == [0, 0, 1]
    # What its sharing says is what defining everything anew would say.
    shared = set(Sharing.objects.values_list("service__reference", "root__key", "reason"))
    define(services=list(live().services.values()))
    assert set(Sharing.objects.values_list("service__reference", "root__key", "reason")) == shared
