"""The status board: what does not work first, and everything else by its number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catenary.web.pages.live import Live
from catenary.web.pages.marks import Choice, ConditionMark, Count, Facet, NeededMark
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One service: ``words`` are the range of what is not certain, ``notes`` what else there is to
    say ("at risk"), ``needed`` whether anybody needs now what does not work; ``is_by_itself`` marks
    a cause, ``because`` names the causes of anything else."""

    reference: str
    name: str
    url: str
    provider: Link
    mark: ConditionMark
    role: str
    words: str = ""
    since: datetime | None = None
    notes: tuple[str, ...] = ()
    official_name: str = ""
    needed: NeededMark | None = None
    is_by_itself: bool = False
    because: Sentence = Sentence()


@dataclass(frozen=True, slots=True)
class BoardCount:
    """How many services are shown as one condition. ``code`` names it for the script."""

    code: str
    word: str
    count: Count
    url: str
    mark: ConditionMark | None = None
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class BoardPage:
    """The board. ``rest`` says what is not listed and where it is; ``is_silent``: nobody knows
    anything of any of it, and ``unheard`` says of how much; ``stale`` says since when nobody
    follows what is reported, if nobody does."""

    answer: Sentence
    counts: tuple[BoardCount, ...]
    rows: tuple[BoardLine, ...]
    total: Count
    title: str = ""
    roles: tuple[Facet, ...] = ()
    providers: tuple[Facet, ...] = ()
    mine: Facet | None = None
    clear_url: str = ""
    rest: tuple[Link, ...] = ()
    next_url: str = ""
    first_url: str = ""
    here: str = ""
    is_silent: bool = False
    unheard: str = ""
    stale: str = ""
    has_catalogue: bool = True
    live: Live | None = None
    knowing: tuple[Choice, ...] = ()
