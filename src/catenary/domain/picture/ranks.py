"""Rows filled so that none is too wide, and long links cut into one step per row.

All links that leave a mark by the same port share one trunk through the rows they pass, and so do
all links of one sort to the same mark whose ports lead nowhere else: less ink, and nothing
ambiguous, because everything on a trunk has the same beginning or the same end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from catenary.domain.picture.graph import Link
from catenary.domain.picture.marks import MarkSize, gate_width
from catenary.domain.picture.values import PictureGroup

BOX_GAP = 22.0
PORT_GAP = 10.0
PORT_WIDTH = 12.0
LANE = 16.0
TRUNK = 3.0


@dataclass(slots=True)
class Port:
    """Where links leave a mark: a gate, or a bare point. ``offset`` is from the mark's middle."""

    width: float
    group: int = -1
    has_gate: bool = False
    offset: float = 0.0


@dataclass(slots=True)
class Step:
    """A piece of a link from a vertex to one of the next row."""

    upper: int
    lower: int
    port: Port | None
    landing: float = 0.0  # offset on the lower vertex
    weight: float = 1.0


@dataclass(slots=True)
class Route:
    """The trunk points a link passes, from above. For a link that closes a loop the upper end
    is its target."""

    link: Link
    port: Port
    leaving: Port
    points: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Ranked:
    """Vertices (marks first, then trunk points), their rows, half widths, steps and routes."""

    row: list[int]
    left: list[float]
    right: list[float]
    ports: list[list[Port]]
    steps: list[Step]
    routes: list[Route]
    marks: int
    lanes: set[int]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return max(self.row) + 1


def ranked(
    sizes: list[MarkSize],
    links: list[Link],
    groups: tuple[PictureGroup, ...],
    row: list[int],
    room: float,
) -> Ranked:
    """Rows no wider than ``room`` where that is possible, with ports, trunks and steps.

    ``row`` is the row of each mark by the longest path.
    """
    count = len(sizes)
    ports: list[list[Port]] = [[] for _ in range(count)]
    by_key: dict[tuple[int, int, int], Port] = {}
    lanes = {link.source for link in links if link.closes_loop}

    def port_for(node: int, key: tuple[int, int], make: Port) -> Port:
        port = by_key.get((node, *key))
        if port is None:
            port = by_key[(node, *key)] = make
            ports[node].append(port)
        return port

    leaving: list[Port] = []
    for link in links:
        group = groups[link.group] if link.group >= 0 else None
        if group is not None and group.label:
            made = Port(gate_width(group.label), link.group, has_gate=True)
            leaving.append(port_for(link.source, (0, link.group), made))
        else:
            soft = group is not None and group.soft
            leaving.append(port_for(link.source, (1, int(soft)), Port(PORT_WIDTH, link.group)))
    loop_ports = {
        index: port_for(link.target, (2, index), Port(PORT_WIDTH))
        for index, link in enumerate(links)
        if link.closes_loop and link.source != link.target
    }
    left, right = [], []
    for node, size in enumerate(sizes):
        hanging = sum(port.width for port in ports[node]) + PORT_GAP * (len(ports[node]) - 1)
        half = max(size.width, hanging) / 2
        left.append(half)
        right.append(half + (LANE if node in lanes else 0.0))
    result = Ranked(
        row=_split_wide_rows(links, row, left, right, room),
        left=left,
        right=right,
        ports=ports,
        steps=[],
        routes=[],
        marks=count,
        lanes=lanes,
    )
    trunks: dict[tuple[int, int], list[int]] = {}
    gathered: dict[tuple[int, bool, bool], list[int]] = {}
    leading = Counter(id(port) for port in leaving)
    for index, (link, out) in enumerate(zip(links, leaving, strict=True)):
        if link.source == link.target:
            result.routes.append(Route(link, out, out))
        elif link.closes_loop:
            landing = right[link.source] - LANE / 2
            port = loop_ports[index]
            points = _hang(result, trunks, link.target, link.source, port, landing)
            result.routes.append(Route(link, port, out, points))
        elif leading[id(out)] == 1 and not out.has_gate:
            sort = (link.target, link.group < 0, link.group >= 0 and groups[link.group].soft)
            trunk = gathered.setdefault(sort, [])
            points = _gather(result, trunk, link.source, link.target, out)
            result.routes.append(Route(link, out, out, points))
        else:
            points = _hang(result, trunks, link.source, link.target, out, 0.0)
            result.routes.append(Route(link, out, out, points))
    return result


def _gather(result: Ranked, trunk: list[int], upper: int, lower: int, port: Port) -> list[int]:
    """Lengthen the trunk that ends at ``lower``, kept from below, up to just under ``upper``."""
    wanted = result.row[lower] - result.row[upper] - 1
    while len(trunk) < wanted:
        below = trunk[-1] if trunk else lower
        point = _trunk_point(result, result.row[lower] - len(trunk) - 1)
        result.steps.append(Step(point, below, None, weight=4.0 if trunk else 2.0))
        trunk.append(point)
    result.steps.append(Step(upper, trunk[wanted - 1] if wanted else lower, port))
    return trunk[:wanted][::-1]


def _trunk_point(result: Ranked, row: int) -> int:
    result.row.append(row)
    result.left.append(TRUNK)
    result.right.append(TRUNK)
    return len(result.row) - 1


def _hang(
    result: Ranked,
    trunks: dict[tuple[int, int], list[int]],
    upper: int,
    lower: int,
    port: Port,
    landing: float,
) -> list[int]:
    """Lengthen the trunk of ``port`` to just above ``lower`` and join it there."""
    trunk = trunks.setdefault((upper, id(port)), [])
    wanted = result.row[lower] - result.row[upper] - 1
    while len(trunk) < wanted:
        point = _trunk_point(result, result.row[upper] + len(trunk) + 1)
        above = trunk[-1] if trunk else upper
        result.steps.append(
            Step(above, point, None if trunk else port, weight=4.0 if trunk else 2.0)
        )
        trunk.append(point)
    above = trunk[wanted - 1] if wanted else upper
    result.steps.append(Step(above, lower, None if wanted else port, landing))
    return trunk[:wanted]


def _split_wide_rows(
    links: list[Link], row: list[int], left: list[float], right: list[float], room: float
) -> list[int]:
    """Rows that are too wide become several. Marks that nothing hangs from come first, and
    marks with the same reliants stay together."""
    count = len(left)
    if not count:
        return []
    holds = bytearray(count)
    first_reliant = [count] * count
    for link in links:
        if not link.closes_loop:
            holds[link.source] = 1
            first_reliant[link.target] = min(first_reliant[link.target], link.source)
    members: list[list[int]] = [[] for _ in range(max(row) + 1)]
    for node in range(count):
        members[row[node]].append(node)
    result = [0] * count
    place: dict[int, int] = {}
    next_row = 0
    for nodes in members:
        if not nodes:
            continue
        widths = {node: left[node] + right[node] + BOX_GAP for node in nodes}
        total = sum(widths.values())
        pieces = max(1, int(-(-total // room)))
        nodes.sort(key=lambda n: (holds[n], place.get(first_reliant[n], -1), first_reliant[n], n))
        filled, piece = 0.0, 0
        for rank, node in enumerate(nodes):
            if piece < pieces - 1 and filled + widths[node] / 2 > total / pieces * (piece + 1):
                piece += 1
            filled += widths[node]
            result[node] = next_row + piece
            place[node] = rank
        next_row += piece + 1
    return result
