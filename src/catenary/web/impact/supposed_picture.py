"""The picture of what would be: what is supposed below, who would be hit above, as the paths go."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext as _

from catenary.apps.monitoring.queries.status import shown
from catenary.apps.monitoring.queries.what_if import Because, Piece
from catenary.apps.portfolio.queries.service import ServiceLink
from catenary.domain.documents.shapes import DependencyGroupDocument, Supporter
from catenary.domain.picture import PictureNode, chain_picture, fold
from catenary.domain.picture.values import NodeCondition
from catenary.web import addresses
from catenary.web.impact.consumers import consumers_drawn
from catenary.web.picture import render_chain

#: So many services are drawn; the table lists more.
_DRAWN = 60


def supposed_picture(piece: Piece, number: int) -> str:
    """The finished figure of one piece of time; empty when nothing leads from one service to
    another."""
    drawing = _Drawing(piece)
    if not drawing.reliance:
        return ""
    consumers, edges = consumers_drawn(
        ((row.organization, row.services) for row in piece.consuming), drawing.nodes
    )
    picture = chain_picture(
        title=_("What would be hit"),
        nodes=[*drawing.nodes.values(), *consumers],
        reliance=drawing.reliance,
        consumption=edges,
    )
    return str(render_chain(fold(picture), prefix=f"supposed-{number}"))


class _Drawing:
    """Nodes, and who relies on whom as far as it carries something."""

    def __init__(self, piece: Piece) -> None:
        self.nodes: dict[str, PictureNode] = {}
        self.reliance: list[tuple[str, DependencyGroupDocument]] = []
        self._drawn: set[tuple[str, str]] = set()
        for change in piece.changes[:_DRAWN]:
            self._put(change.link, _condition(shown(change.after)))
        for change in piece.changes[:_DRAWN]:
            for cause in change.causes:
                self._follow(change.link.reference, cause)

    def _put(self, link: ServiceLink, condition: NodeCondition) -> None:
        if link.reference in self.nodes:
            return
        self.nodes[link.reference] = PictureNode(
            id=link.reference,
            label=link.known_as or link.name,
            sublabel=link.provider.name,
            stage=link.stage,
            condition=condition,
            href=addresses.service(link.reference),
        )

    def _follow(self, above: str, cause: Because) -> None:
        """Draw the steps of a path."""
        steps = cause.path[1:]
        for place, link in enumerate(steps):
            is_source = place == len(steps) - 1
            if link is None:
                name = f"unseen below {above}"
                node = PictureNode(id=name, label=_("a service you may not see"), kind="hidden")
                self.nodes.setdefault(name, node)
            else:
                name = link.reference
                kind = "maintenance" if cause.is_announced else cause.condition
                self._put(link, _condition(kind) if is_source else "")
            if (above, name) not in self._drawn:
                self._drawn.add((above, name))
                self.reliance.append((above, DependencyGroupDocument((Supporter(name),))))
            above = name


def _condition(kind: str) -> NodeCondition:
    return cast(NodeCondition, "planned" if kind == "maintenance" else kind)
