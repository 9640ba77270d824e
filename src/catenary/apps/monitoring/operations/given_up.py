"""Trying again what was given up, or discarding it: all of an address at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

from catenary.apps.access.choices import Happening
from catenary.apps.access.operations.recording import record_access
from catenary.apps.common.operations import waiting_turn
from catenary.apps.common.operations.outbox import MOST_AT_ONCE, throw_away, try_again
from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.queries.given_up import given_up_rows
from catenary.domain.actors import Origin


def try_given_up_again(*, addresses: Collection[str] | None, at: datetime) -> int:
    """Try again what was given up until now for these addresses, or for all; how many messages."""
    return try_again(ids=list(given_up_rows(addresses, until=at)), at=at)


def discard_given_up(
    *, addresses: Collection[str] | None, until: datetime, at: datetime, origin: Origin
) -> int:
    """Discard for good what was given up until a moment for these addresses, or for all; how many
    messages. Who did it, and how many, is written down in the turn that discards them: of very
    many in several turns, so that others write between them."""
    found = 0
    for batch in in_batches(list(given_up_rows(addresses, until=until)), size=MOST_AT_ONCE):
        with waiting_turn():
            gone = throw_away(ids=batch)
            if gone:
                record_access(
                    Happening.MESSAGES_DISCARDED,
                    at=at,
                    origin=origin,
                    account_ids=[origin.account_id],
                    about=", ".join([str(gone), *_named(addresses)]),
                )
        found += gone
    return found


def _named(addresses: Collection[str] | None) -> list[str]:
    """Addresses as they may be kept for long: of a webhook the host alone, for what follows is
    often a secret."""
    if addresses is None:
        return ["all"]
    return sorted({urlsplit(address).hostname or address for address in addresses})
