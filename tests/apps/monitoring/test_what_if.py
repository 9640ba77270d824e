"""What if: what would be is what comes to be, and nobody learns more than they may see."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catenary.apps.monitoring.models import EffectiveCondition, Waiting
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.queries.status import shown
from catenary.apps.monitoring.queries.what_if import (
    SUPPOSABLE,
    Assumption,
    Piece,
    WhatIf,
    pieces_of,
    what_if,
    what_if_as_plain,
)
from catenary.apps.portfolio.queries.impact import impact_view
from tests.apps.monitoring.worlds import DAWN, MINUTE, kept, report, word, work
from tests.apps.worlds import as_person, begin, looking_from

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
            word(each, "down", planned=True) if said == "maintenance" else word(each, said)
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
