"""What services said before they are defined anew: most edits change a few words, and what such an
edit leaves as it was is neither written again nor worked out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catenary.apps.common.queries import in_batches
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import current_documents
from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.models import Dependency
from catenary.apps.portfolio.queries.lookup import ServiceRow
from catenary.domain.documents.plain import canonical_json
from catenary.domain.documents.shapes import ServiceDocument, Stage


@dataclass(frozen=True, slots=True)
class Before:
    """The documents that are written, in their plain form, and those that stand there now, by the
    services' numbers ``ids``; ``known`` are the services that were ever defined."""

    plains: Mapping[str, dict[str, Any]]
    ids: Mapping[str, int]
    known: Mapping[str, ServiceRow]
    said: Mapping[int, dict[str, Any]]

    def anew(self, documents: Sequence[ServiceDocument], part: str) -> list[ServiceDocument]:
        """Those that say something else in this part than before, or in another order."""
        return [d for d in documents if not self._keeps(d.reference, part)]

    def written(self, documents: Sequence[ServiceDocument]) -> list[int]:
        """The numbers of those that may have rows already."""
        return [self.ids[d.reference] for d in documents if d.reference in self.known]

    def _keeps(self, reference: str, part: str) -> bool:
        said = self.said.get(self.ids[reference])
        if said is None:
            return False
        now, then = self.plains[reference].get(part), said.get(part)
        # As text: the order of what stands in a mapping carries meaning.
        return now == then and canonical_json({part: now}) == canonical_json({part: then})


def before(
    plains: Mapping[str, dict[str, Any]], ids: Mapping[str, int], known: Mapping[str, ServiceRow]
) -> Before:
    """What stands there of the services that ``plains`` speak of."""
    there = [ids[reference] for reference in plains if reference in known]
    return Before(plains, ids, known, current_documents(Kind.SERVICE, there))


def shared_otherwise(
    documents: Sequence[ServiceDocument],
    was: Before,
    organizations: Mapping[str, OrganizationRow],
) -> set[int]:
    """The services of whom others may see more or less when these are written: what one of them
    begins or ceases to rely on. What changes its house, retires or comes back is itself among
    them, with all that it relied on and will. Ask before the dependencies are written."""
    anew = {d.reference for d in was.anew(documents, "relies-on")}
    moves = {d.reference for d in documents if _moves(d, was.known.get(d.reference), organizations)}
    concerned = anew | moves
    looked_at = [d for d in documents if d.reference in concerned]
    relied_on: dict[int, set[int]] = {}
    for batch in in_batches(was.written(looked_at)):
        rows = Dependency.objects.filter(reliant_id__in=batch)
        for reliant, supporter in rows.values_list("reliant_id", "supporter_id"):
            relied_on.setdefault(reliant, set()).add(supporter)
    found: set[int] = set()
    for d in looked_at:
        number = was.ids[d.reference]
        then = relied_on.get(number, set())
        now = {was.ids[member.service] for group in d.relies_on for member in group.members}
        found |= then | now | {number} if d.reference in moves else then ^ now
    return found


def _moves(
    document: ServiceDocument, row: ServiceRow | None, organizations: Mapping[str, OrganizationRow]
) -> bool:
    return (
        row is None
        or row.is_removed
        or row.root_id != organizations[document.provider].root_id
        or (row.stage == Stage.RETIRED) != (document.stage == Stage.RETIRED)
    )
