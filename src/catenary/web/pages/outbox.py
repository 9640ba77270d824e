"""What waits to be sent and what was given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catenary.web.pages.sentences import Sentence


@dataclass(frozen=True, slots=True)
class DeadLine:
    """Something given up: for whom, why, and when it was tried last."""

    id: int
    what: str
    receiver: str
    trouble: str
    attempts: int
    dead_at: datetime


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """``waiting`` says how much is on its way, of which kind."""

    answer: Sentence
    waiting: tuple[str, ...]
    dead: tuple[DeadLine, ...]
