"""Chain: the picture, its controls, and the same as a table."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.live import Live
from catenary.web.pages.marks import ConditionMark, Count, Facet
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class ChainChoice:
    """One value of a control, and whether it is the present one."""

    value: str
    text: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class ChainRow:
    """One link of the picture, as ``domain.picture.table_rows`` lists them: ``reliant`` stands on
    ``supporter``, or consumes it when ``is_consumption``.

    ``threshold`` reads "1 of 2 needed, 2 for full"; ``weight`` is what this supporter weighs in
    its group, or for consumption the consumer's own name for it; ``relying`` says with how many
    services of its own a consumer relies on it; ``steps`` is how far the farther end is from the
    focus, absent without one. The conditions are absent where nobody reports anything;
    ``is_cause``: the condition of the focus comes from ``supporter``,
    which with ``is_worked_on`` is in maintenance.
    """

    reliant: Link
    supporter: Link
    provider: str = ""
    threshold: str = ""
    weight: str = ""
    steps: int | None = None
    is_consumption: bool = False
    is_soft: bool = False
    closes_loop: bool = False
    relying: str = ""
    reliant_reference: str = ""
    supporter_reference: str = ""
    reliant_condition: ConditionMark | None = None
    supporter_condition: ConditionMark | None = None
    is_cause: bool = False
    is_worked_on: bool = False


@dataclass(frozen=True, slots=True)
class ChainPage:
    """``picture_svg`` is the finished, escaped figure of ``web.picture.render_chain`` and the only
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
    has_conditions: bool = False
    where_from: Sentence = Sentence()
    here: str = ""
    live: Live | None = None
    stale: str = ""
