"""Workshop: provider and customer fill the blueprint together, and each confirms (PRODUCT R1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catenary.web.pages.compare import CustomerChoice
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class SaidWord:
    """Something somebody said about a proposal, and when."""

    who: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """A proposal at the table. ``sentence`` says who suggests what; ``before`` and ``after`` are
    the line as it was seen and as it shall be, ``note`` the measure of an outcome. ``became`` is
    what became of it, empty while it is open. ``may`` are the things the reader may do:
    ``accept``, ``decline``, ``withdraw``, ``say``. ``is_said``: words that are no line.
    ``typed`` is an answer that was refused."""

    number: int
    sentence: Sentence
    at: datetime
    before: str = ""
    after: str = ""
    note: str = ""
    words: tuple[SaidWord, ...] = ()
    became: Sentence = Sentence()
    may: tuple[str, ...] = ()
    is_said: bool = False
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields of a form: a line, an outcome with its measure, a requirement with
    its ``kind`` and ``channel``, a process with its ``steps``, one a line."""

    statement: str = ""
    name: str = ""
    unit: str = ""
    baseline: str = ""
    target: str = ""
    better: str = "higher"
    kind: str = "feature"
    channel: str = ""
    steps: str = ""


@dataclass(frozen=True, slots=True)
class WorkshopLine:
    """A line of the definition. ``subject`` finds it; ``typed`` fills the form to change it,
    which ``is_open`` after a refusal."""

    subject: str
    text: str
    note: str = ""
    typed: Typed = Typed()
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class WorkshopPart:
    """A part of the blueprint: what it says, and what is suggested for it. ``key`` names it in
    forms, ``id`` on the page; ``typed`` is what somebody wrote into its form and lost to a
    refusal. ``fields`` is the form of its lines: ``text``, ``outcome``, ``requirement``,
    ``process`` or ``figure`` (a short text, like ``example``). ``is_single``: it holds one line
    at most."""

    key: str
    id: str
    title: str
    help: str = ""
    lines: tuple[WorkshopLine, ...] = ()
    proposals: tuple[ProposalCard, ...] = ()
    typed: Typed = Typed()
    fields: str = "text"
    example: str = ""
    is_quoted: bool = False
    is_words: bool = False
    is_single: bool = False

    @property
    def may_grow(self) -> bool:
        """Whether there is room for another line."""
        return not (self.is_single and self.lines)


@dataclass(frozen=True, slots=True)
class WorkshopCard:
    """Parts that stand together under one title."""

    id: str
    title: str
    parts: tuple[WorkshopPart, ...]


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One line that differs from what was agreed on."""

    part: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ConfirmedLine:
    """Who confirmed, for whom, when, and the version of which moment."""

    who: str
    organization: str
    at: datetime
    version_of: datetime


@dataclass(frozen=True, slots=True)
class AgreementCard:
    """How the two stand. ``state`` is ``agreed``, ``changed`` or ``open``; ``next`` says what is
    to come. ``version`` is what confirming confirms."""

    state: str
    sentence: Sentence
    next: Sentence = Sentence()
    version: str = ""
    may_confirm: bool = False
    differences: tuple[DifferenceLine, ...] = ()
    confirmations: tuple[ConfirmedLine, ...] = ()
    open_proposals: int = 0


@dataclass(frozen=True, slots=True)
class WorkshopPage:
    """The table of one service with one customer. ``side`` is ``provider`` or ``customer`` for
    somebody who may speak there, else empty; ``may_write`` says that what they write stands at
    once. ``managed_elsewhere`` names another source that manages the service. ``mark`` changes
    with anything on the table. ``live_url`` is where news is asked for, empty where there can be
    none: in the past. ``kinds`` are those of requirements with their words, ``channels`` those
    through which the service is reached."""

    name: str
    reference: str
    url: str
    here: str
    live_url: str
    provider: Link
    customer: Link | None
    seat: Sentence
    customer_key: str = ""
    side: str = ""
    may_write: bool = False
    managed_elsewhere: str = ""
    mark: str = ""
    choices: tuple[CustomerChoice, ...] = ()
    agreement: AgreementCard | None = None
    cards: tuple[WorkshopCard, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    channels: tuple[str, ...] = ()
    settled: tuple[ProposalCard, ...] = ()
    problems: tuple[str, ...] = ()
    #: The policy of forms: this many characters in a line.
    longest: int = 2000
