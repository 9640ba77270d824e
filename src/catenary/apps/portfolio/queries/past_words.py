"""The words of a past moment: which services held them. Built once for a moment, so that only the
first search there reads what everything said."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import reduce

import numpy as np

from catenary.domain.estate import Ints

_LAST = "\U0010ffff"


class PastWords:
    """Services by the words they held: those that whoever may see a service may read, and labels,
    which are for its own top organization."""

    def __init__(self, said: Iterable[tuple[int, Iterable[str], Iterable[str]]]) -> None:
        told: dict[str, array[int]] = {}
        labels: dict[str, array[int]] = {}
        for number, words, own in said:
            for index, held in ((told, words), (labels, own)):
                for word in set(held):
                    index.setdefault(word, array("q")).append(number)
        self._told, self._labels = _Index(told), _Index(labels)

    def found(self, wanted: Sequence[str]) -> tuple[Ints, Ints]:
        """The numbers of services in which every wanted word begins a word: of what anybody may
        read, and of that with the labels."""
        anybody = [self._told.beginning(word) for word in wanted]
        inside = [
            np.union1d(told, self._labels.beginning(word))
            for told, word in zip(anybody, wanted, strict=True)
        ]
        return reduce(np.intersect1d, anybody), reduce(np.intersect1d, inside)


class _Index:
    def __init__(self, numbers: dict[str, array[int]]) -> None:
        self._words = sorted(numbers)
        self._numbers = [np.frombuffer(numbers[word], dtype=np.int64) for word in self._words]

    def beginning(self, word: str) -> Ints:
        """The numbers under every word that begins with this one."""
        start, end = bisect_left(self._words, word), bisect_left(self._words, word + _LAST)
        if start == end:
            return np.zeros(0, dtype=np.int64)
        found: Ints = np.unique(np.concatenate(self._numbers[start:end]))
        return found
