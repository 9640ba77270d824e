"""A notice as a signed call of the subscriber's address, as https://www.standardwebhooks.com says.

The address is somebody else's choice: `connectors.fetching` keeps it out of our own network.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from django.conf import settings

from catenary.apps.monitoring.policies import may_call_without_tls
from catenary.apps.monitoring.queries.announcements import MaintenanceTold
from catenary.apps.monitoring.queries.notices import Notice
from catenary.connectors.fetching import FetchFailed, FetchRefused, Resolve, Wish, fetch, resolved
from catenary.connectors.notices.addresses import page_of, whole

_PATIENCE = 15
_LONGEST_ANSWER = 20_000


class NotCalled(Exception):
    """The other side did not say that it has it. ``is_final``: it is not tried again; ``trouble``
    is why, as its owner may know it (`domain.deliveries`)."""

    def __init__(self, sentence: str, *, trouble: str, is_final: bool = False) -> None:
        super().__init__(sentence)
        self.trouble = trouble
        self.is_final = is_final


def secret_of(subscription: str) -> str:
    """The secret that a subscription's calls are signed with. It follows from the installation's
    own, so that it is kept nowhere; its owner may read it as often as they like."""
    key = settings.SECRET_KEY.encode()
    made = hmac.digest(key, f"catenary.webhook:{subscription}".encode(), hashlib.sha256)
    return f"whsec_{base64.b64encode(made).decode()}"


def signature(secret: str, number: str, at: int, body: bytes) -> str:
    """The signature of a call: of its number, its moment and its body, so that none can be taken
    for another's."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, f"{number}.{at}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode()}"


def call(notice: Notice, at: datetime, *, resolve: Resolve = resolved) -> None:
    """Call a subscriber's address. Raises `NotCalled` when it does not answer with a 2xx."""
    body = json.dumps(body_of(notice), ensure_ascii=False).encode()
    # The first subscription's secret: of all that are told at this address by this message.
    number, moment = f"notice_{notice.number}", int(at.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Catenary",
        "webhook-id": number,
        "webhook-timestamp": str(moment),
        "webhook-signature": " ".join(
            signature(secret_of(each), number, moment, body) for each in notice.subscriptions
        ),
    }
    wish = Wish(
        notice.address,
        method="POST",
        headers=headers,
        body=body,
        most_bytes=_LONGEST_ANSWER,
        seconds=_PATIENCE,
        is_plain_allowed=may_call_without_tls(),
    )
    try:
        answer = fetch(wish, resolve=resolve)
    except FetchRefused as error:
        # Where a name leads inside is nobody's to find out by subscribing.
        raise NotCalled(str(error), trouble="nowhere", is_final=True) from error
    except FetchFailed as error:
        raise NotCalled(str(error), trouble=error.code) from error
    if not 200 <= answer.status < 300:
        # 410: the other side says that nobody is there any more.
        raise NotCalled(
            f"it answered {answer.status}",
            trouble=f"answered {answer.status}",
            is_final=answer.status == 410,
        )


def body_of(notice: Notice) -> dict[str, Any]:
    """What a program reads: the same as a person."""
    if notice.maintenance is not None:
        return _maintenance_body(notice, notice.maintenance)
    if notice.is_test:
        data = {"organization": notice.organization}
        return {"type": "test", "timestamp": notice.at.isoformat(), "data": data}
    return {
        "type": "conditions.changed",
        "timestamp": notice.at.isoformat(),
        "data": {
            "organization": notice.organization,
            "changes": [
                {
                    "service": change.reference,
                    "name": change.name,
                    "provider": change.provider,
                    "was": change.was,
                    "now": change.now,
                    "words": change.words or change.now,
                    "since": change.since.isoformat(),
                }
                for change in notice.changes
            ],
            "more": notice.more,
            "causes": [
                {
                    "service": cause.reference or None,
                    "name": cause.name or f"a supporting service of {cause.provider}",
                    "provider": cause.provider,
                    "condition": cause.condition,
                    "hits": cause.hit,
                    "only-together": cause.together,
                }
                for cause in notice.causes
            ],
            "more-causes": notice.more_causes,
            "page": whole(page_of(notice)) or None,
        },
    }


def _maintenance_body(notice: Notice, told: MaintenanceTold) -> dict[str, Any]:
    return {
        "type": f"maintenance.{told.became}",
        "timestamp": notice.at.isoformat(),
        "data": {
            "organization": notice.organization,
            "maintenance": told.key,
            "title": told.title or None,
            "text": told.text or None,
            "note": told.note or None,
            "times": [
                {"start": start.isoformat(), "end": end.isoformat()} for start, end in told.times
            ],
            "more-times": told.is_more,
            "services": [
                {
                    "service": service.reference,
                    "name": service.name,
                    "provider": service.provider,
                    "condition": service.condition,
                }
                for service in told.services
            ],
            "more": notice.more,
            "page": whole(f"/maintenance/{told.key}/") or None,
        },
    }
