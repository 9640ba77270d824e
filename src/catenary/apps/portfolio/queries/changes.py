"""What changed between two moments, and by whom: at home, as far as whoever asks may see.

Of one's own top organization everything is told that may be seen today: its organizations, people
and services, who consumes what it provides, and what it consumes itself. What was said while a
service was restricted stays with those who may see restricted services there. Of the rest nothing
is counted or paged, and how far a page looks does not hang on it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from catenary.apps.calendars.queries import calendars_at_home
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import HistoryEntry
from catenary.apps.history.queries.asked import ChangeEntry, ChangeFilter
from catenary.apps.history.queries.changes import Among, changes_among, groups_among
from catenary.apps.organizations.queries import (
    OrganizationRow,
    organizations_by_key,
    people_by_email,
    people_by_id,
    people_still_here,
    person_addresses,
)
from catenary.apps.organizations.queries.past import numbers_at_home
from catenary.apps.portfolio.models import Consumption, Service, Sharing
from catenary.apps.portfolio.policies import sees_restricted
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.hidden import unshown_supporters, without_names
from catenary.apps.portfolio.queries.lookup import services_by_id, services_by_reference
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.contacts import as_read, by_contact, people_in

PAGE = 50
#: So many changes on a page that lists them by change, and so many things of each.
GROUPS, FEW = 20, 20


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is asked for: moments are included; ``organization`` (a key) means everything below
    it; ``person`` is the address of who did it. ``service`` means a service with its consumption,
    ``reference`` one object alone, whatever it is. ``within`` is the number of one revision: then
    everything of the change that made it, and nothing when that revision is not told of."""

    since: datetime | None = None
    until: datetime | None = None
    organization: str = ""
    service: str = ""
    person: str = ""
    door: str = ""
    source: str = ""
    kind: str = ""
    reference: str = ""
    within: int = 0


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened: to what, in words (``reference``, for people their name), whether
    it has a page now, and what was said before and after. ``who`` is empty for somebody of
    another top organization, and for an operator."""

    kind: Kind
    reference: str
    name: str
    is_there: bool
    who: str
    note: str
    entry: HistoryEntry


@dataclass(frozen=True, slots=True)
class Changes:
    """One page, the latest first; ``after`` leads on to what happened before. Where much else
    happened there may be fewer rows than were asked for, or none, and yet a way on."""

    rows: tuple[Happened, ...]
    after: str | None = None


def changes_between(
    *, actor: Actor, viewpoint: Viewpoint, narrowed: Narrowed, after: str = "", limit: int = PAGE
) -> Changes:
    """What happened at home between the moments."""
    asked = _asked(actor, viewpoint, narrowed)
    if asked is None:
        return Changes(())
    shown, last = changes_among(
        _among(actor, viewpoint, narrowed), asked, before=_place(after), limit=limit
    )
    return Changes(_told(actor, viewpoint, shown), None if last is None else _token(*last))


@dataclass(frozen=True, slots=True)
class Together:
    """Everything that one change did, as far as it may be told: how many of each kind, and the
    first few; of ``capped`` kinds there are more than were counted. ``who`` is empty for somebody
    of another top organization, and for an operator."""

    at: datetime
    who: str
    note: str
    door: str
    source: str
    counts: Mapping[Kind, int]
    rows: tuple[Happened, ...]
    capped: frozenset[Kind] = frozenset()


@dataclass(frozen=True, slots=True)
class GroupedChanges:
    """One page by change, the latest first; ``after`` leads on to what happened before."""

    groups: tuple[Together, ...]
    after: str | None = None


def grouped_changes(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    narrowed: Narrowed,
    after: str = "",
    limit: int = GROUPS,
    few: int = FEW,
) -> GroupedChanges:
    """What happened at home between the moments, each change once: what may not be told is
    neither listed nor counted."""
    asked = _asked(actor, viewpoint, narrowed)
    if asked is None:
        return GroupedChanges(())
    objects = _among(actor, viewpoint, narrowed)
    groups, last = groups_among(objects, asked, before=_place(after), limit=limit, few=few)
    told = iter(_told(actor, viewpoint, [entry for group in groups for entry in group.entries]))
    found = []
    for group in groups:
        rows = tuple(next(told) for _ in group.entries)
        first = rows[0]
        found.append(
            Together(
                group.at,
                first.who,
                first.note,
                first.entry.door,
                first.entry.source,
                group.counts,
                rows,
                group.capped,
            )
        )
    return GroupedChanges(tuple(found), None if last is None else _token(*last))


def _asked(actor: Actor, viewpoint: Viewpoint, narrowed: Narrowed) -> ChangeFilter | None:
    """The filter for history; none when nothing can be found by it."""
    person_id = None
    if narrowed.person:
        found = people_by_email([narrowed.person.lower()], root_ids=[viewpoint.root_id])
        if not found:
            return None
        person_id = next(iter(found.values())).id
    if not (narrowed.door.isprintable() and narrowed.source.isprintable()):
        return None
    return ChangeFilter(
        narrowed.since,
        narrowed.until,
        person_id,
        narrowed.door,
        narrowed.source,
        narrowed.within,
        _veiled(actor, viewpoint),
    )


def _veiled(actor: Actor, viewpoint: Viewpoint) -> Any:
    """The services at home of which one does not see what is restricted; none when there cannot
    be any."""
    top = viewpoint.path.partition("/")[0] + "/"
    if sees_restricted(actor, top):
        return None
    rows = Service.objects.filter(root_id=viewpoint.root_id)
    for fact in actor.memberships:
        rows = rows.exclude(provider_path__startswith=fact.path)
    return rows.values("pk")


_Own = dict[Kind, list[int]]
#: The changes of so many objects are read object by object, those of more from the last on.
_FEW = 2_000


def _among(actor: Actor, viewpoint: Viewpoint, narrowed: Narrowed) -> Among:
    """The objects asked for: listed when they are few, for then little is read of history."""
    told = _objects(actor, viewpoint, Narrowed())
    asked = told
    if narrowed.organization or narrowed.service or narrowed.kind or narrowed.reference:
        own = _objects(actor, viewpoint, narrowed)
        asked = _narrowed_to(narrowed.kind, narrowed.reference, viewpoint, own)
    # What may be told changes with the catalogue alone, and so do the arrays of one version.
    estate = current_estate()
    who = actor.is_operator, actor.memberships, viewpoint.root_id, narrowed

    def remembered(change_id: int, compute: Callable[[], _Own]) -> _Own:
        return estate.remembered(("changed", change_id, *who), compute)

    few = estate.remembered(("few", *who), lambda: _listed(asked))
    return Among(told, asked, few, remembered)


def _listed(asked: Mapping[Kind, Any]) -> dict[Kind, list[int]] | None:
    """The numbers of these objects, unless they are many."""
    few: dict[Kind, list[int]] = {}
    left = _FEW
    for kind, numbers in asked.items():
        few[kind] = list(numbers.values_list("pk", flat=True)[: left + 1])
        left -= len(few[kind])
        if left < 0:
            return None
    return few


def _objects(actor: Actor, viewpoint: Viewpoint, narrowed: Narrowed) -> dict[Kind, Any]:
    """The objects that may be told of, by kind, as queries: each can be asked of a few numbers
    without looking at the rest."""
    root = viewpoint.root_id
    services: QuerySet[Service] = Service.objects.filter(root_id=root)
    provided = Q(service__root_id=root)
    if not actor.is_operator:
        services = services.filter(_open_to(actor))
        provided &= _open_to(actor, "service__")
    consumption = Consumption.objects.filter(
        provided
        | Q(consumer_root_id=root)
        & ~Q(service__root_id=root)
        & Exists(
            Sharing.objects.filter(
                Q(root_id=root) | Q(root__isnull=True), service_id=OuterRef("service_id")
            )
        )
    )
    path = ""
    if narrowed.organization:
        row = organizations_by_key([narrowed.organization]).get(narrowed.organization)
        if row is None or row.root_id != root:
            return {}
        path = row.path
        services = services.filter(provider_path__startswith=path)
        consumption = consumption.filter(
            Q(consumer_path__startswith=path) | Q(service__provider_path__startswith=path)
        )
    if narrowed.service:
        found = services_by_reference([narrowed.service]).get(narrowed.service)
        number = found.id if found else 0
        return {
            Kind.SERVICE: services.filter(pk=number).values("pk"),
            Kind.CONSUMPTION: consumption.filter(service_id=number).values("pk"),
        }
    organizations, people = numbers_at_home(root, path)
    return {
        Kind.SERVICE: services.values("pk"),
        Kind.CONSUMPTION: consumption.values("pk"),
        Kind.ORGANIZATION: organizations,
        Kind.PERSON: people,
        Kind.CALENDAR: calendars_at_home(root, path),
    }


def _open_to(actor: Actor, of: str = "") -> Q:
    """What is open within one's own top organization, and what one sees though it is not."""
    open_ = Q(**{f"{of}restricted": False})
    for fact in actor.memberships:
        open_ |= Q(**{f"{of}provider_path__startswith": fact.path})
    return open_


def _narrowed_to(
    kind: str, reference: str, viewpoint: Viewpoint, objects: dict[Kind, Any]
) -> dict[Kind, Any]:
    """Of the objects those of one kind, and the one with a reference."""
    if kind:
        objects = {each: numbers for each, numbers in objects.items() if each == kind}
    if not reference:
        return objects
    if not reference.isprintable():
        return {}
    named: Kind
    number: int | None = None
    if " > " in reference:
        consumer, _, service = reference.partition(" > ")
        named = Kind.CONSUMPTION
        rows = Consumption.objects.filter(consumer__key=consumer, service__reference=service)
        return {each: numbers.filter(pk__in=rows.values("pk")) for each, numbers in objects.items()
                if each is named}  # fmt: skip
    if "/" in reference:
        named = Kind.SERVICE
        found = services_by_reference([reference]).get(reference)
        number = found.id if found else None
    elif "@" in reference:
        named = Kind.PERSON
        people = people_by_email([reference.lower()], root_ids=[viewpoint.root_id])
        number = next((row.id for row in people.values()), None)
    else:
        named = Kind.ORGANIZATION
        row = organizations_by_key([reference]).get(reference)
        number = row.id if row else None
    if number is None:
        return {}
    return {each: numbers.filter(pk=number) for each, numbers in objects.items() if each is named}


def is_place(after: str) -> bool:
    """True for a place in a list of changes, wherever it was given."""
    return _place(after) is not None


def _told(actor: Actor, viewpoint: Viewpoint, rows: list[ChangeEntry]) -> tuple[Happened, ...]:
    services = services_by_id({r.object_id for r in rows if r.kind is Kind.SERVICE})
    subjects = people_by_id({r.object_id for r in rows if r.kind is Kind.PERSON})
    here = people_still_here(subjects)
    doers = people_by_id({r.entry.person_id for r in rows if r.entry.person_id})
    homes = numbers_at_home(viewpoint.root_id, "")[1]
    ours = set(homes.filter(pk__in=list(doers)).values_list("pk", flat=True))
    said = [
        plain
        for row in rows
        if row.kind is Kind.SERVICE
        for plain in (row.entry.before, row.entry.after)
        if plain
    ]
    addresses = by_contact(person_addresses(people_in(said)))
    unshown = unshown_supporters(actor, viewpoint, said)
    keys = {key for row in rows if row.kind is Kind.PERSON for key in _role_keys(row)}
    known = {k for k, row in organizations_by_key(keys).items() if _is_home(row, viewpoint)}
    told = []
    for row in rows:
        entry, is_there, reference = row.entry, row.entry.after is not None, row.entry.reference
        name = str((entry.after or entry.before or {}).get("name", ""))
        if row.kind is Kind.SERVICE:
            service = services[row.object_id]
            is_there = not service.is_removed
            entry = _rewritten(
                entry, lambda plain: without_names(as_read(plain, addresses), unshown)
            )
        elif row.kind is Kind.PERSON:
            # Whoever was removed stands in history by number alone.
            person = subjects.get(row.object_id) if row.object_id in here else None
            name = person.name if person else ""
            reference, is_there = person.email if person else entry.reference, False
            entry = _rewritten(entry, lambda plain: _with_roles_in(plain, known))
        who = doers[entry.person_id].name if entry.person_id in ours else ""
        # A note may speak of everything its change touched, elsewhere too.
        note = row.note if who else ""
        told.append(Happened(row.kind, reference, name, is_there, who, note, entry))
    return tuple(told)


def _rewritten(entry: HistoryEntry, change: Any) -> HistoryEntry:
    return replace(
        entry,
        before=entry.before and change(entry.before),
        after=entry.after and change(entry.after),
    )


def _role_keys(row: ChangeEntry) -> set[str]:
    keys: set[str] = set()
    for plain in (row.entry.before, row.entry.after):
        roles = plain.get("roles") if plain else None
        keys |= set(roles) if isinstance(roles, dict) else set()
    return keys


def _with_roles_in(plain: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    """What somebody does in other houses is not said."""
    roles = plain.get("roles")
    if not isinstance(roles, dict):
        return dict(plain)
    return {**plain, "roles": {key: held for key, held in roles.items() if key in known}}


def _is_home(row: OrganizationRow, viewpoint: Viewpoint) -> bool:
    return row.root_id == viewpoint.root_id


def _token(at: datetime, number: int) -> str:
    text = json.dumps([at.isoformat(), number])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(after: str) -> tuple[datetime, int] | None:
    """The place a token names; one that makes no sense means the beginning."""
    try:
        padded = after + "=" * (-len(after) % 4)
        at, number = json.loads(base64.urlsafe_b64decode(padded.encode()))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not 0 <= int(number) < 2**63:
            return None
        return moment, int(number)
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        return None
