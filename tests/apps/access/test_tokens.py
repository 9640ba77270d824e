"""Personal tokens: shown once, kept as a hash, never more than their person, ended for good."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from catenary.apps.access.choices import TokenTrouble
from catenary.apps.access.models import AccessEvent, Account, Token
from catenary.apps.access.operations.accounts import create_account
from catenary.apps.access.operations.tokens import (
    LONGEST,
    MOST_PER_ACCOUNT,
    IssuedToken,
    TokenMissing,
    issue_token,
    revoke_token,
    touch_token,
)
from catenary.apps.access.queries.tokens import TokenHolder, token_holder, tokens_of
from catenary.apps.organizations.operations.people import give_account, remove_people
from catenary.apps.organizations.policies import (
    may_administer,
    may_create_top_organization,
    may_edit_catalogue,
)
from catenary.apps.organizations.queries import actor_of_account, organizations_by_key
from catenary.domain.actors import EVERY_SCOPE, Origin, Scope, with_implied
from catenary.domain.refusals import Refused
from tests.apps.worlds import START, begin, change, refusal_codes

pytestmark = pytest.mark.django_db

HERE = Origin("tests", "192.0.2.7", "a test")
DAY = timedelta(days=1)


@pytest.fixture
def ada() -> int:
    """The number of an account."""
    return create_account(
        email="ada@bluewater.example", password="x" * 20, is_operator=False, at=START
    )


def issued(
    account_id: int,
    *scopes: Scope,
    name: str = "sync",
    expires_at: datetime = START + 30 * DAY,
    at: datetime = START,
) -> IssuedToken:
    """A token, of reading unless said otherwise."""
    return issue_token(
        account_id=account_id,
        name=name,
        scopes=scopes or (Scope.READ,),
        expires_at=expires_at,
        at=at,
        origin=HERE,
    )


def held(secret: str, at: datetime = START) -> TokenHolder:
    """The holder of a token that is accepted."""
    found = token_holder(secret, at)
    assert isinstance(found, TokenHolder), found
    return found


def test_the_secret_finds_its_account_and_stands_nowhere(ada: int) -> None:
    token = issued(ada, Scope.WRITE)

    holder = held(token.secret)

    assert (holder.account_id, holder.is_operator) == (ada, False)
    assert holder.scopes == {Scope.READ, Scope.WRITE}
    assert token.secret.startswith(f"cat_{token.public_id}_")
    body = token.secret.rpartition("_")[2]
    assert len(body) == 40
    kept = [str(value) for row in Token.objects.values_list() for value in row]
    kept += [str(value) for row in AccessEvent.objects.values_list() for value in row]
    assert not any(body in value for value in kept)


def test_accepting_a_token_takes_one_query(ada: int, django_assert_num_queries: Any) -> None:
    token = issued(ada)

    with django_assert_num_queries(1):
        held(token.secret)
    with django_assert_num_queries(0):
        token_holder("no token of ours", START)


def test_two_tokens_are_never_alike(ada: int) -> None:
    assert issued(ada).secret != issued(ada).secret


@pytest.mark.parametrize("place", [4, 16, 17, 30, -1])
def test_a_secret_with_one_letter_changed_is_unknown(ada: int, place: int) -> None:
    secret = issued(ada).secret
    other = "a" if secret[place] != "a" else "b"
    wrong = secret[:place] + other + (secret[place + 1 :] if place != -1 else "")

    assert token_holder(wrong, START) is TokenTrouble.UNKNOWN


@pytest.mark.parametrize(
    "shown",
    ["", "cat_", "x" * 100_000, "cat_" + "é" * 12 + "_" + "a" * 40, "\0", "cat_{id}_" + "1" * 40],
)
def test_what_is_no_token_of_ours_is_unknown(ada: int, shown: str) -> None:
    public_id = issued(ada).public_id

    assert token_holder(shown.replace("{id}", public_id), START) is TokenTrouble.UNKNOWN


def test_every_comparison_is_made_in_constant_time_and_always(
    ada: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hmac

    compared: list[tuple[str, str]] = []
    real = hmac.compare_digest

    def watched(one: str, other: str) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr("catenary.apps.access.queries.tokens.hmac.compare_digest", watched)
    for shown in (issued(ada).secret, "cat_" + "a" * 12 + "_" + "b" * 40, "nonsense"):
        token_holder(shown, START)

    assert len(compared) == 3
    assert all(len(one) == len(other) == 64 for one, other in compared)


def test_a_token_ends_at_its_moment_and_not_before(ada: int) -> None:
    secret = issued(ada, expires_at=START + DAY).secret

    held(secret, START + DAY - timedelta(microseconds=1))

    assert token_holder(secret, START + DAY) is TokenTrouble.EXPIRED


def test_a_revoked_token_is_refused_at_once_and_revoking_again_finds_nothing(ada: int) -> None:
    token = issued(ada)

    revoke_token(account_id=ada, public_id=token.public_id, at=START, origin=HERE)

    assert token_holder(token.secret, START) is TokenTrouble.REVOKED
    with pytest.raises(TokenMissing):
        revoke_token(account_id=ada, public_id=token.public_id, at=START, origin=HERE)


def test_nobody_revokes_the_token_of_another(ada: int) -> None:
    token = issued(ada)
    other = create_account(email="b@b.example", password="x" * 20, is_operator=True, at=START)
    before = AccessEvent.objects.count()

    with pytest.raises(TokenMissing):
        revoke_token(account_id=other, public_id=token.public_id, at=START, origin=HERE)

    held(token.secret)
    assert AccessEvent.objects.count() == before


def test_a_token_of_a_closed_account_is_refused_until_it_is_opened(ada: int) -> None:
    secret = issued(ada).secret

    Account.objects.update(is_active=False)
    assert token_holder(secret, START) is TokenTrouble.ACCOUNT_CLOSED

    Account.objects.update(is_active=True)
    held(secret)


def test_issuing_and_revoking_are_written_down(ada: int) -> None:
    token = issued(ada, Scope.ADMIN, name="  nightly   sync ")
    revoke_token(account_id=ada, public_id=token.public_id, at=START + DAY, origin=HERE)

    first, second = AccessEvent.objects.filter(kind__startswith="token").order_by("pk")

    assert (first.kind, first.account_id, first.at) == ("token-issued", ada, START)
    assert (first.door, first.address, first.device) == ("tests", "192.0.2.7", "a test")
    assert first.about == f"{token.public_id} (admin, read, write): nightly sync"
    assert (second.kind, second.about, second.at) == (
        "token-revoked",
        token.public_id,
        START + DAY,
    )


@pytest.mark.parametrize(
    ("wrong", "codes"),
    [
        ({"name": " "}, ["name-missing"]),
        ({"name": "x" * 101}, ["name-unfit"]),
        ({"name": "a\u202eb"}, ["name-unfit"]),
        ({"scopes": []}, ["scope-missing"]),
        ({"expires_at": START}, ["expiry-past"]),
        ({"expires_at": START + LONGEST + timedelta(seconds=1)}, ["expiry-late"]),
        (
            {"name": "", "scopes": [], "expires_at": START - DAY},
            ["name-missing", "scope-missing", "expiry-past"],
        ),
        ({"account_id": 999_999}, ["account-closed"]),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_every_reason(
    ada: int, wrong: dict[str, Any], codes: list[str]
) -> None:
    wish: dict[str, Any] = {
        "account_id": ada,
        "name": "sync",
        "scopes": [Scope.READ],
        "expires_at": START + LONGEST,
        "at": START,
        "origin": HERE,
    }
    issue_token(**wish)

    with pytest.raises(Refused) as refused:
        issue_token(**(wish | wrong))

    assert refusal_codes(refused.value) == codes
    assert Token.objects.count() == 1
    assert AccessEvent.objects.filter(kind__startswith="token").count() == 1


def test_an_account_has_so_many_live_tokens_at_most(ada: int) -> None:
    for _ in range(MOST_PER_ACCOUNT):
        last = issued(ada)

    with pytest.raises(Refused) as refused:
        issued(ada)
    assert refusal_codes(refused.value) == ["too-many"]

    revoke_token(account_id=ada, public_id=last.public_id, at=START, origin=HERE)
    issued(ada)


def test_the_last_use_is_written_at_most_once_a_minute(
    ada: int, django_assert_num_queries: Any
) -> None:
    secret = issued(ada).secret

    def used_at(seconds: int) -> datetime | None:
        at = START + timedelta(seconds=seconds)
        touch_token(holder=held(secret, at), at=at)
        return tokens_of(ada)[0].last_used_at

    assert used_at(0) == START
    assert used_at(59) == START
    assert used_at(60) == START + timedelta(seconds=60)
    holder = held(secret)
    with django_assert_num_queries(0):
        touch_token(holder=holder, at=START + timedelta(seconds=61))


def test_the_newest_token_is_listed_first_and_ended_ones_stay(ada: int) -> None:
    first = issued(ada, name="first")
    issued(ada, name="second", at=START + timedelta(hours=1))
    revoke_token(account_id=ada, public_id=first.public_id, at=START, origin=HERE)

    rows = tokens_of(ada)

    assert [(row.name, row.revoked_at) for row in rows] == [("second", None), ("first", START)]


def test_the_tokens_of_a_removed_person_are_revoked() -> None:
    begin()
    email = "edith@bluewater.example"
    account = give_account(email=email, password="x" * 20, is_operator=False, change=change())
    other = give_account(
        email="otto@bluewater.example", password="x" * 20, is_operator=False, change=change()
    )
    secret, stays = issued(account).secret, issued(other).secret

    remove_people(emails=[email], change=change())

    assert token_holder(secret, START) is TokenTrouble.REVOKED
    held(stays)
    assert AccessEvent.objects.filter(kind="token-revoked", account_id=account).count() == 1


# ---------------------------------------------------------------------- how far it reaches


def test_writing_includes_reading_and_administering_includes_both() -> None:
    assert with_implied([Scope.READ]) == {Scope.READ}
    assert with_implied([Scope.WRITE]) == {Scope.READ, Scope.WRITE}
    assert with_implied([Scope.ADMIN]) == EVERY_SCOPE
    assert with_implied([]) == frozenset()


@pytest.mark.parametrize(
    ("email", "scope", "edits", "administers"),
    [
        ("vera@bluewater.example", Scope.ADMIN, False, False),
        ("edith@bluewater.example", Scope.READ, False, False),
        ("edith@bluewater.example", Scope.WRITE, True, False),
        ("edith@bluewater.example", Scope.ADMIN, True, False),
        ("ada@bluewater.example", Scope.READ, False, False),
        ("ada@bluewater.example", Scope.WRITE, True, False),
        ("ada@bluewater.example", Scope.ADMIN, True, True),
    ],
)
def test_a_token_does_what_its_person_may_and_its_scope_allows(
    email: str, scope: Scope, edits: bool, administers: bool
) -> None:
    begin()
    account = give_account(email=email, password="x" * 20, is_operator=False, change=change())
    holder = held(issued(account, scope).secret)
    path = organizations_by_key(["bluewater-apps"])["bluewater-apps"].path

    actor = actor_of_account(holder.account_id, holder.is_operator, "api", holder.scopes)

    assert may_edit_catalogue(actor, path) is edits
    assert may_administer(actor, path) is administers
    assert not may_create_top_organization(actor)


@pytest.mark.parametrize(("scope", "creates"), [(Scope.WRITE, False), (Scope.ADMIN, True)])
def test_an_operators_token_is_bounded_too(scope: Scope, creates: bool) -> None:
    account = create_account(email="o@o.example", password="x" * 20, is_operator=True, at=START)
    holder = held(issued(account, scope).secret)

    actor = actor_of_account(holder.account_id, holder.is_operator, "api", holder.scopes)

    assert actor.is_operator
    assert may_create_top_organization(actor) is creates
