"""Keeping effective conditions: few by row, very many as one packed batch that is spread out after.

A batch is durable, and visible to everybody who reads through `queries.kept`, with the transaction
that writes its one row. While any is not wholly spread out, whatever follows is packed, too, so
that what is said of a service is spread in the order in which it was kept. Spreading goes through
the services by number, some thousands in a transaction of its own; where it stands is kept in the
batches: whoever is killed begins there again, and writes nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b

from catenary.apps.common.operations import waiting_turn
from catenary.apps.history.queries import Mark
from catenary.apps.monitoring.models import Followed, PackedChange
from catenary.apps.monitoring.operations.rewriting import rewrite_by, services_at_once
from catenary.apps.monitoring.queries.kept import Pending, pending
from catenary.apps.monitoring.queries.stored import is_anything_packed
from catenary.domain.condition.turns import NO_TURNS, Turns
from catenary.domain.estate import Ints

#: For more services than this, one batch is kept first.
MOST_DIRECT = 300
#: So many services of each batch are spread out at once.
SPREAD_AT_ONCE = 5_000


def keep(turns: Turns, at: datetime) -> Ints:
    """Make services what ``turns`` say, from the first instant of each on; everything before
    stays. Within the caller's transaction. Says of which services that may have changed
    something."""
    services = turns.services
    if not len(services):
        return services
    if len(services) > MOST_DIRECT or is_anything_packed():
        content = turns.to_bytes()
        PackedChange.objects.create(
            kept_at=at,
            services=len(services),
            digest=blake2b(content + str(at).encode(), digest_size=16).hexdigest(),
            content=content,
        )
        return services
    return rewrite_by(turns)


def spread() -> bool:
    """Spread out the next services of what is packed; whether more is left. Raises
    `CatalogueBusy` when its turn does not come."""
    batches = pending()
    if not batches:
        return False
    until = _until(batches)
    concerned = [batch for batch in batches if batch.spread_to < until]
    found = NO_TURNS
    for batch in concerned:
        found = found.then(batch.turns.within(batch.spread_to, until))
    with waiting_turn(repeatable=True):
        rewrite_by(found)
        numbers = [batch.id for batch in concerned]
        done = [batch.id for batch in concerned if batch.turns.service[-1] <= until]
        PackedChange.objects.filter(pk__in=numbers).update(spread_to=until)
        PackedChange.objects.filter(pk__in=done).delete()
    return len(done) < len(batches)


def _until(batches: Sequence[Pending]) -> int:
    """Up to which service to go: those that were spread out least come first, so that no batch
    ever overtakes one before it."""
    least = min(batch.spread_to for batch in batches)
    ends = []
    for batch in batches:
        if batch.spread_to == least:
            ahead = batch.ahead()
            services = ahead.services
            together = services_at_once(ahead, SPREAD_AT_ONCE)
            ends.append(int(services[min(len(services), together) - 1]))
    # Not beyond where another one stands: from there on both go together.
    return min(*ends, *(batch.spread_to for batch in batches if batch.spread_to > least), ends[0])


def follow_to(mark: Mark | None) -> None:
    """Write down how far changes of the catalogue are followed."""
    if mark is not None:
        Followed.objects.update_or_create(
            pk=1, defaults={"revision_id": mark.revision_id, "version": mark.version}
        )
