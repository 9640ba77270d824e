"""What a unit that is moved below another top organization takes along (decision 0093)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catenary.apps.monitoring.operations.maintenance import (
    NoSuchMaintenance,
    announce_maintenance,
    cancel_maintenance,
    change_maintenance,
)
from catenary.apps.monitoring.queries.maintenance import maintenance_ahead, maintenance_view
from catenary.apps.monitoring.queries.shown_now import reported_of
from catenary.apps.organizations.queries import people_by_id
from catenary.apps.portfolio.queries.past import records_at
from catenary.apps.portfolio.queries.service import service_history, service_view
from catenary.apps.portfolio.queries.workshop import workshop
from catenary.domain.documents.shapes import ConsumptionDocument, Role
from catenary.domain.workshop.standing import Side
from catenary.domain.workshop.suggestions import Act, Part, Suggestion
from catenary.exchange.catalogue.workshop import Desk
from tests.apps.monitoring.worlds import report, said, word, work
from tests.apps.worlds import HOUR, START, as_person, begin, define, looking_from, person
from tests.domain.estates import organization, service

pytestmark = pytest.mark.django_db

DATABASE = "bluewater-ops/database"
OLD, NEW = ("ada", "bluewater"), ("ira", "ironport")
LATER = START + 5 * HOUR
CALM = Suggestion(Part.OUTCOMES, Act.ADD, after={"statement": "Calm nights"})
#: A night's work, a week from now.
DISKS = {
    "title": "New disks",
    "services": [DATABASE],
    "zone": "UTC",
    "start": f"{START + timedelta(days=7):%Y-%m-%dT%H:%M}",
    "duration": "2 h",
}


@pytest.fixture(autouse=True)
def moved() -> None:
    """Operations goes from Bluewater to Ironport after somebody changed and reported something."""
    begin()
    editor = Role.CATALOGUE_EDITOR
    roles = {"bluewater-ops": editor}
    edith = person("edith@bluewater.example", "bluewater-apps", editor, **roles)
    ward = ConsumptionDocument("ward-3", DATABASE)
    define(people=[edith], consumption=[ward], at=START + HOUR)
    define(
        services=[service(DATABASE, "ironport/power", name="Store")],
        actor=as_person("edith"),
        at=START + 2 * HOUR,
    )
    announce_maintenance(actor=as_person("edith"), at=START + 2 * HOUR, plain=DISKS)
    there = Desk(
        actor=as_person("edith"),
        viewpoint=looking_from(as_person("edith"), "bluewater"),
        reference=DATABASE,
        customer="ward-3",
    )
    there.propose(side=Side.PROVIDER, suggestion=CALM, seen="", at=START + 2 * HOUR)
    told = word(DATABASE, "down", START + 3 * HOUR, text="a disk is gone")
    report(told, actor=as_person("edith"), now=START + 3 * HOUR)
    work(now=START + 3 * HOUR)
    define(organizations=[organization("bluewater-ops", "ironport")], at=START + 4 * HOUR)
    work(now=LATER)


def number() -> int:
    status = said(DATABASE, by=as_person(NEW[0]), seen=NEW[1], now=LATER)
    assert status is not None
    return status.service.id


def test_its_own_papers_go_along_and_are_closed_to_the_house_it_left() -> None:
    names = {}
    for who, seen in (OLD, NEW):
        entries = service_history(
            actor=as_person(who),
            viewpoint=looking_from(as_person(who), seen),
            service_id=number(),
            limit=20,
        )
        names[seen] = [(entry.after or {}).get("name") for entry in entries]

    assert names == {"bluewater": [], "ironport": ["Store", "Database"]}


def test_what_was_reported_goes_along_without_who_reported_it() -> None:
    told = {}
    for who, seen in (OLD, NEW):
        actor = as_person(who)
        viewpoint = looking_from(actor, seen)
        rows = reported_of(actor=actor, viewpoint=viewpoint, reference=DATABASE, limit=9)
        told[seen] = [(row.text, row.by) for row in rows]

    assert told == {"bluewater": [], "ironport": [("a disk is gone", "")]}


def test_conditions_go_along_and_their_reasons_name_nobody_elsewhere() -> None:
    status = said(DATABASE, by=as_person(NEW[0]), seen=NEW[1], now=LATER)

    assert status is not None
    assert status.since == START + 3 * HOUR
    (cause,) = status.causes
    assert [(each.text, each.by) for each in cause.said] == [("a disk is gone", "")]


def test_its_maintenance_goes_along_without_who_announced_it() -> None:
    actor = as_person(NEW[0])
    seen = looking_from(actor, NEW[1])

    (plan,) = maintenance_ahead(actor=actor, viewpoint=seen, at=LATER)

    assert plan.title == "New disks"
    whole = maintenance_view(actor=actor, viewpoint=seen, key=plan.key, at=LATER)
    assert whole is not None
    assert [(each.by, each.note) for each in whole.versions] == [("", "")]
    assert whole.is_managed


def test_the_house_it_left_reads_no_more_of_its_maintenance_than_any_other() -> None:
    actor = as_person(OLD[0])
    seen = looking_from(actor, OLD[1])
    (plan,) = maintenance_ahead(actor=actor, viewpoint=seen, at=LATER)

    whole = maintenance_view(actor=actor, viewpoint=seen, key=plan.key, at=LATER)

    assert whole is not None
    assert (whole.versions, whole.planned, whole.is_managed) == ((), None, False)


def test_whoever_answers_for_it_now_changes_its_maintenance() -> None:
    ira = as_person(NEW[0])
    seen = looking_from(ira, NEW[1])
    (plan,) = maintenance_ahead(actor=ira, viewpoint=seen, at=LATER)

    change_maintenance(actor=ira, at=LATER, key=plan.key, plain={**DISKS, "duration": "3 h"})

    whole = maintenance_view(actor=ira, viewpoint=seen, key=plan.key, at=LATER)
    assert whole is not None
    assert [each.by for each in whole.versions] == ["Ira", ""]
    with pytest.raises(NoSuchMaintenance):
        cancel_maintenance(actor=as_person(OLD[0]), at=LATER, key=plan.key)


def test_its_workshop_goes_along_without_who_sat_there() -> None:
    actor = as_person(NEW[0])
    found = workshop(
        actor=actor,
        viewpoint=looking_from(actor, NEW[1]),
        reference=DATABASE,
        customer="ward-3",
    )

    assert found is not None and found.table is not None
    assert len(found.table.proposals) == 1
    assert found.table.people == {}


def test_the_house_it_left_sees_what_it_uses_and_nothing_of_why() -> None:
    status = said(DATABASE, by=as_person(OLD[0]), seen=OLD[1], now=LATER)

    assert status is not None
    assert [cause.said for cause in status.causes] == [()]


@pytest.mark.parametrize(("who", "seen"), [OLD, NEW])
def test_pictures_of_then_are_closed_to_both(who: str, seen: str) -> None:
    actor = as_person(who)
    view = service_view(
        actor=actor,
        viewpoint=looking_from(actor, seen),
        reference=DATABASE,
        records=records_at(START + 3 * HOUR + timedelta(minutes=1)),
    )

    assert view is None or not view.is_inside


def test_people_are_named_in_their_own_house() -> None:
    edith = as_person("edith")
    assert edith.person_id is not None
    home = looking_from(as_person("ada"), "bluewater").root_id
    away = looking_from(as_person("ira"), "ironport").root_id

    assert list(people_by_id([edith.person_id], {home})) == [edith.person_id]
    assert people_by_id([edith.person_id], {away}) == {}
