"""From the chain as it may be seen to its picture and its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.portfolio.queries.chain import ChainView
from catenary.domain.picture import (
    PictureEdge,
    PictureNode,
    TableRow,
    chain_picture,
    fold,
    table_rows,
)
from catenary.domain.picture.values import NodeRole
from catenary.web import addresses
from catenary.web.picture import render_chain
from catenary.web.reading import figure


@dataclass(frozen=True, slots=True)
class Drawn:
    """The finished figure, and every link of the chain as rows, folded or not. ``relying`` says
    with how many services of their own an organization (its mark) relies on a service."""

    svg: str
    rows: tuple[TableRow, ...]
    relying: dict[tuple[str, str], str]


def drawn(
    view: ChainView,
    *,
    opened: Sequence[str] = (),
    opening: Callable[[str], str] | None = None,
    prefix: str = "chain",
) -> Drawn:
    """The picture of a chain, folded to what the eye can take."""
    focus = view.focus.reference
    nodes = [
        PictureNode(
            id=service.link.reference,
            label=service.link.name,
            sublabel=service.link.provider.name,
            stage=service.link.stage,
            role=_node_role(service.link.role),
            href=addresses.service(service.link.reference),
            is_focus=service.link.reference == focus,
        )
        for service in view.services
    ]
    nodes += [
        PictureNode(
            id=hidden.id,
            label=_("a supporting service"),
            kind="hidden",
            sublabel=hidden.provider.name,
        )
        for hidden in view.hidden
    ]
    organizations = {row.organization.key: row.organization for row in view.consumers}
    nodes += [
        PictureNode(
            id=f"organization {key}",
            label=organization.name,
            kind="organization",
            href=addresses.organization(key),
        )
        for key, organization in organizations.items()
    ]
    picture = chain_picture(
        title=_("Chain of {name}").format(name=view.focus.name),
        nodes=nodes,
        reliance=view.reliance,
        consumption=[
            PictureEdge(f"organization {row.organization.key}", row.service, row.known_as)
            for row in view.consumers
        ],
    )
    folded = fold(picture, opened=opened, opening=opening)
    relying = {
        (f"organization {row.organization.key}", row.service): _relying(row.relying)
        for row in view.consumers
    }
    return Drawn(str(render_chain(folded, prefix=prefix)), table_rows(picture), relying)


def _node_role(role: str) -> NodeRole:
    return cast(NodeRole, "" if role == "elsewhere" else role)


def _relying(count: int) -> str:
    if not count:
        return ""
    return ngettext("with {n} service of theirs", "with {n} services of theirs", count).format(
        n=figure(count)
    )
