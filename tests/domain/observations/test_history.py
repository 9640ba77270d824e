"""Histories against a plain reading of what was said, instant by instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.condition.codes import DEGRADED, DOWN, NOTHING, OPERATIONAL, UNKNOWN
from catenary.domain.observations.history import History, history_of
from catenary.domain.observations.spans import Spans, spans_of
from catenary.domain.observations.voices import voices
from catenary.domain.observations.words import (
    CLEARED,
    EVERYBODY,
    FOREVER,
    NEVER,
    NO_SEQUENCE,
    Plan,
    Word,
    words_of,
)

Told = tuple[int, int, int]

#: From what is least to what is worst, when two words say different things of one instant.
BADNESS = [CLEARED, UNKNOWN, OPERATIONAL, DEGRADED, DOWN]


def worse(words: Iterable[Word]) -> Word:
    """Of some words of one source at one instant, the worst."""
    return max(
        words,
        key=lambda w: (BADNESS.index(w.condition), w.plan, -w.valid_for, w.share, -w.recorded),
    )


def standing(words: Sequence[Word], source: int, moment: int) -> Word | None:
    """What a source says of a service at a moment."""
    said = [w for w in words if w.source == source and w.at <= moment and w.withdrawn == NEVER]
    if not said:
        return None
    latest = [w for w in said if w.at == max(w.at for w in said)]
    numbered = [w for w in latest if w.sequence != NO_SEQUENCE]
    others = [w for w in latest if w.sequence == NO_SEQUENCE]
    last = [w for w in numbered if w.sequence == max(w.sequence for w in numbered)]
    word = worse(last + others) if not last else worse([worse(last), *others])
    if word.condition == CLEARED:
        return None
    if word.valid_for != FOREVER and moment >= word.at + word.valid_for:
        return replace(word, condition=UNKNOWN, plan=Plan.UNSAID)
    return word


def own(conditions: Sequence[int]) -> int:
    """The worst; what is known beats unknown."""
    return max((c for c in conditions if c != UNKNOWN), default=UNKNOWN)


def told(words: Sequence[Word], moment: int) -> Told:
    """The own condition of a service: as reported, without planned causes, with those alone."""
    found = [standing(words, source, moment) for source in {w.source for w in words}]
    stand = [w for w in found if w is not None]
    if not stand:
        return (NOTHING, NOTHING, NOTHING)
    announced = [w.condition for w in stand if w.plan == Plan.PLANNED]

    def is_planned(word: Word) -> bool:
        if word.plan != Plan.UNSAID:
            return word.plan == Plan.PLANNED
        if word.condition == UNKNOWN:
            return bool(announced)
        return any(c != UNKNOWN and c >= word.condition for c in announced)

    return (
        own([w.condition for w in stand]),
        own([OPERATIONAL if is_planned(w) else w.condition for w in stand]),
        own([w.condition if is_planned(w) else OPERATIONAL for w in stand]),
    )


def history_at(history: History, service: int, moment: int) -> Told:
    found = history.at(moment)
    found = found.chosen(found.service == service)
    assert len(found) <= 1
    if not len(found):
        return (NOTHING, NOTHING, NOTHING)
    return (
        int(found.condition[0]),
        int(found.without_planned[0]),
        int(found.only_planned[0]),
    )


@st.composite
def many_words(draw: st.DrawFn) -> list[Word]:
    """Words about a few services from a few sources at a few instants, many at the same one."""
    word = st.builds(
        Word,
        service=st.integers(0, 2),
        source=st.integers(0, 2),
        condition=st.sampled_from([OPERATIONAL, DEGRADED, DOWN, UNKNOWN, CLEARED]),
        at=st.integers(-3, 6),
        sequence=st.sampled_from([NO_SEQUENCE, NO_SEQUENCE, 1, 2]),
        recorded=st.integers(0, 3),
        valid_for=st.sampled_from([FOREVER, FOREVER, 1, 2, 5]),
        plan=st.sampled_from(list(Plan)),
        share=st.sampled_from([EVERYBODY, 300_000]),
        withdrawn=st.sampled_from([NEVER, NEVER, NEVER, 4]),
    )
    return draw(st.lists(word, max_size=12))


def columns(found: History | Spans, *left_out: str) -> dict[str, list[int]]:
    names = set(found.__dataclass_fields__) - set(left_out)
    return {name: getattr(found, name).tolist() for name in names}


@given(many_words())
def test_at_every_instant_the_history_is_what_was_said(words: list[Word]) -> None:
    history = history_of(words_of(words))

    for service in range(3):
        of_it = [w for w in words if w.service == service]
        for moment in range(-4, 14):
            assert history_at(history, service, moment) == told(of_it, moment), (service, moment)


@given(many_words(), st.randoms(use_true_random=False), st.data())
def test_late_repeated_and_reordered_words_end_in_the_same_history(
    words: list[Word], chance: Random, data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(words), max_size=6)) if words else []
    # A repeated word is heard of later than the first time.
    shuffled = [*words, *(replace(w, recorded=w.recorded + 9) for w in again)]
    chance.shuffle(shuffled)

    expected, found = words_of(words), words_of(shuffled)

    assert columns(history_of(expected)) == columns(history_of(found))
    assert columns(spans_of(expected), "word") == columns(spans_of(found), "word")
    heard = expected.recorded[spans_of(expected).word], found.recorded[spans_of(found).word]
    assert heard[0].tolist() == heard[1].tolist()


@given(many_words())
def test_entries_are_in_order_never_overlap_and_never_repeat_their_neighbour(
    words: list[Word],
) -> None:
    history = history_of(words_of(words))

    assert (history.start < history.end).all()
    same = history.service[1:] == history.service[:-1]
    assert (history.service[1:] >= history.service[:-1]).all()
    assert (history.start[1:] >= history.end[:-1])[same].all()
    meets = same & (history.start[1:] == history.end[:-1])
    names = ("condition", "without_planned", "only_planned")
    alike = [getattr(history, name)[1:] == getattr(history, name)[:-1] for name in names]
    assert not (meets & np.logical_and.reduce(alike)).any()


@given(many_words(), st.integers(0, 5))
def test_what_was_known_then_is_the_history_without_what_came_later(
    words: list[Word], moment: int
) -> None:
    then = [replace(w, withdrawn=NEVER) for w in words if w.recorded <= moment < w.withdrawn]

    found = words_of(words).as_known(moment)

    assert columns(history_of(found)) == columns(history_of(words_of(then)))


def test_own_conditions_of_all_services_and_the_next_change() -> None:
    words = [
        Word(0, 1, DOWN, at=10, valid_for=5),
        Word(2, 1, DEGRADED, at=12, plan=Plan.PLANNED),
        Word(2, 1, OPERATIONAL, at=40),
    ]
    history = history_of(words_of(words))

    found = history.own(13, 4, np.array([False, False, False, True]))

    assert found.condition.tolist() == [DOWN, NOTHING, DEGRADED, NOTHING]
    assert found.without_planned.tolist() == [DOWN, NOTHING, OPERATIONAL, NOTHING]
    assert found.only_planned.tolist() == [OPERATIONAL, NOTHING, DEGRADED, NOTHING]
    assert found.is_assumed.tolist() == [False, False, False, True]
    assert [history.next_change(m) for m in (0, 10, 12, 15, 40)] == [10, 12, 15, 40, NEVER]


def test_a_monitor_s_silence_after_its_lifetime_is_unknown_and_not_fine() -> None:
    history = history_of(words_of([Word(0, 1, OPERATIONAL, at=0, valid_for=60)]))

    assert [history_at(history, 0, moment)[0] for moment in (-1, 0, 59, 60, 10**15)] == [
        NOTHING,
        OPERATIONAL,
        OPERATIONAL,
        UNKNOWN,
        UNKNOWN,
    ]


def test_nothing_said_is_no_history() -> None:
    assert len(history_of(words_of([]))) == 0


@given(many_words(), st.integers(0, 2), st.integers(-4, 14))
def test_those_are_named_whose_word_decides(words: list[Word], service: int, moment: int) -> None:
    of_it = [w for w in words if w.service == service]
    stand = {s: w for s in range(3) if (w := standing(of_it, s, moment)) is not None}
    condition = told(of_it, moment)[0]

    found = voices(spans_of(words_of(words)), service, moment)

    assert {v.source for v in found} == {s for s, w in stand.items() if w.condition == condition}
    for voice in found:
        said = [standing(of_it, voice.source, m) for m in range(voice.since, moment + 1)]
        assert all(word is not None and word.condition == condition for word in said)
        before = standing(of_it, voice.source, voice.since - 1)
        assert before is None or before.condition != condition
        assert words[voice.word].source == voice.source
    # The oldest of the deciding words comes first, whatever the same source said before.
    begins = [(word_stands_since(of_it, voice.source, moment), voice.source) for voice in found]
    assert begins == sorted(begins)


def word_stands_since(of_it: list[Word], source: int, moment: int) -> int:
    """Since when the word has stood that stands of a source."""
    word = standing(of_it, source, moment)
    while standing(of_it, source, moment - 1) == word:
        moment -= 1
    return moment
