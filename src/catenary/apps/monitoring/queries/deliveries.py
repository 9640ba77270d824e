"""What becomes of the messages of subscriptions: when one was delivered, since when they fail and
why, and how many wait or were given up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from catenary.apps.common.queries.outbox import Bundle, bundles
from catenary.apps.monitoring.choices import NOTICE
from catenary.apps.monitoring.models import Delivery
from catenary.domain.backoff import longest_wait
from catenary.domain.deliveries import why_not_delivered
from catenary.domain.said import Said


@dataclass(frozen=True, slots=True)
class Delivered:
    """When a message of a subscription was ``delivered_at`` last, since when they fail and why the
    last one did. ``waiting`` messages are to be sent, and tried again until ``tried_until`` where
    one of them failed; ``given_up`` are sent only when an operator tries them again."""

    delivered_at: datetime | None = None
    failing_since: datetime | None = None
    why: Said | None = None
    waiting: int = 0
    given_up: int = 0
    tried_until: datetime | None = None


def deliveries_of(subscriptions: Collection[int]) -> dict[int, Delivered]:
    """Of each of these subscriptions. Ask for one's own: it is nobody else's."""
    found = {number: Delivered() for number in subscriptions}
    rows = Delivery.objects.filter(subscription_id__in=list(subscriptions)[:1_000])
    for row in rows:
        found[row.subscription_id] = Delivered(
            row.delivered_at,
            row.failing_since,
            why_not_delivered(row.trouble) if row.failing_since is not None else None,
        )
    if found:
        for bundle in bundles(kinds=[NOTICE]):
            for number in found.keys() & set(bundle.numbers):
                found[number] = _with(found[number], bundle)
    return found


def _with(before: Delivered, bundle: Bundle) -> Delivered:
    if bundle.is_dead:
        return replace(before, given_up=before.given_up + bundle.rows)
    until = before.tried_until
    if bundle.attempts and bundle.trouble:
        last = bundle.last_at + timedelta(microseconds=longest_wait(bundle.attempts))
        until = last if until is None else max(until, last)
    return replace(before, waiting=before.waiting + bundle.rows, tried_until=until)


def delivered_as_plain(delivered: Delivered) -> dict[str, Any]:
    """The same for programs."""

    def written(at: datetime | None) -> str | None:
        return None if at is None else at.isoformat()

    return {
        "delivered-at": written(delivered.delivered_at),
        "failing-since": written(delivered.failing_since),
        "why": delivered.why and str(delivered.why),
        "waiting": delivered.waiting,
        "tried-until": written(delivered.tried_until),
        "given-up": delivered.given_up,
    }
