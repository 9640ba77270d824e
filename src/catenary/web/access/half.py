"""Being half signed in: one thing was proved, the other not yet. The session has no account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

_KEPT = "half-signed-in"
_SINCE = "proved-at"
#: How long the second may take after the first, in seconds, and how often it may be tried.
PATIENCE = 600
TRIES = 5
#: How fresh a sign-in must be to change what is asked at the next one.
FRESH = 1800


@dataclass(frozen=True, slots=True)
class Half:
    """Who proved the first thing, ``by`` what, and where they want to go. ``must_set_up``: there
    is no second yet, and there must be one."""

    account_id: int
    by: str
    wanted: str
    must_set_up: bool
    tries: int


def keep_half(request: HttpRequest, half: Half, at: datetime) -> None:
    """Remember it, under a new key: whoever knew the key before must not be half in too."""
    request.session.cycle_key()
    request.session[_KEPT] = {
        "account": half.account_id,
        "by": half.by,
        "wanted": half.wanted,
        "must-set-up": half.must_set_up,
        "tries": half.tries,
        "at": int(at.timestamp()),
    }


def half_of(request: HttpRequest, at: datetime) -> Half | None:
    """Who is half signed in here; None when nobody is, or it took too long."""
    kept: Any = request.session.get(_KEPT)
    if not kept or at.timestamp() - kept["at"] > PATIENCE:
        return None
    return Half(kept["account"], kept["by"], kept["wanted"], kept["must-set-up"], kept["tries"])


def one_more_try(request: HttpRequest) -> bool:
    """Count a wrong answer; False when it was the last, and the first must be proved again."""
    kept: Any = request.session[_KEPT]
    kept["tries"] += 1
    request.session.modified = True
    if kept["tries"] < TRIES:
        return True
    request.session.flush()
    return False


def forget_half(request: HttpRequest) -> None:
    """Nobody is half signed in any more."""
    request.session.pop(_KEPT, None)


def proved(request: HttpRequest, at: datetime) -> None:
    """Remember when somebody proved who they are."""
    request.session[_SINCE] = int(at.timestamp())


def is_fresh(request: HttpRequest, at: datetime) -> bool:
    """True when they proved it a short while ago: a session somebody left open is not enough to
    change how they sign in."""
    since = request.session.get(_SINCE)
    return isinstance(since, int) and at.timestamp() - since <= FRESH
