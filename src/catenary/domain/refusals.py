"""Why an operation was not carried out: every reason at once, each with its place and remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catenary.domain.findings import FieldPath
from catenary.domain.said import Said, as_said

#: A refusal that nobody can mend has no remedy.
NO_REMEDY = as_said("")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason. ``code`` is for programs; ``path`` leads to the field in the document.

    Sentence and remedy are ``Said``, so that no reason can be given that a page could not say in
    its reader's language (docs/decisions/0030).
    """

    code: str
    reference: str
    path: FieldPath
    sentence: Said
    remedy: Said = NO_REMEDY


class Refused(Exception):
    """An operation that would have broken a rule did nothing; ``refusals`` holds every reason."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        first = self.refusals[0]
        more = f" (and {len(self.refusals) - 1} more)" if len(self.refusals) > 1 else ""
        super().__init__(f"{first.reference}: {first.sentence}{more}")
