"""The catalogue of a past moment, for the same queries that read today's.

Structure is built once from the documents of the moment and held for the last few moments asked
for; texts are read from the revisions for what is shown. Who may see follows the stricter of two
answers: what could be seen then by the content of then, and what may be seen today (decision
0025). People are named as they are known today.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, TypeVar

import numpy as np
from django.db import connection

from catenary.apps.common.queries import collecting_later
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import PastMark, all_documents, documents_at, mark_at
from catenary.apps.organizations.queries import MemberRow, OrganizationRow, person_addresses
from catenary.apps.organizations.queries.past import (
    members_then,
    organization_descriptions_at,
    organizations_at,
    root_today,
)
from catenary.apps.portfolio.models import Service
from catenary.apps.portfolio.policies import sees_inside, sees_restricted
from catenary.apps.portfolio.queries.documents import outcomes_in, service_of
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.kept_answers import KeptAnswers
from catenary.apps.portfolio.queries.lookup import ServiceRow, services_by_id
from catenary.apps.portfolio.queries.past_words import PastWords
from catenary.apps.portfolio.queries.records import (
    ConsumptionRow,
    KnownRow,
    ListedRow,
    Records,
    RelianceRow,
)
from catenary.apps.portfolio.queries.search import Matches, search_words
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.contacts import as_read, by_contact, people_in
from catenary.domain.documents.kept import OutcomeSaid
from catenary.domain.documents.searchable import searchable_words
from catenary.domain.documents.shapes import (
    DependencyGroupDocument,
    ServiceDocument,
)
from catenary.domain.estate import EVERYONE, STAGE_CODES, Bools, Estate, Ints
from catenary.domain.impact import Gates, gates, millionths
from catenary.domain.text import sort_key, words

T = TypeVar("T")
_HELD = 4
#: A service and the groups it relied on.
_Reliance = tuple[int, tuple[DependencyGroupDocument, ...]]
_RETIRED = STAGE_CODES["retired"]
_lock = threading.Lock()
_held: OrderedDict[tuple[str, PastMark | None], Past] = OrderedDict()


def records_at(at: datetime) -> Past:
    """The catalogue as it was at a moment. Costs a reading of everything that existed then, the
    first time; a few small queries while it is held."""
    mark = mark_at(at)
    key = str(connection.settings_dict["NAME"]), mark
    with _lock:
        past = _held.get(key)
        if past is None:
            with collecting_later():
                past = _held[key] = Past(mark.at if mark else at)
        _held.move_to_end(key)
        while len(_held) > _HELD:
            _held.popitem(last=False)
        return past


@dataclass(frozen=True, slots=True)
class _Slim:
    """What is held of a service."""

    row: ServiceRow
    name_key: str
    outcomes: int
    tags: tuple[str, ...]
    is_assumed: bool


class Past(Records):
    """What the catalogue held at a moment. ``at`` is the last change until then."""

    def __init__(self, at: datetime) -> None:
        self.at: datetime = at
        self._organizations = organizations_at(at)
        self._by_key = {row.key: row for row in self._organizations.values()}
        self._services: dict[int, _Slim] = {}
        groups: list[_Reliance] = []
        published: list[tuple[int, str]] = []
        references = dict(Service.objects.values_list("pk", "reference"))
        for number, plain in all_documents(Kind.SERVICE, at):
            document = service_of(references[number], plain)
            provider = self._by_key[document.provider]
            self._services[number] = _Slim(
                ServiceRow(
                    number,
                    document.reference,
                    document.name,
                    provider.id,
                    provider.path,
                    provider.root_id,
                    document.stage.value,
                    document.restricted,
                    False,
                ),
                sort_key(document.name),
                len(document.outcomes),
                document.tags,
                document.assume_operational,
            )
            if document.relies_on:
                groups.append((number, document.relies_on))
            published += [(number, key) for key in document.published_to]
        self._by_reference = {s.row.reference: s.row for s in self._services.values()}
        self._consumption: dict[int, list[ConsumptionRow]] = {}
        self._consume(at)
        self._estate = self._built(groups, published)
        self._gates = self._gated(groups)
        self._today: tuple[int, Ints, Ints, dict[int, ServiceRow]] | None = None
        self._answers = KeptAnswers()

    # ------------------------------------------------------------------ the structure

    def _consume(self, at: datetime) -> None:
        for number, plain in all_documents(Kind.CONSUMPTION, at):
            consumer = self._by_key.get(plain["consumer"])
            service = self._by_reference.get(plain["service"])
            if consumer is None or service is None:
                continue
            row = ConsumptionRow(
                number,
                consumer.id,
                consumer.path,
                consumer.root_id,
                service.id,
                plain.get("known-as", ""),
            )
            self._consumption.setdefault(service.id, []).append(row)
        for rows in self._consumption.values():
            rows.sort(key=lambda row: (row.consumer_path, row.id))

    def _built(self, groups: list[_Reliance], published: list[tuple[int, str]]) -> Estate:
        tree = sorted(self._organizations.values(), key=lambda row: row.path)
        places = {row.id: place for place, row in enumerate(tree)}
        slims = sorted(self._services.values(), key=lambda slim: (slim.name_key, slim.row.id))
        at = {slim.row.id: place for place, slim in enumerate(slims)}
        reliance = [
            (at[number], at[supporter.id], group.soft)
            for number, relies_on in groups
            for group in relies_on
            for member in group.members
            if (supporter := self._by_reference.get(member.service)) is not None
        ]
        consumption = [row for rows in self._consumption.values() for row in rows]
        shared = [
            (at[number], EVERYONE if key == "*" else places[self._by_key[key].root_id])
            for number, key in published
            if key == "*" or key in self._by_key
        ]
        return Estate(
            version=0,
            organization_ids=_ints(row.id for row in tree),
            organization_end=_ends([row.path for row in tree]),
            organization_root=_ints(places[row.root_id] for row in tree),
            service_ids=_ints(slim.row.id for slim in slims),
            service_names=[slim.name_key for slim in slims],
            provider=_ints(places[slim.row.provider_id] for slim in slims),
            stage=_ints(STAGE_CODES[slim.row.stage] for slim in slims),
            restricted=np.array([slim.row.restricted for slim in slims], dtype=np.bool_),
            assumed=np.array([slim.is_assumed for slim in slims], dtype=np.bool_),
            outcome_count=_ints(slim.outcomes for slim in slims),
            dependency_reliant=_ints(row[0] for row in reliance),
            dependency_supporter=_ints(row[1] for row in reliance),
            dependency_soft=np.array([row[2] for row in reliance], dtype=np.bool_),
            consumption_consumer=_ints(places[row.consumer_id] for row in consumption),
            consumption_service=_ints(at[row.service_id] for row in consumption),
            published_service=_ints(row[0] for row in shared),
            published_root=_ints(row[1] for row in shared),
        )

    def _gated(self, groups: list[_Reliance]) -> Gates:
        estate = self._estate
        order = np.argsort(estate.service_ids)
        ids = estate.service_ids[order]
        rows: list[tuple[int, int, int, bool]] = []
        members: list[tuple[int, int, int]] = []
        for number, relies_on in groups:
            place = int(order[np.searchsorted(ids, number)])
            for group in relies_on:
                for member in group.members:
                    row = self._by_reference.get(member.service)
                    if row is not None:
                        supporter = int(order[np.searchsorted(ids, row.id)])
                        members.append((len(rows), supporter, millionths(member.weight)))
                rows.append((place, millionths(group.minimum), millionths(group.full), group.soft))
        return gates(estate.size, rows, members)

    # ------------------------------------------------------------------ who may see

    def _positions_today(self) -> tuple[Estate, Ints, Ints, dict[int, ServiceRow]]:
        """Today's estate; where each service of then stands in it (-1: it does not); the number
        of its top organization today; and the rows of those that are gone."""
        now = current_estate()
        held = self._today
        if held is None or held[0] != now.version:
            ids = self._estate.service_ids
            order = np.argsort(now.service_ids)
            places = np.full(len(ids), -1, dtype=np.int64)
            if now.size:
                found = np.searchsorted(now.service_ids, ids, sorter=order)
                found[found == now.size] = 0
                found = order[found]
                there = now.service_ids[found] == ids
                places[there] = found[there]
            gone = services_by_id(ids[places < 0].tolist())
            roots = np.array(
                [gone[number].root_id if number in gone else -1 for number in ids.tolist()],
                dtype=np.int64,
            )
            if now.size:
                roots[places >= 0] = now.organization_ids[now.provider_root[places[places >= 0]]]
            held = now.version, places, roots, gone
            self._today = held
        return now, held[1], held[2], held[3]

    def estate(self) -> Estate:
        """The structure of then."""
        return self._estate

    def visible(self, estate: Estate, actor: Actor, viewpoint: Viewpoint) -> Bools:
        """The services that could be seen then by what was said then, and may be seen today. Of
        those that are gone: at home, by what they said last."""
        then = visible_services(estate, actor, viewpoint)
        now, places, _roots, gone = self._positions_today()
        today = visible_services(now, actor, viewpoint)
        allowed = np.zeros(estate.size, dtype=np.bool_)
        allowed[places >= 0] = today[places[places >= 0]]
        for place in np.flatnonzero((places < 0) & then):
            row = gone[int(estate.service_ids[place])]
            allowed[place] = sees_inside(viewpoint, row.root_id) and (
                not row.restricted or sees_restricted(actor, row.provider_path)
            )
        return then & allowed

    def at_home(self, estate: Estate, viewpoint: Viewpoint) -> Bools:
        """Those that were of the viewpoint's top organization then and are, or were last, today."""
        _now, _places, roots, _gone = self._positions_today()
        at_home: Bools = super().at_home(estate, viewpoint) & (roots == viewpoint.root_id)
        return at_home

    def is_at_home(self, row: ServiceRow, viewpoint: Viewpoint) -> bool:
        """The same of one service."""
        # Whoever asks about one has asked what may be seen, which looked at today's estate.
        held = self._today
        roots = held[2] if held is not None else self._positions_today()[2]
        place = self._estate.service_position(row.id)
        return place is not None and row.root_id == viewpoint.root_id == int(roots[place])

    # ------------------------------------------------------------------ what was said

    def said_of_people(self) -> dict[int, dict[str, Any]]:
        """Where people belonged and their roles, by number, read once: nobody is named."""
        return self._estate.remembered("people", lambda: dict(all_documents(Kind.PERSON, self.at)))

    def remembered_today(self, question: Hashable, compute: Callable[[], T]) -> T:
        """The answer to a question about this moment that hangs on today's permissions as well:
        kept until the catalogue changes, the last few of them."""
        return self._answers.answer(current_estate().version, question, compute)

    def services_by_reference(self, references: Iterable[str]) -> dict[str, ServiceRow]:
        """Services by reference."""
        return {r: self._by_reference[r] for r in references if r in self._by_reference}

    def services_by_id(self, ids: Iterable[int]) -> dict[int, ServiceRow]:
        """Services by number."""
        return {pk: self._services[pk].row for pk in ids if pk in self._services}

    def service_names(self, ids: Iterable[int]) -> dict[int, tuple[str, str, int, str]]:
        """What services were called, by number: reference, name, number of the provider, stage."""
        rows = self.services_by_id(ids)
        return {
            pk: (row.reference, row.name, row.provider_id, row.stage) for pk, row in rows.items()
        }

    def organizations_by_id(self, ids: Iterable[int]) -> dict[int, OrganizationRow]:
        """Organizations by number."""
        return {pk: self._organizations[pk] for pk in ids if pk in self._organizations}

    def organizations_by_key(self, keys: Iterable[str]) -> dict[str, OrganizationRow]:
        """Organizations by key."""
        return {key: self._by_key[key] for key in keys if key in self._by_key}

    def documents(self, ids: Iterable[int]) -> dict[int, ServiceDocument]:
        """What services said, by number."""
        plains = documents_at(Kind.SERVICE, ids, self.at)
        addresses = by_contact(person_addresses(people_in(plains.values())))
        return {
            pk: service_of(self._services[pk].row.reference, as_read(plain, addresses))
            for pk, plain in plains.items()
            if pk in self._services
        }

    def outcomes(self, ids: Iterable[int]) -> dict[int, tuple[OutcomeSaid, ...]]:
        """The outcomes of services alone, by number."""
        plains = documents_at(Kind.SERVICE, ids, self.at)
        known = {pk: said.get("outcomes") for pk, said in plains.items() if pk in self._services}
        return outcomes_in(known, lambda number: self.documents([number])[number])

    def is_inside(self, row: OrganizationRow, viewpoint: Viewpoint) -> bool:
        """Whether an organization was of the viewpoint's top organization then and is, or was
        last, today."""
        return row.root_id == viewpoint.root_id == root_today(row.id)

    def description(self, organization_id: int) -> str:
        """What an organization said about itself."""
        said = organization_descriptions_at([organization_id], self.at)
        return said.get(organization_id, "")

    def members(self, row: OrganizationRow, viewpoint: Viewpoint) -> tuple[MemberRow, ...]:
        """People with a role in an organization then whom its top organization knows today."""
        return members_then(viewpoint.root_id, row.key, self.said_of_people())

    def consumption(
        self, service_ids: Iterable[int], root_id: int | None = None, below: str = ""
    ) -> list[ConsumptionRow]:
        """Who consumed these services, in tree order."""
        rows = [
            row
            for pk in service_ids
            for row in self._consumption.get(pk, ())
            if (root_id is None or row.consumer_root_id == root_id)
            and row.consumer_path.startswith(below)
        ]
        return sorted(rows, key=lambda row: (row.consumer_path, row.id))

    def known(self, service_ids: Iterable[int] | None, root_id: int) -> Sequence[KnownRow]:
        """The names that organizations of a top organization had for services."""
        asked = self._consumption if service_ids is None else service_ids
        return [
            (
                row.service_id,
                row.consumer_path,
                row.known_as,
                self._services[row.service_id].row.provider_path,
            )
            for row in self.consumption(asked, root_id)
            if row.known_as and row.service_id in self._services
        ]

    def listed(self, ids: Iterable[int]) -> dict[int, ListedRow]:
        """What a list shows of services."""
        documents = self.documents(ids)
        return {
            pk: ListedRow(self._services[pk].row, document.description)
            for pk, document in documents.items()
        }

    def tags(self, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """The labels of services."""
        return {
            pk: self._services[pk].tags
            for pk in ids
            if pk in self._services and self._services[pk].tags
        }

    def tagged(self, tag: str, viewpoint: Viewpoint) -> Iterable[int]:
        """Services of the viewpoint's top organization with a label."""
        return [
            pk
            for pk, slim in self._services.items()
            if tag in slim.tags and slim.row.root_id == viewpoint.root_id
        ]

    def search(self, actor: Actor, viewpoint: Viewpoint, text: str, cap: int) -> Matches:
        """Services that held all words of ``text``: the first search of a moment reads every
        document of then, which takes seconds where today's index takes milliseconds."""
        wanted = search_words(text)
        if not wanted:
            return Matches((), False)
        anybody, inside = self._estate.remembered("words", self._words).found(wanted)
        home = self._estate.service_ids[self.at_home(self._estate, viewpoint)]
        named = [
            row.service_id
            for rows in self._consumption.values()
            for row in rows
            if row.known_as
            and row.consumer_root_id == viewpoint.root_id
            and _holds(words(row.known_as), wanted)
        ]
        found = reduce(
            np.union1d, (anybody, np.intersect1d(inside, home), np.array(named, dtype=np.int64))
        )
        seen = self._estate.service_ids[self.visible(self._estate, actor, viewpoint)]
        return Matches(tuple(np.intersect1d(found, seen).tolist()), False)

    def _words(self) -> PastWords:
        return PastWords(
            (number, *searchable_words(service_of(self._services[number].row.reference, plain)))
            for number, plain in all_documents(Kind.SERVICE, self.at)
        )

    def reliance(self, reliant_ids: Iterable[int]) -> list[RelianceRow]:
        """The members of all groups that these services relied on."""
        return [
            RelianceRow(
                # Groups of the past have no number: service and place make one.
                pk * 1_000_000 + position,
                pk,
                self._by_reference[member.service].id,
                member.weight,
                group.minimum,
                group.full,
                group.soft,
                position,
            )
            for pk, document in self.documents(reliant_ids).items()
            for position, group in enumerate(document.relies_on)
            for member in group.members
            if member.service in self._by_reference
        ]

    def gates(self, estate: Estate, reliants: Bools) -> Gates:
        """The dependency groups of these services."""
        return self._gates.of_reliants(reliants & (estate.stage != _RETIRED))


def _holds(held: list[str], wanted: list[str]) -> bool:
    return all(any(h.startswith(word) for h in held) for word in wanted)


def _ints(values: Iterable[Any]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _ends(paths: list[str]) -> Ints:
    """For paths in tree order, the first position after everything below each."""
    ends = np.full(len(paths), len(paths), dtype=np.int64)
    above: list[int] = []
    for place, path in enumerate(paths):
        while above and not path.startswith(paths[above[-1]]):
            ends[above.pop()] = place
        above.append(place)
    return ends
