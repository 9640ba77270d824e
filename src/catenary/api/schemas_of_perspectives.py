"""Schemas about who reads a service how, and of the audit, with an example of each answer."""

from __future__ import annotations

from typing import Any

from catenary.api import examples
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
from catenary.apps.access.choices import Happening
from catenary.apps.history.choices import Kind
from catenary.apps.reporting.queries import Standing

_ORGANIZATION: Schema = {"organization": TEXT, "name": TEXT}
_SEES: Schema = object_of(
    {
        "known-as": TEXT_OR_NULL,
        "role": TEXT_OR_NULL,
        "document": {"type": "object", "description": "what the service says, as it is seen"},
        "consumers": list_of(object_of({"organization": TEXT, "known-as": TEXT_OR_NULL})),
        "total-consumers": COUNT,
        "reliants": list_of(TEXT),
        "total-reliants": COUNT,
    }
)
_NOTHING: Schema = {"type": "null"}
_COMPARED: Schema = object_of(
    {
        "reference": TEXT,
        "provider": object_of({**_ORGANIZATION, "sees": {"anyOf": [_SEES, _NOTHING]}}),
        "customer": {
            "anyOf": [
                object_of(
                    {
                        **_ORGANIZATION,
                        "sees": {"anyOf": [_SEES, _NOTHING]},
                        "unnamed-reliants": {
                            **COUNT,
                            "description": "services of theirs that rely on it and stay theirs",
                        },
                    }
                ),
                _NOTHING,
            ]
        },
        "customers": list_of(object_of(_ORGANIZATION)),
        "different": {
            "anyOf": [list_of(TEXT), _NOTHING],
            "description": "what they read differently; null when one side is not there",
        },
    }
)
_DOCUMENT = examples.DOCUMENT["service"]
_PROVIDER = {
    "known-as": None,
    "role": "customer-facing",
    "document": _DOCUMENT,
    "consumers": [{"organization": "emergency-ward", "known-as": "Ward system"}],
    "total-consumers": 1,
    "reliants": [],
    "total-reliants": 0,
}
_TOLD = {name: said for name, said in _DOCUMENT.items() if name != "relies-on"}
_CUSTOMER = {**_PROVIDER, "known-as": "Ward system", "role": "external", "document": _TOLD}
_WARD = {"organization": "emergency-ward", "name": "Emergency Ward"}
_EXAMPLE = {
    "reference": "hospital-it/patient-management",
    "provider": {"organization": "hospital-it", "name": "Hospital IT", "sees": _PROVIDER},
    "customer": {**_WARD, "sees": _CUSTOMER, "unnamed-reliants": 0},
    "customers": [_WARD],
    "different": ["relies-on", "known-as", "role"],
}

_WHO: Schema = object_of(
    {
        "standing": {
            "enum": [str(each) for each in Standing],
            "description": "who that is to you: names are told of people of your own house",
        },
        "name": TEXT_OR_NULL,
        "email": TEXT_OR_NULL,
    }
)
_HAPPENED: Schema = object_of(
    {
        "at": MOMENT,
        "who": _WHO,
        "what": {"enum": [str(each) for each in Happening]},
        "whose": {"anyOf": [_WHO, _NOTHING], "description": "when another did it for them"},
        "about": TEXT,
        "door": TEXT,
        "address": TEXT_OR_NULL,
        "device": TEXT,
    }
)
_DONE: Schema = object_of(
    {
        "at": MOMENT,
        "who": _WHO,
        "what": {"enum": ["changed"]},
        "door": TEXT,
        "source": TEXT,
        "total": {**COUNT, "description": "how many objects; the first few are named"},
        "objects": list_of(
            object_of(
                {
                    "kind": {"enum": [str(each) for each in Kind]},
                    "reference": TEXT_OR_NULL,
                    "action": TEXT,
                }
            )
        ),
        "roles": list_of(
            object_of({"whose": _WHO, "organization": TEXT, "role": TEXT, "given": FLAG})
        ),
    }
)
_AUDIT: Schema = object_of(
    {
        "items": list_of({"anyOf": [_HAPPENED, _DONE]}),
        "next": {**TEXT_OR_NULL, "description": "`after` for what happened before"},
    }
)
_DANA = {"standing": "person", "name": "Dana Reyes", "email": "dana.reyes@st-mary.example"}
_AUDITED = {
    "items": [
        {
            "at": "2026-11-03T12:00:00+00:00",
            "who": _DANA,
            "what": "changed",
            "door": "api",
            "source": "browser",
            "total": 1,
            "objects": [
                {
                    "kind": "service",
                    "reference": "hospital-it/patient-management",
                    "action": "changed",
                }
            ],
            "roles": [],
        },
        {
            "at": "2026-11-03T08:55:00+00:00",
            "who": _DANA,
            "what": "signed-in",
            "whose": None,
            "about": "password",
            "door": "web",
            "address": "192.0.2.7",
            "device": "Firefox",
        },
    ],
    "next": None,
}
#: What routes answer, with an example.
ANSWERS: dict[str, tuple[Schema, Any]] = {
    "compareService": (_COMPARED, _EXAMPLE),
    "listAudit": (_AUDIT, _AUDITED),
}
