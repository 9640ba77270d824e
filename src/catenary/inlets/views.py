"""Taking deliveries: who sends is asked before how much, and how much before what."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from catenary import clock
from catenary.apps.access.operations.limits import take_inlet, take_stranger
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.common.queries import does_not_answer
from catenary.apps.monitoring.operations.gathering import (
    InletChanged,
    TooManyWaiting,
    hear_together,
)
from catenary.apps.monitoring.operations.turning_away import turn_away
from catenary.apps.monitoring.queries.inlets import InletRow, inlet_at
from catenary.connectors.kinds import Delivery, Kind, Unreadable
from catenary.connectors.opening import KINDS, settings_read
from catenary.domain.addresses import client_address
from catenary.domain.limits import Allowance
from catenary.domain.observations.heard import Item
from catenary.inlets.answers import Refusing, account, refusal
from catenary.inlets.proofs import is_shown, is_signed

#: A thousand alerts are about a megabyte.
LARGEST = 5_000_000
_MEGABYTE = 1_000_000
_log = logging.getLogger(__name__)


@csrf_exempt
def deliver(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """What somebody sends to an inlet. 202 says what became of every item; 422 when nothing in it
    is of the form that is read here."""
    try:
        return _delivered(request, kind, public_id)
    except Refusing as refusing:
        return refusal(_as_it_stands(refusing, kind, public_id))
    except TooManyWaiting:
        return _later("too many deliveries to this inlet wait to be recorded; nothing was taken")
    except CatalogueBusy:
        return _later("another program is writing; send it again, it is taken once")
    except Exception as error:
        number = str(request.META.get("catenary.request_id") or secrets.token_hex(8))
        _log.error("request %s to an inlet (%s) failed", number, kind, exc_info=error)
        if does_not_answer(error):
            return _later("the database does not answer; send it again, it is taken once")
        detail = f"something broke on our side; the number {number} leads to it in the log"
        return refusal(Refusing(500, "internal", detail))


def _as_it_stands(refusing: Refusing, kind: str, public_id: str) -> Refusing:
    """Why a delivery is not taken: to one that was closed since it was seen, there is nothing."""
    is_known = refusing.status in (404, 429, 503)
    return refusing if is_known or inlet_at(kind, public_id, now=True) else _nothing()


def _nothing() -> Refusing:
    return Refusing(404, "not-found", "there is nothing at this address")


def _delivered(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    inlet = _shown(request, kind, public_id)
    length = _length(request)
    _spend(inlet, KINDS[kind], 1)
    body = _body(request, length)
    headers = _headers(request)
    spent = 1
    while True:
        inlet = _signed(request, inlet, headers, body)
        items = _items(inlet, body, headers)
        if len(items) > spent:
            _spend(inlet, KINDS[kind], len(items) - spent)
            spent = len(items)
        try:
            return account(hear_together(inlet=inlet, items=items, at=clock.now()))
        except InletChanged:
            # Closed, set anew or given another secret since it was seen: as it stands, then.
            inlet_at(kind, public_id, now=True)
            inlet = _shown(request, kind, public_id)
        except Exception as error:
            if isinstance(error, TooManyWaiting | CatalogueBusy) or does_not_answer(error):
                turn_away(inlet.id, clock.now())
            raise


def _shown(request: HttpRequest, kind: str, public_id: str) -> InletRow:
    """The inlet at an address, when the head of the request shows what it must."""
    inlet = inlet_at(kind, public_id)
    known = KINDS.get(kind)
    if inlet is None or known is None or known.hear is None:
        raise _nothing()
    if request.method != "POST":
        raise Refusing(405, "method-not-allowed", "deliveries are posted", {"Allow": "POST"})
    if inlet.proof == "secret":
        said = request.META.get("HTTP_AUTHORIZATION", "")
        if not is_shown(inlet, said):
            # It may have been given another secret since it was seen.
            inlet = inlet_at(kind, public_id, now=True)
            if inlet is None or not is_shown(inlet, said):
                raise _stranger(request)
    return inlet


def _signed(
    request: HttpRequest, inlet: InletRow, headers: Mapping[str, str], body: bytes
) -> InletRow:
    """The inlet as it was seen, or as it stands, whose secret signed the body where it must."""
    if inlet.proof != "hmac" or is_signed(inlet, headers, body, clock.now()):
        return inlet
    now = inlet_at(inlet.kind, request.path_info.rpartition("/")[2], now=True)
    if now is None or not is_signed(now, headers, body, clock.now()):
        raise _stranger(request)
    return now


def _headers(request: HttpRequest) -> dict[str, str]:
    """Header names in lower case."""
    found = {
        name[5:].replace("_", "-").lower(): value
        for name, value in request.META.items()
        if name.startswith("HTTP_")
    }
    return {**found, "content-type": request.META.get("CONTENT_TYPE", "")}


def _items(inlet: InletRow, body: bytes, headers: Mapping[str, str]) -> list[Item]:
    known = KINDS[inlet.kind]
    assert known.hear is not None
    try:
        return known.hear(
            settings_read(inlet.kind, inlet.settings, inlet.organization_key),
            Delivery(body, headers, inlet.organization_key),
        )
    except Unreadable as unreadable:
        raise Refusing(400, "unreadable", str(unreadable)) from None


def _length(request: HttpRequest) -> int:
    """What the head says of the length; refused before anything is read."""
    _check_coding(request.META.get("HTTP_CONTENT_ENCODING", ""))
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        # Cut off, it could not be told from a whole one.
        raise Refusing(400, "malformed", "a delivery comes with a Content-Length, and not chunked")
    said = request.META.get("CONTENT_LENGTH") or "0"
    if not said.isascii() or not said.isdigit():
        raise Refusing(400, "malformed", "the length of the body is not a number")
    # Compared as text first: a number of a thousand digits is not worth reading.
    if len(said) > 18 or int(said) > LARGEST:
        raise Refusing(413, "too-large", f"a delivery has at most {LARGEST // _MEGABYTE} MB")
    return int(said)


def _check_coding(coding: str) -> None:
    """What is small on the wire may be larger than memory: nothing is unpacked here."""
    if coding.strip().lower() in ("", "identity"):
        return
    named = "".join(filter(str.isprintable, coding))[:40]
    raise Refusing(
        415,
        "compressed",
        f"a delivery comes as it is, and not compressed (Content-Encoding: {named})",
        {"Accept-Encoding": "identity"},
    )


def _body(request: HttpRequest, length: int) -> bytes:
    try:
        body: bytes = request.read(length)
    except (UnreadablePostError, OSError):
        raise Refusing(400, "malformed", "the body broke off before its end") from None
    if len(body) < length:
        raise Refusing(400, "malformed", "the body broke off before its end")
    return body


def _spend(inlet: InletRow, kind: Kind, cost: int) -> None:
    allowance = take_inlet(inlet_id=inlet.id, at=clock.now(), cost=cost)
    if allowance is not None and not allowance.is_allowed:
        turn_away(inlet.id, clock.now())
        raise _too_many(allowance, 503 if kind.is_limited_softly else 429)


def _too_many(allowance: Allowance, status: int) -> Refusing:
    return Refusing(
        status,
        "too-many-requests",
        f"at most {allowance.quota:,} items in {allowance.window} seconds through one inlet",
        {"Retry-After": str(allowance.retry_after)},
    )


def _stranger(request: HttpRequest) -> Refusing:
    address = client_address(
        request.META.get("REMOTE_ADDR", ""),
        request.META.get("HTTP_X_FORWARDED_FOR", ""),
        settings.TRUSTED_PROXIES,
    )
    allowance = take_stranger(address=address, at=clock.now())
    if allowance is not None and not allowance.is_allowed:
        return _too_many(allowance, 429)
    return Refusing(
        401,
        "unauthenticated",
        "the secret or signature is missing or wrong",
        {"WWW-Authenticate": 'Bearer, Basic realm="inlet"'},
    )


def _later(detail: str) -> HttpResponse:
    # 503 and not 409: whoever delivers tries again by itself.
    headers: Mapping[str, str] = {"Retry-After": "5"}
    return refusal(Refusing(503, "unavailable", detail, dict(headers)))
