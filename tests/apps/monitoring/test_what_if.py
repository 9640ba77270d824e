"""What if: what would be is what comes to be, and nobody learns more than they may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catenary.apps.monitoring.models import EffectiveCondition, Waiting
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.maintenance import announce_maintenance
from catenary.apps.monitoring.operations.schedule import say_what_is_due
from catenary.apps.monitoring.queries import announced
from catenary.apps.monitoring.queries.status import shown
from catenary.apps.monitoring.queries.supposed_times import Assumption, pieces_of
from catenary.apps.monitoring.queries.supposed_world import SUPPOSABLE
from catenary.apps.monitoring.queries.what_if import (
    Piece,
    WhatIf,
    what_if,
)
from catenary.apps.monitoring.queries.what_if_plain import what_if_as_plain
from catenary.apps.portfolio.queries.impact import impact_view
from catenary.domain.documents.shapes import DependencyGroupDocument, Supporter
from tests.apps.monitoring.worlds import DAWN, MINUTE, kept, report, word, work
from tests.apps.worlds import OPERATOR, as_person, begin, define, looking_from
from tests.domain.estates import service

pytestmark = pytest.mark.django_db

GRID, POWER, VAULT = "ironport/grid", "ironport/power", "bluewater-ops/vault"
DATABASE, PATIENTS, BILLING = (
    "bluewater-ops/database",
    "bluewater-apps/patients",
    "bluewater-apps/billing",
)
HOUSE = (DATABASE, VAULT, PATIENTS, BILLING)


def ask(*assumptions: Assumption, by: str = "ada", seen: str = "bluewater", **more: Any) -> WhatIf:
    actor = as_person(by)
    found, missing = what_if(
        actor=actor, viewpoint=looking_from(actor, seen), assumptions=assumptions, **more
    )
    assert found is not None, missing
    return found


def suppose(reference: str, condition: str, **more: datetime) -> Assumption:
    return Assumption(reference, condition, **more)


def changes(piece: Piece) -> dict[str, tuple[str, str]]:
    return {each.link.reference: (shown(each.before), shown(each.after)) for each in piece.changes}


def all_is_well() -> None:
    begin()
    report(*(word(each, "operational") for each in (GRID, POWER, *HOUSE)))
    work()


def test_everybody_hit_is_told_from_what_to_what_and_why() -> None:
    all_is_well()
    before = kept()

    found = ask(suppose(DATABASE, "down"))

    [piece] = found.pieces
    assert changes(piece)[DATABASE] == ("operational", "down")
    assert changes(piece)[PATIENTS] == ("operational", "down")
    assert (piece.worse, piece.better) == (len(piece.changes), 0)
    [cause] = next(c for c in piece.changes if c.link.reference == PATIENTS).causes
    assert [link and link.reference for link in cause.path] == [PATIENTS, DATABASE]
    assert (cause.condition, cause.is_supposed) == ("down", True)
    assert (kept(), Waiting.objects.exists()) == (before, False)


def test_maintenance_is_shown_as_such_to_those_above() -> None:
    all_is_well()

    [piece] = ask(suppose(DATABASE, "maintenance")).pieces

    assert changes(piece)[PATIENTS] == ("operational", "maintenance")


def test_what_would_be_if_it_worked_again() -> None:
    all_is_well()
    report(word(DATABASE, "down", DAWN + MINUTE), now=DAWN + MINUTE)
    work(now=DAWN + MINUTE)

    [piece] = ask(suppose(DATABASE, "operational")).pieces
    [fine] = ask(suppose(BILLING, "degraded"), basis="fine").pieces
    [earlier] = ask(suppose(DATABASE, "down"), at=DAWN).pieces

    assert changes(piece)[PATIENTS] == ("down", "operational")
    assert piece.better == len(piece.changes)
    assert changes(fine)[BILLING] == ("operational", "degraded")
    assert changes(earlier)[PATIENTS] == ("operational", "down")


def test_times_are_told_apart() -> None:
    all_is_well()
    night = DAWN + timedelta(hours=20)

    found = ask(
        suppose(BILLING, "degraded"),
        suppose(DATABASE, "maintenance", start=night, end=night + timedelta(hours=2)),
    )

    assert [(piece.start, piece.end) for piece in found.pieces] == [
        (None, night),
        (night, night + timedelta(hours=2)),
        (night + timedelta(hours=2), None),
    ]
    first, second, third = (changes(piece) for piece in found.pieces)
    assert first == third
    assert DATABASE not in first
    assert second[DATABASE] == ("operational", "maintenance")


@pytest.mark.parametrize(
    "assumptions",
    [
        [],
        [suppose(GRID, "down"), suppose(GRID, "degraded")],
        [suppose(GRID, "down", start=DAWN, end=DAWN)],
        [suppose(f"a/{n}", "down") for n in range(51)],
        [
            suppose(f"a/{n}", "down", start=DAWN + n * MINUTE, end=DAWN + (n + 30) * MINUTE)
            for n in range(15)
        ],
    ],
)
def test_what_cannot_be_supposed_is_refused(assumptions: list[Assumption]) -> None:
    begin()
    with pytest.raises(ValueError, match="."):
        ask(*assumptions)


def test_what_may_not_be_seen_is_one_unnamed_place_and_cannot_be_chosen() -> None:
    all_is_well()
    otto = as_person("otto")
    viewpoint = looking_from(otto, "bluewater")

    found, missing = what_if(actor=otto, viewpoint=viewpoint, assumptions=[suppose(VAULT, "down")])
    nothing, unknown = what_if(
        actor=otto, viewpoint=viewpoint, assumptions=[suppose("bluewater-ops/nothing", "down")]
    )
    told = str(what_if_as_plain(ask(suppose(DATABASE, "down"), by="otto")))

    assert (found, missing) == (None, (VAULT,))
    assert (nothing, unknown) == (None, ("bluewater-ops/nothing",))
    assert "vault" not in told


def test_the_chain_of_others_is_not_followed() -> None:
    all_is_well()

    found = ask(suppose(POWER, "down"))
    uwe = ask(suppose(PATIENTS, "down"), by="uwe", seen="ward-3")

    assert found.crosses
    assert set(changes(found.pieces[0])) <= {POWER, *HOUSE}
    assert set(changes(uwe.pieces[0])) == {PATIENTS}


@pytest.mark.parametrize("condition", ["down", "degraded"])
@pytest.mark.parametrize("reference", HOUSE)
def test_from_all_fine_it_is_what_impact_says(reference: str, condition: str) -> None:
    begin()
    ada = as_person("ada")

    [piece] = ask(suppose(reference, condition), basis="fine").pieces
    view, _ = impact_view(
        actor=ada,
        viewpoint=looking_from(ada, "bluewater"),
        references=[reference],
        condition=condition,
    )

    assert view is not None
    hit = {h.link.reference: h.kind for h in view.hits if h.kind != "at-risk"}
    assert {r: after for r, (_, after) in changes(piece).items() if r != reference} == hit


CONDITIONS = st.dictionaries(
    st.sampled_from(HOUSE), st.sampled_from(sorted(SUPPOSABLE)), max_size=3
)


class WhatWouldBe(TestCase):
    """What is supposed, and then said, makes of everybody what was foretold."""

    @settings(max_examples=40, deadline=None)
    @given(
        st.dictionaries(st.sampled_from((GRID, *HOUSE)), st.sampled_from(("down", "degraded"))),
        CONDITIONS.filter(bool),
    )
    def test_it_comes_as_foretold(self, now: dict[str, str], then: dict[str, str]) -> None:
        begin()
        # Who is supposed to be something has said nothing else before.
        report(*(word(each, said) for each, said in now.items() if each not in then))
        engine = Engine()
        work(engine)

        [piece] = ask(*(suppose(each, said) for each, said in then.items())).pieces
        before = {each: stands(each) for each in HOUSE}
        words = [
            word(each, said.removesuffix("maintenance").rstrip("-") or "down", planned=True)
            if said.endswith("maintenance")
            else word(each, said)
            for each, said in then.items()
        ]
        report(*words)
        work(engine)

        told = {each.link.reference: each.after for each in piece.changes}
        foretold = {
            each: (after.best, after.worst, after.is_planned) for each, after in told.items()
        }
        assert {each: stands(each) for each in HOUSE} == {**before, **foretold}


def stands(reference: str) -> tuple[int, int, bool]:
    row = EffectiveCondition.objects.filter(service__reference=reference, ends_at=None).first()
    return (0, 2, False) if row is None else (row.best, row.worst, row.planned)


def test_pieces_hold_what_is_supposed_in_them() -> None:
    one, two = suppose(GRID, "down", end=DAWN), suppose(GRID, "degraded", start=DAWN)

    assert pieces_of([one, two]) == ((None, DAWN, (one,)), (DAWN, None, (two,)))
    assert pieces_of([suppose(GRID, "down")]) == ((None, None, (suppose(GRID, "down"),)),)


def plan(at: datetime, hours: int = 2, **more: Any) -> str:
    """Announce maintenance; its key."""
    plain = {
        "title": "Zplanned",
        "services": [VAULT],
        "zone": "UTC",
        "start": at.replace(tzinfo=None).isoformat(timespec="minutes"),
        "duration": f"{hours} h",
        **more,
    }
    return announce_maintenance(actor=OPERATOR, at=DAWN, plain=plain).key


NIGHT = DAWN + timedelta(hours=20)
HOUR = timedelta(hours=1)


def redundant() -> None:
    """Patients relies on one of two: the database and the vault."""
    all_is_well()
    either = DependencyGroupDocument(
        (Supporter(DATABASE, Decimal(1)), Supporter(VAULT, Decimal(1))),
        minimum=Decimal(1),
        full=Decimal(1),
    )
    define(services=[replace(service(PATIENTS, name="Patients"), relies_on=(either,))])
    work()


def test_other_maintenance_announced_for_then_takes_place_too() -> None:
    redundant()
    key = plan(NIGHT + HOUR)
    before = kept()

    found = ask(suppose(DATABASE, "maintenance", start=NIGHT, end=NIGHT + 4 * HOUR))

    times = [(piece.start, piece.end) for piece in found.pieces]
    assert times == [
        (NIGHT, NIGHT + HOUR),
        (NIGHT + HOUR, NIGHT + 3 * HOUR),
        (NIGHT + 3 * HOUR, NIGHT + 4 * HOUR),
    ]
    alone, both, after = found.pieces
    assert [each.key for each in both.meanwhile] == [key]
    assert alone.meanwhile == after.meanwhile == ()
    assert PATIENTS not in changes(alone) and PATIENTS not in changes(after)
    assert changes(both)[PATIENTS] == ("operational", "maintenance")
    hit = next(each for each in both.changes if each.link.reference == PATIENTS)
    assert hit.only_with_others
    named = {(one.path[-1] and one.path[-1].reference): one for one in hit.causes}
    assert named[DATABASE].is_supposed and named[VAULT].is_announced
    itself = next(each for each in both.changes if each.link.reference == DATABASE)
    assert not itself.only_with_others
    assert VAULT not in changes(both)
    assert kept() == before


def under_way(at: datetime) -> None:
    """Let what is planned for now be said and followed."""
    say_what_is_due(at)
    work(now=at)


@pytest.mark.parametrize("said", ["operational", "degraded", ""])
def test_maintenance_under_way_is_over_at_a_time_after_its_end(said: str) -> None:
    redundant()
    report(word(VAULT, said or "cleared"))
    work()
    afterwards = suppose(DATABASE, "down", start=NIGHT + 9 * HOUR, end=NIGHT + 10 * HOUR)
    foretold = ask(afterwards).pieces
    plan(NIGHT)
    under_way(NIGHT + HOUR)

    during, over = ask(suppose(DATABASE, "down", start=NIGHT + HOUR, end=NIGHT + 3 * HOUR)).pieces

    # Of two of which one is enough the one is worked on, the other fails.
    assert changes(during)[PATIENTS][1] == "down" and len(during.meanwhile) == 1
    assert changes(over) == changes(foretold[0]) and not over.meanwhile
    assert ask(afterwards).pieces == foretold
    # Without times it is about now, when it is worked on.
    [now] = ask(suppose(DATABASE, "down")).pieces
    assert changes(now)[PATIENTS][1] == "down"


def test_what_others_have_under_way_is_over_after_its_end() -> None:
    all_is_well()
    one_of_two = DependencyGroupDocument((Supporter(POWER), Supporter(GRID)))
    define(services=[replace(service(DATABASE, name="Database"), relies_on=(one_of_two,))])
    work()
    plan(NIGHT, services=[POWER, GRID])
    under_way(NIGHT + HOUR)

    [now] = ask(suppose(DATABASE, "down")).pieces
    [then] = ask(suppose(DATABASE, "down", start=NIGHT + 9 * HOUR, end=NIGHT + 10 * HOUR)).pieces

    assert changes(now)[DATABASE] == ("maintenance", "down")
    assert changes(then)[DATABASE] == ("operational", "down")


def test_what_is_worked_on_is_no_fault_where_a_fault_is_the_reason() -> None:
    redundant()
    report(word(DATABASE, "degraded"))
    plan(NIGHT)
    under_way(NIGHT + HOUR)

    [piece] = ask(suppose(DATABASE, "down")).pieces

    hit = next(each for each in piece.changes if each.link.reference == PATIENTS)
    assert shown(hit.after) == "down"
    named = {(one.path[-1] and one.path[-1].reference): one.condition for one in hit.causes}
    assert named == {DATABASE: "down", VAULT: "maintenance"}


def test_no_plans_of_other_times_or_services_stand_in_for_those_that_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    redundant()
    monkeypatch.setattr(announced, "_LISTED", 1)
    plan(NIGHT - 20 * HOUR)
    plan(NIGHT - 10 * HOUR)
    key = plan(NIGHT + HOUR)

    found = ask(suppose(DATABASE, "maintenance", start=NIGHT, end=NIGHT + 4 * HOUR))

    assert [each.key for piece in found.pieces for each in piece.meanwhile] == [key]
    assert not found.is_more_announced


def test_what_is_announced_does_not_enter_when_all_is_to_be_fine_or_it_is_left_out() -> None:
    redundant()
    key = plan(NIGHT)
    window = suppose(DATABASE, "maintenance", start=NIGHT, end=NIGHT + HOUR)

    for more in ({"basis": "fine"}, {"besides": key}, {"at": DAWN}):
        [piece] = ask(window, **more).pieces
        assert (piece.meanwhile, PATIENTS in changes(piece)) == ((), False)


def test_other_maintenance_that_may_not_be_seen_counts_and_is_not_named() -> None:
    redundant()
    plan(NIGHT)

    found = ask(suppose(DATABASE, "maintenance", start=NIGHT, end=NIGHT + HOUR), by="otto")

    [piece] = found.pieces
    assert changes(piece)[PATIENTS] == ("operational", "maintenance")
    told = str(what_if_as_plain(found))
    assert "vault" not in told and "Zplanned" not in told
    assert [each.title for each in piece.meanwhile] == [""]


def test_what_another_house_has_announced_reaches_ours_by_what_is_supposed_below() -> None:
    all_is_well()
    one_of_two = DependencyGroupDocument((Supporter(POWER), Supporter(GRID)))
    define(services=[replace(service(DATABASE, name="Database"), relies_on=(one_of_two,))])
    work()
    plan(NIGHT, services=[POWER, GRID])
    then = {"start": NIGHT, "end": NIGHT + HOUR}

    [grid] = ask(suppose(GRID, "operational", **then)).pieces
    [vault] = ask(suppose(VAULT, "operational", **then)).pieces
    [fails] = ask(suppose(GRID, "down", **then)).pieces

    assert changes(grid)[DATABASE] == changes(grid)[PATIENTS] == ("maintenance", "operational")
    assert not {DATABASE, PATIENTS} & set(changes(vault))
    assert changes(fails)[DATABASE] == ("maintenance", "down")
    causes = {
        one.path[-1].reference
        for each in fails.changes
        if each.link.reference == PATIENTS
        for one in each.causes
        if one.path[-1]
    }
    assert causes == {GRID, POWER}


def test_very_many_windows_are_not_refused_but_said_to_be_more() -> None:
    redundant()
    plan(NIGHT, repeats="FREQ=DAILY;COUNT=60")

    found = ask(suppose(DATABASE, "down", start=NIGHT, end=NIGHT + 60 * 24 * HOUR))

    assert found.is_more_announced and len(found.pieces) <= 20


def test_more_plans_than_are_looked_at_are_said_to_be_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    redundant()
    plan(NIGHT)
    monkeypatch.setattr(announced, "_LISTED", 1)
    asked = suppose(DATABASE, "down", start=NIGHT, end=NIGHT + HOUR)
    whole = ask(asked)

    plan(NIGHT)

    assert not whole.is_more_announced
    assert ask(asked).is_more_announced


def page_rows(root: Path, heading: str) -> list[list[str]]:
    """The rows of the table of docs/algorithms/what-if.md whose first column has this heading."""
    text = (root / "docs" / "algorithms" / "what-if.md").read_text()
    table = text.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


def test_the_times_of_the_page_are_what_is_answered(root: Path) -> None:
    redundant()
    plan(NIGHT + HOUR)
    found = ask(suppose(DATABASE, "maintenance", start=NIGHT, end=NIGHT + 4 * HOUR))
    midnight = NIGHT - 2 * HOUR

    told = []
    for piece in found.pieces:
        assert piece.start is not None and piece.end is not None
        was, then = changes(piece).get(PATIENTS, ("operational", "operational"))
        only = any(c.only_with_others for c in piece.changes if c.link.reference == PATIENTS)
        told.append(
            [
                *(f"{(edge - midnight) // HOUR:02}:00" for edge in (piece.start, piece.end)),
                "vault" if piece.meanwhile else "",
                f"{was} → {then}" + (", only because of other maintenance" if only else ""),
            ]
        )

    assert told == page_rows(root, "from")


def test_the_example_of_the_page_is_what_is_answered(root: Path) -> None:
    all_is_well()
    essential = DependencyGroupDocument((Supporter(DATABASE),))
    softly = DependencyGroupDocument((Supporter(VAULT),), soft=True)
    define(services=[replace(service(PATIENTS, name="Patients"), relies_on=(essential, softly))])
    report(word(VAULT, "down", DAWN + MINUTE), now=DAWN + MINUTE)
    work(now=DAWN + MINUTE)
    names = {"database": DATABASE, "reporting": VAULT}

    for supposed, basis, words in page_rows(root, "supposed"):
        asked = [each.split() for each in supposed.split(", ")]
        [piece] = ask(*(suppose(names[n], c) for n, c in asked), basis=basis).pieces
        was, then = changes(piece).get(PATIENTS, ("degraded", "degraded"))
        assert words.startswith(f"stays {then}" if was == then else f"{was} → {then}"), supposed
