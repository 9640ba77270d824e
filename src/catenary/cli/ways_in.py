"""Taking back ways in that somebody lost or that became somebody else's."""

from __future__ import annotations

from pathlib import Path

from catenary.cli.session import fail, ready
from catenary.cli.terminal import say


def take_back(*, email: str, identity: bool, factors: bool, data: Path | None) -> None:
    """Forget the identities of providers that sign in as somebody, or what they show beside
    their password."""
    ready(data)
    from catenary import clock
    from catenary.apps.access.operations.linking import unlink_account
    from catenary.apps.access.operations.second_factors import reset_factors
    from catenary.apps.access.operations.sessions import end_sessions_of
    from catenary.apps.access.queries.linking import account_of_address
    from catenary.domain.actors import Origin

    email = email.strip().lower()
    account = account_of_address(email)
    if account is None:
        fail(f"there is no account with the address {email}")
    at, origin = clock.now(), Origin("command-line")
    if identity:
        if not unlink_account(account_id=account, at=at, origin=origin):
            fail(f"no identity of a provider signs in as {email}")
        say(f"{email}: unlinked. The next sign-in with the verified address links anew.")
    if factors:
        if not reset_factors(account_id=account, at=at, origin=origin):
            fail(f"{email} has no second factor")
        say(f"{email}: the second factor is gone. Make sure that it was they who asked.")
    # Whoever has what was taken back may be signed in with it.
    end_sessions_of(account_ids=[account], origin=origin, at=at)
