"""History: what was said at any moment, in whose name, and that nothing takes it away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from catenary.apps.history.choices import Action, Kind
from catenary.apps.history.models import Change, Revision
from catenary.apps.history.operations import NewRevision, append_revisions, open_change
from catenary.apps.history.queries import all_documents, current_documents, entries_of
from catenary.apps.portfolio.operations.services import remove_services
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.apps.portfolio.queries.service import service_history
from tests.apps.worlds import HOUR, OPERATOR, START, as_person, begin, change, define, looking_from
from tests.domain.estates import organization, service

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)
LATER = START + timedelta(days=1)


def database_refuses(sql: str, *parameters: Any) -> bool:
    """Whether the database itself refuses a statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, list(parameters))
    except DatabaseError as error:
        return "history is never" in str(error)
    return False


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM history_revision",
        "DELETE FROM history_revision WHERE kind = 'organization'",
        "DELETE FROM history_change",
        "UPDATE history_change SET note = 'nothing happened'",
        "UPDATE history_change SET at = at",
        "UPDATE history_revision SET ends_at = NULL",
        "UPDATE history_revision SET document = '{}' WHERE ends_at IS NULL",
        "UPDATE history_revision SET document = NULL, ends_at = starts_at WHERE ends_at IS NULL",
        "UPDATE history_revision SET reference = 'x', ends_at = starts_at WHERE ends_at IS NULL",
        "UPDATE history_revision SET action = 'x', ends_at = starts_at WHERE ends_at IS NULL",
        "UPDATE history_revision SET kind = 'x', ends_at = starts_at WHERE ends_at IS NULL",
        "UPDATE history_revision SET object_id = 0, ends_at = starts_at WHERE ends_at IS NULL",
        "UPDATE history_revision SET before_id = id, ends_at = starts_at WHERE ends_at IS NULL",
        "UPDATE history_revision SET change_id = 0, ends_at = starts_at WHERE ends_at IS NULL",
        "UPDATE history_revision SET id = -id, ends_at = starts_at WHERE ends_at IS NULL",
        "UPDATE history_revision SET ends_at = starts_at WHERE ends_at IS NOT NULL",
    ],
)
def test_the_database_itself_refuses_to_forget(sql: str) -> None:
    define(organizations=[organization("acme")])
    define(organizations=[organization("acme", name="Acme")], at=LATER)
    before = list(Revision.objects.values()), list(Change.objects.values())

    assert database_refuses(sql)

    assert (list(Revision.objects.values()), list(Change.objects.values())) == before


def test_closing_an_open_end_is_the_one_thing_that_may_be_written_later() -> None:
    define(organizations=[organization("acme")])

    assert Revision.objects.filter(ends_at__isnull=True).update(ends_at=LATER) == 1
    assert database_refuses("UPDATE history_revision SET ends_at = NULL")
    with pytest.raises(DatabaseError), transaction.atomic():
        Revision.objects.update(ends_at=LATER + HOUR)


def test_a_period_never_ends_before_it_begins_and_only_one_is_open() -> None:
    define(organizations=[organization("acme")])

    with pytest.raises(DatabaseError), transaction.atomic():
        Revision.objects.update(ends_at=START - HOUR)
    row = Revision.objects.values().get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Revision.objects.create(**{**row, "id": None})


def test_each_entry_says_who_when_how_before_and_after() -> None:
    begin()
    edith = as_person("edith")
    billing = service("bluewater-apps/billing", "bluewater-ops/database", name="Invoices")
    define(services=[billing], actor=edith, at=LATER)

    number = services_by_reference([billing.reference])[billing.reference].id
    latest, first = entries_of(Kind.SERVICE, number)

    assert (latest.at, latest.action, latest.person_id) == (LATER, "changed", edith.person_id)
    assert (latest.door, latest.source, latest.reference) == ("tests", "browser", billing.reference)
    assert latest.before == first.after
    assert latest.before is not None and latest.before["name"] == "Billing"
    assert latest.after is not None and latest.after["name"] == "Invoices"
    assert (first.action, first.before, first.source) == ("created", None, "folder:tests")
    assert len(entries_of(Kind.SERVICE, number, limit=1)) == 1
    assert entries_of(Kind.SERVICE, 10**9) == []


def test_yesterdays_catalogue_is_read_to_the_microsecond() -> None:
    define(organizations=[organization("acme")], at=START)
    define(organizations=[organization("acme", name="Second")], at=LATER)

    def name_at(at: datetime | None) -> list[str]:
        return [plain["name"] for _, plain in all_documents(Kind.ORGANIZATION, at)]

    assert name_at(START - MOMENT) == []
    assert name_at(START) == ["acme"]
    assert name_at(LATER - MOMENT) == ["acme"]
    assert name_at(LATER) == ["Second"]
    assert name_at(None) == ["Second"]


def test_two_changes_at_one_moment_leave_the_second() -> None:
    for name in ("First", "Second"):
        define(organizations=[organization("acme", name=name)], at=START)

    assert [p["name"] for _, p in all_documents(Kind.ORGANIZATION, START)] == ["Second"]
    assert Revision.objects.count() == 2


def test_a_clock_set_back_does_not_stop_a_change() -> None:
    define(organizations=[organization("acme")], at=LATER)

    define(organizations=[organization("acme", name="Second")], at=START)

    assert [p["name"] for _, p in all_documents(Kind.ORGANIZATION)] == ["Second"]
    assert list(all_documents(Kind.ORGANIZATION, START)) == []
    assert [p["name"] for _, p in all_documents(Kind.ORGANIZATION, LATER)] == ["Second"]


steps = st.lists(
    st.tuples(
        st.integers(0, 3),  # which object
        st.none() | st.integers(0, 9),  # what it says, or that it is removed
        st.integers(0, 2),  # how many microseconds later than the step before
    ),
    max_size=12,
)


@given(steps)
def test_documents_at_each_moment_are_what_was_said_then(
    script: list[tuple[int, int | None, int]],
) -> None:
    said: dict[int, dict[str, int]] = {}
    was: dict[datetime, dict[int, dict[str, int]]] = {}
    at, known = START, set[int]()
    with transaction.atomic():
        for number, value, pause in script:
            at += pause * MOMENT
            document = None if value is None else {"said": value}
            made = open_change(actor=OPERATOR, at=at, source="browser")
            action = Action.CHANGED if number in known else Action.CREATED
            if document is None:
                action = Action.REMOVED
            append_revisions(
                change=made,
                revisions=[NewRevision(Kind.SERVICE, number, f"acme/{number}", action, document)],
            )
            known.add(number)
            said = {key: plain for key, plain in said.items() if key != number}
            if document is not None:
                said[number] = document
            was[at] = said
        found = {
            moment: dict(all_documents(Kind.SERVICE, moment))
            for instant in was
            for moment in (instant, instant - MOMENT, instant + MOMENT)
        }
        now = dict(all_documents(Kind.SERVICE))
        one_by_one = current_documents(Kind.SERVICE, range(4))
        transaction.set_rollback(True)

    assert now == one_by_one == said
    for moment, documents in found.items():
        past = [instant for instant in was if instant <= moment]
        assert documents == (was[max(past)] if past else {})


def test_the_order_of_what_is_said_is_kept() -> None:
    define(organizations=[organization("acme")])
    document = service("acme/db", outcomes=["zebra", "ant", "mole"])
    define(services=[document])

    [(_, plain)] = list(all_documents(Kind.SERVICE))

    assert list(plain["outcomes"]) == ["zebra", "ant", "mole"]


def test_people_in_what_services_say_are_kept_by_number() -> None:
    begin()
    owned = service("bluewater-apps/billing", "bluewater-ops/database")
    for owner in ("otto@bluewater.example", "stranger@elsewhere.example"):
        define(services=[type(owned)(owned.reference, "Billing", "bluewater-apps", owner=owner)])

    texts = " ".join(row.document or "" for row in Revision.objects.all())

    assert "otto@" not in texts
    # An address of nobody we know is no person yet: it is a finding.
    assert "stranger@" in texts
    ada = as_person("ada")
    number = services_by_reference([owned.reference])[owned.reference].id
    latest, before, _ = service_history(
        actor=ada, viewpoint=looking_from(ada, "bluewater"), service_id=number, limit=9
    )
    assert before.after is not None and before.after["owner"] == "otto@bluewater.example"
    assert latest.before == before.after


def test_history_is_for_those_inside() -> None:
    begin()
    number = services_by_reference(["bluewater-apps/patients"])["bluewater-apps/patients"].id
    vault = services_by_reference(["bluewater-ops/vault"])["bluewater-ops/vault"].id

    def entries(name: str, key: str, service_id: int) -> int:
        actor = as_person(name)
        viewpoint = looking_from(actor, key)
        return len(
            service_history(actor=actor, viewpoint=viewpoint, service_id=service_id, limit=9)
        )

    assert entries("vera", "bluewater", number) == 1
    assert entries("uwe", "ward-3", number) == 0
    assert entries("edith", "bluewater-apps", vault) == 0
    assert entries("ada", "bluewater", vault) == 1
    define(services=[service("bluewater-apps/gone")])
    gone = services_by_reference(["bluewater-apps/gone"])["bluewater-apps/gone"].id
    remove_services(references=["bluewater-apps/gone"], change=change())
    assert entries("ada", "bluewater", gone) == 0


def test_a_note_is_kept_within_bounds_and_the_moment_as_it_was() -> None:
    at = datetime(2024, 3, 31, 1, 59, 59, 999_999, tzinfo=UTC)

    made = open_change(actor=OPERATOR, at=at, source="browser", note="x" * 1000)

    row = Change.objects.get(pk=made.id)
    assert row.at == at
    assert row.note == "x" * 400
    assert row.door == "tests"
