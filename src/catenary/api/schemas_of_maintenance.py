"""Schemas about maintenance, with an example of each answer."""

from __future__ import annotations

from typing import Any

from catenary.api.schema_pieces import (
    COUNT,
    FLAG,
    MOMENT,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    list_of,
    object_of,
)
from catenary.domain.maintenance.reading import (
    CONDITIONS,
    FIELDS,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_CHANGES,
    MOST_SERVICES,
)
from catenary.domain.maintenance.rules import LONGEST_RULE

_WALL: Schema = {"type": "string", "description": "on the wall of the zone: 2026-11-29T02:00"}


_KINDS: dict[str, Schema] = {
    "title": {**TEXT, "minLength": 1, "maxLength": LONGEST_TITLE},
    "text": {**TEXT_OR_NULL, "maxLength": LONGEST_TEXT},
    "services": {**list_of(TEXT), "minItems": 1, "maxItems": MOST_SERVICES},
    "condition": {"enum": [*CONDITIONS, None]},
    "zone": TEXT,
    "start": TEXT,
    "duration": TEXT,
    "repeats": {**TEXT_OR_NULL, "maxLength": LONGEST_RULE},
    "changes": {
        "type": ["array", "null"],
        "maxItems": MOST_CHANGES,
        "items": object_of(
            {"at": _WALL, "cancelled": FLAG, "start": _WALL, "duration": TEXT}, ["at"]
        ),
    },
}
#: A plan as it is sent.
PLAN = object_of(
    {name: {"description": str(meaning), **_KINDS[name]} for name, meaning in FIELDS.items()},
    ["title", "services", "zone", "start", "duration"],
)
_SERVICE = object_of(
    {"reference": TEXT, "name": TEXT, "provider": TEXT, "condition": {"enum": [*CONDITIONS]}}
)
_SHOWN: Schema = {
    "key": TEXT,
    "version": COUNT,
    "state": {"enum": ["ahead", "running", "over", "cancelled"]},
    "title": {**TEXT_OR_NULL, "description": "null: what is worked on may not be told"},
    "text": TEXT_OR_NULL,
    "zone": TEXT,
    "repeats": TEXT_OR_NULL,
    "services": list_of(_SERVICE),
    "hits": list_of(_SERVICE),
    "ahead": list_of(
        object_of(
            {
                "at": {**_WALL, "description": "what this time is called by: its start as planned"},
                "start": MOMENT,
                "end": MOMENT,
                "changed": FLAG,
                "announced-at": {"type": ["string", "null"], "format": "date-time"},
            }
        )
    ),
    "past": list_of(object_of({"start": MOMENT, "end": MOMENT})),
}
_PLAN_OR_NULL: Schema = {"type": ["object", "null"]}
_RESULT = object_of({"key": TEXT, "version": COUNT, "changed": FLAG})
_HARM = object_of({"microseconds": COUNT, "hours": {"type": "number", "minimum": 0}})
_SLOT = object_of({"start": _WALL, "harm": _HARM})

_EXAMPLE_PLAN = {
    "title": "New switches",
    "services": ["hospital-it/network"],
    "condition": "down",
    "zone": "Europe/London",
    "start": "2026-11-29T02:00",
    "duration": "2 h",
    "repeats": "FREQ=MONTHLY;BYDAY=-1SU",
}
_EXAMPLE_TIMES = {"start": "2026-11-29T02:00:00+00:00", "end": "2026-11-29T04:00:00+00:00"}
_EXAMPLE = {
    "key": "k3v9m2xq7w",
    "version": 1,
    "state": "ahead",
    "title": "New switches",
    "text": None,
    "zone": "Europe/London",
    "repeats": "FREQ=MONTHLY;BYDAY=-1SU",
    "services": [
        {
            "reference": "hospital-it/network",
            "name": "Hospital network",
            "provider": "hospital-it",
            "condition": "down",
        }
    ],
    "hits": [],
    "ahead": [
        {
            "at": "2026-11-29T02:00",
            **_EXAMPLE_TIMES,
            "changed": False,
            "announced-at": "2026-11-03T09:30:00+00:00",
        }
    ],
    "past": [],
}
_EXAMPLE_RESULT = {"key": "k3v9m2xq7w", "version": 1, "changed": True}
_EXAMPLE_HARM = {"microseconds": 115_200_000_000, "hours": 32.0}

#: What the routes about maintenance answer, with an example of each.
MAINTENANCE: dict[str, tuple[Schema, Any]] = {
    "readMaintenanceAhead": (
        object_of({"items": list_of(object_of(_SHOWN)), "next": TEXT_OR_NULL}),
        {"items": [_EXAMPLE], "next": None},
    ),
    "readMaintenance": (
        object_of(
            {
                **_SHOWN,
                "plan": _PLAN_OR_NULL,
                "versions": list_of(
                    object_of(
                        {
                            "version": COUNT,
                            "plan": _PLAN_OR_NULL,
                            "recorded-at": MOMENT,
                            "by": TEXT_OR_NULL,
                            "note": TEXT_OR_NULL,
                        }
                    )
                ),
            }
        ),
        {
            **_EXAMPLE,
            "plan": _EXAMPLE_PLAN,
            "versions": [
                {
                    "version": 1,
                    "plan": _EXAMPLE_PLAN,
                    "recorded-at": "2026-11-03T09:30:00+00:00",
                    "by": "Sam Whitlock",
                    "note": None,
                }
            ],
        },
    ),
    "announceMaintenance": (_RESULT, _EXAMPLE_RESULT),
    "changeMaintenance": (_RESULT, {**_EXAMPLE_RESULT, "version": 2}),
    "cancelMaintenance": (_RESULT, {**_EXAMPLE_RESULT, "version": 3}),
    "previewMaintenance": (
        object_of(
            {
                "impact": {"type": "object"},
                "hits": list_of(
                    object_of(
                        {
                            "reference": TEXT,
                            "name": TEXT,
                            "condition": {"enum": [*CONDITIONS]},
                            "worked-on": FLAG,
                            "consumers": COUNT,
                            "has-hours": FLAG,
                        }
                    )
                ),
                "occurrences": list_of(
                    object_of(
                        {
                            "start": MOMENT,
                            "end": MOMENT,
                            "harm": _HARM,
                            "in-service-hours": list_of(TEXT),
                            "outside-service-hours": list_of(TEXT),
                            "with-other-maintenance": list_of(TEXT),
                            "with-present-faults": list_of(TEXT),
                            "together": list_of(
                                object_of({"reference": TEXT, "because": list_of(TEXT_OR_NULL)})
                            ),
                        }
                    )
                ),
                "better": list_of(_SLOT),
                "starts": list_of(_SLOT),
            }
        ),
        {
            "impact": {},
            "hits": [
                {
                    "reference": "hospital-it/network",
                    "name": "Hospital network",
                    "condition": "down",
                    "worked-on": True,
                    "consumers": 0,
                    "has-hours": True,
                }
            ],
            "occurrences": [
                {
                    **_EXAMPLE_TIMES,
                    "harm": _EXAMPLE_HARM,
                    "in-service-hours": ["hospital-it/network"],
                    "outside-service-hours": [],
                    "with-other-maintenance": [],
                    "with-present-faults": [],
                    "together": [],
                }
            ],
            "better": [],
            "starts": [{"start": "2026-11-29T02:00", "harm": _EXAMPLE_HARM}],
        },
    ),
}
#: By operation: what it takes, with an example.
PLANS: dict[str, tuple[Schema, Any]] = dict.fromkeys(
    ("announceMaintenance", "changeMaintenance", "previewMaintenance"), (PLAN, _EXAMPLE_PLAN)
)
