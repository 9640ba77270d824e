"""Schemas about subscriptions, with an example of each answer."""

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
from catenary.apps.monitoring.choices import About, Channel
from catenary.apps.monitoring.operations.subscriptions import CONDITIONS

#: What is said to subscribe.
WISH = {
    "about": "consumed, provided or service",
    "service": "reference, for about: service",
    "with-shared": "for about: consumed, whether also to hear of what only organizations above"
    " consume, for everybody in them; without it, yes",
    "channel": "mail (to the account's own address) or webhook",
    "address": "where a webhook is called",
    "conditions": "which to hear of; without it, all that are not operational",
    "quiet": 'an object with "from", "until" and "zone": when to be left alone; without a zone, in'
    " that of the account, else of the installation",
}
_QUIET: Schema = object_of({"from": TEXT, "until": TEXT, "zone": TEXT}, ["from", "until"])
_DELIVERY: Schema = object_of(
    {
        "delivered-at": {**MOMENT_OR_NULL, "description": "when a message was delivered last"},
        "failing-since": {**MOMENT_OR_NULL, "description": "null while messages are delivered"},
        "why": {**TEXT_OR_NULL, "description": "why the last message could not be delivered"},
        "waiting": {**COUNT, "description": "messages that are still to be sent"},
        "tried-until": {
            **MOMENT_OR_NULL,
            "description": "until when at most those that failed are tried again by themselves",
        },
        "given-up": {**COUNT, "description": "messages that only an operator tries again"},
    }
)
_KIND: Schema = {"enum": list(CONDITIONS)}
_FIELDS: dict[str, Schema] = {
    "name": TEXT,
    "organization": {**TEXT, "description": "as which organization its owner looks"},
    "about": {"enum": [str(each) for each in About]},
    "service": TEXT_OR_NULL,
    "with-shared": {
        **FLAG,
        "description": "also of what only organizations above consume, for everybody in them",
    },
    "channel": {"enum": [str(each) for each in Channel]},
    "address": TEXT_OR_NULL,
    "conditions": list_of(_KIND),
    "quiet": {"anyOf": [_QUIET, {"type": "null"}]},
    "created-at": MOMENT,
    "delivery": _DELIVERY,
}
_SUBSCRIPTION: Schema = object_of(_FIELDS)
_SECRET: Schema = {
    **TEXT_OR_NULL,
    "description": "what calls of a webhook are signed with: told here and never again",
}
_OUTCOME: Schema = {
    "enum": ["created", "changed", "unchanged"],
    "description": "unchanged: one has the very same already, and this is it",
}
_MADE: Schema = object_of({**_FIELDS, "outcome": _OUTCOME, "secret": _SECRET})
SUBSCRIPTION = {
    "name": "kT4wqZr81bNc",
    "organization": "ward-3",
    "about": "consumed",
    "service": None,
    "with-shared": True,
    "channel": "webhook",
    "address": "https://hooks.example/catenary",
    "conditions": ["degraded", "down"],
    "quiet": {"from": "22:00", "until": "06:00", "zone": "Europe/Berlin"},
    "created-at": "2026-11-03T09:00:00+00:00",
    "delivery": {
        "delivered-at": "2026-11-20T14:00:12+00:00",
        "failing-since": "2026-11-23T08:12:40+00:00",
        "why": "it answered 503",
        "waiting": 2,
        "tried-until": "2026-11-24T10:30:00+00:00",
        "given-up": 0,
    },
}
MADE = {**SUBSCRIPTION, "outcome": "created", "secret": "whsec_kept where passwords are kept"}
#: What routes answer, with an example.
ANSWERS: dict[str, tuple[Schema, Any]] = {
    "readSubscriptions": (object_of({"items": list_of(_SUBSCRIPTION)}), {"items": [SUBSCRIPTION]}),
    "readSubscription": (_SUBSCRIPTION, SUBSCRIPTION),
    "subscribe": (_MADE, MADE),
    "replaceSubscription": (_MADE, MADE),
    "endSubscription": (object_of({"name": TEXT}), {"name": "kT4wqZr81bNc"}),
    "testSubscription": (object_of({"name": TEXT}), {"name": "kT4wqZr81bNc"}),
}
_BODY: Schema = object_of(
    {
        "about": {"enum": [str(each) for each in About], "description": WISH["about"]},
        "service": {**TEXT, "description": WISH["service"]},
        "with-shared": {**FLAG, "description": WISH["with-shared"]},
        "channel": {"enum": [str(each) for each in Channel], "description": WISH["channel"]},
        "address": {**TEXT, "description": WISH["address"]},
        "conditions": {**list_of(_KIND), "description": WISH["conditions"]},
        "quiet": {"anyOf": [_QUIET, {"type": "null"}], "description": WISH["quiet"]},
    },
    ["about", "channel"],
)
_SAID = {
    "about": "consumed",
    "channel": "webhook",
    "address": "https://hooks.example/catenary",
    "conditions": ["down", "degraded"],
}
#: What routes take, with an example.
BODIES: dict[str, tuple[Schema, Any]] = {
    "subscribe": (_BODY, _SAID),
    "replaceSubscription": (_BODY, _SAID),
}
