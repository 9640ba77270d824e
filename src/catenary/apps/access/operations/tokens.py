"""Issuing, revoking and using personal tokens (docs/explanation/security.md)."""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Q

from catenary.apps.access.choices import Happening
from catenary.apps.access.models import Account, Token
from catenary.apps.access.operations.recording import record_access
from catenary.apps.access.queries.tokens import TokenHolder
from catenary.apps.common.queries import is_busy
from catenary.domain.actors import Origin, Scope, with_implied
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import Said, figure, said

#: A year and a day, so that "the same day next year" is always allowed.
LONGEST = timedelta(days=366)
#: More of them at a time are rather a leak than a need.
MOST_PER_ACCOUNT = 50
#: How often the moment of the last use is written, at most.
TOUCH_EVERY = timedelta(minutes=1)
_LETTERS = string.ascii_letters + string.digits
_ID_LENGTH, _SECRET_LENGTH = 12, 40


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token; ``secret`` is told here and never again."""

    public_id: str
    secret: str


class TokenMissing(Exception):
    """The account has no live token of that name."""


def issue_token(
    *,
    account_id: int,
    name: str,
    scopes: Iterable[Scope],
    expires_at: datetime,
    at: datetime,
    origin: Origin,
) -> IssuedToken:
    """Make a token for an account. It can do what its person may do at the time of use, and
    never more than its scopes; so it needs no roles of its own.

    Raises `Refused` with every reason: no name, no scope, an end in the past or more than a year
    away, too many already, a closed account.
    """
    name = " ".join(name.split())
    wanted = with_implied(scopes)
    public_id, body = _letters(_ID_LENGTH), _letters(_SECRET_LENGTH)
    with transaction.atomic():
        # Locked, so that two at a time cannot both be the fiftieth.
        account = Account.objects.select_for_update().filter(pk=account_id, is_active=True).first()
        refusals = list(_reasons_against(account, name, wanted, expires_at, at))
        if refusals:
            raise Refused(refusals)
        Token.objects.create(
            account_id=account_id,
            public_id=public_id,
            digest=digest_of(body),
            name=name,
            scopes=" ".join(scope for scope in Scope if scope in wanted),
            created_at=at,
            expires_at=expires_at,
        )
        about = f"{public_id} ({', '.join(sorted(wanted))}): {name}"
        record_access(
            Happening.TOKEN_ISSUED, at=at, origin=origin, account_ids=[account_id], about=about
        )
    return IssuedToken(public_id, f"cat_{public_id}_{body}")


def revoke_token(*, account_id: int, public_id: str, at: datetime, origin: Origin) -> None:
    """End one token of an account, at once and for good.

    Raises `TokenMissing` when the account has no such token, or it was revoked before.
    """
    with transaction.atomic():
        ended = Token.objects.filter(
            account_id=account_id, public_id=public_id, revoked_at__isnull=True
        ).update(revoked_at=at)
        if not ended:
            raise TokenMissing(public_id)
        record_access(
            Happening.TOKEN_REVOKED, at=at, origin=origin, account_ids=[account_id], about=public_id
        )


def revoke_tokens_of(*, account_ids: Iterable[int], at: datetime, origin: Origin) -> int:
    """End every token of these accounts; how many there were."""
    with transaction.atomic():
        live = Token.objects.filter(account_id__in=list(account_ids), revoked_at__isnull=True)
        found = list(live.values_list("pk", "account_id", "public_id"))
        Token.objects.filter(pk__in=[pk for pk, _, _ in found]).update(revoked_at=at)
        for _, account_id, public_id in found:
            record_access(
                Happening.TOKEN_REVOKED,
                at=at,
                origin=origin,
                account_ids=[account_id],
                about=public_id,
            )
    return len(found)


def touch_token(*, holder: TokenHolder, at: datetime) -> None:
    """Write down that a token was used, at most once a minute.

    A reader must never wait for it: while another program holds the write lock it is left out.
    """
    if holder.last_used_at is not None and at - holder.last_used_at < TOUCH_EVERY:
        return
    unused = Q(last_used_at__isnull=True) | Q(last_used_at__lte=at - TOUCH_EVERY)
    with _without_waiting():
        Token.objects.filter(unused, pk=holder.token_id).update(last_used_at=at)


def digest_of(body: str) -> str:
    """What is kept of a secret. One round is enough: nobody guesses 238 bits, and a slow hash
    would be paid on every request."""
    return hashlib.sha256(body.encode()).hexdigest()


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def _reasons_against(
    account: Account | None,
    name: str,
    scopes: frozenset[Scope],
    expires_at: datetime,
    at: datetime,
) -> Iterator[Refusal]:
    def refusal(code: str, field: str, sentence: Said, remedy: Said) -> Refusal:
        return Refusal(code, "token", (field,), sentence, remedy)

    if account is None:
        yield refusal(
            "account-closed",
            "account",
            said("the account is closed"),
            said("ask an administrator to open it"),
        )
        return
    if not name:
        yield refusal(
            "name-missing",
            "name",
            said("the token has no name"),
            said("say what it is for"),
        )
    elif len(name) > 100 or not name.isprintable():
        yield refusal(
            "name-unfit",
            "name",
            said("the name is too long or holds unseen characters"),
            said("use up to 100"),
        )
    if not scopes:
        yield refusal(
            "scope-missing",
            "scopes",
            said("the token may do nothing"),
            said("choose read, write or admin"),
        )
    if expires_at <= at:
        yield refusal(
            "expiry-past",
            "expires",
            said("the token would end in the past"),
            said("choose later"),
        )
    elif expires_at - at > LONGEST:
        yield refusal(
            "expiry-late",
            "expires",
            said("a token lasts a year at most"),
            said("choose an earlier end"),
        )
    live = Token.objects.filter(account=account, revoked_at__isnull=True, expires_at__gt=at)
    if live.count() >= MOST_PER_ACCOUNT:
        yield refusal(
            "too-many",
            "token",
            said("there are {n} live tokens already", figure(MOST_PER_ACCOUNT)),
            said("revoke those that nothing uses"),
        )


@contextmanager
def _without_waiting() -> Iterator[None]:
    """What is written here is left out when it would have to wait for its turn."""
    lite = connection.vendor == "sqlite"
    try:
        if lite:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 0")
        yield
    except OperationalError as error:
        if not is_busy(error):
            raise
    finally:
        if lite:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA busy_timeout = {int(settings.LOCK_SECONDS) * 1000}")
