"""What a mark says and how big it is: the only place that turns words into pixels."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.domain.picture.text import display_text, shortened, text_width
from catenary.domain.picture.values import PictureNode

LABEL_SIZE = 13.0
SMALL_SIZE = 11.0
PADDING = 12.0
GLYPH_ROOM = 18.0
ROLE_GLYPH_ROOM = 15.0
TALL = 46.0
LOW = 34.0
GATE_HEIGHT = 20.0
GATE_DROP = 15.0
GATE_PADDING = 11.0
NARROWEST = 72.0
LEAST_PROVIDER = 40.0


@dataclass(frozen=True, slots=True)
class MarkSize:
    """The box of a mark before it has a place, with its texts as they fit."""

    width: float
    height: float
    label: str
    sublabel: str


def widest_box(marks: int) -> float:
    """How wide a box may be in a picture of so many marks: the more, the tighter."""
    if marks <= 24:
        return 250.0
    return 212.0 if marks <= 80 else 172.0


def mark_size(node: PictureNode, widest: float) -> MarkSize:
    """Size and texts of ``node``. The provider is cut before its role and stage are: those are
    the words that carry meaning."""
    label = display_text(node.label) or display_text(node.id)
    provider, words = second_line(node)
    label_room = widest - 2 * PADDING - (GLYPH_ROOM if node.condition else 0.0)
    line_room = widest - 2 * PADDING - (ROLE_GLYPH_ROOM if node.role else 0.0)
    label = shortened(label, LABEL_SIZE, label_room, bold=node.is_focus)
    tail = " · ".join(words)
    room = line_room - text_width(" · " + tail, SMALL_SIZE)
    if provider and tail and room >= LEAST_PROVIDER:
        line = f"{shortened(provider, SMALL_SIZE, room)} · {tail}"
    else:
        line = tail or provider
    line = shortened(line, SMALL_SIZE, line_room)
    width = max(
        text_width(label, LABEL_SIZE, bold=node.is_focus) + widest - label_room,
        (text_width(line, SMALL_SIZE) + widest - line_room) if line else 0.0,
        NARROWEST,
    )
    return MarkSize(round(width), TALL if line else LOW, label, line)


def second_line(node: PictureNode) -> tuple[str, tuple[str, ...]]:
    """The provider, and the words that follow it: the role, and the stage unless it is live."""
    if node.says:
        return display_text(node.says[0]), node.says[1:]
    if node.kind == "bundle":
        return ("folded, open to see" if node.expand_href else "folded"), ()
    words: list[str] = [node.role] if node.role else []
    if node.stage not in {"", "live"}:
        if node.role == "pipeline":
            # The stage says which part of the pipeline, and so says it better.
            words.clear()
        words.append(display_text(node.stage))
    return display_text(node.sublabel), tuple(words)


def gate_width(label: str) -> float:
    """How wide the gate with this label is, in pixels."""
    return round(text_width(label, SMALL_SIZE) + 2 * GATE_PADDING)
