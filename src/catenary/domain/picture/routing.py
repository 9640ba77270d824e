"""Curves that hang: out of the upper end steeply, sagging, and into the lower end from above.

Between two rows a link is one cubic curve; through a row it runs straight down in room that was
kept free for it, so a link never passes behind a mark.
"""

from __future__ import annotations

Point = tuple[float, float]

#: How far down the first handle hangs, and how far above the end the second one waits, as parts
#: of the fall: together they let the curve sag below the straight line, as a chain does.
SAG = 0.80
CATCH = 0.46


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def hanging(start: Point, end: Point) -> str:
    """The curve from ``start`` down (or up) to ``end``, without its move-to."""
    (x0, y0), (x1, y1) = start, end
    if abs(x1 - x0) < 0.75:
        return f"L{number(x1)} {number(y1)}"
    fall = y1 - y0
    return (
        f"C{number(x0)} {number(y0 + SAG * fall)} "
        f"{number(x1)} {number(y1 - CATCH * fall)} {number(x1)} {number(y1)}"
    )


def chain_path(points: list[Point]) -> str:
    """A path through pairs of points: straight inside a row (first to second, third to fourth
    …), hanging between rows. The number of points is even."""
    start = points[0]
    parts = [f"M{number(start[0])} {number(start[1])}"]
    at = start
    for index, point in enumerate(points[1:], start=1):
        if index % 2:
            if point[1] != at[1]:
                parts.append(f"L{number(point[0])} {number(point[1])}")
        else:
            parts.append(hanging(at, point))
        at = point
    return "".join(parts)


def hook(start: Point, lane: float, lowest: float, top: float) -> str:
    """From the bottom of a mark at ``start`` under it to ``lane`` at its side and up to ``top``:
    how a link goes on that leads back up. Without its move-to."""
    x, y = start
    side, deep = number(lane), number(lowest)
    return f"C{number(x)} {deep} {side} {deep} {side} {number(y - 4)}L{side} {number(top)}"


def arrow_up(tip: Point) -> str:
    """A small arrow head whose tip is at ``tip``, pointing up."""
    x, y = tip
    return f"M{number(x)} {number(y)}l4 8h-8z"


def arrow_left(tip: Point) -> str:
    """A small arrow head whose tip is at ``tip``, pointing left."""
    x, y = tip
    return f"M{number(x)} {number(y)}l8 -4v8z"
