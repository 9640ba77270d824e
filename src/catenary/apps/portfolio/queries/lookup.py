"""Finding services by reference for those who define, plan and apply."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from catenary.apps.common.queries import in_batches
from catenary.apps.common.queries.prepared import Prepared, numbers, texts
from catenary.apps.organizations.queries import Managed
from catenary.apps.portfolio.models import Consumption, Dependency, Service, Sharing
from catenary.apps.portfolio.policies import sees_restricted
from catenary.domain.actors import Actor
from catenary.domain.references import is_reference


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service as other operations need it."""

    id: int
    reference: str
    name: str
    provider_id: int
    provider_path: str
    root_id: int
    stage: str
    restricted: bool
    is_removed: bool


_ROW = (
    "id",
    "reference",
    "name",
    "provider_id",
    "provider_path",
    "root_id",
    "stage",
    "restricted",
    "removed_at",
)
_BY_REFERENCE = Prepared(
    lambda references: Service.objects.filter(reference__in=texts(references)).values_list(*_ROW)
)
_BY_ID = Prepared(lambda ids: Service.objects.filter(id__in=numbers(ids)).values_list(*_ROW))


def _row(row: tuple[Any, ...]) -> ServiceRow:
    number, reference, name, provider, path, root, stage, restricted, removed_at = row
    is_removed = removed_at is not None
    return ServiceRow(number, reference, name, provider, path, root, stage, restricted, is_removed)


def services_by_reference(references: Iterable[str]) -> dict[str, ServiceRow]:
    """Services by reference, removed ones too: a reference once given stays theirs."""
    # What is no reference is nobody's, and PostgreSQL would not even take a NUL.
    wanted = sorted(reference for reference in set(references) if is_reference(reference))
    return {row[1]: _row(row) for row in _BY_REFERENCE.rows(wanted)}


_NUMBERS = Prepared(
    lambda references: Service.objects.filter(reference__in=texts(references)).values_list(
        "reference", "id"
    )
)
_NAMES = Prepared(
    lambda ids: Service.objects.filter(id__in=numbers(ids)).values_list(
        "id", "reference", "name", "provider_id", "stage"
    )
)


def numbers_by_reference(references: Iterable[str]) -> dict[str, int]:
    """The numbers of services by reference, of removed ones too."""
    wanted = sorted(reference for reference in set(references) if is_reference(reference))
    return {row[0]: row[1] for row in _NUMBERS.rows(wanted)}


def service_names(ids: Iterable[int]) -> dict[int, tuple[str, str, int, str]]:
    """What services are called, for links to hundreds of them: reference, name, number of the
    provider and stage by number, of removed ones too."""
    return {row[0]: row[1:] for row in _NAMES.rows(sorted(set(ids)))}


def services_by_id(ids: Iterable[int]) -> dict[int, ServiceRow]:
    """Services by number, removed ones too."""
    return {row[0]: _row(row) for row in _BY_ID.rows(sorted(set(ids)))}


def services_within(root_id: int) -> list[tuple[int, str, bool]]:
    """The services there are in a top organization: number, path of the provider, and whether it
    is restricted. One query."""
    rows = Service.objects.filter(root_id=root_id, removed_at__isnull=True)
    return list(rows.values_list("id", "provider_path", "restricted"))


def referable_services(actor: Actor, rows: Iterable[ServiceRow]) -> set[int]:
    """Which of these services the actor may name in a definition: those they may see from any
    of their top organizations. To everyone else the others do not exist."""
    present = [row for row in rows if not row.is_removed]
    if actor.is_operator:
        return {row.id for row in present}
    roots = actor.root_ids
    allowed = {
        row.id
        for row in present
        if row.root_id in roots
        and (not row.restricted or sees_restricted(actor, row.provider_path))
    }
    for batch in in_batches(row.id for row in present if row.root_id not in roots):
        allowed.update(
            Sharing.objects.filter(service_id__in=batch)
            .filter(Q(root_id__in=roots) | Q(root__isnull=True))
            .values_list("service_id", flat=True)
        )
    return allowed


def known_roots(actor: Actor) -> set[int] | None:
    """The top organizations the actor knows of: their own, those that may see one of theirs'
    services, and those of which they may see one. None for an operator, who knows all."""
    if actor.is_operator:
        return None
    roots = actor.root_ids
    inward = Sharing.objects.filter(service__root_id__in=roots, root_id__isnull=False)
    outward = Sharing.objects.filter(Q(root_id__in=roots) | Q(root__isnull=True))
    return {
        *roots,
        *inward.values_list("root_id", flat=True).distinct(),
        *outward.values_list("service__root_id", flat=True).distinct(),
    }


def managed_services(references: Iterable[str] | None = None) -> dict[str, Managed]:
    """Digest and managing source of services that exist now, by reference; of all of them
    without ``references``."""
    rows = Service.objects.filter(removed_at__isnull=True)
    columns = ("reference", "id", "digest", "managed_by")
    if references is None:
        return {row[0]: Managed(*row[1:]) for row in rows.values_list(*columns)}
    found: dict[str, Managed] = {}
    wanted = sorted(reference for reference in set(references) if is_reference(reference))
    for start in range(0, len(wanted), 900):
        some = rows.filter(reference__in=wanted[start : start + 900])
        found.update({row[0]: Managed(*row[1:]) for row in some.values_list(*columns)})
    return found


def managed_consumption(
    service_ids: Iterable[int] | None = None,
) -> dict[tuple[int, int], Managed]:
    """Digest and managing source of every declared consumption in force, by the numbers of
    consumer and service; of some services only, when they are given."""
    rows = Consumption.objects.filter(ends_at__isnull=True, source_kind="declared")
    columns = ("consumer_id", "service_id", "id", "digest", "managed_by")
    if service_ids is None:
        return {row[:2]: Managed(*row[2:]) for row in rows.values_list(*columns)}
    found: dict[tuple[int, int], Managed] = {}
    for batch in in_batches(sorted(set(service_ids))):
        some = rows.filter(service_id__in=batch)
        found.update({row[:2]: Managed(*row[2:]) for row in some.values_list(*columns)})
    return found


def supporters_in_groups_of(service_ids: Iterable[int]) -> set[int]:
    """The services that any of the given ones rely on today."""
    found: set[int] = set()
    for batch in in_batches(service_ids):
        found.update(
            Dependency.objects.filter(reliant_id__in=batch).values_list("supporter_id", flat=True)
        )
    return found


def holds_on(service_ids: Iterable[int]) -> dict[int, list[str]]:
    """What still needs each service: references of services that rely on it, keys of
    organizations that consume it. Services nothing needs are missing."""
    found: dict[int, list[str]] = {}
    for batch in in_batches(service_ids):
        for supporter, reliant in (
            Dependency.objects.filter(supporter_id__in=batch, reliant__removed_at__isnull=True)
            .order_by("reliant__reference")
            .values_list("supporter_id", "reliant__reference")
        ):
            found.setdefault(supporter, []).append(reliant)
        for service, consumer in (
            Consumption.objects.filter(service_id__in=batch, ends_at__isnull=True)
            .order_by("consumer__key")
            .values_list("service_id", "consumer__key")
        ):
            found.setdefault(service, []).append(consumer)
    return found


def consumption_names(ids: Iterable[int]) -> dict[int, str]:
    """The names consumers know services by, by the number of the consumption."""
    found: dict[int, str] = {}
    for batch in in_batches(ids):
        found.update(Consumption.objects.filter(pk__in=batch).values_list("pk", "known_as"))
    return found


def links_of_organizations(keys: Iterable[str]) -> dict[str, tuple[list[str], list[str]]]:
    """The references of services each organization provides, and of those it consumes."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), 900):
        batch = wanted[start : start + 900]
        for key, reference in (
            Service.objects.filter(provider__key__in=batch, removed_at__isnull=True)
            .order_by("reference")
            .values_list("provider__key", "reference")
        ):
            found.setdefault(key, ([], []))[0].append(reference)
        for key, reference in (
            Consumption.objects.filter(consumer__key__in=batch, ends_at__isnull=True)
            .order_by("service__reference")
            .values_list("consumer__key", "service__reference")
        ):
            found.setdefault(key, ([], []))[1].append(reference)
    return found


def owned_services(email: str) -> list[int]:
    """The services somebody owns, by number."""
    rows = Service.objects.filter(owner=email, removed_at__isnull=True)
    return list(rows.values_list("pk", flat=True))
