"""Who sees what: each kind of person, each kind of object that is nearly theirs, every query.

The strongest of these tests says everything twice: once in a world without what one may not see,
once with it. Whoever may not see it gets the same answers to the last letter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from catenary.apps.organizations.queries import actor_of_person, organizations_by_key
from catenary.apps.portfolio.operations.services import remove_services
from catenary.apps.portfolio.queries.catalogue import CatalogueFilter, list_services
from catenary.apps.portfolio.queries.chain import chain_of
from catenary.apps.portfolio.queries.checks import live_findings
from catenary.apps.portfolio.queries.documents import live_catalogue
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.home import chain_place, relation_counts
from catenary.apps.portfolio.queries.impact import impact_view
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.apps.portfolio.queries.organization import organization_view
from catenary.apps.portfolio.queries.search import search_services
from catenary.apps.portfolio.queries.service import service_history, service_view
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.shapes import CatalogueDocument, ConsumptionDocument, Role
from catenary.domain.estate import ROLE_NAMES
from tests.apps.worlds import (
    OPERATOR,
    as_person,
    begin,
    change,
    define,
    looking_from,
    person,
    say,
)
from tests.domain.estates import Oracle, organization, service, small_catalogues

pytestmark = pytest.mark.django_db

ALL = (
    "bluewater-apps/patients",
    "bluewater-apps/billing",
    "bluewater-ops/database",
    "bluewater-ops/vault",
    "ironport/power",
    "ironport/grid",
    "bluewater-ops/news",
    "bluewater-ops/gone",
)


def everything_said_to(actor: Actor, key: str, references: tuple[str, ...] = ALL) -> dict[str, Any]:
    """All that any query says to somebody looking from an organization."""
    viewpoint = looking_from(actor, key)
    said: dict[str, Any] = {}
    for reference in references:
        said[f"service {reference}"] = service_view(
            actor=actor, viewpoint=viewpoint, reference=reference
        )
        said[f"chain {reference}"] = chain_of(
            actor=actor, viewpoint=viewpoint, reference=reference, depth=None
        )
        said[f"impact {reference}"] = impact_view(
            actor=actor, viewpoint=viewpoint, references=[reference], groups=True
        )[0]
        row = services_by_reference([reference]).get(reference)
        said[f"history {reference}"] = (
            service_history(actor=actor, viewpoint=viewpoint, service_id=row.id, limit=50)
            if row
            else []
        )
        for word in (reference.partition("/")[2], "service"):
            said[f"search {word}"] = search_services(actor=actor, viewpoint=viewpoint, text=word)
    for narrowed in (
        CatalogueFilter(),
        CatalogueFilter(stage="live"),
        CatalogueFilter(provider="bluewater"),
    ):
        said[f"list {narrowed}"] = list_services(
            actor=actor, viewpoint=viewpoint, narrowed=narrowed
        )
    for organization_key in organizations_by_key():
        said[f"organization {organization_key}"] = organization_view(
            actor=actor, viewpoint=viewpoint, key=organization_key
        )
    said["home"] = chain_place(actor=actor, viewpoint=viewpoint)
    said["band"] = relation_counts(actor=actor, viewpoint=viewpoint)
    said["catalogue"] = live_catalogue(actor, viewpoint)
    said["findings"] = live_findings(actor, viewpoint)
    return said


def standing() -> None:
    """The small world with something published and something removed."""
    begin()
    define(
        services=[
            service("bluewater-ops/news", name="News", published_to=["*"]),
            service("bluewater-ops/gone", name="Gone"),
        ]
    )
    remove_services(references=["bluewater-ops/gone"], change=change())


# Which of ALL each kind of person sees, from where they look.
MATRIX = [
    ("", "bluewater", "patients billing database vault power news"),
    ("", "ironport", "power grid news"),
    ("", "st-mary", "patients news"),
    ("ada", "bluewater", "patients billing database vault power news"),
    ("ada", "bluewater-apps", "patients billing database vault power news"),
    ("vera", "bluewater", "patients billing database vault power news"),
    ("adam", "bluewater", "patients billing database power news"),
    ("edith", "bluewater-apps", "patients billing database power news"),
    ("otto", "bluewater-ops", "patients billing database power news"),
    ("stella", "st-mary", "patients news"),
    ("uwe", "ward-3", "patients news"),
    ("uwe", "st-mary", "patients news"),
    ("nora", "north-clinic", "billing news"),
    ("ira", "ironport", "power grid news"),
]


@pytest.mark.parametrize(("name", "key", "expected"), MATRIX)
def test_each_person_opens_what_they_may_see_and_nothing_else(
    name: str, key: str, expected: str
) -> None:
    standing()
    actor = as_person(name) if name else OPERATOR
    viewpoint = looking_from(actor, key)

    said = everything_said_to(actor, key)
    listed = list_services(actor=actor, viewpoint=viewpoint, narrowed=CatalogueFilter())

    wanted = [reference for reference in ALL if reference.partition("/")[2] in expected.split()]
    assert [r for r in ALL if said[f"service {r}"] is not None] == wanted
    assert [r for r in ALL if said[f"chain {r}"] is not None] == wanted
    assert [r for r in ALL if said[f"impact {r}"] is not None] == wanted
    assert sorted(row.reference for row in listed.rows) == sorted(wanted)
    assert sorted(said["catalogue"].services) == sorted(wanted)
    for reference in ALL:
        word = reference.partition("/")[2]
        assert bool(said[f"search {word}"].service_ids) == (reference in wanted), reference
        inside = reference in wanted and viewpoint.root_key == reference.partition("-")[0]
        if reference.startswith("ironport"):
            inside = reference in wanted and viewpoint.root_key == "ironport"
        assert bool(said[f"history {reference}"]) == inside, reference


@pytest.mark.parametrize(("name", "key", "expected"), MATRIX)
def test_no_text_anywhere_names_what_one_may_not_see(name: str, key: str, expected: str) -> None:
    standing()
    hidden = [r for r in ALL if r.partition("/")[2] not in expected.split()]
    # Something of ours rests on the hidden vault: the reliance is told, the name is not.
    define(services=[service("bluewater-apps/billing", "bluewater-ops/vault", name="Billing")])
    # What was said before is told to those inside with names taken out; the rest is for all.
    actor = as_person(name) if name else OPERATOR

    said = everything_said_to(actor, key)

    findings = said.pop("findings")
    catalogue = said.pop("catalogue")
    texts = {question: repr(answer) for question, answer in said.items()}
    texts["findings"] = repr(findings[1])
    for question, text in texts.items():
        if question.startswith("history"):
            continue
        for reference in hidden:
            assert reference not in text, (question, reference)
    assert not set(hidden) & set(catalogue.services)


PEOPLE_ELSEWHERE = [
    ("uwe", "ward-3"),
    ("stella", "st-mary"),
    ("ira", "ironport"),
    ("edith", "bluewater-apps"),
    ("vera", "bluewater"),
]

NORTH = [
    organization("north-lab", "north-clinic"),
    organization("far-away"),
    organization("far-unit", "far-away"),
]
UNSEEN: dict[str, Callable[[], None]] = {
    "another customer, what it does and what it consumes": lambda: define(
        organizations=NORTH,
        people=[person("lab@north.example", "north-lab", Role.ADMINISTRATOR)],
        services=[
            service("north-clinic/theatre", "north-lab/scanner", name="Theatre service"),
            service("north-lab/scanner", outcomes=["seen"], name="Scanner service"),
            service("far-unit/host", "far-unit/host", name="Host service"),
            service("far-unit/old", "north-lab/scanner", stage=service("a/b").stage),
        ],
        consumption=[ConsumptionDocument("far-away", "north-clinic/theatre", "Cutting")],
    ),
    "something published to somebody else": lambda: define(
        organizations=NORTH,
        services=[
            service("far-unit/letter", published_to=["north-clinic"], name="Letter service"),
        ],
    ),
    "something removed": lambda: _removed(),
}


def _removed() -> None:
    define(
        organizations=NORTH,
        services=[service("far-unit/brief", published_to=["*"], name="Brief service")],
    )
    with transaction.atomic():
        remove_services(references=["far-unit/brief"], change=change())


@pytest.mark.parametrize("unseen", UNSEEN)
@pytest.mark.parametrize(("name", "key"), PEOPLE_ELSEWHERE)
def test_what_one_may_not_see_changes_no_answer_at_all(name: str, key: str, unseen: str) -> None:
    standing()
    actor = as_person(name)
    more = ("north-clinic/theatre", "north-lab/scanner", "far-unit/host", "far-unit/letter")
    before = everything_said_to(actor, key, (*ALL, *more))

    UNSEEN[unseen]()

    after = everything_said_to(as_person(name), key, (*ALL, *more))
    for question, answer in before.items():
        assert after[question] == answer, question
    # The organizations that came are not there either.
    assert all(after[question] is None for question in after.keys() - before.keys())


def test_a_customer_learns_nothing_of_the_chain_below_nor_of_other_customers() -> None:
    standing()
    uwe = as_person("uwe")
    before = everything_said_to(uwe, "ward-3")

    define(
        services=[
            service("bluewater-ops/database", "ironport/power", "bluewater-ops/disks"),
            service("bluewater-ops/disks", "bluewater-ops/vault"),
            service(
                "bluewater-apps/planning",
                "bluewater-apps/patients",
                published_to=["north-clinic"],
            ),
        ],
        consumption=[
            ConsumptionDocument("north-clinic", "bluewater-apps/patients", "Theirs"),
            ConsumptionDocument("bluewater-ops", "bluewater-apps/patients"),
        ],
    )

    after = everything_said_to(uwe, "ward-3")
    assert after == before


def test_a_restricted_service_changes_nothing_for_those_it_is_closed_to() -> None:
    standing()
    edith = as_person("edith")
    before = everything_said_to(edith, "bluewater-apps")

    define(
        services=[
            service("bluewater-ops/safe", restricted=True, outcomes=["kept"], name="Safe service"),
            service("bluewater-ops/vault", "bluewater-ops/safe", restricted=True, name="Vault"),
        ]
    )

    after = everything_said_to(edith, "bluewater-apps")
    for question, answer in before.items():
        assert after[question] == answer, question


def test_the_provider_learns_of_what_lies_beyond_by_number_alone() -> None:
    standing()
    ada = as_person("ada")
    define(
        organizations=NORTH,
        services=[
            service("north-clinic/theatre", "bluewater-apps/billing", outcomes=["well"]),
            service("far-unit/host", "north-clinic/theatre", outcomes=["a", "b"]),
        ],
    )
    viewpoint = looking_from(ada, "bluewater")

    view = service_view(actor=ada, viewpoint=viewpoint, reference="bluewater-apps/billing")
    chain = chain_of(actor=ada, viewpoint=viewpoint, reference="bluewater-apps/billing")
    place = chain_place(actor=ada, viewpoint=viewpoint)

    assert view is not None and chain is not None
    assert (view.beyond, chain.beyond) == (2, 2)
    assert place.outcomes_beyond == 3
    assert place.organizations_beyond == 1
    assert "theatre" not in repr((view, chain, place))
    assert "host" not in repr((view, chain, place))
    assert [row.key for row, _ in view.customer_reliants] == ["north-clinic"]


def test_what_rests_on_us_through_others_is_not_told_by_name() -> None:
    begin()
    # Ironport's billing, which Bluewater consumes, rests on Ironport's ledger, and that on
    # Bluewater's database: Ironport's own chain is Ironport's to show.
    define(
        services=[
            service("ironport/ledger", "bluewater-ops/database", name="Ledger"),
            service("ironport/invoices", "ironport/ledger", outcomes=["paid"], name="Invoices"),
        ],
        consumption=[ConsumptionDocument("bluewater", "ironport/invoices")],
    )
    ada = as_person("ada")

    place = chain_place(actor=ada, viewpoint=looking_from(ada, "bluewater"))

    assert "ironport/invoices" not in [far.service.reference for far in place.outcomes]
    assert place.outcomes_beyond == 1


@settings(max_examples=40)
@given(small_catalogues(), st.data())
def test_the_estate_that_is_loaded_answers_as_the_sets_do(
    said: CatalogueDocument, data: st.DataObject
) -> None:
    oracle = Oracle(said)
    homes = data.draw(
        st.lists(st.sampled_from(sorted(said.organizations)), min_size=1, unique=True)
    )
    who = person("somebody@o.example", homes[0])
    said.people[who.email] = replace(
        who,
        memberships=tuple(
            replace(person("x@o.example", key, Role.VIEWER).memberships[0]) for key in sorted(homes)
        ),
    )
    with transaction.atomic():
        say(said)
        actor = _actor(who.email)
        estate = current_estate()
        numbers = {row.id: r for r, row in services_by_reference(said.services).items()}
        found = {}
        for key in said.organizations:
            viewpoint = looking_from(OPERATOR, key)
            found[key] = _seen(actor, viewpoint), _roles(key, numbers)
            assert found[key][0] == {
                r for r in said.services if oracle.is_visible(oracle.root(key), homes, False, r)
            }
            assert found[key][1] == {r: oracle.role(key, r) for r in said.services}
            searched = search_services(actor=actor, viewpoint=viewpoint, text="o0 s")
            wanted = {r for r in found[key][0] if r.startswith("o0/")}
            assert {numbers[pk] for pk in searched.service_ids} == wanted
        assert estate.size == len(said.services)
        transaction.set_rollback(True)


def _actor(email: str) -> Actor:
    actor = actor_of_person(email, "tests")
    assert actor is not None
    return actor


def _seen(actor: Actor, viewpoint: Viewpoint) -> set[str]:
    estate = current_estate()
    mask = visible_services(estate, actor, viewpoint)
    ids = {int(pk) for pk in estate.service_ids[np.flatnonzero(mask)]}
    return {r for r, row in services_by_reference(_references()).items() if row.id in ids}


def _references() -> list[str]:
    return list(live_catalogue(OPERATOR, None).services)


def _roles(key: str, numbers: dict[int, str]) -> dict[str, str]:
    estate = current_estate()
    place = estate.organization_position(organizations_by_key([key])[key].id)
    assert place is not None
    codes = estate.roles_seen_from(place)
    return {
        numbers[int(pk)]: ROLE_NAMES[code]
        for pk, code in zip(estate.service_ids, codes, strict=True)
    }
