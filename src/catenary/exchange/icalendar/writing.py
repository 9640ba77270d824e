"""Openings as an iCalendar file, for calendar programs."""

from __future__ import annotations

from datetime import datetime, timedelta

from icalendar import Calendar, Event

from catenary.domain.intervals import instant, moment
from catenary.domain.service_hours import Hours, open_intervals

BACK, AHEAD = timedelta(days=31), timedelta(days=366)


def openings_feed(reference: str, name: str, hours: Hours, at: datetime) -> bytes:
    """Every opening from a month before ``at`` to a year after, one event each, in UTC.

    The same opening has the same identity whenever the file is made, so that a program that
    subscribes to it moves nothing it knows already.
    """
    feed = Calendar()
    feed.add("prodid", "-//Catenary//Service hours//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", name)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    found = open_intervals(hours, instant(midnight - BACK), instant(midnight + AHEAD))
    for start, end in found:
        event = Event()
        event.add("uid", f"{start}.{reference.replace('/', '.')}@catenary")
        event.add("dtstamp", midnight)
        event.add("dtstart", moment(start))
        event.add("dtend", moment(end))
        event.add("summary", name)
        event.add("transp", "TRANSPARENT")
        feed.add_component(event)
    return bytes(feed.to_ical())
