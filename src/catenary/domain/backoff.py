"""How long to wait before something that failed is tried again.

Twice as long each time, up to a bound, and never the same for everybody: what failed together
must not come back together (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
"""

from __future__ import annotations

from catenary.domain.intervals import MINUTE, SECOND

#: After the first failure, and at most.
FIRST = 10 * SECOND
LONGEST = 240 * MINUTE
#: So many attempts take a little more than a day; then a person should look.
MOST_ATTEMPTS = 16


def wait_after(attempts: int, chance: float) -> int:
    """The microseconds to wait after so many attempts, at least one; ``chance`` in [0, 1) spreads
    them over the second half of the whole wait."""
    if attempts < 1 or not 0 <= chance < 1:
        raise ValueError("there is a first attempt, and a chance lies in [0, 1)")
    # The power is bounded before it is taken: nobody counts attempts for us.
    whole = min(LONGEST, FIRST << min(attempts - 1, 40))
    return whole // 2 + int(whole // 2 * chance)


def longest_wait(attempts: int) -> int:
    """The microseconds from the next attempt to the last one at most, after so many attempts that
    failed."""
    following = range(attempts + 1, MOST_ATTEMPTS)
    return sum(min(LONGEST, FIRST << min(each - 1, 40)) for each in following)
