"""Accounts: one for each address, and never an operator by accident."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import identify_hasher

from catenary.apps.access.models import Account
from catenary.apps.access.operations.accounts import create_account
from catenary.apps.access.queries.accounts import account_names, any_operator, has_ever_signed_in
from tests.apps.worlds import START

pytestmark = pytest.mark.django_db

FIRST, SECOND = "a long first password", "a long second password"


def opened(email: str, password: str = FIRST, *, is_operator: bool = False) -> int:
    """The number of an account."""
    return create_account(email=email, password=password, is_operator=is_operator, at=START)


def test_one_signs_in_with_address_and_password_whatever_the_case_of_the_address() -> None:
    number = opened("Ada@Bluewater.example")

    account = authenticate(username="ada@bluewater.example", password=FIRST)

    assert account is not None and account.pk == number
    assert authenticate(username="ada@bluewater.example", password=SECOND) is None
    assert authenticate(username="nobody@bluewater.example", password=FIRST) is None


def test_passwords_are_kept_as_argon2_and_never_as_they_are() -> None:
    opened("ada@bluewater.example")

    kept = Account.objects.get().password

    assert FIRST not in kept
    assert identify_hasher(kept).algorithm == "argon2"


def test_the_same_address_again_is_the_same_account_with_the_new_password() -> None:
    first = opened("ada@bluewater.example")

    assert opened("ADA@bluewater.example", SECOND) == first
    assert authenticate(username="ada@bluewater.example", password=FIRST) is None
    assert authenticate(username="ada@bluewater.example", password=SECOND) is not None
    assert Account.objects.count() == 1


def test_an_operator_is_made_on_purpose_and_stays_one() -> None:
    number = opened("ada@bluewater.example")
    assert not any_operator()

    opened("ada@bluewater.example", is_operator=True)
    assert any_operator()

    opened("ada@bluewater.example", SECOND)
    assert any_operator()
    assert account_names({number, number + 1}) == {number: "ada@bluewater.example"}


def test_an_account_that_is_closed_signs_nobody_in_and_is_no_operator() -> None:
    opened("ada@bluewater.example", is_operator=True)

    Account.objects.update(is_active=False)

    assert authenticate(username="ada@bluewater.example", password=FIRST) is None
    assert not any_operator()


def test_whether_anybody_ever_signed_in_is_known() -> None:
    opened("ada@bluewater.example")
    assert not has_ever_signed_in()

    Account.objects.update(last_login=START)

    assert has_ever_signed_in()
