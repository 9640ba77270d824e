"""What a kind of inlet is: how its settings are read, and what comes in through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catenary.connectors.wishes import Wishes
from catenary.domain.observations.heard import Item


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was sent to an inlet. Header names in lower case; ``house`` is the key of the
    organization the inlet speaks for."""

    body: bytes
    headers: Mapping[str, str]
    house: str


class Unreadable(Exception):
    """Nothing of a delivery can be read; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``read`` reads settings and writes down what is wrong with them; ``hear`` gives
    what a delivery says, item by item, and raises `Unreadable`.

    Without ``hear`` nothing is sent to it: it looks by itself.
    ``is_limited_softly``: who sends to it tries again after 503 but not after 429.
    """

    name: str
    read: Callable[[Wishes], Any]
    hear: Callable[[Any, Delivery], list[Item]] | None = None
    is_limited_softly: bool = False
