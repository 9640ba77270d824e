"""The chain picture of a service, in the direction and depth one chooses."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catenary import clock
from catenary.apps.monitoring.queries.stored import anybody_speaks, freshness
from catenary.apps.portfolio.queries.chain import ChainView, Direction, chain_of
from catenary.apps.portfolio.queries.home import chain_place
from catenary.domain.picture import PictureNode, TableRow
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.chain.drawing import NO_CONDITIONS, conditions_in, drawn, where_from
from catenary.web.live.stale import why_stale
from catenary.web.looking import looking_back
from catenary.web.marks import service_link
from catenary.web.pages import (
    ChainChoice,
    ChainPage,
    ChainRow,
    ConditionMark,
    Count,
    Facet,
    Link,
    Sentence,
    say,
)
from catenary.web.reading import figure, in_words
from catenary.web.status.board import live_of

_DEPTHS = (1, 2, 3, 5)
_DEPTH = 2
_ROWS = 500
_OPENED = 20


@require_safe
@signed_in
@looking_back
def chain(asking: Asking) -> HttpResponse:
    """The picture with its controls, or good places to begin."""
    given = asking.request.GET
    reference = given.get("focus", "").strip()[:210]
    direction = _direction(given.get("direction", ""))
    depth = _depth(given.get("depth", ""))
    opened = [name[:200] for name in given.getlist("open")[:_OPENED]]
    view = None
    if reference and asking.viewpoint is not None:
        view = chain_of(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            reference=reference,
            direction=direction,
            depth=depth,
            records=asking.records,
        )
    if view is None:
        page = _beginning(asking, reference)
        status = 404 if reference else 200
        return page_response(asking, "chain.html", page, current="chain", status=status)

    def opening(name: str) -> str:
        query = [("focus", reference), ("direction", direction.value), ("depth", depth or 0)]
        query += [("open", bundle) for bundle in [*opened, name]]
        query += [("as_of", asking.as_of)] if asking.as_of else []
        return f"{reverse('chain')}?{urlencode(query)}#picture"

    # Taken before the conditions are read: what changes in between is then told, not missed.
    live = live_of(asking, reference) if anybody_speaks() else None
    conditions = conditions_in(asking, view) if live else NO_CONDITIONS
    picture = drawn(view, opened=opened, opening=opening, conditions=conditions)
    page = ChainPage(
        answer=_answer(view),
        focus=service_link(view.focus),
        focus_reference=view.focus.reference,
        directions=_directions(direction),
        depths=_depths(depth),
        picture_svg=picture.svg if len(view.services) > 1 or view.consumers else "",
        rows=tuple(_row(row, picture.relying) for row in picture.rows[:_ROWS]),
        has_conditions=bool(conditions.shown),
        where_from=where_from(conditions, view),
        here=asking.request.get_full_path(),
        live=live,
        stale=why_stale(freshness(clock.now())) if live else "",
        row_count=Count(len(picture.rows)),
        beyond=_beyond(view),
    )
    return page_response(asking, "chain.html", page, current="chain")


def _beginning(asking: Asking, reference: str) -> ChainPage:
    """Without a service to look from: the ones most others stand on."""
    problem = ""
    if reference:
        problem = _("There is no service {reference} that you may see.").format(reference=reference)
    suggestions: tuple[Facet, ...] = ()
    has_catalogue = False
    if asking.viewpoint is not None:
        place = chain_place(actor=asking.actor, viewpoint=asking.viewpoint)
        has_catalogue = place.has_catalogue
        suggestions = tuple(
            Facet(
                row.service.name,
                Count(row.dependents + row.consumers),
                addresses.chain(focus=row.service.reference),
            )
            for row in place.most_relied_on
        ) or tuple(
            Facet(row.known_as or row.name, None, addresses.chain(focus=row.reference))
            for row in place.held
        )
    return ChainPage(
        answer=say(_("Choose a service, and see what it rests on and who stands on it.")),
        focus_reference=reference,
        directions=_directions(Direction.BOTH),
        depths=_depths(_DEPTH),
        suggestions=suggestions,
        problem=problem,
        has_catalogue=has_catalogue,
    )


def _answer(view: ChainView) -> Sentence:
    name = service_link(view.focus)
    up = ngettext("{n} service stands on it", "{n} services stand on it", view.total_up)
    down = ngettext("it rests on {n} service", "it rests on {n} services", view.total_down)
    parts = [up.format(n=figure(view.total_up))] if view.total_up else []
    organizations = len({row.organization.id for row in view.consumers})
    if organizations:
        consume = ngettext(
            "{n} organization consumes it or what stands on it",
            "{n} organizations consume it or what stands on it",
            organizations,
        )
        parts.append(consume.format(n=figure(organizations)))
    if view.total_down:
        parts.append(down.format(n=figure(view.total_down)))
    if not parts:
        return say(_("Nothing hangs on {name} in this direction."), name=name)
    return say(_("{name}: {facts}."), name=name, facts=", ".join(parts))


def _beyond(view: ChainView) -> Sentence:
    sentences = []
    if view.not_shown:
        more = ngettext(
            "{n} more service is counted above but not drawn.",
            "{n} more services are counted above but not drawn.",
            view.not_shown,
        )
        sentences.append(more.format(n=figure(view.not_shown)))
    if view.beyond:
        more = ngettext(
            "{n} service further up belongs to others: we may count it, not see it.",
            "{n} services further up belong to others: we may count them, not see them.",
            view.beyond,
        )
        sentences.append(more.format(n=figure(view.beyond)))
    return Sentence((Link(" ".join(sentences)),)) if sentences else Sentence()


def _row(row: TableRow, relying: dict[tuple[str, str], str]) -> ChainRow:
    return ChainRow(
        reliant=_link(row.reliant),
        supporter=_link(row.supporter),
        provider=row.provider,
        threshold=in_words(row.threshold),
        weight=in_words(row.weight),
        relying=relying.get((row.reliant.id, row.supporter.id), ""),
        steps=row.steps,
        is_consumption=row.is_consumption,
        is_soft="soft" in row.threshold,
        closes_loop=row.closes_loop,
        reliant_reference=row.reliant.id,
        supporter_reference=row.supporter.id,
        reliant_condition=_condition(row.reliant),
        supporter_condition=_condition(row.supporter),
        is_cause=row.supporter.is_cause,
        is_worked_on=row.supporter.condition == "planned",
    )


def _condition(node: PictureNode) -> ConditionMark | None:
    return ConditionMark(node.condition) if node.condition else None


def _link(node: PictureNode) -> Link:
    return Link(node.label, node.href)


def _direction(given: str) -> Direction:
    try:
        return Direction(given)
    except ValueError:
        return Direction.BOTH


def _depth(given: str) -> int | None:
    """The depth asked for; 0 means all the way, nonsense means the usual."""
    if given == "0":
        return None
    return int(given) if given in {str(depth) for depth in _DEPTHS} else _DEPTH


def _directions(chosen: Direction) -> tuple[ChainChoice, ...]:
    words = {
        Direction.BOTH: _("both ways"),
        Direction.UP: _("who stands on it"),
        Direction.DOWN: _("what it rests on"),
    }
    return tuple(ChainChoice(value.value, text, value is chosen) for value, text in words.items())


def _depths(chosen: int | None) -> tuple[ChainChoice, ...]:
    choices = [
        ChainChoice(
            str(depth), ngettext("{n} step", "{n} steps", depth).format(n=depth), depth == chosen
        )
        for depth in _DEPTHS
    ]
    return (*choices, ChainChoice("0", _("all the way"), chosen is None))
