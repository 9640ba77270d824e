"""How much one token, one account, one address may ask for: counted for all processes of a machine.

The buckets lie in a small file in the data folder that every process maps into its memory
(docs/decisions/0013-rate-limits-lie-in-shared-memory.md): taking from one costs microseconds,
waits for no database and is right however many processes answer.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path

import structlog
from django.conf import settings

from catenary.domain.addresses import household
from catenary.domain.limits import Allowance, Rate, spend, tighter

_SLOT = struct.Struct("<Qq")
_WAYS = 8
_SETS = 8192
_SIZE = _SETS * _WAYS * _SLOT.size
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
#: What all tokens of an account may ask for together, as a multiple of what one may.
_ACCOUNT_SHARE = 3
#: So many names of others somebody may find taken: a slip of the hand is no guess, a list is.
_GUESSES = Rate(100, 3_600)


class Buckets:
    """A fixed table of buckets: 8192 sets of 8, each a key's hash and when it is full again.

    A bucket that is full again tells nothing, so its place is free for another key. When a set
    has none free, the one that is nearest to full makes room: somebody is allowed a little more
    than said, and nobody less.
    """

    def __init__(self, path: Path) -> None:
        """Map the file, made when it is missing; without one, memory of this process alone."""
        self._here = threading.Lock()
        self._file: int | None = None
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if os.fstat(self._file).st_size < _SIZE:
                os.ftruncate(self._file, _SIZE)
            self._memory = mmap.mmap(self._file, _SIZE)
        except OSError as error:
            structlog.get_logger().warning("rate-limits-not-shared", reason=error.strerror)
            self._file = None
            self._memory = mmap.mmap(-1, _SIZE)

    def take(self, key: str, rate: Rate, at: datetime, cost: int = 1) -> Allowance:
        """Take from the bucket of a key."""
        now = (at - _BEGINNING) // timedelta(microseconds=1)
        # Keyed, or somebody could choose addresses that all fall into one set.
        secret = settings.SECRET_KEY.encode()[:64]
        digest = blake2b(key.encode(), digest_size=16, key=secret).digest()
        mark = int.from_bytes(digest[:8], "little") or 1
        number = int.from_bytes(digest[8:], "little") % _SETS
        with self._alone(number):
            place, full_at = self._find(number, mark, now)
            left, allowance = spend(rate, full_at, now, cost)
            _SLOT.pack_into(self._memory, place, mark, left)
        return allowance

    def _find(self, number: int, mark: int, now: int) -> tuple[int, int]:
        """The place of a key in its set, or the best one to give it, and when it is full."""
        start = number * _WAYS * _SLOT.size
        best, earliest = start, None
        for place in range(start, start + _WAYS * _SLOT.size, _SLOT.size):
            there, full_at = _SLOT.unpack_from(self._memory, place)
            if there == mark:
                return place, full_at
            if earliest is None or full_at < earliest:
                best, earliest = place, full_at
        return best, now

    @contextmanager
    def _alone(self, number: int) -> Iterator[None]:
        # A file lock keeps other processes out, not other threads of this one.
        with self._here:
            if self._file is not None:
                fcntl.lockf(self._file, fcntl.LOCK_EX, 1, number)
            try:
                yield
            finally:
                if self._file is not None:
                    fcntl.lockf(self._file, fcntl.LOCK_UN, 1, number)


@cache
def _buckets(path: Path) -> Buckets:
    return Buckets(path)


def take_request(
    *, token_id: int, account_id: int, at: datetime, cost: int = 1
) -> Allowance | None:
    """Count one request of a token against its own limit and its account's; none when this
    installation sets no limit. The answer tells of whichever is nearer to its end."""
    per_minute = settings.API_REQUESTS_PER_MINUTE
    if not per_minute:
        return None
    buckets = _buckets(settings.RATE_LIMITS_FILE)
    of_token = buckets.take(f"token:{token_id}", Rate(per_minute), at, cost)
    if not of_token.is_allowed:
        # Nothing is taken from the account: its other tokens go on.
        return of_token
    rate = Rate(per_minute * _ACCOUNT_SHARE)
    return tighter(of_token, buckets.take(f"account:{account_id}", rate, at, cost))


def guesses_left(*, account_id: int, at: datetime) -> Allowance:
    """How many names of others an account may still find taken; takes nothing."""
    return _buckets(settings.RATE_LIMITS_FILE).take(f"guess:{account_id}", _GUESSES, at, 0)


def take_guesses(*, account_id: int, at: datetime, cost: int) -> Allowance:
    """Count names of others that an account has found taken."""
    return _buckets(settings.RATE_LIMITS_FILE).take(f"guess:{account_id}", _GUESSES, at, cost)


def take_stranger(*, address: str, at: datetime) -> Allowance | None:
    """Count one request that showed no good token against its address (an IPv6 address with its
    /64); none without a limit."""
    per_minute = settings.API_REQUESTS_PER_MINUTE
    if not per_minute:
        return None
    rate = Rate(max(1, per_minute // 10))
    return _buckets(settings.RATE_LIMITS_FILE).take(f"address:{household(address)}", rate, at)


def take_inlet(*, inlet_id: int, at: datetime, cost: int = 1) -> Allowance | None:
    """Count what comes through an inlet against its own limit, so that a flood from one leaves
    the others flowing; none when this installation sets no limit."""
    per_minute = settings.INLET_ITEMS_PER_MINUTE
    if not per_minute:
        return None
    return _buckets(settings.RATE_LIMITS_FILE).take(f"inlet:{inlet_id}", Rate(per_minute), at, cost)


#: What one address may ask of what everybody may see, in a minute.
_VISITS = 300


def take_visitor(*, address: str, at: datetime) -> int:
    """Count one request for what needs no sign-in against its address; how many seconds it has to
    wait, 0 when it may go on."""
    bucket = _buckets(settings.RATE_LIMITS_FILE)
    allowance = bucket.take(f"visitor:{household(address)}", Rate(_VISITS), at)
    return 0 if allowance.is_allowed else max(1, allowance.retry_after)
