"""Passkeys of several accounts: nobody proves another's, and one key is registered once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.apps import apps
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from catenary.apps.access.operations.passkeys import (
    PasskeyRefused,
    begin_proving,
    begin_registering,
    prove,
    register,
)
from catenary.domain.actors import Origin

pytestmark = pytest.mark.django_db

HERE = "http://localhost:8000"
AT = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
FLAG = AuthenticatorData.FLAG


class Key:
    """A security key in software."""

    def __init__(self, name: bytes = b"key-of-somebody-0") -> None:
        self.name = name
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.uses = 0

    def make(self, state: Any, origin: str = HERE) -> Any:
        """What a browser answers when a passkey is made with it."""
        public = ES256.from_cryptography_key(  # type: ignore[no-untyped-call]
            self.secret.public_key()
        )
        data = AuthenticatorData.create(
            _hash(origin),
            FLAG.UP | FLAG.AT,
            0,
            AttestedCredentialData.create(Aaguid(bytes(16)), self.name, public),
        )
        return self._answer(
            {
                "clientDataJSON": _said(CollectedClientData.TYPE.CREATE, state, origin),
                "attestationObject": AttestationObject.create("none", data, {}),
            }
        )

    def prove(self, state: Any, origin: str = HERE) -> Any:
        """What a browser answers when it is asked for it."""
        self.uses += 1
        data = AuthenticatorData.create(_hash(origin), FLAG.UP, self.uses)
        said = _said(CollectedClientData.TYPE.GET, state, origin)
        signature = self.secret.sign(data + sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": said, "authenticatorData": data, "signature": signature}
        )

    def _answer(self, response: dict[str, bytes]) -> Any:
        name = websafe_encode(self.name)
        told = {part: websafe_encode(value) for part, value in response.items()}
        answer = {"id": name, "rawId": name, "type": "public-key", "response": told}
        return json.loads(json.dumps(answer))


def _hash(origin: str) -> bytes:
    return sha256(origin.partition("//")[2].partition(":")[0].encode()).digest()


def _said(kind: Any, state: Any, origin: str) -> bytes:
    return CollectedClientData.create(type=kind, challenge=state["challenge"], origin=origin)


def account(email: str) -> int:
    made = apps.get_model("access", "Account").objects.create(email=email, created_at=AT)
    return int(made.pk)


def registered(account_id: int, key: Key, state: Any = None) -> None:
    state = (
        state or begin_registering(account_id=account_id, email="x@x.example", origin=HERE).state
    )
    register(
        account_id=account_id,
        name="key",
        state=state,
        answer=key.make(state),
        origin=HERE,
        at=AT,
        asked_from=Origin("tests"),
    )


def proved(account_id: int, key: Key, state: Any = None, origin: str = HERE) -> None:
    state = state or begin_proving(account_id=account_id, origin=HERE).state
    prove(account_id=account_id, state=state, answer=key.prove(state, origin), origin=HERE, at=AT)


@pytest.fixture
def two() -> tuple[int, int, Key, Key]:
    """Ann and Ben, each with a passkey."""
    ann, ben = account("ann@x.example"), account("ben@x.example")
    keys = Key(b"key-of-ann-000000"), Key(b"key-of-ben-000000")
    registered(ann, keys[0])
    registered(ben, keys[1])
    return ann, ben, *keys


def test_each_proves_their_own(two: tuple[int, int, Key, Key]) -> None:
    ann, ben, of_ann, of_ben = two

    proved(ann, of_ann)
    proved(ben, of_ben)


def test_nobody_proves_an_account_with_the_key_of_another(two: tuple[int, int, Key, Key]) -> None:
    ann, ben, of_ann, _ = two

    with pytest.raises(PasskeyRefused):
        proved(ben, of_ann)
    # Nor with what was asked of the other account, nor under the name of their key.
    with pytest.raises(PasskeyRefused):
        proved(ben, of_ann, begin_proving(account_id=ann, origin=HERE).state)
    of_ann.name = b"key-of-ben-000000"
    with pytest.raises(PasskeyRefused):
        proved(ben, of_ann)


def test_a_proof_is_of_this_address_and_of_what_was_asked(two: tuple[int, int, Key, Key]) -> None:
    ann, _, of_ann, _ = two
    earlier = begin_proving(account_id=ann, origin=HERE).state
    answer = of_ann.prove(earlier)

    for state, given in (
        (begin_proving(account_id=ann, origin=HERE).state, answer),
        (None, answer),
        (earlier, of_ann.prove(earlier, "http://localhost:9000")),
        (earlier, of_ann.prove(earlier, "http://evil.example")),
    ):
        with pytest.raises(PasskeyRefused):
            prove(account_id=ann, state=state, answer=given, origin=HERE, at=AT)
    proved(ann, of_ann)


def test_a_copied_key_is_found_by_its_count(two: tuple[int, int, Key, Key]) -> None:
    ann, _, of_ann, _ = two
    proved(ann, of_ann)
    proved(ann, of_ann)
    of_ann.uses = 0

    with pytest.raises(PasskeyRefused):
        proved(ann, of_ann)


def test_a_key_that_somebody_registered_is_registered_by_nobody_else(
    two: tuple[int, int, Key, Key],
) -> None:
    """Anybody can claim the name of a key when it is made: the browser's word for it is no proof
    (WebAuthn, 7.1: it must not be registered for any other account)."""
    ann, ben, of_ann, _ = two

    for number, key in ((ben, of_ann), (ann, of_ann), (ben, Key(of_ann.name))):
        with pytest.raises(PasskeyRefused):
            registered(number, key)

    proved(ann, of_ann)


def test_what_was_asked_when_proving_makes_no_passkey(two: tuple[int, int, Key, Key]) -> None:
    ann, _, of_ann, _ = two
    state = begin_proving(account_id=ann, origin=HERE).state

    with pytest.raises(PasskeyRefused):
        register(
            account_id=ann,
            name="key",
            state=state,
            answer=of_ann.prove(state),
            origin=HERE,
            at=AT,
            asked_from=Origin("tests"),
        )
