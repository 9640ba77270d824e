"""Whether a service is open at this moment, for its page."""

from __future__ import annotations

from dataclasses import replace

from catenary.apps.portfolio.queries.calendars import calendar_names, hours_kept
from catenary.clock import now
from catenary.domain.documents.shapes import ServiceHours
from catenary.web import addresses
from catenary.web.calendars.words import open_now
from catenary.web.pages.sentences import Link
from catenary.web.pages.service import Hours


def opening(shown: Hours | None, said: ServiceHours | None) -> Hours | None:
    """The hours of a page with whether they are open now, and the name of their calendar."""
    if shown is None or said is None or said.is_always:
        return shown
    kept = hours_kept(said)
    told = "" if kept is None else open_now(kept, now())
    if not said.calendar:
        return replace(shown, now=told)
    name = calendar_names([said.calendar]).get(said.calendar, said.calendar)
    return replace(shown, now=told, calendar=Link(name, addresses.calendar(said.calendar)))
