"""Tokens and closed accounts at the command line."""

from __future__ import annotations

import json
import re

from tests.installation import Installation

WHO = "administrator@localhost"


def test_a_token_is_issued_listed_and_revoked(installation: Installation) -> None:
    issued = installation.fine(
        "token", "issue", "nightly sync", "--for", WHO, "--scope", "write", "--days", "7"
    ).out
    found = re.search(r"cat_([0-9A-Za-z]{12})_[0-9A-Za-z]{40}", issued)
    assert found
    listed = installation.fine("token", "list", "--for", WHO).out
    rows = json.loads(installation.fine("token", "list", "--for", WHO, "--json").out)
    installation.fine("token", "revoke", found[1], "--for", WHO)
    after = installation.fine("token", "list", "--for", WHO).out

    assert found[0] not in listed
    assert re.search(rf"{found[1]}  live     write  ends \S+  never used  nightly sync", listed)
    assert rows[0]["scopes"] == ["read", "write"]
    assert f"{found[1]}  revoked" in after


def test_what_cannot_be_done_is_said_in_one_line(installation: Installation) -> None:
    for arguments, said in (
        (["token", "make"], "no action make"),
        (["token", "list"], "--for"),
        (["token", "list", "--for", "nobody@x.example"], "nobody signs in with"),
        (["token", "issue", "x", "--for", WHO, "--scope", "all"], "no scope all"),
        (["token", "issue", "", "--for", WHO], "has no name"),
        (["token", "revoke", "abcdefghijkl", "--for", WHO], "no live token abcdefghijkl"),
        (["user", "nobody@x.example", "--close"], "no open account"),
    ):
        run = installation.run(*arguments)
        assert run.code in (1, 2)
        assert said in run.err, run.err


def test_a_closed_account_is_told(installation: Installation) -> None:
    said = installation.fine("user", WHO, "--close").out

    assert "can no longer sign in" in said
    assert installation.rows("SELECT is_active FROM access_account") in ([(0,)], [(False,)])
