"""Addresses in what leaves the house: whole ones, where an operator said what ours is."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core import signing

from catenary.apps.monitoring.queries.notices import Notice

#: Nobody can unsubscribe somebody else without what we signed for this very purpose.
_SALT = "catenary.unsubscribe"
_MOST = 50


def whole(path: str) -> str:
    """The whole address of a page of ours; empty where nobody said what ours is."""
    return f"{settings.ADDRESS}{path}" if settings.ADDRESS else ""


def page_of(notice: Notice) -> str:
    """Where it stands how it goes now: with what one provides, or with what one uses."""
    return "/status/" if notice.is_provided else "/our-services/"


def unsubscribe_path(subscriptions: Sequence[str]) -> str:
    """Where one click ends these subscriptions, for whoever has the message."""
    signed = signing.Signer(salt=_SALT).sign(".".join(subscriptions[:_MOST]))
    return f"/unsubscribe/{signed}/"


def unsubscribed(signed: str) -> list[str]:
    """The subscriptions that a signed address is about; none when it is not ours."""
    try:
        return signing.Signer(salt=_SALT).unsign(signed).split(".")
    except signing.BadSignature:
        return []
