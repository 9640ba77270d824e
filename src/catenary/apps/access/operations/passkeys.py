"""Passkeys: registering one and proving to hold it (WebAuthn, by python-fido2).

Kept in allauth's table, in its format. https://www.w3.org/TR/webauthn-3/
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.db import transaction
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from catenary.apps.access.choices import Happening
from catenary.apps.access.operations.recording import record_access
from catenary.domain.actors import Origin

MOST = 20


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser is asked, and what the session must keep until it answers."""

    options: dict[str, Any]
    state: dict[str, Any]


class PasskeyRefused(Exception):
    """The browser's answer does not prove anything; nothing was changed."""


def begin_registering(*, account_id: int, email: str, origin: str) -> Begun:
    """Ask the browser to make a passkey for this account at this address of ours."""
    options, state = _server(origin).register_begin(
        PublicKeyCredentialUserEntity(
            name=email, id=f"catenary-{account_id}".encode(), display_name=email
        ),
        credentials=[held for _, held in _held(account_id)],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Begun(dict(options), dict(state))


def register(
    *,
    account_id: int,
    name: str,
    state: Any,
    answer: Any,
    origin: str,
    at: datetime,
    asked_from: Origin,
) -> None:
    """Keep the passkey the browser made. Raises `PasskeyRefused`."""
    try:
        made = _server(origin).register_complete(state, answer)
        # What was understood, and nothing else of what a browser may have sent along.
        credential = dict(RegistrationResponse.from_dict(answer))
    except _WRONG as error:
        raise PasskeyRefused(str(error)) from error
    with transaction.atomic():
        rows = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.WEBAUTHN)
        if rows.count() >= MOST:
            raise PasskeyRefused("too many")
        if _is_registered(credential):
            raise PasskeyRefused("registered already")
        Authenticator.objects.create(
            user_id=account_id,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": name, "credential": credential, "counter": made.counter},
            created_at=at,
        )
        record_access(
            Happening.FACTOR_ADDED,
            at=at,
            origin=asked_from,
            account_ids=[account_id],
            about="passkey",
        )


def _is_registered(credential: dict[str, Any]) -> bool:
    """Whether any account has a passkey of that name. The browser's word for it is no proof when
    one is made, so the first to register it keeps it (WebAuthn, 7.1, step 26)."""
    rows = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
    return bool(rows.filter(data__credential__rawId=credential["rawId"]).exists())


def begin_proving(*, account_id: int, origin: str) -> Begun:
    """Ask the browser to prove that one of the account's passkeys is at hand."""
    options, state = _server(origin).authenticate_begin(
        [held for _, held in _held(account_id)],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Begun(dict(options), dict(state))


def prove(*, account_id: int, state: Any, answer: Any, origin: str, at: datetime) -> None:
    """Believe the browser's proof. Raises `PasskeyRefused`, also when the passkey counts its uses
    and counted backwards: then there are two of it."""
    with transaction.atomic():
        held = _held(account_id)
        try:
            used = _server(origin).authenticate_complete(state, [one for _, one in held], answer)
            counted = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
        except _WRONG as error:
            raise PasskeyRefused(str(error)) from error
        number = next(pk for pk, one in held if one.credential_id == used.credential_id)
        row = Authenticator.objects.select_for_update().get(pk=number)
        before = int(row.data.get("counter", 0))
        if (counted or before) and counted <= before:
            raise PasskeyRefused("the passkey was copied")
        row.data["counter"] = counted
        row.last_used_at = at
        row.save(update_fields=["data", "last_used_at"])


#: What the library raises on an answer that is not one.
_WRONG = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    struct.error,
    InvalidSignature,
    UnsupportedAlgorithm,
)


def _server(origin: str) -> Fido2Server:
    host = origin.partition("//")[2].partition(":")[0]
    return Fido2Server(
        PublicKeyCredentialRpEntity(name="Catenary", id=host),
        verify_origin=lambda said: said == origin,
    )


def _held(account_id: int) -> list[tuple[int, AttestedCredentialData]]:
    rows = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.WEBAUTHN)
    held = []
    for row in rows.order_by("pk"):
        made = RegistrationResponse.from_dict(row.data["credential"]).response.attestation_object
        if made.auth_data.credential_data is not None:
            held.append((row.pk, made.auth_data.credential_data))
    return held
