"""The lines of a definition that two sides talk about, and what a suggestion does to one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catenary.domain.documents.shapes import ServiceDocument
from catenary.domain.naming import slug, with_fingerprint
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import Said, as_said, said


class Part(StrEnum):
    """Where in the definition. ``words`` is for what stands nowhere: said and answered."""

    OUTCOMES = "outcomes"
    COSTS_REMOVED = "costs.removed"
    COSTS_IMPOSED = "costs.imposed"
    RISKS_REMOVED = "risks.removed"
    RISKS_IMPOSED = "risks.imposed"
    PROVIDER = "co-creation.provider"
    PROVIDER_EXPECTS = "co-creation.provider-expects"
    CUSTOMER = "co-creation.customer"
    CUSTOMER_EXPECTS = "co-creation.customer-expects"
    PROCESSES = "supports-processes"
    UTILITY = "utility"
    AVAILABILITY = "warranty.availability"
    CAPACITY = "warranty.capacity"
    RECOVERY_TIME = "warranty.recovery-time"
    RECOVERY_POINT = "warranty.recovery-point"
    SECURITY = "warranty.security"
    PERFORMANCE = "warranty.performance"
    HOURS = "service-hours"
    WORDS = "words"


#: Of these a definition says one thing, or nothing: their line needs no name.
SINGLE = frozenset({Part.AVAILABILITY, Part.RECOVERY_TIME, Part.RECOVERY_POINT, Part.HOURS})
#: What is promised, required or supported: read and written by `promises`.
PROMISED = SINGLE | {
    Part.PROCESSES,
    Part.UTILITY,
    Part.CAPACITY,
    Part.SECURITY,
    Part.PERFORMANCE,
}


class Act(StrEnum):
    """What shall happen to the line."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line as it shall be. ``subject`` is the key of an outcome or requirement, the name of a
    process or the text of a line, empty for a new one and where there is only one; ``before`` is
    what the writer saw there and ``after`` what shall stand there: a text, or an outcome,
    requirement or process as plain values."""

    part: Part
    act: Act
    subject: str = ""
    before: Any = None
    after: Any = None


def fresh_key(statement: str, taken: set[str], otherwise: str) -> str:
    """A key of a few words of the statement that is not ``taken``; ``otherwise`` where those
    words make none."""
    key = slug(" ".join(statement.split()[:6])[:60]) or otherwise
    told = statement
    fresh = key
    while fresh in taken:
        fresh = with_fingerprint(key, told)
        told += "\0"
    return fresh


def already_there(document: ServiceDocument, part: Part) -> Refused:
    """Why a line is not written that stands there."""
    return refusal(
        document,
        "already-there",
        part,
        said("the definition already says so"),
        said("nothing is to be done"),
    )


def refusal(
    document: ServiceDocument, code: str, part: Part, sentence: Said, remedy: Said
) -> Refused:
    """One reason why nothing is written into this part."""
    place = ("services", document.reference, *part.value.split("."))
    return Refused([Refusal(code, document.reference, place, sentence, remedy)])


def unreadable(document: ServiceDocument, part: Part, sentence: str, expected: str = "") -> Refused:
    """Why what would stand there does not make a document; ``sentence`` and ``expected`` are of
    the problem that reading it found."""
    return refusal(document, "unreadable", part, as_said(sentence), as_said(expected))
