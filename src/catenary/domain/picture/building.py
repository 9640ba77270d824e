"""From documents to a picture: groups get their words and their weights here, once."""

from __future__ import annotations

from collections.abc import Iterable

from catenary.domain.documents.shapes import DependencyGroupDocument
from catenary.domain.picture.values import ChainPicture, PictureEdge, PictureGroup, PictureNode
from catenary.domain.picture.words import threshold_words, weight_words


def chain_picture(
    *,
    title: str,
    nodes: Iterable[PictureNode],
    reliance: Iterable[tuple[str, DependencyGroupDocument]] = (),
    consumption: Iterable[PictureEdge] = (),
) -> ChainPicture:
    """The picture of ``nodes``, of who relies on what (reliant id, group) and who consumes what.

    Node ids of services are their references. A member that is not among the nodes (beyond the
    depth asked for, or not to be seen) is left out, while the words on the gate keep speaking of
    the whole group; a group none of whose members is there is left out altogether, and so is
    consumption of or by something that is not there. Marks or links given twice are drawn once.
    """
    marks = {node.id: node for node in nodes}
    groups: list[PictureGroup] = []
    for reliant, group in reliance:
        if reliant not in marks:
            continue
        weights = weight_words(group)
        members = {
            member.service: words
            for member, words in zip(group.members, weights, strict=True)
            if member.service in marks
        }
        if members:
            groups.append(
                PictureGroup(
                    id=f"g{len(groups)}",
                    reliant=reliant,
                    members=tuple(members.items()),
                    label=threshold_words(group),
                    soft=group.soft,
                )
            )
    edges = {
        (edge.consumer, edge.service): edge
        for edge in consumption
        if edge.consumer in marks and edge.service in marks
    }
    return ChainPicture(
        title=title,
        nodes=tuple(marks.values()),
        groups=tuple(groups),
        edges=tuple(edges.values()),
    )
