"""Chain: the picture, its controls, and the same as a table."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.marks import Count, Facet, RoleMark
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class ChainChoice:
    """One value of a control, and whether it is the present one."""

    value: str
    text: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class ChainRow:
    """One line of the table. ``steps`` is the distance from the focus: below zero for what
    stands on it (above in the picture), zero for itself, above zero for what it relies on.
    ``threshold`` reads "1 of 2 needed, 2 for full"; ``through`` is the neighbour it hangs on."""

    service: Link
    provider: Link
    steps: int
    role: RoleMark | None = None
    threshold: str = ""
    is_soft: bool = False
    through: Link | None = None

    @property
    def steps_away(self) -> int:
        """The distance without its direction."""
        return abs(self.steps)


@dataclass(frozen=True, slots=True)
class ChainPage:
    """``picture_svg`` is finished, escaped SVG from the picture's own renderer and the only
    markup among these values. Without a ``focus`` the page offers ``suggestions``."""

    answer: Sentence
    focus: Link | None = None
    focus_reference: str = ""
    directions: tuple[ChainChoice, ...] = ()
    depths: tuple[ChainChoice, ...] = ()
    picture_svg: str = ""
    rows: tuple[ChainRow, ...] = ()
    row_count: Count = Count(0)
    beyond: Sentence = Sentence()
    suggestions: tuple[Facet, ...] = ()
    problem: str = ""
    has_catalogue: bool = True
