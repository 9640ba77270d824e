"""Pages that can be read as of a past moment: ``?as_of=``, a date (its end, in UTC) or an ISO
time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import BadRequest
from django.http import HttpResponse

from catenary import clock
from catenary.apps.portfolio.queries.past import records_at
from catenary.domain.moments import read_moment
from catenary.web import addresses
from catenary.web.asking import Asking

P = ParamSpec("P")


def looking_back(
    view: Callable[Concatenate[Asking, P], HttpResponse],
) -> Callable[Concatenate[Asking, P], HttpResponse]:
    """A view that reads ``asking.records``. Links on its pages stay in the moment that is looked
    at; a moment that has not come yet shows the present."""
    return _looking_back(view, reads_catalogue=True)


def looking_back_on_conditions(
    view: Callable[Concatenate[Asking, P], HttpResponse],
) -> Callable[Concatenate[Asking, P], HttpResponse]:
    """The same for a view that reads the conditions of ``asking.moment``, and of the catalogue
    what it needs by itself."""
    return _looking_back(view, reads_catalogue=False)


#: How an address asks for what was known then of a past moment.
THEN = "then"


def _looking_back(
    view: Callable[Concatenate[Asking, P], HttpResponse], *, reads_catalogue: bool
) -> Callable[Concatenate[Asking, P], HttpResponse]:
    @wraps(view)
    def answer(asking: Asking, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        asking = replace(asking, looks_back=True)
        text = asking.request.GET.get("as_of", "").strip()
        if not text:
            return view(asking, *args, **kwargs)
        at = read_moment(text)
        if at is None:
            raise BadRequest("as_of is no ISO date or time")
        if at >= clock.now():
            return view(asking, *args, **kwargs)
        known = THEN if asking.request.GET.get("known", "") == THEN else ""
        with addresses.staying_at(text, "" if reads_catalogue else known):
            past = replace(asking, as_of=text, moment=at)
            if reads_catalogue:
                past = replace(past, records=records_at(at))
            return view(past, *args, **kwargs)

    return answer
