"""The table beside the picture: the same links, for those who would rather read."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.domain.picture.graph import links_of, steps_from_focus
from catenary.domain.picture.values import ChainPicture, PictureNode


@dataclass(frozen=True, slots=True)
class TableRow:
    """One link. ``threshold`` is what the gate says; ``weight`` what this supporter weighs, or
    for consumption the consumer's own name for the service. ``steps`` is the distance of the
    farther end from the focus, none without one. ``is_consumption``: ``reliant`` consumes
    ``supporter``; ``closes_loop``: this link leads back to where the chain came from.
    """

    reliant: PictureNode
    threshold: str
    supporter: PictureNode
    weight: str
    steps: int | None
    is_consumption: bool
    closes_loop: bool

    @property
    def provider(self) -> str:
        """The provider of the supporter."""
        return self.supporter.sublabel


def table_rows(picture: ChainPicture) -> tuple[TableRow, ...]:
    """Every link of ``picture``, nearest to the focus first, otherwise in the picture's order."""
    links = links_of(picture)
    steps = steps_from_focus(picture, links)
    rows = []
    for link in links:
        ends = (steps[link.source], steps[link.target])
        known = [end for end in ends if end is not None]
        rows.append(
            TableRow(
                reliant=picture.nodes[link.source],
                threshold="" if link.group < 0 else picture.groups[link.group].label,
                supporter=picture.nodes[link.target],
                weight=link.words,
                steps=max(known) if known else None,
                is_consumption=link.group < 0,
                closes_loop=link.closes_loop,
            )
        )
    far = len(picture.nodes) + 1
    rows.sort(key=lambda row: far if row.steps is None else row.steps)
    return tuple(rows)
