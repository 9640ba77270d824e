"""What an import has said so far, to be compared with what its record says now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.choices import SourceKind
from catenary.apps.monitoring.models import Observation, Source
from catenary.apps.monitoring.queries.instants import micros
from catenary.domain.observations.records import Saying, Spoken
from catenary.domain.observations.words import NEVER, Plan


def spoken_by(
    names: Sequence[str], service_ids: Iterable[int]
) -> dict[tuple[int, str], list[Spoken]]:
    """All words of imports of these names about these services, by service and name."""
    sources = dict(
        Source.objects.filter(kind=SourceKind.IMPORT, name__in=names).values_list("pk", "name")
    )
    found: dict[tuple[int, str], list[Spoken]] = {}
    if not sources:
        return found
    for batch in in_batches(sorted(set(service_ids))):
        rows = Observation.objects.filter(service_id__in=batch, source_id__in=sources)
        columns = rows.values_list(
            "service_id",
            "source_id",
            "at",
            "sequence",
            "valid_until",
            "condition",
            "planned",
            "share",
            "reference",
            "text",
        )
        for row in columns.iterator(chunk_size=5_000):
            number, source, at, sequence, until, condition, plan, share, reference, text = row
            word = Spoken(
                at=micros(at),
                sequence=sequence or 0,
                saying=Saying(condition, Plan(plan), share, reference, text),
                until=NEVER if until is None else micros(until),
            )
            found.setdefault((number, sources[source]), []).append(word)
    return found
