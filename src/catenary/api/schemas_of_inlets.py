"""Schemas about inlets, with an example of each answer."""

from __future__ import annotations

from typing import Any

from catenary.apps.monitoring.operations.inlets import PROOFS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_MOMENT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    return {
        "type": "object",
        "required": list(properties) if required is None else required,
        "properties": properties,
        "additionalProperties": False,
    }


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


#: What is said to open one, and to do something with one.
NEW = {
    "organization": "key of the organization it speaks for",
    "name": "what it is called there",
    "kind": "what reports there",
    "proof": "secret, which is sent along, or hmac, which signs; without it, secret",
    "settings": "as its kind takes them; without it, none",
}
ACT = {
    "do": "change, renew (another secret) or close",
    "settings": "with change: as its kind takes them",
}

_SETTINGS: Schema = {"type": "object", "description": "as its kind takes them"}
_ADDRESS = "/in/alertmanager/kT4wqZr81bNcXy0a"
_REFUSED: Schema = _object(
    {
        "at": _MOMENT,
        "reasons": _list(_object({"code": _TEXT, "detail": _TEXT})),
        "excerpt": {**_TEXT, "description": "how it began"},
    }
)
_INLET: Schema = _object(
    {
        "name": _TEXT,
        "organization": _TEXT,
        "kind": _TEXT,
        "address": {"type": ["string", "null"], "description": "null when it is closed"},
        "proof": {"enum": list(PROOFS)},
        "settings": _SETTINGS,
        "opened-at": _MOMENT,
        "closed-at": _MOMENT_OR_NULL,
        "heard-at": _MOMENT_OR_NULL,
        "taken": _COUNT,
        "repeated": {**_COUNT, "description": "items that had been said before"},
        "passed-over": {**_COUNT, "description": "items of no concern"},
        "corrected": {**_COUNT, "description": "items whose time had not come: taken as of now"},
        "refused": _COUNT,
        "latest-refused": _list(_REFUSED),
    }
)
_SECRET: Schema = _object(
    {
        "name": _TEXT,
        "address": _TEXT,
        "secret": {**_TEXT, "description": "told here and never again"},
    }
)
OPENED = {"name": "prometheus", "address": _ADDRESS, "secret": "kept where passwords are kept"}
INLET = {
    "name": "prometheus",
    "organization": "hospital-it",
    "kind": "alertmanager",
    "address": _ADDRESS,
    "proof": "secret",
    "settings": {"service-label": "service"},
    "opened-at": "2026-11-03T09:00:00+00:00",
    "closed-at": None,
    "heard-at": "2026-11-03T09:30:00+00:00",
    "taken": 12,
    "repeated": 40,
    "passed-over": 3,
    "corrected": 0,
    "refused": 1,
    "latest-refused": [
        {
            "at": "2026-11-03T09:30:00+00:00",
            "reasons": [{"code": "unknown-service", "detail": "service: there is no such service"}],
            "excerpt": "{status: firing}",
        }
    ],
}
#: What routes answer, with an example.
ANSWERS: dict[str, tuple[Schema, Any]] = {
    "readInlets": (_object({"items": _list(_INLET)}), {"items": [INLET]}),
    "readInlet": (_INLET, INLET),
    "openInlet": (_SECRET, OPENED),
    "actOnInlet": ({"anyOf": [_INLET, _SECRET]}, INLET),
}


def _body(fields: dict[str, str], required: list[str]) -> Schema:
    return _object(
        {
            name: {**(_SETTINGS if name == "settings" else _TEXT), "description": meaning}
            for name, meaning in fields.items()
        },
        required,
    )


#: What routes take, with an example.
BODIES: dict[str, tuple[Schema, Any]] = {
    "openInlet": (
        _body(NEW, ["organization", "name", "kind"]),
        {"organization": "hospital-it", "name": "prometheus", "kind": "alertmanager"},
    ),
    "actOnInlet": (_body(ACT, ["do"]), {"do": "renew"}),
}
