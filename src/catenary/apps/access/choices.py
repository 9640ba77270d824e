"""The words of this room."""

from __future__ import annotations

from enum import StrEnum


class Happening(StrEnum):
    """What can happen to an account's way in, as `AccessEvent` tells it."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGN_IN_DELAYED = "sign-in-delayed"
    SIGNED_OUT = "signed-out"
    PASSWORD_CHANGED = "password-changed"
    ACCOUNT_OPENED = "account-opened"
    ACCOUNT_CLOSED = "account-closed"
    SESSION_ENDED = "session-ended"
    TOKEN_ISSUED = "token-issued"
    TOKEN_REVOKED = "token-revoked"
    FACTOR_ADDED = "factor-added"
    FACTOR_REMOVED = "factor-removed"
    RECOVERY_CODES_MADE = "recovery-codes-made"
    FACTOR_ASKED = "factor-asked"
    FACTOR_NOT_ASKED = "factor-not-asked"
    IDENTITY_LINKED = "identity-linked"
    IDENTITY_UNLINKED = "identity-unlinked"
    INLET_OPENED = "inlet-opened"
    INLET_CHANGED = "inlet-changed"
    INLET_CLOSED = "inlet-closed"
    INLET_TAKEN_BACK = "inlet-taken-back"
    MESSAGES_DISCARDED = "messages-discarded"


class TokenTrouble(StrEnum):
    """Why a token is not accepted. Whoever shows it is told the same in every case."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ACCOUNT_CLOSED = "account-closed"
