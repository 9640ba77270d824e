"""A notice as it may be read at the moment it is sent: what its receiver may no longer see, or no
longer wants to hear of, is not in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catenary.apps.monitoring.choices import About
from catenary.apps.monitoring.queries.announcements import MaintenanceTold, maintenance_told
from catenary.apps.monitoring.queries.instants import moment
from catenary.apps.monitoring.queries.subscriptions import (
    SubscriptionRow,
    reader_of,
    standing_subscriptions,
)
from catenary.apps.organizations.queries import organizations_by_id
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import services_by_id
from catenary.apps.portfolio.queries.own_names import known_names
from catenary.domain.actors import Viewpoint
from catenary.domain.condition.codes import range_words
from catenary.domain.estate import Bools, Estate
from catenary.domain.notices import IMPAIRED, SILENT


@dataclass(frozen=True, slots=True)
class ChangeTold:
    """A service, in its reader's words, was ``was`` and is ``now``, words of `SHOWN`; ``words``
    says what it is with its range. ``is_silent``: it is unknown because nobody says anything of
    it any more; ``was_unknown``: until now nobody knew whether it works."""

    reference: str
    name: str
    provider: str
    was: str
    now: str
    since: datetime
    words: str = ""
    is_silent: bool = False
    was_unknown: bool = False


@dataclass(frozen=True, slots=True)
class CauseTold:
    """Where it comes from, how many other services of those named it hits, and how many of these
    only ``together`` with others. Without a name it is a supporting service of ``provider``."""

    reference: str
    name: str
    provider: str
    condition: str
    hit: int
    together: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """What one receiver is told of one event. ``number`` stays the same when it is sent again;
    ``more`` changes are counted and not named; ``is_provided`` when it is all about what the
    receiver's organization provides, and none of it about what it uses. With ``maintenance`` it is
    about what is planned, and there are no changes; a test tells of nothing."""

    number: int
    channel: str
    address: str
    email: str
    language: str
    zone: str
    organization: str
    organization_name: str
    subscriptions: tuple[str, ...]
    changes: tuple[ChangeTold, ...]
    more: int
    causes: tuple[CauseTold, ...]
    at: datetime
    maintenance: MaintenanceTold | None = None
    more_causes: int = 0
    is_test: bool = False
    is_provided: bool = False


def notice_to_send(*, number: int, payload: Any, created_at: datetime) -> Notice | None:
    """The notice of an outbox row as its receiver may read it now; none when nothing is left."""
    rows = standing_subscriptions(ids=payload["subscriptions"])
    if not rows:
        return None
    row = rows[0]
    actor, viewpoint = reader_of(row)
    if viewpoint is None:
        return None
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    changes: tuple[ChangeTold, ...] = ()
    causes: tuple[CauseTold, ...] = ()
    planned = None
    if "maintenance" in payload:
        planned = maintenance_told(
            viewpoint=viewpoint, seen=seen, payload=payload, created_at=created_at
        )
    else:
        changes = _changes(estate, viewpoint, seen, payload)
        causes = _causes(estate, viewpoint, seen, payload) if changes else ()
    is_test = bool(payload.get("test"))
    if not changes and planned is None and not is_test:
        return None
    return Notice(
        number=number,
        channel=row.channel,
        address=row.address,
        email=row.email,
        language=row.language,
        zone=row.account_zone or row.time_zone or "UTC",
        organization=viewpoint.key,
        organization_name=viewpoint.name,
        subscriptions=tuple(each.public_id for each in rows),
        changes=changes,
        more=payload["more"],
        causes=causes,
        at=created_at,
        maintenance=planned,
        # Of a row that an earlier version left there is no such number.
        more_causes=payload.get("more-causes", 0),
        is_test=is_test,
        is_provided=_is_provided(estate, rows),
    )


def _is_provided(estate: Estate, rows: Sequence[SubscriptionRow]) -> bool:
    """Whether all these subscriptions are about what is provided where their owner looks from."""
    for row in rows:
        if row.about == About.PROVIDED:
            continue
        house = estate.organization_position(row.organization_id)
        places = estate.service_positions([] if row.service_id is None else [row.service_id])
        if house is None or not len(places) or not estate.inside_at(house, places).all():
            return False
    return True


def _changes(
    estate: Estate, viewpoint: Viewpoint, seen: Bools, payload: Any
) -> tuple[ChangeTold, ...]:
    allowed = _allowed(estate, seen, [change[0] for change in payload["changes"]])
    rows = services_by_id(allowed)
    providers = organizations_by_id({row.provider_id for row in rows.values()})
    names = known_names(viewpoint, sorted(allowed))
    found = [
        ChangeTold(
            reference=rows[number].reference,
            name=names.get(number) or rows[number].name,
            provider=providers[rows[number].provider_id].name,
            was=_shown(was),
            now=_shown(now),
            since=moment(since),
            words=_words(now, between),
            is_silent=now == SILENT,
            was_unknown=was == "unknown",
        )
        for number, was, now, since, *between in payload["changes"]
        if number in rows
    ]
    return tuple(sorted(found, key=lambda change: (change.name.casefold(), change.reference)))


def _shown(told: str) -> str:
    return "unknown" if told in (IMPAIRED, SILENT) else told


def _words(told: str, between: list[int]) -> str:
    """What is unknown with its range; a row that an earlier version left has none."""
    if between and told in ("unknown", IMPAIRED):
        return str(range_words(*between))
    return ""


def _causes(
    estate: Estate, viewpoint: Viewpoint, seen: Bools, payload: Any
) -> tuple[CauseTold, ...]:
    told = payload["causes"]
    rows = services_by_id(number for path, _, example, *_ in told for number in (*path, example))
    providers = organizations_by_id({row.provider_id for row in rows.values()})
    visible = _allowed(estate, seen, rows)
    names = known_names(viewpoint, sorted(visible))
    found: dict[tuple[str, str, str], CauseTold] = {}
    for path, condition, example, hit, *only_together in told:
        source = rows.get(path[-1])
        if source is None or example not in visible:
            continue
        named, name, reference = source, "", ""
        if source.id in visible:
            name, reference = names.get(source.id) or source.name, source.reference
        elif source.root_id != viewpoint.root_id:
            # As everywhere: at home everybody knows the house; of others only whom one deals with.
            named = rows[[number for number in (example, *path) if number in visible][-1]]
        provider = providers[named.provider_id].name
        _join(found, CauseTold(reference, name, provider, condition, hit, *only_together))
    return tuple(found.values())


def _join(found: dict[tuple[str, str, str], CauseTold], cause: CauseTold) -> None:
    """However many stand there that may not be seen, they are one."""
    key = (cause.reference, cause.provider, cause.condition)
    before = found.get(key)
    if before is None or before.hit < cause.hit:
        found[key] = cause


def _allowed(estate: Estate, seen: Bools, services: Any) -> set[int]:
    positions = estate.service_positions(list(services))
    numbers: list[int] = estate.service_ids[positions[seen[positions]]].tolist()
    return set(numbers)
