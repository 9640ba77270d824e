"""One example of everything in the description, from the hospital's story."""

from __future__ import annotations

from typing import Any

Plain = dict[str, Any]

ETAG = "5f1f6fb5a20fbd7bcb1c2c30d92e2d37"
_REFERENCES = {
    "organization": "hospital-it",
    "person": "dana.reyes@st-mary.example",
    "calendar": "hospital-it/clinic-hours",
    "service": "hospital-it/patient-management",
    "consumption": "emergency-ward > hospital-it/patient-management",
}
DOCUMENT: dict[str, Plain] = {
    "organization": {"name": "Hospital IT", "part-of": "st-mary"},
    "person": {"name": "Dana Reyes", "organization": "hospital-it", "roles": ["service-owner"]},
    "service": {
        "name": "Patient management",
        "owner": "dana.reyes@st-mary.example",
        "stage": "live",
        "outcomes": {"seen-sooner": {"statement": "Patients are seen sooner after they arrive"}},
        "warranty": {"availability": "99.9%"},
        "relies-on": ["hospital-it/database", {"any": ["acme-cloud/east", "acme-cloud/west"]}],
    },
    "consumption": {"known-as": "Ward system"},
    "calendar": {
        "name": "Clinic hours",
        "hours": {"zone": "Europe/London", "mon-fri": "08:00-18:00"},
        "holidays": "GB-ENG",
        "exceptions": {"2026-12-24": {"hours": "08:00-12:00", "name": "Christmas Eve"}},
    },
}
PATCH: dict[str, Plain] = {
    "organization": {"description": "Runs what the wards work with"},
    "person": {"roles": ["service-owner", "catalogue-editor"]},
    "service": {"stage": "retiring", "owner": None},
    "consumption": {"known-as": "The portal"},
    "calendar": {"description": "When the specialists see patients"},
}
SHOWN: dict[str, Plain] = {
    kind: {"reference": _REFERENCES[kind], **document, "etag": ETAG}
    for kind, document in DOCUMENT.items()
}
SHOWN["service"]["role"] = "customer-facing"
SHOWN["consumption"] |= {
    "consumer": "emergency-ward",
    "service": "hospital-it/patient-management",
}
PARAMETERS: Plain = {
    "organization": "hospital-it",
    "service": "patient-management",
    "calendar": "clinic-hours",
    "consumer": "emergency-ward",
    "key": "hospital-it",
    "email": "dana.reyes@st-mary.example",
    "name": "prometheus",
    "q": "patient",
    "role": "customer-facing",
    "stage": "live",
    "provider": "hospital-it",
    "within": "st-mary",
    "tag": "clinical",
    "after": "WzAsInBhdGllbnQiLDEyXQ",
    "limit": 20,
    "take_over": False,
    "direction": "up",
    "depth": 2,
    "severity": "error",
    "rule": "CAT101",
    "subject": "hospital-it/patient-management",
    "condition": "down",
    "customer": "emergency-ward",
    "of": "hospital-it/patient-management",
    "from": "2026-03-01",
    "to": "2026-03-31",
    "kind": "service",
    "reference": "hospital-it/patient-management",
    "person": "dana.reyes@st-mary.example",
    "door": "web",
    "source": "browser",
    "as_of": "2026-03-01",
    "fields": "name,reference",
    "past": False,
    "note": "The switches come a week later",
}


def result(kind: str, method: str) -> Plain:
    """What came of a change of one object."""
    return {
        "kind": kind,
        "reference": _REFERENCES[kind],
        "outcome": "removed" if method == "delete" else "changed",
        "etag": None if method == "delete" else ETAG,
    }


def page(kind: str) -> Plain:
    """One page of a list."""
    return {
        "items": [SHOWN[kind]],
        "total": 41,
        "total_is_capped": False,
        "next": "WzAsInBhdGllbnQiLDEyXQ",
    }


def wanted(kind: str) -> Plain:
    """What a batch asks for."""
    return {"references": [_REFERENCES[kind], "no-such/thing"], "fields": ["name"]}


def batch(kind: str) -> Plain:
    """What a batch is answered."""
    return {"items": [SHOWN[kind]], "missing": ["no-such/thing"]}


CHANGES: Plain = {
    "note": "nightly synchronization",
    "changes": [
        {
            "kind": "service",
            "reference": _REFERENCES["service"],
            "document": DOCUMENT["service"],
            "expected": ETAG,
        },
        {
            "kind": "consumption",
            "reference": _REFERENCES["consumption"],
            "document": None,
        },
    ],
}
CHANGED: Plain = {"results": [result("service", "put"), result("consumption", "delete")]}
TRY: Plain = {
    "changes": [
        {
            "kind": "service",
            "reference": _REFERENCES["service"],
            "document": DOCUMENT["service"],
        }
    ]
}
_FINDING: Plain = {
    "code": "CAT101",
    "severity": "error",
    "subject": _REFERENCES["service"],
    "pointer": "/owner",
    "sentence": "nobody owns it",
    "remedy": "name an owner",
}
TRIED: Plain = {"findings": [_FINDING], "errors": []}
FINDINGS: Plain = {"items": [_FINDING], "total": 1, "total_is_capped": False, "next": None}
_LINK: Plain = {
    "reference": _REFERENCES["service"],
    "name": "Patient management",
    "provider": "hospital-it",
    "stage": "live",
    "role": "customer-facing",
}
CHAIN: Plain = {
    "focus": _LINK,
    "services": [{**_LINK, "steps": 0}],
    "hidden": [{"reference": "hidden-1", "provider": "hospital-it"}],
    "reliance": [{"reliant": _REFERENCES["service"], "group": "hidden-1"}],
    "consumers": [
        {
            "organization": "emergency-ward",
            "name": "Emergency ward",
            "service": _REFERENCES["service"],
            "known-as": "Ward system",
            "relying": 0,
        }
    ],
    "total_up": 0,
    "total_down": 0,
    "not_shown": 0,
    "beyond": 0,
}
HISTORY: Plain = {
    "reference": _REFERENCES["service"],
    "entries": [
        {
            "at": "2026-11-03T12:00:00+00:00",
            "by": "Dana Reyes",
            "door": "api",
            "source": "browser",
            "action": "changed",
            "before": {"name": "Patients", "stage": "live"},
            "after": {"name": "Patient management", "stage": "live"},
        }
    ],
}
HAPPENED: Plain = {
    "items": [
        {
            "reference": _REFERENCES["service"],
            "at": "2026-11-03T12:00:00+00:00",
            "kind": "service",
            "name": "Patient management",
            "action": "changed",
            "by": "Dana Reyes",
            "door": "api",
            "source": "browser",
            "note": "as agreed with the wards",
            "before": {"name": "Patients", "stage": "live"},
            "after": {"name": "Patient management", "stage": "live"},
        }
    ],
    "next": "WyIyMDI2LTExLTAzVDEyOjAwOjAwKzAwOjAwIiwgNDFd",
}
SEARCH: Plain = {
    "services": [{**_LINK, "known-as": None}],
    "organizations": [],
    "people": [],
    "total": 1,
    "total_is_capped": False,
}
IMPACT: Plain = {"condition": "down", "failing": [_REFERENCES["service"]]}
WORKSHOP: Plain = {
    "service": _REFERENCES["service"],
    "name": "Patient management",
    "customers": [
        {
            "organization": "emergency-ward",
            "name": "Emergency Ward",
            "state": "open",
            "waiting-for": ["customer"],
        }
    ],
    "table": {
        "customer": "emergency-ward",
        "provider": "hospital-it",
        "side": "provider",
        "seats": ["provider"],
        "may-write": True,
        "version": ETAG,
        "state": "open",
        "waiting-for": ["customer"],
        "agreement": None,
        "changed": [],
        "confirmations": [
            {
                "side": "provider",
                "version": ETAG,
                "by": "Dana Reyes",
                "at": "2026-11-03T12:00:00+00:00",
            }
        ],
        "proposals": [
            {
                "number": 7,
                "side": "customer",
                "part": "costs.removed",
                "act": "add",
                "subject": "",
                "before": None,
                "after": "Paper forms",
                "by": "Dr. Chidi Okafor",
                "at": "2026-11-03T11:00:00+00:00",
                "is-open": True,
                "said": [],
            }
        ],
    },
}
WORKSHOP_ACT: Plain = {
    "do": "propose",
    "customer": "emergency-ward",
    "side": "customer",
    "part": "costs.removed",
    "act": "add",
    "statement": "Paper forms",
}
OBSERVATIONS: Plain = {
    "observations": [
        {
            "service": "hospital-it/database",
            "condition": "down",
            "at": "2026-11-03T09:30Z",
            "source": "prometheus",
            "text": "The primary does not answer",
            "valid-for": "5 min",
        },
        {"service": "hospital-it/nothing", "condition": "down"},
    ]
}
RECORDED: Plain = {
    "taken": [
        {
            "place": 0,
            "service": "hospital-it/database",
            "at": "2026-11-03T09:30:00+00:00",
            "outcome": "recorded",
        }
    ],
    "refused": [
        {
            "place": 1,
            "service": "hospital-it/nothing",
            "errors": [
                {
                    "code": "unknown-service",
                    "reference": "hospital-it/nothing",
                    "pointer": "/observations/1/service",
                    "detail": "there is no service hospital-it/nothing that you may see",
                }
            ],
        }
    ],
}
_CONDITION: Plain = {
    "condition": "degraded",
    "words": "degraded",
    "best": "degraded",
    "worst": "degraded",
    "planned": False,
    "derived": True,
    "assumed": False,
    "at-risk": False,
    "next-loss": None,
}
_NAMED: Plain = {
    "reference": _REFERENCES["service"],
    "name": "Patient management",
    "known-as": "Ward system",
    "provider": "hospital-it",
}
STATUS: Plain = {
    **_NAMED,
    **_CONDITION,
    "since": "2026-11-03T09:30:00+00:00",
    "causes": [
        {
            "explains": "degraded",
            "condition": "down",
            "since": "2026-11-03T09:30:00+00:00",
            "path": [
                {
                    "reference": _REFERENCES["service"],
                    "name": "Patient management",
                    "provider": "hospital-it",
                },
                {
                    "reference": None,
                    "name": "a supporting service of Acme Cloud Ltd",
                    "provider": "acme-cloud",
                },
            ],
            "said": [],
        }
    ],
    "risks": [],
    "has-more": False,
    "computed-at": "2026-11-03T09:30:04+00:00",
    "is-current": True,
    "current-until": None,
}
BOARD: Plain = {
    "items": [
        {**_NAMED, "role": "external", **_CONDITION, "since": "2026-11-03T09:30:00+00:00"},
    ],
    "counts": {"down": 0, "degraded": 1, "unknown": 0, "maintenance": 0, "operational": 0},
    "total": 1,
    "next": None,
    "is-current": True,
    "current-until": None,
}
FAILING: Plain = {"services": [_REFERENCES["service"], "acme-cloud/east"], "condition": "down"}
LINES = (
    '{"kind":"organization","reference":"st-mary","name":"St. Mary\'s Hospital","etag":"'
    + ETAG
    + '"}\n{"kind":"end","counts":{"organization":1},"is_consistent":true}\n'
)
ME: Plain = {
    "email": "dana.reyes@st-mary.example",
    "name": "Dana Reyes",
    "is_operator": False,
    "scopes": ["read", "write"],
    "memberships": [
        {"organization": "hospital-it", "name": "Hospital IT", "roles": ["service-owner"]}
    ],
    "viewpoint": {"organization": "hospital-it", "name": "Hospital IT", "top": "st-mary"},
}
PROBLEMS: dict[str, Plain] = {
    "malformed": {"detail": "the body is no JSON: unexpected end of data (line 1, column 12)"},
    "unknown-parameter": {
        "detail": 'limt: there is no parameter "limt" here',
        "errors": [
            {
                "code": "unknown-parameter",
                "parameter": "limt",
                "detail": 'there is no parameter "limt" here',
                "expected": "some of after, as, fields, limit, q",
                "remedy": 'did you mean "limit"?',
            }
        ],
    },
    "unauthenticated": {"detail": "the token is unknown, expired or revoked"},
    "wrong-scope": {"detail": 'this needs a token with the scope "write"'},
    "not-allowed": {
        "detail": "you may not define hospital-it/patient-management",
        "errors": [
            {
                "code": "not-allowed",
                "reference": "hospital-it/patient-management",
                "pointer": "",
                "detail": "you may not define hospital-it/patient-management",
                "remedy": "ask a catalogue editor of its provider, or correct who provides it",
            }
        ],
    },
    "forged": {"detail": "a change made with the browser's session needs the header X-CSRFToken"},
    "not-found": {"detail": "there is no service hospital-it/nothing that you may see"},
    "method-not-allowed": {"detail": "This address does not know that method."},
    "not-acceptable": {"detail": "answers are JSON"},
    "refused": {
        "detail": "hospital-it/database is still needed by hospital-it/portal, ward-3",
        "errors": [
            {
                "code": "still-needed",
                "reference": "hospital-it/database",
                "pointer": "",
                "detail": "hospital-it/database is still needed by hospital-it/portal, ward-3",
                "remedy": "end that first, or set the stage to retired instead of removing it",
            }
        ],
    },
    "in-progress": {"detail": "the request with the Idempotency-Key n-1 is being carried out"},
    "busy": {"detail": "another program is writing to the catalogue; nothing was changed"},
    "changed-meanwhile": {
        "detail": "hospital-it/database is not what you saw; nothing was changed",
        "conflicts": [{"kind": "service", "reference": "hospital-it/database", "etag": ETAG}],
    },
    "too-large": {"detail": "the body is larger than 10 MB"},
    "unsupported-media-type": {"detail": "the body is text/plain; it must be application/json"},
    "invalid": {
        "detail": "this is no percentage",
        "errors": [
            {
                "code": "invalid",
                "pointer": "/warranty/availability",
                "detail": "this is no percentage",
                "expected": "a percentage such as 99.9%",
            }
        ],
    },
    "key-reused": {"detail": "Idempotency-Key n-1 was sent with another request"},
    "too-many-requests": {"detail": "at most 1,200 requests in 60 seconds; try again in 3 seconds"},
    "internal": {"detail": "Something broke on our side.", "request_id": "0f3a9c2d11e84b57"},
    "overloaded": {"detail": "4 exports are being read; try again in a moment"},
    "unavailable": {"detail": "The database does not answer.", "request_id": "0f3a9c2d11e84b57"},
}
