"""Home: the place of the viewpoint's organization in the chain (PRODUCT R10)."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.actions import DraftLine
from catenary.web.pages.marks import ConditionMark, Count, Figure, RoleMark, StageMark
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer, how it is linked to us ("outside", "part of St. Mary's") and what it consumes
    from us: the first few ``services`` and how many ``more``."""

    organization: Link
    linked: str
    services: tuple[Link, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class ProvidedCounts:
    """What we provide, counted by what it is, seen from here."""

    customer_facing: Figure
    supporting: Figure
    idle: Figure
    pipeline: Figure

    @property
    def all(self) -> tuple[tuple[str, Figure], ...]:
        """Each figure with the code of its role, in reading order."""
        return (
            ("customer-facing", self.customer_facing),
            ("supporting", self.supporting),
            ("idle", self.idle),
            ("pipeline", self.pipeline),
        )


@dataclass(frozen=True, slots=True)
class ReliedOnService:
    """One of our services with how many services and consumers stand on it, near or far."""

    service: Link
    role: RoleMark
    dependents: Count
    consumers: Count


@dataclass(frozen=True, slots=True)
class ReliedOnProvider:
    """A provider we rely on, with the services we use and how many of ours stand on them."""

    organization: Link
    services: tuple[Link, ...]
    more: int = 0
    relied_on_by: Count = Count(0)


@dataclass(frozen=True, slots=True)
class HeldService:
    """A service we consume, by our own name for it, with who provides it."""

    service: Link
    provider: Link
    description: str
    stage: StageMark
    official_name: str = ""


@dataclass(frozen=True, slots=True)
class FarOutcome:
    """An outcome somebody wants that depends on us, and the service of ours it goes through."""

    statement: str
    said_by: str
    wanted_by: Link | None
    through: Link
    steps: int = 0


@dataclass(frozen=True, slots=True)
class HouseLine:
    """A top organization that an operator may look as."""

    key: str
    name: str
    services: Count


@dataclass(frozen=True, slots=True)
class Going:
    """How it goes now with what one provides or uses: a sentence, and how many are shown as what
    where they differ."""

    sentence: Link
    counts: tuple[tuple[ConditionMark, Count], ...] = ()


@dataclass(frozen=True, slots=True)
class HomePage:
    """Who are my customers, what do I provide, who do I rely on, what depends on me.

    ``has_catalogue`` is false on a fresh installation: the page then says how to begin.
    ``going`` says how it goes now with what we provide and use; ``may_define`` whether its reader
    may define services or organizations at all. ``…_beyond`` count what exists beyond what one may
    see.
    ``lead`` leads on whoever provides and uses nothing; ``houses`` are the other top organizations
    of an operator who belongs to none, the largest of ``house_count``.
    """

    organization: Link
    answer: Sentence
    has_catalogue: bool = True
    drafts: tuple[DraftLine, ...] = ()
    customers: tuple[CustomerRow, ...] = ()
    customer_count: Count = Count(0)
    customers_url: str = ""
    provided: ProvidedCounts | None = None
    provided_count: Count = Count(0)
    most_relied_on: tuple[ReliedOnService, ...] = ()
    held: tuple[HeldService, ...] = ()
    held_count: Count = Count(0)
    providers: tuple[ReliedOnProvider, ...] = ()
    provider_count: Count = Count(0)
    outcomes: tuple[FarOutcome, ...] = ()
    outcome_count: Count = Count(0)
    outcomes_beyond: Count = Count(0)
    organizations_beyond: Count = Count(0)
    chain_url: str = ""
    going: tuple[Going, ...] = ()
    stale: str = ""
    may_define: bool = False
    lead: Sentence | None = None
    houses: tuple[HouseLine, ...] = ()
    house_count: Count = Count(0)
