"""From the chain as it may be seen to its picture and its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.queries.shown_now import shown_now
from catenary.apps.monitoring.queries.sources import Sources, sources_of_condition
from catenary.apps.portfolio.queries.chain import ChainView
from catenary.domain.picture import (
    PictureEdge,
    PictureNode,
    TableRow,
    chain_picture,
    fold,
    table_rows,
)
from catenary.domain.picture.values import NodeCondition, NodeRole
from catenary.web import addresses
from catenary.web.asking import Asking
from catenary.web.pages.sentences import Link, Sentence, say
from catenary.web.picture import render_chain
from catenary.web.reading import figure

#: So many sources are named beside the picture, in which all stand out.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Drawn:
    """The finished figure, and every link of the chain as rows, folded or not. ``relying`` says
    with how many services of their own an organization (its mark) relies on a service."""

    svg: str
    rows: tuple[TableRow, ...]
    relying: dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the services of a chain are shown as, by reference, and where the condition of the
    focus comes from, in this chain or not. Nothing where nobody reports anything, and of the
    past."""

    shown: Mapping[str, str] = field(default_factory=dict)
    sources: Sources = field(default_factory=lambda: Sources({}))


NO_CONDITIONS = Conditions()


def conditions_in(asking: Asking, view: ChainView) -> Conditions:
    """The conditions that stand of the services of a chain."""
    if asking.viewpoint is None or asking.moment is not None:
        return NO_CONDITIONS
    shown = shown_now(
        actor=asking.actor,
        viewpoint=asking.viewpoint,
        references=[service.link.reference for service in view.services],
    )
    sources = sources_of_condition(
        actor=asking.actor, viewpoint=asking.viewpoint, reference=view.focus.reference
    )
    return Conditions(shown, sources)


def where_from(conditions: Conditions, view: ChainView) -> Sentence:
    """Beside the picture: the first sources of the focus's condition, and how many more."""
    sources = conditions.sources
    name = view.focus.known_as or view.focus.name
    others = {one: known for one, known in sources.named.items() if one != view.focus.reference}
    links = [
        Link(known, addresses.service_status(one)) for one, known in list(others.items())[:_NAMED]
    ]
    if len(others) > _NAMED:
        left = len(others) - _NAMED
        links.append(Link(ngettext("{n} more", "{n} more", left).format(n=figure(left))))
    if sources.has_unseen:
        links.append(Link(_("what you may not see")))
    is_planned = conditions.shown.get(view.focus.reference) == "maintenance"
    if not links:
        itself = _("The condition of {name} is its own.")
        if is_planned:
            itself = _("{name} is worked on itself.")
        return say(itself, name=name) if sources.named else Sentence()
    pattern = _("The condition of {name} comes from {sources}.")
    if is_planned:
        pattern = _("The maintenance of {name} comes from {sources}.")
        if not sources.is_whole:
            pattern = _("The maintenance of {name} comes from {sources}, and from others besides.")
    elif not sources.is_whole:
        pattern = _("The condition of {name} comes from {sources}, and from others besides.")
    return say(pattern, name=name, sources=links)


def node_condition(shown: str) -> NodeCondition:
    """The sign in the picture for what a service is shown as."""
    known = {"maintenance": "planned", "at-risk": "operational", "unheard": "unknown"}
    return cast(NodeCondition, known.get(shown, shown))


def drawn(
    view: ChainView,
    *,
    opened: Sequence[str] = (),
    opening: Callable[[str], str] | None = None,
    prefix: str = "chain",
    conditions: Conditions = NO_CONDITIONS,
) -> Drawn:
    """The picture of a chain, folded to what the eye can take."""
    focus, shown = view.focus.reference, conditions.shown
    nodes = [
        PictureNode(
            id=service.link.reference,
            label=service.link.known_as or service.link.name,
            sublabel=service.link.provider.name,
            stage=service.link.stage,
            role=_node_role(service.link.role),
            href=addresses.service(service.link.reference),
            is_focus=service.link.reference == focus,
            condition=node_condition(shown.get(service.link.reference, "")),
            # The focus stands out already.
            is_cause=service.link.reference in conditions.sources.named
            and service.link.reference != focus,
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
        title=_("Chain of {name}").format(name=view.focus.known_as or view.focus.name),
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
