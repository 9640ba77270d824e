"""Taking back ways in that somebody lost or that became somebody else's."""

from __future__ import annotations

from pathlib import Path

from catenary.cli.session import fail, ready
from catenary.cli.terminal import say


def unlink_user(*, email: str, data: Path | None) -> None:
    """Forget the identities of providers that sign in as somebody."""
    ready(data)
    from catenary.apps.access.operations.linking import unlink_account

    if not unlink_account(email=email):
        fail(f"no identity of a provider signs in as {email}")
    say(f"{email.lower()}: unlinked. The next sign-in with the verified address links anew.")
