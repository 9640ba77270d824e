"""What everybody may see of a provider: the services its administrators chose, under their public
names, how they are and were. Nothing here knows more than that page says: no reason, no supporter,
no reference."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from catenary.apps.monitoring.models import PublicPage
from catenary.apps.monitoring.policies import may_show_publicly
from catenary.apps.monitoring.queries.consumed import (
    since_of,
    strips_of,
)
from catenary.apps.monitoring.queries.happened import NamedEvent, named_events, recently
from catenary.apps.monitoring.queries.public_ahead import PublicAhead, public_maintenance
from catenary.apps.monitoring.queries.shown_spans import recent_spans
from catenary.apps.monitoring.queries.status import SHOWN
from catenary.apps.monitoring.queries.stored import freshness
from catenary.apps.organizations.queries import OrganizationRow, organizations_by_key
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.lookup import ServiceRow, services_by_id
from catenary.domain.actors import Actor, is_at_or_below
from catenary.domain.condition.days import Day
from catenary.domain.estate import CUSTOMER_FACING, STAGE_CODES

_RECENT = timedelta(days=30)
_MOST_EVENTS = 50
_RETIRED = STAGE_CODES["retired"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an organization decided: whether it shows itself, and what under which names."""

    is_shown: bool
    services: tuple[tuple[ServiceRow, str], ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class PublicService:
    """A service for everybody: what it is shown as, and how its days were (in UTC)."""

    name: str
    kind: str
    since: datetime | None
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """The page of a provider for everybody. ``is_current``: what is reported is being followed."""

    key: str
    organization: str
    services: tuple[PublicService, ...]
    events: tuple[NamedEvent, ...]
    at: datetime
    ahead: PublicAhead = PublicAhead()
    is_current: bool = True


def chosen(organization: OrganizationRow) -> Chosen:
    """What an organization decided last, with the services that are still its own and neither
    removed nor restricted since."""
    row = PublicPage.objects.filter(organization_id=organization.id).order_by("-pk").first()
    if row is None:
        return Chosen(False, (), None)
    named: list[tuple[int, str]] = [(number, name) for number, name in json.loads(row.services)]
    rows = services_by_id(number for number, _ in named)
    kept = tuple(
        (rows[number], name)
        for number, name in named
        if number in rows
        and not rows[number].is_removed
        and not rows[number].restricted
        and rows[number].stage != "retired"
        and is_at_or_below(rows[number].provider_path, organization.path)
    )
    return Chosen(row.is_shown, kept, row.at)


def to_decide(*, actor: Actor, key: str) -> tuple[OrganizationRow, Chosen] | None:
    """What an organization shows, for who decides it; none for everybody else."""
    organization = organizations_by_key([key]).get(key)
    if organization is None or not may_show_publicly(actor, organization.path):
        return None
    return organization, chosen(organization)


def public_status(*, key: str, at: datetime) -> PublicStatus | None:
    """What everybody may see of an organization; none when it shows nothing to everybody."""
    organization = organizations_by_key([key]).get(key)
    if organization is None:
        return None
    decided = chosen(organization)
    if not decided.is_shown:
        return None
    names = {row.id: name for row, name in decided.services}
    strips, courses = strips_of(list(names), at, "UTC")
    services = []
    for number, name in names.items():
        course = courses.get(number, [])
        since, is_long = since_of(course, at)
        standing = course[-1].kind if since is not None else "unknown"
        services.append(PublicService(name, standing, None if is_long else since, strips[number]))
    recent = recent_spans(names, at - _RECENT, 2_000)
    happened = recently(recent, at)[:_MOST_EVENTS]
    return PublicStatus(
        key=organization.key,
        organization=organization.name,
        services=tuple(sorted(services, key=lambda each: SHOWN.index(each.kind))),
        events=named_events(happened, names),
        at=at,
        ahead=public_maintenance(names, at),
        is_current=not freshness(at).is_stale,
    )


def may_be_shown(organization: OrganizationRow, limit: int) -> tuple[tuple[ServiceRow, ...], int]:
    """Services an organization might show, those its customers use first, and how many there are:
    what it provides, and is neither restricted nor retired."""
    estate = current_estate()
    place = estate.organization_position(organization.id)
    if place is None:
        return (), 0
    open_ones = estate.inside(place) & ~estate.restricted & (estate.stage != _RETIRED)
    places = np.flatnonzero(open_ones)
    is_behind = estate.roles_seen_from(place)[places] != CUSTOMER_FACING
    numbers = estate.service_ids[places[np.argsort(is_behind, kind="stable")][:limit]].tolist()
    rows = services_by_id(numbers)
    return tuple(rows[number] for number in numbers if number in rows), len(places)
