"""The documents as frozen values. Lists are tuples, absent texts are empty, order is kept.

Everything here is already valid in itself (keys well-formed, thresholds possible, quantities
parsed); whether references lead anywhere is for the plan and the checks to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Stage(StrEnum):
    """Lifecycle of a service (PRODUCT R5): the first four are the pipeline, the next two the
    catalogue."""

    PROPOSED = "proposed"
    DESIGNED = "designed"
    BUILT = "built"
    TESTED = "tested"
    LIVE = "live"
    RETIRING = "retiring"
    RETIRED = "retired"


PIPELINE_STAGES = (Stage.PROPOSED, Stage.DESIGNED, Stage.BUILT, Stage.TESTED)
CATALOGUE_STAGES = (Stage.LIVE, Stage.RETIRING)


class Role(StrEnum):
    """What a person may be in an organization; consumer roles first, then provider roles."""

    CUSTOMER = "customer"
    USER = "user"
    SPONSOR = "sponsor"
    VIEWER = "viewer"
    SERVICE_OWNER = "service-owner"
    SERVICE_LEVEL_MANAGER = "service-level-manager"
    CATALOGUE_EDITOR = "catalogue-editor"
    ADMINISTRATOR = "administrator"


class UtilityKind(StrEnum):
    """Kinds of utility requirement (fit for purpose)."""

    FEATURE = "feature"
    EASE_OF_USE = "ease-of-use"
    COST = "cost"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class OrganizationDocument:
    """A company, business unit or team. ``part_of`` is the key of the organization above, or
    empty for a top organization."""

    key: str
    name: str
    part_of: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class MembershipDocument:
    """The roles one person has in one organization, sorted, at least one."""

    organization: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class PersonDocument:
    """A person, found by e-mail (lower case). ``organization`` is where they belong."""

    email: str
    name: str
    organization: str
    memberships: tuple[MembershipDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """How an outcome is measured. ``better`` is ``lower`` or ``higher``; figures may be absent."""

    name: str
    unit: str = ""
    baseline: Decimal | None = None
    target: Decimal | None = None
    better: str = "higher"


@dataclass(frozen=True, slots=True)
class OutcomeDocument:
    """An outcome in the customer's words. ``wanted_by`` is the key of the organization that
    wants it, ``said_by`` who put it so; ``measure`` is absent when nobody measures it."""

    key: str
    statement: str
    said_by: str = ""
    wanted_by: str = ""
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Burden:
    """Costs, or risks: those taken off the consumer and those put on the consumer."""

    removed: tuple[str, ...] = ()
    imposed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CoCreation:
    """What each side contributes and expects, whom to talk to and where an issue escalates.

    Contacts are e-mail addresses of people or keys of organizations.
    """

    provider: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    provider_expects: tuple[str, ...] = ()
    customer_expects: tuple[str, ...] = ()
    talk_to: tuple[str, ...] = ()
    escalate_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BusinessProcess:
    """A business process of the customer with the steps the service supports, in order."""

    name: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UtilityRequirement:
    """Fit for purpose: one requirement of one kind, perhaps for one channel."""

    key: str
    kind: UtilityKind
    statement: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach the service and the features one gets through it."""

    name: str
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Capacity:
    """So much of something at once, for example 400 ``concurrent users``."""

    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Continuity:
    """Back within ``recovery_time``, losing at most ``recovery_point`` of work (microseconds)."""

    recovery_time: int | None = None
    recovery_point: int | None = None


@dataclass(frozen=True, slots=True)
class Warranty:
    """Fit for use: what is promised. ``availability`` is an exact percentage (99.9)."""

    availability: Decimal | None = None
    capacity: tuple[Capacity, ...] = ()
    continuity: Continuity | None = None
    security: tuple[str, ...] = ()
    performance: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when nothing at all is promised."""
        return self == Warranty()


@dataclass(frozen=True, slots=True)
class WeeklySpan:
    """Open on ``day`` (0 = Monday) from ``start`` to ``end``, in minutes of the wall clock
    (end at most 1440; in calendars up to 2880, on the day after)."""

    day: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """Wall-clock hours in an IANA zone, or those of a calendar, by its reference. Always open:
    ``zone`` and ``calendar`` empty and no spans."""

    zone: str = ""
    weekly: tuple[WeeklySpan, ...] = ()
    calendar: str = ""

    @property
    def is_always(self) -> bool:
        """True for 24x7."""
        return not self.weekly and not self.calendar


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The public holidays of a country, or of a region of it, by ISO 3166 codes. Closed on
    them, or open in ``spans`` (minutes of the wall clock, as in `WeeklySpan`)."""

    country: str
    region: str = ""
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarException:
    """Other hours from ``first`` to ``last`` (both included), or closed when ``spans`` is empty."""

    first: date
    last: date
    spans: tuple[tuple[int, int], ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class CalendarDocument:
    """Service hours with a name, which services refer to.

    Either ``hours`` stand here, with ``holidays`` and ``exceptions`` by the wall clock of their
    zone, or references of other calendars: open while ``any_of`` them are, or ``all_of``. In
    either case not while one of ``without`` is open. ``organization`` is the key of whose it is.
    """

    reference: str
    name: str
    organization: str
    description: str = ""
    hours: ServiceHours | None = None
    holidays: PublicHolidays | None = None
    exceptions: tuple[CalendarException, ...] = ()
    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """References of the calendars it is made of, each once."""
        return tuple(dict.fromkeys((*self.any_of, *self.all_of, *self.without)))


@dataclass(frozen=True, slots=True)
class Supporter:
    """A member of a dependency group: a service, by reference, and its weight."""

    service: str
    weight: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class DependencyGroupDocument:
    """A threshold gate over supporters (SEMANTICS 1): ``0 < minimum <= full <= sum of weights``.

    One essential supporter is a group of one; ``any`` has minimum 1; ``at least k`` minimum k;
    capacity has weights and perhaps ``full > minimum``. A soft group only degrades.
    """

    members: tuple[Supporter, ...]
    minimum: Decimal = Decimal(1)
    full: Decimal = Decimal(1)
    soft: bool = False

    @property
    def total(self) -> Decimal:
        """The weight of all members together."""
        return sum((member.weight for member in self.members), Decimal(0))


@dataclass(frozen=True, slots=True)
class ServiceDocument:
    """Everything a service says about itself. One kind for all services (PRODUCT R3).

    ``reference`` is ``organization/key`` and stays for life; ``provider`` is the key of the
    organization that provides it now. ``owner`` is an e-mail address or an organization key.
    The first channel is the primary one. ``published_to`` holds keys of organizations that may
    see it although they do not consume it, or ``*`` for everyone. ``assume_operational``: nobody
    monitors it, and its owner says to take it as operational while nothing is reported.
    """

    reference: str
    name: str
    provider: str
    description: str = ""
    owner: str = ""
    stage: Stage = Stage.PROPOSED
    tags: tuple[str, ...] = ()
    restricted: bool = False
    published_to: tuple[str, ...] = ()
    outcomes: tuple[OutcomeDocument, ...] = ()
    costs: Burden = Burden()
    risks: Burden = Burden()
    co_creation: CoCreation = CoCreation()
    supports_processes: tuple[BusinessProcess, ...] = ()
    channels: tuple[Channel, ...] = ()
    utility: tuple[UtilityRequirement, ...] = ()
    warranty: Warranty = Warranty()
    service_hours: ServiceHours | None = None
    relies_on: tuple[DependencyGroupDocument, ...] = ()
    assume_operational: bool = False


@dataclass(frozen=True, slots=True)
class ConsumptionDocument:
    """An organization consumes a service of another; ``known_as`` is its own name for it."""

    consumer: str
    service: str
    known_as: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueDocument:
    """A whole catalogue, or the part of it that one folder or one import holds.

    Dictionaries keep the order of reading. Consumption is found by (consumer, service).
    """

    organizations: dict[str, OrganizationDocument] = field(default_factory=dict)
    people: dict[str, PersonDocument] = field(default_factory=dict)
    services: dict[str, ServiceDocument] = field(default_factory=dict)
    consumption: dict[tuple[str, str], ConsumptionDocument] = field(default_factory=dict)
    calendars: dict[str, CalendarDocument] = field(default_factory=dict)
