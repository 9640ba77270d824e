"""Objects of a past moment as plain documents, as whoever asks may see them: what programs read.

The same answers as `seen` and `seen_consumption` give of today, from the records of a moment, by
the stricter of then and now (decision 0025). Nothing of it can be written back: digests are of
what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from catenary.apps.common.queries import in_batches
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import documents_at
from catenary.apps.organizations.queries import OrganizationRow, person_addresses
from catenary.apps.organizations.queries.past import (
    KnownPerson,
    known_people,
    numbers_at_home,
    organization_descriptions_at,
    person_then,
)
from catenary.apps.portfolio.queries.catalogue import CatalogueFilter, find_services
from catenary.apps.portfolio.queries.documents import redacted, service_of
from catenary.apps.portfolio.queries.estate import seen_as
from catenary.apps.portfolio.queries.organization import related_organizations
from catenary.apps.portfolio.queries.own_names import known_names
from catenary.apps.portfolio.queries.past import Past
from catenary.apps.portfolio.queries.records import ConsumptionRow
from catenary.apps.portfolio.queries.seen import Seen, SeenPage
from catenary.apps.portfolio.queries.service import HIDDEN
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.contacts import as_read, by_contact, people_in
from catenary.domain.documents.plain import (
    digest,
    organization_to_plain,
    person_to_plain,
    service_to_plain,
)
from catenary.domain.documents.shapes import OrganizationDocument, ServiceDocument
from catenary.domain.estate import ROLE_NAMES, Bools, Estate, Ints

Plain = dict[str, Any]


def _seen(reference: str, plain: Plain, role: str = "", known_as: str = "") -> Seen:
    said = digest(plain)
    return Seen(reference, plain, said, said, role, known_as)


# ---------------------------------------------------------------------------------- services


def past_services(
    *, actor: Actor, viewpoint: Viewpoint, references: Iterable[str], records: Past
) -> dict[str, Seen]:
    """What the given services said, by reference; those the actor may not see are missing, as are
    those that did not exist."""
    estate = records.estate()
    if estate.organization_position(viewpoint.organization_id) is None:
        return {}
    rows = records.services_by_reference(references)
    places = estate.service_positions(row.id for row in rows.values())
    places = places[records.visible(estate, actor, viewpoint)[places]]
    return {each.reference: each for each in _Teller(actor, viewpoint, records).told(places)}


def past_service_page(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    narrowed: CatalogueFilter,
    after: str,
    limit: int,
    records: Past,
) -> SeenPage:
    """One page of the catalogue, in the order of its pages."""
    found = find_services(
        actor=actor,
        viewpoint=viewpoint,
        narrowed=narrowed,
        after=after,
        limit=limit,
        records=records,
    )
    if found is None:
        return SeenPage((), 0)
    items = _Teller(actor, viewpoint, records).told(found.shown)
    return SeenPage(tuple(items), found.total, found.capped, found.next)


class _Teller:
    """What services of a moment said to one who asks."""

    def __init__(self, actor: Actor, viewpoint: Viewpoint, records: Past) -> None:
        self._viewpoint = viewpoint
        self._records = records
        self._estate = estate = records.estate()
        self._seen = records.visible(estate, actor, viewpoint)
        self._home = records.at_home(estate, viewpoint)
        self._hides: Bools = np.zeros(estate.size, dtype=np.bool_)
        self._hides[estate.dependency_reliant[~self._seen[estate.dependency_supporter]]] = True

    def told(self, places: Ints) -> Iterator[Seen]:
        """What the services at these visible places said, in their order, with their role."""
        estate = self._estate
        ids: list[int] = estate.service_ids[places].tolist()
        plains = documents_at(Kind.SERVICE, ids, self._records.at)
        organization = estate.organization_position(self._viewpoint.organization_id)
        names: dict[int, str] = {}
        for batch in in_batches(ids):
            names.update(known_names(self._viewpoint, batch, records=self._records))
        roles = None if organization is None else estate.roles_seen_from(organization)
        rows = [
            (pk, plains[pk], place)
            for pk, place in zip(ids, places.tolist(), strict=True)
            if pk in plains
        ]
        for pk, seen, place in self._shown(rows):
            role = "" if roles is None else ROLE_NAMES[roles[place]]
            yield replace(seen, role=role, known_as=names.get(pk, ""))

    def everything(self) -> Iterator[Seen]:
        """What all visible services said, streamed."""
        places = np.flatnonzero(self._seen)
        numbers = self._estate.service_ids[places]
        order = np.argsort(numbers)
        at = dict(zip(numbers[order].tolist(), places[order].tolist(), strict=True))
        # In batches, and not in one long query that the client would hold whole.
        for batch in in_batches(at):
            plains = documents_at(Kind.SERVICE, batch, self._records.at)
            rows = [(pk, plains[pk], at[pk]) for pk in batch if pk in plains]
            yield from (each for _, each, _ in self._shown(rows))

    def _shown(self, rows: Sequence[tuple[int, Plain, int]]) -> Iterator[tuple[int, Seen, int]]:
        addresses = by_contact(person_addresses(people_in(plain for _, plain, _ in rows)))
        services = self._records.services_by_id(pk for pk, _, _ in rows)
        for pk, kept, place in rows:
            reference, plain = services[pk].reference, as_read(kept, addresses)
            if not self._home[place]:
                document = service_of(reference, plain)
                wanted = {each.wanted_by for each in document.outcomes if each.wanted_by}
                plain = service_to_plain(redacted(document, ours=self._ours(wanted)))
            elif self._hides[place]:
                plain = service_to_plain(self._with_place_holders(service_of(reference, plain)))
            yield pk, _seen(reference, plain), place

    def _ours(self, keys: Iterable[str]) -> set[str]:
        rows = self._records.organizations_by_key(keys).values()
        return {row.key for row in rows if row.root_id == self._viewpoint.root_id}

    def _with_place_holders(self, document: ServiceDocument) -> ServiceDocument:
        number, groups = 0, []
        for group in document.relies_on:
            members = []
            for member in group.members:
                row = self._records.services_by_reference([member.service]).get(member.service)
                place = self._estate.service_position(row.id) if row else None
                # What did not exist at all stays as it was written.
                if place is not None and not self._seen[place]:
                    number += 1
                    member = replace(member, service=f"{HIDDEN}{number}")
                members.append(member)
            groups.append(replace(group, members=tuple(members)))
        return replace(document, relies_on=tuple(groups))


# ----------------------------------------------------------------------------- organizations


@dataclass(frozen=True, slots=True)
class PastHouse:
    """The organizations of a moment that may be seen, in tree order; ``inside`` are the numbers
    of those of one's own top organization, then and today, whose own words are open, and ``keys``
    their keys."""

    rows: tuple[OrganizationRow, ...] = ()
    inside: frozenset[int] = frozenset()
    keys: frozenset[str] = frozenset()


def house_at(actor: Actor, viewpoint: Viewpoint, records: Past) -> PastHouse:
    """One's own top organization with all its parts, and those of others that provided something
    one sees or consumed something of ours, with what stood above them."""
    estate = records.estate()
    asked = ("house", *seen_as(estate, actor, viewpoint))
    return records.remembered_today(asked, lambda: _house(actor, viewpoint, records, estate))


def _house(actor: Actor, viewpoint: Viewpoint, records: Past, estate: Estate) -> PastHouse:
    root = estate.organization_position(viewpoint.root_id)
    if root is None:
        return PastHouse()
    seen = records.visible(estate, actor, viewpoint)
    # A service of a unit that has left us since is another's.
    related = related_organizations(estate, records.at_home(estate, viewpoint), seen)
    counted = np.concatenate([[0], np.cumsum(related)])
    visible: Bools = counted[estate.organization_end] > counted[:-1]
    own = estate.organization_root == root
    today = set(numbers_at_home(viewpoint.root_id, "")[0])
    inside = frozenset(n for n in estate.organization_ids[own].tolist() if n in today)
    numbers = [
        number
        for number, is_related in zip(
            estate.organization_ids.tolist(), visible.tolist(), strict=True
        )
        if is_related or number in inside
    ]
    rows = records.organizations_by_id(numbers)
    keys = frozenset(rows[number].key for number in inside)
    return PastHouse(tuple(rows[number] for number in numbers), inside, keys)


def past_organizations(
    *, actor: Actor, viewpoint: Viewpoint, keys: Iterable[str], records: Past
) -> dict[str, Seen]:
    """What the given organizations said, by key; those the actor may not see are missing."""
    house = house_at(actor, viewpoint, records)
    wanted = set(keys)
    rows = [row for row in house.rows if row.key in wanted]
    return {seen.reference: seen for seen in _organizations(house, rows, records)}


def past_organization_page(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    named: str = "",
    below: str = "",
    after: str = "",
    limit: int = 20,
    records: Past,
) -> SeenPage:
    """Organizations in tree order: those whose name or key held ``named``, at or below the one
    with the key ``below``. ``after`` is a place given by the page before."""
    house = house_at(actor, viewpoint, records)
    rows: Sequence[OrganizationRow] = house.rows
    if below:
        top = next((row for row in rows if row.key == below), None)
        rows = [row for row in rows if top is not None and row.path.startswith(top.path)]
    if named:
        word = named.casefold()
        rows = [row for row in rows if word in row.name.casefold() or word in row.key]
    rest = [row for row in rows if row.path > after] if after else rows
    return SeenPage(
        tuple(_organizations(house, rest[:limit], records)),
        len(rows),
        after=rest[limit - 1].path if len(rest) > limit else None,
    )


def _organizations(
    house: PastHouse, rows: Sequence[OrganizationRow], records: Past
) -> Iterator[Seen]:
    inside = [row.id for row in rows if row.id in house.inside]
    descriptions = organization_descriptions_at(inside, records.at)
    above = records.organizations_by_id({row.parent_id for row in rows if row.parent_id})
    for row in rows:
        part_of = above[row.parent_id].key if row.parent_id else ""
        document = OrganizationDocument(row.key, row.name, part_of, descriptions.get(row.id, ""))
        yield _seen(row.key, organization_to_plain(document))


# ------------------------------------------------------------------------------------ people


def past_people(
    *, actor: Actor, viewpoint: Viewpoint, emails: Iterable[str], records: Past
) -> dict[str, Seen]:
    """What was said of the given people, by the address they have today."""
    house = house_at(actor, viewpoint, records)
    found: dict[str, Seen] = {}
    wanted = sorted(set(emails))
    for start in range(0, len(wanted), 900):
        people = known_people(viewpoint.root_id, emails=wanted[start : start + 900])
        found.update({seen.reference: seen for seen in _people(people, house, records)})
    return found


def past_people_page(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    named: str = "",
    below: str = "",
    after: str = "",
    limit: int = 20,
    records: Past,
) -> SeenPage:
    """People in order of their addresses: those whose name or address of today holds ``named``,
    who belonged at or below the organization with the key ``below``, which must be ours."""
    house = house_at(actor, viewpoint, records)
    people = _people(known_people(viewpoint.root_id, named=named), house, records)
    if below:
        top = next((r for r in house.rows if r.key == below and r.id in house.inside), None)
        keys = {r.key for r in house.rows if top is not None and r.path.startswith(top.path)}
        people = (seen for seen in people if seen.plain["organization"] in keys)
    everybody = list(people)
    rest = [seen for seen in everybody if seen.reference > after]
    return SeenPage(
        tuple(rest[:limit]),
        len(everybody),
        after=rest[limit - 1].reference if len(rest) > limit else None,
    )


def _people(people: Iterable[KnownPerson], house: PastHouse, records: Past) -> Iterator[Seen]:
    said = records.said_of_people()
    for person in people:
        if person.id in said:
            document = person_then(person, said[person.id], house.keys)
            if document is not None:
                yield _seen(person.email, person_to_plain(document))


# ------------------------------------------------------------------------------- consumption


def past_consumption(
    *, actor: Actor, viewpoint: Viewpoint, pairs: Iterable[tuple[str, str]], records: Past
) -> dict[tuple[str, str], Seen]:
    """Which of the given organizations (by key) consumed which services (by reference)."""
    wanted = set(pairs)
    services = records.services_by_reference({service for _, service in wanted})
    numbers = {row.id for row in services.values()}
    found: dict[tuple[str, str], Seen] = {}
    rows = [row for row in _open(actor, viewpoint, records) if row.service_id in numbers]
    for seen in _consumption(rows, records):
        pair = (seen.plain["consumer"], seen.plain["service"])
        if pair in wanted:
            found[pair] = seen
    return found


def past_consumption_page(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    consumer: str = "",
    service: str = "",
    after: int = 0,
    limit: int = 20,
    records: Past,
) -> SeenPage:
    """Who consumed what, in the order in which it was said: of the organization with the key
    ``consumer`` and everything below it, and of one service."""
    rows = _open(actor, viewpoint, records)
    if consumer:
        top = records.organizations_by_key([consumer]).get(consumer)
        rows = [row for row in rows if top and row.consumer_path.startswith(top.path)]
    if service:
        number = {row.id for row in records.services_by_reference([service]).values()}
        rows = [row for row in rows if row.service_id in number]
    rest = [row for row in rows if row.id > after]
    return SeenPage(
        tuple(_consumption(rest[:limit], records)),
        len(rows),
        after=str(rest[limit - 1].id) if len(rest) > limit else None,
    )


def _open(actor: Actor, viewpoint: Viewpoint, records: Past) -> list[ConsumptionRow]:
    """What was consumed by or from one's own top organization, of services that may be seen."""
    estate = records.estate()
    asked = ("consumption", *seen_as(estate, actor, viewpoint))
    if estate.organization_position(viewpoint.organization_id) is None:
        return []

    def found() -> list[ConsumptionRow]:
        seen = records.visible(estate, actor, viewpoint)
        home = records.at_home(estate, viewpoint)
        at_home = set(estate.service_ids[home & seen].tolist())
        inside = house_at(actor, viewpoint, records).inside
        rows = [
            row
            for row in records.consumption(estate.service_ids[seen].tolist())
            if row.service_id in at_home or row.consumer_id in inside
        ]
        return sorted(rows, key=lambda row: row.id)

    return records.remembered_today(asked, found)


def _consumption(rows: Sequence[ConsumptionRow], records: Past) -> Iterator[Seen]:
    consumers = records.organizations_by_id({row.consumer_id for row in rows})
    services = records.services_by_id({row.service_id for row in rows})
    for row in rows:
        consumer, service = consumers[row.consumer_id].key, services[row.service_id].reference
        plain = {"consumer": consumer, "service": service}
        if row.known_as:
            plain["known-as"] = row.known_as
        yield _seen(f"{consumer} > {service}", plain)


# -------------------------------------------------------------------------------- everything


def everything_past(
    *, actor: Actor, viewpoint: Viewpoint, records: Past
) -> Iterator[tuple[str, Seen]]:
    """All of a moment that the actor may see, streamed: organizations, people, services,
    consumption, each with its kind."""
    house = house_at(actor, viewpoint, records)
    for seen in _organizations(house, house.rows, records):
        yield "organization", seen
    for seen in _people(known_people(viewpoint.root_id), house, records):
        yield "person", seen
    if records.estate().organization_position(viewpoint.organization_id) is None:
        return
    for seen in _Teller(actor, viewpoint, records).everything():
        yield "service", seen
    for seen in _consumption(_open(actor, viewpoint, records), records):
        yield "consumption", seen
