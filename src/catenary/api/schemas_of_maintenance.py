"""Schemas about maintenance, with an example of each answer."""

from __future__ import annotations

from typing import Any

from catenary.domain.maintenance.reading import (
    CONDITIONS,
    FIELDS,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_CHANGES,
    MOST_SERVICES,
)
from catenary.domain.maintenance.rules import LONGEST_RULE

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_FLAG: Schema = {"type": "boolean"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_WALL: Schema = {"type": "string", "description": "on the wall of the zone: 2026-11-29T02:00"}


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    return {
        "type": "object",
        "required": list(properties) if required is None else required,
        "properties": properties,
        "additionalProperties": False,
    }


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


_KINDS: dict[str, Schema] = {
    "title": {**_TEXT, "minLength": 1, "maxLength": LONGEST_TITLE},
    "text": {**_TEXT_OR_NULL, "maxLength": LONGEST_TEXT},
    "services": {**_list(_TEXT), "minItems": 1, "maxItems": MOST_SERVICES},
    "condition": {"enum": [*CONDITIONS, None]},
    "zone": _TEXT,
    "start": _TEXT,
    "duration": _TEXT,
    "repeats": {**_TEXT_OR_NULL, "maxLength": LONGEST_RULE},
    "changes": {
        "type": ["array", "null"],
        "maxItems": MOST_CHANGES,
        "items": _object(
            {"at": _WALL, "cancelled": _FLAG, "start": _WALL, "duration": _TEXT}, ["at"]
        ),
    },
}
#: A plan as it is sent.
PLAN = _object(
    {name: {"description": str(meaning), **_KINDS[name]} for name, meaning in FIELDS.items()},
    ["title", "services", "zone", "start", "duration"],
)
_SERVICE = _object(
    {"reference": _TEXT, "name": _TEXT, "provider": _TEXT, "condition": {"enum": [*CONDITIONS]}}
)
_SHOWN: Schema = {
    "key": _TEXT,
    "version": _COUNT,
    "state": {"enum": ["ahead", "running", "over", "cancelled"]},
    "title": {**_TEXT_OR_NULL, "description": "null: what is worked on may not be told"},
    "text": _TEXT_OR_NULL,
    "zone": _TEXT,
    "repeats": _TEXT_OR_NULL,
    "services": _list(_SERVICE),
    "hits": _list(_SERVICE),
    "ahead": _list(
        _object(
            {
                "at": {**_WALL, "description": "what this time is called by: its start as planned"},
                "start": _MOMENT,
                "end": _MOMENT,
                "changed": _FLAG,
                "announced-at": {"type": ["string", "null"], "format": "date-time"},
            }
        )
    ),
    "past": _list(_object({"start": _MOMENT, "end": _MOMENT})),
}
_PLAN_OR_NULL: Schema = {"type": ["object", "null"]}
_RESULT = _object({"key": _TEXT, "version": _COUNT, "changed": _FLAG})
_HARM = _object({"microseconds": _COUNT, "hours": {"type": "number", "minimum": 0}})
_SLOT = _object({"start": _WALL, "harm": _HARM})

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
    "readMaintenanceAhead": (_object({"items": _list(_object(_SHOWN))}), {"items": [_EXAMPLE]}),
    "readMaintenance": (
        _object(
            {
                **_SHOWN,
                "plan": _PLAN_OR_NULL,
                "versions": _list(
                    _object(
                        {
                            "version": _COUNT,
                            "plan": _PLAN_OR_NULL,
                            "recorded-at": _MOMENT,
                            "by": _TEXT_OR_NULL,
                            "note": _TEXT_OR_NULL,
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
        _object(
            {
                "impact": {"type": "object"},
                "hits": _list(
                    _object(
                        {
                            "reference": _TEXT,
                            "name": _TEXT,
                            "condition": {"enum": [*CONDITIONS]},
                            "worked-on": _FLAG,
                            "consumers": _COUNT,
                            "has-hours": _FLAG,
                        }
                    )
                ),
                "occurrences": _list(
                    _object(
                        {
                            "start": _MOMENT,
                            "end": _MOMENT,
                            "harm": _HARM,
                            "in-service-hours": _list(_TEXT),
                            "outside-service-hours": _list(_TEXT),
                            "with-other-maintenance": _list(_TEXT),
                        }
                    )
                ),
                "better": _list(_SLOT),
                "starts": _list(_SLOT),
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
