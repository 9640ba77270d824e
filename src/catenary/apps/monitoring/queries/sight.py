"""What somebody sees of the conditions of all services at one moment, and what became different
of it: for pages that are looked at while things change.

Only what may be seen goes into the mark and into the difference: of what is hidden from them,
nobody learns even that something happened.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

import numpy as np

from catenary.apps.monitoring.queries.board import board_places
from catenary.apps.monitoring.queries.standing import (
    KIND_OF,
    RANK_OF,
    RANKS,
    Codes,
    Standing,
    standing_now,
)
from catenary.apps.monitoring.queries.status import SHOWN
from catenary.apps.portfolio.queries.estate import seen_as, visible_services
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.estate import ELSEWHERE, Bools, Estate, Ints

#: Of more changes at once only that there are many is told.
MOST = 200
_MARK_BYTES = 12
T = TypeVar("T")
_NONE: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Sight:
    """The conditions that stand, as far as they are somebody's business."""

    standing: Standing
    codes: Codes
    seen: Bools
    _board: Ints
    #: All that what is seen depends on, beside the conditions and the catalogue.
    key: Hashable

    def remembered(self, question: Hashable, compute: Callable[[], T]) -> T:
        """An answer about what is seen, computed once for all who see the same."""
        asked = (question, self.standing.number, self.key)
        return self.standing.estate.remembered(asked, compute)

    @property
    def mark(self) -> str:
        """A short text that is another one as soon as anything one sees is different: a service
        more or less, another condition, or at risk. Equal in every process."""
        return self.remembered("mark", self._mark)

    @property
    def counts(self) -> dict[str, int]:
        """How many services of the board are shown as what (`status.SHOWN`), and at risk."""
        return self.remembered("counts", self._counts)

    def _mark(self) -> str:
        estate, digest = self.standing.estate, blake2b(digest_size=_MARK_BYTES)
        places = np.flatnonzero(self.seen)
        order = np.argsort(estate.service_ids[places], kind="stable")
        digest.update(estate.service_ids[places][order].tobytes())
        digest.update(self.codes[places][order].tobytes())
        return digest.hexdigest()

    def _counts(self) -> dict[str, int]:
        ranked = np.bincount(RANK_OF[self.codes[self._board]], minlength=len(RANKS))
        kinds = np.bincount(KIND_OF, weights=ranked, minlength=len(SHOWN)).astype(int).tolist()
        at_risk = int(ranked[RANKS.index("at-risk")])
        return {**dict(zip(SHOWN, kinds, strict=True)), "at-risk": at_risk}


@dataclass(frozen=True, slots=True)
class Difference:
    """What became different: the conditions of services by reference, as they are now shown.
    ``is_all`` when there are more, or the catalogue itself changed."""

    services: dict[str, str]
    is_all: bool


def sight_of(
    actor: Actor,
    viewpoint: Viewpoint,
    about: int | None = None,
    standing: Standing | None = None,
) -> Sight:
    """What somebody sees now, or of conditions that are at hand already: the services of their own
    top organization, those the viewpoint uses, and the one they look at, ``about``; as far as
    they may see them. What others merely published to them is not among them."""
    standing = standing or standing_now()
    estate = standing.estate
    places = board_places(estate, actor, viewpoint)
    seen = _watched(estate, actor, viewpoint)
    place = None if about is None else estate.service_position(about)
    if place is not None and visible_services(estate, actor, viewpoint)[place]:
        seen = seen.copy()
        seen[place] = True
    codes = standing.codes_from(estate.organization_position(viewpoint.root_id))
    key = (viewpoint.organization_id, seen_as(estate, actor, viewpoint), about)
    return Sight(standing, codes, seen, _NONE if places is None else places, key)


def _watched(estate: Estate, actor: Actor, viewpoint: Viewpoint) -> Bools:
    organization = estate.organization_position(viewpoint.organization_id)
    home = estate.organization_position(viewpoint.root_id)
    seen = visible_services(estate, actor, viewpoint)
    if organization is None or home is None:
        return np.zeros(estate.size, dtype=np.bool_)

    def compute() -> Bools:
        used = estate.roles_seen_from(organization) != ELSEWHERE
        watched: Bools = seen & (used | (estate.provider_root == home))
        return watched

    question = ("watched", organization, seen_as(estate, actor, viewpoint))
    return estate.remembered(question, compute)


def mark_of(actor: Actor, viewpoint: Viewpoint, about: int | None = None) -> str:
    """The mark of what somebody sees now."""
    return sight_of(actor, viewpoint, about).mark


def difference(before: Sight, now: Sight) -> Difference | None:
    """What became different between two moments; none when nothing that one sees did."""
    if before.standing.estate is not now.standing.estate:
        # Another version of the catalogue: positions mean other services.
        return None if before.mark == now.mark else Difference({}, True)
    if before.standing is now.standing:
        return None
    question = ("difference", before.standing.number)
    return now.remembered(question, lambda: _difference(before, now))


def _difference(before: Sight, now: Sight) -> Difference | None:
    differs = (before.codes != now.codes) & now.seen
    places = np.flatnonzero(differs)
    if not len(places):
        return None
    told: Sequence[int] = places[:MOST].tolist()
    references = now.standing.references(told)
    ranks = RANK_OF[now.codes[places[:MOST]]].tolist()
    return Difference(
        {
            references[place]: RANKS[rank]
            for place, rank in zip(told, ranks, strict=True)
            if place in references
        },
        len(places) > MOST,
    )


def name_changes(before: Standing, now: Standing) -> None:
    """Look up the references of what changed once, before many ask for them."""
    if before.estate is now.estate:
        now.references(np.flatnonzero(before.codes != now.codes)[:MOST].tolist())
