"""The picture of an impact: the failing services below, who is hit above, as the paths go."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from django.utils.translation import gettext as _

from catenary.apps.portfolio.queries.impact import AT_RISK, UNSEEN, HitService, ImpactView
from catenary.domain.documents.shapes import DependencyGroupDocument
from catenary.domain.picture import PictureNode, chain_picture, fold
from catenary.domain.picture.values import NodeCondition
from catenary.web import addresses
from catenary.web.impact.consumers import consumers_drawn
from catenary.web.picture import render_chain


def impact_picture(view: ImpactView) -> str:
    """The finished figure; empty when there is nothing to draw."""
    if not view.hits and not view.organizations:
        return ""
    condition = cast(NodeCondition, view.condition)
    nodes = [
        PictureNode(
            id=link.reference,
            label=link.known_as or link.name,
            sublabel=link.provider.name,
            stage=link.stage,
            condition=condition,
            href=addresses.service(link.reference),
            is_focus=number == 0,
        )
        for number, link in enumerate(view.failing)
    ]
    reliance = []
    for number, hit in enumerate(view.hits):
        nodes.append(
            PictureNode(
                id=hit.link.reference,
                label=hit.link.known_as or hit.link.name,
                sublabel=hit.link.provider.name,
                stage=hit.link.stage,
                condition=cast(NodeCondition, "" if hit.kind == AT_RISK else hit.kind),
                href=addresses.service(hit.link.reference),
            )
        )
        if hit.group is None:
            continue
        holder = f"unseen-{number}"
        if hit.path[1] is None:
            nodes.append(
                PictureNode(id=holder, label=_("a service you may not see"), kind="hidden")
            )
        reliance.append((hit.link.reference, _drawn_group(hit, holder)))
    shown = {node.id for node in nodes}
    consumers, edges = consumers_drawn(
        (
            (row.organization, [link.reference for link in row.services])
            for row in view.organizations
        ),
        shown,
    )
    picture = chain_picture(
        title=_("What is hit"), nodes=nodes + consumers, reliance=reliance, consumption=edges
    )
    return str(render_chain(fold(picture), prefix="impact"))


def _drawn_group(hit: HitService, holder: str) -> DependencyGroupDocument:
    """The group with a mark for what may not be seen, when the effect came through it."""
    assert hit.group is not None
    members = list(hit.group.members)
    if hit.path[1] is None:
        places = [n for n, member in enumerate(members) if member.service == UNSEEN]
        if places:
            members[places[0]] = replace(members[places[0]], service=holder)
    return replace(hit.group, members=tuple(members))
