"""The schemas in the description of the API: documents as catalogue files say them, and answers."""

from __future__ import annotations

import copy
from typing import Any

from catenary.api import examples
from catenary.api.problems import KINDS
from catenary.api.routes.changes import MAX_CHANGES
from catenary.api.schema_pieces import (
    COUNT,
    FLAG,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    list_of,
    object_of,
)
from catenary.api.schemas_of_calendars import ANSWERS as CALENDARS
from catenary.api.schemas_of_conditions import CONDITIONS
from catenary.api.schemas_of_drafts import ANSWERS as KEPT
from catenary.api.schemas_of_inlets import ANSWERS as INLETS
from catenary.api.schemas_of_maintenance import MAINTENANCE
from catenary.api.schemas_of_perspectives import ANSWERS as PERSPECTIVES
from catenary.api.schemas_of_subscriptions import ANSWERS as SUBSCRIPTIONS
from catenary.api.writing import ADDED
from catenary.domain.estate import ROLE_NAMES
from catenary.domain.findings import Severity
from catenary.exchange.catalogue.schema import catalogue_schema

_DEFINITIONS = "#/components/schemas/"
#: In what lists stand in, when they speak of the past.
AS_OF = {
    "type": "string",
    "format": "date-time",
    "description": "the past moment this speaks of; absent for the present",
}
_HIDDEN = "hidden-[0-9]+"
#: Of each kind: the name of its schema, and where it stands in catalogue files.
TITLES = {
    "organization": ("Organization", "organizations"),
    "person": ("Person", "people"),
    "calendar": ("Calendar", "calendars"),
    "service": ("Service", "services"),
    "consumption": ("Consumption", "consumption"),
}


def ref_to(name: str) -> Schema:
    """A schema by its name."""
    return {"$ref": _DEFINITIONS + name}


def page_of(item: Schema) -> Schema:
    """One page of a list."""
    return object_of(
        {
            "items": list_of(item),
            "total": COUNT,
            "total_is_capped": {**FLAG, "description": "there are more than `total`"},
            "next": {**TEXT_OR_NULL, "description": "`after` for the next page; null on the last"},
            "as_of": AS_OF,
        },
        required=["items", "total", "total_is_capped", "next"],
    )


def all_schemas() -> Schema:
    """Every schema that has a name."""
    files: Schema = _with_components(catalogue_schema())
    sections = files["properties"]
    forms = {
        kind: next(iter(sections[section]["patternProperties"].values()))
        for kind, (_, section) in TITLES.items()
    }
    forms["service"] = files["$defs"]["service"]
    forms["consumption"] = forms["consumption"]["items"]["anyOf"][1]
    schemas: Schema = {
        "Group": files["$defs"]["group"],
        "GroupShown": _shown(files["$defs"]["group"]),
        "Problem": _PROBLEM,
        "ProblemError": _ERROR,
        "Finding": _FINDING,
        "Result": _RESULT,
        "Change": _CHANGE,
        "Changes": _CHANGES,
    }
    for kind, form in forms.items():
        title = TITLES[kind][0]
        schemas[title] = _document(kind, form)
        schemas[f"{title}Shown"] = _shown_document(kind, form)
    return schemas


def _document(kind: str, form: Schema) -> Schema:
    said = copy.deepcopy(form)
    for name in ADDED[kind]:
        meaning = "may be sent back as it was given; it changes nothing"
        said["properties"][name] = {"description": meaning, **TEXT}
    said["required"] = [n for n in said.get("required", []) if n not in ADDED[kind]]
    return said


def _shown_document(kind: str, form: Schema) -> Schema:
    said: Schema = _shown(form)
    for name in ADDED[kind]:
        said["properties"][name] = {"type": "string"}
    said["properties"]["etag"]["pattern"] = "^[0-9a-f]{32}$"
    if kind == "service":
        said["properties"]["role"]["enum"] = list(ROLE_NAMES)
    said["required"] = ["reference"]
    return said


def _shown(form: Any) -> Any:
    """With place holders where supporters are hidden, and references among the parts."""
    if isinstance(form, dict):
        found = {_hidden_too(name): _shown(value) for name, value in form.items()}
        if "pattern" in found:
            found["pattern"] = _hidden_too(found["pattern"])
        if found.get("$ref") == _DEFINITIONS + "Group":
            found["$ref"] = _DEFINITIONS + "GroupShown"
        return found
    return [_shown(each) for each in form] if isinstance(form, list) else form


def _hidden_too(pattern: Any) -> Any:
    if isinstance(pattern, str) and pattern.startswith("^[a-z0-9]") and "/" in pattern:
        return f"^({pattern[1:-1]}|{_HIDDEN})$"
    return pattern


def _with_components(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: each.replace("#/$defs/group", _DEFINITIONS + "Group").replace(
                "#/$defs/service", _DEFINITIONS + "Service"
            )
            if name == "$ref"
            else _with_components(each)
            for name, each in value.items()
        }
    return [_with_components(each) for each in value] if isinstance(value, list) else value


_ERROR = object_of(
    {
        "detail": {**TEXT, "description": "what is wrong, in a sentence"},
        "pointer": {**TEXT, "description": "where in the body, as a JSON pointer (RFC 6901)"},
        "parameter": {**TEXT, "description": "which query parameter or header"},
        "code": {**TEXT, "description": "what kind of mistake or refusal"},
        "reference": {**TEXT, "description": "which object"},
        "expected": {**TEXT, "description": "what would have been right"},
        "remedy": {**TEXT, "description": "how to mend it"},
    },
    required=["detail"],
)
_PROBLEM = object_of(
    {
        "type": {**TEXT, "description": "where this kind of problem is explained"},
        "title": TEXT,
        "status": {"type": "integer"},
        "code": {"enum": sorted(KINDS)},
        "detail": {**TEXT, "description": "what happened, in a sentence"},
        "errors": list_of(ref_to("ProblemError")),
        "conflicts": list_of(
            object_of(
                {
                    "kind": {"enum": list(ADDED)},
                    "reference": TEXT,
                    "etag": {
                        **TEXT_OR_NULL,
                        "description": "its ETag now; null when it is gone",
                    },
                }
            )
        ),
        "request_id": {**TEXT, "description": "leads to the cause in the log"},
    },
    required=["type", "title", "status", "code", "detail"],
)
_RESULT = object_of(
    {
        "kind": {"enum": list(ADDED)},
        "reference": TEXT,
        "outcome": {"enum": ["created", "changed", "removed", "unchanged"]},
        "etag": {
            **TEXT_OR_NULL,
            "description": "of what it says now; null when it is gone",
        },
    }
)
_CHANGE = object_of(
    {
        "kind": {"enum": list(ADDED)},
        "reference": {
            "type": "string",
            "minLength": 1,
            "description": "key, e-mail address, `organization/service`, or "
            "`consumer > organization/service`",
        },
        "document": {
            "anyOf": [{"type": "object"}, {"type": "null"}],
            "description": "what it shall say; null to remove it",
        },
        "expected": {
            **TEXT_OR_NULL,
            "maxLength": 100,
            "description": "its etag when it was last seen; empty when it must be new; absent "
            "when whatever is there shall be replaced",
        },
    },
    required=["kind", "reference", "document"],
)
_CHANGES = object_of(
    {
        "changes": {**list_of(ref_to("Change")), "minItems": 1, "maxItems": MAX_CHANGES},
        "note": {**TEXT_OR_NULL, "maxLength": 400, "description": "why, for the history"},
        "take_over": {
            "type": ["boolean", "null"],
            "description": "change also what another source manages, which then no longer does",
        },
    },
    required=["changes"],
)
_FINDING = object_of(
    {
        "code": TEXT,
        "severity": {"enum": [str(each) for each in Severity]},
        "subject": TEXT,
        "pointer": {**TEXT, "description": "where in the document of the subject"},
        "sentence": TEXT,
        "remedy": TEXT,
    }
)
_LINK = {
    "reference": TEXT,
    "name": TEXT,
    "provider": TEXT,
    "stage": TEXT,
    "role": {"enum": list(ROLE_NAMES)},
}
_NAMED = object_of({"reference": TEXT, "name": TEXT})
_SIDE: Schema = {"enum": ["provider", "customer"]}
_STANDING: dict[str, Schema] = {
    "state": {"enum": ["open", "agreed", "changed"]},
    "waiting-for": list_of(_SIDE),
}
_SAID: dict[str, Schema] = {"side": _SIDE, "by": TEXT_OR_NULL, "at": TEXT}
_WORKSHOP = object_of(
    {
        "service": TEXT,
        "name": TEXT,
        "customers": list_of(object_of({"organization": TEXT, "name": TEXT, **_STANDING})),
        "table": {
            "anyOf": [
                object_of(
                    {
                        "customer": TEXT,
                        "provider": TEXT,
                        "side": _SIDE,
                        "seats": list_of(_SIDE),
                        "may-write": FLAG,
                        "version": TEXT,
                        **_STANDING,
                        "agreement": {
                            "anyOf": [object_of({"version": TEXT, "at": TEXT}), {"type": "null"}]
                        },
                        "changed": list_of(
                            object_of({"part": TEXT, "key": TEXT, "before": {}, "after": {}})
                        ),
                        "confirmations": list_of(object_of({**_SAID, "version": TEXT})),
                        "proposals": list_of(
                            object_of(
                                {
                                    "number": {"type": "integer"},
                                    **_SAID,
                                    "part": TEXT,
                                    "act": TEXT,
                                    "subject": TEXT,
                                    "before": {},
                                    "after": {},
                                    "is-open": FLAG,
                                    "said": list_of(
                                        object_of({**_SAID, "kind": TEXT, "words": TEXT})
                                    ),
                                }
                            )
                        ),
                    }
                ),
                {"type": "null"},
            ]
        },
        "as_of": AS_OF,
    },
    required=["service", "name", "customers", "table"],
)
#: What operations that are not about one kind of object answer, with an example.
OTHERS: dict[str, tuple[Schema, Any]] = {
    "getChain": (
        object_of(
            {
                "focus": object_of(_LINK),
                "services": list_of(object_of({**_LINK, "steps": {"type": "integer"}})),
                "hidden": list_of(object_of({"reference": TEXT, "provider": TEXT})),
                "reliance": list_of(object_of({"reliant": TEXT, "group": {}})),
                "consumers": list_of(
                    object_of(
                        {
                            "organization": TEXT,
                            "name": TEXT,
                            "service": TEXT,
                            "known-as": TEXT_OR_NULL,
                            "relying": COUNT,
                        }
                    )
                ),
                "total_up": COUNT,
                "total_down": COUNT,
                "not_shown": COUNT,
                "beyond": COUNT,
            }
        ),
        examples.CHAIN,
    ),
    "getHistory": (
        object_of(
            {
                "reference": TEXT,
                "entries": list_of(
                    object_of(
                        {
                            "at": {"type": "string", "format": "date-time"},
                            "by": TEXT_OR_NULL,
                            "door": TEXT,
                            "source": TEXT,
                            "action": TEXT,
                            "before": {"type": ["object", "null"]},
                            "after": {"type": ["object", "null"]},
                        }
                    )
                ),
            }
        ),
        examples.HISTORY,
    ),
    "listChanges": (
        object_of(
            {
                "items": list_of(
                    object_of(
                        {
                            "reference": TEXT,
                            "at": {"type": "string", "format": "date-time"},
                            "kind": {"enum": list(ADDED)},
                            "name": {**TEXT, "description": "what it is called since"},
                            "action": TEXT,
                            "by": {
                                **TEXT_OR_NULL,
                                "description": "who did it; null for an operator and for "
                                "somebody of another top organization",
                            },
                            "door": TEXT,
                            "source": TEXT,
                            "note": TEXT,
                            "before": {"type": ["object", "null"]},
                            "after": {"type": ["object", "null"]},
                        },
                        required=["reference"],
                    )
                ),
                "next": {
                    **TEXT_OR_NULL,
                    "description": "`after` for what happened before; null on the last page",
                },
            }
        ),
        examples.HAPPENED,
    ),
    "search": (
        object_of(
            {
                "services": list_of(object_of({**_LINK, "known-as": TEXT_OR_NULL})),
                "organizations": list_of(_NAMED),
                "people": list_of(_NAMED),
                "total": COUNT,
                "total_is_capped": FLAG,
                "as_of": AS_OF,
            },
            required=["services", "organizations", "people", "total", "total_is_capped"],
        ),
        examples.SEARCH,
    ),
    "getImpact": ({"type": "object"}, examples.IMPACT),
    "findImpact": ({"type": "object"}, examples.IMPACT),
    "makeChanges": (object_of({"results": list_of(ref_to("Result"))}), examples.CHANGED),
    "listFindings": (page_of(ref_to("Finding")), examples.FINDINGS),
    "checkDocuments": (
        object_of(
            {"findings": list_of(ref_to("Finding")), "errors": list_of(ref_to("ProblemError"))}
        ),
        examples.TRIED,
    ),
    "exportCatalogue": ({"type": "string"}, examples.LINES),
    "getMe": (
        object_of(
            {
                "email": TEXT,
                "name": TEXT,
                "is_operator": FLAG,
                "scopes": list_of(TEXT),
                "memberships": list_of(
                    object_of({"organization": TEXT, "name": TEXT, "roles": list_of(TEXT)})
                ),
                "viewpoint": {
                    "anyOf": [
                        object_of({"organization": TEXT, "name": TEXT, "top": TEXT}),
                        {"type": "null"},
                    ]
                },
            }
        ),
        examples.ME,
    ),
    **CONDITIONS,
    **MAINTENANCE,
    **KEPT,
    **CALENDARS,
    **INLETS,
    **SUBSCRIPTIONS,
    **PERSPECTIVES,
    "readWorkshop": (_WORKSHOP, examples.WORKSHOP),
    "actInWorkshop": (_WORKSHOP, examples.WORKSHOP),
    "getSchema": ({"type": "object"}, {"$schema": "https://json-schema.org/draft/2020-12/schema"}),
}
