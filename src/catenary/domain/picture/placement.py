"""Where everything stands in its row: each vertex as near as it can be to what it hangs from and
to what hangs from it, never closer to its neighbour than their boxes allow.

One row at a time is a least-squares problem with a fixed order, which pooling adjacent violators
solves exactly; sweeping down and up a few times settles the whole.
"""

from __future__ import annotations

from catenary.domain.picture.ranks import BOX_GAP, PORT_GAP, Ranked

SWEEPS = 7
TRUNK_GAP = 4.0
MIXED_GAP = 12.0
KINK = 26.0
#: A weak wish of everything to be nearer to the middle, so that wide pictures do not sprawl.
HUDDLE = 0.5
SHRINK = 0.5


def horizontal_middles(ranked: Ranked, rows: list[list[int]]) -> list[float]:
    """The x of the middle of each vertex, in pixels, leftmost edge at 0. Ports get their order
    and their offsets on the way."""
    size = len(ranked.row)
    apart = [_distances(ranked, row) for row in rows]
    x = [0.0] * size
    for row, distances in zip(rows, apart, strict=True):
        at = 0.0
        for vertex, distance in zip(row, distances, strict=True):
            at += distance
            x[vertex] = at
        middle = (x[row[0]] + x[row[-1]]) / 2
        for vertex in row:
            x[vertex] -= middle
    _place_ports(ranked, x)
    up: list[list[tuple[int, float, float]]] = [[] for _ in range(size)]
    down: list[list[tuple[int, float, float]]] = [[] for _ in range(size)]
    for step in ranked.steps:
        shift = (step.port.offset if step.port else 0.0) - step.landing
        up[step.lower].append((step.upper, shift, step.weight))
        down[step.upper].append((step.lower, -shift, step.weight))
    for sweep in range(SWEEPS):
        last = sweep >= SWEEPS - 2
        for index, row in enumerate(rows):
            _settle(row, apart[index], x, up, down if last else None)
        for index in range(len(rows) - 1, -1, -1):
            _settle(rows[index], apart[index], x, down, up if last else None)
    _straighten(ranked, rows, apart, x, up, down)
    leftmost = min(x[vertex] - ranked.left[vertex] for vertex in range(size))
    return [value - leftmost for value in x]


def _straighten(
    ranked: Ranked,
    rows: list[list[int]],
    apart: list[list[float]],
    x: list[float],
    up: list[list[tuple[int, float, float]]],
    down: list[list[tuple[int, float, float]]],
) -> None:
    """Take small kinks out of trunks where there is room beside them: first to where they lead,
    then to where they come from."""
    for neighbours, order in ((down, rows[::-1]), (up, rows)):
        spaces = apart[::-1] if neighbours is down else apart
        for row, distances in zip(order, spaces, strict=True):
            for place, vertex in enumerate(row):
                if vertex < ranked.marks or not neighbours[vertex]:
                    continue
                other, shift, _ = neighbours[vertex][0]
                wish = x[other] + shift
                if abs(wish - x[vertex]) > KINK:
                    continue
                low = x[row[place - 1]] + distances[place] if place else wish
                last = place == len(row) - 1
                high = wish if last else x[row[place + 1]] - distances[place + 1]
                x[vertex] = min(max(wish, low), max(high, low))


def _distances(ranked: Ranked, row: list[int]) -> list[float]:
    """How far the middle of each vertex must be from that of its left neighbour, at least."""
    distances = [0.0]
    for one, other in zip(row, row[1:], strict=False):
        trunks = (one >= ranked.marks) + (other >= ranked.marks)
        gap = (BOX_GAP, MIXED_GAP, TRUNK_GAP)[trunks]
        distances.append(ranked.right[one] + gap + ranked.left[other])
    return distances


def _place_ports(ranked: Ranked, x: list[float]) -> None:
    """Order the ports of each mark by where their links go, so that they do not cross."""
    aims: dict[int, list[float]] = {}
    for step in ranked.steps:
        if step.port is not None:
            aims.setdefault(id(step.port), []).append(x[step.lower])
    for ports in ranked.ports:
        if len(ports) > 1:
            far = float("inf")
            means = {
                id(port): sum(aims[id(port)]) / len(aims[id(port)]) if id(port) in aims else far
                for port in ports
            }
            ports.sort(key=lambda port: means[id(port)])
        at = -(sum(port.width for port in ports) + PORT_GAP * (len(ports) - 1)) / 2
        for port in ports:
            port.offset = at + port.width / 2
            at += port.width + PORT_GAP


def _settle(
    row: list[int],
    distances: list[float],
    x: list[float],
    neighbours: list[list[tuple[int, float, float]]],
    others: list[list[tuple[int, float, float]]] | None,
) -> None:
    """Move one row to where its neighbours in the row above (or below, or both) want it."""
    # Blocks of vertices that touch: [weighted sum of wishes, weight, members].
    blocks: list[list[float]] = []
    reach = 0.0
    reaches: list[float] = []
    for vertex, distance in zip(row, distances, strict=True):
        reach += distance
        reaches.append(reach)
        pull = HUDDLE
        wish = HUDDLE * x[vertex] * SHRINK
        for other, shift, weight in neighbours[vertex]:
            wish += weight * (x[other] + shift)
            pull += weight
        if others is not None:
            for other, shift, weight in others[vertex]:
                wish += weight * (x[other] + shift)
                pull += weight
        blocks.append([wish - pull * reach, pull, 1.0])
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] > blocks[-1][0] * blocks[-2][1]:
            last = blocks.pop()
            before = blocks[-1]
            before[0] += last[0]
            before[1] += last[1]
            before[2] += last[2]
    place = 0
    for wish, pull, members in blocks:
        at = wish / pull
        for _ in range(int(members)):
            x[row[place]] = at + reaches[place]
            place += 1
