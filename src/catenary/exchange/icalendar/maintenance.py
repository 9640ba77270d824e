"""Maintenance as an iCalendar file, for calendar programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from icalendar import Calendar, Event

from catenary.apps.monitoring.queries.maintenance import MaintenanceView


def maintenance_feed(
    name: str,
    views: Sequence[MaintenanceView],
    title_of: Callable[[MaintenanceView], str],
    at: datetime,
) -> bytes:
    """Every time that is ahead or was, one event each in UTC; cancelled maintenance has none.

    A time has the same identity whenever the file is made, so that a program that subscribes to
    it moves what was moved.
    """
    feed = Calendar()
    feed.add("prodid", "-//Catenary//Maintenance//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", name)
    for view in views:
        services = ", ".join(each.name for each in (*view.services, *view.hits))
        told = "\n\n".join(filter(None, (services, view.text)))
        ahead = [] if view.state == "cancelled" else view.ahead
        times = [(f"{each.at:%Y%m%dT%H%M%S}", each.start, each.end) for each in ahead]
        running = {start for _, start, _ in times}
        times += [
            (f"{start:%Y%m%dT%H%M%SZ}", start, end)
            for start, end in view.past
            if start not in running
        ]
        for identity, start, end in times:
            event = Event()
            event.add("uid", f"{identity}.{view.key}@catenary")
            event.add("dtstamp", at.replace(microsecond=0))
            event.add("sequence", view.version)
            event.add("dtstart", start)
            event.add("dtend", end)
            event.add("summary", title_of(view))
            event.add("description", told)
            event.add("transp", "TRANSPARENT")
            feed.add_component(event)
    return bytes(feed.to_ical())
