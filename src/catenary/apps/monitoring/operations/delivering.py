"""Saying what became of a notice: in the outbox, and for whoever subscribed to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Coalesce

from catenary.apps.common.operations import waiting_turn
from catenary.apps.common.operations.outbox import Letter, fail, settle
from catenary.apps.monitoring.models import Delivery, Subscription
from catenary.domain.deliveries import OURS

#: So many subscriptions of one receiver are told by one notice at most.
_MOST = 1_000


def delivered(*, letter: Letter, at: datetime, is_told: bool) -> None:
    """It is done. Unless ``is_told`` there was nothing left to tell, and nothing was delivered."""
    with waiting_turn():
        settle(letter=letter, at=at)
        if is_told:
            _keep(letter, delivered_at=at, failing_since=None)


def not_delivered(
    *, letter: Letter, at: datetime, sentence: str, trouble: str = OURS, is_final: bool = False
) -> bool:
    """It could not be delivered; whether it was given up, as `fail` says. ``sentence`` is for
    operators, ``trouble`` (`domain.deliveries`) for whoever subscribed."""
    with waiting_turn():
        is_dead = fail(letter=letter, at=at, trouble=sentence, is_final=is_final)
        since = Coalesce(F("failing_since"), Value(at, output_field=DateTimeField()))
        _keep(letter, failing_since=since, trouble=trouble)
    return is_dead


def _keep(letter: Letter, **what: Any) -> None:
    asked = sorted(set(letter.payload["subscriptions"]))[:_MOST]
    # Those of an account that was taken away are gone with it.
    there = Subscription.objects.filter(pk__in=asked).order_by("pk").values_list("pk", flat=True)
    rows = [Delivery(subscription_id=number) for number in there]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    kept = Delivery.objects.filter(subscription_id__in=asked)
    # In one order everywhere: two who tell the same receiver wait for each other, never in a ring.
    locked = list(kept.select_for_update().order_by("subscription_id").values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=locked).update(**what)
