"""What a customer is told of what it consumes: how it goes, how it went, what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from catenary.web.pages.live import Live
from catenary.web.pages.marks import ConditionMark, Count
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day, or several alike in a row: the worst of it and how long each condition held."""

    days: str
    mark: ConditionMark
    held: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Ninety days as a picture, in a sentence and as lines of a table."""

    svg: SafeString
    sentence: str
    first: str
    lines: tuple[DayLine, ...]


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service under the name its customer uses; ``words`` say the range of an uncertain
    condition, ``why`` where it comes from."""

    anchor: str
    reference: str
    service: Link
    provider: Link
    mark: ConditionMark
    words: str
    since: str
    why: Sentence
    at_risk: str
    strip: Strip

    @property
    def days_id(self) -> str:
        """What the table of its days is known by: opened, it stays open while the page changes."""
        return f"{self.anchor}-days"


@dataclass(frozen=True, slots=True)
class SharedLine:
    """A service that an organization above uses for everybody in it."""

    reference: str
    service: Link
    provider: Link
    consumer: str
    mark: ConditionMark


@dataclass(frozen=True, slots=True)
class Shared:
    """What organizations above use besides: how many, how it goes with them, and the worst of
    them; ``house`` is the one organization that uses all of them, where there is just one."""

    house: str
    lines: tuple[SharedLine, ...]
    counts: tuple[tuple[ConditionMark, Count], ...]
    total: Count
    house_key: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class EventLine:
    """What happened at one moment, or until it; ``when`` says so."""

    at: datetime
    when: str
    sentence: Sentence
    more: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class AheadLine:
    """Maintenance that is announced: when next and how often, what it is called (without a name
    where that may not be told), and which services it touches."""

    when: str
    maintenance: Link
    services: list[Link]
    repeats: str = ""


@dataclass(frozen=True, slots=True)
class OurServicesPage:
    """What an organization consumes, what is not fine first; apart from that, what organizations
    above it use for everybody. ``stale`` says since when nobody follows what is reported, if
    nobody does."""

    organization: str
    answer: Sentence
    services: tuple[ServiceLine, ...] = ()
    counts: tuple[tuple[ConditionMark, Count], ...] = ()
    events: tuple[EventLine, ...] = ()
    ahead: tuple[AheadLine, ...] = ()
    zone: str = "UTC"
    days: int = 90
    page: int = 1
    pages: int = 1
    previous_url: str = ""
    next_url: str = ""
    subscriptions_url: str = ""
    shared: Shared | None = None
    here: str = ""
    live: Live | None = None
    stale: str = ""
