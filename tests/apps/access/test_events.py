"""What happened at the doors stays as it happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from catenary.apps.access.choices import Happening
from catenary.apps.access.models import AccessEvent
from catenary.apps.access.operations.recording import forget_old_events, record_access
from catenary.domain.actors import Origin

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


def written(at: datetime) -> int:
    """The number of an event."""
    record_access(
        Happening.SIGNED_IN, at=at, origin=Origin("web", "::1", "d" * 500), account_ids=[1]
    )
    return AccessEvent.objects.order_by("-pk")[0].pk


def test_an_event_cannot_be_edited() -> None:
    number = written(NOW - timedelta(days=400))

    with pytest.raises(DatabaseError), transaction.atomic():
        AccessEvent.objects.filter(pk=number).update(account_id=2)


def test_what_is_younger_than_thirty_days_cannot_be_removed_whatever_the_settings_say() -> None:
    young, old = written(NOW - timedelta(days=29)), written(NOW - timedelta(days=31))

    with pytest.raises(DatabaseError), transaction.atomic():
        AccessEvent.objects.filter(pk=young).delete()

    AccessEvent.objects.filter(pk=old).delete()
    assert list(AccessEvent.objects.values_list("pk", flat=True)) == [young]


def test_what_is_older_than_it_is_kept_is_removed_little_by_little() -> None:
    for days in (400, 390, 380, 100):
        written(NOW - timedelta(days=days))

    assert forget_old_events(at=NOW, most=2) == 2
    assert forget_old_events(at=NOW, most=2) == 1
    assert forget_old_events(at=NOW, most=2) == 0
    assert AccessEvent.objects.count() == 1


def test_who_did_it_is_said_when_it_was_somebody_else() -> None:
    for by in (7, 1, None):
        record_access(
            Happening.TOKEN_REVOKED, at=NOW, origin=Origin("web", account_id=by), account_ids=[1]
        )

    assert list(AccessEvent.objects.values_list("by_account_id", flat=True)) == [7, None, None]
