"""One service, as whoever asks may see it: what it says, what it is seen from here and why, who
relies on it and what it relies on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import HistoryEntry, entries_of
from catenary.apps.organizations.queries import (
    OrganizationRow,
    PersonRow,
    people_by_email,
    person_addresses,
)
from catenary.apps.portfolio.policies import sees_inside, sees_restricted
from catenary.apps.portfolio.queries.documents import redacted
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.hidden import unshown_supporters, without_names
from catenary.apps.portfolio.queries.lookup import services_by_id
from catenary.apps.portfolio.queries.own_names import known_names
from catenary.apps.portfolio.queries.records import TODAY, Records
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.contacts import as_read, by_contact, people_in
from catenary.domain.documents.shapes import DependencyGroupDocument, ServiceDocument
from catenary.domain.estate import ROLE_NAMES, Bools, Estate, Ints

_SHOWN = 12
#: In the place of a supporter that may not be seen, numbered: nothing about it is told.
HIDDEN = "hidden-"
#: Whom it is published to, by name: more are counted.
_PUBLISHED = 2


@dataclass(frozen=True, slots=True)
class ServiceLink:
    """A service one may open; ``known_as`` is what the one who asks calls it, where that is
    another name and was asked for."""

    reference: str
    name: str
    provider: OrganizationRow
    stage: str
    role: str
    known_as: str = ""


@dataclass(frozen=True, slots=True)
class RoleReasons:
    """Why a service is what it is, seen from here: who consumes it (outside the viewpoint when
    it is customer-facing, inside otherwise), and which visible services rely on it."""

    consumers: tuple[OrganizationRow, ...] = ()
    consumers_more: int = 0
    reliants: tuple[ServiceLink, ...] = ()
    reliants_more: int = 0


@dataclass(frozen=True, slots=True)
class ConsumerLink:
    """An organization that consumes the service and the name it uses for it."""

    organization: OrganizationRow
    root: OrganizationRow
    known_as: str


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A member of a dependency group; without a link it is hidden and only its provider is
    named."""

    reference: str
    link: ServiceLink | None
    provider: OrganizationRow | None


@dataclass(frozen=True, slots=True)
class GroupView:
    """A dependency group with what may be seen of its members, in order."""

    group: DependencyGroupDocument
    members: tuple[GroupMember, ...]


@dataclass(frozen=True, slots=True)
class ServiceView:
    """Everything the service page shows. ``is_inside`` is false for a service of another top
    organization: then the document is redacted and the chain below it is empty.

    ``role_from_top`` is the role seen from the provider's top organization, for those inside.
    ``reliants`` are visible services that rely on it (the first few of ``reliant_count``);
    ``customer_reliants`` name, for the provider, the outside organizations whose services rely
    on it, with how many; ``beyond`` counts services further up that may not be seen.
    """

    id: int
    document: ServiceDocument
    provider: OrganizationRow
    root: OrganizationRow
    role: str
    role_from_top: str
    reasons: RoleReasons
    is_inside: bool
    known_as: str
    consumers: tuple[ConsumerLink, ...]
    consumer_count: int
    reliants: tuple[ServiceLink, ...]
    reliant_count: int
    customer_reliants: tuple[tuple[OrganizationRow, int], ...]
    beyond: int
    groups: tuple[GroupView, ...]
    people: dict[str, PersonRow]
    teams: dict[str, OrganizationRow]


def service_view(
    *, actor: Actor, viewpoint: Viewpoint, reference: str, records: Records = TODAY
) -> ServiceView | None:
    """The service as the actor sees it from the viewpoint; none when there is none they may
    see, which is the same answer as when there is none at all."""
    row = records.services_by_reference([reference]).get(reference)
    estate = records.estate()
    place = estate.service_position(row.id) if row else None
    organization = estate.organization_position(viewpoint.organization_id)
    if row is None or place is None or organization is None:
        return None
    seen = records.visible(estate, actor, viewpoint)
    if not seen[place]:
        return None
    is_inside = records.is_at_home(row, viewpoint)
    document = records.documents([row.id])[row.id]
    root = estate.organization_position(viewpoint.root_id)
    direct = _direct_customers(estate, place, is_inside)
    near = {row.root_id, viewpoint.root_id}
    people, teams = _contacts(records, estate, document, near, direct)
    if not is_inside:
        ours = {key for key, team in teams.items() if team.root_id == viewpoint.root_id}
        document = redacted(document, ours=ours)
    roles = estate.roles_seen_from(organization)
    all_reliants = estate.reliants_of(np.array([place]))
    reliants = all_reliants[seen[all_reliants]]
    hidden = all_reliants[~seen[all_reliants]]
    consumers = _consumers(records, row.id, viewpoint, is_inside)
    named = records.organizations_by_id([row.provider_id, row.root_id])
    groups, known = _groups(records, estate, row.id, document, roles, seen, viewpoint)
    return ServiceView(
        id=row.id,
        document=replace(document, relies_on=tuple(view.group for view in groups)),
        provider=named[row.provider_id],
        root=named[row.root_id],
        role=ROLE_NAMES[roles[place]],
        role_from_top=_role_from_top(estate, place, root) if is_inside else "",
        reasons=_reasons(records, estate, viewpoint, place, roles, seen, reliants),
        is_inside=is_inside,
        known_as=known.get(row.id, ""),
        consumers=tuple(consumers[:_SHOWN]),
        consumer_count=len(consumers),
        reliants=service_links(estate, reliants[:_SHOWN], roles, records=records),
        reliant_count=len(reliants),
        customer_reliants=_customer_reliants(records, estate, hidden, root) if is_inside else (),
        beyond=_beyond(estate, place, seen) if is_inside else 0,
        groups=groups,
        people=people,
        teams=teams,
    )


def service_history(
    *, actor: Actor, viewpoint: Viewpoint, service_id: int, limit: int
) -> list[HistoryEntry]:
    """What happened to a service, the latest first; nothing for those who may not see inside. What
    was said while it was restricted stays with those who may see restricted services there."""
    row = services_by_id([service_id]).get(service_id)
    estate = current_estate()
    place = estate.service_position(service_id)
    if row is None or place is None or not sees_inside(viewpoint, row.root_id):
        return []
    if not visible_services(estate, actor, viewpoint)[place]:
        return []
    entries = entries_of(Kind.SERVICE, service_id, limit)
    if not sees_restricted(actor, row.provider_path):
        entries = [entry for entry in entries if not _was_restricted(entry)]
    said = [plain for entry in entries for plain in (entry.before, entry.after) if plain]
    addresses = by_contact(person_addresses(people_in(said)))
    unshown = unshown_supporters(actor, viewpoint, said)

    def read(plain: dict[str, Any]) -> dict[str, Any]:
        return without_names(as_read(plain, addresses), unshown)

    return [
        replace(
            entry,
            before=entry.before and read(entry.before),
            after=entry.after and read(entry.after),
        )
        for entry in entries
    ]


def _was_restricted(entry: HistoryEntry) -> bool:
    return any(plain and plain.get("restricted") for plain in (entry.before, entry.after))


def service_links(
    estate: Estate,
    places: Ints,
    roles: Ints,
    *,
    known_to: Viewpoint | None = None,
    records: Records = TODAY,
) -> tuple[ServiceLink, ...]:
    """Links to the services at these places, in their order: two queries, and one for the names
    under which they are ``known_to`` somebody."""
    ids: list[int] = estate.service_ids[places].tolist()
    names = records.service_names(ids)
    providers = records.organizations_by_id({each[2] for each in names.values()})
    known = known_names(known_to, ids, records=records) if known_to and ids else {}
    return tuple(
        [
            ServiceLink(
                each[0],
                each[1],
                providers[each[2]],
                each[3],
                ROLE_NAMES[role],
                known.get(pk, ""),
            )
            for pk, role in zip(ids, roles[places].tolist(), strict=True)
            if (each := names.get(pk)) is not None
        ]
    )


def _role_from_top(estate: Estate, place: int, root: int | None) -> str:
    return "" if root is None else ROLE_NAMES[estate.roles_seen_from(root)[place]]


def _consumers(
    records: Records, service_id: int, viewpoint: Viewpoint, is_inside: bool
) -> list[ConsumerLink]:
    """Who consumes it: for the provider's side all, else one's own organizations alone."""
    rows = records.consumption([service_id], None if is_inside else viewpoint.root_id)
    organizations = records.organizations_by_id(
        {number for row in rows for number in (row.consumer_id, row.consumer_root_id)}
    )
    return [
        ConsumerLink(
            organizations[row.consumer_id], organizations[row.consumer_root_id], row.known_as
        )
        for row in rows
    ]


def _reasons(
    records: Records,
    estate: Estate,
    viewpoint: Viewpoint,
    place: int,
    roles: Ints,
    seen: Bools,
    reliants: Ints,
) -> RoleReasons:
    organization = estate.organization_position(viewpoint.organization_id) or 0
    end = int(estate.organization_end[organization])
    customer_facing = ROLE_NAMES[roles[place]] == "customer-facing"
    consumers = estate.consumers_of(place)
    relying = estate.reliants_of(np.array([place]))
    providers = estate.provider[relying]
    inside = (providers >= organization) & (providers < end)
    among = ~inside if customer_facing else inside
    consumer_inside = (consumers >= organization) & (consumers < end)
    named = consumers[~consumer_inside if customer_facing else consumer_inside]
    if customer_facing:
        # A hidden service of a customer is known by its provider alone.
        hidden = relying[among & ~seen[relying]]
        named = np.unique(np.concatenate([named, estate.provider[hidden]]))
    shown = relying[among & seen[relying]]
    if not len(named) and not len(shown) and ROLE_NAMES[roles[place]] == "external":
        # An organization above consumes it, for everybody below.
        named = consumers[
            (consumers < organization) & (estate.organization_end[consumers] > organization)
        ]
    rows = records.organizations_by_id(int(estate.organization_ids[o]) for o in named[:_SHOWN])
    return RoleReasons(
        consumers=tuple(rows[int(estate.organization_ids[o])] for o in named[:_SHOWN]),
        consumers_more=max(0, len(named) - _SHOWN),
        reliants=service_links(estate, shown[:3], roles, records=records),
        reliants_more=max(0, len(shown) - 3),
    )


def _customer_reliants(
    records: Records, estate: Estate, hidden: Ints, root: int | None
) -> tuple[tuple[OrganizationRow, int], ...]:
    """Outside organizations whose services, not to be seen themselves, rely on it directly."""
    outside = hidden[estate.provider_root[hidden] != root]
    providers, counts = np.unique(estate.provider[outside], return_counts=True)
    rows = records.organizations_by_id(int(estate.organization_ids[o]) for o in providers)
    return tuple(
        (rows[int(estate.organization_ids[o])], int(count))
        for o, count in zip(providers, counts, strict=True)
    )


def _beyond(estate: Estate, place: int, seen: Bools) -> int:
    """How many services anywhere above rely on it, beyond those that may be seen: the one count
    allowed to reach that far."""
    steps = estate.steps_up(np.array([place]), None, np.ones(estate.size, dtype=np.bool_))
    return int(np.count_nonzero((steps > 0) & ~seen))


def _groups(
    records: Records,
    estate: Estate,
    service_id: int,
    document: ServiceDocument,
    roles: Ints,
    seen: Bools,
    viewpoint: Viewpoint,
) -> tuple[tuple[GroupView, ...], dict[int, str]]:
    """What a service rests on, and by what names the viewpoint knows it and that."""
    references = {member.service for group in document.relies_on for member in group.members}
    rows = records.services_by_reference(references)
    providers = records.organizations_by_id({row.provider_id for row in rows.values()})
    asked = [service_id, *(row.id for row in rows.values())]
    known = known_names(viewpoint, asked, records=records)
    views = []
    unseen: list[str] = []
    for group in document.relies_on:
        members, named = [], []
        for member in group.members:
            row = rows.get(member.service)
            if row is None:
                named.append(member)
                continue
            place = estate.service_position(row.id)
            provider = providers[row.provider_id]
            link = None
            if place is not None and seen[place]:
                role = ROLE_NAMES[roles[place]]
                name = known.get(row.id, "")
                link = ServiceLink(row.reference, row.name, provider, row.stage, role, name)
            members.append(GroupMember(row.reference if link else "", link, provider))
            if link is None:
                unseen.append(row.reference)
                member = replace(member, service=f"{HIDDEN}{len(unseen)}")
            named.append(member)
        views.append(GroupView(replace(group, members=tuple(named)), tuple(members)))
    return tuple(views), known


def _direct_customers(estate: Estate, place: int, is_inside: bool) -> Ints:
    """The organizations that consume a service or rely on it directly, for its provider's side:
    there they are known by name."""
    if not is_inside:
        return np.zeros(0, dtype=np.int64)
    relying = estate.provider[estate.reliants_of(np.array([place]))]
    return np.union1d(estate.consumers_of(place), relying)


def _contacts(
    records: Records, estate: Estate, document: ServiceDocument, root_ids: set[int], direct: Ints
) -> tuple[dict[str, PersonRow], dict[str, OrganizationRow]]:
    """The people and organizations a definition names, of these top organizations and of direct
    customers. Anybody may write any address or key into a definition; it must not tell them
    whose it is, nor whether it is anybody's."""
    named: Iterable[str] = {
        contact
        for contact in (
            document.owner,
            *document.co_creation.talk_to,
            *document.co_creation.escalate_to,
        )
        if contact
    }
    wanted = {outcome.wanted_by for outcome in document.outcomes if outcome.wanted_by}
    wanted |= set(document.published_to[:_PUBLISHED]) - {"*"}
    teams = {contact for contact in named if "@" not in contact}
    near = {int(n) for n in estate.organization_ids[np.unique(estate.organization_root[direct])]}
    people = people_by_email(
        (contact for contact in named if "@" in contact), root_ids=root_ids | near
    )
    rows = records.organizations_by_key(teams | wanted)
    return people, {
        key: row
        for key, row in rows.items()
        if row.root_id in root_ids or estate.is_at_or_above_any(row.id, direct)
    }
