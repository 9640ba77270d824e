"""Turns: what effective conditions are from instants on, of many services at once, in columns.

A condition with everything that is shown with it fits in eleven bits, its *code*. Half a million
services that change at one instant take some megabytes, and a fraction of that packed: so a change
that hits very many is kept before anybody has the time to write a row for each.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catenary.domain.chain.packing import (
    BEST,
    ONLY_PLANNED_BEST,
    ONLY_PLANNED_WORST,
    WITHOUT_PLANNED,
    WORST,
)
from catenary.domain.condition.codes import NOTHING, OPERATIONAL
from catenary.domain.condition.own import Own
from catenary.domain.condition.propagation import Conditions
from catenary.domain.condition.risk import AT_WORST, value
from catenary.domain.estate import Bools, Ints

Codes16 = NDArray[np.int16]

#: The fields of a code from its lowest bit on: their widths.
_WIDTHS = (2, 2, 1, 2, 2, 1, 1)
_SHIFTS = tuple(sum(_WIDTHS[:place]) for place in range(len(_WIDTHS)))
_DERIVED = 1 << _SHIFTS[5]
#: Nothing is known: it may be anything. No interval is kept of it.
NOTHING_KNOWN = 2 << _SHIFTS[1]


def code_of(fields: tuple[Any, ...]) -> int:
    """The code of (best, worst, planned, next loss, possible next loss, derived, assumed)."""
    return sum(int(field) << shift for field, shift in zip(fields, _SHIFTS, strict=True))


def fields_of(code: int) -> tuple[int, int, bool, int, int, bool, bool]:
    """What a code stands for."""
    best, worst, planned, loss, possible, derived, assumed = (
        code >> shift & (1 << width) - 1 for shift, width in zip(_SHIFTS, _WIDTHS, strict=True)
    )
    return best, worst, bool(planned), loss, possible, bool(derived), bool(assumed)


def columns_of(codes: Codes16) -> list[NDArray[np.int16]]:
    """What codes stand for, field by field."""
    return [
        codes >> shift & (1 << width) - 1 for shift, width in zip(_SHIFTS, _WIDTHS, strict=True)
    ]


def codes_at(conditions: Conditions, own: Own, positions: Ints) -> Codes16:
    """The codes of some services; `NOTHING_KNOWN` where neither they nor what they rely on say
    anything."""
    if not len(positions):
        return np.zeros(0, dtype=np.int16)
    ranks = conditions.chain.ranks_of(positions)
    packed = conditions.packed[ranks]
    next_loss = conditions.next_loss[ranks].astype(np.int64)
    best, worst = value(packed, BEST), value(packed, WORST)
    planned = (
        (worst > OPERATIONAL)
        & (value(packed, WITHOUT_PLANNED) == OPERATIONAL)
        & (value(packed, ONLY_PLANNED_BEST) == best)
        & (value(packed, ONLY_PLANNED_WORST) == worst)
    )
    silent = own.condition[positions] == NOTHING
    grounded = conditions.chain.is_grounded[ranks]
    columns = (
        best,
        worst,
        planned,
        next_loss % AT_WORST,
        next_loss // AT_WORST,
        silent & grounded,
        silent & ~grounded & own.is_assumed[positions],
    )
    codes = np.zeros(len(positions), dtype=np.int64)
    for column, shift in zip(columns, _SHIFTS, strict=True):
        codes |= column.astype(np.int64) << shift
    # What it relies on does not speak for it when nobody speaks of that either.
    codes[codes == NOTHING_KNOWN | _DERIVED] = NOTHING_KNOWN
    return codes.astype(np.int16)


@dataclass(frozen=True, eq=False)
class Turns:
    """Rows (service, instant, code), in this order: from the instant on, until the next row of
    the service, it is what the code says. Before the first row of a service nothing is said of
    it: what stands there stays. Neighbours of one service differ."""

    service: Ints
    instant: Ints
    code: Codes16

    def __len__(self) -> int:
        return len(self.service)

    @property
    def is_first(self) -> Bools:
        """Which rows are the first of their service."""
        first = np.ones(len(self), dtype=np.bool_)
        first[1:] = self.service[1:] != self.service[:-1]
        return first

    @property
    def services(self) -> Ints:
        """The services spoken of, each once, in order."""
        return self.service[self.is_first]

    def chosen(self, which: Ints | Bools) -> Turns:
        """Some of these rows."""
        return Turns(self.service[which], self.instant[which], self.code[which])

    def within(self, after: int, until: int) -> Turns:
        """Those of services with numbers above ``after``, up to ``until``."""
        first, last = np.searchsorted(self.service, (after, until), side="right")
        return Turns(self.service[first:last], self.instant[first:last], self.code[first:last])

    def of(self, services: Ints) -> Turns:
        """Those of some services, given in order."""
        first = np.searchsorted(self.service, services, side="left")
        last = np.searchsorted(self.service, services, side="right")
        lengths = last - first
        total = int(lengths.sum())
        shift = np.repeat(first - (np.cumsum(lengths) - lengths), lengths)
        return self.chosen(np.arange(total) + shift)

    def last(self) -> tuple[Ints, Codes16]:
        """The services, and what each of them is in the end."""
        last = np.ones(len(self), dtype=np.bool_)
        last[:-1] = self.service[1:] != self.service[:-1]
        return self.service[last], self.code[last]

    def then(self, later: Turns) -> Turns:
        """These, rewritten by others: what those say holds from their first row on."""
        if not len(self) or not len(later):
            return later if len(later) else self
        numbers, since = later.service[later.is_first], later.instant[later.is_first]
        place = np.minimum(np.searchsorted(numbers, self.service), len(numbers) - 1)
        is_kept = (numbers[place] != self.service) | (self.instant < since[place])
        kept = self.chosen(is_kept)
        return turns_of(
            np.concatenate((kept.service, later.service)),
            np.concatenate((kept.instant, later.instant)),
            np.concatenate((kept.code, later.code)),
        )

    def to_bytes(self) -> bytes:
        """The same, packed."""
        head = np.array([len(self)], dtype="<i8")
        steps = (
            np.diff(column, prepend=0).astype("<i8") for column in (self.service, self.instant)
        )
        parts = [part.tobytes() for part in (head, *steps, self.code.astype("<i2"))]
        return zlib.compress(b"".join(parts), 1)


def turns_from(packed: bytes) -> Turns:
    """What `Turns.to_bytes` packed."""
    plain = zlib.decompress(packed)
    count = int(np.frombuffer(plain, "<i8", 1)[0])
    service, instant = (
        np.cumsum(np.frombuffer(plain, "<i8", count, 8 + place * 8 * count)).astype(np.int64)
        for place in range(2)
    )
    code = np.frombuffer(plain, "<i2", count, 8 + 16 * count).astype(np.int16)
    return Turns(service, instant, code)


def turns_of(service: Ints, instant: Ints, code: Codes16) -> Turns:
    """Turns out of rows in any order; of several at one instant the last given counts, and what
    changes nothing is left out."""
    order = np.lexsort((instant, service))
    found = Turns(service[order], instant[order], code[order])
    counts = np.ones(len(found), dtype=np.bool_)
    counts[:-1] = (found.service[1:] != found.service[:-1]) | (
        found.instant[1:] != found.instant[:-1]
    )
    found = found.chosen(counts)
    differs = found.is_first
    differs[1:] |= found.code[1:] != found.code[:-1]
    return found.chosen(differs)


@dataclass(frozen=True, eq=False)
class Trail:
    """What was followed up to now; with ``owed_until``, only what stands from that instant on,
    and what was before it has still to be worked out."""

    turns: Turns
    owed_until: int | None = None


NO_TURNS = Turns(
    np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int16)
)
