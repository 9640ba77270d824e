"""What whoever delivers is told: what became of every item, or why nothing was taken."""

from __future__ import annotations

import orjson
from django.http import HttpResponse

from catenary.apps.monitoring.operations.hearing import Heard
from catenary.domain.observations.heard import UNREADABLE

_MOST_TOLD = 200


class Refusing(Exception):
    """A delivery that is not taken as a whole."""

    def __init__(
        self, status: int, code: str, detail: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers or {}


def refusal(refusing: Refusing) -> HttpResponse:
    """Problem details (RFC 9457)."""
    body = {
        "type": "about:blank",
        "title": refusing.code.replace("-", " "),
        "status": refusing.status,
        "code": refusing.code,
        "detail": refusing.detail,
    }
    return HttpResponse(
        orjson.dumps(body),
        status=refusing.status,
        content_type="application/problem+json",
        headers=refusing.headers,
    )


def account(heard: Heard) -> HttpResponse:
    """How many items became what, and each that was refused. What was read and refused is refused
    for good: sending it again would change nothing, so that is no error of the delivery. It is one
    when nothing in it is of the form that is read here."""
    body = {
        "taken": heard.taken,
        "repeated": heard.repeated,
        "passed-over": heard.passed_over,
        "corrected": heard.corrected,
        "refused": [
            {
                "place": each.place,
                "service": each.service or None,
                "errors": [
                    {
                        "code": wrong.code,
                        "field": wrong.field,
                        "detail": wrong.sentence,
                        "expected": wrong.expected,
                    }
                    for wrong in each.reasons
                ],
            }
            for each in heard.refused[:_MOST_TOLD]
        ],
        "refused-in-all": len(heard.refused),
    }
    return HttpResponse(
        orjson.dumps(body), status=202 if _was_read(heard) else 422, content_type="application/json"
    )


def _was_read(heard: Heard) -> bool:
    if heard.taken or heard.repeated or heard.passed_over or not heard.refused:
        return True
    return any(
        all(wrong.code != UNREADABLE for wrong in refused.reasons) for refused in heard.refused
    )
