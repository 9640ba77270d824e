"""Unfinished edits, and who is asked for a second factor, in the description of the API."""

from __future__ import annotations

from typing import Any

from catenary.api.routes.second_factor import BODY
from catenary.api.schema_pieces import COUNT, FLAG, TEXT, Schema
from catenary.api.writing import ADDED

_ETAG = "5f1f6fb5a20fbd7bcb1c2c30d92e2d37"
_KIND: Schema = {"enum": list(ADDED)}


def _object(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": properties,
        "additionalProperties": False,
    }


_ROW: Schema = {
    "kind": _KIND,
    "reference": {"type": ["string", "null"], "description": "null for something new"},
    "title": TEXT,
    "saved-at": {"type": "string", "format": "date-time"},
}
_DRAFT = _object(
    {
        **_ROW,
        "etag": {
            "type": ["string", "null"],
            "description": "of what it was begun on, to be sent as If-Match with the finished "
            "document; null for something new, and when somebody has changed it since",
        },
        "is-current": {**FLAG, "description": "nobody has changed it since this was begun"},
        "document": {
            "type": ["object", "null"],
            "description": "what it says so far, like a document of its kind; of something new "
            "with its `reference` (or `consumer` and `service`) as far as that is known. Null for "
            "one that an earlier version kept",
        },
        "problems": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/ProblemError"},
            "description": "what is to be put right before it can be saved",
        },
    }
)
_DROPPED = _object({"kind": _KIND, "reference": _ROW["reference"], "outcome": {"const": "dropped"}})
_ASKED: Schema = {"enum": ["nobody", "operators", "everybody"]}
_RULE: Schema = {
    "organization": {"type": ["string", "null"], "description": "null for the installation"},
    "asked-of": _ASKED,
    "accepts-provider": {**FLAG, "description": BODY["accepts-provider"]},
    "people": {**COUNT, "description": "how many may sign in whom it is about"},
    "without": {**COUNT, "description": "how many of them have none yet"},
    "asked-by-settings": {
        "type": "array",
        "items": TEXT,
        "description": "told to operators: whom the settings ask, whatever is decided here",
    },
}
_DECIDED = {**_RULE, "changed": FLAG, "sessions-ended": COUNT}

_ROW_SAID = {
    "kind": "service",
    "reference": "hospital-it/patient-management",
    "title": "Patient management",
    "saved-at": "2026-11-03T12:00:00+00:00",
}
_DOCUMENT = {"name": "Patient management", "stage": "live", "tags": ["clinical"]}
_DRAFT_SAID = {
    **_ROW_SAID,
    "etag": _ETAG,
    "is-current": True,
    "document": _DOCUMENT,
    "problems": [],
}
_RULE_SAID = {
    "organization": "st-mary",
    "asked-of": "everybody",
    "accepts-provider": False,
    "people": 41,
    "without": 3,
}
_HERE_SAID = {**_RULE_SAID, "organization": None, "asked-by-settings": ["operators"]}
_DONE_SAID = {"changed": True, "sessions-ended": 2}

#: By operation: what it answers, with an example.
ANSWERS: dict[str, tuple[Schema, Any]] = {
    "listDrafts": (
        _object({"items": {"type": "array", "items": _object(_ROW)}}),
        {"items": [_ROW_SAID]},
    ),
    "readDraft": (_DRAFT, _DRAFT_SAID),
    "keepDraft": (_DRAFT, _DRAFT_SAID),
    "dropDraft": (
        _DROPPED,
        {"kind": "service", "reference": "hospital-it/patient-management", "outcome": "dropped"},
    ),
    "readSecondFactor": (_object(_RULE, ("asked-by-settings",)), _RULE_SAID),
    "askSecondFactor": (_object(_DECIDED, ("asked-by-settings",)), {**_RULE_SAID, **_DONE_SAID}),
    "readSecondFactorHere": (_object(_RULE, ("asked-by-settings",)), _HERE_SAID),
    "askSecondFactorHere": (
        _object(_DECIDED, ("asked-by-settings",)),
        {**_HERE_SAID, **_DONE_SAID},
    ),
}
_RULE_BODY = _object(
    {
        "asked-of": {**_ASKED, "description": BODY["asked-of"]},
        "accepts-provider": {**FLAG, "description": BODY["accepts-provider"]},
        "ends-sessions": {**FLAG, "description": BODY["ends-sessions"]},
    },
    ("accepts-provider", "ends-sessions"),
)
#: By operation: what it takes, with an example.
BODIES: dict[str, tuple[Schema, Any]] = {
    "keepDraft": (
        _object(
            {
                "document": {"type": "object", "description": "what it says so far"},
                "etag": {
                    "type": ["string", "null"],
                    "maxLength": 100,
                    "description": "of the object as its writer saw it; absent for as it is now",
                },
            },
            ("etag",),
        ),
        {"document": _DOCUMENT, "etag": _ETAG},
    ),
    "askSecondFactor": (_RULE_BODY, {"asked-of": "everybody", "ends-sessions": True}),
    "askSecondFactorHere": (_RULE_BODY, {"asked-of": "operators"}),
}
