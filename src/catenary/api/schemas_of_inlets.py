"""Schemas about inlets, with an example of each answer."""

from __future__ import annotations

from typing import Any

from catenary.api.schema_pieces import (
    COUNT,
    FLAG,
    MOMENT,
    MOMENT_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    list_of,
    object_of,
)
from catenary.apps.monitoring.operations.inlets import PROOFS

#: What is said to open one, and to do something with one.
NEW = {
    "organization": "key of the organization it speaks for",
    "name": "what it is called there",
    "kind": "what reports there",
    "proof": "secret, which is sent along, or hmac, which signs; without it, secret",
    "settings": "as its kind takes them; without it, none",
}
ACT = {
    "do": "change, renew (another secret), close, or take-back (what it said last, when closed)",
    "settings": "with change: as its kind takes them",
    "take-back": "with close: true to take back what it said last as well",
}

_SETTINGS: Schema = {"type": "object", "description": "as its kind takes them"}
_ADDRESS = "/in/alertmanager/kT4wqZr81bNcXy0a"
_REFUSED: Schema = object_of(
    {
        "at": {**MOMENT, "description": "the last time"},
        "since": {**MOMENT, "description": "the first time"},
        "times": {**COUNT, "description": "how often, of this service for these reasons"},
        "service": {**TEXT, "type": ["string", "null"], "description": "the service it named"},
        "reasons": list_of(object_of({"code": TEXT, "detail": TEXT})),
        "excerpt": {**TEXT, "description": "how it began"},
    }
)
_INLET: Schema = object_of(
    {
        "name": TEXT,
        "organization": TEXT,
        "kind": TEXT,
        "address": {"type": ["string", "null"], "description": "null when it is closed"},
        "proof": {"enum": list(PROOFS)},
        "settings": _SETTINGS,
        "opened-at": MOMENT,
        "closed-at": MOMENT_OR_NULL,
        "heard-at": MOMENT_OR_NULL,
        "taken": COUNT,
        "repeated": {**COUNT, "description": "items that had been said before"},
        "passed-over": {**COUNT, "description": "items of no concern"},
        "corrected": {**COUNT, "description": "items whose time had not come: taken as of now"},
        "refused": COUNT,
        "told-to-wait": {
            **COUNT,
            "description": "deliveries answered 429 or 503: too much at once",
        },
        "told-to-wait-at": MOMENT_OR_NULL,
        "latest-refused": list_of(_REFUSED),
    }
)
_WARNINGS: Schema = {
    **list_of(object_of({"code": TEXT, "pointer": TEXT, "detail": TEXT, "remedy": TEXT})),
    "description": "what is doubtful about settings that were taken: services that are not there",
}
_SECRET: Schema = object_of(
    {
        "name": TEXT,
        "address": TEXT,
        "secret": {**TEXT, "description": "told here and never again"},
    }
)
_OPENED: Schema = object_of({**_SECRET["properties"], "warnings": _WARNINGS})
OPENED = {
    "name": "prometheus",
    "address": _ADDRESS,
    "secret": "kept where passwords are kept",
    "warnings": [
        {
            "code": "service-unknown",
            "pointer": "/settings/services.db",
            "detail": "there is no service hospital-it/databse that you may see",
            "remedy": 'did you mean "hospital-it/database"?',
        }
    ],
}
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
    "told-to-wait": 0,
    "told-to-wait-at": None,
    "latest-refused": [
        {
            "at": "2026-11-03T09:30:00+00:00",
            "since": "2026-11-03T09:30:00+00:00",
            "times": 1,
            "service": "hospital-it/no-such-service",
            "reasons": [{"code": "unknown-service", "detail": "service: there is no such service"}],
            "excerpt": "{status: firing}",
        }
    ],
}
_TAKEN_BACK: Schema = object_of(
    {**_INLET["properties"], "taken-back": {**COUNT, "description": "services it was about"}}
)
_CHANGED: Schema = object_of({**_INLET["properties"], "warnings": _WARNINGS})
_LAST_WORD: Schema = object_of(
    {
        "reference": TEXT,
        "name": TEXT,
        "voice": {**TEXT, "description": "empty when the inlet has one voice alone"},
        "condition": TEXT,
        "since": MOMENT,
        "text": TEXT,
    }
)
LAST_WORD = {
    "reference": "hospital-it/patient-management",
    "name": "Patient management",
    "voice": "DatabaseDown 1a2b3c4d",
    "condition": "down",
    "since": "2026-11-03T09:30:00+00:00",
    "text": "It does not answer",
}
#: What routes answer, with an example.
ANSWERS: dict[str, tuple[Schema, Any]] = {
    "readInlets": (object_of({"items": list_of(_INLET)}), {"items": [INLET]}),
    "readInlet": (_INLET, INLET),
    "openInlet": (_OPENED, OPENED),
    "readLastWords": (
        object_of(
            {
                "items": list_of(_LAST_WORD),
                "total": {**COUNT, "description": "last words that stand"},
                "services": {**COUNT, "description": "services they are about"},
                "next": {**TEXT_OR_NULL, "description": "`after` for the next page"},
            }
        ),
        {"items": [LAST_WORD], "total": 1, "services": 1, "next": None},
    ),
    "actOnInlet": ({"anyOf": [_INLET, _CHANGED, _TAKEN_BACK, _SECRET]}, INLET),
}


_KINDS = {"settings": _SETTINGS, "take-back": FLAG}


def _body(fields: dict[str, str], required: list[str]) -> Schema:
    return object_of(
        {
            name: {**_KINDS.get(name, TEXT), "description": meaning}
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
