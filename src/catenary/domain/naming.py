"""Keys for things that other people named: stable, readable, never the same by accident."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import TypeVar

from catenary.domain.references import MAX_KEY

T = TypeVar("T", bound=Hashable)

# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"}
)
_NOT_IN_KEYS = re.compile(r"[^a-z0-9._]+")
_LOST_FROM_TEXT = re.compile(r"[^\W_a-z0-9]")
#: So many characters at most are looked at; a longer text is told apart by its fingerprint.
_LONGEST = 1000


def fingerprint(text: str) -> str:
    """Eight hexadecimal characters that stand for ``text``, the same on every machine."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def slug(text: str) -> str:
    """A well-formed key for a name, always the same one for the same text.

    ``University of Wisconsin–Madison`` gives ``university-of-wisconsin-madison``. Letters that
    keys cannot hold (another script) and what exceeds the longest key are replaced by a
    fingerprint of the whole text, so that two such names do not fall together. An empty text
    gives an empty string, which is no key.
    """
    if not text.strip():
        return ""
    folded = unicodedata.normalize("NFKD", text[:_LONGEST]).casefold().translate(_LETTERS)
    folded = "".join(letter for letter in folded if not unicodedata.combining(letter))
    lost = len(text) > _LONGEST or _LOST_FROM_TEXT.search(folded) is not None
    key = _NOT_IN_KEYS.sub("-", folded).strip("-._")
    if not lost and 0 < len(key) <= MAX_KEY:
        return key
    return with_fingerprint(key, text)


def with_fingerprint(key: str, text: str) -> str:
    """``key`` made distinct by the fingerprint of ``text``, never longer than a key may be."""
    mark = fingerprint(text)
    stem = key[: MAX_KEY - len(mark) - 1].rstrip("-._")
    return f"{stem}-{mark}" if stem else f"x-{mark}"


def distinct_keys(texts: Mapping[T, str]) -> dict[T, str]:
    """A key for everything in ``texts`` (identity to name), no two the same.

    Where several names give the same key, the one written exactly like the key keeps it, else
    the first in the order of the alphabet; the others carry a fingerprint. The order in which
    they were read does not matter, so sorting a spreadsheet anew changes no key. An empty name
    gets no key and is left out.
    """
    alike: defaultdict[str, list[T]] = defaultdict(list)
    for identity, text in texts.items():
        key = slug(text)
        if key:
            alike[key].append(identity)
    keys: dict[T, str] = {}
    taken = set(alike)
    for key, identities in alike.items():
        if len(identities) == 1:
            keys[identities[0]] = key
            continue

        def rank(identity: T, key: str = key) -> tuple[bool, str, str]:
            return texts[identity] != key, texts[identity], repr(identity)

        first, *others = sorted(identities, key=rank)
        keys[first] = key
        for identity in others:
            told_apart = f"{texts[identity]}\0{identity!r}"
            other = with_fingerprint(key, told_apart)
            while other in taken:
                told_apart += "\0"
                other = with_fingerprint(key, told_apart)
            taken.add(other)
            keys[identity] = other
    return keys
