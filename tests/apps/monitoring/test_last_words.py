"""What a closed inlet said last: told to those it concerns, taken back in one go, and only once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from catenary.apps.access.models import AccessEvent
from catenary.apps.monitoring.models import Observation
from catenary.apps.monitoring.operations import inlets
from catenary.apps.monitoring.operations.inlets import (
    InletMissing,
    close_inlet,
    take_back_last_words,
)
from catenary.apps.monitoring.queries.inlet_words import LastWords, last_words_of_inlet
from catenary.connectors.opening import opened
from catenary.domain.actors import Actor, Origin, Scope
from catenary.domain.observations.words import CLEARED
from tests.apps.monitoring.worlds import DAWN, MINUTE, now_is, report, word, work
from tests.apps.worlds import OPERATOR, as_person, begin

pytestmark = pytest.mark.django_db

DATABASE, VAULT = "bluewater-ops/database", "bluewater-ops/vault"
PATIENTS, POWER = "bluewater-apps/patients", "ironport/power"
MONITOR = "bluewater/monitor"
NOON = DAWN + timedelta(hours=1)


@pytest.fixture(autouse=True)
def world() -> None:
    begin()
    opening()


def opening(organization: str = "bluewater", key: str = "monitor") -> None:
    opened(
        **which(organization=organization, key=key),
        kind="webhook",
        proof="secret",
        settings={"service": "$.s", "condition": "$.c"},
    )


def which(**other: Any) -> dict[str, Any]:
    said = {"actor": OPERATOR, "at": NOON, "organization": "bluewater", "key": "monitor"}
    return {**said, "origin": Origin("tests"), **other}


def last(actor: Actor = OPERATOR, **more: Any) -> LastWords:
    found = last_words_of_inlet(actor, "bluewater", "monitor", NOON, **more)
    assert found is not None
    return found


def told(actor: Actor = OPERATOR, **more: Any) -> list[tuple[str, str, str]]:
    return [(each.reference, each.voice, each.condition) for each in last(actor, **more).words]


def cleared() -> list[tuple[str, str]]:
    rows = Observation.objects.filter(condition=CLEARED)
    return sorted(rows.values_list("service__reference", "source__name"))


def test_every_last_word_of_its_voices_is_told_once_it_is_closed_the_worst_first() -> None:
    report(
        word(DATABASE, "down", source=MONITOR),
        word(DATABASE, "operational", DAWN + MINUTE, source=MONITOR),
        word(DATABASE, "down", source=f"{MONITOR}: Down a1", text="It does not answer"),
        word(PATIENTS, "operational", source=f"{MONITOR}: Ping", valid_for="5 min"),
        word(VAULT, "degraded", source=MONITOR),
        word(VAULT, "cleared", DAWN + MINUTE, source=MONITOR),
        word(POWER, "down", source=MONITOR),
        word(DATABASE, "down", source=f"{MONITOR}-2"),
        word(DATABASE, "down"),
        now=NOON,
    )
    while_open = last()

    close_inlet(**which())

    assert while_open == LastWords((), 0, 0)
    assert told() == [
        (DATABASE, "Down a1", "down"),
        (DATABASE, "", "operational"),
        # It ran out: that it is not known is what it says now.
        (PATIENTS, "Ping", "unknown"),
    ]
    assert last().services == 2
    assert last().words[0].text == "It does not answer"
    assert last().words[2].since == DAWN + 5 * MINUTE
    assert told(first=1, most=1) == [(DATABASE, "", "operational")]


def test_taken_back_they_say_nothing_any_more_and_others_are_still_heard() -> None:
    report(
        word(DATABASE, "down", source=f"{MONITOR}: a"),
        word(DATABASE, "down", source=f"{MONITOR}: b"),
        word(PATIENTS, "down", source=MONITOR),
        word(PATIENTS, "degraded", source="other"),
        now=NOON,
    )
    close_inlet(**which())
    work(now=NOON)
    before = now_is(DATABASE)

    services = take_back_last_words(**which(at=NOON + MINUTE))
    work(now=NOON + MINUTE)

    assert (before, services) == ("down", 2)
    assert (now_is(DATABASE), now_is(PATIENTS)) != ("down", "down")
    assert now_is(PATIENTS) == "degraded, possibly down"
    assert cleared() == [
        (PATIENTS, MONITOR),
        (DATABASE, f"{MONITOR}: a"),
        (DATABASE, f"{MONITOR}: b"),
    ]
    assert not told()
    assert Observation.objects.count() == 7, "what was said stays"
    assert AccessEvent.objects.filter(kind="inlet-taken-back").count() == 1


def test_a_second_time_there_is_nothing_to_take_back() -> None:
    report(word(DATABASE, "down", source=MONITOR), now=NOON)
    close_inlet(**which())
    take_back_last_words(**which())

    again = take_back_last_words(**which(at=NOON + MINUTE))

    assert again == 0
    assert len(cleared()) == 1
    assert AccessEvent.objects.filter(kind="inlet-taken-back").count() == 1


def test_it_may_be_done_with_closing_and_is_not_unless_asked_for() -> None:
    report(word(DATABASE, "down", source=MONITOR), now=NOON)
    assert close_inlet(**which()) == 0
    assert told() and not cleared()

    opening()
    services = close_inlet(**which(at=NOON + MINUTE), take_back=True)

    assert services == 1
    assert cleared() == [(DATABASE, MONITOR)]


def test_what_was_said_ahead_of_the_clock_is_taken_back_as_well() -> None:
    report(word(DATABASE, "down", NOON + 4 * MINUTE, source=MONITOR), now=NOON)
    close_inlet(**which())
    assert told() == [(DATABASE, "", "down")]

    take_back_last_words(**which())
    work(now=NOON + 10 * MINUTE)

    assert not told()
    assert now_is(DATABASE) != "down"


def test_very_many_are_taken_back_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inlets, "_TAKEN_BACK_AT_ONCE", 2)
    voices = [f"{MONITOR}: {number}" for number in range(5)]
    report(*(word(DATABASE, "down", source=voice) for voice in voices), now=NOON)

    services = close_inlet(**which(), take_back=True)

    assert services == 1
    assert cleared() == [(DATABASE, voice) for voice in voices]


def test_one_that_is_open_or_was_never_there_has_nothing_to_take_back() -> None:
    report(word(DATABASE, "down", source=MONITOR), now=NOON)
    close_inlet(**which())
    opening()

    for key in ("monitor", "never"):
        with pytest.raises(InletMissing):
            take_back_last_words(**which(key=key))

    assert not cleared()
    assert last_words_of_inlet(OPERATOR, "bluewater", "never", NOON) is None


@pytest.mark.parametrize(
    ("who", "sees"),
    [("vera", None), ("stella", None), ("edith", None), ("ada", 3)],
)
def test_who_manages_inlets_there_alone_is_told_and_takes_back(who: str, sees: int | None) -> None:
    said = [word(each, "down", source=MONITOR) for each in (DATABASE, VAULT, PATIENTS)]
    report(*said, now=NOON)
    close_inlet(**which())
    actor = as_person(who)

    found = last_words_of_inlet(actor, "bluewater", "monitor", NOON)

    assert (None if found is None else found.total) == sees
    if sees is None:
        with pytest.raises(InletMissing):
            take_back_last_words(**which(actor=actor))
        assert not cleared()
    else:
        assert take_back_last_words(**which(actor=actor)) == sees


def test_nothing_is_told_or_taken_back_of_services_of_other_units() -> None:
    opening("bluewater-apps")
    name = "bluewater-apps/monitor"
    report(*(word(each, "down", source=name) for each in (DATABASE, VAULT, PATIENTS)), now=NOON)
    adam = as_person("adam")
    close_inlet(**which(organization="bluewater-apps"))

    found = last_words_of_inlet(adam, "bluewater-apps", "monitor", NOON)
    services = take_back_last_words(**which(actor=adam, organization="bluewater-apps"))

    assert found is not None
    assert [each.reference for each in found.words] == [PATIENTS]
    assert services == 1
    assert cleared() == [(PATIENTS, name)]


def test_whoever_may_only_write_takes_nothing_back() -> None:
    report(word(DATABASE, "down", source=MONITOR), now=NOON)
    close_inlet(**which())
    ada = as_person("ada")
    writer = Actor(
        account_id=ada.account_id,
        person_id=ada.person_id,
        memberships=ada.memberships,
        door="api",
        scopes=frozenset({Scope.READ, Scope.WRITE}),
    )

    with pytest.raises(InletMissing):
        take_back_last_words(**which(actor=writer))

    assert not cleared()


def test_however_many_services_there_are_it_takes_just_so_many_queries(
    django_assert_num_queries: Any,
) -> None:
    report(word(DATABASE, "down", source=MONITOR), now=NOON)
    close_inlet(**which())
    with django_assert_num_queries(6):
        few = last()
    report(*(word(each, "down", source=MONITOR) for each in (VAULT, PATIENTS)), now=NOON)

    with django_assert_num_queries(6):
        many = last()

    assert (few.total, many.total) == (1, 3)
