"""When what is supposed holds: times in which the same is supposed and announced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from catenary.apps.monitoring.queries.announced import Meanwhile

#: Into so many pieces of time a question may fall.
MOST_PIECES = 20


@dataclass(frozen=True, slots=True)
class Assumption:
    """A service supposed to be in a condition of `SUPPOSABLE` during ``[start, end)``; all the
    time without bounds."""

    reference: str
    condition: str
    start: datetime | None = None
    end: datetime | None = None


_Piece = tuple[datetime | None, datetime | None, tuple[Assumption, ...]]


def pieces_of(assumptions: Sequence[Assumption]) -> tuple[_Piece, ...]:
    """The times in which the same is supposed, in order; those without anything are left out.

    Raises ValueError when something ends before it begins, one service is supposed to be two
    things at once, or there are more pieces than anybody could look at.
    """
    for one in assumptions:
        if one.start is not None and one.end is not None and one.end <= one.start:
            raise ValueError(f"{one.reference}: it ends before it begins")
    edges = sorted({edge for one in assumptions for edge in (one.start, one.end) if edge})
    bounds: list[datetime | None] = [None, *edges, None]
    found: list[_Piece] = []
    for start, end in zip(bounds, bounds[1:], strict=False):
        holding = tuple(one for one in assumptions if _covers(one, start, end))
        names = [one.reference for one in holding]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"{twice}: one condition for each service at a time")
        if holding and (edges or not found):
            found.append((start, end, holding))
    if len(found) > MOST_PIECES:
        raise ValueError(f"these make {len(found)} pieces of time; at most {MOST_PIECES}")
    return tuple(found)


_Cut = tuple[datetime | None, datetime | None, tuple[Assumption, ...], tuple[Meanwhile, ...]]


def cut_by(
    pieces: Sequence[_Piece], announced: Sequence[Meanwhile]
) -> tuple[tuple[_Cut, ...], bool]:
    """The pieces, cut where other maintenance begins or ends; so many of it, the first first, as
    make no more pieces than may be, and whether there is more."""
    for taken in range(len(announced), -1, -1):
        some = announced[:taken]
        found = tuple(part for piece in pieces for part in _cut_one(piece, some))
        if len(found) <= MOST_PIECES or not taken:
            return found, taken < len(announced)
    raise AssertionError


def _cut_one(piece: _Piece, announced: Sequence[Meanwhile]) -> list[_Cut]:
    start, end, holding = piece
    if start is None or end is None:
        return [(start, end, holding, ())]
    edges = {edge for each in announced for edge in (each.start, each.end) if start < edge < end}
    bounds = [start, *sorted(edges), end]
    return [
        (
            begins,
            ends,
            holding,
            tuple(each for each in announced if each.start <= begins and ends <= each.end),
        )
        for begins, ends in pairwise(bounds)
    ]


def _covers(one: Assumption, start: datetime | None, end: datetime | None) -> bool:
    begins = one.start is None or (start is not None and one.start <= start)
    return begins and (one.end is None or (end is not None and end <= one.end))
