"""Asking a second factor of everybody in a top organization, or in the installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from catenary.apps.access.choices import Happening
from catenary.apps.access.operations.recording import record_access
from catenary.apps.access.operations.sessions import end_sessions_of
from catenary.apps.access.queries.second_factors import accounts_with_second_factor, factor_kinds
from catenary.apps.common.queries import in_batches
from catenary.apps.organizations.choices import AskedOf
from catenary.apps.organizations.models import Organization, SecondFactorRule
from catenary.apps.organizations.policies import may_ask_second_factor
from catenary.apps.organizations.queries.second_factors import accounts_asked, last_decision
from catenary.domain.actors import Actor, Origin


class NotDecidedHere(Exception):
    """There is no such top organization that the actor decides for; nothing was changed."""


class OwnFactorMissing(Exception):
    """Whoever asks one of others has one: else the first to be shut out could be the last who
    could take it back. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of it: whether anything changed, and how many sessions were ended."""

    changed: bool
    ended: int


def ask_second_factor(
    *,
    actor: Actor,
    key: str,
    asked_of: AskedOf,
    accepts_provider: bool,
    ends_sessions: bool,
    at: datetime,
    origin: Origin,
) -> Decided:
    """Decide for the top organization with this key, or (empty) for the installation.

    It is asked at the next sign-in; ``ends_sessions`` makes that now for those who have none, so
    that nobody stays in as before. A decision that holds already is not written again. Raises
    `NotDecidedHere`, `OwnFactorMissing`.
    """
    with transaction.atomic():
        # Locked, so that of two decisions at once one is the last.
        tops = Organization.objects.select_for_update().filter(key=key, removed_at__isnull=True)
        top = tops.first() if key else None
        if (key and top is None) or not may_ask_second_factor(actor, top.path if top else ""):
            raise NotDecidedHere(key)
        if asked_of is not AskedOf.NOBODY and not factor_kinds(actor.account_id or 0):
            raise OwnFactorMissing(key)
        top_id = top.pk if top else None
        changed = last_decision(top_id) != (asked_of, accepts_provider)
        if changed:
            SecondFactorRule.objects.create(
                organization=top,
                asked_of=asked_of,
                accepts_provider=accepts_provider,
                at=at,
                by_account_id=actor.account_id,
            )
            is_asked = asked_of is not AskedOf.NOBODY
            record_access(
                Happening.FACTOR_ASKED if is_asked else Happening.FACTOR_NOT_ASKED,
                at=at,
                origin=origin,
                account_ids=[actor.account_id],
                about=key or asked_of.value,
                organization_id=top_id,
            )
        ended = 0
        if ends_sessions and asked_of is AskedOf.EVERYBODY:
            accounts = accounts_asked(top_id)
            without = accounts - accounts_with_second_factor(accounts)
            ended = sum(
                end_sessions_of(account_ids=batch, origin=origin, at=at)
                for batch in in_batches(without)
            )
    return Decided(changed, ended)
