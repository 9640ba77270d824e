"""How long somebody who failed to sign in waits before the next attempt is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_NONE = timedelta()


@dataclass(frozen=True, slots=True)
class Patience:
    """``free`` failures cost nothing; then the wait begins with ``first`` and doubles up to
    ``longest``. After ``forgets`` without an attempt everything begins anew.

    The wait has an end however often somebody fails: a stranger who guesses on purpose must not
    be able to lock the owner out.
    """

    free: int
    first: timedelta
    longest: timedelta
    forgets: timedelta


_SHORT, _LONG = timedelta(seconds=2), timedelta(minutes=15)
#: For one account, from wherever: all who are not known share it.
OF_ACCOUNT = Patience(5, _SHORT, _LONG, timedelta(hours=12))
#: For one address, whatever account: an office of many people behind one address fails more often.
OF_ADDRESS = Patience(20, _SHORT, _LONG, timedelta(hours=1))
#: For loopback: everybody, when a proxy on this machine is not named in the settings.
OF_EVERYBODY = Patience(200, _SHORT, timedelta(seconds=10), timedelta(minutes=10))
#: For a browser in which this very account was signed in before.
OF_KNOWN_DEVICE = Patience(10, _SHORT, _LONG, timedelta(hours=12))


@dataclass(frozen=True, slots=True)
class Failures:
    """What is remembered: how many in a row, and when the last attempt was."""

    count: int = 0
    last_at: datetime | None = None


def wait(patience: Patience, failures: Failures, at: datetime) -> timedelta:
    """How much longer the next attempt has to wait at this moment; zero when it need not."""
    if failures.last_at is None or failures.count <= patience.free:
        return _NONE
    doubled = min(failures.count - patience.free - 1, 30)
    delay = min(patience.first * (1 << doubled), patience.longest)
    # A clock that was set back does not make the wait longer than it is.
    return max(_NONE, min(failures.last_at + delay - at, delay))


def one_more(patience: Patience, failures: Failures, at: datetime) -> Failures:
    """What is remembered after another attempt that may fail."""
    is_forgotten = failures.last_at is not None and at - failures.last_at >= patience.forgets
    return Failures(1 if is_forgotten else failures.count + 1, at)
