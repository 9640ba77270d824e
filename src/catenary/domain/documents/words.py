"""The nearest known word: what somebody probably meant when they wrote something unknown."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

_FEW = 500
_LONGEST = 200


class Words:
    """Many known words, ready to be asked for the one nearest to a typo.

    Comparing a typo with each of 100,000 references takes half a second, and catalogues come with
    thousands of typos at once. One slip leaves either the first or the second half of a word
    intact, so only words sharing one of the halves are compared.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._halves: dict[tuple[bool, str], list[str]] = {}
        self._words = list(dict.fromkeys(words))
        self._indexed = False

    def nearest(self, word: str) -> str:
        """The known word nearest to ``word``, or an empty string when none is near."""
        word = word[:_LONGEST]
        if len(self._words) <= _FEW:
            found = get_close_matches(word, self._words, n=1, cutoff=0.75)
            return found[0] if found else ""
        if not self._indexed:
            self._index()
        best, score = "", 0.75
        matcher = SequenceMatcher(b=word, autojunk=False)
        for candidate in self._candidates(word):
            matcher.set_seq1(candidate)
            if matcher.real_quick_ratio() > score and matcher.quick_ratio() > score:
                ratio = matcher.ratio()
                if ratio > score:
                    best, score = candidate, ratio
        return best

    def _index(self) -> None:
        for word in self._words:
            half = len(word) // 2
            for key in ((True, word[:half]), (False, word[-half:])):
                shelf = self._halves.setdefault(key, [])
                if len(shelf) < _FEW:
                    shelf.append(word)
        self._indexed = True

    def _candidates(self, word: str) -> dict[str, None]:
        found: dict[str, None] = {}
        for half in dict.fromkeys((len(word) // 2, (len(word) - 1) // 2, (len(word) + 1) // 2)):
            if half > 0:
                for key in ((False, word[-half:]), (True, word[:half])):
                    found.update(dict.fromkeys(self._halves.get(key, ())))
        return found


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The candidate nearest to ``word``, or an empty string when none is near.

    For many lookups among the same candidates build :class:`Words` once.
    """
    return Words(candidates).nearest(word)


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """``did you mean "x"?`` for the nearest candidate, or an empty string."""
    found = nearest(word, candidates)
    return f'did you mean "{found}"?' if found else ""
