"""Requests that must not be carried out twice: the header Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from django.http import HttpRequest, HttpResponse

from catenary import clock
from catenary.api.asking import Asking
from catenary.api.problems import Error, Trouble
from catenary.apps.common.operations import (
    KeptAnswer,
    KeyInUse,
    KeyReused,
    claim_key,
    keep_answer,
    release_key,
    waiting_turn,
)

_KEY_HEADER = "Idempotency-Key"
#: On an answer to what had been carried out before.
REPLAYED = "Idempotency-Replayed"


def carried_out_once(
    request: HttpRequest,
    asking: Asking,
    body: bytes,
    carry_out: Callable[[], bytes],
    status: int = 200,
) -> HttpResponse:
    """What `carry_out` answers, JSON; with an Idempotency-Key that was sent before, what it
    answered then. What it raises was not carried out and may be sent again."""
    key = _idempotency_key(request)
    if key is None:
        return _answer(carry_out(), status)
    # The scopes belong to the request: what one token was answered, another token of the same
    # person that may do less does not read by guessing its key.
    said = b"\0".join(
        [request.get_full_path().encode(), " ".join(sorted(asking.actor.scopes)).encode(), body]
    )
    fingerprint = blake2b(said, digest_size=16)
    kept = _claim(asking, key, fingerprint.hexdigest())
    if kept is not None:
        return _answer(kept.answer.encode(), kept.status, {REPLAYED: "true"})
    try:
        with waiting_turn():
            answer = carry_out()
            keep_answer(
                account_id=asking.account_id, key=key, status=status, answer=answer.decode()
            )
    except BaseException:
        release_key(account_id=asking.account_id, key=key)
        raise
    return _answer(answer, status)


def _answer(body: bytes, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json", headers=headers or {})


def _idempotency_key(request: HttpRequest) -> str | None:
    key = request.headers.get(_KEY_HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= 200 or not key.isprintable() or not key.isascii():
        error = Error(
            "this is no key", parameter=_KEY_HEADER, expected="1 to 200 printable characters"
        )
        raise Trouble("invalid", f"{_KEY_HEADER} is no key", [error])
    return key


def _claim(asking: Asking, key: str, fingerprint: str) -> KeptAnswer | None:
    try:
        return claim_key(
            account_id=asking.account_id, key=key, fingerprint=fingerprint, at=clock.now()
        )
    except KeyReused:
        raise Trouble("key-reused", f"{_KEY_HEADER} {key} was sent with another request") from None
    except KeyInUse:
        raise Trouble(
            "in-progress",
            f"the request with the {_KEY_HEADER} {key} is being carried out",
            headers={"Retry-After": "1"},
        ) from None
