"""The catalogue as of any moment, against what it said when that moment was now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catenary.apps.organizations.queries import actor_of_person, organizations_by_key
from catenary.apps.portfolio.operations.services import remove_services
from catenary.apps.portfolio.queries.catalogue import CatalogueFilter, list_services
from catenary.apps.portfolio.queries.chain import chain_of
from catenary.apps.portfolio.queries.compare import perspectives
from catenary.apps.portfolio.queries.documents import live_catalogue
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.impact import impact_view
from catenary.apps.portfolio.queries.organization import organization_view
from catenary.apps.portfolio.queries.past import records_at
from catenary.apps.portfolio.queries.past_catalogue import catalogue_at
from catenary.apps.portfolio.queries.records import TODAY, Records
from catenary.apps.portfolio.queries.service import service_view
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import CatalogueDocument, ConsumptionDocument, Role
from catenary.domain.refusals import Refused
from tests.apps.worlds import (
    HOUR,
    OPERATOR,
    START,
    as_person,
    begin,
    change,
    define,
    looking_from,
    person,
    say,
)
from tests.domain.estates import organization, service, small_catalogues

pytestmark = pytest.mark.django_db

LATER = START + 100 * HOUR
WHO = "somebody@o.example"


def told(records: Records, actor: Actor, key: str, references: list[str]) -> dict[str, Any]:
    """All that the queries say which read today and the past alike."""
    viewpoint = looking_from(OPERATOR, key)
    said: dict[str, Any] = {}
    for reference in references:
        asked: dict[str, Any] = {"actor": actor, "viewpoint": viewpoint, "records": records}
        said[f"service {reference}"] = service_view(reference=reference, **asked)
        said[f"chain {reference}"] = chain_of(reference=reference, depth=None, **asked)
        said[f"impact {reference}"] = impact_view(references=[reference], groups=True, **asked)
        said[f"both sides {reference}"] = perspectives(reference=reference, **asked)
    for each in organizations_by_key():
        view = organization_view(key=each, actor=actor, viewpoint=viewpoint, records=records)
        # Whom a person belongs to is for the forms of today.
        said[f"organization {each}"] = view and replace(
            view, people=tuple(replace(row, home_path="") for row in view.people)
        )
    for narrowed in (
        CatalogueFilter(),
        CatalogueFilter(text="o0 s"),
        CatalogueFilter(stage="live", provider="o0"),
        CatalogueFilter(tag="x"),
    ):
        said[f"list {narrowed}"] = list_services(
            actor=actor, viewpoint=viewpoint, narrowed=narrowed, records=records
        )
    return said


@dataclass
class Moment:
    """What a moment was when it was now."""

    at: datetime
    everything: CatalogueDocument
    seen: dict[str, set[str]]


def seen_by(actor: Actor, key: str) -> set[str]:
    viewpoint = looking_from(OPERATOR, key)
    estate = current_estate()
    ids = estate.service_ids[visible_services(estate, actor, viewpoint)].tolist()
    return {row.reference for row in TODAY.services_by_id(ids).values()}


def tagged(said: CatalogueDocument) -> CatalogueDocument:
    """With a label on every second service, and names for what is consumed."""
    services = {
        reference: replace(document, tags=("x",) if number % 2 else ())
        for number, (reference, document) in enumerate(said.services.items())
    }
    consumption = {
        pair: replace(row, known_as=f"S of {pair[0]} o0") for pair, row in said.consumption.items()
    }
    return replace(said, services=services, consumption=consumption)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(small_catalogues(), min_size=2, max_size=4), st.data())
def test_every_moment_is_what_it_was_when_it_was_now(
    said: list[CatalogueDocument], data: st.DataObject
) -> None:
    with transaction.atomic():
        moments: list[Moment] = []
        for number, wanted in enumerate(said):
            home = data.draw(st.sampled_from(sorted(wanted.organizations)))
            wanted = replace(tagged(wanted), people={WHO: person(WHO, home, Role.VIEWER)})
            at = START + number * HOUR
            try:
                say(wanted, at=at, prune=True)
            except Refused:
                continue
            actor = actor_of_person(WHO, "tests")
            assert actor is not None
            keys = sorted(organizations_by_key())
            seen = {key: seen_by(actor, key) for key in keys}
            moments.append(Moment(at, live_catalogue(OPERATOR, None), seen))
        assert moments
        # Everything that was said then, exactly.
        for moment in moments:
            for at in (moment.at, moment.at + HOUR - timedelta(microseconds=1)):
                if at < moments[-1].at or moment is moments[-1]:
                    follows = [m for m in moments if m.at <= at][-1]
                    past = records_at(at)
                    assert catalogue_at(OPERATOR, None, past) == follows.everything
        # At the last change the past is the present, for every query and everybody.
        actor = actor_of_person(WHO, "tests")
        assert actor is not None
        references = sorted({r for moment in moments for r in moment.everything.services})
        past = records_at(LATER)
        for key in organizations_by_key():
            for asker in (actor, OPERATOR):
                today = told(TODAY, asker, key, references)
                assert told(past, asker, key, references) == today
                viewpoint = looking_from(OPERATOR, key)
                assert catalogue_at(asker, viewpoint, past) == live_catalogue(asker, viewpoint)
        # In between one sees what could be seen then and may be seen today.
        for moment in moments[:-1]:
            past = records_at(moment.at)
            estate = past.estate()
            for key in organizations_by_key():
                viewpoint = looking_from(OPERATOR, key)
                mask = past.visible(estate, actor, viewpoint)
                rows = past.services_by_id(estate.service_ids[mask].tolist())
                found = {row.reference for row in rows.values()}
                open_now = seen_by(actor, key)
                present = set(live_catalogue(OPERATOR, None).services)
                assert found - open_now <= set(moment.everything.services) - present
                assert found & present <= open_now
                told(past, actor, key, references)
        transaction.set_rollback(True)


def pasts(reference: str, actor: Actor, key: str, at: datetime) -> Any:
    return service_view(
        actor=actor, viewpoint=looking_from(actor, key), reference=reference, records=records_at(at)
    )


def test_a_service_restricted_today_is_not_read_through_the_past() -> None:
    begin()
    define(services=[service("bluewater-ops/database", "ironport/power", restricted=True)])
    edith, ada = as_person("edith"), as_person("ada")

    assert pasts("bluewater-ops/database", edith, "bluewater-apps", START) is None
    assert pasts("bluewater-ops/database", ada, "bluewater", START).document.name == "Database"
    chain = chain_of(
        actor=edith,
        viewpoint=looking_from(edith, "bluewater-apps"),
        reference="bluewater-apps/patients",
        records=records_at(START),
    )
    assert chain is not None
    assert "database" not in repr(chain).lower()


def test_a_service_hidden_then_stays_hidden_then() -> None:
    begin()
    define(services=[service("bluewater-ops/vault", name="Vault")])
    edith = as_person("edith")

    assert pasts("bluewater-ops/vault", edith, "bluewater-apps", START) is None
    assert pasts("bluewater-ops/vault", edith, "bluewater-apps", START + HOUR) is not None


def test_what_is_no_longer_published_is_not_read_through_the_past() -> None:
    begin()
    define(services=[service("bluewater-ops/news", name="News", published_to=["*"])])
    define(services=[service("bluewater-ops/news", name="News")], at=START + 2 * HOUR)
    uwe = as_person("uwe")

    assert pasts("bluewater-ops/news", uwe, "ward-3", START + HOUR) is None
    assert pasts("bluewater-ops/news", OPERATOR, "bluewater", START + HOUR) is not None


def test_who_came_later_reads_the_past_with_the_roles_of_today() -> None:
    begin()
    define(people=[person("new@bluewater.example", "bluewater-ops", Role.VIEWER)], at=START + HOUR)
    actor = actor_of_person("new@bluewater.example", "tests")
    assert actor is not None

    assert pasts("bluewater-ops/vault", actor, "bluewater", START) is not None


def test_a_removed_service_is_shown_at_home_when_it_existed() -> None:
    begin()
    define(services=[service("bluewater-ops/gone", name="Gone", published_to=["*"])])
    with transaction.atomic():
        remove_services(references=["bluewater-ops/gone"], change=change(at=START + 2 * HOUR))
    ada, uwe = as_person("ada"), as_person("uwe")

    assert pasts("bluewater-ops/gone", ada, "bluewater", START + HOUR).document.name == "Gone"
    assert pasts("bluewater-ops/gone", ada, "bluewater", START + 2 * HOUR) is None
    assert pasts("bluewater-ops/gone", ada, "bluewater", START) is None
    # Whether it would still be published nobody can say: others do not see it any more.
    assert pasts("bluewater-ops/gone", uwe, "ward-3", START + HOUR) is None


def test_a_unit_that_moved_takes_its_past_along() -> None:
    begin()
    define(organizations=[organization("bluewater-ops", "ironport", name="Operations")])
    ada, ira = as_person("ada"), as_person("ira")

    # Once Bluewater's, now Ironport's: inside neither of them the past is open.
    vault = [
        pasts("bluewater-ops/vault", actor, key, START)
        for actor, key in ((ada, "bluewater"), (ira, "ironport"))
    ]
    assert vault == [None, None]


def test_names_and_trees_are_those_of_then() -> None:
    begin()
    define(
        organizations=[organization("bluewater-ops", "bluewater", name="Machine room")],
        services=[service("bluewater-ops/database", "ironport/power", name="Store")],
        consumption=[ConsumptionDocument("ward-3", "bluewater-apps/patients", "Files")],
    )

    then = pasts("bluewater-ops/database", OPERATOR, "bluewater", START)
    now = pasts("bluewater-ops/database", OPERATOR, "bluewater", START + HOUR)

    assert (then.document.name, then.provider.name) == ("Database", "Bluewater Operations")
    assert (now.document.name, now.provider.name) == ("Store", "Machine room")
    assert [m.reference for view in then.groups for m in view.members] == ["ironport/power"]


def test_before_everything_there_is_nothing() -> None:
    begin()

    assert pasts("bluewater-ops/database", OPERATOR, "bluewater", START - HOUR) is None
    assert catalogue_at(OPERATOR, None, records_at(START - HOUR)) == CatalogueDocument()


def test_a_change_that_says_it_was_made_earlier_is_noticed() -> None:
    begin()
    define(services=[service("bluewater-ops/late", name="Late")], at=START + 5 * HOUR)
    before = records_at(START + 3 * HOUR)

    define(services=[service("bluewater-ops/early", name="Early")], at=START + 2 * HOUR)

    assert "bluewater-ops/early" not in before.services_by_reference(["bluewater-ops/early"])
    after = records_at(START + 3 * HOUR)
    assert "bluewater-ops/early" in after.services_by_reference(["bluewater-ops/early"])


def test_an_organization_is_read_as_it_was() -> None:
    begin()
    ada = as_person("ada")
    define(
        organizations=[organization("bluewater-ops", "bluewater", name="Machine room")],
        people=[person("otto@bluewater.example", "bluewater-ops", Role.SERVICE_OWNER)],
        consumption=[ConsumptionDocument("north-clinic", "bluewater-apps/patients")],
    )

    def view(key: str, at: datetime) -> Any:
        viewpoint = looking_from(OPERATOR, "bluewater")
        return organization_view(actor=ada, viewpoint=viewpoint, key=key, records=records_at(at))

    then, now = view("bluewater-ops", START), view("bluewater-ops", START + HOUR)
    assert (then.organization.name, now.organization.name) == (
        "Bluewater Operations",
        "Machine room",
    )
    assert ([row.name for row in then.people], [row.name for row in now.people]) == ([], ["Otto"])
    assert [row.name for row in view("bluewater-apps", START).people].count("Otto") == 1
    assert view("north-clinic", START).consumed_count == 1
    assert view("north-clinic", START + HOUR).consumed_count == 2
    assert view("north-clinic", START - HOUR) is None


def test_an_organization_that_moved_shows_its_past_words_to_neither_house() -> None:
    begin()
    described = replace(organization("bluewater-ops", "bluewater"), description="Secret")
    define(organizations=[described], at=START + HOUR)
    moved = organization("bluewater-ops", "ironport")
    define(organizations=[moved], at=START + 2 * HOUR)

    for who, key in (("ada", "bluewater"), ("ira", "ironport")):
        told = organization_view(
            actor=as_person(who),
            viewpoint=looking_from(OPERATOR, key),
            key="bluewater-ops",
            records=records_at(START + HOUR),
        )
        assert told is None or (told.description, told.people) == ("", ())
