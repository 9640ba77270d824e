"""Consumption as plain values, as whoever asks may see it: what programs read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Q, QuerySet

from catenary.apps.common.queries import in_batches
from catenary.apps.organizations.queries import organizations_by_key
from catenary.apps.portfolio.models import Consumption
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.apps.portfolio.queries.seen import Seen, SeenPage
from catenary.domain.actors import Actor, Viewpoint


def seen_consumption(
    *, actor: Actor, viewpoint: Viewpoint, pairs: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Seen]:
    """Which of the given organizations (by key) consume which services (by reference), as far as
    the actor may see it."""
    wanted = set(pairs)
    services = services_by_reference(service for _, service in wanted)
    found: dict[tuple[str, str], Seen] = {}
    for batch in in_batches(row.id for row in services.values()):
        rows = _open_consumption(actor, viewpoint).filter(service_id__in=batch)
        for _, each in _seen_consumption(rows):
            pair = (each.plain["consumer"], each.plain["service"])
            if pair in wanted:
                found[pair] = each
    return found


def seen_consumption_page(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    consumer: str = "",
    service: str = "",
    after: int = 0,
    limit: int = 20,
    cap: int = 1_000,
) -> SeenPage:
    """Who consumes what, in the order in which it was said: of the organization with the key
    ``consumer`` and everything below it, and of one service."""
    rows = _open_consumption(actor, viewpoint)
    if consumer:
        row = organizations_by_key([consumer]).get(consumer)
        if row is None:
            return SeenPage((), 0)
        rows = rows.filter(consumer_path__gte=row.path, consumer_path__lt=row.path + "~")
    if service:
        rows = rows.filter(service__in=[r.id for r in services_by_reference([service]).values()])
    total = len(rows.values_list("pk")[: cap + 1])
    found = list(_seen_consumption(rows.filter(pk__gt=after).order_by("pk")[: limit + 1]))
    return SeenPage(
        tuple(each for _, each in found[:limit]),
        min(total, cap),
        total > cap,
        str(found[limit - 1][0]) if len(found) > limit else None,
    )


def all_seen_consumption(*, actor: Actor, viewpoint: Viewpoint) -> Iterator[Seen]:
    """Every consumption the actor may see, streamed."""
    last = 0
    while True:
        rows = _open_consumption(actor, viewpoint).filter(pk__gt=last).order_by("pk")[:2_000]
        found = list(_seen_consumption(rows))
        if not found:
            return
        last = found[-1][0]
        yield from (each for _, each in found)


def _open_consumption(actor: Actor, viewpoint: Viewpoint) -> QuerySet[Consumption]:
    """What is consumed by or from one's own top organization; of restricted services by those
    alone who may see them."""
    root = viewpoint.root_id
    rows = Consumption.objects.filter(
        ends_at__isnull=True, source_kind="declared", service__removed_at__isnull=True
    )
    rows = rows.filter(Q(consumer_root_id=root) | Q(service__root_id=root))
    if actor.is_operator:
        return rows
    open_to_all = Q(service__restricted=False) | ~Q(service__root_id=root)
    for fact in actor.memberships:
        open_to_all |= Q(service__provider_path__startswith=fact.path)
    return rows.filter(open_to_all)


def _seen_consumption(rows: QuerySet[Consumption]) -> Iterator[tuple[int, Seen]]:
    for pk, consumer, service, known_as, kept in rows.values_list(
        "pk", "consumer__key", "service__reference", "known_as", "digest"
    ):
        plain = {"consumer": consumer, "service": service}
        if known_as:
            plain["known-as"] = known_as
        yield pk, Seen(f"{consumer} > {service}", plain, kept, kept)
