"""Making own and effective conditions again from what was said, and comparing them with what is
kept: they follow from observations and the catalogue's history alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from catenary.apps.common.operations import waiting_turn
from catenary.apps.common.queries import in_batches
from catenary.apps.history.queries import last_mark
from catenary.apps.monitoring.models import Observation, OwnCondition, Waiting
from catenary.apps.monitoring.operations.catching_up import CatchingUp, is_all_made
from catenary.apps.monitoring.operations.engine import rewrite_own
from catenary.apps.monitoring.operations.keeping import follow_to, spread
from catenary.apps.monitoring.operations.late import turns_of_everybody
from catenary.apps.monitoring.operations.rewriting import rewrite_by
from catenary.apps.monitoring.queries.instants import EPOCH
from catenary.apps.monitoring.queries.words import words_from
from catenary.apps.portfolio.queries.estate import current_estate

_TABLES = {
    "monitoring_owncondition": "condition, without_planned, only_planned",
    "monitoring_effectivecondition": "best, worst, planned, next_loss, possible_next_loss,"
    " derived, assumed",
}
#: So many services are made again at once.
_TOGETHER = 5_000


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many services had other own and other effective conditions than follow from what was
    said, and the digests of all intervals as they were and as they are. ``unfounded`` services had
    an own condition from before anybody said anything of them: somebody else than we wrote it."""

    own: int
    effective: int
    before: str
    after: str
    unfounded: int = 0


def rebuild_conditions(*, at: datetime, keeps: bool) -> Rebuilt:
    """Make all conditions again, and keep them unless only the comparison is wanted. What waits
    for the engine is left to it. Only for the owner of the conditions (`operations.owning`);
    raises `CatalogueBusy` when its turn does not come."""
    catching_up = CatchingUp()
    while spread() or catching_up.go_on(current_estate(), at):
        pass
    estate, mark = current_estate(), last_mark()
    with waiting_turn():
        before, unfounded = _digest(), _unfounded()
        own = 0
        waits = Waiting.objects.filter(observation__isnull=False)
        spoken_of = Observation.objects.exclude(pk__in=waits.values("observation_id"))
        numbers = {
            *spoken_of.values_list("service_id", flat=True).distinct(),
            *OwnCondition.objects.values_list("service_id", flat=True).distinct(),
        }
        for batch in in_batches(sorted(numbers), _TOGETHER):
            since = dict.fromkeys(batch, EPOCH)
            words, _ = words_from(since, without_waiting=True)
            own += len(rewrite_own(words, since, at))
        effective = len(rewrite_by(turns_of_everybody(estate, at)))
        follow_to(mark)
        is_all_made()
        found = Rebuilt(own, effective, before, _digest(), unfounded)
        if not keeps:
            transaction.set_rollback(True)
    return found


def _unfounded() -> int:
    """How many services have an own condition that no word said of them can have begun."""
    said = Observation.objects.filter(
        service_id=OuterRef("service_id"), at__lte=OuterRef("starts_at")
    )
    rows = OwnCondition.objects.filter(~Exists(said))
    return rows.values("service_id").distinct().count()


def _digest() -> str:
    """A digest of all intervals, whatever the numbers of their rows are."""
    digest = blake2b(digest_size=16)
    for table, columns in _TABLES.items():
        for row in _rows(f"SELECT service_id, starts_at, ends_at, {columns} FROM {table}"):
            digest.update(repr(row).encode())
    return digest.hexdigest()


def _rows(statement: str) -> Iterator[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} ORDER BY service_id, starts_at")
        while rows := cursor.fetchmany(10_000):
            yield from rows
