"""Maintenance as somebody sees it: what is planned of services they see, and what it would do to
those they provide or consume.

Inside the top organization that plans it everything is told. Others are told what is planned when
they see a service that is worked on; else that "a supporting service" of whoever provides what they
do see is in maintenance, as its condition will say when the time has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.queries.agenda import plans_ahead, reliances
from catenary.apps.monitoring.queries.consumed import ours
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.planning import may_manage
from catenary.apps.monitoring.queries.plans import (
    Plan,
    as_versions,
    maintenance_ids,
    plan_by_key,
    plans_by_id,
    services_named,
    services_of,
)
from catenary.apps.monitoring.queries.touched import homes_of, may_be_told, touched_by
from catenary.apps.organizations.queries import (
    OrganizationRow,
    organizations_by_id,
    people_by_id,
)
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import ServiceRow, services_by_id
from catenary.apps.portfolio.queries.own_names import known_names
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.condition.codes import CODE_NAMES
from catenary.domain.estate import ELSEWHERE, Bools, Estate, Ints
from catenary.domain.maintenance.reading import Planned
from catenary.domain.maintenance.said import announced_at, planned_spans
from catenary.domain.maintenance.windows import occurrences

#: So far ahead and back occurrences are told, and so many.
AHEAD, BACK = timedelta(days=400), timedelta(days=90)
TOLD = 20
#: So many plans ahead are told where all are asked for, so many are counted, and read at once.
LISTED, COUNTED, _TOGETHER = 500, 100, 100
#: So many that are over are passed by at once, and so often, to find those of a list.
_PASSED, _TURNS = 500, 20


@dataclass(frozen=True, slots=True)
class TouchedService:
    """A service one sees: under the name it is known by here, and what it would be."""

    reference: str
    name: str
    provider: OrganizationRow
    kind: str
    is_worked_on: bool


@dataclass(frozen=True, slots=True)
class SeenOccurrence:
    """One time; ``at`` names it, its start on the wall as planned. ``announced_at`` is when it was
    announced as it stands."""

    at: datetime
    start: datetime
    end: datetime
    is_changed: bool
    announced_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """Who planned it how; ``planned`` is none when it was cancelled then."""

    number: int
    planned: Planned | None
    note: str
    recorded_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class MaintenanceView:
    """Maintenance as it may be told. ``title`` is empty when what is worked on may not be told;
    then ``versions`` and ``planned`` are missing too. ``past`` are times in which it took place,
    ``state`` is ``ahead``, ``running``, ``over`` or ``cancelled``; ``changed_at`` is when it was
    last announced, changed or cancelled."""

    key: str
    title: str
    text: str
    state: str
    services: tuple[TouchedService, ...]
    hits: tuple[TouchedService, ...]
    zone: str
    repeats: str
    ahead: tuple[SeenOccurrence, ...]
    past: tuple[tuple[datetime, datetime], ...]
    planned: Planned | None
    version: int
    versions: tuple[SeenVersion, ...]
    is_managed: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Coming:
    """A page of what is ahead, and the key after which there is more (empty: there is none).
    ``first`` are the first of all, for a summary; ``is_whole``: there are no more than these."""

    views: tuple[MaintenanceView, ...]
    first: tuple[MaintenanceView, ...]
    following: str
    is_whole: bool = True


def maintenance_ahead(
    *, actor: Actor, viewpoint: Viewpoint, at: datetime
) -> tuple[MaintenanceView, ...]:
    """What is planned or runs and touches something of the viewpoint, the next first; of very much
    the first `LISTED`."""
    asker = _Asker(actor, viewpoint, at)
    return tuple(islice(_coming(asker, _ahead_of(asker, asker.near)), LISTED))


def maintenance_of_ours(
    *, actor: Actor, viewpoint: Viewpoint, at: datetime, with_provided: bool = False
) -> Iterator[MaintenanceView]:
    """What is planned or runs and may touch what the viewpoint consumes, or on request provides,
    the next first, read as far as it is taken."""
    asker = _Asker(actor, viewpoint, at)
    used = ours(asker.estate, viewpoint, asker.seen, with_provided=with_provided)
    return _coming(asker, _ahead_of(asker, used))


def maintenance_coming(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    at: datetime,
    after: str = "",
    limit: int = 100,
    with_first: bool = False,
) -> Coming:
    """A page of `maintenance_ahead`: so many after the one with a key. When that is over meanwhile,
    or a key of nothing, from the beginning. ``with_first`` also the first of all."""
    asker = _Asker(actor, viewpoint, at)
    numbers = _ahead_of(asker, asker.near)
    behind = plan_by_key(after) if after else None
    start = numbers.index(behind.id) + 1 if behind is not None and behind.id in numbers else 0
    first = tuple(islice(_coming(asker, numbers), COUNTED + 1)) if with_first else ()
    if first and not start and limit <= COUNTED:
        shown = first[: limit + 1]
    else:
        shown = tuple(islice(_coming(asker, numbers[start:]), limit + 1))
    following = shown[limit - 1].key if len(shown) > limit else ""
    return Coming(shown[:limit], first[:COUNTED], following, len(first) <= COUNTED)


def maintenance_past(
    *, actor: Actor, viewpoint: Viewpoint, at: datetime, after: str = "", limit: int = 100
) -> tuple[tuple[MaintenanceView, ...], str]:
    """What is over or was cancelled, the last first: so many after the one with a key, and the key
    after which there is more (empty: there is none). A key of nothing means the beginning."""
    found: list[MaintenanceView] = []
    asker = _Asker(actor, viewpoint, at)
    below = reliances(asker.estate, asker.near)
    behind = plan_by_key(after) if after else None
    for _turn in range(_TURNS):
        numbers = maintenance_ids(is_ahead=False, limit=_PASSED, after=behind)
        for batch in in_batches(_working_on(asker.estate, below, numbers), _TOGETHER):
            found += _listed(asker, batch)
            if len(found) > limit:
                return tuple(found[:limit]), found[limit - 1].key
        if len(numbers) < _PASSED:
            return tuple(found), ""
        behind = plans_by_id(numbers[-1:])[numbers[-1]]
    # Very many that nobody here may see: one may go on from there.
    return tuple(found), behind.key if behind is not None else ""


def _working_on(estate: Estate, below: Bools, numbers: Sequence[int]) -> list[int]:
    """Of these plans those that work on one of some services, in their order."""
    works = services_of(numbers)
    services = sorted({each for one in works.values() for each in one})
    places, is_there = estate.places_of(np.array(services, dtype=np.int64))
    if not estate.size:
        return []
    is_below = dict(zip(services, (is_there & below[places]).tolist(), strict=True))
    return [n for n in numbers if any(is_below[each] for each in works.get(n, ()))]


def maintenance_view(
    *, actor: Actor, viewpoint: Viewpoint, key: str, at: datetime
) -> MaintenanceView | None:
    """One maintenance with its history; none when there is none the actor may see."""
    plan = plan_by_key(key)
    if plan is None:
        return None
    found = _views(_Asker(actor, viewpoint, at), [plan], is_listed=False)
    return found[0] if found else None


@dataclass(frozen=True)
class _Asker:
    """Who asks from where, and when; ``seen`` is what they may see, and ``near`` what of it is of
    interest in a list."""

    actor: Actor
    viewpoint: Viewpoint
    at: datetime

    @cached_property
    def estate(self) -> Estate:
        return current_estate()

    @cached_property
    def seen(self) -> Bools:
        return visible_services(self.estate, self.actor, self.viewpoint)

    @cached_property
    def near(self) -> Bools:
        here = self.estate.organization_position(self.viewpoint.organization_id)
        if here is None:
            return np.zeros(self.estate.size, dtype=np.bool_)
        near: Bools = self.seen & (self.estate.roles_seen_from(here) != ELSEWHERE)
        return near


def _ahead_of(asker: _Asker, about: Bools) -> list[int]:
    """Numbers of the plans ahead that work on something below these services, the next first."""
    below = reliances(asker.estate, about)
    return plans_ahead(asker.estate, below, asker.at, asker.at + AHEAD)


def _coming(asker: _Asker, numbers: Iterable[int]) -> Iterator[MaintenanceView]:
    """Those of some plans ahead that the asker may see, read as far as they are taken."""
    for batch in in_batches(numbers, _TOGETHER):
        yield from (view for view in _listed(asker, batch) if view.ahead)


def _listed(asker: _Asker, numbers: Sequence[int]) -> tuple[MaintenanceView, ...]:
    plans = plans_by_id(numbers)
    return _views(asker, [plans[number] for number in numbers], is_listed=True)


@dataclass(frozen=True, slots=True)
class _Touch:
    """What one plan touches that may be told: positions, what they would be, which are worked on;
    whether the asker sees any that is, and whether it is of their house alone."""

    plan: Plan
    places: Ints
    states: Ints
    worked_on: Bools
    knows: bool
    is_home: bool


def _views(asker: _Asker, plans: Sequence[Plan], *, is_listed: bool) -> tuple[MaintenanceView, ...]:
    """As one asker sees them, without those that are none they may see; a handful of queries."""
    rows = services_named(plans)
    touches = [
        touch
        for plan in plans
        if (touch := _touch(asker, plan, rows, is_listed=is_listed)) is not None
    ]
    services = _services(asker.estate, asker.viewpoint, touches)
    return tuple(_view(touch, services, asker, is_whole=not is_listed) for touch in touches)


def _touch(
    asker: _Asker, plan: Plan, rows: Mapping[str, ServiceRow], *, is_listed: bool
) -> _Touch | None:
    estate, seen, viewpoint = asker.estate, asker.seen, asker.viewpoint
    numbers = [rows[r].id for r in plan.last.services if r in rows]
    touched, states = touched_by(estate, numbers, plan.last.condition)
    worked_on = np.isin(estate.service_ids[touched], numbers)
    shown = seen[touched]
    homes = homes_of(estate, touched, worked_on)
    told = may_be_told(estate, viewpoint, seen, touched, worked_on)
    close = told & asker.near[touched]
    if not (close if is_listed else told).any():
        return None
    if is_listed:
        # What stands far off is of no interest in a list, unless it is what is worked on.
        told = close | (worked_on & shown)
    return _Touch(
        plan,
        touched[told],
        states[told],
        worked_on[told],
        bool((worked_on & shown).any()),
        homes == {viewpoint.root_id},
    )


def _services(
    estate: Estate, viewpoint: Viewpoint, touches: Sequence[_Touch]
) -> dict[int, tuple[str, str, OrganizationRow]]:
    """Reference, name as it is known here, and provider of all that is told, by position."""
    places = sorted({place for touch in touches for place in touch.places.tolist()})
    numbers = estate.service_ids[np.array(places, dtype=np.int64)].tolist()
    rows = services_by_id(numbers)
    names = known_names(viewpoint, numbers)
    providers = organizations_by_id({row.provider_id for row in rows.values()})
    return {
        place: (
            rows[number].reference,
            names.get(number, "") or rows[number].name,
            providers[rows[number].provider_id],
        )
        for place, number in zip(places, numbers, strict=True)
        if number in rows
    }


def _view(
    touch: _Touch,
    known: Mapping[int, tuple[str, str, OrganizationRow]],
    asker: _Asker,
    *,
    is_whole: bool,
) -> MaintenanceView:
    plan, last, at = touch.plan, touch.plan.last, asker.at
    services = [
        TouchedService(*known[place], CODE_NAMES[state], is_own)
        for place, state, is_own in zip(
            touch.places.tolist(), touch.states.tolist(), touch.worked_on.tolist(), strict=True
        )
        if place in known
    ]
    is_home = touch.knows and touch.is_home
    ahead = _ahead(plan, at) if plan.versions[-1].planned is not None else ()
    return MaintenanceView(
        key=plan.key,
        title=last.title if touch.knows else "",
        text=last.text if touch.knows else "",
        state=_state(plan, ahead, at),
        services=tuple(each for each in services if each.is_worked_on),
        hits=tuple(each for each in services if not each.is_worked_on),
        zone=last.window.zone,
        repeats=last.repeats if touch.knows else "",
        ahead=ahead,
        past=_past(plan, at),
        planned=last if is_home else None,
        version=plan.versions[-1].number,
        versions=_versions(plan, asker.viewpoint.root_id) if is_home and is_whole else (),
        is_managed=is_whole and is_home and may_manage(asker.actor, plan),
        changed_at=plan.versions[-1].recorded_at,
    )


def _ahead(plan: Plan, at: datetime) -> tuple[SeenOccurrence, ...]:
    found = occurrences(plan.last.window, micros(at), micros(at + AHEAD))[:TOLD]
    versions = as_versions(plan, {})
    told = []
    for each in found:
        announced = announced_at(versions, each)
        told.append(
            SeenOccurrence(
                each.at,
                moment(each.start),
                moment(each.end),
                each.is_changed,
                None if announced is None else moment(announced),
            )
        )
    return tuple(told)


def _state(plan: Plan, ahead: Sequence[SeenOccurrence], at: datetime) -> str:
    if plan.cancelled_at is not None:
        return "cancelled"
    if not ahead:
        return "over"
    return "running" if ahead[0].start <= at else "ahead"


def _past(plan: Plan, at: datetime) -> tuple[tuple[datetime, datetime], ...]:
    spans = planned_spans(as_versions(plan, {}), micros(at - BACK), micros(at))
    joined: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda each: each.start):
        if joined and span.start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(span.end, joined[-1][1])
        else:
            joined.append((span.start, span.end))
    return tuple((moment(start), moment(end)) for start, end in reversed(joined[-TOLD:]))


def _versions(plan: Plan, root_id: int) -> tuple[SeenVersion, ...]:
    announcing = {v.person_id for v in plan.versions if v.person_id is not None}
    people = people_by_id(announcing, {root_id})
    return tuple(
        SeenVersion(
            version.number,
            version.planned,
            # What was noted in another house may speak of that house.
            version.note if version.person_id is None or version.person_id in people else "",
            version.recorded_at,
            people[version.person_id].name if version.person_id in people else "",
        )
        for version in reversed(plan.versions)
    )


def maintenance_as_plain(view: MaintenanceView) -> dict[str, Any]:
    """Maintenance for programs, the same at every door."""
    return {
        "key": view.key,
        "version": view.version,
        "state": view.state,
        "title": view.title or None,
        "text": view.text or None,
        "zone": view.zone,
        "repeats": view.repeats or None,
        "services": [_service_as_plain(each) for each in view.services],
        "hits": [_service_as_plain(each) for each in view.hits],
        "ahead": [
            {
                "at": each.at.isoformat(timespec="minutes"),
                "start": each.start.isoformat(),
                "end": each.end.isoformat(),
                "changed": each.is_changed,
                "announced-at": each.announced_at.isoformat() if each.announced_at else None,
            }
            for each in view.ahead
        ],
        "past": [{"start": start.isoformat(), "end": end.isoformat()} for start, end in view.past],
    }


def _service_as_plain(each: TouchedService) -> dict[str, Any]:
    return {
        "reference": each.reference,
        "name": each.name,
        "provider": each.provider.key,
        "condition": each.kind,
    }
