"""What stands around every page: who is signed in, whose eyes, where the main pages are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from catenary.web.pages.marks import Count


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the main pages live, as paths."""

    home: str = "/"
    our_services: str = "/our-services/"
    catalogue: str = "/catalogue/"
    chain: str = "/chain/"
    status: str = "/status/"
    checks: str = "/checks/"
    account: str = "/account/"
    sign_in: str = "/sign-in/"
    sign_out: str = "/sign-out/"
    seen_as: str = "/seen-as/"
    language: str = "/language/"


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """A language by its code and its own name. ``is_chosen``: it was asked for by hand."""

    code: str
    name: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A time zone by its name in the world's list, and by its place alone."""

    name: str
    place: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class ZoneGroup:
    """The time zones of a region."""

    region: str
    zones: tuple[ZoneChoice, ...]


@dataclass(frozen=True, slots=True)
class ViewpointChoice:
    """Another organization one may look as. ``look`` is ``provider`` or ``customer``."""

    organization: str
    name: str
    look: str = "provider"


@dataclass(frozen=True, slots=True)
class ViewpointBand:
    """Whose eyes this page is seen with.

    ``organization`` is the key, ``sentence`` says what that organization is in the chain
    ("provider of 7 services to 3 customers, customer of 2 providers"). ``look`` is ``customer``
    on a page that is read as somebody's customer, else ``provider``. Switching posts
    ``organization`` and ``next`` to ``Addresses.seen_as`` and comes back to this page. With
    ``consumes`` there is something to see among "Our services".
    """

    organization: str
    name: str
    sentence: str = ""
    look: str = "provider"
    url: str = ""
    consumes: bool = False
    others: tuple[ViewpointChoice, ...] = ()

    @property
    def near(self) -> tuple[ViewpointChoice, ...]:
        """The first two others: one click each."""
        return self.others[:2]

    @property
    def further(self) -> tuple[ViewpointChoice, ...]:
        """The others beyond those, behind a menu so that the band stays one line."""
        return self.others[2:]


@dataclass(frozen=True, slots=True)
class LooksBack:
    """A page that can be read as of a past moment. ``moment`` is the one that is shown, absent for
    the present; ``now_url`` is the same page now; ``kept`` the other values of its address."""

    as_of: str = ""
    moment: datetime | None = None
    now_url: str = ""
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def day(self) -> str:
        """The day that is shown, as a date field takes it."""
        return "" if self.moment is None else self.moment.date().isoformat()

    @property
    def clock(self) -> str:
        """The time of the day that is shown, in UTC; empty for the end of a day."""
        if self.moment is None or len(self.as_of) == 10:
            return ""
        return f"{self.moment:%H:%M:%S}"


@dataclass(frozen=True, slots=True)
class Note:
    """What was just done, in a sentence. ``undo`` are the fields that posting to ``undo_url``
    takes to undo it; without an address it cannot be undone from here."""

    sentence: str
    undo_url: str = ""
    undo: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a page.

    ``current`` is ``home``, ``our-services``, ``catalogue``, ``chain``, ``status``, ``checks`` or
    empty. ``here`` is the path of this page with its query: switching the viewpoint returns there.
    ``open_findings`` is shown beside Checks. ``account`` is absent for strangers, ``band`` where no
    viewpoint is chosen. ``origin`` ("https://catalogue.example") makes printed addresses whole.
    ``note`` says what was just done.
    """

    current: str = ""
    here: str = "/"
    account: Account | None = None
    band: ViewpointBand | None = None
    open_findings: Count | None = None
    query: str = ""
    looks_back: LooksBack | None = None
    origin: str = ""
    note: Note | None = None
    addresses: Addresses = field(default_factory=Addresses)
