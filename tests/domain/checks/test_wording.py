"""How findings are worded."""

from __future__ import annotations

import pytest

from catenary.domain.checks import RULES
from catenary.domain.checks.wording import without_rules


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It is exact (SEMANTICS 1, least fixed point), it is not.", "It is exact, it is not."),
        ("Gone for good (R5): so.", "Gone for good: so."),
        ("One owner (ITIL 4; R6). What", "One owner (ITIL 4). What"),
        ("Where it goes (R1, R22; ISO/IEC 20000-1, 8.3).", "Where it goes (ISO/IEC 20000-1, 8.3)."),
        ("Both sides (R1, co-creation).", "Both sides (co-creation)."),
        ("Nie (SEMANTICS 4: ohne Wert).", "Nie (ohne Wert)."),
        ("Zeiten (SEMANTICS 3 und 4).", "Zeiten."),
        ("A service (one of ours).", "A service (one of ours)."),
    ],
)
def test_numbers_of_our_own_rules_are_left_out(text: str, told: str) -> None:
    assert without_rules(text) == told


def test_no_idea_keeps_one() -> None:
    ideas = [without_rules(rule.idea) for rule in RULES]

    assert not [idea for idea in ideas if "SEMANTICS" in idea or "(R" in idea or "; R" in idea]
