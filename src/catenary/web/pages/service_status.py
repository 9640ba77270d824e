"""The status of one service: why it is so, since when, whom it hits, what was reported, and where
one reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from catenary.web.pages.impact import HitOrganizationRow, HitOutcomeRow
from catenary.web.pages.live import Live
from catenary.web.pages.marks import Chip, Choice, ConditionMark, Contact, Count, NeededMark
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A service on the way from the one explained down to the sources. ``mark`` is absent where
    the condition may not be seen; ``said``, ``call`` and ``provider`` stand at sources alone."""

    service: Link
    mark: ConditionMark | None
    since: datetime | None = None
    said: tuple[str, ...] = ()
    call: tuple[tuple[str, Contact | Link], ...] = ()
    is_source: bool = False
    below: tuple[TreeNode, ...] = ()


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One stretch of the course; ``until`` is absent for the one that stands."""

    mark: ConditionMark
    words: str
    start: datetime
    until: datetime | None
    length: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The course of conditions as a picture and as rows, the last first."""

    svg: SafeString
    rows: tuple[TimelineRow, ...]
    count: Count
    spans: tuple[Chip, ...]


@dataclass(frozen=True, slots=True)
class HitService:
    """A service that is hit: what it is now, the path down to this one, the others without which
    it would be hit less, and whether anybody needs it now."""

    service: Link
    provider: str
    mark: ConditionMark | None
    why: tuple[Link, ...]
    others: tuple[Link, ...] = ()
    needed: NeededMark | None = None


@dataclass(frozen=True, slots=True)
class HitTogether:
    """A service that would bear this one's failure, but not that of the others as well."""

    service: Link
    mark: ConditionMark | None
    others: tuple[Link, ...]
    needed: NeededMark | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Who is hit: by this service alone, and ``together`` only with others; ``is_whole`` unless
    there were too many ways to look at all."""

    services: tuple[HitService, ...]
    service_count: Count
    organizations: tuple[HitOrganizationRow, ...]
    organization_count: Count
    outcomes: tuple[HitOutcomeRow, ...]
    outcome_count: Count
    together: tuple[HitTogether, ...] = ()
    together_count: Count = Count(0)
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """One word as it was reported."""

    mark: ConditionMark | None
    word: str
    at: datetime
    who: str
    text: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormChoice:
    """One value of a choice of the form."""

    value: str
    text: str
    help: str = ""
    mark: ConditionMark | None = None
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class ReportForm:
    """What one types to report; ``typed`` by field, ``zone`` that times are read in."""

    conditions: tuple[FormChoice, ...]
    plans: tuple[FormChoice, ...]
    typed: dict[str, str]
    zone: str
    problems: tuple[str, ...] = ()
    offers_well: bool = False


@dataclass(frozen=True, slots=True)
class ServiceStatusPage:
    """One service. ``words`` are the range of what is not certain. ``hit`` is absent while nobody
    is hit by it, and ``form`` for those who may not report."""

    name: str
    reference: str
    service_url: str
    provider: Link
    mark: ConditionMark
    answer: Sentence
    here: str
    words: str = ""
    since: datetime | None = None
    needed: NeededMark | None = None
    official_name: str = ""
    notes: tuple[str, ...] = ()
    tree: tuple[TreeNode, ...] = ()
    risks: tuple[TreeNode, ...] = ()
    is_more: bool = False
    is_whole: bool = True
    timeline: Timeline | None = None
    hit: Hit | None = None
    what_if_url: str = ""
    chain_url: str = ""
    reported: tuple[ReportedLine, ...] = ()
    shows_reported: bool = False
    form: ReportForm | None = None
    stale: str = ""
    live: Live | None = None
    knowing: tuple[Choice, ...] = ()
