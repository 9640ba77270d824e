"""Schemas about closing days of calendars by an iCalendar file, with an example of each answer."""

from __future__ import annotations

from typing import Any

from catenary.api.schema_pieces import COUNT, FLAG, TEXT, Schema, list_of, object_of
from catenary.exchange.icalendar.lines import MAX_BYTES, MAX_EVENTS

#: What is said to close days.
FILE = {"icalendar": f"an iCalendar file, of at most {MAX_BYTES // 1_000_000} MB"}

_DATE: Schema = {"type": "string", "format": "date"}
_DAY: Schema = object_of({"date": _DATE, "name": TEXT})
_REJECTED: Schema = object_of(
    {
        "number": {**COUNT, "description": "which event of the file, from 1"},
        "line": {**COUNT, "description": "where to look in the file"},
        "name": TEXT,
        "reason": TEXT,
        "remedy": {**TEXT, "description": "empty when there is nothing to mend"},
    }
)
#: What routes answer, with an example.
ANSWERS: dict[str, tuple[Schema, Any]] = {
    "closeDays": (
        object_of(
            {
                "reference": TEXT,
                "dry-run": FLAG,
                "events": {**COUNT, "maximum": MAX_EVENTS, "description": "events in the file"},
                "taken": {**list_of(_DAY), "description": "days that are closed with it"},
                "known": {
                    **list_of(_DAY),
                    "description": "days that were unlike others already, and stay as they were",
                },
                "rejected": {**list_of(_REJECTED), "description": "events that close no day"},
                "etag": {**TEXT, "description": "of the calendar with these days"},
            }
        ),
        {
            "reference": "hospital-it/desk-hours",
            "dry-run": True,
            "events": 2,
            "taken": [{"date": "2026-12-25", "name": "Christmas"}],
            "known": [],
            "rejected": [
                {
                    "number": 2,
                    "line": 9,
                    "name": "Meeting",
                    "reason": "it is no whole day",
                    "remedy": "",
                }
            ],
            "etag": "0f3a9c2d11e84b570f3a9c2d11e84b570f3a9c2d",
        },
    )
}
#: What routes take, with an example.
BODIES: dict[str, tuple[Schema, Any]] = {
    "closeDays": (
        object_of(
            {name: {**TEXT, "description": said} for name, said in FILE.items()}, ["icalendar"]
        ),
        {
            "icalendar": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Christmas\n"
            "DTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR\n"
        },
    )
}
