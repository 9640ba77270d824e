"""`catenary user`: taking back an identity of a provider, and a second factor."""

from __future__ import annotations

import pytest

from tests.installation import Installation

EMAIL = "opal@here.example"
LINK = (
    "INSERT INTO socialaccount_socialaccount"
    " (user_id, provider, uid, extra_data, last_login, date_joined)"
    " SELECT id, 'company', 'subject-1', '{}', created_at, created_at FROM access_account"
    f" WHERE email = '{EMAIL}'"
)
FACTOR = (
    "INSERT INTO mfa_authenticator (user_id, type, data, created_at)"
    " SELECT id, 'totp', '{}', created_at FROM access_account"
    f" WHERE email = '{EMAIL}'"
)


@pytest.mark.parametrize(
    ("option", "row", "table", "said"),
    [
        ("--unlink", LINK, "socialaccount_socialaccount", "unlinked"),
        ("--reset-second-factor", FACTOR, "mfa_authenticator", "the second factor is gone"),
    ],
)
def test_a_way_in_is_taken_back_once(
    installation: Installation, option: str, row: str, table: str, said: str
) -> None:
    installation.fine("user", EMAIL, "--operator")
    password = installation.rows("SELECT password FROM access_account")
    installation.write(row)

    ran = installation.run("user", EMAIL.upper(), option)

    assert (ran.code, said in ran.out) == (0, True), ran.err
    assert installation.rows(f"SELECT * FROM {table}") == []
    assert installation.rows("SELECT password FROM access_account") == password
    assert installation.run("user", EMAIL, option).code == 2


@pytest.mark.parametrize("option", ["--unlink", "--reset-second-factor"])
def test_somebody_without_an_account_has_nothing_to_take_back(
    installation: Installation, option: str
) -> None:
    ran = installation.run("user", "nobody@here.example", option)

    assert ran.code == 2
    assert "there is no account" in ran.err
