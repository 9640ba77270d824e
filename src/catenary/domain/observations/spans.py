"""From when to when each source's word stood, whatever the order in which words came in.

The latest word counts. Of words with the same ``at`` the later sequence counts; without a sequence,
and between one with and one without, the worse (a known word is worse than `UNKNOWN`, and any word
than silence). So the result depends on the set of words alone: late, repeated and reordered words
end in the same spans.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catenary.domain.chain.compiled import Codes
from catenary.domain.condition.codes import DEGRADED, DOWN, OPERATIONAL, UNKNOWN
from catenary.domain.estate import Bools, Ints
from catenary.domain.observations.words import (
    CLEARED,
    FOREVER,
    NEVER,
    NO_SEQUENCE,
    Plan,
    Words,
)

#: How bad each condition is, from nothing said to down.
_BADNESS = np.zeros(5, dtype=np.int8)
for _rank, _code in enumerate((CLEARED, UNKNOWN, OPERATIONAL, DEGRADED, DOWN)):
    _BADNESS[_code] = _rank


@dataclass(frozen=True, eq=False)
class Spans:
    """What each source says of each service in ``[start, end)``, ordered by service, source and
    start; spans of one source never overlap.

    ``word`` is the row of the word that says so; a word that outlived its ``valid_for`` says
    `UNKNOWN`. ``end`` is `NEVER` while it stands.
    """

    service: Ints
    source: Ints
    start: Ints
    end: Ints
    condition: Codes
    plan: Codes
    share: Ints
    word: Ints

    def chosen(self, which: Ints | Bools) -> Spans:
        """Some of these spans."""
        return Spans(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    def standing(self, moment: int) -> Spans:
        """Those that stand at a moment."""
        return self.chosen((self.start <= moment) & (moment < self.end))


def spans_of(words: Words) -> Spans:
    """The spans of all words that were not withdrawn."""
    rows = _counting(words)
    service, source, at = words.service[rows], words.source[rows], words.at[rows]
    end = np.full(len(rows), NEVER, dtype=np.int64)
    same = (service[1:] == service[:-1]) & (source[1:] == source[:-1])
    end[:-1][same] = at[1:][same]
    lifetime = words.valid_for[rows]
    mortal = lifetime < FOREVER
    # A lifetime beyond the end of time is for ever.
    expires = np.where(mortal, at + np.minimum(lifetime, NEVER - np.maximum(at, 0)), NEVER)
    expires = np.maximum(np.minimum(expires, end), at)
    said = words.condition[rows] != CLEARED
    spoken = Spans(
        service,
        source,
        at,
        expires,
        words.condition[rows],
        words.plan[rows],
        words.share[rows],
        rows,
    ).chosen(said & (expires > at))
    left = said & (expires < end)
    decayed = Spans(
        service,
        source,
        expires,
        end,
        np.full(len(rows), UNKNOWN, dtype=np.int8),
        np.full(len(rows), Plan.UNSAID, dtype=np.int8),
        words.share[rows],
        rows,
    ).chosen(left)
    return _ordered(spoken, decayed)


def _ordered(spoken: Spans, decayed: Spans) -> Spans:
    both = Spans(
        *(
            np.concatenate((getattr(spoken, name), getattr(decayed, name)))
            for name in spoken.__dataclass_fields__
        )
    )
    return both.chosen(np.lexsort((both.start, both.source, both.service)))


def _counting(words: Words) -> Ints:
    """The rows of the words that count, by service, source and time: one for each instant."""
    rows = np.flatnonzero(words.withdrawn == NEVER)
    # From the least to the most decisive; what decides last is what sets identical words apart.
    badness = _BADNESS[words.condition[rows]]
    weight = (
        rows,
        -words.recorded[rows],
        words.share[rows],
        -words.valid_for[rows],
        words.plan[rows],
        badness,
    )
    at, source, service = words.at[rows], words.source[rows], words.service[rows]
    sequence = words.sequence[rows]
    is_numbered = sequence != NO_SEQUENCE
    order = np.lexsort((*weight, sequence, is_numbered, at, source, service))
    last = _is_last(service[order], source[order], at[order], is_numbered[order])
    # At most two are left of every instant: the last with a sequence, the worst without.
    order = order[last]
    left = (column[order] for column in weight)
    order = order[np.lexsort((*left, at[order], source[order], service[order]))]
    counting: Ints = rows[order[_is_last(service[order], source[order], at[order])]]
    return counting


def _is_last(*columns: Ints | Bools) -> Bools:
    """Of rows in order, which are the last of those alike in these columns."""
    last = np.ones(len(columns[0]), dtype=np.bool_)
    if len(last):
        last[:-1] = False
        for column in columns:
            last[:-1] |= column[1:] != column[:-1]
    return last
