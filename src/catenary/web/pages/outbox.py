"""What waits to be sent and what was given up."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.sentences import Sentence


@dataclass(frozen=True, slots=True)
class GivenUpLine:
    """Messages to one address that were given up: how many and since when, and why the last was.
    ``address`` is what a form sends for it, ``receiver`` what is read."""

    address: str
    receiver: str
    told: str
    trouble: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Discarding:
    """Asked before messages are gone for good: all up to a moment, ``until``; to all addresses
    without one."""

    question: str
    button: str
    address: str
    until: str


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """``waiting`` says how much is on its way, of which kind; ``more`` how many addresses there
    are besides those shown."""

    answer: Sentence
    waiting: tuple[str, ...]
    lines: tuple[GivenUpLine, ...]
    more: str = ""
    discarding: Discarding | None = None
