"""The words a service is found by."""

from __future__ import annotations

from catenary.domain.documents.shapes import ServiceDocument
from catenary.domain.text import words


def searchable_words(document: ServiceDocument) -> tuple[list[str], list[str]]:
    """The words of everything about a service that whoever may see it at all may read; and the
    words, its labels, that are only for its own top organization."""
    parts = [document.name, document.reference, document.description]
    for outcome in document.outcomes:
        parts.append(outcome.statement)
        if outcome.measure:
            parts.append(outcome.measure.name)
    parts += [requirement.statement for requirement in document.utility]
    for process in document.supports_processes:
        parts += [process.name, *process.steps]
    parts += [channel.name for channel in document.channels]
    return words(" ".join(parts)), words(" ".join(document.tags))
