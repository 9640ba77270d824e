"""Objects as plain documents, as whoever asks may see them: what programs read.

A page asks for one service and everything around it; a program asks for a hundred and wants what
they say. So this reads in batches, and redacts exactly as the page does: of other top
organizations what they promise, of restricted supporters a place holder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import orjson
from django.db.models import QuerySet

from catenary.apps.common.queries import in_batches
from catenary.apps.common.queries.prepared import Prepared, numbers, texts, version_then
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import document_now
from catenary.apps.organizations.queries import organizations_by_key
from catenary.apps.organizations.queries.addresses import addresses_then
from catenary.apps.organizations.queries.listing import (
    OrganizationFacts,
    organization_facts,
    organization_paths,
)
from catenary.apps.portfolio.models import Service
from catenary.apps.portfolio.queries.catalogue import CatalogueFilter, find_services
from catenary.apps.portfolio.queries.documents import redacted, service_of
from catenary.apps.portfolio.queries.estate import current_estate, seen_as, visible_services
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.apps.portfolio.queries.organization import related_organizations
from catenary.apps.portfolio.queries.own_names import known_names
from catenary.apps.portfolio.queries.records import Records
from catenary.apps.portfolio.queries.service import HIDDEN, service_view
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.contacts import as_read, by_contact, people_in
from catenary.domain.documents.plain import digest, organization_to_plain, service_to_plain
from catenary.domain.documents.shapes import OrganizationDocument, ServiceDocument
from catenary.domain.estate import ROLE_NAMES, Bools, Estate, Ints
from catenary.domain.references import is_reference

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """One object as it is shown. ``digest`` is of what is shown, ``kept_digest`` of what is kept:
    they differ when something is left out. ``role`` and ``known_as`` are those of a service seen
    from the viewpoint."""

    reference: str
    plain: Plain
    digest: str
    kept_digest: str
    role: str = ""
    known_as: str = ""


@dataclass(frozen=True, slots=True)
class SeenPage:
    """One page of a list; ``after`` leads to the next one. The total is exact unless capped."""

    items: tuple[Seen, ...]
    total: int
    is_capped: bool = False
    after: str | None = None


class _Kept(NamedTuple):
    """A service as it is kept, all of one moment: ``document`` is what it says, as JSON, and
    ``version`` the catalogue's."""

    id: int
    reference: str
    digest: str
    root_id: int
    document: str | None
    version: int


# ---------------------------------------------------------------------------------- services


def seen_services(
    *, actor: Actor, viewpoint: Viewpoint, references: Iterable[str]
) -> dict[str, Seen]:
    """What the given services say, by reference; those the actor may not see are missing, as are
    those that do not exist."""
    rows = _kept_by_reference(references)
    if not rows:
        return {}
    estate = current_estate(_version_of(rows))
    places = estate.service_positions(rows)
    places = places[visible_services(estate, actor, viewpoint)[places]]
    return {each.reference: each for each in _seen_at(estate, actor, viewpoint, places, rows)}


def seen_service_at(
    *, actor: Actor, viewpoint: Viewpoint, reference: str, records: Records
) -> Seen | None:
    """What a service said at the moment of ``records``, as the page shows it; none when there is
    none the actor may see. It cannot be written back: its digest is of what is shown alone."""
    view = service_view(actor=actor, viewpoint=viewpoint, reference=reference, records=records)
    if view is None:
        return None
    plain = service_to_plain(view.document)
    said = digest(plain)
    return Seen(reference, plain, said, said, view.role, view.known_as)


def seen_service_page(
    *, actor: Actor, viewpoint: Viewpoint, narrowed: CatalogueFilter, after: str, limit: int
) -> SeenPage:
    """One page of the catalogue, in the order of its pages."""
    found = find_services(
        actor=actor, viewpoint=viewpoint, narrowed=narrowed, after=after, limit=limit
    )
    if found is None:
        return SeenPage((), 0)
    rows = _kept_by_id(found.estate.service_ids[found.shown].tolist())
    items = _seen_at(found.estate, actor, viewpoint, found.shown, rows)
    return SeenPage(tuple(items), found.total, found.capped, found.next)


def _kept_by_reference(references: Iterable[str]) -> dict[int, _Kept]:
    # What is no reference is nobody's, and PostgreSQL would not even take a NUL.
    wanted = sorted(reference for reference in set(references) if is_reference(reference))
    return {row[0]: _Kept._make(row) for row in _KEPT_BY_REFERENCE.rows(wanted)}


def _kept_by_id(ids: Iterable[int]) -> dict[int, _Kept]:
    return {row[0]: _Kept._make(row) for row in _KEPT_BY_ID.rows(ids)}


def _version_of(rows: Mapping[int, _Kept]) -> int:
    """The catalogue's version when these were read."""
    return next(iter(rows.values())).version


def _kept(**wanted: Any) -> QuerySet[Service, tuple[Any, ...]]:
    # What a service says, its digest and the version of the arrays that fit stand in one answer:
    # one question for each would cost more, and somebody might commit between two of them.
    return Service.objects.filter(removed_at__isnull=True, **wanted).values_list(
        "pk", "reference", "digest", "root_id", document_now(Kind.SERVICE), version_then()
    )


_KEPT_BY_REFERENCE = Prepared(lambda references: _kept(reference__in=texts(references)))
_KEPT_BY_ID = Prepared(lambda ids: _kept(pk__in=numbers(ids)))


def _seen_at(
    estate: Estate,
    actor: Actor,
    viewpoint: Viewpoint,
    places: Ints,
    rows: Mapping[int, _Kept],
) -> list[Seen]:
    """What the services at these visible places say, in their order: at most five queries."""
    held, addresses = _said_at(estate, places, rows)
    organization = estate.organization_position(viewpoint.organization_id)
    roles = None if organization is None else estate.roles_seen_from(organization)
    names = _known_names(estate, viewpoint, organization, places)
    redaction = _Redaction(estate, actor, viewpoint)
    redaction.look_at(held)
    return [
        redaction.seen(
            row,
            as_read(plain, addresses),
            "" if roles is None else ROLE_NAMES[roles[place]],
            names.get(row.id, ""),
        )
        for row, plain, place in held
    ]


def _said_at(
    estate: Estate, places: Ints, rows: Mapping[int, _Kept]
) -> tuple[list[tuple[_Kept, Plain, int]], Mapping[str, str]]:
    """Of the services at these places as far as they are kept: the row, its document and the
    place; and the addresses of the people in them."""
    held = [
        (row, orjson.loads(row.document), place)
        for pk, place in zip(estate.service_ids[places].tolist(), places.tolist(), strict=True)
        if (row := rows.get(pk)) is not None and row.document is not None
    ]
    people = people_in(plain for _, plain, _ in held)
    return held, by_contact(addresses_then(people, held[0][0].version) if people else {})


def _known_names(
    estate: Estate, viewpoint: Viewpoint, organization: int | None, places: Ints
) -> dict[int, str]:
    """What the viewpoint calls services of others; its own have no other name."""
    names: dict[int, str] = {}
    if organization is not None:
        places = places[~estate.inside_at(organization, places)]
    for batch in in_batches(estate.service_ids[places].tolist()):
        names.update(known_names(viewpoint, batch))
    return names


class _Redaction:
    """What is left out of which service, for one who asks."""

    def __init__(self, estate: Estate, actor: Actor, viewpoint: Viewpoint) -> None:
        self._estate = estate
        self._viewpoint = viewpoint
        self._asked = seen_as(estate, actor, viewpoint)
        self._seen = visible_services(estate, actor, viewpoint)
        self._hiding: set[int] = set()
        self._shown: dict[str, bool] = {}
        self._ours: set[str] = set()

    def look_at(self, services: Sequence[tuple[_Kept, Plain, int]]) -> None:
        """Find out what to leave out of these, which were read together: at most two queries."""
        inside = [each for each in services if each[0].root_id == self._viewpoint.root_id]
        # What the documents say may be newer than the arrays: then every name is looked up.
        is_current = all(row.version == self._estate.version for row, _, _ in services[:1])
        hides = self._hides()
        named: set[str] = set()
        for row, plain, place in inside:
            if "relies-on" in plain and (not is_current or hides[place]):
                self._hiding.add(row.id)
                document = service_of(row.reference, plain)
                named |= {m.service for group in document.relies_on for m in group.members}
        if named:
            self._shown = self._which_are_shown(named)
        wanted = {
            outcome["wanted-by"]
            for row, plain, _ in services
            if row.root_id != self._viewpoint.root_id
            for outcome in plain.get("outcomes", {}).values()
            if "wanted-by" in outcome
        }
        if wanted:
            rows = organizations_by_key(wanted).values()
            self._ours = {row.key for row in rows if row.root_id == self._viewpoint.root_id}

    def seen(self, row: _Kept, plain: Plain, role: str, known_as: str) -> Seen:
        """The service as it is shown."""
        document: ServiceDocument | None = None
        if row.root_id != self._viewpoint.root_id:
            document = redacted(service_of(row.reference, plain), ours=self._ours)
        elif row.id in self._hiding:
            document = self._with_place_holders(service_of(row.reference, plain))
        if document is None:
            return Seen(row.reference, plain, row.digest, row.digest, role, known_as)
        plain = service_to_plain(document)
        return Seen(row.reference, plain, digest(plain), row.digest, role, known_as)

    def names_hidden_in(self, row: _Kept, plain: Plain, place: int) -> dict[str, str]:
        """What stands behind each place holder of one service."""
        self.look_at([(row, plain, place)])
        if row.id not in self._hiding:
            return {}
        document = service_of(row.reference, plain)
        members = [member.service for group in document.relies_on for member in group.members]
        hidden = [name for name in members if not self._shown.get(name, True)]
        return {f"{HIDDEN}{number}": name for number, name in enumerate(hidden, start=1)}

    def _hides(self) -> Bools:
        """Which services rely on something that may not be seen."""
        estate, seen = self._estate, self._seen

        def found() -> Bools:
            hides = np.zeros(estate.size, dtype=np.bool_)
            hides[estate.dependency_reliant[~seen[estate.dependency_supporter]]] = True
            return hides

        return estate.follows(("hides", *self._asked), found)

    def _which_are_shown(self, references: Iterable[str]) -> dict[str, bool]:
        shown = {}
        for reference, row in services_by_reference(references).items():
            place = self._estate.service_position(row.id)
            shown[reference] = place is not None and bool(self._seen[place])
        return shown

    def _with_place_holders(self, document: ServiceDocument) -> ServiceDocument:
        # What does not exist at all stays as it was written.
        hidden = frozenset(name for name, is_shown in self._shown.items() if not is_shown)
        return _numbered(document, hidden)


def _numbered(document: ServiceDocument, hidden: frozenset[str]) -> ServiceDocument:
    """The document with place holders where it relies on what is hidden."""
    number = 0
    groups = []
    for group in document.relies_on:
        members = []
        for member in group.members:
            if member.service in hidden:
                number += 1
                member = replace(member, service=f"{HIDDEN}{number}")
            members.append(member)
        groups.append(replace(group, members=tuple(members)))
    return replace(document, relies_on=tuple(groups))


def digest_as_seen(document: ServiceDocument, hidden: frozenset[str]) -> str:
    """The digest that whoever wrote a document is shown of it, who may not see these supporters."""
    return digest(service_to_plain(_numbered(document, hidden)))


def hidden_behind(*, actor: Actor, viewpoint: Viewpoint, reference: str) -> dict[str, str]:
    """What stands behind the place holders in a service as the actor sees it, for putting it back
    when they save the service; never to be shown."""
    row = next(iter(_kept_by_reference([reference]).values()), None)
    if row is None or row.document is None or row.root_id != viewpoint.root_id:
        return {}
    estate = current_estate(row.version)
    place = estate.service_position(row.id)
    if place is None or not visible_services(estate, actor, viewpoint)[place]:
        return {}
    redaction = _Redaction(estate, actor, viewpoint)
    return redaction.names_hidden_in(row, orjson.loads(row.document), place)


def all_seen_services(*, actor: Actor, viewpoint: Viewpoint, size: int = 200) -> Iterator[Seen]:
    """Every service the actor may see, in the order in which they came, streamed: however many
    there are, ``size`` are in memory. Read in batches, each as it is then."""
    last = -1
    while True:
        estate = current_estate()
        visible = _visible_ids(estate, actor, viewpoint)
        start = int(np.searchsorted(visible, last, side="right"))
        ids: list[int] = visible[start : start + size].tolist()
        if not ids:
            return
        last = ids[-1]
        yield from _seen_of(estate, actor, viewpoint, ids)


def _visible_ids(estate: Estate, actor: Actor, viewpoint: Viewpoint) -> Ints:
    def found() -> Ints:
        ids: Ints = np.sort(estate.service_ids[visible_services(estate, actor, viewpoint)])
        return ids

    return estate.follows(("visible ids", *seen_as(estate, actor, viewpoint)), found)


def _seen_of(
    estate: Estate, actor: Actor, viewpoint: Viewpoint, ids: Sequence[int]
) -> Iterator[Seen]:
    held, addresses = _said_at(estate, estate.service_positions(ids), _kept_by_id(ids))
    redaction = _Redaction(estate, actor, viewpoint)
    redaction.look_at(held)
    for row, plain, _ in held:
        yield redaction.seen(row, as_read(plain, addresses), "", "")


# ----------------------------------------------------------------------------- organizations


def seen_organizations(
    *, actor: Actor, viewpoint: Viewpoint, keys: Iterable[str]
) -> dict[str, Seen]:
    """What the given organizations say, by key; those the actor may not see are missing."""
    rows = organizations_by_key(keys)
    visible = _visible_organizations(actor, viewpoint)
    ids = [row.id for row in rows.values() if row.id in visible]
    return {
        facts.key: _seen_organization(facts, viewpoint)
        for facts in organization_facts(ids).values()
    }


def seen_organization_page(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    named: str = "",
    below: str = "",
    after: str = "",
    limit: int = 20,
) -> SeenPage:
    """Organizations the actor may see, in tree order: those whose name or key holds ``named``,
    at or below the one with the key ``below``. ``after`` is a place given by the page before."""
    top = ""
    if below:
        row = organizations_by_key([below]).get(below)
        visible = _visible_organizations(actor, viewpoint)
        if row is None or row.id not in visible:
            return SeenPage((), 0)
        top = row.path
    visible = _visible_organizations(actor, viewpoint)
    rows = [row for row in organization_paths(named=named, below=top) if row[0] in visible]
    rest = [row for row in rows if row[1] > after] if after else rows
    facts = organization_facts(number for number, _ in rest[:limit])
    return SeenPage(
        tuple(
            _seen_organization(facts[number], viewpoint)
            for number, _ in rest[:limit]
            if number in facts
        ),
        len(rows),
        after=rest[limit - 1][1] if len(rest) > limit else None,
    )


def all_seen_organizations(*, actor: Actor, viewpoint: Viewpoint) -> Iterator[Seen]:
    """Every organization the actor may see, those above before those below."""
    visible = _visible_organizations(actor, viewpoint)
    ids = [number for number, _ in organization_paths() if number in visible]
    for batch in in_batches(ids):
        facts = organization_facts(batch)
        yield from (_seen_organization(facts[pk], viewpoint) for pk in batch if pk in facts)


def _visible_organizations(actor: Actor, viewpoint: Viewpoint) -> frozenset[int]:
    """The numbers of one's own top organization with all its parts, and of others that provide
    something one may see or consume something of ours, with what stands above them."""
    estate = current_estate()
    asked = seen_as(estate, actor, viewpoint)

    def found() -> frozenset[int]:
        root = asked[0]
        if root is None:
            return frozenset()
        seen = visible_services(estate, actor, viewpoint)
        related = related_organizations(estate, estate.provider_root == root, seen)
        counted = np.concatenate([[0], np.cumsum(related)])
        visible: Bools = counted[estate.organization_end] > counted[:-1]
        visible |= estate.organization_root == root
        return frozenset(estate.organization_ids[visible].tolist())

    return estate.remembered(("organizations", *asked), found)


def _seen_organization(facts: OrganizationFacts, viewpoint: Viewpoint) -> Seen:
    is_inside = facts.root_id == viewpoint.root_id
    document = OrganizationDocument(
        facts.key, facts.name, facts.part_of, facts.description if is_inside else ""
    )
    plain = organization_to_plain(document)
    shown = facts.digest if is_inside or not facts.description else digest(plain)
    return Seen(facts.key, plain, shown, facts.digest)
