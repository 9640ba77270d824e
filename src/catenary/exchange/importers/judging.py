"""The document rules asked about one thing an importer found.

An import keeps what can be kept: a field that breaks a rule is dropped and named, unless the
document is nothing without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from catenary.domain.documents import plain as documents
from catenary.domain.documents.shapes import (
    ConsumptionDocument,
    OrganizationDocument,
    PersonDocument,
    ServiceDocument,
)
from catenary.domain.findings import FieldPath, Problem

D = TypeVar("D")

_Reading = Callable[[str, Any, list[Problem], FieldPath], D | None]
#: Without these a document would say something else than the source does.
_NEEDED = {"name", "provider", "stage", "organization", "restricted", "relies-on", "service"}


@dataclass(frozen=True, slots=True)
class Verdict(Generic[D]):
    """The document, or the reason why there is none; ``dropped`` holds fields left out of it,
    each with the reason."""

    document: D | None
    reason: str = ""
    dropped: tuple[tuple[str, str], ...] = ()


def organization(key: str, fields: dict[str, Any]) -> Verdict[OrganizationDocument]:
    """An organization from the fields of a catalogue file."""
    return _judge(documents.read_organization, key, fields)


def person(email: str, fields: dict[str, Any]) -> Verdict[PersonDocument]:
    """A person from the fields of a catalogue file."""
    return _judge(documents.read_person, email, fields)


def service(reference: str, fields: dict[str, Any]) -> Verdict[ServiceDocument]:
    """A service from the fields of a catalogue file."""
    return _judge(documents.read_service, reference, fields)


def consumption(consumer: str, reference: str, known_as: str) -> Verdict[ConsumptionDocument]:
    """A consumption from the fields of a catalogue file."""
    fields = {"service": reference}
    if known_as:
        fields["known-as"] = known_as
    return _judge(documents.read_consumption, consumer, fields)


def without_top(document: OrganizationDocument) -> OrganizationDocument:
    """The same organization standing by itself."""
    return replace(document, part_of="")


def _judge(read: _Reading[D], key: str, fields: dict[str, Any]) -> Verdict[D]:
    problems: list[Problem] = []
    document = read(key, fields, problems, ())
    if document is not None:
        return Verdict(document)
    spoilt = {str(problem.path[0]) if problem.path else "" for problem in problems}
    if "" in spoilt or spoilt & _NEEDED or not spoilt:
        return Verdict(None, "; ".join(_sentence(problem) for problem in problems[:5]))
    dropped = []
    for name in sorted(spoilt):
        told = [_sentence(problem) for problem in problems if str(problem.path[0]) == name]
        dropped.append((name, "; ".join(told[:5])))
    kept = {name: value for name, value in fields.items() if name not in spoilt}
    again: list[Problem] = []
    document = read(key, kept, again, ())
    if document is None:
        return Verdict(None, "; ".join(_sentence(problem) for problem in again[:5]))
    return Verdict(document, "", tuple(dropped))


def _sentence(problem: Problem) -> str:
    where = ".".join(str(step) for step in problem.path)
    said = f"{where}: {problem.sentence}" if where else problem.sentence
    return f"{said} (expected {problem.expected})" if problem.expected else said
