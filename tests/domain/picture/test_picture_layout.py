"""Where things hang: properties of every picture, and a few pictures by hand."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings

from catenary.domain.picture import (
    Box,
    ChainPicture,
    GateBox,
    PictureEdge,
    PictureGroup,
    PictureNode,
    layout,
)
from tests.domain.picture.chains import pictures, points_of

ROUNDING = 0.2


def apart(one: Box | GateBox, other: Box | GateBox) -> bool:
    return (
        one.x + one.width <= other.x + ROUNDING
        or other.x + other.width <= one.x + ROUNDING
        or one.y + one.height <= other.y + ROUNDING
        or other.y + other.height <= one.y + ROUNDING
    )


def chain_of(*relies: tuple[str, str]) -> ChainPicture:
    names = dict.fromkeys(name for pair in relies for name in pair)
    return ChainPicture(
        "t",
        tuple(PictureNode(name, name) for name in names),
        tuple(
            PictureGroup(f"g{n}", reliant, ((member, ""),))
            for n, (reliant, member) in enumerate(relies)
        ),
    )


@settings(max_examples=100, deadline=None)
@given(pictures())
def test_no_two_boxes_overlap(picture: ChainPicture) -> None:
    geometry = layout(picture)
    boxes: list[Box | GateBox] = [*geometry.boxes.values(), *geometry.gates.values()]

    assert all(apart(one, other) for one, other in combinations(boxes, 2))
    assert set(geometry.boxes) == {node.id for node in picture.nodes}
    assert set(geometry.gates) == {group.id for group in picture.groups if group.label}


@settings(max_examples=100, deadline=None)
@given(pictures())
def test_every_link_runs_from_its_reliant_down_to_its_member(picture: ChainPicture) -> None:
    geometry = layout(picture)

    assert len(geometry.paths) == len(picture.edges) + sum(len(g.members) for g in picture.groups)
    for path in geometry.paths:
        points = points_of(path.d)
        source, target = geometry.boxes[path.source], geometry.boxes[path.target]
        above = geometry.gates.get(path.group, source)
        assert abs(points[0][1] - (above.y + above.height)) < ROUNDING
        assert above.x - ROUNDING <= points[0][0] <= above.x + above.width + ROUNDING
        if path.kind == "loop":
            assert path.arrow
            assert target.y <= source.y
        else:
            assert source.y < target.y
            assert abs(points[-1][1] - target.y) < ROUNDING
            assert abs(points[-1][0] - (target.x + target.width / 2)) < ROUNDING


@settings(max_examples=100, deadline=None)
@given(pictures())
def test_everything_is_within_the_canvas(picture: ChainPicture) -> None:
    geometry = layout(picture)
    corners = [(box.x, box.y) for box in geometry.boxes.values()]
    corners += [(box.x + box.width, box.y + box.height) for box in geometry.boxes.values()]
    corners += [(gate.x, gate.y) for gate in geometry.gates.values()]
    corners += [(gate.x + gate.width, gate.y + gate.height) for gate in geometry.gates.values()]
    for path in geometry.paths:
        corners += points_of(path.d)

    assert all(0 <= x <= geometry.width and 0 <= y <= geometry.height for x, y in corners)


@settings(max_examples=50, deadline=None)
@given(pictures())
def test_the_same_picture_gets_the_same_geometry(picture: ChainPicture) -> None:
    assert layout(picture) == layout(picture)


@settings(max_examples=100, deadline=None)
@given(pictures(loops=False))
def test_without_a_loop_nothing_leads_upwards(picture: ChainPicture) -> None:
    assert all(path.kind != "loop" for path in layout(picture).paths)


def test_an_empty_picture_is_an_empty_canvas() -> None:
    geometry = layout(ChainPicture("t", ()))

    assert geometry.boxes == {} and geometry.paths == ()


def test_exactly_one_link_of_a_ring_leads_upwards() -> None:
    ring = [(f"n{n}", f"n{(n + 1) % 5}") for n in range(5)]

    kinds = [path.kind for path in layout(chain_of(*ring)).paths]

    assert kinds.count("loop") == 1


def test_a_service_that_relies_on_itself_is_drawn_with_its_loop() -> None:
    [path] = layout(chain_of(("a", "a"))).paths

    assert path.kind == "loop" and path.arrow


def test_a_ring_of_ten_thousand_services_is_laid_out() -> None:
    count = 10_000
    ring = [(f"n{n}", f"n{(n + 1) % count}") for n in range(count)]

    geometry = layout(chain_of(*ring))

    assert len(geometry.boxes) == count
    assert sum(path.kind == "loop" for path in geometry.paths) == 1


def test_a_consumer_hangs_directly_above_what_it_consumes() -> None:
    picture = ChainPicture(
        "t",
        (
            *(PictureNode(name, name) for name in "abcd"),
            PictureNode("ward", "Ward", kind="organization"),
        ),
        tuple(
            PictureGroup(f"g{n}", a, ((b, ""),))
            for n, (a, b) in enumerate([("a", "b"), ("b", "c"), ("c", "d")])
        ),
        (PictureEdge("ward", "d"),),
    )

    boxes = layout(picture).boxes

    assert boxes["c"].y <= boxes["ward"].y < boxes["d"].y


def test_a_wide_row_becomes_several() -> None:
    star = [("top", f"leaf{n}") for n in range(60)]

    geometry = layout(chain_of(*star))

    assert geometry.width < 2_400
    assert len({box.y for box in geometry.boxes.values()}) > 2


def test_a_long_label_is_cut_with_an_ellipsis_and_keeps_its_role() -> None:
    node = PictureNode(
        "a", "Very long " * 30, sublabel="Provider " * 30, role="customer-facing", stage="designed"
    )

    box = layout(ChainPicture("t", (node,))).boxes["a"]

    assert box.label.endswith("…") and box.width <= 260
    assert box.sublabel.endswith("customer-facing · designed")


def test_marks_that_hang_from_nothing_stand_beside_each_other() -> None:
    nodes = tuple(PictureNode(f"n{n}", f"n{n}") for n in range(30))

    geometry = layout(ChainPicture("t", nodes))

    assert geometry.width < 1_700 and len({box.y for box in geometry.boxes.values()}) > 1
