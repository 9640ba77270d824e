"""Compare perspectives: one record from its two sides (PRODUCT R2)."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.marks import RoleMark
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class Cell:
    """What one side reads in one row: lines, each a name with perhaps a link and a note; or the
    ``unseen`` sentence that says what kind of thing this side does not see. ``empty`` is said
    where the record says nothing. Quotations are set apart."""

    lines: tuple[Link, ...] = ()
    unseen: Sentence = Sentence()
    empty: str = ""
    role: RoleMark | None = None
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One aspect of the service from both sides."""

    name: str
    provider: Cell
    customer: Cell

    @property
    def is_same(self) -> bool:
        """True when both sides read the very same."""
        return self.provider == self.customer


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """Another customer whose side may be compared."""

    organization: str
    name: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class ComparePage:
    """One service from two sides. ``is_provider`` says whether the reader may read the provider's
    side; to a customer that column shows what is published to them."""

    name: str
    reference: str
    url: str
    here: str
    answer: Sentence
    provider: Link
    customer: Link | None
    is_provider: bool
    rows: tuple[CompareRow, ...] = ()
    choices: tuple[CustomerChoice, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def differing(self) -> int:
        """In how many rows the two sides read something different."""
        return sum(not row.is_same for row in self.rows)
