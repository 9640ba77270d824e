"""Records as words: what they make of a service is what its stretches say, and once said it stays
said; a later record corrects an earlier one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.condition.codes import DEGRADED, DOWN, OPERATIONAL, UNKNOWN
from catenary.domain.observations.records import (
    SILENCE,
    WELL,
    Saying,
    Spoken,
    Stretch,
    corrections,
    course_of,
)
from catenary.domain.observations.words import NEVER

OUT, SLOW = Saying(DOWN), Saying(DEGRADED)
ENDS = st.integers(1, 30) | st.just(NEVER)
STRETCHES = st.lists(
    st.builds(
        lambda start, length, condition: Stretch(
            start, NEVER if length == NEVER else start + length, Saying(condition)
        ),
        st.integers(0, 20),
        ENDS,
        st.sampled_from((DOWN, DEGRADED, UNKNOWN, OPERATIONAL)),
    ),
    max_size=6,
)
WELL_FROM = st.none() | st.integers(0, 20)
BADNESS = (UNKNOWN, OPERATIONAL, DEGRADED, DOWN)


def plainly(stretches: list[Stretch], instant: int, well_from: int | None) -> Saying:
    """What a record says at an instant, looked up."""
    standing = [one.saying for one in stretches if one.start <= instant < one.end]
    if standing:
        return max(standing, key=lambda saying: BADNESS.index(saying.condition))
    return WELL if well_from is not None and instant >= well_from else SILENCE


def spoken_at(words: list[Spoken], instant: int) -> Saying | None:
    """What words say at an instant; none when the last one has outlived its time."""
    said = [word for word in words if word.at <= instant]
    if not said:
        return SILENCE
    last = max(said, key=lambda word: (word.at, word.sequence))
    return last.saying if instant < last.until else None


def words_of(
    stretches: list[Stretch],
    before: list[Spoken],
    now: int,
    well_from: int | None = None,
    bounds: tuple[int, int] = (0, NEVER),
) -> list[Spoken]:
    course = course_of(stretches, now, well_from, *bounds)
    return corrections(course, before, now)


@given(STRETCHES, WELL_FROM, st.integers(0, 50))
def test_words_say_what_the_stretches_say(
    stretches: list[Stretch], well_from: int | None, now: int
) -> None:
    words = words_of(stretches, [], now, well_from)

    assert all(word.at <= now for word in words)
    for instant in range(now + 1):
        assert spoken_at(words, instant) == plainly(stretches, instant, well_from)


@given(STRETCHES, WELL_FROM, st.integers(0, 50), st.integers(0, 20))
def test_the_same_record_again_adds_nothing_but_what_has_ended_meanwhile(
    stretches: list[Stretch], well_from: int | None, now: int, later: int
) -> None:
    words = words_of(stretches, [], now, well_from)

    assert words_of(stretches, words, now, well_from) == []
    words += words_of(stretches, words, now + later, well_from)
    for instant in range(now + later + 1):
        assert spoken_at(words, instant) == plainly(stretches, instant, well_from)
    assert words_of(stretches, words, now + later, well_from) == []


@given(STRETCHES, STRETCHES, WELL_FROM, st.integers(0, 50), st.integers(0, 20))
def test_a_corrected_record_corrects_what_was_said(
    before: list[Stretch], after: list[Stretch], well_from: int | None, now: int, later: int
) -> None:
    words = words_of(before, [], now, well_from)

    words += words_of(after, words, now + later, well_from)

    for instant in range(now + later + 1):
        assert spoken_at(words, instant) == plainly(after, instant, well_from)


def test_a_record_has_no_say_outside_of_its_time() -> None:
    first = words_of([Stretch(10, 20, OUT), Stretch(50, 60, SLOW)], [], 100)

    more = words_of([Stretch(30, 40, OUT)], first, 100, bounds=(30, 40))

    assert more == [Spoken(30, 1, OUT), Spoken(40, 1, SILENCE)]  # and nothing of 10 to 20
    said = first + more
    assert [spoken_at(said, at) for at in (15, 25, 35, 45, 55, 65)] == [
        OUT, SILENCE, OUT, SILENCE, SLOW, SILENCE,
    ]  # fmt: skip


def test_what_ends_later_carries_its_end_and_says_so_when_it_is_over() -> None:
    stretch = Stretch(10, 30, OUT)

    announced = words_of([stretch], [], 20, well_from=0)
    over = words_of([stretch], announced, 40, well_from=0)

    assert announced == [Spoken(0, 1, WELL), Spoken(10, 1, OUT, until=30)]
    assert over == [Spoken(30, 1, WELL)]


def test_a_changed_end_is_said_anew_with_a_later_number() -> None:
    announced = words_of([Stretch(10, 30, OUT)], [], 20)

    assert words_of([Stretch(10, 35, OUT)], announced, 25) == [Spoken(10, 2, OUT, until=35)]
