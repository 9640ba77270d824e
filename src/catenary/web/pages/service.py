"""Service: the blueprint that provider and customer read from their two sides (PRODUCT R1, R2).

Where the catalogue document already is a plain value it is passed as it is
(:class:`Burden`, :class:`BusinessProcess`, :class:`Channel`).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy

from catenary.domain.documents.shapes import Burden, BusinessProcess, Channel
from catenary.web.pages.actions import Action
from catenary.web.pages.checks import FindingRow
from catenary.web.pages.history import HistoryEntry
from catenary.web.pages.marks import Because, Chip, Contact, Count, RoleMark, StageMark
from catenary.web.pages.sentences import Link, Sentence
from catenary.web.pages.status import StatusBlock

_UTILITY_WORDS: dict[str, LazyText] = {
    "feature": gettext_lazy("feature"),
    "ease-of-use": gettext_lazy("ease of use"),
    "cost": gettext_lazy("cost"),
    "other": gettext_lazy("other"),
}
_VERDICT_WORDS: dict[str, LazyText] = {
    "kept": gettext_lazy("kept"),
    "missed": gettext_lazy("missed"),
    "unmeasured": gettext_lazy("promised, unmeasured"),
}


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """How an outcome is measured; figures as text without unit, empty when unknown."""

    name: str
    unit: str = ""
    baseline: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Quotation:
    """An outcome in the customer's words, and who said so."""

    statement: str
    said_by: str = ""
    wanted_by: Link | None = None
    measure: MeasureLine | None = None


@dataclass(frozen=True, slots=True)
class CoCreationCard:
    """What each side contributes and expects, whom to talk to and where an issue escalates."""

    provider: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    provider_expects: tuple[str, ...] = ()
    customer_expects: tuple[str, ...] = ()
    talk_to: tuple[Contact, ...] = ()
    escalate_to: tuple[Contact, ...] = ()

    def __bool__(self) -> bool:
        return self != CoCreationCard()


@dataclass(frozen=True, slots=True)
class UtilityRow:
    """One requirement of fitness for purpose. ``kind`` is a ``UtilityKind`` value."""

    kind: str
    statement: str
    channel: str = ""

    @property
    def word(self) -> str:
        """The kind as the reader reads it."""
        return str(_UTILITY_WORDS.get(self.kind, self.kind))


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of fitness for use beside what was measured, unit included in the text.

    ``verdict`` is ``kept``, ``missed`` or ``unmeasured``.
    """

    name: str
    promised: str
    measured: str = ""
    verdict: str = "unmeasured"

    @property
    def word(self) -> str:
        """The verdict as the reader reads it."""
        return str(_VERDICT_WORDS.get(self.verdict, self.verdict))


@dataclass(frozen=True, slots=True)
class Hours:
    """Service hours: ``summary`` ("24×7", "Mon–Fri 08:00–18:00"), the zone, and a line per
    group of days (days, spans) when the summary is not enough. ``calendar`` is the one they
    are those of, ``now`` whether they are open at this moment."""

    summary: str
    zone: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    calendar: Link | None = None
    now: str = ""


@dataclass(frozen=True, slots=True)
class ConsumerRow:
    """Who consumes it and by what name; ``how`` says by what right ("declared")."""

    organization: Link
    known_as: str = ""
    how: str = ""
    edit_url: str = ""


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A supporter in a group. A hidden one has no url and reads "a supporting service of …".
    ``weight`` is empty when every member weighs the same."""

    service: Link
    provider: str = ""
    weight: str = ""


@dataclass(frozen=True, slots=True)
class ReliedOnGroup:
    """A threshold gate. ``threshold`` reads "essential", "1 of 2 needed, 2 for full"."""

    threshold: str
    members: tuple[GroupMember, ...]
    is_soft: bool = False


@dataclass(frozen=True, slots=True)
class ServicePage:
    """One service on one printable page.

    ``look`` is whose words are used: ``provider`` or ``customer``. ``is_open`` says whether the
    inside of the record may be seen; to another top organization it is redacted, and then chain,
    findings and history are left empty and not shown.
    ``name`` is the name the reader uses, ``official_name`` the provider's when it differs.
    ``…_beyond`` count what exists beyond what one may see. ``picture_svg`` is the
    finished, escaped figure of ``web.picture.render_chain``.
    """

    name: str
    reference: str
    provider: Link
    stage: StageMark
    role: RoleMark
    answer: Sentence
    look: str = "provider"
    is_open: bool = False
    official_name: str = ""
    description: str = ""
    chips: tuple[Chip, ...] = ()
    also: Because = Because(Sentence())
    owner: Contact | None = None
    outcomes: tuple[Quotation, ...] = ()
    costs: Burden = Burden()
    risks: Burden = Burden()
    co_creation: CoCreationCard = CoCreationCard()
    processes: tuple[BusinessProcess, ...] = ()
    utility: tuple[UtilityRow, ...] = ()
    promises: tuple[Promise, ...] = ()
    hours: Hours | None = None
    channels: tuple[Channel, ...] = ()
    consumers: tuple[ConsumerRow, ...] = ()
    consumers_beyond: Count = Count(0)
    relied_on_by: tuple[Link, ...] = ()
    relied_on_by_count: Count = Count(0)
    relied_on_by_beyond: Count = Count(0)
    relied_on_by_url: str = ""
    relies_on: tuple[ReliedOnGroup, ...] = ()
    picture_svg: str = ""
    chain_url: str = ""
    compare_url: str = ""
    workshop_url: str = ""
    plan_url: str = ""
    agreements: tuple[Sentence, ...] = ()
    findings: tuple[FindingRow, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    history_url: str = ""
    actions: tuple[Action, ...] = ()
    drafting: tuple[Sentence, ...] = ()
    status: StatusBlock | None = None

    @property
    def is_customer_look(self) -> bool:
        """True when the page is read from the customer's side."""
        return self.look == "customer"

    @property
    def evidence(self) -> tuple[Link, ...]:
        """What the answer and the role lean on, each address once: printed in full."""
        links = (*self.answer.links, *self.role.because.links)
        return tuple({link.url: link for link in links if link.url}.values())

    @property
    def plain_processes(self) -> tuple[BusinessProcess, ...]:
        """The supported processes without steps of their own: drawn together as one strip."""
        return tuple(process for process in self.processes if not process.steps)

    @property
    def stepped_processes(self) -> tuple[BusinessProcess, ...]:
        """The supported processes with steps: one strip each."""
        return tuple(process for process in self.processes if process.steps)

    @property
    def costs_are_known(self) -> bool:
        """True when any cost is written down."""
        return bool(self.costs.removed or self.costs.imposed)

    @property
    def risks_are_known(self) -> bool:
        """True when any risk is written down."""
        return bool(self.risks.removed or self.risks.imposed)
