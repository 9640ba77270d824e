"""Words: what one source said of one service, in columns.

A source is one voice: its later word replaces its earlier one. Instants and durations are whole
microseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np

from catenary.domain.chain.compiled import Codes
from catenary.domain.condition.codes import NOTHING
from catenary.domain.estate import Bools, Ints

#: An instant that does not come: the end of what stands until further notice, and when a word was
#: withdrawn that was not.
NEVER = 2**63 - 1
#: The lifetime of a word that stays true until its source says another.
FOREVER = NEVER
#: A word without a sequence number.
NO_SEQUENCE = -(2**63)
#: A source takes its word back from this moment on: it says nothing any more.
CLEARED = NOTHING
#: An affected share is counted in millionths of everybody.
EVERYBODY = 1_000_000


class Plan(IntEnum):
    """Whether a word is of something planned; most monitors cannot tell. Of two words alike, the
    one further down here is the worse."""

    PLANNED = 0
    UNSAID = 1
    UNPLANNED = 2


@dataclass(frozen=True, slots=True)
class Word:
    """One observation. ``at`` is when it was true, ``recorded`` when we heard of it; a withdrawn
    word counts as never said, for whoever asks what was known since then."""

    service: int
    source: int
    condition: int
    at: int
    sequence: int = NO_SEQUENCE
    recorded: int = 0
    valid_for: int = FOREVER
    plan: Plan = Plan.UNSAID
    share: int = EVERYBODY
    withdrawn: int = NEVER


@dataclass(frozen=True, eq=False)
class Words:
    """Many words, one entry of every column for each, in any order."""

    service: Ints
    source: Ints
    condition: Codes
    at: Ints
    sequence: Ints
    recorded: Ints
    valid_for: Ints
    plan: Codes
    share: Ints
    withdrawn: Ints

    def __len__(self) -> int:
        return len(self.service)

    def chosen(self, which: Ints | Bools) -> Words:
        """Some of these words."""
        return Words(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    def as_known(self, moment: int) -> Words:
        """The words recorded by a moment and not withdrawn by then: what was known at it."""
        known = self.chosen((self.recorded <= moment) & (self.withdrawn > moment))
        return replace(known, withdrawn=np.full(len(known), NEVER, dtype=np.int64))


def words_of(words: Sequence[Word]) -> Words:
    """Words in columns."""

    def column(name: str) -> Ints:
        return np.array([getattr(word, name) for word in words], dtype=np.int64)

    columns: dict[str, Any] = {name: column(name) for name in Words.__dataclass_fields__}
    for name in ("condition", "plan"):
        columns[name] = columns[name].astype(np.int8)
    return Words(**columns)


def words_together(parts: Sequence[Words]) -> Words:
    """All words of one or more sets, one after the other."""
    return Words(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Words.__dataclass_fields__
        )
    )


def decisive(words: Words, since: int) -> Words:
    """Of words about one service those that decide what stands from an instant on: all from then
    on, and of each source the last before, all of them where several are of the same instant."""
    is_before = words.at < since
    sources, which = np.unique(words.source, return_inverse=True)
    last = np.full(len(sources), -NEVER, dtype=np.int64)
    np.maximum.at(last, which[is_before], words.at[is_before])
    return words.chosen(~is_before | (words.at == last[which]))
