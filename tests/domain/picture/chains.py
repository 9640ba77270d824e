"""Pictures by chance, and what can be read from the path of a link."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from catenary.domain.picture import (
    ChainPicture,
    NodeKind,
    PictureEdge,
    PictureGroup,
    PictureNode,
)

_NAMES = st.text(max_size=30)
_KINDS: st.SearchStrategy[NodeKind] = st.sampled_from(["service", "hidden"])


@st.composite
def pictures(draw: st.DrawFn, *, most: int = 14, loops: bool = True) -> ChainPicture:
    """Any picture: loops, self-reliance, groups that share members, lone marks, odd labels."""
    count = draw(st.integers(0, most))
    consumers = draw(st.integers(0, 3))
    nodes = [
        PictureNode(
            id=f"s{n}",
            label=draw(_NAMES),
            kind=draw(_KINDS),
            sublabel=draw(st.sampled_from(["", "Acme Cloud", "Hospital IT"])),
            role=draw(st.sampled_from(["", "supporting", "customer-facing"])),
            stage=draw(st.sampled_from(["live", "designed"])),
            is_focus=n == 0 and draw(st.booleans()),
        )
        for n in range(count)
    ]
    nodes += [PictureNode(f"o{n}", f"Ward {n}", kind="organization") for n in range(consumers)]
    groups = []
    if count:
        for index in range(draw(st.integers(0, 2 * count))):
            reliant = draw(st.integers(0, count - 1))
            first = 0 if loops else reliant + 1
            if first >= count:
                continue
            members = draw(st.sets(st.integers(first, count - 1), min_size=1, max_size=4))
            label = draw(st.sampled_from(["", "any 1 of 2", "50 of 120 needed, 100 for full"]))
            groups.append(
                PictureGroup(
                    f"g{index}",
                    f"s{reliant}",
                    tuple((f"s{member}", "") for member in sorted(members)),
                    label,
                    soft=draw(st.booleans()),
                )
            )
    edges = []
    for n in range(consumers):
        if count:
            edges.append(PictureEdge(f"o{n}", f"s{draw(st.integers(0, count - 1))}"))
    return ChainPicture("Chance", tuple(nodes), tuple(groups), tuple(edges))


def points_of(d: str) -> list[tuple[float, float]]:
    """All points of a path, handles included, in its order; it uses M, L and C only."""
    assert not set(re.findall("[A-Za-z]", d)) - set("MLC")
    numbers = [float(text) for text in re.findall(r"-?\d+(?:\.\d+)?", d)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
