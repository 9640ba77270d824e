"""The tables of docs/algorithms/propagation.md are what is computed."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from catenary.domain.chain.compiled import compiled
from catenary.domain.condition.codes import CODE_NAMES, range_words
from catenary.domain.condition.explanation import explained
from catenary.domain.condition.plain import PlainEngine
from catenary.domain.condition.propagation import Conditions, propagate
from catenary.domain.observations.history import history_of
from catenary.domain.observations.words import Plan, Word, words_of
from tests.domain.condition import plainly
from tests.domain.condition.plainly import Group, Service, World
from tests.domain.condition.worlds import gates_of, own_of

Row = tuple[str, ...]
ONE = Decimal(1)
PLANS = {"": Plan.UNSAID, "planned": Plan.PLANNED, "unplanned": Plan.UNPLANNED}


@pytest.fixture(scope="module")
def tables(root: Path) -> dict[Row, list[Row]]:
    """The rows of each table, by its heading."""
    found: dict[Row, list[Row]] = {}
    heading: Row = ()
    for line in (root / "docs/algorithms/propagation.md").read_text().splitlines():
        cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
        if not line.startswith("|"):
            heading = ()
        elif not heading:
            heading = cells
        elif set(line) - set("|-"):
            found.setdefault(heading, []).append(cells)
    return found


def code(name: str) -> int:
    return CODE_NAMES.index(name)


def test_own_conditions(tables: dict[Row, list[Row]]) -> None:
    rows = tables[("said", "own", "without planned", "only planned")]
    assert len(rows) > 5
    for said, *expected in rows:
        words = []
        for source, text in enumerate(re.findall(r"`(?:(\w+) )?(\w+)`", said)):
            words.append(Word(0, source, code(text[1]), at=0, plan=PLANS[text[0]]))

        found = history_of(words_of(words))

        columns = (found.condition, found.without_planned, found.only_planned)
        assert [CODE_NAMES[column[0]] for column in columns] == expected, said


def test_ranges_in_words(tables: dict[Row, list[Row]]) -> None:
    rows = tables[("best", "worst", "shown")]
    assert len(rows) == 6
    for best, worst, shown in rows:
        assert range_words(code(best), code(worst)) == shown


def only(*members: int) -> tuple[tuple[int, Decimal], ...]:
    return tuple((member, ONE) for member in members)


NAMES = ("archive", "patients", "portal", "printing", "records", "db-1", "db-2", "printer", "vault")
PLACE = {name: place for place, name in enumerate(NAMES)}
DB_1, DB_2 = PLACE["db-1"], PLACE["db-2"]
CHAIN = {
    "portal": (Group(only(PLACE["patients"]), ONE, ONE),),
    "patients": (
        Group(only(PLACE["records"]), ONE, ONE),
        Group(only(PLACE["printing"]), ONE, ONE, is_soft=True),
    ),
    "records": (Group(only(DB_1, DB_2), ONE, ONE),),
    "printing": (Group(only(PLACE["printer"]), ONE, ONE),),
    "archive": (Group(only(DB_1), ONE, ONE), Group(only(PLACE["vault"]), ONE, ONE)),
}


def said_in(text: str) -> Conditions:
    """The example with what a row says."""
    words = {name: (plainly.Word("operational"),) for name in NAMES if name not in CHAIN}
    for part in text.strip("`").split("; "):
        name, said = part.split(": ")
        words[name] = (plainly.Word(said.split()[-1], said.startswith("planned ")),)
    world = World(tuple(Service(words.get(name, ()), CHAIN.get(name, ())) for name in NAMES))
    return propagate(PlainEngine(compiled(gates_of(world))), own_of(world))


def test_the_worked_example(tables: dict[Row, list[Row]]) -> None:
    rows = tables[("said", "of", "shown", "next loss", "why")]
    assert len(rows) > 10
    for said, name, *expected in rows:
        found = explained(said_in(said), PLACE[name])

        next_loss = found.condition.next_loss
        paths = [" ← ".join(NAMES[p] for p in cause.path) for cause in found.causes.told]
        shown = [
            str(found.condition.words),
            CODE_NAMES[next_loss] if next_loss else "–",
            ", ".join(f"`{path}`" for path in paths) or "–",
        ]
        assert shown == expected, (said, name)


def test_the_rules_of_others(tables: dict[Row, list[Row]]) -> None:
    rows = tables[("rule", "members", "minimum", "full", "soft", "result")]
    assert len(rows) > 15
    for rule, members, minimum, full, soft, expected in rows:
        pairs = [member.split() for member in members.strip("`").split(", ")]
        group = Group(
            tuple((place, Decimal(weight)) for place, (weight, _) in enumerate(pairs)),
            Decimal(minimum),
            Decimal(full),
            soft == "yes",
        )
        leaves = [Service((plainly.Word(condition),)) for _, condition in pairs]
        world = World((*leaves, Service((), (group,), is_assumed=True)))

        found = propagate(PlainEngine(compiled(gates_of(world))), own_of(world))

        assert CODE_NAMES[found.code[len(pairs)]] == expected, (rule, members)
