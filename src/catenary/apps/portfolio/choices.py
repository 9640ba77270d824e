"""The words of the portfolio's tables."""

from __future__ import annotations

from enum import StrEnum

#: What the calendars room calls a service that keeps the hours of a calendar.
CALENDAR_USER = "service"


class ConsumptionSource(StrEnum):
    """Where a consumption row comes from."""

    DECLARED = "declared"
    OFFERED = "offered"
    AGREEMENT = "agreement"


class SharingReason(StrEnum):
    """Why a service may be seen from another top organization."""

    CONSUMED = "consumed"
    RELIED_ON = "relied-on"
    PUBLISHED = "published"


class GateReason(StrEnum):
    """Why a service is in the catalogue without having passed the gates."""

    IN_OPERATION = "already-in-operation"


class AnswerKind(StrEnum):
    """What became of a proposal, or was said about it; the first three settle it."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SAID = "said"


#: An answer that settles a proposal; there is one at most.
SETTLING = (AnswerKind.ACCEPTED, AnswerKind.DECLINED, AnswerKind.WITHDRAWN)

#: In the search index: everyone may find it.
SCOPE_EVERYONE = "rall"
#: In the search index: everyone of other top organizations may. At home it is restricted.
SCOPE_EVERYONE_ELSE = "relse"

#: In the search index: this begins a word that only its own top organization may find it by. A
#: character for private use, which no search can hold (`domain.text.words` keeps letters and
#: digits) and which both engines take for a part of the word.
WORD_INSIDE = "\ue000"
