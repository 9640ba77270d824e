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
        with addresses.staying_at(text):
            past = replace(asking, records=records_at(at), as_of=text, moment=at)
            return view(past, *args, **kwargs)

    return answer
