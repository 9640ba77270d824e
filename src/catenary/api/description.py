"""The description of the API (OpenAPI 3.1): routes and parameters as they are registered, with what
each takes and answers, errors included, and an example of everything.

Documents have the schema of catalogue files, made from the same tables of fields as the reading.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

from catenary.api import examples
from catenary.api.bodies import MAX_DEPTH
from catenary.api.main import api
from catenary.api.objects import MAX_BATCH
from catenary.api.problems import EXPLAINED, KINDS, MEDIA_TYPE
from catenary.api.routes import workshop
from catenary.api.routes.searching import CONDITIONS
from catenary.api.schema_pieces import TEXT, Schema, list_of, object_of
from catenary.api.schemas import AS_OF, OTHERS, TITLES, all_schemas, page_of, ref_to
from catenary.api.schemas_of_calendars import BODIES as CALENDARS
from catenary.api.schemas_of_conditions import WORD
from catenary.api.schemas_of_drafts import BODIES as DRAFTS
from catenary.api.schemas_of_inlets import BODIES as INLETS
from catenary.api.schemas_of_maintenance import PLANS
from catenary.api.schemas_of_subscriptions import BODIES as WISHES
from catenary.api.supposing import QUESTION, SUPPOSITION
from catenary.apps.monitoring.operations.recording import MOST_WORDS
from catenary.apps.monitoring.queries.supposed_world import SUPPOSABLE
from catenary.apps.monitoring.queries.what_if import BASES, MOST_SUPPOSED
from catenary.apps.portfolio.queries.impact import MOST_AT_ONCE

#: Answered by every route, by some fault of the request or of ours.
_ALWAYS = ("malformed", "unknown-parameter", "unauthenticated", "wrong-scope", "not-found",
           "not-acceptable", "invalid", "too-many-requests", "internal", "unavailable")  # fmt: skip
_WITH_BODY = ("too-large", "unsupported-media-type", "forged")
_WRITING = ("not-allowed", "forged", "refused", "busy", "changed-meanwhile")

_INTRODUCTION = f"""\
Everything the pages can do, for programs. Documents are those of catalogue files, with
`reference`, `etag` and, for services, `role` and `known-as` as seen from the viewpoint.

Send a personal token as `Authorization: Bearer …`. `as` chooses the organization to look as.
What one may not see answers like what does not exist. Lists are paged by the opaque `after`;
`total` is exact unless `total_is_capped`. Errors are problem details (RFC 9457) with every place
that is wrong. Bodies are UTF-8 JSON, nested at most {MAX_DEPTH} levels deep, of at most 10 MB
(`/changes`: 50 MB)."""


@cache
def description() -> Schema:
    """The whole description; the same one for everybody, so that it tells nothing."""
    known = api.get_openapi_schema(path_prefix="/api/v1/")
    said: Schema = orjson.loads(orjson.dumps(known, option=orjson.OPT_NON_STR_KEYS))
    said["info"] = {
        "title": "Catenary",
        "version": "1",
        "description": _INTRODUCTION,
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }
    said["servers"] = [{"url": "/"}]
    said["security"] = [{"token": []}, {"session": []}]
    said["components"] = {
        "schemas": all_schemas(),
        "responses": {f"Problem{status}": _problem(status) for status in _statuses(KINDS)},
        "headers": _headers(),
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": "a personal token"},
            "session": {
                "type": "apiKey",
                "in": "cookie",
                "name": "sessionid",
                "description": "the browser's session, for trying things out; changes also need "
                "the header X-CSRFToken",
            },
        },
    }
    for path, methods in said["paths"].items():
        for method, operation in methods.items():
            _complete(path, method, operation)
    return said


@cache
def description_bytes() -> bytes:
    """The description as JSON."""
    return orjson.dumps(description())


# ------------------------------------------------------------------------------- operations


def _complete(path: str, method: str, operation: Schema) -> None:
    name = operation["operationId"]
    parameters = operation["parameters"]
    for parameter in parameters:
        parameter.setdefault("example", _example_of(parameter))
    parameters.append(_AS)
    if method in {"put", "patch", "delete"} and _kind_of(name):
        parameters += [_IF_MATCH, *([] if method == "delete" else [_IF_NONE_MATCH])]
    elif name in {*_VERSIONED, "closeDays"}:
        parameters.append(_IF_MATCH)
    elif method == "get" and name in _GET_ONE:
        parameters.append(_IF_NONE_MATCH_READING)
    if name in _CARRIED_OUT_ONCE:
        parameters.append(_IDEMPOTENCY_KEY)
    body = _body(name, method)
    if body is not None:
        operation["requestBody"] = {"required": True, "content": body}
    operation["responses"] = _responses(name, method, body is not None, parameters)


def _responses(name: str, method: str, has_body: bool, parameters: list[Schema]) -> Schema:
    codes = [*_ALWAYS]
    if has_body:
        codes += _WITH_BODY
    if method in {"put", "patch", "delete"} or name in {
        "makeChanges",
        "actInWorkshop",
        "announceMaintenance",
        "closeDays",
    }:
        codes += _WRITING
    if name == "previewMaintenance":
        codes += ["not-allowed", "forged"]
    if name == "recordObservations":
        codes += ["not-allowed", "forged", "busy"]
    if name in _CARRIED_OUT_ONCE:
        codes += ["in-progress", "key-reused"]
    responses: Schema = {
        str(status): {"$ref": f"#/components/responses/Problem{status}"}
        for status in _statuses(codes)
    }
    schema, example, media = _success(name, method)
    headers = {"RateLimit", "RateLimit-Policy"}
    one = name.startswith("get") and f"get{name[3:]}" in _GET_ONE
    if one or (method in {"put", "patch"} and _kind_of(name)):
        headers.add("ETag")
    if name in {*_VERSIONED, "readMaintenance", "closeDays"}:
        headers.add("ETag")
    if name.startswith("list"):
        headers.add("Link")
    if name in _CARRIED_OUT_ONCE:
        headers.add("Idempotency-Replayed")
    if name == "readBoard":
        headers.add("Link")
    content = {media: {"schema": schema, "example": example}}
    if any(parameter["name"] == "as_of" for parameter in parameters):
        headers.add("Catenary-As-Of")
    responses["202" if name == "recordObservations" else "200"] = {
        "description": "done" if method != "get" else "found",
        "headers": {each: {"$ref": f"#/components/headers/{each}"} for each in sorted(headers)},
        "content": content,
    }
    if method == "put" and _kind_of(name):
        responses["201"] = {
            "description": "created",
            "headers": {
                each: {"$ref": f"#/components/headers/{each}"}
                for each in sorted({*headers, "Location"})
            },
            "content": content,
        }
    if one:
        responses["304"] = {
            "description": "you have this very answer",
            "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
        }
    return dict(sorted(responses.items()))


#: Of which one may send an Idempotency-Key along.
_CARRIED_OUT_ONCE = {
    "makeChanges",
    "recordObservations",
    "actInWorkshop",
    "announceMaintenance",
    "subscribe",
}
#: Whose ETag is the number of a version.
_VERSIONED = {"changeMaintenance", "cancelMaintenance"}
_BODIES = {**CALENDARS, **DRAFTS, **PLANS, **INLETS, **WISHES}
_GET_ONE = {f"get{name}" for name, _ in TITLES.values()}
_PLURALS = {
    "Services": "service",
    "Organizations": "organization",
    "People": "person",
    "Calendars": "calendar",
    "Consumption": "consumption",
    "Consumptions": "consumption",
}


def _kind_of(name: str) -> str:
    """The kind of object an operation is about; empty for the others."""
    rest = name.removeprefix("list").removeprefix("get")
    if name in _GET_ONE or name[3:] in {n for n, _ in TITLES.values()}:
        rest = name[3:]
    elif name.startswith(("patch", "delete")):
        rest = name.removeprefix("patch").removeprefix("delete")
    kinds = {title: kind for kind, (title, _) in TITLES.items()}
    return kinds.get(rest, _PLURALS.get(rest, ""))


def _success(name: str, method: str) -> tuple[Schema, Any, str]:
    kind = _kind_of(name)
    if kind and method in {"put", "patch", "delete"}:
        return ref_to("Result"), examples.result(kind, method), "application/json"
    if kind and name.startswith("list"):
        title = TITLES[kind][0]
        return page_of(ref_to(f"{title}Shown")), examples.page(kind), "application/json"
    if kind and name in _GET_ONE:
        return ref_to(f"{TITLES[kind][0]}Shown"), examples.SHOWN[kind], "application/json"
    if kind:
        schema = object_of(
            {
                "items": list_of(ref_to(f"{TITLES[kind][0]}Shown")),
                "missing": list_of(TEXT),
                "as_of": AS_OF,
            },
            required=["items", "missing"],
        )
        return schema, examples.batch(kind), "application/json"
    schema, example = OTHERS[name]
    media = {
        "exportCatalogue": "application/x-ndjson",
        "getSchema": "application/schema+json",
    }.get(name, "application/json")
    return schema, example, media


def _body(name: str, method: str) -> Schema | None:
    kind = _kind_of(name)
    # Before what is said by the method alone: that is about documents of the catalogue.
    if name in _BODIES:
        schema, example = _BODIES[name]
        return {"application/json": {"schema": schema, "example": example}}
    if method == "put":
        content = {"schema": ref_to(TITLES[kind][0]), "example": examples.DOCUMENT[kind]}
        return {"application/json": content}
    if method == "patch":
        content = {"schema": {"type": "object"}, "example": examples.PATCH[kind]}
        return {"application/merge-patch+json": content, "application/json": content}
    if method == "post" and kind:
        schema = object_of(
            {
                "references": {**list_of(TEXT), "maxItems": MAX_BATCH},
                "fields": list_of(TEXT),
            },
            required=["references"],
        )
        return {"application/json": {"schema": schema, "example": examples.wanted(kind)}}
    if name == "makeChanges":
        return {"application/json": {"schema": ref_to("Changes"), "example": examples.CHANGES}}
    if name == "recordObservations":
        schema = object_of(
            {"observations": {**list_of(WORD), "minItems": 1, "maxItems": MOST_WORDS}}
        )
        return {"application/json": {"schema": schema, "example": examples.OBSERVATIONS}}
    if name == "findImpact":
        schema = object_of(
            {
                "services": {**list_of(TEXT), "minItems": 1, "maxItems": MOST_AT_ONCE},
                "condition": {"enum": [*CONDITIONS, None], "description": "how they fail: down"},
            },
            required=["services"],
        )
        schema = {"anyOf": [schema, _supposing()]}
        return {"application/json": {"schema": schema, "example": examples.FAILING}}
    if name == "actInWorkshop":
        return {"application/json": {"schema": _workshop_act(), "example": examples.WORKSHOP_ACT}}
    if name == "checkDocuments":
        schema = object_of({"changes": list_of(ref_to("Change"))})
        return {"application/json": {"schema": schema, "example": examples.TRY}}
    return None


def _supposing() -> Schema:
    """Services in supposed conditions, each perhaps only for a time."""
    moment: Schema = {"type": ["string", "null"], "format": "date-time"}
    kinds: dict[str, Schema] = {
        "service": {**TEXT, "minLength": 1},
        "condition": {"enum": list(SUPPOSABLE)},
        "from": moment,
        "until": moment,
    }
    one = object_of(
        {name: {**kinds[name], "description": meaning} for name, meaning in SUPPOSITION.items()},
        required=["service", "condition"],
    )
    return object_of(
        {
            "suppositions": {**list_of(one), "minItems": 1, "maxItems": MOST_SUPPOSED},
            "basis": {"enum": [*BASES, None], "description": QUESTION["basis"]},
        },
        required=["suppositions"],
    )


def _workshop_act() -> Schema:
    """One thing done at a table; which fields it takes hangs on what is done."""
    kinds: dict[str, Schema] = {
        "proposal": {"type": ["integer", "null"], "minimum": 0},
        "take_over": {"type": ["boolean", "null"]},
        "measure": {
            "anyOf": [
                {
                    **object_of({name: TEXT for name in workshop.MEASURE}, required=[]),
                    "additionalProperties": False,
                },
                {"type": "null"},
            ]
        },
    }
    text: Schema = {"type": ["string", "null"], "maxLength": workshop.LONGEST}
    fields = {
        name: {**kinds.get(name, text), "description": meaning}
        for name, meaning in workshop.BODY.items()
    }
    return object_of(fields, required=["do"])


# ------------------------------------------------------------------------------- parameters

_AS: Schema = {
    "name": "as",
    "in": "query",
    "required": False,
    "description": "key of the organization to look as; without it, the one you belong to",
    "schema": {"type": "string", "maxLength": 200},
    "example": "hospital-it",
}
_IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "the ETag last seen: somebody else's change is then not overwritten (412); "
    "`*` when it must be there",
    "schema": TEXT,
    "example": f'"{examples.ETAG}"',
}
_IF_NONE_MATCH: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "`*` when it must be new",
    "schema": {"const": "*"},
    "example": "*",
}
_IF_NONE_MATCH_READING: Schema = {
    **_IF_NONE_MATCH,
    "description": "the ETag of an answer one has: the same answer is not sent again (304)",
    "schema": TEXT,
    "example": f'"{examples.ETAG}.01ab45ef"',
}
_IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "a text of your choice, kept for 24 hours: the same request sent again with it "
    "is not carried out twice, and gets the same answer",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    "example": "2026-11-22-nightly-sync",
}


def _example_of(parameter: Schema) -> Any:
    return examples.PARAMETERS.get(parameter["name"], "")


# ------------------------------------------------------------------------------------ errors


def _statuses(codes: Any) -> list[int]:
    return sorted({KINDS[code].status for code in codes})


def _problem(status: int) -> Schema:
    kinds = [kind for kind in KINDS.values() if kind.status == status]
    headers = {
        401: ["WWW-Authenticate"],
        405: ["Allow"],
        409: ["Retry-After"],
        412: ["ETag"],
        503: ["Retry-After"],
        429: ["RateLimit", "RateLimit-Policy", "Retry-After"],
    }.get(status, [])
    return {
        "description": "; ".join(kind.title for kind in kinds),
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
        "content": {
            MEDIA_TYPE: {
                "schema": ref_to("Problem"),
                "examples": {
                    kind.code: {
                        "summary": kind.title,
                        "value": {
                            "type": EXPLAINED + kind.code,
                            "title": kind.title,
                            "status": status,
                            "code": kind.code,
                            **examples.PROBLEMS[kind.code],
                        },
                    }
                    for kind in kinds
                },
            }
        },
    }


def _headers() -> Schema:
    said = {
        "ETag": "stands for what the object says; send it as If-Match",
        "Location": "where the new object is",
        "Link": "the next page, as rel=next",
        "Allow": "the methods this address knows",
        "Retry-After": "in how many seconds to try again",
        "WWW-Authenticate": "how to say who asks",
        "RateLimit": "how many requests remain (r), and in how many seconds all are back (t)",
        "RateLimit-Policy": "how many requests (q) in how many seconds (w)",
        "Catenary-As-Of": "the past moment this speaks of; absent for the present",
        "Idempotency-Replayed": "true when this is the answer to the same request sent before",
    }
    return {
        name: {"description": meaning, "schema": TEXT, "required": False}
        for name, meaning in said.items()
    }
