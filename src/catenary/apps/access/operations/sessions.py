"""Where sessions are kept, and ending them.

`SessionStore` is Django's own store on a table of ours (settings: ``SESSION_ENGINE``): every way of
signing in, whatever library it comes from, ends up in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import transaction

from catenary.apps.access.choices import Happening
from catenary.apps.access.models import Session
from catenary.apps.access.operations.recording import record_access
from catenary.apps.access.queries.sessions import handle_of
from catenary.domain.actors import Origin

#: How often it is written down that a session is still used.
SEEN_EVERY = timedelta(minutes=5)
_SINCE, _SEEN, _HOW, _ADDRESS, _DEVICE = "since", "seen", "how", "address", "device"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class SessionMissing(Exception):
    """The account has no such session."""


class SessionStore(DatabaseStore):
    """Sessions in the table of this room."""

    @classmethod
    def get_model_class(cls) -> Any:
        """The table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row of a session, with what it holds about its owner in columns."""
        row: Any = super().create_model_instance(data)
        account = str(data.get(SESSION_KEY, ""))
        row.account_id = int(account) if account.isdecimal() else None
        row.started_at = _moment(data.get(_SINCE))
        row.seen_at = _moment(data.get(_SEEN))
        row.address = str(data.get(_ADDRESS, ""))[:45]
        row.device = str(data.get(_DEVICE, ""))[:120]
        return row


def note_session(*, session: SessionBase, origin: Origin, at: datetime) -> None:
    """Note that somebody signed in uses this session; the first time, that they signed in.

    Called after every answer, and nearly always does nothing.
    """
    seen = _moment(session.get(_SEEN))
    if seen is not None and _SINCE in session and at - seen < SEEN_EVERY:
        return
    session[_SEEN] = int(at.timestamp())
    session[_ADDRESS], session[_DEVICE] = origin.address, origin.device
    if _SINCE not in session:
        session[_SINCE] = session[_SEEN]
        account = int(session[SESSION_KEY])
        record_access(
            Happening.SIGNED_IN,
            at=at,
            origin=origin,
            account_ids=[account],
            about=str(session.get(_HOW, "")),
        )


def begin_session(*, session: SessionBase, how: str) -> None:
    """Somebody has just signed in with this session, even if they were signed in before; ``how``
    says by what (``password``, ``sign-on:company``). It is noted after the answer."""
    session.pop(_SINCE, None)
    session[_HOW] = how


def end_session(*, account_id: int, handle: str, origin: Origin, at: datetime) -> None:
    """End one session of an account. Raises `SessionMissing` when it has none of that handle."""
    keys = Session.objects.filter(account_id=account_id).values_list("session_key", flat=True)
    found = [key for key in keys if handle_of(key) == handle]
    if not found:
        raise SessionMissing(handle)
    _end(Session.objects.filter(session_key__in=found), origin, at)


def end_sessions_of(
    *, account_ids: Iterable[int], origin: Origin, at: datetime, except_key: str | None = None
) -> int:
    """End every session of these accounts but the one with ``except_key``; how many there were."""
    sessions = Session.objects.filter(account_id__in=list(account_ids))
    if except_key is not None:
        sessions = sessions.exclude(session_key=except_key)
    return _end(sessions, origin, at)


def _end(sessions: Any, origin: Origin, at: datetime) -> int:
    with transaction.atomic():
        found = list(sessions.values_list("session_key", "account_id", "expire_date", "device"))
        Session.objects.filter(session_key__in=[key for key, *_ in found]).delete()
        for _key, account_id, expires, device in found:
            # What had run out by itself is swept away in silence.
            if expires > at:
                record_access(
                    Happening.SESSION_ENDED,
                    at=at,
                    origin=origin,
                    account_ids=[account_id],
                    about=device,
                )
    return len(found)


def _moment(seconds: object) -> datetime | None:
    return _BEGINNING + timedelta(seconds=seconds) if isinstance(seconds, int) else None
