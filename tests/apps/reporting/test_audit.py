"""The audit: all for operators, what is theirs for administrators, nothing for anybody else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from catenary.apps.access.choices import Happening
from catenary.apps.access.operations.recording import record_access
from catenary.apps.common.operations import catalogue_change
from catenary.apps.organizations.operations.people import give_account, remove_people
from catenary.apps.reporting.queries import (
    AuditClosed,
    AuditEntry,
    AuditPage,
    Place,
    Standing,
    Subject,
    audit,
)
from catenary.domain.actors import Actor, Origin
from catenary.domain.documents.shapes import Role
from tests.apps.worlds import (
    HOUR,
    NOBODY,
    OPERATOR,
    START,
    as_person,
    begin,
    change,
    define,
    person,
)
from tests.domain.estates import organization, service

pytestmark = pytest.mark.django_db

PEOPLE = ("edith", "adam", "ada", "stella", "uwe", "nora")
WEB = Origin("web", "192.0.2.7", "a browser")


@pytest.fixture
def accounts() -> dict[str, int]:
    """The small world; those who may sign in have done so, an hour after another."""
    begin()
    given = {}
    for n, name in enumerate(PEOPLE):
        actor = as_person(name)
        given[name] = give_account(
            email=actor.email, password="x" * 20, is_operator=False, change=change()
        )
        happened(given[name], START + (n + 2) * HOUR)
    happened(None, START + 20 * HOUR, Happening.SIGN_IN_FAILED)
    return given


def happened(
    account: int | None, at: datetime, kind: Happening = Happening.SIGNED_IN, by: int | None = None
) -> None:
    """An event at the web door."""
    origin = Origin("web", "192.0.2.7", "a browser", by)
    record_access(kind, at=at, origin=origin, account_ids=[account])


def seen(actor: Actor, **narrowed: object) -> AuditPage:
    """What somebody reads."""
    return audit(actor=actor, **narrowed)  # type: ignore[arg-type]


def signed_in(page: AuditPage) -> set[str]:
    """Who is told to have signed in."""
    return {
        entry.who.name or entry.who.standing
        for entry in page.entries
        if entry.event and entry.event.kind is Happening.SIGNED_IN
    }


def touched(page: AuditPage) -> set[str]:
    """What is told to have changed."""
    return {t.reference for e in page.entries if e.act for t in e.act.touched}


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("adam", {"Edith", "Adam"}),
        ("ada", {"Edith", "Adam", "Ada"}),
        ("stella", {"Stella", "Uwe"}),
        ("ira", set()),
    ],
)
def test_an_administrator_reads_of_their_own_people_alone(
    accounts: dict[str, int], who: str, names: set[str]
) -> None:
    page = seen(as_person(who), subject=Subject.WAYS_IN)

    assert signed_in(page) == names
    assert not any(entry.event and entry.event.account_id is None for entry in page.entries)


def test_an_operator_reads_everything_failures_of_nobody_too(accounts: dict[str, int]) -> None:
    page = seen(OPERATOR, subject=Subject.WAYS_IN)

    assert signed_in(page) == {name.title() for name in PEOPLE}
    assert page.entries[0].who.standing is Standing.NOBODY


@pytest.mark.parametrize("who", ["vera", "otto", "edith", "uwe", "nora"])
def test_for_everybody_else_there_is_no_audit(who: str) -> None:
    begin()

    with pytest.raises(AuditClosed):
        seen(as_person(who))
    with pytest.raises(AuditClosed):
        seen(NOBODY)


@pytest.mark.parametrize(
    ("who", "theirs"),
    [
        ("adam", {"bluewater-apps/patients", "bluewater-apps/billing"}),
        (
            "ada",
            {
                "bluewater-apps/patients",
                "bluewater-apps/billing",
                "bluewater-ops/database",
                "bluewater-ops/vault",
            },
        ),
        ("stella", set()),
        ("ira", {"ironport/power", "ironport/grid"}),
    ],
)
def test_an_administrator_reads_changes_of_what_stands_with_them(
    who: str, theirs: set[str]
) -> None:
    begin()
    for document in (
        service("bluewater-apps/patients", name="Patients, again"),
        service("bluewater-apps/billing", name="Billing, again"),
        service("bluewater-ops/database", name="Database, again"),
        service("bluewater-ops/vault", restricted=True, name="Vault, again"),
        service("ironport/power", name="Power, again"),
        service("ironport/grid", name="Grid, again"),
    ):
        define(services=[document], at=START + 2 * HOUR)

    page = seen(as_person(who), since=START + HOUR)

    assert touched(page) == theirs
    assert {entry.who.standing for entry in page.entries if entry.act} <= {Standing.MACHINE}


def test_one_act_that_touches_several_houses_shows_each_only_its_own() -> None:
    begin()

    (stellas,) = [e for e in seen(as_person("stella")).entries if e.act]
    (everything,) = [e for e in seen(OPERATOR).entries if e.act]

    assert stellas.act and everything.act and stellas.act.id == everything.act.id
    assert stellas.act.count < everything.act.count
    # Two organizations, two people, and what one of their organizations consumes.
    assert stellas.act.count == 5
    assert len(stellas.act.touched) == 5


def test_an_organization_of_another_house_stays_unnamed() -> None:
    begin()
    define(
        organizations=[organization("ward-4", "st-mary", name="Ward 4")],
        actor=as_person("stella"),
        at=START + 2 * HOUR,
    )

    assert "ward-4" in touched(seen(as_person("stella")))
    for who in ("ada", "ira"):
        assert "ward-4" not in touched(seen(as_person(who)))


def test_who_of_another_house_changed_something_is_not_named(accounts: dict[str, int]) -> None:
    # A role in two houses: Nora comes to edit for Bluewater as well.
    define(people=[person("nora@north.example", "north-clinic", Role.CATALOGUE_EDITOR,
                          **{"bluewater-apps": Role.CATALOGUE_EDITOR})])  # fmt: skip
    define(
        services=[service("bluewater-apps/patients", name="As Nora says")],
        actor=as_person("nora"),
        at=START + 3 * HOUR,
    )

    (entry,) = [e for e in seen(as_person("adam"), since=START + 3 * HOUR).entries if e.act]

    assert entry.who.standing is Standing.OUTSIDE
    assert (entry.who.name, entry.who.email) == ("", "")
    (told,) = [e for e in seen(OPERATOR, since=START + 3 * HOUR).entries if e.act]
    assert told.who.name == "Nora"


def roles(entries: tuple[AuditEntry, ...]) -> list[tuple[str, str, str, bool]]:
    """Roles that came and went, the latest first."""
    return [
        (change.whose.name, change.organization, change.role, change.is_given)
        for entry in entries
        for change in entry.roles
    ]


def test_roles_given_and_taken_are_told_each() -> None:
    begin()
    define(people=[person("otto@bluewater.example", "bluewater-apps", Role.ADMINISTRATOR)],
           actor=as_person("adam"), at=START + 2 * HOUR)  # fmt: skip

    page = seen(as_person("ada"), since=START + 2 * HOUR)

    assert roles(page.entries) == [
        ("Otto", "bluewater-apps", "administrator", True),
        ("Otto", "bluewater-apps", "service-owner", False),
    ]
    assert page.entries[0].who.name == "Adam"


def test_roles_in_another_house_are_not_told() -> None:
    begin()
    define(people=[person("edith@bluewater.example", "bluewater-apps", Role.CATALOGUE_EDITOR,
                          **{"st-mary": Role.VIEWER})], at=START + 2 * HOUR)  # fmt: skip

    assert roles(seen(as_person("adam"), since=START + 2 * HOUR).entries) == []
    assert roles(seen(OPERATOR, since=START + 2 * HOUR).entries) == [
        ("Edith", "st-mary", "viewer", True)
    ]


def test_a_removed_person_has_no_name_any_more(accounts: dict[str, int]) -> None:
    with catalogue_change():
        remove_people(emails=["edith@bluewater.example"], change=change(at=START + 30 * HOUR))

    page = seen(as_person("adam"))

    assert "Edith" not in str(page) and "edith@" not in str(page)
    assert Standing.REMOVED in {entry.who.standing for entry in page.entries}


# ------------------------------------------------------------------------------ narrowing


def test_one_person_is_what_they_did_and_what_was_done_about_them(
    accounts: dict[str, int],
) -> None:
    define(
        people=[person("edith@bluewater.example", "bluewater-apps", Role.VIEWER)],
        actor=as_person("adam"),
        at=START + 40 * HOUR,
    )
    happened(accounts["edith"], START + 41 * HOUR, Happening.TOKEN_REVOKED, by=accounts["adam"])

    ediths = seen(as_person("ada"), person="Edith@bluewater.example", since=START + 30 * HOUR)
    adams = seen(as_person("ada"), person="adam@bluewater.example", since=START + 30 * HOUR)

    for page in (ediths, adams):
        assert [bool(e.event) for e in page.entries] == [True, False]
        assert page.entries[0].whose and page.entries[0].whose.name == "Edith"
        assert page.entries[0].who.name == page.entries[1].who.name == "Adam"


@pytest.mark.parametrize("email", ["stella@st-mary.example", "nobody@x.example", "a\0b", "'"])
def test_somebody_one_may_not_see_is_nobody(accounts: dict[str, int], email: str) -> None:
    assert seen(as_person("ada"), person=email) == AuditPage((), None)


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(
    accounts: dict[str, int],
) -> None:
    page = seen(OPERATOR, subject=Subject.WAYS_IN, since=START + 3 * HOUR, until=START + 5 * HOUR)

    assert [entry.who.name for entry in page.entries] == ["Ada", "Adam"]


@pytest.mark.parametrize("who", ["operator", "ada"])
@pytest.mark.parametrize("size", [1, 2, 7])
def test_pages_leave_nothing_out_and_tell_nothing_twice(
    accounts: dict[str, int], who: str, size: int
) -> None:
    for n in range(10):
        # Clocks are set back now and then.
        at = START + timedelta(hours=50 - 7 * (n % 3), minutes=n)
        happened(accounts["edith"], at)
        define(services=[service("bluewater-apps/billing", name=f"Billing {n}")], at=at)
    actor = OPERATOR if who == "operator" else as_person(who)
    whole = seen(actor, limit=500)
    assert whole.following is None

    told: list[AuditEntry] = []
    place: Place | None = Place()
    while place is not None:
        page = seen(actor, limit=size, after=place)
        assert 0 < len(page.entries) <= size
        told += page.entries
        place = page.following

    def numbers(entries: list[AuditEntry]) -> list[tuple[str, int]]:
        events = [("event", e.event.id) for e in entries if e.event]
        return sorted(events + [("act", e.act.id) for e in entries if e.act])

    assert numbers(told) == numbers(list(whole.entries))


def test_a_role_is_told_however_large_the_change_it_came_with() -> None:
    begin()
    define(
        organizations=[organization(f"team-{n}", "bluewater-apps") for n in range(30)],
        services=[service(f"bluewater-apps/s{n}") for n in range(30)],
        people=[
            *(person(f"p{n}@bluewater.example", "bluewater-apps") for n in range(30)),
            person("vera@bluewater.example", "bluewater", Role.ADMINISTRATOR),
        ],
        at=START + 2 * HOUR,
    )

    (entry,) = seen(as_person("ada"), since=START + 2 * HOUR).entries

    assert entry.act and entry.act.count == 91
    assert roles((entry,)) == [
        ("Vera", "bluewater", "administrator", True),
        ("Vera", "bluewater", "viewer", False),
    ]


def test_a_page_takes_as_many_queries_however_much_is_on_it(accounts: dict[str, int]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def counted(limit: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            seen(ada, limit=limit)
        return len(queries)

    ada = as_person("ada")
    few = counted(500)
    for n in range(10):
        define(services=[service("bluewater-apps/billing", name=f"Billing {n}")])
        happened(accounts["edith"], START + (50 + n) * HOUR)

    assert counted(500) == few


def test_what_is_done_at_the_machine_is_not_done_by_whom_it_is_about(
    accounts: dict[str, int],
) -> None:
    record_access(
        account_ids=[accounts["uwe"]],
        kind=Happening.TOKEN_ISSUED,
        at=START + 30 * HOUR,
        origin=Origin("command-line", "", ""),
    )

    latest = audit(actor=OPERATOR).entries[0]

    assert latest.who.standing is Standing.MACHINE
    assert latest.whose is not None and latest.whose.email == "uwe@st-mary.example"
