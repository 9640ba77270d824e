"""Working out anew what is owed of the past: what came late, and changes too much for one step.

What stands now is followed at once. The stretch before it is a row that says of whom and from when
until when; it is gone through in slices of time, and a slice in pieces of services, each in a
transaction of its own that moves the row on. Whoever is killed begins at the piece at hand again.
An instant follows from what was said and from the chain of that instant alone, so it matters to
nobody in which order instants are worked out, nor that one is worked out twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from catenary.apps.common.operations import waiting_turn
from catenary.apps.common.queries import catalogue_version
from catenary.apps.monitoring.models import Belated
from catenary.apps.monitoring.operations.late import slice_since
from catenary.apps.monitoring.operations.marking import count_up
from catenary.apps.monitoring.operations.rewriting import rewrite_until, services_at_once
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.monitoring.queries.stored import is_anything_packed
from catenary.domain.condition.turns import Turns
from catenary.domain.estate import Estate

#: So many turns are in a slice, and a few times the chain besides; those of so many services are
#: kept at once, or of fewer where there is much of each.
MOST_IN_SLICE, KEPT_AT_ONCE = 100_000, 5_000
_NOBODY = 0


def owe(services: Iterable[int], since: datetime, until: datetime) -> None:
    """Have everybody above some services worked out anew between two moments. Within the caller's
    transaction, after what stands from the second moment on is right."""
    if since < until:
        named = json.dumps(sorted(services))
        Belated.objects.create(services=named, since=since, until=until)


def is_all_made() -> None:
    """Nothing is owed any more: everything was made anew. Within the caller's transaction."""
    Belated.objects.all().delete()


@dataclass(frozen=True, eq=False)
class _Slice:
    """What a row's services and everybody above them were in ``[since, until)``, over one version
    of the catalogue."""

    row: int
    since: datetime
    until: datetime
    version: int
    turns: Turns


class CatchingUp:
    """Goes through what is owed, and holds the slice at hand. Not for two threads at once."""

    def __init__(self) -> None:
        """Nothing is at hand before the first piece."""
        self._slice: _Slice | None = None

    def forget(self) -> None:
        """Work the slice at hand out again: the chain was another one, or somebody else at work."""
        self._slice = None

    def changed_from(self, moment: datetime) -> None:
        """Own conditions from a moment on may be other ones now."""
        if self._slice is not None and moment < self._slice.until:
            self._slice = None

    def go_on(self, estate: Estate, at: datetime) -> bool:
        """Keep the next piece; whether more is left. ``estate`` is today's. Raises `CatalogueBusy`
        when its turn does not come; nothing is kept of the piece then."""
        row = Belated.objects.order_by("pk").first()
        # What is packed was worked out before, and would be spread out over it.
        if row is None or is_anything_packed():
            return False
        # Worked out before anybody has to wait for us; whether it still stands is asked below.
        found = self._at_hand(row, estate)
        self._slice = None
        piece = _piece(found.turns, row.spread_to)
        with waiting_turn(repeatable=True):
            if catalogue_version() != found.version:
                return True
            rewrite_until(piece, micros(found.until))
            is_last = not len(piece) or piece.service[-1] == found.turns.service[-1]
            if is_last and found.until >= row.until:
                row.delete()
            elif is_last:
                _move(row, since=found.until, slice_until=None, spread_to=_NOBODY)
            else:
                _move(row, slice_until=found.until, spread_to=int(piece.service[-1]))
            if is_last:
                count_up(at)
        if not is_last:
            self._slice = found
            return True
        return Belated.objects.exists()

    def _at_hand(self, row: Belated, estate: Estate) -> _Slice:
        found = self._slice
        if (
            found is not None
            and (found.row, found.since) == (row.pk, row.since)
            and found.version == estate.version
        ):
            return found
        until = row.slice_until or row.until
        services = json.loads(row.services)
        turns, until = slice_since(estate, services, row.since, until, MOST_IN_SLICE)
        return _Slice(row.pk, row.since, until, estate.version, turns)


def _piece(turns: Turns, after: int) -> Turns:
    """The turns of the next services after one, by number: of some thousands, or fewer."""
    rest = turns.chosen(turns.service > after)
    services = rest.services
    together = services_at_once(rest, KEPT_AT_ONCE)
    if len(services) <= together:
        return rest
    return rest.chosen(rest.service <= services[together - 1])


def _move(row: Belated, **to: object) -> None:
    Belated.objects.filter(pk=row.pk).update(**to)
