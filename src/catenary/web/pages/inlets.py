"""What monitors report to: the inlets of an organization, and one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catenary.web.pages.marks import ConditionMark
from catenary.web.pages.sentences import Link
from catenary.web.pages.tokens import Choice


@dataclass(frozen=True, slots=True)
class InletLine:
    """One inlet in the list. ``state`` is a word for the eye."""

    name: str
    url: str
    kind: str
    heard_at: datetime | None
    taken: str
    refused: str
    is_open: bool
    state: str
    #: Of several of one name the page tells of one alone.
    has_page: bool = True


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that is shown this once, with the whole address it belongs to."""

    address: str
    secret: str
    proof: str


@dataclass(frozen=True, slots=True)
class InletsPage:
    """The inlets of an organization, and the form that opens one: ``name``, ``kind``, ``proof``
    and ``settings`` are posted to this address."""

    organization: Link
    answer: str
    live: tuple[InletLine, ...] = ()
    closed: tuple[InletLine, ...] = ()
    kinds: tuple[Choice, ...] = ()
    proofs: tuple[Choice, ...] = ()
    name: str = ""
    settings: str = ""
    secret: Secret | None = None
    problems: tuple[str, ...] = ()
    may_open: bool = True


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """Something that could not be taken; ``often`` says how often, empty for once, and
    ``since_words`` since when: the time alone when it was the same day."""

    at: datetime
    since: datetime
    since_words: str
    often: str
    reasons: tuple[str, ...]
    excerpt: str


@dataclass(frozen=True, slots=True)
class LastWordLine:
    """A last word that stands although its inlet is closed. ``voice`` is empty where the inlet has
    one voice alone."""

    service: Link
    mark: ConditionMark
    since: datetime
    voice: str
    text: str


@dataclass(frozen=True, slots=True)
class LastWordsPart:
    """What a closed inlet said last and still stands; without lines, nothing."""

    answer: str
    lines: tuple[LastWordLine, ...] = ()
    first_url: str = ""
    next_url: str = ""
    may_take_back: bool = False


@dataclass(frozen=True, slots=True)
class InletPage:
    """One inlet. Its form posts ``do`` (change, renew, close or take-back), ``settings``, and with
    close ``take-back``. ``last`` is there when it is closed."""

    organization: Link
    list_url: str
    name: str
    kind: str
    state: str
    is_open: bool
    answer: str
    address: str
    proof: str
    proof_means: str
    opened_at: datetime
    closed_at: datetime | None
    heard_at: datetime | None
    counts: tuple[tuple[str, str], ...]
    told_to_wait: str
    told_to_wait_at: datetime | None
    settings: str
    refused: tuple[RefusedLine, ...] = ()
    secret: Secret | None = None
    problems: tuple[str, ...] = ()
    may_manage: bool = True
    last: LastWordsPart | None = None
