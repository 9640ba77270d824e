"""Conditions as numbers, and in words (SEMANTICS 1)."""

from __future__ import annotations

import numpy as np

from catenary.domain.chain.compiled import Codes
from catenary.domain.impact import DEGRADED, DOWN, OPERATIONAL
from catenary.domain.said import Said, said

#: Nobody knows; and nobody has said anything.
UNKNOWN, NOTHING = 3, 4
CODE_NAMES = ("operational", "degraded", "down", "unknown", "nothing reported")

__all__ = ["CODE_NAMES", "DEGRADED", "DOWN", "NOTHING", "OPERATIONAL", "UNKNOWN", "range_words"]

_CERTAIN = (said("operational"), said("degraded"), said("down"))
_RANGES = {
    (OPERATIONAL, DEGRADED): said("possibly degraded"),
    (OPERATIONAL, DOWN): said("possibly down"),
    (DEGRADED, DOWN): said("degraded, possibly down"),
}


def range_words(best: int, worst: int) -> Said:
    """A condition that lies between ``best`` and ``worst``, in words."""
    return _CERTAIN[best] if best == worst else _RANGES[best, worst]


def codes(values: list[int]) -> Codes:
    """Condition numbers as an array."""
    return np.array(values, dtype=np.int8)
