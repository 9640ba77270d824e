"""The audit: who came in, who did not, who changed what and which roles came and went.

An operator reads all of it. An administrator reads what concerns the people of the organizations
they administer, and the changes of what stands there; who made them is named when they belong to
the same house.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from catenary.apps.access.queries.accounts import account_names
from catenary.apps.access.queries.events import AccessEntry, access_entries
from catenary.apps.calendars.queries import calendars_in
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries.acts import Act, Touched, acts
from catenary.apps.organizations.queries import organizations_by_key
from catenary.apps.organizations.queries.areas import (
    Area,
    KnownPerson,
    administered_area,
    known_people,
    person_in,
)
from catenary.apps.portfolio.queries.areas import consumption_in, services_in
from catenary.apps.reporting.policies import may_read_audit
from catenary.domain.actors import Actor


class Subject(StrEnum):
    """Parts of the audit one may look at alone."""

    WAYS_IN = "ways-in"
    CHANGES = "changes"


class AuditClosed(Exception):
    """The actor administers nothing: for them there is no audit."""


class Standing(StrEnum):
    """Who somebody is to the reader."""

    PERSON = "person"
    OPERATOR = "operator"
    REMOVED = "removed"
    OUTSIDE = "outside"
    NOBODY = "nobody"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody, as far as the reader may know: ``name`` and ``email`` are empty otherwise."""

    standing: Standing
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A role somebody got (or lost) in an organization."""

    whose: Who
    organization: str
    role: str
    is_given: bool


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line: an event at the doors (``event``) or a change (``act``), never both."""

    at: datetime
    who: Who
    event: AccessEntry | None = None
    whose: Who | None = None
    act: Act | None = None
    roles: tuple[RoleChange, ...] = ()
    people: Mapping[int, Who] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """How far one has read: before this event and before this change."""

    event: int | None = None
    change: int | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the audit, the latest first, and where the next begins, when there is more."""

    entries: tuple[AuditEntry, ...]
    following: Place | None


def audit(
    *,
    actor: Actor,
    subject: Subject | None = None,
    person: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    after: Place = Place(),
    limit: int = 50,
) -> AuditPage:
    """A page of what the actor may read. ``person`` is an address: what they did and what was
    done about them; somebody whom the actor may not see is nobody. Raises `AuditClosed`."""
    if not may_read_audit(actor):
        raise AuditClosed
    area = None if actor.is_operator else administered_area(actor)
    found = person_in(area, person) if person else None
    if person and found is None:
        return AuditPage((), None)
    period: dict[str, Any] = {"since": since, "until": until, "limit": limit + 1}
    events: list[AccessEntry] = []
    if subject is not Subject.CHANGES and (found is None or found[1] is not None):
        events = access_entries(
            accounts=area.accounts if area else None,
            organizations=area.organizations if area else None,
            account_id=found[1] if found else None,
            before=after.event,
            **period,
        )
    changes: list[Act] = []
    if subject is not Subject.WAYS_IN:
        changes = acts(objects=_objects(area), person=found, before=after.change, **period)
    events_here, changes_here, following = _one_page(events, changes, after, limit)
    return AuditPage(_told(actor, area, events_here, changes_here), following)


def _objects(area: Area | None) -> dict[Kind, Any] | None:
    if area is None:
        return None
    return {
        Kind.ORGANIZATION: area.organizations,
        Kind.PERSON: area.people,
        Kind.SERVICE: services_in(area.organizations),
        Kind.CONSUMPTION: consumption_in(area.organizations),
        Kind.CALENDAR: calendars_in(area.organizations),
    }


def _one_page(
    events: list[AccessEntry], changes: list[Act], after: Place, limit: int
) -> tuple[list[AccessEntry], list[Act], Place | None]:
    """The latest ``limit`` of both, and where each goes on. Each is read by its own numbers, so
    nothing is missed or told twice whatever the clock did meanwhile."""
    taken_events, taken_changes = 0, 0
    while taken_events + taken_changes < limit:
        event = events[taken_events] if taken_events < len(events) else None
        change = changes[taken_changes] if taken_changes < len(changes) else None
        if event is not None and (change is None or event.at >= change.at):
            taken_events += 1
        elif change is not None:
            taken_changes += 1
        else:
            break
    here, there = events[:taken_events], changes[:taken_changes]
    is_more = taken_events < len(events) or taken_changes < len(changes)
    place = Place(here[-1].id if here else after.event, there[-1].id if there else after.change)
    return here, there, place if is_more else None


def _told(
    actor: Actor, area: Area | None, events: list[AccessEntry], changes: list[Act]
) -> tuple[AuditEntry, ...]:
    names = _Names(actor, events, changes)
    keys = {key for act in changes for touched in act.touched for key in _roles_in(touched)}
    seen = None if area is None else _seen_keys(actor, keys)
    told = [
        AuditEntry(
            at=event.at,
            who=names.doer(event),
            event=event,
            whose=names.of_account(event.account_id, event.door)
            if event.account_id is not None and _is_by_another(event)
            else None,
        )
        for event in events
    ]
    told += [
        AuditEntry(
            at=act.at,
            who=names.of(act.person_id, act.account_id, act.door),
            act=act,
            roles=tuple(_role_changes(act, names, seen)),
            people={
                touched.object_id: names.of(touched.object_id, None, act.door)
                for touched in act.touched
                if touched.kind is Kind.PERSON
            },
        )
        for act in changes
    ]
    return tuple(sorted(told, key=lambda entry: entry.at, reverse=True))


def _is_by_another(event: AccessEntry) -> bool:
    """Whether somebody else did it than whose way in it is about."""
    return event.by_account_id is not None or event.door == "command-line"


class _Names:
    """Who is behind the numbers of a page, as far as the reader may know: three queries."""

    def __init__(self, actor: Actor, events: list[AccessEntry], changes: list[Act]) -> None:
        accounts = {n for e in events for n in (e.account_id, e.by_account_id) if n}
        accounts |= {act.account_id for act in changes if act.account_id}
        people = {act.person_id for act in changes if act.person_id}
        people |= {
            touched.object_id
            for act in changes
            for touched in act.touched
            if touched.kind is Kind.PERSON
        }
        known = known_people(ids=people, account_ids=accounts)
        self._actor = actor
        self._people = {person.id: person for person in known}
        self._by_account = {p.account_id: p for p in known if p.account_id is not None}
        self._accounts = account_names(accounts) if actor.is_operator else {}

    def doer(self, event: AccessEntry) -> Who:
        """Who did it: whoever sits at the machine, for what is done there to an account."""
        if _is_by_another(event):
            return self.of_account(event.by_account_id, event.door)
        return self.of_account(event.account_id, event.door)

    def of_account(self, account_id: int | None, door: str) -> Who:
        """Who signs in with an account; nobody when a way in was tried that nobody has."""
        if account_id is None:
            return Who(Standing.MACHINE if door == "command-line" else Standing.NOBODY)
        return self.of(None, account_id, door)

    def of(self, person_id: int | None, account_id: int | None, door: str) -> Who:
        """Who did something, by the number of the person or of their account."""
        person = self._people.get(person_id or 0) or self._by_account.get(account_id or 0)
        if person is not None:
            return self._named(person)
        if account_id is None:
            return Who(Standing.MACHINE)
        return Who(Standing.OPERATOR, email=self._accounts.get(account_id, ""))

    def _named(self, person: KnownPerson) -> Who:
        if not self._actor.is_operator and person.root_id not in self._actor.root_ids:
            return Who(Standing.OUTSIDE)
        if person.is_removed:
            # Their name was taken out of the catalogue, and is not put back here.
            return Who(Standing.REMOVED, name=str(person.id))
        return Who(Standing.PERSON, person.name, person.email)


def _seen_keys(actor: Actor, keys: Iterable[str]) -> frozenset[str]:
    """Organizations of the reader's own houses among these: roles elsewhere are not told."""
    found = organizations_by_key(keys)
    return frozenset(key for key, row in found.items() if row.root_id in actor.root_ids)


def _role_changes(act: Act, names: _Names, seen: frozenset[str] | None) -> Iterable[RoleChange]:
    for touched in act.touched:
        if touched.kind is not Kind.PERSON:
            continue
        before, after = _roles(touched.before), _roles(touched.after)
        whose = names.of(touched.object_id, None, act.door)
        for organization, role in sorted(before ^ after):
            if seen is None or organization in seen:
                yield RoleChange(whose, organization, role, (organization, role) in after)


def _roles_in(touched: Touched) -> set[str]:
    return {key for document in (touched.before, touched.after) for key, _ in _roles(document)}


def _roles(document: Mapping[str, Any] | None) -> set[tuple[str, str]]:
    """Organization and role, of what a person's document says: roles at home may stand alone."""
    if document is None:
        return set()
    said = document.get("roles", {})
    if isinstance(said, list):
        return {(document["organization"], role) for role in said}
    return {(key, role) for key, roles in said.items() for role in roles}
