"""Schemas about words and conditions, with an example of each answer."""

from __future__ import annotations

from typing import Any

from catenary.api import examples
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

_CODE: Schema = {"enum": list(CODE_NAMES[:4])}


_KINDS: dict[str, Schema] = {
    "service": {**TEXT, "minLength": 1},
    "condition": {"enum": list(SAYABLE)},
    "at": TEXT_OR_NULL,
    "text": {**TEXT_OR_NULL, "maxLength": LONGEST_TEXT},
    "planned": {"type": ["boolean", "null"]},
    "share": TEXT_OR_NULL,
    "valid-for": TEXT_OR_NULL,
    "source": TEXT_OR_NULL,
    "sequence": {"type": ["integer", "null"]},
    "reference": {**TEXT_OR_NULL, "maxLength": LONGEST_REFERENCE},
}
#: One word. What does not fit is refused with its reason, and does not stop the others.
WORD = object_of(
    {name: {"description": str(meaning), **_KINDS[name]} for name, meaning in FIELDS.items()},
    required=["service", "condition"],
)
_CONDITION: Schema = {
    "condition": {"enum": list(SHOWN)},
    "words": {**TEXT, "description": "with its range, such as “possibly down”"},
    "best": _CODE,
    "worst": _CODE,
    "planned": FLAG,
    "derived": {**FLAG, "description": "nothing is said of it: what it relies on speaks for it"},
    "assumed": {**FLAG, "description": "nobody looks: its owner says to assume it works"},
    "at-risk": FLAG,
    "next-loss": {**TEXT_OR_NULL, "description": "what one more loss would make of it"},
}
_FRESHNESS: Schema = {
    "is-current": {
        **FLAG,
        "description": "false when no worker follows what is reported, or far behind: conditions "
        "may be others by now",
    },
    "current-until": {
        **MOMENT_OR_NULL,
        "description": "where is-current is false, until when what was reported is counted for "
        "certain; null: nothing ever was",
    },
}
_CAUSE = object_of(
    {
        "explains": {**_CODE, "description": "what the service is because of this"},
        "condition": {
            "enum": [*CODE_NAMES[:4], "maintenance"],
            "description": "what the source is by itself; maintenance where it is shown as that",
        },
        "since": MOMENT_OR_NULL,
        "path": list_of(
            object_of(
                {
                    "reference": {**TEXT_OR_NULL, "description": "null: it may not be seen"},
                    "name": TEXT,
                    "provider": TEXT,
                }
            )
        ),
        "said": list_of(
            object_of(
                {
                    "source": TEXT,
                    "kind": {"enum": [str(kind) for kind in SourceKind]},
                    "by": TEXT_OR_NULL,
                    "at": MOMENT,
                    "text": TEXT_OR_NULL,
                    "reference": TEXT_OR_NULL,
                    "share": TEXT_OR_NULL,
                    "planned": FLAG,
                }
            )
        ),
    }
)
_NAMED: Schema = {
    "reference": TEXT,
    "name": TEXT,
    "known-as": TEXT_OR_NULL,
    "provider": TEXT,
}
#: What the routes about conditions answer, with an example of each.
CONDITIONS: dict[str, tuple[Schema, Any]] = {
    "recordObservations": (
        object_of(
            {
                "taken": list_of(
                    object_of(
                        {
                            "place": COUNT,
                            "service": TEXT,
                            "at": MOMENT,
                            "outcome": {"enum": [str(outcome) for outcome in Outcome]},
                        }
                    )
                ),
                "refused": list_of(
                    object_of(
                        {
                            "place": COUNT,
                            "service": TEXT_OR_NULL,
                            "errors": list_of({"$ref": "#/components/schemas/ProblemError"}),
                        }
                    )
                ),
            }
        ),
        examples.RECORDED,
    ),
    "readStatus": (
        object_of(
            {
                **_NAMED,
                **_CONDITION,
                "since": MOMENT_OR_NULL,
                "causes": list_of(_CAUSE),
                "risks": list_of(_CAUSE),
                "has-more": {**FLAG, "description": "there are more causes than are told"},
                "computed-at": {
                    **MOMENT_OR_NULL,
                    "description": "the last sign of life of the worker that computes conditions",
                },
                **_FRESHNESS,
            }
        ),
        examples.STATUS,
    ),
    "readBoard": (
        object_of(
            {
                "items": list_of(
                    object_of(
                        {
                            **_NAMED,
                            "role": {"enum": list(ROLE_NAMES)},
                            **_CONDITION,
                            "since": MOMENT_OR_NULL,
                        }
                    )
                ),
                "counts": object_of(dict.fromkeys(SHOWN, COUNT)),
                "total": COUNT,
                "next": {**TEXT_OR_NULL, "description": "`after` for the next page"},
                **_FRESHNESS,
            }
        ),
        examples.BOARD,
    ),
}
