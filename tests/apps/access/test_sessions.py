"""Sessions: found by their owner, ended at once, and never shown in a way that lets one in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catenary.apps.access.models import AccessEvent, Session
from catenary.apps.access.operations.accounts import (
    AccountMissing,
    close_account,
    create_account,
)
from catenary.apps.access.operations.sessions import (
    SessionMissing,
    SessionStore,
    end_session,
    end_sessions_of,
    note_session,
)
from catenary.apps.access.queries.sessions import sessions_of
from catenary.domain.actors import Origin

pytestmark = pytest.mark.django_db

#: Whether a session has run out is for Django's clock to say, which is the real one.
NOW = datetime.now(UTC).replace(microsecond=0)
HERE = Origin("web", "192.0.2.7", "a browser")


def opened(email: str = "ada@bluewater.example") -> int:
    """The number of an account."""
    return create_account(email=email, password="x" * 20, is_operator=False, at=NOW)


def browser(account_id: int, at: datetime = NOW, origin: Origin = HERE) -> SessionStore:
    """A session in which somebody has signed in."""
    session = SessionStore()
    session["_auth_user_id"] = str(account_id)
    note_session(session=session, origin=origin, at=at)
    session.save()
    return session


def lives(session: SessionStore) -> bool:
    """Whether it still lets somebody in."""
    return SessionStore().exists(session.session_key or "")


def kinds() -> list[str]:
    """What was written down about sessions."""
    written = AccessEvent.objects.order_by("pk").values_list("kind", flat=True)
    return [kind for kind in written if not kind.startswith("account")]


def test_a_session_is_listed_with_where_since_when_and_last_seen() -> None:
    ada = opened()
    first, second = browser(ada), browser(ada, NOW + timedelta(minutes=1))
    browser(opened("otto@bluewater.example"))

    rows = sessions_of(ada, this_key=first.session_key, at=NOW)

    assert [row.is_this_one for row in rows] == [False, True]
    assert (rows[1].address, rows[1].device) == ("192.0.2.7", "a browser")
    assert (rows[1].started_at, rows[1].seen_at) == (NOW, NOW)
    keys = {first.session_key, second.session_key}
    assert not any(key in str(row) for row in rows for key in keys if key)


def test_use_is_noted_every_five_minutes_and_signing_in_once() -> None:
    session = browser(opened())

    for seconds, seen in ((299, 0), (300, 300), (599, 300), (600, 600)):
        session.modified = False
        note_session(session=session, origin=HERE, at=NOW + timedelta(seconds=seconds))
        assert session.modified is (seen == seconds)
        session.save()
        assert Session.objects.get().seen_at == NOW + timedelta(seconds=seen)

    assert Session.objects.get().started_at == NOW
    assert kinds() == ["signed-in"]


def test_one_session_is_ended_and_only_by_its_owner() -> None:
    ada, otto = opened(), opened("otto@bluewater.example")
    mine = browser(ada)
    handle = sessions_of(ada, this_key=None, at=NOW)[0].handle

    with pytest.raises(SessionMissing):
        end_session(account_id=otto, handle=handle, origin=HERE, at=NOW)
    assert lives(mine)

    end_session(account_id=ada, handle=handle, origin=HERE, at=NOW)

    assert not lives(mine)
    assert kinds() == ["signed-in", "session-ended"]
    with pytest.raises(SessionMissing):
        end_session(account_id=ada, handle=handle, origin=HERE, at=NOW)


def test_all_others_are_ended_and_this_one_stays() -> None:
    ada = opened()
    this, *others = (browser(ada) for _ in range(4))
    stranger = browser(opened("otto@bluewater.example"))

    ended = end_sessions_of(
        account_ids=[ada], origin=HERE, at=NOW, except_key=this.session_key or ""
    )

    assert ended == 3
    assert lives(this) and lives(stranger)
    assert not any(lives(other) for other in others)


def test_a_new_password_ends_every_session() -> None:
    ada = opened()
    browser(ada)

    opened()

    assert sessions_of(ada, this_key=None, at=NOW) == []
    assert kinds() == ["signed-in", "session-ended", "password-changed"]


def test_closing_an_account_ends_its_sessions_and_is_written_down() -> None:
    browser(opened())

    close_account(email="Ada@bluewater.example", at=NOW)

    assert Session.objects.count() == 0
    assert list(AccessEvent.objects.order_by("pk").values_list("kind", flat=True)) == [
        "account-opened",
        "signed-in",
        "session-ended",
        "account-closed",
    ]
    with pytest.raises(AccountMissing):
        close_account(email="ada@bluewater.example", at=NOW)


def test_what_ran_out_is_not_listed() -> None:
    ada = opened()
    browser(ada)

    assert sessions_of(ada, this_key=None, at=NOW + timedelta(days=30)) == []


def test_a_session_of_nobody_belongs_to_nobody() -> None:
    session = SessionStore()
    session["something"] = 1
    session.save()

    assert Session.objects.get().account_id is None
