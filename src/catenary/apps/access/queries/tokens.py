"""Whose token is this, and which tokens are there."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

from catenary.apps.access.choices import TokenTrouble
from catenary.apps.access.models import Token
from catenary.apps.common.queries.prepared import Prepared, version_then
from catenary.domain.actors import Scope

#: ``cat_``, the public part that finds the row, and the part that nobody else knows.
_SHAPE = re.compile(r"cat_([0-9A-Za-z]{12})_([0-9A-Za-z]{40})", re.ASCII)
_NO_DIGEST = "0" * 64


_TOKEN = Prepared(
    lambda public_id: Token.objects.filter(public_id=public_id).values_list(
        "digest",
        "pk",
        "account_id",
        "account__is_operator",
        "account__is_active",
        "scopes",
        "expires_at",
        "revoked_at",
        "last_used_at",
        version_then(),
    )
)


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Who stands behind a token that is accepted, and how far it reaches; ``version`` is the
    catalogue's when it was looked up, for those who ask on."""

    token_id: int
    public_id: str
    account_id: int
    is_operator: bool
    scopes: frozenset[Scope]
    expires_at: datetime
    last_used_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as its owner sees it in a list."""

    public_id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def token_holder(secret: str, at: datetime) -> TokenHolder | TokenTrouble:
    """Who shows this secret at this moment, or precisely why it is not accepted.

    One query. The reason is for our own log: outside, every refusal is the same 401 in the same
    words. Comparing takes the same time however much of a guess is right.
    """
    shape = _SHAPE.fullmatch(secret)
    row = None
    if shape:
        row = next(iter(_TOKEN.rows(shape[1])), None)
    shown = hashlib.sha256((shape[2] if shape else "").encode()).hexdigest()
    is_right = hmac.compare_digest(shown, row[0] if row else _NO_DIGEST)
    if shape is None or row is None or not is_right:
        return TokenTrouble.UNKNOWN
    _, pk, account_id, is_operator, is_active, scopes, expires_at, revoked_at = row[:8]
    if revoked_at is not None:
        return TokenTrouble.REVOKED
    if at >= expires_at:
        return TokenTrouble.EXPIRED
    if not is_active:
        return TokenTrouble.ACCOUNT_CLOSED
    return TokenHolder(
        token_id=pk,
        public_id=shape[1],
        account_id=account_id,
        is_operator=is_operator,
        scopes=frozenset(Scope(word) for word in scopes.split()),
        expires_at=expires_at,
        last_used_at=row[8],
        version=row[9],
    )


def tokens_of(account_id: int) -> list[TokenRow]:
    """Every token of an account, the newest first, with those that ended."""
    rows = Token.objects.filter(account_id=account_id).order_by("-created_at", "-pk")
    return [
        TokenRow(
            public_id=row.public_id,
            name=row.name,
            scopes=tuple(Scope(word) for word in row.scopes.split()),
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            last_used_at=row.last_used_at,
        )
        for row in rows
    ]
