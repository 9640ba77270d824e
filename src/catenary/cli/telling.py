"""The second thing the worker does: working out who is to be told, and telling them.

In a thread of its own, so that a slow mail server holds up no condition. Any number of workers may
do it at once; see `apps.common.operations.outbox`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from catenary import clock

if TYPE_CHECKING:
    from catenary.apps.common.operations.outbox import Letter

#: How often is looked whether somebody is to be told; looking costs three small queries.
TELL_SECONDS = 1.0
_log = structlog.get_logger("catenary.notices")
#: Whoever took notices and died has them no longer after this; who lives says so more often.
LEASE = timedelta(seconds=30)
_HOLD_SECONDS = LEASE.total_seconds() / 4
_AT_ONCE = 20
_SWEEP_EVERY = timedelta(hours=1)


def keep_telling(stopped: threading.Event) -> None:
    """Tell what is due until told to stop; trouble with the database is waited out."""
    from catenary.apps.common.operations import CatalogueBusy
    from catenary.apps.common.queries import close_connections, database_trouble

    swept: datetime | None = None
    while not stopped.is_set():
        try:
            is_more = tell_what_is_due()
            now = clock.now()
            if swept is None or now - swept > _SWEEP_EVERY:
                _sweep(now)
                swept = now
        except CatalogueBusy:
            is_more = False
        except Exception as error:
            trouble = database_trouble(error)
            if trouble is None:
                _log.exception("telling-failed")
            else:
                _log.warning("notices-without-database", reason=trouble)
                close_connections()
            is_more = False
        if not is_more:
            stopped.wait(TELL_SECONDS)
    close_connections()


def tell_what_is_due() -> bool:
    """Work out notices, and send some; whether there is more to do at once."""
    from catenary.apps.common.operations.outbox import take
    from catenary.apps.monitoring.choices import NOTICE
    from catenary.apps.monitoring.operations.announcing import tell_what_is_planned
    from catenary.apps.monitoring.operations.telling import tell

    told = tell(at=clock.now()) + tell_what_is_planned(at=clock.now())
    letters = take(kinds=[NOTICE], at=clock.now(), most=_AT_ONCE, lease=LEASE)
    if letters:
        with Holding(letters) as holding:
            for letter in letters:
                if holding.has(letter):
                    _deliver(letter)
                    holding.let_go(letter)
    return bool(told) or len(letters) == _AT_ONCE


class Holding:
    """Says from a thread of its own that letters are still in hand, however long one takes to
    send: so that another waits half a minute for one that died, and for ever for one that works."""

    def __init__(self, letters: Sequence[Letter]) -> None:
        """Letters that were taken just now."""
        self._left = {letter.id: letter for letter in letters}
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._held_at = time.monotonic()
        self._thread = threading.Thread(target=self._hold, name="holds", daemon=True)

    def __enter__(self) -> Holding:
        """Begin to say so."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Say it no more."""
        self._ended.set()
        self._thread.join()

    def has(self, letter: Letter) -> bool:
        """Whether it is still ours. Who stood still for longer than the lease asks first."""
        if time.monotonic() - self._held_at > LEASE.total_seconds() / 2:
            self._ask()
        with self._lock:
            return letter.id in self._left

    def let_go(self, letter: Letter) -> None:
        """It is settled."""
        with self._lock:
            self._left.pop(letter.id, None)

    def _hold(self) -> None:
        from catenary.apps.common.queries import close_connections

        try:
            while not self._ended.wait(_HOLD_SECONDS):
                try:
                    self._ask()
                except Exception as error:
                    # Asked again soon; until the lease ends nobody else takes them.
                    _log.warning("notices-not-held", reason=type(error).__name__)
                    close_connections()
        finally:
            close_connections()

    def _ask(self) -> None:
        from catenary.apps.common.operations.outbox import hold

        begun = time.monotonic()
        with self._lock:
            left = list(self._left.values())
        held = hold(left, until=clock.now() + LEASE)
        with self._lock:
            for letter in left:
                if letter.id not in held:
                    self._left.pop(letter.id, None)
            self._held_at = begun


def _deliver(letter: Letter) -> None:
    """Send one notice as its receiver may read it now, and keep what became of it."""
    from catenary.apps.monitoring.operations.delivering import delivered, not_delivered
    from catenary.apps.monitoring.queries.notices import notice_to_send
    from catenary.connectors.mail.message import message_of
    from catenary.connectors.mail.sending import NotSent, send
    from catenary.connectors.webhooks.sending import NotCalled, call

    try:
        notice = notice_to_send(
            number=letter.id, payload=letter.payload, created_at=letter.created_at
        )
        if notice is None:
            pass
        elif notice.channel == "mail":
            send(message_of(notice))
        else:
            call(notice, clock.now())
    except (NotSent, NotCalled) as error:
        is_dead = not_delivered(
            letter=letter,
            at=clock.now(),
            sentence=str(error),
            trouble=error.trouble,
            is_final=error.is_final,
        )
        _log.warning("notice-not-sent", notice=letter.id, reason=str(error), given_up=is_dead)
    except Exception as error:
        # One that cannot be written must not keep the others from being sent.
        not_delivered(letter=letter, at=clock.now(), sentence=type(error).__name__)
        _log.exception("notice-not-written", notice=letter.id)
    else:
        delivered(letter=letter, at=clock.now(), is_told=notice is not None)


def _sweep(now: datetime) -> None:
    from catenary.apps.common.operations.outbox import sweep

    sweep(at=now)
