"""From a picture to its geometry: rows, trunks, order, places, curves.

The same picture always gets the same geometry. Consumers are above and supporters below; only
links that close a loop lead upwards.
"""

from __future__ import annotations

import math
from dataclasses import replace

from catenary.domain.picture.geometry import Box, GateBox, Geometry, LinkPath
from catenary.domain.picture.graph import Link, components_of, links_of
from catenary.domain.picture.marks import mark_size, widest_box
from catenary.domain.picture.pieces import Piece
from catenary.domain.picture.values import ChainPicture

MARGIN = 20.0
PIECE_GAP = 44.0
SINGLE_GAP = 22.0


def layout(picture: ChainPicture) -> Geometry:
    """The geometry of ``picture``, an empty canvas for an empty picture.

    Parts that do not hang together stand side by side, the one with the focus first, then the
    larger first; single marks stand last, in lines.
    """
    count = len(picture.nodes)
    links = links_of(picture)
    widest = widest_box(count)
    sizes = [mark_size(node, widest) for node in picture.nodes]
    parts = components_of(count, links)
    parts.sort(key=lambda part: (not any(picture.nodes[n].is_focus for n in part), -len(part)))
    part_of = {node: index for index, part in enumerate(parts) for node in part}
    place_in_part = {node: place for part in parts for place, node in enumerate(part)}
    links_by_part: list[list[Link]] = [[] for _ in parts]
    for link in links:
        links_by_part[part_of[link.source]].append(
            replace(link, source=place_in_part[link.source], target=place_in_part[link.target])
        )
    shelf = _Shelf(row_room(count))
    for part, own in zip(parts, links_by_part, strict=True):
        piece = Piece(
            nodes=[picture.nodes[node] for node in part],
            sizes=[sizes[node] for node in part],
            links=own,
            groups=picture.groups,
            room=shelf.room,
        )
        shelf.put(piece, PIECE_GAP if len(part) > 1 else SINGLE_GAP)
    return shelf.geometry()


def row_room(marks: int) -> float:
    """How wide a row may grow before it becomes two, for a picture of so many marks: a page wide
    for a handful, never so wide that one loses one's way."""
    if marks <= 24:
        return 1240.0
    if marks <= 120:
        return 1240.0 + (marks - 24) * 8.0
    return min(2008.0 * math.sqrt(marks / 120), 3600.0)


class _Shelf:
    """Puts pieces side by side, line under line."""

    def __init__(self, room: float) -> None:
        self.room = room
        self.boxes: dict[str, Box] = {}
        self.gates: dict[str, GateBox] = {}
        self.paths: list[LinkPath] = []
        self.x = self.y = self.bottom = self.right = MARGIN

    def put(self, piece: Piece, gap: float) -> None:
        if self.x > MARGIN and self.x + piece.width > MARGIN + self.room:
            self.x, self.y = MARGIN, self.bottom + gap
        self.boxes.update(piece.boxes(self.x, self.y))
        self.gates.update(piece.gates(self.x, self.y))
        self.paths.extend(piece.paths(self.x, self.y))
        self.bottom = max(self.bottom, self.y + piece.height)
        self.right = max(self.right, self.x + piece.width)
        self.x += piece.width + gap

    def geometry(self) -> Geometry:
        return Geometry(
            width=round(self.right + MARGIN, 1),
            height=round(self.bottom + MARGIN, 1),
            boxes=self.boxes,
            gates=self.gates,
            paths=tuple(self.paths),
        )
