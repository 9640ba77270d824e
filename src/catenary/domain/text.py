"""One way to turn text into what is compared, sorted and searched, the same everywhere."""

from __future__ import annotations

import re
import unicodedata

_MAX_KEY = 220
_ASCII_WORD = re.compile("[0-9a-z]+")


def sort_key(name: str) -> str:
    """The name as it is sorted: case and accents folded, at most 220 characters."""
    return _folded(name)[:_MAX_KEY]


def words(text: str) -> list[str]:
    """The words of a text as the search index knows them: runs of letters and digits, folded."""
    folded = _folded(text)
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
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
