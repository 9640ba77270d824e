"""How much may still be asked: a bucket that refills evenly, kept as one moment.

The generic cell rate algorithm (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): a
bucket is the moment at which it will be full again, so one that is full needs no memory at all.
Moments are whole microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Rate:
    """``quota`` requests in any ``window`` of seconds; all of them may come at once."""

    quota: int
    window: int = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What became of one request, and what is left.

    In headers of draft-ietf-httpapi-ratelimit-headers: ``RateLimit-Policy: "token";q={quota};
    w={window}`` and ``RateLimit: "token";r={remaining};t={reset}``; a refused request also says
    ``Retry-After: {retry_after}``. Seconds are rounded up, so that who waits them is let in.
    """

    is_allowed: bool
    quota: int
    window: int
    remaining: int
    reset: int
    retry_after: int = 0


def spend(rate: Rate, full_at: int, now: int, cost: int = 1) -> tuple[int, Allowance]:
    """Take ``cost`` from a bucket that is full at ``full_at``: when it will be full from now on,
    and what the asker is told. A refused request takes nothing. A cost above the quota is the
    whole quota, or it could never be paid."""
    window = rate.window * SECOND
    interval = max(1, window // rate.quota)
    # A clock that was set back must not keep anybody waiting longer than one window.
    begun = min(max(full_at, now), now + window)
    paid = begun + min(cost, rate.quota) * interval
    is_allowed = paid - now <= window
    left = paid if is_allowed else begun
    allowance = Allowance(
        is_allowed=is_allowed,
        quota=rate.quota,
        window=rate.window,
        remaining=max(0, (window - (left - now)) // interval),
        reset=_seconds(left - now),
        retry_after=0 if is_allowed else max(1, _seconds(paid - now - window)),
    )
    return left, allowance


def tighter(one: Allowance, other: Allowance) -> Allowance:
    """Of two that both hold, the one that will refuse first."""
    if one.is_allowed != other.is_allowed:
        return other if one.is_allowed else one
    return one if one.remaining * other.quota <= other.remaining * one.quota else other


def _seconds(microseconds: int) -> int:
    return -(-microseconds // SECOND)
