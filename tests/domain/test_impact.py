"""Structural impact against its meaning in plain Python, on every small chain tried."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catenary.domain.impact import (
    DEGRADED,
    DOWN,
    OPERATIONAL,
    Gates,
    Impact,
    gates,
    impact_of,
    mattering,
    millionths,
)


@dataclass(frozen=True)
class Group:
    """A dependency group in plain values: members by position with their weight."""

    reliant: int
    members: tuple[tuple[int, Decimal], ...]
    minimum: Decimal
    full: Decimal
    soft: bool = False

    def worth(self, among: set[int]) -> Decimal:
        return sum((w for m, w in self.members if m in among), Decimal(0))

    def contribution(self, state: list[int]) -> int:
        """SEMANTICS 1, word by word."""
        everyone = range(len(state))
        if self.worth({s for s in everyone if state[s] == OPERATIONAL}) >= self.full:
            return OPERATIONAL
        if self.worth({s for s in everyone if state[s] != DOWN}) >= self.minimum or self.soft:
            return DEGRADED
        return DOWN


@dataclass(frozen=True)
class Chain:
    """So many services, and the groups they rely on."""

    size: int
    groups: tuple[Group, ...]

    def gates(self) -> Gates:
        return gates(
            self.size,
            [(g.reliant, millionths(g.minimum), millionths(g.full), g.soft) for g in self.groups],
            [
                (number, member, millionths(weight))
                for number, g in enumerate(self.groups)
                for member, weight in g.members
            ],
        )

    def impact(self, *failing: int, condition: int = DOWN) -> Impact:
        return impact_of(self.gates(), np.array(failing, dtype=np.int64), condition)

    def effective(self, service: int, state: list[int]) -> int:
        """The condition its groups give a service that is well by itself."""
        return max(
            (g.contribution(state) for g in self.groups if g.reliant == service),
            default=OPERATIONAL,
        )

    def settled(self, failing: set[int], condition: int) -> list[int]:
        """The least fixed point, by trying until nothing changes."""
        state = [condition if s in failing else OPERATIONAL for s in range(self.size)]
        while True:
            worse = [max(now, self.effective(s, state)) for s, now in enumerate(state)]
            if worse == state:
                return state
            state = worse

    def next_loss(self, service: int, state: list[int]) -> int:
        """What one more loss makes of an operational service, if it could have borne it before."""
        if state[service] != OPERATIONAL:
            return OPERATIONAL
        worst = OPERATIONAL
        well = [OPERATIONAL] * self.size
        members = {m for g in self.groups if g.reliant == service for m, _ in g.members}
        for lost in members - {service}:
            if state[lost] == DOWN:
                continue
            now, before = state.copy(), well.copy()
            now[lost] = before[lost] = DOWN
            if self.effective(service, before) == OPERATIONAL:
                worst = max(worst, self.effective(service, now))
        return worst

    def causes(self, service: int, state: list[int]) -> set[int]:
        """The members of some least set of losses that alone would have the same effect."""
        found: set[int] = set()
        wanted = state[service]
        risk = self.next_loss(service, state)
        for group in (g for g in self.groups if g.reliant == service):
            if wanted != OPERATIONAL:
                if group.contribution(state) != wanted:
                    continue
                lost = [m for m, _ in group.members if state[m] >= wanted]
                threshold = group.minimum if wanted == DOWN else group.full
                found |= least(lost, lambda gone, g=group, t=threshold: left(g, gone) < t)
            elif risk:
                lost = [m for m, _ in group.members if state[m] != OPERATIONAL]
                for m, weight in group.members:
                    if self.is_risky(service, group, m, state):
                        found |= least(
                            lost,
                            lambda gone, g=group, w=weight: left(g, gone) - w < g.full,
                        )
        return found

    def is_risky(self, service: int, group: Group, member: int, state: list[int]) -> bool:
        """Whether the loss of this member hurts through this group now, and nowhere before."""
        if state[member] != OPERATIONAL or member == service:
            return False
        before = [OPERATIONAL] * self.size
        before[member] = DOWN
        now = state.copy()
        now[member] = DOWN
        return (
            self.effective(service, before) == OPERATIONAL
            and group.contribution(now) != OPERATIONAL
        )


def left(group: Group, gone: tuple[int, ...]) -> Decimal:
    """What is left of a group without these."""
    return group.worth({m for m, _ in group.members} - set(gone))


def least(lost: list[int], is_broken) -> set[int]:  # type: ignore[no-untyped-def]
    """The members of all least sets that break it."""
    sets = [set(c) for n in range(len(lost) + 1) for c in combinations(lost, n) if is_broken(c)]
    return {m for s in sets if not any(other < s for other in sets) for m in s}


WEIGHTS = st.sampled_from([Decimal(text) for text in ("1", "1", "1", "2", "0.5", "0.000001", "60")])


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """Any small chain: loops, reliance on oneself, a member in several groups, soft groups,
    thresholds of every kind."""
    size = draw(st.integers(1, 7))
    groups = []
    for _ in range(draw(st.integers(0, 9))):
        members = draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=4, unique=True))
        weights = draw(
            st.one_of(
                st.just([Decimal(1)] * len(members)),
                st.lists(WEIGHTS, min_size=len(members), max_size=len(members)),
            )
        )
        # Every threshold that makes a difference is the sum of some members.
        sums = sorted(
            {sum(c) for n in range(1, len(members) + 1) for c in combinations(weights, n)}
        )
        minimum = draw(st.sampled_from(sums))
        full = draw(st.sampled_from([s for s in sums if s >= minimum]))
        groups.append(
            Group(
                draw(st.integers(0, size - 1)),
                tuple(zip(members, weights, strict=True)),
                Decimal(minimum),
                Decimal(full),
                draw(st.booleans()),
            )
        )
    return Chain(size, tuple(groups))


@st.composite
def questions(draw: st.DrawFn) -> tuple[Chain, list[int], int]:
    chain = draw(chains())
    failing = draw(st.lists(st.integers(0, chain.size - 1), min_size=1, max_size=3, unique=True))
    return chain, failing, draw(st.sampled_from([DOWN, DOWN, DEGRADED]))


@settings(max_examples=400)
@given(questions())
def test_conditions_and_risks_are_what_the_rule_says(
    asked: tuple[Chain, list[int], int],
) -> None:
    chain, failing, condition = asked

    found = chain.impact(*failing, condition=condition)

    state = chain.settled(set(failing), condition)
    assert list(found.condition) == state
    assert list(found.next_loss) == [chain.next_loss(s, state) for s in range(chain.size)]


@settings(max_examples=400)
@given(questions())
def test_every_hit_has_a_shortest_path_of_losses_that_mattered(
    asked: tuple[Chain, list[int], int],
) -> None:
    chain, failing, condition = asked

    found = chain.impact(*failing, condition=condition)

    state = chain.settled(set(failing), condition)
    causes = {s: chain.causes(s, state) for s in range(chain.size) if s not in failing}
    steps = {s: 0 for s in failing}
    while True:
        nearer = {
            s: 1 + min(steps[m] for m in c if m in steps)
            for s, c in causes.items()
            if s not in steps and c & steps.keys()
        }
        # In the order of breadth: what is found together is equally far.
        if not nearer:
            break
        steps |= nearer
    assert [steps.get(s, -1) for s in range(chain.size)] == list(found.steps)
    for service in range(chain.size):
        is_hit = state[service] != OPERATIONAL or found.next_loss[service] != OPERATIONAL
        assert (found.steps[service] >= 0) == is_hit
        if is_hit and service not in failing:
            path = found.path(service)
            assert path[-1] in failing
            assert len(path) == found.steps[service] + 1
            assert path[1] in causes[service]
            assert chain.groups[found.gate[service]].reliant == service


@given(questions())
def test_more_failing_never_makes_anything_better(asked: tuple[Chain, list[int], int]) -> None:
    chain, failing, _ = asked

    fewer, more = chain.impact(failing[0]), chain.impact(*failing)

    assert (more.condition >= fewer.condition).all()


@given(st.lists(st.integers(1, 12), min_size=1, max_size=6), st.data())
def test_who_mattered_is_in_a_least_set_that_breaks(
    weights: list[int], data: st.DataObject
) -> None:
    slack = data.draw(st.integers(0, sum(weights) - 1))
    places = range(len(weights))

    expected = least(list(places), lambda gone: sum(weights[p] for p in gone) > slack)

    assert [p for p, found in zip(places, mattering(weights, slack), strict=True) if found] == (
        sorted(expected)
    )


def test_weights_beyond_the_machine_s_whole_numbers_are_still_exact() -> None:
    huge = Decimal("999999999999.999999")
    members = tuple((number, huge) for number in range(1, 12))
    chain = Chain(13, (Group(0, members, huge * 10, huge * 10 + Decimal("0.000001")),))

    found = chain.impact(1)

    assert found.condition[0] == DEGRADED
    assert Chain(13, (Group(0, members, huge * 10, huge * 10),)).impact(1).condition[0] == (
        OPERATIONAL
    )


def test_a_loop_is_not_worse_because_of_itself() -> None:
    chain = Chain(
        3,
        (
            Group(0, ((1, Decimal(1)),), Decimal(1), Decimal(1)),
            Group(1, ((0, Decimal(1)), (2, Decimal(1))), Decimal(1), Decimal(1)),
        ),
    )

    assert list(chain.impact(2).condition) == [OPERATIONAL, OPERATIONAL, DOWN]
    assert list(chain.impact(0).condition) == [DOWN, OPERATIONAL, OPERATIONAL]


# The pages.

NAMES = ("shop", "checkout", "search", "db-1", "db-2", "farm-a", "farm-b", "reports")


def _at(*names: str) -> tuple[tuple[int, Decimal], ...]:
    return tuple((NAMES.index(name), Decimal(1)) for name in names)


FARM = tuple((NAMES.index(name), Decimal(60)) for name in ("farm-a", "farm-b"))
SHOP = Chain(
    len(NAMES),
    (
        Group(0, _at("checkout"), Decimal(1), Decimal(1)),
        Group(0, _at("search"), Decimal(1), Decimal(1), soft=True),
        Group(1, _at("db-1", "db-2"), Decimal(1), Decimal(1)),
        Group(2, FARM, Decimal(50), Decimal(100)),
        Group(7, _at("db-1"), Decimal(1), Decimal(1)),
    ),
)
WORDS = {OPERATIONAL: "operational", DEGRADED: "degraded", DOWN: "down"}


def told(failing: str) -> dict[str, tuple[str, str, str]]:
    """What the page's table says of a failure: condition, next loss, path."""
    found = SHOP.impact(*(NAMES.index(name.strip()) for name in failing.split("+")))
    return {
        name: (
            WORDS[int(found.condition[place])],
            WORDS[int(found.next_loss[place])] if found.next_loss[place] else "–",
            " ← ".join(NAMES[p] for p in found.path(place)),
        )
        for place, name in enumerate(NAMES)
        if found.steps[place] > 0
    }


@pytest.mark.parametrize("page", ["impact.md"])
def test_the_page_shows_what_is_computed(root: Path, page: str) -> None:
    text = (root / "docs" / "algorithms" / page).read_text()
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| (\S+) \| (\S+) \| `([^`]+)` \|", text, re.M)

    shown: dict[str, dict[str, tuple[str, str, str]]] = {}
    for failing, name, condition, risk, path in rows:
        shown.setdefault(failing, {})[name] = (condition, risk, path)

    assert len(shown) == 5
    assert shown == {failing: told(failing) for failing in shown}


def test_the_page_of_thresholds_shows_what_is_computed(root: Path) -> None:
    text = (root / "docs" / "algorithms" / "thresholds.md").read_text()
    rows = re.findall(r"^\| `([^`]*)` \| ([\d.]+) \| ([\d.]+) \| (yes|no) \| (\S+) \|", text, re.M)

    assert len(rows) == 12
    for members, minimum, full, soft, condition in rows:
        parts = [part.split() for part in members.split(",")]
        state = [list(WORDS.values()).index(word) for _, word in parts]
        weighed = tuple((n, Decimal(weight)) for n, (weight, _) in enumerate(parts))
        group = Group(0, weighed, Decimal(minimum), Decimal(full), soft == "yes")
        assert WORDS[group.contribution(state)] == condition, members
        # The arrays say the same: the members as services that fail one by one.
        size = len(parts) + 1
        moved = tuple((n + 1, weight) for n, weight in weighed)
        helpers = [Group(0, moved, group.minimum, group.full, group.soft)]
        chain = Chain(
            size + len(parts),
            tuple(helpers)
            + tuple(
                Group(n + 1, ((size + n, Decimal(1)),), Decimal(1), Decimal(1), soft=s == DEGRADED)
                for n, s in enumerate(state)
            ),
        )
        failing = [size + n for n, s in enumerate(state) if s != OPERATIONAL]
        if failing:
            assert WORDS[int(chain.impact(*failing).condition[0])] == condition
