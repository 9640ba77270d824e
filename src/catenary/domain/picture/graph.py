"""The picture as a graph of numbers: links, which of them close a loop, rows, components, steps.

Nodes are numbers in the order of the picture. Everything is iterative: a chain of ten thousand
services is legal input.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from catenary.domain.picture.values import ChainPicture


@dataclass(frozen=True, slots=True)
class Link:
    """From a reliant (or consumer) to a member (or consumed service).

    ``group`` is the number of the group, -1 for consumption. ``closes_loop`` marks the links
    without which the picture has no cycle: they are drawn upwards.
    """

    source: int
    target: int
    group: int
    words: str
    closes_loop: bool


def links_of(picture: ChainPicture) -> list[Link]:
    """All links, consumption first, then the groups in their order; each with its loop mark."""
    number = {node.id: index for index, node in enumerate(picture.nodes)}
    raw: list[tuple[int, int, int, str]] = [
        (number[edge.consumer], number[edge.service], -1, edge.label) for edge in picture.edges
    ]
    for index, group in enumerate(picture.groups):
        source = number[group.reliant]
        raw.extend((source, number[member], index, words) for member, words in group.members)
    first = [index for index, node in enumerate(picture.nodes) if node.is_focus]
    closing = _closing(
        len(picture.nodes), [(source, target) for source, target, _, _ in raw], first
    )
    return [
        Link(source, target, group, words, (source, target) in closing)
        for source, target, group, words in raw
    ]


def _closing(size: int, pairs: list[tuple[int, int]], first: list[int]) -> set[tuple[int, int]]:
    """The pairs that lead back to where a depth-first walk came from. The walk starts where
    nothing comes in, then at the focus, so that loops open at the place one looks from."""
    below: list[list[int]] = [[] for _ in range(size)]
    entered = [0] * size
    for source, target in pairs:
        below[source].append(target)
        if source != target:
            entered[target] += 1
    starts = [node for node in range(size) if not entered[node]] + first + list(range(size))
    state = bytearray(size)  # 0 unseen, 1 on the walk, 2 done
    closing: set[tuple[int, int]] = set()
    for start in starts:
        if state[start]:
            continue
        state[start] = 1
        walk = [(start, iter(below[start]))]
        while walk:
            node, rest = walk[-1]
            for target in rest:
                if state[target] == 1:
                    closing.add((node, target))
                elif state[target] == 0:
                    state[target] = 1
                    walk.append((target, iter(below[target])))
                    break
            else:
                state[node] = 2
                walk.pop()
    return closing


def rows_by_longest_path(size: int, links: list[Link], hints: list[int | None]) -> list[int]:
    """The row of each node: below everything that relies on it, the longest way counted.

    What nobody relies on hangs directly above its uppermost supporter, so that consumers stand
    over what they consume. ``hints`` push nodes down.
    """
    below: list[list[int]] = [[] for _ in range(size)]
    entering = [0] * size
    for link in links:
        if not link.closes_loop:
            below[link.source].append(link.target)
            entering[link.target] += 1
    row = [hint or 0 for hint in hints]
    waiting = deque(node for node in range(size) if not entering[node])
    roots = list(waiting)
    while waiting:
        node = waiting.popleft()
        for target in below[node]:
            row[target] = max(row[target], row[node] + 1)
            entering[target] -= 1
            if not entering[target]:
                waiting.append(target)
    for node in roots:
        if below[node]:
            row[node] = max(row[node], min(row[target] for target in below[node]) - 1)
    return row


def components_of(size: int, links: list[Link]) -> list[list[int]]:
    """The nodes that hang together, each list ascending; lists by their first node."""
    beside: list[list[int]] = [[] for _ in range(size)]
    for link in links:
        beside[link.source].append(link.target)
        beside[link.target].append(link.source)
    seen = bytearray(size)
    components: list[list[int]] = []
    for start in range(size):
        if seen[start]:
            continue
        seen[start] = 1
        found = [start]
        for node in found:
            for other in beside[node]:
                if not seen[other]:
                    seen[other] = 1
                    found.append(other)
        components.append(sorted(found))
    return components


def steps_from_focus(picture: ChainPicture, links: list[Link]) -> list[int | None]:
    """How many links lie between each node and the nearest focus, whichever way they run;
    none where nothing connects them, or where there is no focus."""
    size = len(picture.nodes)
    beside: list[list[int]] = [[] for _ in range(size)]
    for link in links:
        beside[link.source].append(link.target)
        beside[link.target].append(link.source)
    steps: list[int | None] = [0 if node.is_focus else None for node in picture.nodes]
    waiting = deque(node for node in range(size) if steps[node] == 0)
    while waiting:
        node = waiting.popleft()
        reached = steps[node]
        for other in beside[node]:
            if steps[other] is None and reached is not None:
                steps[other] = reached + 1
                waiting.append(other)
    return steps
