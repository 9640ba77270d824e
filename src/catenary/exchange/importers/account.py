"""What an import comes to: every row that was read counted once, and why some were rejected."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from catenary.domain.documents.shapes import CatalogueDocument
from catenary.domain.plan import Plan
from catenary.exchange.catalogue.planning import consumption_reference
from catenary.exchange.importers.report import Outcome, ReportLine

#: So many kinds of reasons are told; the others are counted together.
_REASONS = 8
#: What stands in a reason for one row alone: what was quoted, references, addresses and numbers.
_OWN = re.compile(r"“[^”]*”|\"[^\"]*\"|(?<!\w)'[^']*'|\S*[\w]/\S+|\S+@\S+|\d[\d.,:TZ+-]*")
_HINT = re.compile(r"[;,]? did you mean .*")


@dataclass(frozen=True, slots=True)
class Account:
    """How many rows were read, and how many came to what: the counts of ``outcomes`` and
    ``untried`` add up to ``read``. ``reasons`` are the kinds of reasons of those rejected with how
    many rows have each, the most frequent first; they add up to those rejected."""

    read: int
    outcomes: dict[Outcome, int]
    untried: int
    reasons: tuple[tuple[str, int], ...]


def account_of(lines: Sequence[ReportLine], untried: int = 0) -> Account:
    """The account of a report; ``untried`` rows were read and then not looked at."""
    counts = Counter(line.outcome for line in lines)
    reasons = Counter(
        _kind_of(line.reason) for line in lines if line.outcome is Outcome.REJECTED
    ).most_common()
    told = reasons[:_REASONS]
    rest = sum(count for _, count in reasons[_REASONS:])
    if rest:
        told.append(("other reasons", rest))
    return Account(
        read=len(lines) + untried,
        outcomes={outcome: counts[outcome] for outcome in Outcome},
        untried=untried,
        reasons=tuple(told),
    )


def with_unchanged(
    lines: Iterable[ReportLine], catalogue: CatalogueDocument, plan: Plan
) -> tuple[ReportLine, ...]:
    """The report, with what was in the catalogue already just as it was read marked so."""
    known = {
        *catalogue.organizations,
        *catalogue.people,
        *catalogue.services,
        *(consumption_reference(*pair) for pair in catalogue.consumption),
    }
    unchanged = known.difference(item.reference for item in plan.items)
    return tuple(
        replace(line, outcome=Outcome.UNCHANGED)
        if line.outcome is Outcome.TAKEN and line.reference in unchanged
        else line
        for line in lines
    )


def _kind_of(reason: str) -> str:
    return _OWN.sub("…", _HINT.sub("", reason)).strip()[:200]
