"""One way to turn text into what is compared, sorted and searched, the same everywhere."""

from __future__ import annotations

import re
import unicodedata

_MAX_KEY = 220
#: Longer words are known by their beginning: PostgreSQL refuses those of two thousand bytes.
_MAX_WORD = 100
_ASCII_WORD = re.compile("[0-9a-z]+")


def sort_key(name: str) -> str:
    """The name as it is sorted: case and accents folded, at most 220 characters."""
    return _folded(name)[:_MAX_KEY]


def words(text: str) -> list[str]:
    """The words of a text as the search index knows them: runs of letters and digits, folded,
    the first hundred characters of each."""
    return [word[:_MAX_WORD] for word in _runs(_folded(text))]


def _runs(folded: str) -> list[str]:
    if folded.isascii():
        return _ASCII_WORD.findall(folded)
    found: list[str] = []
    word: list[str] = []
    for character in folded:
        if unicodedata.category(character)[0] in "LN":
            word.append(character)
        elif word:
            found.append("".join(word))
            word = []
    if word:
        found.append("".join(word))
    return found


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Twice, because signs that stand for capitals only then show them: ℡ is TEL, then tel.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
