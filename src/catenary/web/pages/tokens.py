"""One's own tokens: what programs show instead of a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token. ``state`` is a word for the eye: live, expired, revoked."""

    public_id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    is_live: bool = True
    state: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things to choose from, with what it means."""

    value: str
    word: str
    meaning: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class TokensPage:
    """The tokens of whoever is signed in. ``secret`` is there once: just after it was made.

    The form posts ``name``, ``scope`` and ``days`` to this address; revoking posts ``token`` to
    ``revoke_url``. ``problems`` says why nothing was made.
    """

    live: tuple[TokenLine, ...] = ()
    ended: tuple[TokenLine, ...] = ()
    scopes: tuple[Choice, ...] = ()
    lifetimes: tuple[Choice, ...] = ()
    name: str = ""
    secret: str = ""
    problems: tuple[str, ...] = ()
    url: str = ""
    revoke_url: str = ""
