"""One connected part of a picture: its rows measured first, drawn when it has its place."""

from __future__ import annotations

from catenary.domain.picture import routing
from catenary.domain.picture.geometry import Box, GateBox, LinkPath
from catenary.domain.picture.graph import Link, rows_by_longest_path
from catenary.domain.picture.marks import GATE_DROP, GATE_HEIGHT, TALL, MarkSize
from catenary.domain.picture.ordering import ordered_rows
from catenary.domain.picture.placement import horizontal_middles
from catenary.domain.picture.ranks import LANE, Port, Route, ranked
from catenary.domain.picture.values import PictureGroup, PictureNode

HOOK_ROOM = 14.0
NARROW_GAP = 54.0
WIDE_GAP = 132.0
CORNER = 12.0
ARROW = 8.0


class Piece:
    """A connected part, laid out from (0, 0). ``links`` count the nodes of this part from 0."""

    def __init__(
        self,
        *,
        nodes: list[PictureNode],
        sizes: list[MarkSize],
        links: list[Link],
        groups: tuple[PictureGroup, ...],
        room: float,
    ) -> None:
        """Find rows, order and places. ``room`` is how wide a row may grow."""
        self.nodes, self.sizes, self.groups = nodes, sizes, groups
        rows = rows_by_longest_path(len(nodes), links, [node.level for node in nodes])
        self.ranked = ranked(sizes, links, groups, rows, room)
        self.x = horizontal_middles(self.ranked, ordered_rows(self.ranked))
        self.width = max(x + right for x, right in zip(self.x, self.ranked.right, strict=True))
        self._stack_rows()
        self.height = self.bottom[-1]

    def _stack_rows(self) -> None:
        """Rows under each other; the gap grows with how far links swing from row to row."""
        ranked = self.ranked
        gates, hooks = set(), set()
        for mark in range(ranked.marks):
            if any(port.has_gate for port in ranked.ports[mark]):
                gates.add(ranked.row[mark])
            if mark in ranked.lanes:
                hooks.add(ranked.row[mark])
        swings: list[list[float]] = [[] for _ in range(ranked.rows)]
        for step in ranked.steps:
            offset = step.port.offset if step.port else 0.0
            swing = self.x[step.lower] + step.landing - self.x[step.upper] - offset
            swings[ranked.row[step.upper]].append(abs(swing))
        self.top: list[float] = []
        self.bottom: list[float] = []
        y = 0.0
        for row in range(ranked.rows):
            self.top.append(y)
            y += TALL
            if row in gates:
                y += GATE_DROP + GATE_HEIGHT
            if row in hooks:
                y += HOOK_ROOM
            self.bottom.append(y)
            far = sorted(swings[row])
            swing = far[len(far) * 4 // 5] if far else 0.0
            y += min(NARROW_GAP + 0.13 * swing, WIDE_GAP)

    def boxes(self, dx: float, dy: float) -> dict[str, Box]:
        """The boxes of all marks, moved by (dx, dy)."""
        return {node.id: self._box(mark, dx, dy) for mark, node in enumerate(self.nodes)}

    def _box(self, mark: int, dx: float, dy: float) -> Box:
        size = self.sizes[mark]
        top = self.top[self.ranked.row[mark]] + (TALL - size.height) / 2
        return Box(
            x=round(dx + self.x[mark] - size.width / 2, 1),
            y=round(dy + top, 1),
            width=size.width,
            height=size.height,
            label=size.label,
            sublabel=size.sublabel,
        )

    def gates(self, dx: float, dy: float) -> dict[str, GateBox]:
        """The gates by group id, moved by (dx, dy), each with the stub that holds it."""
        found: dict[str, GateBox] = {}
        for mark in range(self.ranked.marks):
            box = self._box(mark, dx, dy)
            for port in self.ranked.ports[mark]:
                if not port.has_gate:
                    continue
                group = self.groups[port.group]
                middle = dx + self.x[mark] + port.offset
                top = self._gate_top(mark) + dy
                held = min(max(middle, box.x + CORNER), box.x + box.width - CORNER)
                start = (held, box.y + box.height)
                found[group.id] = GateBox(
                    group=group.id,
                    x=round(middle - port.width / 2, 1),
                    y=round(top, 1),
                    width=port.width,
                    height=GATE_HEIGHT,
                    label=group.label,
                    soft=group.soft,
                    stub=routing.chain_path([start, start, (middle, top), (middle, top)]),
                )
        return found

    def paths(self, dx: float, dy: float) -> list[LinkPath]:
        """All links, moved by (dx, dy)."""
        return [self._path(route, dx, dy) for route in self.ranked.routes]

    def _path(self, route: Route, dx: float, dy: float) -> LinkPath:
        link = route.link
        group = self.groups[link.group] if link.group >= 0 else None
        arrow = ""
        if link.closes_loop:
            d, arrow = self._loop(route, dx, dy)
        else:
            pairs = self._leaving(link.source, route.port)
            for point in route.points:
                row = self.ranked.row[point]
                pairs += [(self.x[point], self.top[row]), (self.x[point], self.bottom[row])]
            row = self.ranked.row[link.target]
            end = self.x[link.target]
            low = (TALL - self.sizes[link.target].height) / 2
            pairs += [(end, self.top[row]), (end, self.top[row] + low)]
            d = routing.chain_path([(x + dx, y + dy) for x, y in pairs])
        return LinkPath(
            source=self.nodes[link.source].id,
            target=self.nodes[link.target].id,
            kind="loop" if link.closes_loop else "consumption" if group is None else "reliance",
            group=group.id if group else "",
            soft=group is not None and group.soft,
            d=d,
            arrow=arrow,
            words=link.words,
            words_x=round(dx + self.x[link.target] + 6, 1),
            words_y=round(dy + self.top[self.ranked.row[link.target]] - 6, 1),
        )

    def _loop(self, route: Route, dx: float, dy: float) -> tuple[str, str]:
        """A link that leads back up: out below, round the side, up, and in from below."""
        link = route.link
        mark, target = link.source, link.target
        points = self._leaving(mark, route.leaving)
        x, level = points[0]
        if any(port.has_gate for port in self.ranked.ports[mark]):
            level = self._gate_top(mark) + GATE_HEIGHT
        x = points[-1][0]
        points[-1] = (x, level)
        lane = self.x[mark] + self.ranked.right[mark] - LANE / 2
        row = self.ranked.row[mark]
        out = routing.chain_path([(px + dx, py + dy) for px, py in points])
        leave = (x + dx, level + dy)
        lowest = level + dy + HOOK_ROOM
        if mark == target:
            box = self._box(mark, dx, dy)
            side, middle = box.x + box.width, box.y + box.height / 2
            d = out + routing.hook(leave, lane + dx, lowest, middle)
            return f"{d}L{routing.number(side + ARROW)} {routing.number(middle)}", (
                routing.arrow_left((side, middle))
            )
        pairs = [(lane, self.top[row])]
        for point in reversed(route.points):
            at = self.ranked.row[point]
            pairs += [(self.x[point], self.bottom[at]), (self.x[point], self.top[at])]
        end, tip = self._exit(target, route.port)
        below = self.bottom[self.ranked.row[target]]
        half = self.sizes[target].width / 2 - CORNER
        if abs(route.port.offset) <= half:
            pairs += [(end, below), (end, tip + ARROW)]
        else:
            held = self.x[target] + min(max(route.port.offset, -half), half)
            foot = (held, tip + ARROW)
            pairs += [(end, below), (end, self._gate_top(target)), foot, foot]
            end = held
        up = routing.chain_path([(px + dx, py + dy) for px, py in [pairs[0], *pairs]])
        d = out + routing.hook(leave, lane + dx, lowest, self.top[row] + dy)
        return d + up[up.index("C") if "C" in up else up.index("L") :], (
            routing.arrow_up((end + dx, tip + dy))
        )

    def _leaving(self, mark: int, port: Port) -> list[tuple[float, float]]:
        """The first points of a link: out of the mark and down to the end of its row. A bare
        port beyond the box (gates push it there) is reached by a short curve beside the gates."""
        x, start = self._exit(mark, port)
        end = (x, self.bottom[self.ranked.row[mark]])
        half = self.sizes[mark].width / 2 - CORNER
        if port.has_gate or abs(port.offset) <= half:
            return [(x, start), end]
        held = (self.x[mark] + min(max(port.offset, -half), half), start)
        return [held, held, (x, self._gate_top(mark)), end]

    def _exit(self, mark: int, port: Port) -> tuple[float, float]:
        """Where links leave a mark by ``port``: its gate's lower edge, or the box's."""
        x = self.x[mark] + port.offset
        if port.has_gate:
            return x, self._gate_top(mark) + GATE_HEIGHT
        bottom = self.top[self.ranked.row[mark]] + (TALL + self.sizes[mark].height) / 2
        return x, bottom

    def _gate_top(self, mark: int) -> float:
        return self.top[self.ranked.row[mark]] + TALL + GATE_DROP
