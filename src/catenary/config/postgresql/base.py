"""The engine behind ``DATABASES``: Django's own, but for how it learns that a connection is dead.

Django asks ``SELECT 1`` before the first query of every request: an eighth of the time of a read by
reference. A server that stopped, or ended our session, has said so on the wire: whether there is
anything to be read costs two microseconds. What a network swallowed is not seen that way, so a
connection that rested for longer is still asked.
"""

from __future__ import annotations

import select
import time
from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as DjangosWrapper

#: A connection used so many seconds ago is taken for alive as long as nobody says otherwise.
_RESTED = 1.0


class DatabaseWrapper(DjangosWrapper):
    """A connection that is asked whether it lives only when it rested, or was spoken to."""

    health_check_done: bool
    _used_at = float("-inf")

    def close_if_health_check_failed(self) -> None:
        """As Django's, without asking through a connection that was in use just now."""
        if not self.health_check_done and self._is_at_hand():
            self.health_check_done = True
        super().close_if_health_check_failed()

    def _cursor(self, name: str | None = None) -> Any:
        cursor = super()._cursor(name)  # type: ignore[misc]  # the stubs do not know it
        self._used_at = time.monotonic()
        return cursor

    def _is_at_hand(self) -> bool:
        if self.connection is None or time.monotonic() - self._used_at > _RESTED:
            return False
        return not self.connection.closed and _is_silent(self.connection.fileno())


def _is_silent(file_number: int) -> bool:
    # Between two queries a server sends nothing but its farewell.
    poll = select.poll()
    poll.register(file_number, select.POLLIN | select.POLLPRI)
    return not poll.poll(0)
