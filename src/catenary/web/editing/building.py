"""From what was typed to a plain document: what stands where, and what the form itself found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from catenary.domain.documents.readers import shown
from catenary.domain.findings import FieldPath, Problem
from catenary.domain.text import words
from catenary.web.editing.fields import State

_KEY_LENGTH = 40


@dataclass(slots=True)
class Built:
    """A plain document in the making.

    ``places`` leads from paths in the plain document to paths in the form; ``problems`` are
    those that a plain document cannot express, such as the same key twice.
    """

    plain: dict[str, Any] = field(default_factory=dict)
    places: dict[FieldPath, str] = field(default_factory=dict)
    problems: list[tuple[str, Problem]] = field(default_factory=list)

    def text(self, into: dict[str, Any], state: State, name: str, at: FieldPath, here: str) -> None:
        """One text, when there is one."""
        self.places[(*at, name)] = here
        if state[name].strip():
            into[name] = state[name]

    def put(self, path: FieldPath, here: str) -> None:
        """Remember where in the form a path of the plain document stands."""
        self.places[path] = here

    def complain(self, here: str, sentence: str, expected: str = "") -> None:
        """A problem at a place of the form."""
        self.problems.append((here, Problem((), sentence, expected)))

    def twice(self, here: str, word: str) -> None:
        """The problem of something that stands twice where a document can hold it once."""
        self.complain(here, f"{shown(word)} stands twice", "each only once")

    def place_of(self, path: FieldPath) -> str:
        """Where in the form something is shown that concerns this path: the nearest place."""
        for length in range(len(path), 0, -1):
            here = self.places.get(path[:length])
            if here is not None:
                return here
        return ""


def lines_of(text: str) -> list[str]:
    """The entries of a field that holds one in each line."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def key_from(text: str, taken: Iterable[str], otherwise: str) -> str:
    """A key made of the first words of a text that nothing else has yet."""
    key = ""
    for word in words(text):
        word = re.sub(r"[^a-z0-9]", "", word)
        if not key:
            key = word[:_KEY_LENGTH]
        elif len(key) + len(word) < _KEY_LENGTH:
            key = f"{key}-{word}" if word else key
        else:
            break
    key = key or otherwise
    known = set(taken)
    number, found = 1, key
    while found in known:
        number += 1
        found = f"{key}-{number}"
    return found
