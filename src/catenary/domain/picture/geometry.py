"""A picture with places: what the layout gives and the renderer draws. All in pixels, y down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Box:
    """A mark in its place, with its two lines of text as they fit (plain text, not escaped)."""

    x: float
    y: float
    width: float
    height: float
    label: str
    sublabel: str


@dataclass(frozen=True, slots=True)
class GateBox:
    """The gate of a group, hanging under its reliant. ``stub`` is the path that holds it."""

    group: str
    x: float
    y: float
    width: float
    height: float
    label: str
    soft: bool
    stub: str


@dataclass(frozen=True, slots=True)
class LinkPath:
    """One link as an SVG path from the reliant (or its gate) to the member.

    ``group`` is empty for consumption. ``arrow`` is the small path at the member's end of a link
    that closes a loop, empty otherwise. ``words`` stand at (``words_x``, ``words_y``).
    """

    source: str
    target: str
    kind: Literal["reliance", "consumption", "loop"]
    group: str
    soft: bool
    d: str
    arrow: str
    words: str
    words_x: float
    words_y: float


@dataclass(frozen=True, slots=True)
class Geometry:
    """Canvas, boxes by node id, gates by group id (only groups that have one) and paths."""

    width: float
    height: float
    boxes: dict[str, Box]
    gates: dict[str, GateBox]
    paths: tuple[LinkPath, ...]
