"""Too much for the eye: marks fold into counted bundles until the picture has few enough.

Only marks of one row (or of rows that follow each other, whole) fold together, so that folding
never makes a loop; what is far from the focus folds first, its direct neighbours last and the
focus never. Every mark folded is counted exactly once, and the words on the gates stay those of
the unfolded groups.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

from catenary.domain.picture.graph import Link, links_of, rows_by_longest_path, steps_from_focus
from catenary.domain.picture.values import (
    ChainPicture,
    NodeCondition,
    PictureEdge,
    PictureGroup,
    PictureNode,
)
from catenary.domain.said import figure, said, said_of

MARK_LIMIT = 60
SHOWN_WHEN_OPENED = 40


def fold(
    picture: ChainPicture,
    limit: int = MARK_LIMIT,
    *,
    opened: Iterable[str] = (),
    opening: Callable[[str], str] | None = None,
) -> ChainPicture:
    """``picture`` with at most ``limit`` marks (at least 4), the rest folded into bundles.

    A picture that is small enough comes back as it is. ``opened`` are ids of bundles to show
    open, in the order in which they were opened: an id is that of a bundle in the picture folded
    before it, ids that mean nothing (any more) are passed over. A bundle of more than 40 shows
    40 and folds the rest again. ``opening`` gives the address that opens a bundle, from its id.
    Node counts always add up to those of ``picture``.
    """
    if len(picture.nodes) <= limit:
        return picture
    sheet = _Sheet.of(picture)
    bundles = _bundles(sheet, max(limit, 4))
    for name in opened:
        bundles = _open(sheet, bundles, name)
    return _contracted(sheet, bundles, opening)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The picture with what folding asks of it, by number of node."""

    picture: ChainPicture
    links: list[Link]
    row: list[int]
    steps: list[int]
    above: list[frozenset[int]]
    below: list[frozenset[int]]

    @classmethod
    def of(cls, picture: ChainPicture) -> _Sheet:
        size = len(picture.nodes)
        links = links_of(picture)
        above: list[set[int]] = [set() for _ in range(size)]
        below: list[set[int]] = [set() for _ in range(size)]
        for link in links:
            above[link.target].add(link.source)
            below[link.source].add(link.target)
        return cls(
            picture=picture,
            links=links,
            row=rows_by_longest_path(size, links, [node.level for node in picture.nodes]),
            # What nothing connects to the focus is farther than anything that is connected.
            steps=[size if at is None else at for at in steps_from_focus(picture, links)],
            above=[frozenset(nodes) for nodes in above],
            below=[frozenset(nodes) for nodes in below],
        )


_Bundle = tuple[int, ...]


def _bundles(sheet: _Sheet, limit: int) -> list[_Bundle]:
    """Which nodes fold together, until no more than ``limit`` marks are left.

    From the kindest way to the harshest: what hangs from the same marks and nothing hangs from,
    of one provider; then of any; consumers of the same; one row of one provider; a whole row;
    rows together. First far from the focus, then its neighbours too.
    """
    nodes, steps, row = sheet.picture.nodes, sheet.steps, sheet.row
    size = len(nodes)
    has_focus = any(node.is_focus for node in nodes)
    near = {node for node in range(size) if has_focus and steps[node] <= 1}
    focus = {node for node in range(size) if nodes[node].is_focus}

    def siblings(node: int) -> Hashable:
        below, above = sheet.below[node], sheet.above[node]
        if below and above:
            return None
        return (row[node], nodes[node].kind, nodes[node].sublabel, above, below)

    def any_siblings(node: int) -> Hashable:
        below, above = sheet.below[node], sheet.above[node]
        if below and above:
            return None
        return (row[node], nodes[node].kind, above, below)

    def provider_leaves(node: int) -> Hashable:
        if sheet.below[node] and sheet.above[node]:
            return None
        return (row[node], nodes[node].kind, nodes[node].sublabel, not sheet.below[node])

    def provider_row(node: int) -> Hashable:
        return (row[node], nodes[node].kind, nodes[node].sublabel)

    def whole_row(node: int) -> Hashable:
        return row[node]

    ways: Sequence[Callable[[int], Hashable]] = (
        siblings,
        any_siblings,
        provider_leaves,
        provider_row,
        whole_row,
    )
    units: list[_Bundle] = []
    for kept in (near | focus, focus):
        units = [(node,) for node in range(size)]
        for way in ways:
            units = _fold_by(units, way, kept, sheet, limit)
        units = _join_rows(units, kept, sheet, limit)
        if len(units) <= limit:
            break
    return [unit for unit in units if len(unit) > 1]


def _fold_by(
    units: list[_Bundle],
    way: Callable[[int], Hashable],
    kept: set[int],
    sheet: _Sheet,
    limit: int,
) -> list[_Bundle]:
    """Fold units that are alike in this ``way``: the farthest set first, then the largest, and
    no more of the last set than the limit asks."""
    excess = len(units) - limit
    if excess <= 0:
        return units
    sets: dict[Hashable, list[_Bundle]] = {}
    for unit in units:
        if kept.isdisjoint(unit):
            keys = {way(node) for node in unit}
            if len(keys) == 1 and None not in keys:
                sets.setdefault(keys.pop(), []).append(unit)
    alike = [found for found in sets.values() if len(found) > 1]
    alike.sort(key=lambda found: (-min(sheet.steps[u[0]] for u in found), -len(found), found[0]))
    gone: set[_Bundle] = set()
    made: list[_Bundle] = []
    for found in alike:
        if excess <= 0:
            break
        # The first few stay to be seen; what is a bundle already goes back into it.
        found.sort(key=lambda unit: (len(unit) == 1, unit))
        singles = [unit for unit in found if len(unit) == 1]
        take = min(len(found), excess + 1)
        bundles = found[: len(found) - len(singles)]
        chosen = (bundles + singles[::-1])[:take]
        if len(chosen) < 2:
            continue
        gone.update(chosen)
        made.append(tuple(sorted(node for unit in chosen for node in unit)))
        excess -= len(chosen) - 1
    return sorted([unit for unit in units if unit not in gone] + made)


def _join_rows(units: list[_Bundle], kept: set[int], sheet: _Sheet, limit: int) -> list[_Bundle]:
    """When whole rows are folded and it is still too much: fold rows that follow each other,
    never across a row in which something stands by itself (that could make a loop)."""
    excess = len(units) - limit
    if excess <= 0:
        return units
    by_row: dict[int, list[_Bundle]] = {}
    for unit in units:
        by_row.setdefault(sheet.row[unit[0]], []).append(unit)
    runs: list[list[_Bundle]] = [[]]
    for row in sorted(by_row):
        if all(kept.isdisjoint(unit) for unit in by_row[row]):
            runs[-1].extend(by_row[row])
        else:
            runs.append([])
    runs = [run for run in runs if len(run) > 1]
    runs.sort(key=lambda run: -max(sheet.steps[unit[0]] for unit in run))
    gone: set[_Bundle] = set()
    made: list[_Bundle] = []
    for run in runs:
        if excess <= 0:
            break
        upper = sheet.row[run[0][0]] < min((sheet.row[n] for n in kept), default=0)
        take = min(len(run), excess + 1)
        chosen = run[:take] if upper else run[-take:]
        gone.update(chosen)
        made.append(tuple(sorted(node for unit in chosen for node in unit)))
        excess -= take - 1
    return sorted([unit for unit in units if unit not in gone] + made)


def bundle_id(ids: Iterable[str]) -> str:
    """The id of the bundle of these nodes: the same nodes, the same id."""
    digest = hashlib.sha256("\n".join(sorted(ids)).encode())
    return f"bundle-{digest.hexdigest()[:16]}"


def _open(sheet: _Sheet, bundles: list[_Bundle], name: str) -> list[_Bundle]:
    """The bundles without the one called ``name``, or with what is left of it."""
    nodes = sheet.picture.nodes
    result: list[_Bundle] = []
    for bundle in bundles:
        if bundle_id(nodes[node].id for node in bundle) != name:
            result.append(bundle)
        elif len(rest := bundle[SHOWN_WHEN_OPENED:]) > 1:
            result.append(rest)
    return result


def _contracted(
    sheet: _Sheet, bundles: list[_Bundle], opening: Callable[[str], str] | None
) -> ChainPicture:
    """The picture with one mark per bundle, at the place of the bundle's last member."""
    picture = sheet.picture
    shown = [node.id for node in picture.nodes]
    made: dict[int, PictureNode] = {}
    for bundle in bundles:
        members = [picture.nodes[node] for node in bundle]
        mark = _bundle_mark(members, opening)
        made[bundle[-1]] = mark
        for node in bundle:
            shown[node] = mark.id
    into = {node.id: name for node, name in zip(picture.nodes, shown, strict=True)}
    nodes = [
        made.get(index, node)
        for index, node in enumerate(picture.nodes)
        if index in made or into[node.id] == node.id
    ]
    return ChainPicture(
        title=picture.title,
        nodes=tuple(nodes),
        groups=tuple(_contracted_groups(picture, into)),
        edges=tuple(_contracted_edges(picture, into)),
    )


def _contracted_groups(picture: ChainPicture, into: dict[str, str]) -> list[PictureGroup]:
    """Groups with bundles for members. A folded reliant loses its gates: its links say only
    what something in the bundle relies on, hard before soft."""
    groups: list[PictureGroup] = []
    folded: dict[tuple[str, bool], dict[str, str]] = {}
    for group in picture.groups:
        counted: dict[str, list[str]] = {}
        for member, words in group.members:
            counted.setdefault(into[member], []).append(words)
        reliant = into[group.reliant]
        if reliant != group.reliant:
            kept = folded.setdefault((reliant, group.soft), {})
            kept.update(dict.fromkeys((name for name in counted if name != reliant), ""))
            continue
        members = tuple(
            (name, said("{n} of them", figure(len(found))) if len(found) > 1 else found[0])
            for name, found in counted.items()
        )
        groups.append(replace(group, members=members))
    for (reliant, soft), names in folded.items():
        hard = folded.get((reliant, False), {}) if soft else {}
        members = tuple((name, "") for name in names if name not in hard)
        if members:
            name = f"{reliant}:{'soft' if soft else 'hard'}"
            groups.append(PictureGroup(id=name, reliant=reliant, members=members, soft=soft))
    return groups


def _contracted_edges(picture: ChainPicture, into: dict[str, str]) -> list[PictureEdge]:
    edges: dict[tuple[str, str], PictureEdge] = {}
    for edge in picture.edges:
        consumer, service = into[edge.consumer], into[edge.service]
        whole = consumer == edge.consumer and service == edge.service
        if consumer != service:
            edges[consumer, service] = PictureEdge(consumer, service, edge.label if whole else "")
    return list(edges.values())


def _bundle_mark(members: list[PictureNode], opening: Callable[[str], str] | None) -> PictureNode:
    """The mark of a bundle: its count, whose they are if they are one provider's, and the worst
    that is known of them (silence is never shown as fine)."""
    name = bundle_id(node.id for node in members)
    count = sum(node.count for node in members)
    providers = {node.sublabel for node in members}
    provider = providers.pop() if len(providers) == 1 else ""
    kinds = {node.kind for node in members}
    if kinds == {"organization"}:
        label = said_of(count, "{n} more consumer", "{n} more consumers", figure(count))
    elif provider:
        label = said("{n} more of {provider}", figure(count), provider)
    else:
        label = said_of(count, "{n} more service", "{n} more services", figure(count))
    roles = {node.role for node in members}
    conditions = [node.condition for node in members]
    return PictureNode(
        id=name,
        label=label,
        kind="bundle",
        sublabel=provider,
        role=roles.pop() if len(roles) == 1 else "",
        condition=min(conditions, key=_WORST.index),
        count=count,
        expand_href=opening(name) if opening else "",
    )


_WORST: tuple[NodeCondition, ...] = ("down", "degraded", "unknown", "planned", "", "operational")
