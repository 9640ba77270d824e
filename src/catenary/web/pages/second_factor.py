"""The pages of the second factor: showing it at sign-in, and keeping it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catenary.web.pages.sentences import Link


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
    one; ``app`` and ``new_passkey`` (what the browser is asked to make one) are there when nothing
    was set up yet and something must be, and ``why`` says who asks it."""

    has_app: bool = False
    passkey: str = ""
    app: AppSetUp | None = None
    new_passkey: str = ""
    problem: str = ""
    why: str = ""


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
    ``is_fresh`` nothing can be changed until they sign in again. ``required`` says who asks one."""

    factors: tuple[FactorLine, ...] = ()
    codes_left: int = 0
    codes: tuple[str, ...] = ()
    required: str = ""
    is_fresh: bool = False
    has_app: bool = False


@dataclass(frozen=True, slots=True)
class NewFactorPage:
    """Setting one up: an app, or (``passkey``, the JSON for the browser) a passkey."""

    app: AppSetUp | None = None
    passkey: str = ""
    name: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """Of whom it may be asked."""

    value: str
    word: str
    meaning: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class RulePage:
    """Of whom a second factor is asked, by an organization or (without a ``name``) by the
    installation. ``provider`` is the one people sign in through, if any; ``by_settings`` what the
    settings ask whatever is chosen here. ``hindrance`` says why nothing can be changed now."""

    name: str
    url: str
    back: Link
    choices: tuple[RuleChoice, ...]
    people: int
    without: int
    provider: str = ""
    accepts_provider: bool = False
    by_settings: str = ""
    hindrance: str = ""
