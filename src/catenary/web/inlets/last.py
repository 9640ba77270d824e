"""What a closed inlet said last and still stands, for its page."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.queries.inlet_words import LastWord, LastWords, last_words_of_inlet
from catenary.apps.monitoring.queries.inlets import InletView
from catenary.web import addresses
from catenary.web.asking import Asking
from catenary.web.pages.inlets import LastWordLine, LastWordsPart
from catenary.web.pages.sentences import Link
from catenary.web.reading import figure
from catenary.web.status.timeline import condition_mark

_SHOWN = 50


def last_words_part(
    asking: Asking, view: InletView, at: datetime, *, may_manage: bool
) -> LastWordsPart | None:
    """What still stands of a closed inlet, from where the address says; none while it is open."""
    if view.closed_at is None:
        return None
    first = _first(asking.request.GET.get("from", ""))
    found = last_words_of_inlet(
        asking.actor, view.organization, view.key, at, first=first, most=_SHOWN
    )
    if found is None or not found.total:
        return LastWordsPart(_("Nothing it said stands any more."))
    here, after = addresses.inlet(view.organization, view.key), first + _SHOWN
    return LastWordsPart(
        answer=_answer(found),
        lines=tuple(map(_line, found.words)),
        first_url=here if first else "",
        next_url=f"{here}?from={after}" if after < found.total else "",
        may_take_back=may_manage,
    )


def taken_back_words(services: int) -> str:
    """That the last words about so many services were taken back."""
    if not services:
        return _("Nothing it said stood any more.")
    told = ngettext(
        "What it last said of {n} service is taken back.",
        "What it last said of {n} services is taken back.",
        services,
    )
    return told.format(n=figure(services))


def _first(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _answer(found: LastWords) -> str:
    told = ngettext(
        "Its last words still stand about {n} service, until they are taken back.",
        "Its last words still stand about {n} services, until they are taken back.",
        found.services,
    )
    return told.format(n=figure(found.services))


def _line(word: LastWord) -> LastWordLine:
    return LastWordLine(
        service=Link(word.name, addresses.service_status(word.reference)),
        mark=condition_mark(word.condition),
        since=word.since,
        voice=word.voice,
        text=word.text,
    )
