"""The catalogue as a list: searched, narrowed, counted and paged.

The estate in memory answers which services match, how many and in which order; the database
then fetches the twenty that are shown.
"""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.own_names import (
    NamesInOrder,
    known_names,
    names_in_order,
    providers_names,
)
from catenary.apps.portfolio.queries.records import TODAY, Records
from catenary.apps.portfolio.queries.search import CAP, FILTERED_CAP
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.estate import ROLE_NAMES, STAGES, Bools, Estate, Ints
from catenary.domain.text import sort_key, words

PAGE = 20
_PROVIDERS_COUNTED = 8


@dataclass(frozen=True, slots=True)
class CatalogueFilter:
    """What is looked for. Empty fields do not narrow. ``provider`` is the key of an
    organization and means it and everything below it."""

    text: str = ""
    role: str = ""
    stage: str = ""
    provider: str = ""
    tag: str = ""

    @property
    def narrows(self) -> bool:
        """True when anything beside the text narrows the list."""
        return bool(self.role or self.stage or self.provider or self.tag)


@dataclass(frozen=True, slots=True)
class ServiceSummary:
    """One service in a list. ``known_as`` is the name the viewpoint's organization uses."""

    id: int
    reference: str
    name: str
    known_as: str
    description: str
    provider: OrganizationRow
    stage: str
    role: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CatalogueList:
    """One page of the catalogue. Counts are exact unless ``capped`` (a search for a word that
    very many services hold); ``role_counts`` and ``stage_counts`` leave out their own filter."""

    rows: tuple[ServiceSummary, ...]
    total: int
    capped: bool
    role_counts: dict[str, int] = field(default_factory=dict)
    stage_counts: dict[str, int] = field(default_factory=dict)
    provider_counts: tuple[tuple[OrganizationRow, int], ...] = ()
    previous: str | None = None
    next: str | None = None
    has_catalogue: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """The services that match, as places in the estate: ``shown`` are those of one page, in
    order; ``matching`` masks what text, provider and tag leave, without role and stage."""

    estate: Estate
    seen: Bools
    roles: Ints
    matching: Bools
    chosen: Bools
    shown: Ints
    total: int
    capped: bool
    previous: str | None
    next: str | None


def find_services(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    narrowed: CatalogueFilter,
    after: str = "",
    limit: int = PAGE,
    as_known: bool = False,
    records: Records = TODAY,
) -> Found | None:
    """The ``limit`` services after the place ``after`` (from ``previous`` or ``next``; a place
    that makes no sense means the first page), in order of their names: ``as_known`` of those by
    which the viewpoint knows them. None where the viewpoint is nowhere."""
    estate = records.estate()
    seen = records.visible(estate, actor, viewpoint)
    organization = estate.organization_position(viewpoint.organization_id)
    if organization is None:
        return None
    roles = estate.roles_seen_from(organization)
    matching, capped = _matching(records, estate, seen, actor, viewpoint, narrowed)
    chosen = matching
    if narrowed.role:
        chosen = chosen & _mask(len(ROLE_NAMES), ROLE_NAMES, narrowed.role)[roles]
    if narrowed.stage:
        chosen = chosen & _mask(len(STAGES), STAGES, narrowed.stage)[estate.stage]
    names = (
        names_in_order(estate, viewpoint, records=records) if as_known else providers_names(estate)
    )
    places = names.sorted(np.flatnonzero(chosen))
    ordered, scores = _ordered(names, places, narrowed.text)
    start = _start(names, ordered, scores, after)
    return Found(
        estate=estate,
        seen=seen,
        roles=roles,
        matching=matching,
        chosen=chosen,
        shown=ordered[start : start + limit],
        total=len(places),
        capped=capped,
        previous=(
            None if start == 0 else _place(names, ordered, scores, max(0, start - limit) - 1)
        ),
        next=(
            _place(names, ordered, scores, start + limit - 1)
            if start + limit < len(ordered)
            else None
        ),
    )


def list_services(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    narrowed: CatalogueFilter,
    after: str = "",
    records: Records = TODAY,
) -> CatalogueList:
    """The page of services after the place ``after``, in order of the names that the viewpoint
    knows, with how many there are by each filter."""
    found = find_services(
        actor=actor,
        viewpoint=viewpoint,
        narrowed=narrowed,
        after=after,
        as_known=True,
        records=records,
    )
    if found is None:
        return CatalogueList((), 0, False, has_catalogue=False)
    estate, matching = found.estate, found.matching
    in_role = _mask(len(ROLE_NAMES), ROLE_NAMES, narrowed.role)[found.roles]
    in_stage = _mask(len(STAGES), STAGES, narrowed.stage)[estate.stage]
    return CatalogueList(
        rows=summaries(estate, viewpoint, found.shown, found.roles, records=records),
        total=found.total,
        capped=found.capped,
        role_counts=_counts(found.roles[matching & in_stage], ROLE_NAMES),
        stage_counts=_counts(estate.stage[matching & in_role], STAGES),
        provider_counts=_provider_counts(records, estate, found.chosen),
        previous=found.previous,
        next=found.next,
        has_catalogue=bool(found.seen.any()),
    )


def is_place(after: str) -> bool:
    """True for a place in a list of services, wherever it was given."""
    return _place_key(after) is not None


def summaries(
    estate: Estate,
    viewpoint: Viewpoint,
    places: Sequence[int] | Ints,
    roles: Ints,
    *,
    records: Records = TODAY,
) -> tuple[ServiceSummary, ...]:
    """What a list shows of the services at these places, in their order: four queries."""
    ids = [int(estate.service_ids[place]) for place in places]
    rows = records.listed(ids)
    providers = records.organizations_by_id({row.service.provider_id for row in rows.values()})
    names = known_names(viewpoint, ids, records=records)
    # Labels are the provider's own business: another top organization does not see them.
    tags = records.tags(
        pk for pk, row in rows.items() if records.is_at_home(row.service, viewpoint)
    )
    return tuple(
        ServiceSummary(
            id=pk,
            reference=rows[pk].service.reference,
            name=rows[pk].service.name,
            known_as=names.get(pk, ""),
            description=rows[pk].description,
            provider=providers[rows[pk].service.provider_id],
            stage=rows[pk].service.stage,
            role=ROLE_NAMES[roles[place]],
            tags=tags.get(pk, ()),
        )
        for place, pk in zip(places, ids, strict=True)
        if pk in rows
    )


def _matching(
    records: Records,
    estate: Estate,
    seen: Bools,
    actor: Actor,
    viewpoint: Viewpoint,
    narrowed: CatalogueFilter,
) -> tuple[Bools, bool]:
    """Which visible services match text, provider and tag, and whether the search was capped."""
    matching, capped = seen, False
    if narrowed.text:
        cap = FILTERED_CAP if narrowed.narrows else CAP
        matches = records.search(actor, viewpoint, narrowed.text, cap)
        matching = seen & _places(estate, matches.service_ids)
        capped = matches.capped
    if narrowed.provider:
        row = records.organizations_by_key([narrowed.provider]).get(narrowed.provider)
        position = estate.organization_position(row.id) if row else None
        if position is None:
            return np.zeros(estate.size, dtype=np.bool_), False
        matching = matching & estate.inside(position)
    if not narrowed.tag.isprintable():
        # No label holds such a character, and the database would refuse some of them.
        return np.zeros(estate.size, dtype=np.bool_), False
    if narrowed.tag:
        tagged = records.tagged(narrowed.tag, viewpoint)
        matching = matching & _places(estate, tagged) & records.at_home(estate, viewpoint)
    return matching, capped


def _places(estate: Estate, service_ids: Iterable[int]) -> Bools:
    mask = np.zeros(estate.size, dtype=np.bool_)
    mask[estate.service_positions(service_ids)] = True
    return mask


def _mask(size: int, names: Sequence[str], chosen: str) -> Bools:
    if not chosen:
        return np.ones(size, dtype=np.bool_)
    return np.array([name == chosen for name in names], dtype=np.bool_)


def _counts(codes: Ints, names: Sequence[str]) -> dict[str, int]:
    counted = np.bincount(codes, minlength=len(names))
    return {str(name): int(count) for name, count in zip(names, counted, strict=True)}


def _provider_counts(
    records: Records, estate: Estate, chosen: Bools
) -> tuple[tuple[OrganizationRow, int], ...]:
    counted = np.bincount(estate.provider[chosen], minlength=len(estate.organization_ids))
    # Most services first; among equals in tree order.
    top = np.argsort(-counted, kind="stable")[:_PROVIDERS_COUNTED]
    top = top[counted[top] > 0]
    rows = records.organizations_by_id(int(estate.organization_ids[place]) for place in top)
    return tuple((rows[int(estate.organization_ids[place])], int(counted[place])) for place in top)


def _ordered(names: NamesInOrder, places: Ints, text: str) -> tuple[Ints, Ints]:
    """The places in the order shown, with their scores: by name, and in a search those first
    whose name is, begins with or holds what was searched."""
    if not text:
        return places, np.zeros(len(places), dtype=np.int64)
    wanted, whole = words(text), sort_key(text).strip()
    given, own = names.estate.service_names, names.own
    scores = np.array(
        [_score(own.get(place) or given[place], whole, wanted) for place in places.tolist()],
        dtype=np.int64,
    )
    order = np.argsort(scores, kind="stable")
    return places[order], scores[order]


def _score(name: str, whole: str, wanted: Sequence[str]) -> int:
    if name == whole:
        return 0
    if name.startswith(whole):
        return 1
    # Most names hold none of the words, and splitting every name of a common word costs most.
    for word in wanted:
        if word not in name:
            return 3
    held = name.split()
    return 2 if all(any(h.startswith(word) for h in held) for word in wanted) else 3


def _key(names: NamesInOrder, place: int, score: int) -> tuple[int, str, int]:
    return int(score), names.name(place), int(names.estate.service_ids[place])


def _place(names: NamesInOrder, ordered: Ints, scores: Ints, index: int) -> str:
    if index < 0:
        return ""
    key = _key(names, int(ordered[index]), int(scores[index]))
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _start(names: NamesInOrder, ordered: Ints, scores: Ints, after: str) -> int:
    """The index of the first service after a place; the place itself may be gone by now."""
    wanted = _place_key(after)
    if wanted is None:
        return 0
    return bisect_right(
        range(len(ordered)),
        wanted,
        key=lambda index: _key(names, int(ordered[index]), int(scores[index])),
    )


def _place_key(after: str) -> tuple[int, str, int] | None:
    try:
        padded = after + "=" * (-len(after) % 4)
        score, name, number = json.loads(base64.urlsafe_b64decode(padded.encode()))
        return int(score), str(name), int(number)
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        return None
