"""What if: the services that fail, who is hit, and why."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.marks import Chip, ConditionMark, Count, Facet, NeededMark
from catenary.web.pages.sentences import Link, Sentence
from catenary.web.pages.supposing import SupposingPart


@dataclass(frozen=True, slots=True)
class HitRow:
    """A service that is hit: ``why`` is the path to a failing service, ``threshold`` what the
    group it is lost in asks for, ``risk`` what one more loss would do,
    ``needed`` whether it is within its service hours now, and from when."""

    service: Link
    provider: str
    why: tuple[Link, ...]
    threshold: str = ""
    is_soft: bool = False
    risk: str = ""
    needed: NeededMark | None = None


@dataclass(frozen=True, slots=True)
class HitSteps:
    """The services hit at one distance."""

    title: str
    rows: tuple[HitRow, ...]


@dataclass(frozen=True, slots=True)
class HitKind:
    """The services hit in one way: ``kind`` is ``down``, ``degraded`` or ``at-risk``."""

    kind: str
    title: str
    means: str
    count: Count
    shown: int
    steps: tuple[HitSteps, ...]


@dataclass(frozen=True, slots=True)
class HitOrganizationRow:
    """An organization that is hit, and by what."""

    organization: Link
    condition: ConditionMark
    services: tuple[Link, ...]
    more: Count = Count(0)
    relying: str = ""


@dataclass(frozen=True, slots=True)
class HitOutcomeRow:
    """An outcome that is no longer facilitated as promised."""

    statement: str
    service: Link
    condition: ConditionMark
    wanted_by: Link | None = None


@dataclass(frozen=True, slots=True)
class ImpactPage:
    """``chosen`` are the failing services, each to be taken away; ``found`` services to add, for
    the searched ``query``; ``kept`` the hidden fields of the forms. ``picture_svg`` is the
    finished, escaped figure and the only markup among these values. ``supposing`` asks for each
    chosen service to be in a condition of its own; once asked, there is no other answer."""

    answer: Sentence
    chosen: tuple[Chip, ...] = ()
    condition: str = "down"
    query: str = ""
    found: tuple[Facet, ...] = ()
    found_nothing: bool = False
    kept: tuple[tuple[str, str], ...] = ()
    has_answer: bool = False
    kinds: tuple[HitKind, ...] = ()
    organizations: tuple[HitOrganizationRow, ...] = ()
    organization_count: Count = Count(0)
    outcomes: tuple[HitOutcomeRow, ...] = ()
    outcome_count: Count = Count(0)
    crosses: bool = False
    picture_svg: str = ""
    suggestions: tuple[Facet, ...] = ()
    problems: tuple[str, ...] = ()
    supposing: SupposingPart | None = None
    has_catalogue: bool = True
