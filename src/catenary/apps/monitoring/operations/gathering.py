"""Deliveries that come at the same time are recorded together: one transaction, one write to disk.

Whoever delivers waits until what they sent is on the disk. The first who finds nobody recording
takes what has come by then, from every inlet in turn, and records it in one transaction for all;
what comes meanwhile waits, and the first of these records it next. So a lone delivery waits for
nobody, and the more come at once, the less each costs. Nobody is answered before the transaction
that holds their words has ended; when it fails because of one of them, each is tried by itself.

Inlets take turns: one that is flooded has a share of each transaction, and no more than so many of
its deliveries wait at a time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from catenary.apps.common.operations import CatalogueBusy, waiting_turn
from catenary.apps.monitoring.operations.hearing import (
    MOST_IN_A_PART,
    Heard,
    Part,
    parts_of,
    record_parts,
)
from catenary.apps.monitoring.queries.inlets import InletRow, standing_inlets
from catenary.domain.observations.heard import Item

#: So many deliveries of one inlet may wait at the same time.
MOST_WAITING = 64
#: So many parts of deliveries are recorded together.
MOST_TOGETHER = 200


class TooManyWaiting(Exception):
    """So many deliveries of this inlet wait to be recorded that this one is not taken."""


class InletChanged(Exception):
    """An inlet is another one than it was when its delivery was read: it was closed, set anew or
    given another secret. Nothing of the part was recorded; whoever delivers is asked again."""


def record_standing(parts: Sequence[Part]) -> list[Heard]:
    """Record parts of deliveries in one transaction in which their inlets are as they were when
    the deliveries were let in. Raises `InletChanged`, and what `record_parts` raises."""
    with waiting_turn():
        standing = standing_inlets(part.inlet.id for part in parts)
        if any(standing.get(part.inlet.id) != part.inlet for part in parts):
            raise InletChanged
        return record_parts(parts)


class Gathering:
    """Those who wait, and who of them records for all. For any number of threads."""

    def __init__(self, record: Callable[[Sequence[Part]], list[Heard]] = record_standing) -> None:
        """``record`` records parts in one transaction and says what became of each."""
        self._record = record
        self._lock = threading.Lock()
        self._waiting: OrderedDict[int, deque[_Delivery]] = OrderedDict()
        self._is_led = False

    def hear(self, *, inlet: InletRow, items: Sequence[Item], at: datetime) -> Heard:
        """Record what an inlet heard; when this returns it is on the disk.

        Raises `TooManyWaiting`, `InletChanged`, `CatalogueBusy` when the turn to write does not
        come, and whatever the database said against it: then some of it may have been kept, and
        sending it again is harmless.
        """
        delivery = _Delivery(inlet.id, parts_of(inlet, items, at))
        with self._lock:
            line = self._waiting.setdefault(inlet.id, deque())
            if len(line) >= MOST_WAITING:
                raise TooManyWaiting
            line.append(delivery)
            leads, self._is_led = not self._is_led, True
        # Nobody waits for ever: whoever records has to wait for the database no longer than this.
        if not leads and not delivery.woken.wait(3 * settings.LOCK_SECONDS):
            leads = self._give_up(delivery)
        if leads or delivery.leads:
            try:
                while not delivery.is_done:
                    self._record_next()
            finally:
                self._hand_over()
        if delivery.error is not None:
            raise delivery.error
        return delivery.heard

    def _record_next(self) -> None:
        """Record one part of each delivery that is taken, for all of them in one transaction."""
        taken = self._take()
        try:
            self._together(taken)
        except BaseException as error:
            for delivery in taken:
                delivery.error = delivery.error or error
            raise
        finally:
            for delivery in taken:
                if not delivery.is_done and delivery.error is None:
                    self._put_back(delivery)
                else:
                    delivery.is_done = True
                    delivery.woken.set()

    def _take(self) -> list[_Delivery]:
        """Deliveries that are recorded next: one of each inlet in turn, until it is enough."""
        taken: list[_Delivery] = []
        words = 0
        with self._lock:
            while self._waiting and len(taken) < MOST_TOGETHER:
                number, line = next(iter(self._waiting.items()))
                size = line[0].size
                if taken and words + size > MOST_IN_A_PART:
                    break
                taken.append(line.popleft())
                words += size
                if line:
                    self._waiting.move_to_end(number)
                else:
                    del self._waiting[number]
        return taken

    def _put_back(self, delivery: _Delivery) -> None:
        """A delivery of which more parts are left stands first among those of its inlet, which
        stands last among the inlets."""
        with self._lock:
            self._waiting.setdefault(delivery.inlet_id, deque()).appendleft(delivery)
            self._waiting.move_to_end(delivery.inlet_id)

    def _together(self, taken: Sequence[_Delivery]) -> None:
        if not taken:
            return
        try:
            founds = self._record([delivery.part for delivery in taken])
        except Exception as error:
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            if len(taken) == 1 or _is_away(error):
                for delivery in taken:
                    delivery.error = error
                return
            self._one_by_one(taken)
            return
        for delivery, found in zip(taken, founds, strict=True):
            delivery.recorded(found)

    def _one_by_one(self, taken: Sequence[_Delivery]) -> None:
        """Whoever is the cause of it stands alone."""
        for place, delivery in enumerate(taken):
            self._together([delivery])
            if isinstance(delivery.error, Exception) and _is_away(delivery.error):
                for other in taken[place + 1 :]:
                    other.error = delivery.error
                return

    def _hand_over(self) -> None:
        """Let the first of those who wait record next."""
        with self._lock:
            if not self._waiting:
                self._is_led = False
                return
            delivery = next(iter(self._waiting.values()))[0]
            delivery.leads = True
            delivery.woken.set()

    def _give_up(self, delivery: _Delivery) -> bool:
        """Take back a delivery whose turn did not come; True when it has come just now."""
        with self._lock:
            if delivery.leads or delivery.is_done:
                return delivery.leads
            line = self._waiting.get(delivery.inlet_id)
            if line is not None and delivery in line:
                line.remove(delivery)
                if not line:
                    del self._waiting[delivery.inlet_id]
        raise CatalogueBusy


class _Delivery:
    """One delivery that waits: the part of it that is next, and what became of those before."""

    __slots__ = ("_left", "error", "heard", "inlet_id", "is_done", "leads", "part", "woken")

    def __init__(self, inlet_id: int, parts: list[Part]) -> None:
        self.inlet_id = inlet_id
        self._left = parts[::-1]
        self.part: Part = self._left.pop()
        self.heard = Heard()
        self.error: BaseException | None = None
        self.is_done = False
        self.leads = False
        self.woken = threading.Event()

    @property
    def size(self) -> int:
        """How many words its next part has."""
        return len(self.part.words)

    def recorded(self, found: Heard) -> None:
        """Its part is on the disk."""
        self.heard.add(found)
        if self._left:
            self.part = self._left.pop()
        else:
            self.is_done = True


def _is_away(error: Exception) -> bool:
    """Whether it is not because of what was sent: another one would fare no better."""
    if isinstance(error, CatalogueBusy | InterfaceError):
        return True
    return isinstance(error, OperationalError) and not _answers()


def _answers() -> bool:
    try:
        connection.ensure_connection()
        return bool(connection.is_usable())
    except Exception:  # whatever it says, it does not answer
        return False


_GATHERING = Gathering()


def hear_together(**told: Any) -> Heard:
    """`Gathering.hear` of this process."""
    return _GATHERING.hear(**told)
