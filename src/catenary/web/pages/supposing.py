"""What if services were in conditions of their own: the question, and who would be hit how."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.marks import ConditionMark, Count, NeededMark
from catenary.web.pages.sentences import Link


@dataclass(frozen=True, slots=True)
class SupposedRow:
    """A chosen service with the condition it is supposed to be in, and from when to when, as the
    fields of the form hold it."""

    number: int
    reference: str
    name: str
    condition: str
    begins: str = ""
    ends: str = ""


@dataclass(frozen=True, slots=True)
class WouldBeRow:
    """A service that would be something else: before and after, with the range where it is not
    certain, and the paths to why; ``note`` says when it is only because of others. ``needed``
    says whether it is within its service hours then."""

    service: Link
    provider: str
    before: ConditionMark
    before_words: str
    after: ConditionMark
    after_words: str
    why: tuple[tuple[Link, ...], ...]
    note: str = ""
    needed: NeededMark | None = None


@dataclass(frozen=True, slots=True)
class ConsumingRow:
    """An organization that consumes what would be worse off."""

    organization: Link
    condition: ConditionMark
    count: Count


@dataclass(frozen=True, slots=True)
class WouldBe:
    """One piece of time with what would be in it, ``worse`` the number of services that would be
    worse off; ``title`` is empty when it is always so,
    ``meanwhile`` is other maintenance announced for then."""

    number: int
    worse: int
    title: str
    summary: str
    rows: tuple[WouldBeRow, ...]
    more: Count
    organizations: tuple[ConsumingRow, ...]
    more_organizations: Count
    meanwhile: tuple[Link, ...] = ()
    picture_svg: str = ""


@dataclass(frozen=True, slots=True)
class SupposingPart:
    """The part of the page about conditions: ``choices`` are values with their words, ``pieces``
    is empty until somebody asks."""

    rows: tuple[SupposedRow, ...]
    choices: tuple[tuple[str, str], ...]
    basis: str
    zone: str
    kept: tuple[tuple[str, str], ...] = ()
    is_asked: bool = False
    pieces: tuple[WouldBe, ...] = ()
    problem: str = ""
    crosses: bool = False
    is_more_announced: bool = False
