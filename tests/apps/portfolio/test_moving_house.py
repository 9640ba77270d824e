"""What a unit that is moved below another top organization takes along (decision 0093)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catenary.apps.monitoring.queries.shown_now import reported_of
from catenary.apps.organizations.queries import people_by_id
from catenary.apps.portfolio.queries.past import records_at
from catenary.apps.portfolio.queries.service import service_history, service_view
from catenary.domain.documents.shapes import Role
from tests.apps.monitoring.worlds import report, said, word, work
from tests.apps.worlds import HOUR, START, as_person, begin, define, looking_from, person
from tests.domain.estates import organization, service

pytestmark = pytest.mark.django_db

DATABASE = "bluewater-ops/database"
OLD, NEW = ("ada", "bluewater"), ("ira", "ironport")
LATER = START + 5 * HOUR


@pytest.fixture(autouse=True)
def moved() -> None:
    """Operations goes from Bluewater to Ironport after somebody changed and reported something."""
    begin()
    editor = Role.CATALOGUE_EDITOR
    roles = {"bluewater-ops": editor}
    edith = person("edith@bluewater.example", "bluewater-apps", editor, **roles)
    define(people=[edith], at=START + HOUR)
    define(
        services=[service(DATABASE, "ironport/power", name="Store")],
        actor=as_person("edith"),
        at=START + 2 * HOUR,
    )
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

    assert list(people_by_id([edith.person_id], home)) == [edith.person_id]
    assert people_by_id([edith.person_id], away) == {}
