"""Histories that somebody else kept: stretches of time in which a service was in some condition,
turned into words that a source would have said at the time, and into corrections of what it has
said already.

Stretches may overlap. Then the worst counts, as it does among sources; so what is planned, what is
not and what does not say so are three voices, told apart by the end of the source's name.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catenary.domain.condition.codes import DEGRADED, DOWN, OPERATIONAL, UNKNOWN
from catenary.domain.observations.words import CLEARED, EVERYBODY, NEVER, Plan

#: What a source's name ends with, by what its words say of being planned.
VOICES = {Plan.UNSAID: "", Plan.PLANNED: "/planned", Plan.UNPLANNED: "/unplanned"}
_BADNESS = {CLEARED: 0, UNKNOWN: 1, OPERATIONAL: 2, DEGRADED: 3, DOWN: 4}


@dataclass(frozen=True, slots=True, order=True)
class Saying:
    """What a word says, whenever it says it."""

    condition: int
    plan: Plan = Plan.UNSAID
    share: int = EVERYBODY
    reference: str = ""
    text: str = ""


#: What is said where a record says nothing, and where it says that all was well.
SILENCE = Saying(CLEARED)
WELL = Saying(OPERATIONAL)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A record of one service: ``saying`` held in ``[start, end)``; ``end`` is `NEVER` when it
    is not over, or nobody wrote when it was."""

    start: int
    end: int
    saying: Saying


@dataclass(frozen=True, slots=True)
class Turn:
    """From ``at`` on ``saying`` holds, and no longer than ``until`` (`NEVER`: until the next)."""

    at: int
    saying: Saying
    until: int = NEVER


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word that the voice has said already. ``sequence`` is 0 where it has none."""

    at: int
    sequence: int
    saying: Saying
    until: int = NEVER


@dataclass(frozen=True, slots=True)
class Course:
    """What a voice says of one service between the first and the last instant that a record
    speaks of; the last is `NEVER` when something in it is not over."""

    turns: tuple[Turn, ...]
    first: int
    last: int


def course_of(
    stretches: Iterable[Stretch], now: int, well_from: int | None, first: int, last: int
) -> Course:
    """The course that the stretches of one voice make. Where none holds, all is well from
    ``well_from`` on; before it, and without it, nothing is said. ``first`` and ``last`` are the
    bounds of the whole record. What lies after ``now`` is not said yet, but a stretch that will
    end then carries its end with it."""
    listed = sorted(stretches, key=lambda one: one.start)
    instants = {first, *(edge for one in listed for edge in (one.start, one.end))}
    if well_from is not None:
        instants.add(well_from)
    holding: list[tuple[tuple[int, ...], Saying, int, int]] = []
    turns: list[Turn] = []
    place = 0
    for instant in sorted(each for each in instants if each <= now):
        while place < len(listed) and listed[place].start <= instant:
            one = listed[place]
            heapq.heappush(holding, (_order(one), one.saying, one.end, place))
            place += 1
        while holding and holding[0][2] <= instant:
            heapq.heappop(holding)
        if holding:
            _, saying, end, _ = holding[0]
            # What is over by now is said to be over by a word of its own.
            turn = Turn(instant, saying, end if end > now else NEVER)
        else:
            is_well = well_from is not None and instant >= well_from
            turn = Turn(instant, WELL if is_well else SILENCE)
        if not turns or (turns[-1].saying, turns[-1].until) != (turn.saying, turn.until):
            turns.append(turn)
    return Course(tuple(turns), first, last)


def _order(one: Stretch) -> tuple[int, ...]:
    """The worst first, then what concerns most, then what goes on longest."""
    return (-_BADNESS[one.saying.condition], -one.saying.share, -one.end, one.start)


def corrections(course: Course, spoken: Sequence[Spoken], now: int) -> list[Spoken]:
    """The words that a voice has yet to say, so that between the bounds of its course it says
    what the course says, and elsewhere what it said. None when it does already."""
    said: dict[int, Spoken] = {}
    for each in spoken:
        other = said.get(each.at)
        if other is None or each.sequence > other.sequence:
            said[each.at] = each
    turns = {turn.at: turn for turn in course.turns}
    edges = {word.until for word in said.values() if word.until <= now}
    wanted: Turn | None = None
    stands: tuple[Saying | None, int] = (SILENCE, NEVER)
    found: list[Spoken] = []
    instants = sorted(turns.keys() | said.keys() | edges)
    for instant in instants:
        word = said.get(instant)
        if word is not None:
            stands = (word.saying, word.until)
        elif stands[1] <= instant:
            # It has outlived its time: nobody knows, which is nothing that a record says.
            stands = (None, NEVER)
        wanted = turns.get(instant, wanted)
        if wanted is None or not course.first <= instant <= course.last:
            continue
        # How long a word holds matters only where no other follows it.
        ends_alike = instant < instants[-1] or stands[1] == wanted.until
        if stands[0] != wanted.saying or not ends_alike:
            number = 1 if word is None else word.sequence + 1
            found.append(Spoken(instant, number, wanted.saying, wanted.until))
            stands = (wanted.saying, wanted.until)
    return found
