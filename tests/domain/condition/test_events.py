"""What happened: the instants at which conditions changed."""

from __future__ import annotations

from catenary.domain.condition.days import Span
from catenary.domain.condition.events import Change, Event, events


def test_what_changes_at_one_instant_is_one_event() -> None:
    courses = {
        1: [Span(0, 10, "operational"), Span(10, 20, "down"), Span(20, None, "operational")],
        2: [Span(0, 10, "operational"), Span(10, None, "degraded")],
    }

    assert events(courses, 0) == (
        Event(20, (Change(1, "down", "operational"),)),
        Event(10, (Change(1, "operational", "down"), Change(2, "operational", "degraded"))),
    )
    assert events(courses, 11) == (Event(20, (Change(1, "down", "operational"),)),)


def test_beginning_to_look_is_no_event_but_falling_silent_is() -> None:
    courses = {
        1: [Span(5, 10, "operational"), Span(15, 20, "operational")],
        2: [Span(3, 4, "down")],
    }

    assert events(courses, 0) == (
        Event(20, (Change(1, "operational", "unknown"),)),
        Event(15, (Change(1, "unknown", "operational"),)),
        Event(10, (Change(1, "operational", "unknown"),)),
        Event(4, (Change(2, "down", "unknown"),)),
        Event(3, (Change(2, "", "down"),)),
    )
