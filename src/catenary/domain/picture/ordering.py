"""The order inside each row: median sweeps down and up, then neighbours changing places, as long
as links cross less (Sugiyama, Tagawa and Toda 1981; Gansner and others 1993)."""

from __future__ import annotations

from bisect import bisect_right, insort

from catenary.domain.picture.ranks import Ranked

SWEEPS = 8
TRANSPOSED_UP_TO = 2_500


def ordered_rows(ranked: Ranked) -> list[list[int]]:
    """The vertices of each row from left to right, with few crossings; the same every time."""
    size = len(ranked.row)
    below: list[list[int]] = [[] for _ in range(size)]
    above: list[list[int]] = [[] for _ in range(size)]
    for step in ranked.steps:
        below[step.upper].append(step.lower)
        above[step.lower].append(step.upper)
    rows = _first_order(ranked, below)
    position = [0] * size
    _number(rows, position)
    best = [list(row) for row in rows]
    fewest = _crossings(rows, below, position)
    idle = 0
    for sweep in range(SWEEPS):
        if (not fewest and sweep > 1) or idle > 2:
            break
        downwards = sweep % 2 == 0
        neighbours = above if downwards else below
        for row in rows if downwards else reversed(rows):
            _by_middle(row, neighbours, position, ranked.marks)
        if size <= TRANSPOSED_UP_TO:
            _transpose(rows, above, below, position)
        crossings = _crossings(rows, below, position)
        idle += 1
        if crossings < fewest or (sweep == 0 and crossings == fewest):
            fewest, best, idle = crossings, [list(row) for row in rows], 0
    return best


def _first_order(ranked: Ranked, below: list[list[int]]) -> list[list[int]]:
    """Rows in the order in which a depth-first walk meets their vertices: siblings together."""
    size = len(ranked.row)
    rows: list[list[int]] = [[] for _ in range(ranked.rows)]
    seen = bytearray(size)
    for start in sorted(range(size), key=lambda vertex: (ranked.row[vertex], vertex)):
        waiting = [start]
        while waiting:
            vertex = waiting.pop()
            if seen[vertex]:
                continue
            seen[vertex] = 1
            rows[ranked.row[vertex]].append(vertex)
            waiting.extend(reversed(below[vertex]))
    return rows


def _number(rows: list[list[int]], position: list[int]) -> None:
    for row in rows:
        for place, vertex in enumerate(row):
            position[vertex] = place


def _by_middle(
    row: list[int], neighbours: list[list[int]], position: list[int], marks: int
) -> None:
    """Sort a row by the middle of each vertex's neighbours; who has none keeps the place.

    Among those with the same middle, trunk points go between the marks, so that what hangs lower
    hangs under the middle of its elder siblings and not at their side.
    """
    alike: dict[float, list[int]] = {}
    for vertex in row:
        if neighbours[vertex]:
            places = [position[other] for other in neighbours[vertex]]
            alike.setdefault(sum(places) / len(places), []).append(vertex)
    movable: list[int] = []
    for middle in sorted(alike):
        together = alike[middle]
        trunks = [vertex for vertex in together if vertex >= marks]
        if trunks and len(trunks) < len(together):
            boxes = [vertex for vertex in together if vertex < marks]
            half = (len(boxes) + 1) // 2
            together = boxes[:half] + trunks + boxes[half:]
        movable += together
    fill = iter(movable)
    row[:] = [next(fill) if neighbours[vertex] else vertex for vertex in row]
    for place, vertex in enumerate(row):
        position[vertex] = place


def _crossings(rows: list[list[int]], below: list[list[int]], position: list[int]) -> int:
    total = 0
    for row in rows:
        met: list[int] = []
        for vertex in row:
            places = sorted(position[other] for other in below[vertex])
            for place in places:
                total += len(met) - bisect_right(met, place)
            for place in places:
                insort(met, place)
    return total


def _transpose(
    rows: list[list[int]], above: list[list[int]], below: list[list[int]], position: list[int]
) -> None:
    """Let neighbours change places while that saves crossings; a few rounds at most."""
    for _ in range(3):
        gained = 0
        for row in rows:
            for place in range(len(row) - 1):
                one, other = row[place], row[place + 1]
                saved = 0
                for side in (above, below):
                    if side[one] and side[other]:
                        saved += _saved(
                            [position[vertex] for vertex in side[one]],
                            [position[vertex] for vertex in side[other]],
                        )
                if saved > 0:
                    row[place], row[place + 1] = other, one
                    position[one], position[other] = place + 1, place
                    gained += saved
        if not gained:
            return


def _saved(ones: list[int], others: list[int]) -> int:
    """How many crossings fewer there are when the vertex that leads to ``others`` comes before
    the one that leads to ``ones``, instead of after it."""
    highest, lowest = max(ones), min(others)
    if highest <= lowest:
        # The usual case in a row that is nearly in order; no need to look at each pair.
        equal = ones.count(highest) * others.count(lowest) if highest == lowest else 0
        return equal - len(ones) * len(others)
    return sum((a > b) - (a < b) for a in ones for b in others)
