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

from catenary.apps.organizations.queries import (
    OrganizationRow,
    organizations_by_id,
    organizations_by_key,
)
from catenary.apps.portfolio.models import Consumption, Service, ServiceTag
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.search import CAP, FILTERED_CAP, search_services
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


def list_services(
    *, actor: Actor, viewpoint: Viewpoint, narrowed: CatalogueFilter, after: str = ""
) -> CatalogueList:
    """The page of services after the place ``after`` (from ``previous`` or ``next``; a place
    that makes no sense means the first page)."""
    estate = current_estate()
    seen = visible_services(estate, actor, viewpoint)
    organization = estate.organization_position(viewpoint.organization_id)
    if organization is None:
        return CatalogueList((), 0, False, has_catalogue=False)
    roles = estate.roles_seen_from(organization)
    matching, capped = _matching(estate, seen, actor, viewpoint, narrowed)
    by_role = _mask(len(ROLE_NAMES), ROLE_NAMES, narrowed.role)
    by_stage = _mask(len(STAGES), STAGES, narrowed.stage)
    in_role, in_stage = by_role[roles], by_stage[estate.stage]
    chosen = matching & in_role & in_stage
    places = np.flatnonzero(chosen)
    ordered, scores = _ordered(estate, places, narrowed.text)
    start = _start(estate, ordered, scores, after)
    shown = ordered[start : start + PAGE]
    return CatalogueList(
        rows=summaries(estate, viewpoint, shown, roles),
        total=len(places),
        capped=capped,
        role_counts=_counts(roles[matching & in_stage], ROLE_NAMES),
        stage_counts=_counts(estate.stage[matching & in_role], STAGES),
        provider_counts=_provider_counts(estate, chosen),
        previous=(
            None if start == 0 else _place(estate, ordered, scores, max(0, start - PAGE) - 1)
        ),
        next=(
            _place(estate, ordered, scores, start + PAGE - 1)
            if start + PAGE < len(ordered)
            else None
        ),
        has_catalogue=bool(seen.any()),
    )


def summaries(
    estate: Estate, viewpoint: Viewpoint, places: Sequence[int] | Ints, roles: Ints
) -> tuple[ServiceSummary, ...]:
    """What a list shows of the services at these places, in their order: four queries."""
    ids = [int(estate.service_ids[place]) for place in places]
    rows = {
        row[0]: row
        for row in Service.objects.filter(pk__in=ids).values_list(
            "pk", "reference", "name", "description", "provider_id", "stage", "root_id"
        )
    }
    providers = organizations_by_id({row[4] for row in rows.values()})
    names = known_names(viewpoint, ids)
    tags: dict[int, list[str]] = {}
    # Labels are the provider's own business: another top organization does not see them.
    own = [pk for pk, row in rows.items() if row[6] == viewpoint.root_id]
    for pk, tag in (
        ServiceTag.objects.filter(service_id__in=own)
        .order_by("id")
        .values_list("service_id", "tag")
    ):
        tags.setdefault(pk, []).append(tag)
    found = []
    for place, pk in zip(places, ids, strict=True):
        if pk not in rows:
            continue
        _, reference, name, description, provider_id, stage, _ = rows[pk]
        found.append(
            ServiceSummary(
                id=pk,
                reference=reference,
                name=name,
                known_as=names.get(pk, ""),
                description=description,
                provider=providers[provider_id],
                stage=stage,
                role=ROLE_NAMES[roles[place]],
                tags=tuple(tags.get(pk, ())),
            )
        )
    return tuple(found)


def known_names(viewpoint: Viewpoint, service_ids: Sequence[int]) -> dict[int, str]:
    """The names under which the viewpoint knows services of others.

    What it calls them itself, else what the nearest organization above calls them, which
    consumes for everybody below it; else the name on which all consumers below agree. Of what
    is provided inside the viewpoint the provider's own name is the name.
    """
    rows = Consumption.objects.filter(
        service_id__in=list(service_ids),
        ends_at__isnull=True,
        consumer_root_id=viewpoint.root_id,
    ).exclude(known_as="")
    above: dict[int, tuple[int, str]] = {}
    below: dict[int, set[str]] = {}
    for service, name, consumer, provider in rows.values_list(
        "service_id", "known_as", "consumer_path", "service__provider_path"
    ):
        if provider.startswith(viewpoint.path):
            continue
        if viewpoint.path.startswith(consumer):
            above[service] = max(above.get(service, (0, "")), (len(consumer), name))
        elif consumer.startswith(viewpoint.path):
            below.setdefault(service, set()).add(name)
    agreed = {service: min(names) for service, names in below.items() if len(names) == 1}
    return agreed | {service: name for service, (_, name) in above.items()}


def _matching(
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
        matches = search_services(actor=actor, viewpoint=viewpoint, text=narrowed.text, cap=cap)
        matching = seen & _places(estate, matches.service_ids)
        capped = matches.capped
    if narrowed.provider:
        row = organizations_by_key([narrowed.provider]).get(narrowed.provider)
        position = estate.organization_position(row.id) if row else None
        if position is None:
            return np.zeros(estate.size, dtype=np.bool_), False
        matching = matching & estate.inside(position)
    if not narrowed.tag.isprintable():
        # No label holds such a character, and the database would refuse some of them.
        return np.zeros(estate.size, dtype=np.bool_), False
    if narrowed.tag:
        root = estate.organization_position(viewpoint.root_id)
        tagged = ServiceTag.objects.filter(
            tag=narrowed.tag, service__root_id=viewpoint.root_id
        ).values_list("service_id", flat=True)
        matching = matching & _places(estate, tagged) & (estate.provider_root == root)
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


def _provider_counts(estate: Estate, chosen: Bools) -> tuple[tuple[OrganizationRow, int], ...]:
    counted = np.bincount(estate.provider[chosen], minlength=len(estate.organization_ids))
    # Most services first; among equals in tree order.
    top = np.argsort(-counted, kind="stable")[:_PROVIDERS_COUNTED]
    top = top[counted[top] > 0]
    rows = organizations_by_id(int(estate.organization_ids[place]) for place in top)
    return tuple((rows[int(estate.organization_ids[place])], int(counted[place])) for place in top)


def _ordered(estate: Estate, places: Ints, text: str) -> tuple[Ints, Ints]:
    """The places in the order shown, with their scores: by name, and in a search those first
    whose name is, begins with or holds what was searched."""
    if not text:
        return places, np.zeros(len(places), dtype=np.int64)
    wanted, whole = words(text), sort_key(text).strip()
    scores = np.fromiter(
        (_score(estate.service_names[place], whole, wanted) for place in places),
        dtype=np.int64,
        count=len(places),
    )
    order = np.argsort(scores, kind="stable")
    return places[order], scores[order]


def _score(name: str, whole: str, wanted: Sequence[str]) -> int:
    if name == whole:
        return 0
    if name.startswith(whole):
        return 1
    # Most names hold none of the words, and splitting every name of a common word costs most.
    if not all(word in name for word in wanted):
        return 3
    held = name.split()
    return 2 if all(any(h.startswith(word) for h in held) for word in wanted) else 3


def _key(estate: Estate, place: int, score: int) -> tuple[int, str, int]:
    return int(score), estate.service_names[place], int(estate.service_ids[place])


def _place(estate: Estate, ordered: Ints, scores: Ints, index: int) -> str:
    if index < 0:
        return ""
    key = _key(estate, int(ordered[index]), int(scores[index]))
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _start(estate: Estate, ordered: Ints, scores: Ints, after: str) -> int:
    """The index of the first service after a place; the place itself may be gone by now."""
    try:
        padded = after + "=" * (-len(after) % 4)
        score, name, number = json.loads(base64.urlsafe_b64decode(padded.encode()))
        wanted = (int(score), str(name), int(number))
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        return 0
    return bisect_right(
        range(len(ordered)),
        wanted,
        key=lambda index: _key(estate, int(ordered[index]), int(scores[index])),
    )
