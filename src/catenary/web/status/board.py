"""The status board: everything one provides or uses, what does not work first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catenary import clock
from catenary.apps.monitoring.queries.board import (
    Board,
    BoardFilter,
    BoardRow,
    board,
    owns_something,
)
from catenary.apps.monitoring.queries.sight import mark_of, sight_of
from catenary.apps.monitoring.queries.status import SHOWN, shown, words
from catenary.apps.monitoring.queries.stored import (
    FRESH,
    Freshness,
    freshness,
)
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.apps.portfolio.queries.needed import Needed, needed_at
from catenary.domain.condition.codes import CODE_NAMES
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.calendars.needed import needed_mark
from catenary.web.live.shared import by_anybody_like, part_for_all
from catenary.web.live.stale import as_last_known, why_stale
from catenary.web.looking import looking_back_on_conditions
from catenary.web.marks import organization_link
from catenary.web.pages.board import BoardCount, BoardLine, BoardPage
from catenary.web.pages.live import Live
from catenary.web.pages.marks import ConditionMark, Count, Facet
from catenary.web.pages.sentences import Link, Sentence, say
from catenary.web.reading import figure, in_words
from catenary.web.status.because import because_words
from catenary.web.status.knowing import knowing, known_at
from catenary.web.words import condition_word, role_word

_ROLES = ("customer-facing", "supporting", "external", "idle")
#: What can be asked for: the conditions, and those that are at risk.
_CONDITIONS = (*SHOWN, "at-risk")
#: Of what is in these, it is told whether it is needed now.
_HIT = frozenset({"down", "degraded", "maintenance"})
_LIMIT = 50
_NONE = Board((), dict.fromkeys(SHOWN, 0), 0, None)


@require_safe
@signed_in
@looking_back_on_conditions
def status_board(asking: Asking) -> HttpResponse:
    """The board, or the part of it that changes when the script of the page asks for it."""
    given = asking.request.GET
    chosen = {
        "only": [word for word in given.getlist("only")[:10] if word in _CONDITIONS],
        "role": given.get("role", "") if given.get("role", "") in _ROLES else "",
        "provider": given.get("provider", "")[:100],
        "mine": "1" if given.get("mine") == "1" else "",
    }
    narrowed = BoardFilter(
        only=tuple(chosen["only"]),
        role=str(chosen["role"]),
        provider=str(chosen["provider"]),
        mine=bool(chosen["mine"]),
        calm=given.get("all") == "1",
        as_known=True,
        with_reasons=True,
    )
    after = given.get("after", "")[:400]
    if asking.request.headers.get("HX-Target") == "board":
        return HttpResponse(_part(asking, narrowed, after))
    # Taken before the rows are: what changes in between is then told, not missed.
    live = live_of(asking)
    page = _found(asking, narrowed, after, live, freshness(clock.now()))
    return page_response(asking, "status_board.html", page, current="status")


def _part(asking: Asking, narrowed: BoardFilter, after: str) -> str:
    """The part that changes, made once for all who see the same. Only of who owns services it
    depends who they are."""
    fresh = freshness(clock.now())
    is_own = asking.viewpoint is None or narrowed.mine or owns_something(asking.actor)
    whose = asking if is_own else by_anybody_like(asking)

    def make() -> str:
        page = _found(whose, narrowed, after, None, fresh)
        return render_to_string("partials/board.html", {"page": page})

    # The past is asked for by few, and a late word may change it.
    if asking.viewpoint is None or asking.moment is not None:
        return make()
    sight = sight_of(asking.actor, asking.viewpoint)
    # Whether something is needed now changes with the minute, whatever else stays.
    minute = clock.now().replace(second=0, microsecond=0)
    return part_for_all(whose, sight, "board", make, fresh, minute)


def _found(
    asking: Asking, narrowed: BoardFilter, after: str, live: Live | None, fresh: Freshness
) -> BoardPage:
    found = _NONE
    if asking.viewpoint is not None:
        found = board(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            narrowed=narrowed,
            after=_place(after),
            limit=_LIMIT,
            at=asking.moment,
            known_at=known_at(asking),
        )
    return _page(found, narrowed, asking, live, fresh, after)


def live_of(asking: Asking, reference: str = "") -> Live | None:
    """The stream of a page that shows what one sees now, perhaps about one service."""
    if asking.viewpoint is None or asking.moment is not None:
        return None
    row = services_by_reference([reference]).get(reference) if reference else None
    mark = mark_of(asking.actor, asking.viewpoint, None if row is None else row.id)
    return Live(addresses.live(mark, reference))


def _page(
    found: Board,
    narrowed: BoardFilter,
    asking: Asking,
    live: Live | None,
    fresh: Freshness,
    after: str,
) -> BoardPage:
    is_past = asking.moment is not None
    fresh = FRESH if is_past else fresh
    needed = {} if is_past else _needed(found.rows)
    following = "" if found.after is None else _after(found.after)
    narrows = bool(narrowed.role or narrowed.provider or narrowed.mine or narrowed.only)
    return BoardPage(
        answer=as_last_known(_answer(found), fresh),
        counts=tuple(_count(found, narrowed, code) for code in _CONDITIONS),
        rows=tuple(_line(row, needed.get(row.reference)) for row in found.rows),
        total=Count(found.total),
        title=_title(narrowed),
        roles=tuple(
            _facet(narrowed, "role", role, role_word(role), found.roles.get(role, 0))
            for role in _ROLES
            if found.roles.get(role) or narrowed.role == role
        ),
        providers=tuple(
            _facet(narrowed, "provider", row.key, row.name, count) for row, count in found.providers
        ),
        mine=(
            _facet(narrowed, "mine", "1", _("owned by me"), found.mine)
            if found.mine or narrowed.mine
            else None
        ),
        clear_url=addresses.status() if narrows else "",
        rest=() if narrowed.only or narrowed.calm else tuple(_rest(found, narrowed)),
        next_url=addresses.status([*_query(narrowed), ("after", following)]) if following else "",
        first_url=addresses.status(_query(narrowed)) if after else "",
        here=asking.request.get_full_path(),
        is_silent=0 < _unheard(found) == sum(found.counts.values()) and not narrowed.only,
        unheard=_unheard_words(_unheard(found)),
        stale=why_stale(fresh),
        has_catalogue=is_past
        or (asking.viewpoint is not None and bool(sum(found.counts.values()))),
        live=live,
        knowing=knowing(asking),
    )


def _unheard(found: Board) -> int:
    """How many services there are of which nobody ever said anything."""
    return found.ranks.get("unheard", 0)


def _unheard_words(number: int) -> str:
    if not number:
        return ""
    told = ngettext(
        "Of {n} service nobody knows anything.", "Of {n} services nobody knows anything.", number
    )
    return told.format(n=figure(number))


def _answer(found: Board) -> Sentence:
    counts = found.counts
    everything = sum(counts.values())
    if not everything:
        return say(_("There is no service here that you may see yet."))
    if _unheard(found) == everything:
        # What is known of others' services, in this installation or any other, says nothing here.
        return Sentence((_unheard_words(everything),))
    # What may be down and is degraded at least does not work, however badly.
    bad = counts["down"] + counts["degraded"] + found.uncertain
    others = []
    if counts["maintenance"]:
        n = counts["maintenance"]
        others.append(
            ngettext("{n} is in maintenance", "{n} are in maintenance", n).format(n=figure(n))
        )
    if counts["unknown"]:
        n = counts["unknown"]
        others.append(
            ngettext(
                "of {n} nothing is known for certain", "of {n} nothing is known for certain", n
            ).format(n=figure(n))
        )
    if not bad:
        if counts["operational"] == everything:
            return say(_("Everything works."))
        if not counts["operational"]:
            told = ", ".join(others)
            return Sentence((f"{told[:1].upper()}{told[1:]}.",))
        return say(
            _("Nothing is known to be broken. Of {all} services {n} work; {others}."),
            all=everything,
            n=counts["operational"],
            others=", ".join(others),
        )
    parts = [
        f"{figure(counts[code])} {condition_word(code)}"
        for code in ("down", "degraded")
        if counts[code]
    ]
    if found.uncertain:
        parts.append(_("{n} degraded or down").format(n=figure(found.uncertain)))
    pattern = ngettext(
        "{n} of {all} services does not work as it should: {parts}.",
        "{n} of {all} services do not work as they should: {parts}.",
        bad,
    )
    return say(pattern, n=bad, all=everything, parts=", ".join(parts))


def _title(narrowed: BoardFilter) -> str:
    if narrowed.only:
        return ", ".join(map(_word, narrowed.only))
    return _("Everything") if narrowed.calm else _("What needs attention")


def _word(code: str) -> str:
    if code == "at-risk":
        return _("at risk")
    return condition_word(_mark(code).condition)


def _mark(code: str) -> ConditionMark:
    return ConditionMark("planned" if code == "maintenance" else code)


def _count(found: Board, narrowed: BoardFilter, code: str) -> BoardCount:
    is_chosen = narrowed.only == (code,)
    number = found.ranks.get(code, 0) if code == "at-risk" else found.counts[code]
    query = _query(narrowed, only=() if is_chosen else (code,))
    return BoardCount(
        code=code,
        word=_word(code),
        count=Count(number),
        url=addresses.status(query),
        mark=None if code == "at-risk" else _mark(code),
        is_chosen=is_chosen,
    )


def _rest(found: Board, narrowed: BoardFilter) -> list[Link]:
    """What needs nobody's attention, by its number."""
    links = []
    unheard = _unheard(found)
    well = found.ranks.get("operational", 0)
    if unheard:
        text = ngettext(
            "{n} service of which nothing is known",
            "{n} services of which nothing is known",
            unheard,
        )
        url = addresses.status(_query(narrowed, only=("unknown",)))
        links.append(Link(text.format(n=figure(unheard)), url))
    if well:
        text = ngettext("{n} service that works", "{n} services that work", well)
        url = addresses.status(_query(narrowed, only=("operational",)))
        links.append(Link(text.format(n=figure(well)), url))
    return links


def _needed(rows: Sequence[BoardRow]) -> Mapping[str, Needed]:
    """Whether what does not work is within its service hours now."""
    hit = [row.reference for row in rows if shown(row.effective) in _HIT]
    return needed_at(hit, clock.now()) if hit else {}


def _line(row: BoardRow, needed: Needed | None) -> BoardLine:
    known, kind = row.effective, shown(row.effective)
    notes = []
    if known.next_loss:
        loss = condition_word(CODE_NAMES[known.next_loss])
        notes.append(_("at risk: one more loss would make it {condition}").format(condition=loss))
    # Whether anybody speaks of what others provide is theirs to know: so it is put for all.
    is_unheard = row.rank == "unheard" and not known.next_loss
    if is_unheard:
        notes.append(_("nothing is known of it"))
    return BoardLine(
        reference=row.reference,
        name=row.known_as or row.name,
        official_name=row.name if row.known_as and row.known_as != row.name else "",
        url=addresses.service_status(row.reference),
        provider=organization_link(row.provider),
        mark=_mark(kind),
        role=role_word(row.role),
        words=in_words(words(known)) if kind == "unknown" and not is_unheard else "",
        # What is announced of a service itself needs nobody to look for a cause.
        is_by_itself=row.is_by_itself and kind != "maintenance",
        because=because_words(row.because),
        since=row.since,
        notes=tuple(notes),
        needed=needed_mark(needed),
    )


def _facet(narrowed: BoardFilter, name: str, value: str, text: str, count: int) -> Facet:
    given = {"role": narrowed.role, "provider": narrowed.provider, "mine": "1" * narrowed.mine}
    is_chosen = given[name] == value
    changed = {**given, name: "" if is_chosen else value}
    other = BoardFilter(
        only=narrowed.only,
        role=changed["role"],
        provider=changed["provider"],
        mine=bool(changed["mine"]),
        calm=narrowed.calm,
    )
    return Facet(text, Count(count), addresses.status(_query(other)), is_chosen)


def _query(narrowed: BoardFilter, *, only: tuple[str, ...] | None = None) -> list[tuple[str, str]]:
    query = [("only", word) for word in (narrowed.only if only is None else only)]
    query += [("role", narrowed.role), ("provider", narrowed.provider)]
    return [*query, ("mine", "1" * narrowed.mine), ("all", "1" * narrowed.calm)]


def _after(place: tuple[int, str, int]) -> str:
    rank, name, number = place
    return f"{rank}.{number}.{name}"


def _place(text: str) -> tuple[int, str, int] | None:
    """A place that makes no sense means the first page."""
    rank, _dot, rest = text.partition(".")
    number, _dot, name = rest.partition(".")
    if all(part.isascii() and part.isdigit() and len(part) < 19 for part in (rank, number)):
        return int(rank), name, int(number)
    return None
