"""The pages of the second factor: showing it at sign-in, and keeping it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Square:
    """A picture of dark modules: ``side`` in modules, ``path`` for one SVG path."""

    side: int
    path: str


@dataclass(frozen=True, slots=True)
class AppSetUp:
    """What a fresh authenticator app needs: the picture, or the secret typed in groups."""

    square: Square
    secret: str


@dataclass(frozen=True, slots=True)
class ChallengePage:
    """Asked after the password. ``passkey`` is what the browser is asked, as JSON, when there is
    one; ``app`` is there when nothing was set up yet and something must be."""

    has_app: bool = False
    passkey: str = ""
    app: AppSetUp | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class FactorLine:
    """One thing somebody can show."""

    id: int
    word: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecondFactorsPage:
    """What somebody set up. ``codes`` are there once: just after they were made. Without
    ``is_fresh`` nothing can be changed until they sign in again."""

    factors: tuple[FactorLine, ...] = ()
    codes_left: int = 0
    codes: tuple[str, ...] = ()
    is_required: bool = False
    is_fresh: bool = False
    has_app: bool = False


@dataclass(frozen=True, slots=True)
class NewFactorPage:
    """Setting one up: an app, or (``passkey``, the JSON for the browser) a passkey."""

    app: AppSetUp | None = None
    passkey: str = ""
    name: str = ""
    problem: str = ""
