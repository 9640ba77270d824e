"""What was planned, version by version, as the schedule and the operations need it: nobody asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db.models import F, Max, Q

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.models import (
    Maintenance,
    MaintenanceService,
    MaintenanceVersion,
    Observation,
    Source,
)
from catenary.apps.monitoring.queries.instants import micros
from catenary.apps.portfolio.queries.lookup import ServiceRow, services_by_reference
from catenary.domain.condition.codes import DOWN
from catenary.domain.maintenance.reading import Planned, read_planned
from catenary.domain.maintenance.said import Step, Version


class DamagedPlan(Exception):
    """A stored plan no longer reads: the database was changed behind the product's back."""


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """One version; ``planned`` is none when it was cancelled then."""

    number: int
    planned: Planned | None
    note: str
    recorded_at: datetime
    account_id: int | None
    person_id: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Maintenance with all its versions, the first first. ``root_id`` is the house where it was
    announced: in its name the schedule speaks, wherever its services have moved since."""

    id: int
    key: str
    root_id: int
    cancelled_at: datetime | None
    said_until: datetime | None
    due_at: datetime | None
    versions: tuple[PlanVersion, ...]

    @property
    def last(self) -> Planned:
        """What was planned last, before it was cancelled."""
        return next(v.planned for v in reversed(self.versions) if v.planned is not None)


def plans_by_id(ids: Iterable[int]) -> dict[int, Plan]:
    """Maintenance by number."""
    found = {}
    for batch in in_batches(sorted(set(ids))):
        versions: dict[int, list[PlanVersion]] = {}
        rows = MaintenanceVersion.objects.filter(maintenance_id__in=batch)
        for row in rows.order_by("maintenance_id", "number"):
            versions.setdefault(row.maintenance_id, []).append(_version(row))
        for one in Maintenance.objects.filter(pk__in=batch):
            found[one.pk] = Plan(
                one.pk,
                one.key,
                one.organization_id,
                one.cancelled_at,
                one.said_until,
                one.due_at,
                tuple(versions.get(one.pk, ())),
            )
    return found


def plan_by_key(key: str) -> Plan | None:
    """One maintenance; none when there is none of that key."""
    if not key.isascii() or not key.isalnum() or len(key) > 20:
        return None
    number = Maintenance.objects.filter(key=key).values_list("pk", flat=True).first()
    return None if number is None else plans_by_id([number])[number]


def plans_due(at: datetime, most: int) -> list[int]:
    """Numbers of those of which something is to be said by a moment, the first first."""
    rows = Maintenance.objects.filter(due_at__lte=at).order_by("due_at", "pk")
    return list(rows.values_list("pk", flat=True)[:most])


def _version(row: MaintenanceVersion) -> PlanVersion:
    planned = None
    if row.document:
        planned, wrong = read_planned(orjson.loads(row.document))
        if planned is None:
            raise DamagedPlan(f"maintenance {row.maintenance_id}: {wrong[0].sentence}")
    return PlanVersion(
        row.number, planned, row.note, row.recorded_at, row.account_id, row.person_id
    )


def services_named(plans: Iterable[Plan]) -> dict[str, ServiceRow]:
    """The services that any version of these names."""
    return services_by_reference(
        {
            reference
            for plan in plans
            for version in plan.versions
            if version.planned is not None
            for reference in version.planned.services
        }
    )


def as_versions(plan: Plan, rows: Mapping[str, ServiceRow]) -> list[Version]:
    """The versions as the foundation has them, services by number."""
    return [
        Version(
            micros(version.recorded_at),
            frozenset(
                rows[reference].id
                for reference in (version.planned.services if version.planned else ())
                if reference in rows
            ),
            version.planned.condition if version.planned else DOWN,
            version.planned.window if version.planned else None,
        )
        for version in plan.versions
    ]


def spoken_by(plan: Plan, services: Iterable[int], since: datetime) -> dict[int, list[Step]]:
    """What the schedule of a plan has said of each service from a moment on, in the order in
    which it counts."""
    found: dict[int, list[Step]] = {}
    sources = Source.objects.filter(
        organization_id=plan.root_id, kind="schedule", name=plan.key
    ).values("pk")
    for batch in in_batches(sorted(set(services))):
        rows = Observation.objects.filter(
            service_id__in=batch, source_id__in=sources, at__gte=since
        ).order_by("at", "sequence")
        for service_id, at, condition in rows.values_list("service_id", "at", "condition"):
            found.setdefault(service_id, []).append((micros(at), condition))
    return found


def words_so_far(plan: Plan, services: Iterable[int]) -> dict[int, int]:
    """The number of the last word that the schedule of a plan said of each service."""
    found: dict[int, int] = {}
    sources = Source.objects.filter(
        organization_id=plan.root_id, kind="schedule", name=plan.key
    ).values("pk")
    for batch in in_batches(sorted(set(services))):
        rows = Observation.objects.filter(service_id__in=batch, source_id__in=sources)
        counted = rows.values("service_id").annotate(last=Max("sequence"))
        found.update({row["service_id"]: row["last"] or 0 for row in counted})
    return found


def services_of(ids: Iterable[int]) -> dict[int, list[int]]:
    """The services that each maintenance works on now."""
    found: dict[int, list[int]] = {}
    for batch in in_batches(sorted(set(ids))):
        rows = MaintenanceService.objects.filter(maintenance_id__in=batch)
        for number, service in rows.order_by("pk").values_list("maintenance_id", "service_id"):
            found.setdefault(number, []).append(service)
    return found


def maintenance_ids(
    *, is_ahead: bool | None = None, limit: int, after: Plan | None = None
) -> Sequence[int]:
    """Numbers of maintenance: what still comes or runs, the first first; or what is over, the
    last first, that which follows ``after`` one of it."""
    rows = Maintenance.objects.all()
    if is_ahead:
        rows = rows.filter(due_at__isnull=False, cancelled_at__isnull=True).order_by("due_at", "pk")
    elif is_ahead is not None:
        rows = rows.exclude(due_at__isnull=False, cancelled_at__isnull=True)
        rows = rows.order_by(F("said_until").desc(nulls_last=True), "-pk")
        if after is not None:
            rows = rows.filter(_follows(after))
    return list(rows.values_list("pk", flat=True)[:limit])


def _follows(plan: Plan) -> Q:
    """What stands after a plan in a list of what is over; those never said of stand last."""
    if plan.said_until is None:
        return Q(said_until__isnull=True, pk__lt=plan.id)
    same = Q(said_until=plan.said_until, pk__lt=plan.id)
    return Q(said_until__lt=plan.said_until) | same | Q(said_until__isnull=True)
