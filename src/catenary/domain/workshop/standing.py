"""How far provider and customer agree: a pure reading of who confirmed which version, in order.

A confirmation is never taken back; a later one takes its place. Both sides agree on a version from
the moment on at which the latest word of each is the same version. That agreement stands until
they agree on another one, whatever the definition says meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Side(StrEnum):
    """The two sides of a service."""

    PROVIDER = "provider"
    CUSTOMER = "customer"

    @property
    def other(self) -> Side:
        """The side across the table."""
        return Side.CUSTOMER if self is Side.PROVIDER else Side.PROVIDER


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Somebody confirmed, for their side, that ``version`` (a digest of the agreed part) is what
    they want. ``revision`` is the number of the revision that said so."""

    side: Side
    version: str
    person_id: int
    at: datetime
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Agreement:
    """Both sides' confirmations of one version; ``at`` is when the second of them came."""

    version: str
    provider: Confirmation
    customer: Confirmation
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: the ``agreement`` in force, if any; whether the definition still says it;
    and the confirmations that each side gave of what it says now."""

    agreement: Agreement | None
    is_current: bool
    confirmed_now: tuple[Confirmation, ...] = ()

    @property
    def state(self) -> str:
        """``agreed``, ``changed`` (agreed once, and not what it says now) or ``open``."""
        if self.agreement is None:
            return "open"
        return "agreed" if self.is_current else "changed"

    @property
    def waiting_for(self) -> tuple[Side, ...]:
        """The sides whose confirmation of the current version is still to come."""
        if self.state == "agreed":
            return ()
        have = {confirmation.side for confirmation in self.confirmed_now}
        return tuple(side for side in Side if side not in have)


def standing_of(confirmations: Sequence[Confirmation], now: str) -> Standing:
    """How things stand after these confirmations, oldest first, when the definition's agreed
    part is the version ``now``."""
    latest: dict[Side, Confirmation] = {}
    agreement: Agreement | None = None
    for confirmation in confirmations:
        latest[confirmation.side] = confirmation
        provider, customer = latest.get(Side.PROVIDER), latest.get(Side.CUSTOMER)
        if provider and customer and provider.version == customer.version:
            agreement = Agreement(provider.version, provider, customer, confirmation.at)
    return Standing(
        agreement,
        agreement is not None and agreement.version == now,
        tuple(latest[side] for side in Side if side in latest and latest[side].version == now),
    )


def why_not_confirm(standing: Standing, side: Side, person_id: int) -> str:
    """Why this person may not confirm the current version for this side now: ``confirmed``
    when the side has already, ``both-sides`` when they did so for the other side; else empty."""
    if side not in standing.waiting_for:
        return "confirmed"
    for confirmation in standing.confirmed_now:
        if confirmation.side is side.other and confirmation.person_id == person_id:
            return "both-sides"
    return ""
