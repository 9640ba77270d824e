"""Why an operation was not carried out: every reason at once, each with its place and remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catenary.domain.findings import FieldPath


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason. ``code`` is for programs; ``path`` leads to the field in the document."""

    code: str
    reference: str
    path: FieldPath
    sentence: str
    remedy: str = ""


class Refused(Exception):
    """An operation that would have broken a rule did nothing; ``refusals`` holds every reason."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        first = self.refusals[0]
        more = f" (and {len(self.refusals) - 1} more)" if len(self.refusals) > 1 else ""
        super().__init__(f"{first.reference}: {first.sentence}{more}")
