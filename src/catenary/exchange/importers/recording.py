"""From what an importer was told of services to observations: every row read, those that cannot be
taken reported with the reason, all others recorded at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from catenary.apps.common.operations import waiting_turn
from catenary.apps.monitoring.operations.histories import record_history, record_words
from catenary.domain.actors import Actor
from catenary.domain.observations.reading import Record, Said, Wrong, read_record, read_said
from catenary.exchange.importers.report import Imported, Outcome, ReportLine, Told


@dataclass(frozen=True, slots=True)
class HistoryTaken:
    """What became of each row, and of the words they make: added, there already, and (of those
    added) correcting what the source said before."""

    report: tuple[ReportLine, ...]
    added: int
    repeated: int
    corrected: int


class _Undone(Exception):
    """Everything was tried and nothing shall be kept."""


@contextmanager
def import_turn(*, keep: bool) -> Iterator[None]:
    """One transaction for all an import writes; without ``keep`` it is undone at its end, when
    everything that could go wrong has had its chance. Raises `CatalogueBusy`."""
    try:
        with waiting_turn():
            yield
            if not keep:
                raise _Undone
    except _Undone:
        pass


def record_imported(
    *,
    actor: Actor,
    at: datetime,
    imported: Imported,
    name: str,
    telling: Callable[[int], None] = lambda count: None,
) -> HistoryTaken:
    """Record what was told; ``name`` is the source's where the mapping has none.

    Raises `CatalogueBusy` when the turn to write does not come; then nothing is kept.
    """
    voice = imported.voice
    source = voice.name or name
    reasons: dict[int, Sequence[Wrong]] = {}
    words: list[tuple[int, Said]] = []
    records: list[tuple[int, Record]] = []
    for place, told in enumerate(imported.told):
        if "at" in told.plain:
            word, wrong = read_said({**told.plain, "source": f"import:{source}"}, at)
            if word is not None:
                words.append((place, word))
        else:
            record, wrong = read_record(told.plain, at)
            if record is not None:
                records.append((place, record))
        if wrong:
            reasons[place] = wrong
    with waiting_turn():
        said = record_words(actor=actor, at=at, said=words, telling=telling)
        kept = record_history(
            actor=actor,
            at=at,
            source=source,
            records=records,
            well_from=voice.well_from,
            is_well_after=voice.is_well_after,
            telling=lambda count: telling(said.added + said.repeated + count),
        )
    reasons.update({each.place: each.reasons for each in (*said.refused, *kept.refused)})
    news = said.news | kept.news
    lines = tuple(
        _line(told, reasons.get(place), is_new=place in news)
        for place, told in enumerate(imported.told)
    )
    return HistoryTaken(
        lines, said.added + kept.added, said.repeated + kept.repeated, kept.corrected
    )


def _line(told: Told, wrong: Sequence[Wrong] | None, *, is_new: bool) -> ReportLine:
    reference = str(told.plain["service"])
    if not wrong:
        outcome = Outcome.TAKEN if is_new else Outcome.UNCHANGED
        return ReportLine(told.source, told.line, told.item, outcome, reference)
    reason = "; ".join(f"{one.field}: {one.sentence} ({one.expected})" for one in wrong)
    return ReportLine(told.source, told.line, told.item, Outcome.REJECTED, "", reason)
