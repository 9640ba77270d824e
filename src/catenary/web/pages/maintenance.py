"""Maintenance: what is ahead, one of them, and the form with its preview."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.marks import ConditionMark
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class TouchedLine:
    """A service that is worked on or hit, and what it would be."""

    service: Link
    condition: ConditionMark


@dataclass(frozen=True, slots=True)
class WhenLine:
    """One time in words. ``announced`` says how long ahead it was told, ``at`` names it for
    those who may cancel it; it is empty where nobody may."""

    when: str
    announced: str = ""
    is_changed: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True)
class MaintenanceLine:
    """One in the list. ``state`` is a word for the eye."""

    title: Link
    state: str
    state_word: str
    when: str
    rhythm: str
    services: tuple[Link, ...]
    more: str


@dataclass(frozen=True, slots=True)
class FeedLine:
    """An address of a feed that lives; ``secret_url`` is there once, just after it was made."""

    number: int
    about: str
    made: str
    used: str


@dataclass(frozen=True, slots=True)
class FeedBox:
    """The calendar feed of a page: its live addresses, and a new one when just made."""

    lines: tuple[FeedLine, ...]
    url: str
    about: str
    next_url: str
    secret_url: str = ""


@dataclass(frozen=True, slots=True)
class MaintenancesPage:
    """Everything planned that touches what one sees, and what is over."""

    answer: Sentence
    ahead: tuple[MaintenanceLine, ...]
    past: tuple[MaintenanceLine, ...]
    new_url: str = ""
    feed: FeedBox | None = None
    next_url: str = ""
    ahead_next_url: str = ""
    ahead_first_url: str = ""
    first_url: str = ""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version: what was planned, by whom and when."""

    number: int
    said: str
    note: str
    when: str
    by: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One start: its value for the form, its level from 0 to 4, and what it costs in words."""

    value: str
    level: int
    words: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A day with its hours; none stands for an hour that is over or does not come."""

    day: str
    cells: tuple[HeatCell | None, ...]


@dataclass(frozen=True, slots=True)
class BetterLine:
    """A start that hurts less."""

    value: str
    when: str
    cost: str


@dataclass(frozen=True, slots=True)
class HitLine:
    """A service that is hit, with who consumes it and whether it is needed then."""

    service: Link
    provider: str
    condition: ConditionMark
    consumers: str
    hours: str
    is_worked_on: bool


@dataclass(frozen=True, slots=True)
class TimeLine:
    """One time and what it would take, of the first services that are needed then; ``more`` says
    how many others there are."""

    when: str
    cost: str
    is_outside: bool
    needed: tuple[Link, ...]
    more: str
    together: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class PreviewBox:
    """What a plan would do. ``pick`` says that a start may be taken with a click; ``same`` what
    every start takes, where it is the same for all."""

    answer: Sentence
    hits: tuple[HitLine, ...]
    organizations: tuple[Link, ...]
    more_organizations: str
    outcomes: tuple[str, ...]
    times: tuple[TimeLine, ...]
    better: tuple[BetterLine, ...]
    hours: tuple[str, ...]
    heat: tuple[HeatRow, ...]
    zone: str
    pick: bool
    same: str = ""


@dataclass(frozen=True, slots=True)
class MaintenancePage:
    """One maintenance."""

    title: str
    key: str
    state: str
    state_word: str
    answer: Sentence
    text: str
    rhythm: str
    worked_on: tuple[TouchedLine, ...]
    hits: tuple[TouchedLine, ...]
    ahead: tuple[WhenLine, ...]
    past: tuple[str, ...]
    versions: tuple[VersionLine, ...]
    preview: PreviewBox | None = None
    is_managed: bool = False
    is_running: bool = False
    is_cancelled: bool = False
    edit_url: str = ""
    act_url: str = ""


@dataclass(frozen=True, slots=True)
class FormChoice:
    """One of several things to choose from."""

    value: str
    word: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class OfferedService:
    """A service that may be meant by what was typed."""

    reference: str
    name: str
    provider: str


@dataclass(frozen=True, slots=True)
class ServiceField:
    """One line of the services that are worked on. ``named`` is the service that it names, with
    its provider; ``offered`` those that may be meant, ``was_sought`` that they were looked for,
    and ``nothing`` is what is said where there are none."""

    number: int
    value: str = ""
    named: str = ""
    offered: tuple[OfferedService, ...] = ()
    was_sought: bool = False
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class MaintenanceFormPage:
    """The form, with what was typed and what is wrong with it, by field; ``expected`` is the
    version that was read, when there is one."""

    title: str
    values: dict[str, str]
    services: tuple[ServiceField, ...]
    conditions: tuple[FormChoice, ...]
    rhythms: tuple[FormChoice, ...]
    zones: tuple[str, ...]
    problems: dict[str, tuple[str, ...]]
    general: tuple[str, ...]
    save_url: str
    back_url: str
    expected: str = ""
    is_new: bool = True
    preview: PreviewBox | None = None
