"""Where one is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One browser: in words, from where, since when, last seen when (to five minutes)."""

    handle: str
    device: str
    address: str
    since: datetime | None
    seen: datetime | None


@dataclass(frozen=True, slots=True)
class SessionsPage:
    """This browser and the others. Ending posts ``which`` (a handle, or ``others``) to
    ``end_url``."""

    here: tuple[SessionLine, ...] = ()
    elsewhere: tuple[SessionLine, ...] = ()
    end_url: str = ""
