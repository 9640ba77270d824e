"""What an import says at its end: one account of all rows, and where to look at what it brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from catenary.cli.terminal import say

if TYPE_CHECKING:
    from catenary.domain.documents.shapes import CatalogueDocument
    from catenary.exchange.importers.recording import HistoryTaken
    from catenary.exchange.importers.report import Imported

#: So many rejected rows are named, and so many organizations to look at.
_REJECTED_SHOWN, _PLACES_SHOWN = 20, 3
#: Where `catenary serve` answers, unless it is told otherwise.
_USUAL = "http://localhost:8000"
_WORDS = {
    "taken": "taken",
    "unchanged": "there already, just so",
    "merged": "say more of what another row says",
    "skipped": "left aside on purpose",
    "rejected": "rejected",
}


def print_account(
    imported: Imported, taken: HistoryTaken | None, report: Path | None, *, is_kept: bool
) -> None:
    """Every row that was read, counted once; why rows were rejected; where each is listed."""
    from catenary.exchange.importers.account import account_of

    untried = len(imported.told) if taken is None else 0
    account = account_of(imported.report, untried)
    for line in imported.rejected[:_REJECTED_SHOWN]:
        say(f"{line.source}:{line.line}: rejected {line.item}: {line.reason}")
    if len(imported.rejected) > _REJECTED_SHOWN:
        say(f"… and {len(imported.rejected) - _REJECTED_SHOWN:,} more")
    say(f"Rows read: {account.read:,}")
    width = len(f"{account.read:,}")
    for outcome, count in account.outcomes.items():
        if count or outcome.value in {"taken", "rejected"}:
            could = "" if is_kept or outcome.value != "taken" else "could be "
            say(f"  {count:>{width},} {could}{_WORDS[outcome.value]}")
        if outcome.value == "rejected":
            for reason, many in account.reasons:
                say(f"      {many:>{width},} {reason}")
    if untried:
        say(f"  {untried:>{width},} told of services, and were not tried")
    if taken is not None:
        say(
            f"What they told of services: {taken.added:,} words recorded, "
            f"{taken.corrected:,} of them corrections."
        )
    if report is not None:
        say(f"Every row with what became of it: {report}")
    elif imported.rejected:
        say("--report FILE lists every row with what became of it.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one looks at a part of what was imported: as which top organization, how many services
    of the import stand there, and at which address."""

    organization: str
    name: str
    services: int
    address: str

    def plain(self) -> dict[str, str | int]:
        """For programs."""
        return {
            "organization": self.organization,
            "services": self.services,
            "address": self.address,
        }


def where_it_is(catalogue: CatalogueDocument) -> list[Place]:
    """Where what was imported is looked at: the top organizations with most of it first. None
    where nothing of it is there."""
    from django.conf import settings

    from catenary.apps.organizations.queries import organizations_by_id, organizations_by_key

    homes = Counter(document.provider or reference.partition("/")[0]
                    for reference, document in catalogue.services.items())  # fmt: skip
    homes.update(dict.fromkeys(catalogue.organizations, 0))
    rows = organizations_by_key(homes)
    roots: Counter[int] = Counter()
    for key, count in homes.items():
        if key in rows:
            roots[rows[key].root_id] += count
    tops = organizations_by_id(roots)
    base = settings.ADDRESS.rstrip("/") or _USUAL
    return [
        Place(
            tops[number].key,
            tops[number].name,
            count,
            f"{base}/catalogue/?provider={quote(tops[number].key)}"
            if count
            else f"{base}/organizations/{quote(tops[number].key)}/",
        )
        for number, count in roots.most_common()
        if number in tops
    ]


def say_where(places: Sequence[Place]) -> None:
    """Lead whoever imported to what is there now."""
    for place in places[:_PLACES_SHOWN]:
        services = f"{place.services:,} service{'' if place.services == 1 else 's'}"
        say(f"Look at it: {place.address} ({services}, looking as {place.name})")
    more = len(places) - _PLACES_SHOWN
    if more > 0:
        say(f"  and as {more:,} more organization{'s' if more > 1 else ''}: the page of your")
        say("  account lets you look as each.")
