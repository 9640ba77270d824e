"""The conditions of everybody that stand now, in memory: for the board, and for the pages that
somebody looks at while they change.

Like the estate they are held for the whole process. When the engine has kept something since, only
the rows that came since are read; how many stand and the sum of their numbers say whether that was
all that happened, and if it was not, everything is read again. Nothing here knows who asks.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Q, Sum
from numpy.typing import NDArray

from catenary.apps.common.queries.columns import number_columns
from catenary.apps.monitoring.models import EffectiveCondition, OwnCondition
from catenary.apps.monitoring.queries.explaining import UNHEARD_OF, Effective
from catenary.apps.monitoring.queries.kept import (
    CODE_SQL,
    ahead_of_rows,
    codes_then,
    effective_of,
)
from catenary.apps.monitoring.queries.known import KnownThen
from catenary.apps.monitoring.queries.status import SHOWN, shown
from catenary.apps.monitoring.queries.stored import propagation
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.lookup import services_by_id
from catenary.domain.condition.codes import CODE_NAMES, DEGRADED, DOWN, NOTHING, UNKNOWN
from catenary.domain.estate import Bools, Estate, Ints

Codes = NDArray[np.uint8]

#: What a service is shown as, the worst first. Of what is unknown, that of which somebody spoke
#: comes before that of which nobody ever did.
RANKS = (
    "down",
    "degraded",
    "unknown",
    "maintenance",
    "at-risk",
    "unheard",
    "operational",
)
#: Ranks from here on need nobody's attention by themselves.
CALM = RANKS.index("unheard")
_PLANNED, _AT_RISK, _SPOKEN_OF, _BY_ITSELF = 16, 32, 64, 128


def _code(known: Effective) -> int:
    """A condition in one byte."""
    code = known.best | known.worst << 2
    return code | _PLANNED * known.is_planned | _AT_RISK * bool(known.next_loss)


_NOTHING = _code(UNHEARD_OF)
#: The code of every code in which conditions are kept (`domain.condition.turns`).
_FROM_KEPT: Codes = np.array([_code(effective_of(code)) for code in range(2048)], dtype=np.uint8)
#: Own conditions as they are kept.
_AS_KEPT: Codes = np.arange(NOTHING + 1, dtype=np.uint8)


def _with_own(codes: Codes, own: Codes) -> Codes:
    """Codes of conditions with what own conditions add: that somebody spoke of what is unknown, and
    whether a service is by itself as bad as it certainly is."""
    spoken = np.where(own == UNKNOWN, np.uint8(_SPOKEN_OF), np.uint8(0))
    is_bad = (own == DEGRADED) | (own == DOWN)
    is_cause = is_bad & (own >= np.minimum(codes & 3, DOWN))
    return codes | spoken | np.where(is_cause, np.uint8(_BY_ITSELF), np.uint8(0))


def _rank(code: int) -> int:
    known = Effective(
        min(code & 3, 2), min(code >> 2 & 3, 2), bool(code & _PLANNED), 0, 0, False, False
    )
    kind = shown(known)
    if kind == "unknown" and not code & _SPOKEN_OF and (code & 15) == _NOTHING & 15:
        kind = "unheard"
    elif kind == "operational" and code & _AT_RISK:
        kind = "at-risk"
    return RANKS.index(kind)


#: The rank of every code, and the place in `SHOWN` of every rank.
RANK_OF: Ints = np.array([_rank(code) for code in range(256)], dtype=np.int64)
#: Which codes say that a service is what it is by itself, not only because of what it relies on.
IS_BY_ITSELF: NDArray[np.bool_] = np.arange(256) >= _BY_ITSELF
#: The order in which services of every code are listed: by rank, of each the causes first.
ORDER_OF: Ints = 2 * RANK_OF + ~IS_BY_ITSELF
KIND_OF: Ints = np.array(
    [
        SHOWN.index({"at-risk": "operational", "unheard": "unknown"}.get(rank, rank))
        for rank in RANKS
    ],
    dtype=np.int64,
)
#: The codes of what is unknown and yet certainly degraded at least.
IS_UNCERTAIN: NDArray[np.bool_] = np.array(
    [
        RANKS[RANK_OF[code]] == "unknown"
        and CODE_NAMES[min(code & 3, DOWN)] in ("degraded", "down")
        for code in range(256)
    ]
)


@dataclass(frozen=True, eq=False)
class Standing:
    """The conditions that stand, over one version of the catalogue: a code for every service of
    ``estate``, by position."""

    estate: Estate
    number: int
    codes: Codes
    _effective: _Rows
    _own: _Rows
    _references: dict[int, str] = field(default_factory=dict, repr=False)
    #: The moment of the past that this is about; none: now.
    at: datetime | None = None

    def codes_from(self, home: int | None) -> Codes:
        """The codes as they are told to a top organization, by position: whether anybody spoke of
        what is unknown is not told of others' services."""

        def compute() -> Codes:
            is_ours = self.estate.provider_root == (-1 if home is None else home)
            told: Codes = np.where(is_ours, self.codes, self.codes & ~np.uint8(_SPOKEN_OF))
            return told

        # The past is not held: a late word may change it, and few ask for the same moment twice.
        if self.at is not None:
            return compute()
        return self.estate.remembered(("codes", self.number, home), compute)

    @property
    def is_planned(self) -> Bools:
        """Which services are shown as maintenance, by position."""
        planned: Bools = self.codes & _PLANNED > 0
        return planned

    @property
    def is_certainly_bad(self) -> Bools:
        """Which services are degraded or down, whatever is not known, by position."""
        bad: Bools = self.codes & 3 > 0
        return bad

    def ranks_from(self, home: int | None) -> Ints:
        """The place in `RANKS` of every service, likewise."""
        found: Ints = RANK_OF[self.codes_from(home)]
        return found

    def references(self, places: Sequence[int]) -> dict[int, str]:
        """The references of services, by position; whoever asks again finds them at hand."""
        missing = [place for place in places if place not in self._references]
        if missing:
            numbers = {int(self.estate.service_ids[place]): place for place in missing}
            for number, row in services_by_id(numbers).items():
                self._references[numbers[number]] = row.reference
        return {place: self._references[place] for place in places if place in self._references}


_lock = threading.Lock()
_held: dict[str, Standing] = {}


def standing_now() -> Standing:
    """The conditions as last kept. Two small queries when nothing changed."""
    estate = current_estate()
    name = str(connection.settings_dict["NAME"])
    number = propagation()[0]
    held = _held.get(name)
    if held is not None and held.number == number and held.estate is estate:
        return held
    with _lock:
        held = _held.get(name)
        if held is None or held.number != number or held.estate is not estate:
            held = _held[name] = _made(held, estate, number)
        return held


def standing_at(at: datetime) -> Standing:
    """The conditions at a moment of the past, as is known of it today, of the services of today."""
    estate = current_estate()
    codes = np.full(estate.size, _NOTHING, dtype=np.uint8)
    services, known = codes_then(at)
    places, is_there = estate.places_of(services)
    codes[places[is_there]] = _FROM_KEPT[known[is_there]]
    stands = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    told = (DEGRADED, DOWN, UNKNOWN)
    rows = OwnCondition.objects.filter(stands, condition__in=told, starts_at__lte=at)
    said = dict(rows.values_list("service_id", "condition"))
    own = np.full(estate.size, NOTHING, dtype=np.uint8)
    places, is_there = estate.places_of(np.fromiter(said, dtype=np.int64, count=len(said)))
    own[places[is_there]] = np.fromiter(said.values(), np.uint8, len(said))[is_there]
    codes = _with_own(codes, own)
    nothing = _in_order(_NONE, _NONE, codes[:0], None)
    return Standing(estate, 0, codes, nothing, nothing, at=at)


def standing_known(known: KnownThen) -> Standing:
    """The conditions at a moment of the past as they were known then."""
    codes = _with_own(_FROM_KEPT[known.codes], known.own.condition.astype(np.uint8))
    nothing = _in_order(_NONE, _NONE, codes[:0], None)
    return Standing(known.estate, 0, codes, nothing, nothing, at=known.at)


def _made(before: Standing | None, estate: Estate, number: int) -> Standing:
    # Before the rows: what is spread out meanwhile is then seen twice, never missed.
    ahead, now = ahead_of_rows().last()
    if before is not None and before.number == number:
        effective, own = before._effective, before._own
    else:
        effective = _EFFECTIVE.read(before._effective if before is not None else None)
        own = _OWN.read(before._own if before is not None else None)
    codes = np.full(estate.size, _NOTHING, dtype=np.uint8)
    effective.put(codes, estate)
    places, is_there = estate.places_of(ahead)
    codes[places[is_there]] = _FROM_KEPT[now[is_there]]
    said = np.full(estate.size, NOTHING, dtype=np.uint8)
    own.put(said, estate)
    codes = _with_own(codes, said)
    codes.setflags(write=False)
    references = before._references if before is not None and before.estate is estate else {}
    return Standing(estate, number, codes, effective, own, references)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows that stand: service, number of the row and code of each, in order of service. ``last``
    is the greatest number that was read, with when its interval begins."""

    services: Ints
    numbers: Ints
    codes: Codes
    last: tuple[int, datetime] | None

    def put(self, codes: Codes, estate: Estate) -> None:
        """Write the codes to where the services stand; some may be gone."""
        places, is_there = estate.places_of(self.services)
        codes[places[is_there]] = self.codes[is_there]


@dataclass(frozen=True)
class _Table:
    """A table of intervals, and how a row of it becomes a code: by what the database says of it,
    as a number, and what that stands for."""

    model: Any
    said: str
    meaning: Codes

    def read(self, before: _Rows | None) -> _Rows:
        """The rows that stand; ``before`` are those that stood a moment ago."""
        if before is not None and self._has(before.last):
            assert before.last is not None
            merged = _merged(before, self._rows(f"AND id > {int(before.last[0])}"))
            sums = self._standing().aggregate(n=Count("pk"), s=Sum("pk"), v=Sum("service_id"))
            # Numbers alone may be others' after a restore.
            if tuple(each or 0 for each in sums.values()) == (
                len(merged.numbers),
                int(merged.numbers.sum()),
                int(merged.services.sum()),
            ):
                return merged
            # Some ended and nothing followed them: the numbers of those that stand say which.
            left, standing = self._columns("service_id, id")
            order = np.argsort(left, kind="stable")
            left, standing = left[order], standing[order]
            stays = np.isin(merged.numbers, standing)
            services, numbers = merged.services[stays], merged.numbers[stays]
            if np.array_equal(services, left) and np.array_equal(numbers, standing):
                return _Rows(services, numbers, merged.codes[stays], merged.last)
        return self._rows()

    def _has(self, last: tuple[int, datetime] | None) -> bool:
        """Whether the last row is still the same one: after a restore its number may be
        another's."""
        if last is None:
            return False
        found: bool = self.model.objects.filter(pk=last[0], starts_at=last[1]).exists()
        return found

    def _standing(self) -> Any:
        return self.model.objects.filter(ends_at__isnull=True)

    def _columns(self, columns: str, which: str = "") -> list[Ints]:
        """Columns of those that stand, without a value of Python for each of a million."""
        statement = f"SELECT {columns} FROM {self.model._meta.db_table} WHERE ends_at IS NULL"
        return number_columns(f"{statement} {which}", columns.count(", ") + 1)

    def _rows(self, which: str = "") -> _Rows:
        said = f"CAST({self.said} AS bigint)"
        services, numbers, found = self._columns(f"service_id, id, {said}", which)
        last = int(numbers.max(initial=0))
        begins = self.model.objects.filter(pk=last).values_list("starts_at", flat=True).first()
        # None when it was taken away meanwhile: then everything is read again next time.
        known = None if begins is None else (last, begins)
        return _in_order(services, numbers, self.meaning[found], known)


def _in_order(
    services: Ints, numbers: Ints, codes: Codes, last: tuple[int, datetime] | None
) -> _Rows:
    order = np.argsort(services, kind="stable")
    return _Rows(services[order], numbers[order], codes[order], last)


def _merged(before: _Rows, came: _Rows) -> _Rows:
    if not len(came.services):
        return before
    stays = ~np.isin(before.services, came.services)
    return _in_order(
        np.concatenate((before.services[stays], came.services)),
        np.concatenate((before.numbers[stays], came.numbers)),
        np.concatenate((before.codes[stays], came.codes)),
        came.last,
    )


_NONE: Ints = np.zeros(0, dtype=np.int64)
_EFFECTIVE = _Table(EffectiveCondition, CODE_SQL, _FROM_KEPT)
_OWN = _Table(OwnCondition, "condition", _AS_KEPT)


def codes_now(estate: Estate) -> Codes:
    """The code of every service of an estate."""
    standing = standing_now()
    if standing.estate is estate:
        return standing.codes
    # Somebody changed the catalogue a moment ago.
    found = np.full(estate.size, _NOTHING, dtype=np.uint8)
    places = estate.service_positions(standing.estate.service_ids.tolist())
    there = standing.estate.service_positions(estate.service_ids[places].tolist())
    found[places] = standing.codes[there]
    return found
