"""Tokens for programs that use the API: issue, list, revoke."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from catenary import clock
from catenary.cli.session import fail, ready, refuse
from catenary.cli.terminal import answer, say

if TYPE_CHECKING:
    from catenary.domain.actors import Origin


def run_token(
    *, action: str, which: str, email: str, scope: str, days: int, json: bool, data: Path | None
) -> None:
    """Do what ``action`` says for the account with this address."""
    if action not in ("issue", "list", "revoke"):
        fail(f"there is no action {action}: say issue, list or revoke")
    if not email:
        fail("say whose token with --for and the address they sign in with")
    ready(data)
    from catenary.apps.access.queries.accounts import account_of_email

    account_id = account_of_email(email)
    if account_id is None:
        fail(f"nobody signs in with {email}: `catenary user {email}` lets them")
    if action == "issue":
        _issue(account_id, which, scope, days, json)
    elif action == "list":
        _list(account_id, json)
    else:
        _revoke(account_id, which, json)


def _issue(account_id: int, name: str, scope: str, days: int, json: bool) -> None:
    from catenary.apps.access.operations.tokens import issue_token
    from catenary.domain.actors import Scope
    from catenary.domain.refusals import Refused

    if scope not in set(Scope):
        fail(f"there is no scope {scope}: say read, write or admin")
    at = clock.now()
    try:
        issued = issue_token(
            account_id=account_id,
            name=name,
            scopes=[Scope(scope)],
            expires_at=at + timedelta(days=days),
            at=at,
            origin=_origin(),
        )
    except Refused as refused:
        refuse(refused.refusals, json)
    if json:
        answer({"id": issued.public_id, "token": issued.secret})
    else:
        say(issued.secret)
        say("It is shown only now.")


def _list(account_id: int, json: bool) -> None:
    from catenary.apps.access.queries.tokens import tokens_of

    rows = tokens_of(account_id)
    if json:
        answer([asdict(row) for row in rows])
        return
    now = clock.now()
    for row in rows:
        ended = "revoked" if row.revoked_at else "expired" if row.expires_at <= now else "live"
        used = f"last used {row.last_used_at:%Y-%m-%d}" if row.last_used_at else "never used"
        ends = f"ends {row.expires_at:%Y-%m-%d}"
        say(f"{row.public_id}  {ended:7}  {row.scopes[-1]:5}  {ends}  {used}  {row.name}")
    if not rows:
        say("There are no tokens.")


def _revoke(account_id: int, public_id: str, json: bool) -> None:
    from catenary.apps.access.operations.tokens import TokenMissing, revoke_token

    try:
        revoke_token(account_id=account_id, public_id=public_id, at=clock.now(), origin=_origin())
    except TokenMissing:
        _no_such(public_id)
    if json:
        answer({"id": public_id, "revoked": True})
    else:
        say("It was revoked. Whatever used it is refused from now.")


def _no_such(public_id: str) -> NoReturn:
    fail(f"they have no live token {public_id or '(say its id)'}: `catenary token list` shows them")


def _origin() -> Origin:
    from catenary.domain.actors import Origin

    return Origin("command-line")
