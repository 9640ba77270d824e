"""The board: everything a viewpoint provides or takes, with its condition, the worst first.

What one may see is a mask over the conditions of everybody (`standing`); the database is asked for
the services of one page alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from catenary.apps.monitoring.queries.because import NOTHING_ELSE, Because, Reasons
from catenary.apps.monitoring.queries.kept import UNHEARD_OF, Effective
from catenary.apps.monitoring.queries.known import KnownThen, known_then
from catenary.apps.monitoring.queries.since import since_of
from catenary.apps.monitoring.queries.standing import (
    CALM,
    IS_BY_ITSELF,
    IS_UNCERTAIN,
    KIND_OF,
    ORDER_OF,
    RANK_OF,
    RANKS,
    Standing,
    standing_at,
    standing_known,
    standing_now,
)
from catenary.apps.monitoring.queries.status import SHOWN, condition_as_plain
from catenary.apps.monitoring.queries.then import effective_then
from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.estate import current_estate, seen_as, visible_services
from catenary.apps.portfolio.queries.lookup import owned_services
from catenary.apps.portfolio.queries.own_names import (
    known_names,
    names_in_order,
    providers_names,
)
from catenary.apps.portfolio.queries.records import TODAY, Records
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.estate import ELSEWHERE, ROLE_NAMES, STAGE_CODES, Bools, Estate, Ints

_RETIRED = STAGE_CODES["retired"]
_PROVIDERS_COUNTED = 8
#: What has these ranks is known not to work.
_HIT = [RANKS.index(rank) for rank in ("down", "degraded", "maintenance")]


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What is listed. Empty fields do not narrow. ``only`` are words of `SHOWN` and ``at-risk``;
    ``provider`` is the key of an organization and means it and everything below it; ``mine``
    those that the actor owns; ``calm`` says whether what needs nobody's attention is listed.
    ``as_known``: in order of the names by which the viewpoint knows services, else of those that
    their providers gave them. ``with_reasons``: of what does not work now is told because of
    what."""

    only: tuple[str, ...] = ()
    role: str = ""
    provider: str = ""
    mine: bool = False
    calm: bool = True
    as_known: bool = False
    with_reasons: bool = False


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One service with its condition; ``role`` as seen from the viewpoint, ``since`` none where
    nothing was ever known. ``rank`` is its word of `standing.RANKS`. ``is_by_itself``: its own
    condition is as bad as that; else ``because`` says where it comes from, where that was asked
    for."""

    reference: str
    name: str
    known_as: str
    provider: OrganizationRow
    role: str
    effective: Effective
    since: datetime | None
    rank: str
    is_by_itself: bool = False
    because: Because = NOTHING_ELSE


@dataclass(frozen=True, slots=True)
class Board:
    """One page; ``after`` leads to the next one. ``counts`` are by what services are shown as and
    ``ranks`` by `standing.RANKS`, whatever condition is asked for; ``total`` is of those asked
    for. ``roles`` and ``providers`` are counted without their own filter. ``uncertain`` are those
    among the unknown that are certainly degraded at least."""

    rows: tuple[BoardRow, ...]
    counts: dict[str, int]
    total: int
    after: tuple[int, str, int] | None
    ranks: dict[str, int] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)
    providers: tuple[tuple[OrganizationRow, int], ...] = ()
    mine: int = 0
    uncertain: int = 0


def board(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    only: Sequence[str] = (),
    after: tuple[int, str, int] | None = None,
    limit: int = 50,
    narrowed: BoardFilter | None = None,
    at: datetime | None = None,
    known_at: datetime | None = None,
) -> Board:
    """Services inside the viewpoint and those it relies on directly or consumes, the worst first,
    of each condition those that are the cause themselves, and then by name; with ``only``, those
    shown as one of these. ``at``: the services of today with what is known today of their
    condition at that moment, without since when. ``known_at``: what the board said of the moment
    then (`queries.known`), of the services of then."""
    wanted = narrowed or BoardFilter(only=tuple(only))
    if known_at is not None:
        return _board_known(actor, viewpoint, at or known_at, known_at, wanted).page(after, limit)
    standing = standing_now() if at is None else standing_at(at)
    places = board_places(standing.estate, actor, viewpoint)
    if places is None:
        return Board((), dict.fromkeys(SHOWN, 0), 0, None, dict.fromkeys(RANKS, 0))
    return _Asked(standing, viewpoint, actor, places, wanted).page(after, limit)


def _board_known(
    actor: Actor, viewpoint: Viewpoint, at: datetime, known_at: datetime, wanted: BoardFilter
) -> _Asked:
    known = known_then(at=at, known_at=known_at)
    estate = known.estate
    organization = estate.organization_position(viewpoint.organization_id)
    places = np.zeros(0, dtype=np.int64)
    if organization is not None:
        roles = estate.roles_seen_from(organization)
        seen = known.visible(actor, viewpoint)
        places = np.flatnonzero(seen & (roles != ELSEWHERE) & (estate.stage != _RETIRED))
    return _Asked(standing_known(known), viewpoint, actor, places, wanted, known)


def board_places(estate: Estate, actor: Actor, viewpoint: Viewpoint) -> Ints | None:
    """Where the services of a board stand, in order of name; none where the viewpoint is
    nowhere."""
    organization = estate.organization_position(viewpoint.organization_id)
    if organization is None:
        return None
    roles = estate.roles_seen_from(organization)
    seen = visible_services(estate, actor, viewpoint)

    def compute() -> Ints:
        return np.flatnonzero(seen & (roles != ELSEWHERE) & (estate.stage != _RETIRED))

    question = ("board", organization, seen_as(estate, actor, viewpoint))
    return estate.remembered(question, compute)


def _owned(estate: Estate, email: str, *, is_kept: bool) -> Bools:
    """Which services somebody owns today; remembered, since it takes a look at every service."""

    def compute() -> Bools:
        owned = np.zeros(estate.size, dtype=np.bool_)
        if email:
            owned[estate.service_positions(owned_services(email))] = True
        return owned

    return estate.remembered(("owned", email), compute) if is_kept else compute()


def owns_something(actor: Actor) -> bool:
    """Whether the asker is the owner of any service today: a board says how many of its own are
    theirs, and is the same for all others who see the same."""
    return bool(_owned(current_estate(), actor.email, is_kept=True).any())


class _Asked:
    """One question about a board, and all it takes to answer it."""

    def __init__(
        self,
        standing: Standing,
        viewpoint: Viewpoint,
        actor: Actor,
        places: Ints,
        wanted: BoardFilter,
        known: KnownThen | None = None,
    ) -> None:
        self.known = known
        self.actor = actor
        self.records: Records = TODAY if known is None else known.records
        self.standing, self.estate = standing, standing.estate
        self.viewpoint, self.wanted = viewpoint, wanted
        self.names = (
            names_in_order(self.estate, viewpoint, records=self.records)
            if wanted.as_known
            else providers_names(self.estate)
        )
        self.places = places = self.names.sorted(places)
        organization = self.estate.organization_position(viewpoint.organization_id)
        self.roles = (
            np.full(self.estate.size, ELSEWHERE, dtype=np.int64)
            if organization is None
            else self.estate.roles_seen_from(organization)
        )
        home = self.estate.organization_position(viewpoint.root_id)
        codes = standing.codes_from(home)[places]
        self.ranks: Ints = RANK_OF[codes]
        self.codes = codes
        self.is_uncertain = IS_UNCERTAIN[codes]
        self.is_mine = _owned(self.estate, actor.email, is_kept=known is None)

    def page(self, after: tuple[int, str, int] | None, limit: int) -> Board:
        """The services after a place, and how many there are of each."""
        places, ranks = self.places, self.ranks
        in_role, in_house, is_mine = self._in_role(), self._in_house(), self._is_mine()
        in_condition = self._in_condition()
        ranked = np.bincount(ranks[in_role & in_house & is_mine], minlength=len(RANKS))
        counts = np.bincount(KIND_OF, weights=ranked, minlength=len(SHOWN)).astype(int)
        roles = np.bincount(
            self.roles[places[in_condition & in_house & is_mine]], minlength=len(ROLE_NAMES)
        )
        chosen = in_condition & in_role & in_house & is_mine
        listed = np.flatnonzero(chosen)
        # They stand in order of name.
        listed = listed[np.argsort(ORDER_OF[self.codes[listed]].astype(np.uint8), kind="stable")]
        start = 0 if after is None else self._start(listed, after)
        shown = listed[start : start + limit]
        following = None
        if start + limit < len(listed) and len(shown):
            following = self._key(int(shown[-1]))
        return Board(
            self._rows(shown),
            dict(zip(SHOWN, counts.tolist(), strict=True)),
            len(listed),
            following,
            dict(zip(RANKS, ranked.tolist(), strict=True)),
            {name: int(n) for name, n in zip(ROLE_NAMES, roles, strict=True) if n},
            self._providers(in_condition & in_role & is_mine),
            int((self.is_mine[places] & in_condition & in_role & in_house).sum()),
            int((self.is_uncertain & in_role & in_house & is_mine).sum()),
        )

    def _everything(self) -> Bools:
        return np.ones(len(self.places), dtype=np.bool_)

    def _in_condition(self) -> Bools:
        wanted = self.wanted
        if not wanted.only:
            return self._everything() if wanted.calm else self.ranks < CALM
        chosen = self._everything() & False
        for word in wanted.only:
            if word in RANKS and word not in SHOWN:
                chosen |= self.ranks == RANKS.index(word)
            elif word in SHOWN:
                chosen |= KIND_OF[self.ranks] == SHOWN.index(word)
        return chosen

    def _in_role(self) -> Bools:
        if not self.wanted.role:
            return self._everything()
        if self.wanted.role not in ROLE_NAMES:
            return ~self._everything()
        chosen: Bools = self.roles[self.places] == ROLE_NAMES.index(self.wanted.role)
        return chosen

    def _in_house(self) -> Bools:
        if not self.wanted.provider:
            return self._everything()
        rows = self.records.organizations_by_key([self.wanted.provider])
        row = rows.get(self.wanted.provider)
        house = None if row is None else self.estate.organization_position(row.id)
        if house is None:
            return ~self._everything()
        return self.estate.inside_at(house, self.places)

    def _is_mine(self) -> Bools:
        return self.is_mine[self.places] if self.wanted.mine else self._everything()

    def _providers(self, chosen: Bools) -> tuple[tuple[OrganizationRow, int], ...]:
        counted = np.bincount(
            self.estate.provider[self.places[chosen]], minlength=len(self.estate.organization_ids)
        )
        most = np.argsort(-counted, kind="stable")[:_PROVIDERS_COUNTED]
        numbers = {int(self.estate.organization_ids[p]): int(counted[p]) for p in most}
        counted_ids = (number for number, count in numbers.items() if count)
        rows = self.records.organizations_by_id(counted_ids)
        return tuple((rows[number], count) for number, count in numbers.items() if number in rows)

    def _key(self, at: int) -> tuple[int, str, int]:
        place = int(self.places[at])
        number = int(self.estate.service_ids[place])
        return int(ORDER_OF[self.codes[at]]), self.names.name(place), number

    def _start(self, listed: Ints, after: tuple[int, str, int]) -> int:
        """Where the first one stands that comes after a place, which may be gone meanwhile."""
        low, high = 0, len(listed)
        while low < high:
            middle = (low + high) // 2
            if self._key(int(listed[middle])) <= after:
                low = middle + 1
            else:
                high = middle
        return low

    def _rows(self, shown: Ints) -> tuple[BoardRow, ...]:
        places = self.places[shown]
        numbers = self.estate.service_ids[places]
        why = self._reasons(shown)
        named = set(numbers.tolist()) | (why.services if why else set())
        rows = self.records.services_by_id(named)
        providers = self.records.organizations_by_id(
            {row.provider_id for row in rows.values()} | (why.providers if why else set())
        )
        at = self.standing.at
        if self.known is None:
            effective = effective_then(numbers.tolist(), at)
        else:
            effective = self.known.effective(numbers.tolist())
        since = since_of(numbers.tolist()) if at is None else {}
        names = known_names(self.viewpoint, named, records=self.records)
        return tuple(
            BoardRow(
                rows[number].reference,
                rows[number].name,
                names.get(number, ""),
                providers[rows[number].provider_id],
                ROLE_NAMES[self.roles[place]],
                effective.get(number, UNHEARD_OF),
                since.get(number),
                RANKS[self.ranks[at]],
                bool(IS_BY_ITSELF[self.codes[at]]),
                why.told(place, rows, names, providers) if why else NOTHING_ELSE,
            )
            for number, place, at in zip(
                numbers.tolist(), places.tolist(), shown.tolist(), strict=True
            )
            if number in rows
        )

    def _reasons(self, shown: Ints) -> Reasons | None:
        """Of what is known not to work, and is not the cause itself; nobody asks of the past. What
        is unknown may come from everything below it of which nobody speaks."""
        wanted = self.wanted.with_reasons and self.standing.at is None
        is_hit = np.isin(self.ranks[shown], _HIT) & ~IS_BY_ITSELF[self.codes[shown]]
        places = self.places[shown[is_hit]].tolist() if wanted else []
        if not places:
            return None
        home = self.estate.organization_position(self.viewpoint.root_id)
        seen = visible_services(self.estate, self.actor, self.viewpoint)
        return Reasons(self.standing, places, seen, home)


def board_row_as_plain(row: BoardRow) -> dict[str, Any]:
    """One service of the board for programs."""
    return {
        "reference": row.reference,
        "name": row.name,
        "known-as": row.known_as or None,
        "provider": row.provider.key,
        "role": row.role,
        **condition_as_plain(row.effective),
        "since": None if row.since is None else row.since.isoformat(),
    }
