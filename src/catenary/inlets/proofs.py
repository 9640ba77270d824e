"""Whether a delivery is from who it should be.

Shown: ``Authorization: Bearer SECRET`` or, for senders that cannot, the password of basic
authentication, with any name. Signed: ``X-Hub-Signature-256: sha256=HEX`` over the body, as many
senders do, or the three headers of Standard Webhooks (https://www.standardwebhooks.com), whose
moment must be of these minutes.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from catenary.apps.access.operations.second_factors import unseal
from catenary.apps.monitoring.operations.inlets import digest_of
from catenary.apps.monitoring.queries.inlets import InletRow

#: So far from now a signed moment may be.
SECONDS_APART = 300


def is_shown(inlet: InletRow, authorization: str) -> bool:
    """True when the headers show the secret of an inlet that asks for it."""
    said = _secret_in(authorization)
    return bool(said) and hmac.compare_digest(digest_of(said), inlet.digest)


def is_signed(inlet: InletRow, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    """True when the body is signed with the secret of an inlet that asks for a signature."""
    secret = unseal(inlet.sealed)
    if not secret:
        return False
    if "webhook-signature" in headers:
        return _is_standard(secret, headers, body, at)
    said = headers.get("x-hub-signature-256", "")
    made = "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()
    return hmac.compare_digest(made.encode(), said.strip().encode())


def _secret_in(authorization: str) -> str:
    kind, _, rest = authorization.partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() == "basic":
        try:
            text = base64.b64decode(rest.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return text.partition(":")[2]
    return ""


def _is_standard(secret: str, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    number, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not moment.isascii() or not moment.isdigit() or len(moment) > 12:
        return False
    if abs(at.timestamp() - int(moment)) > SECONDS_APART:
        return False
    signed = f"{number}.{moment}.".encode() + body
    made = base64.b64encode(hmac.digest(secret.encode(), signed, "sha256"))
    said = headers["webhook-signature"].split()[:10]
    return any(
        version == "v1" and hmac.compare_digest(made, value.encode())
        for version, _, value in (each.partition(",") for each in said)
    )
