"""Schemas about words and conditions, with an example of each answer."""

from __future__ import annotations

from typing import Any

from catenary.api import examples
from catenary.apps.monitoring.choices import Outcome, SourceKind
from catenary.apps.monitoring.queries.status import SHOWN
from catenary.domain.condition.codes import CODE_NAMES
from catenary.domain.estate import ROLE_NAMES
from catenary.domain.observations.reading import (
    FIELDS,
    LONGEST_REFERENCE,
    LONGEST_TEXT,
    SAYABLE,
)

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_FLAG: Schema = {"type": "boolean"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_MOMENT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_CODE: Schema = {"enum": list(CODE_NAMES[:4])}


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
    "service": {**_TEXT, "minLength": 1},
    "condition": {"enum": list(SAYABLE)},
    "at": _TEXT_OR_NULL,
    "text": {**_TEXT_OR_NULL, "maxLength": LONGEST_TEXT},
    "planned": {"type": ["boolean", "null"]},
    "share": _TEXT_OR_NULL,
    "valid-for": _TEXT_OR_NULL,
    "source": _TEXT_OR_NULL,
    "sequence": {"type": ["integer", "null"]},
    "reference": {**_TEXT_OR_NULL, "maxLength": LONGEST_REFERENCE},
}
#: One word. What does not fit is refused with its reason, and does not stop the others.
WORD = _object(
    {name: {"description": meaning, **_KINDS[name]} for name, meaning in FIELDS.items()},
    required=["service", "condition"],
)
_CONDITION: Schema = {
    "condition": {"enum": list(SHOWN)},
    "words": {**_TEXT, "description": "with its range, such as “possibly down”"},
    "best": _CODE,
    "worst": _CODE,
    "planned": _FLAG,
    "derived": {**_FLAG, "description": "nothing is said of it: what it relies on speaks for it"},
    "assumed": {**_FLAG, "description": "nobody looks: its owner says to assume it works"},
    "at-risk": _FLAG,
    "next-loss": {**_TEXT_OR_NULL, "description": "what one more loss would make of it"},
}
_CAUSE = _object(
    {
        "explains": {**_CODE, "description": "what the service is because of this"},
        "condition": {**_CODE, "description": "what the source is by itself"},
        "since": _MOMENT_OR_NULL,
        "path": _list(
            _object(
                {
                    "reference": {**_TEXT_OR_NULL, "description": "null: it may not be seen"},
                    "name": _TEXT,
                    "provider": _TEXT,
                }
            )
        ),
        "said": _list(
            _object(
                {
                    "source": _TEXT,
                    "kind": {"enum": [str(kind) for kind in SourceKind]},
                    "by": _TEXT_OR_NULL,
                    "at": _MOMENT,
                    "text": _TEXT_OR_NULL,
                    "reference": _TEXT_OR_NULL,
                    "share": _TEXT_OR_NULL,
                    "planned": _FLAG,
                }
            )
        ),
    }
)
_NAMED: Schema = {
    "reference": _TEXT,
    "name": _TEXT,
    "known-as": _TEXT_OR_NULL,
    "provider": _TEXT,
}
#: What the routes about conditions answer, with an example of each.
CONDITIONS: dict[str, tuple[Schema, Any]] = {
    "recordObservations": (
        _object(
            {
                "taken": _list(
                    _object(
                        {
                            "place": _COUNT,
                            "service": _TEXT,
                            "at": _MOMENT,
                            "outcome": {"enum": [str(outcome) for outcome in Outcome]},
                        }
                    )
                ),
                "refused": _list(
                    _object(
                        {
                            "place": _COUNT,
                            "service": _TEXT_OR_NULL,
                            "errors": _list({"$ref": "#/components/schemas/ProblemError"}),
                        }
                    )
                ),
            }
        ),
        examples.RECORDED,
    ),
    "readStatus": (
        _object(
            {
                **_NAMED,
                **_CONDITION,
                "since": _MOMENT_OR_NULL,
                "causes": _list(_CAUSE),
                "risks": _list(_CAUSE),
                "has-more": {**_FLAG, "description": "there are more causes than are told"},
                "computed-at": {
                    **_MOMENT_OR_NULL,
                    "description": "the last sign of life of the worker that computes conditions",
                },
            }
        ),
        examples.STATUS,
    ),
    "readBoard": (
        _object(
            {
                "items": _list(
                    _object(
                        {
                            **_NAMED,
                            "role": {"enum": list(ROLE_NAMES)},
                            **_CONDITION,
                            "since": _MOMENT_OR_NULL,
                        }
                    )
                ),
                "counts": _object(dict.fromkeys(SHOWN, _COUNT)),
                "total": _COUNT,
                "next": {**_TEXT_OR_NULL, "description": "`after` for the next page"},
            }
        ),
        examples.BOARD,
    ),
}
