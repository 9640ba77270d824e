"""What if services fail: who is hit, how badly, and by which path, as far as whoever asks may see.

The effect is computed over all reliance of one's own top organization, restricted services
included, and then redacted: a service on the way that may not be seen is one unnamed place in the
path, however many stand there. What services of other top organizations rest on is not followed
(decision 0020): asking often enough would tell it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.needed import Needed, needed_as_plain
from catenary.apps.portfolio.queries.records import TODAY, Records
from catenary.apps.portfolio.queries.service import ServiceLink, service_links
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.kept import OutcomeSaid
from catenary.domain.documents.shapes import DependencyGroupDocument
from catenary.domain.estate import Bools, Estate, Ints
from catenary.domain.impact import (
    CONDITION_NAMES,
    DEGRADED,
    DOWN,
    OPERATIONAL,
    Gates,
    Impact,
    impact_of,
)

#: How services are hit, the worst first.
AT_RISK = "at-risk"
KINDS = ("down", "degraded", AT_RISK)
#: What may be asked to fail at once.
MOST_FAILING = 50
#: So many a program may ask about.
MOST_AT_ONCE = 1_000
#: So many of each kind are listed for a person; the counts are of all.
SHOWN = 100
_SERVICES = 3
#: Stands in paths and groups for whatever may not be seen.
UNSEEN = ""


# Thousands of these are told in one answer: tuples with names cost a third of dataclasses.


class HitService(NamedTuple):
    """A service that is hit. ``kind`` is one of `KINDS`; for those at risk ``next_loss`` is what
    one more loss would make of them. ``path`` leads from it to a failing service, both included,
    with None for what may not be seen; ``steps`` is its length. ``group`` is the dependency group
    of the first step, hidden members without a name, where it was asked for."""

    link: ServiceLink
    kind: str
    next_loss: str
    steps: int
    path: tuple[ServiceLink | None, ...]
    group: DependencyGroupDocument | None


@dataclass(frozen=True, slots=True)
class HitOrganization:
    """An organization that consumes services which are down or degraded (the first few of
    ``service_count``), or elsewhere relies on ours with ``relying`` services of its own.
    ``kind`` is the worst that reaches it."""

    organization: OrganizationRow
    root: OrganizationRow
    kind: str
    services: tuple[ServiceLink, ...]
    service_count: int
    relying: int


class HitOutcome(NamedTuple):
    """An outcome of a service that is down or degraded, and, when known, who wants it."""

    outcome: OutcomeSaid
    service: ServiceLink
    kind: str
    wanted_by: OrganizationRow | None


@dataclass(frozen=True, slots=True)
class ImpactView:
    """The answer. ``counts`` say by kind how many services are hit that may be seen, the failing
    ones apart; lists hold the first of each. ``crosses`` tells that services of other top
    organizations are among them, behind which nothing is followed. ``troubled`` are the database's
    numbers of all that are counted as down or degraded: never told, and no part of the answer."""

    failing: tuple[ServiceLink, ...]
    condition: str
    hits: tuple[HitService, ...]
    counts: dict[str, int]
    organizations: tuple[HitOrganization, ...]
    organization_count: int
    outcomes: tuple[HitOutcome, ...]
    outcome_count: int
    crosses: bool
    troubled: Ints = field(compare=False)


def impact_view(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    references: Sequence[str],
    condition: str = "down",
    limit: int | None = SHOWN,
    groups: bool = False,
    as_known: bool = False,
    records: Records = TODAY,
) -> tuple[ImpactView | None, tuple[str, ...]]:
    """What happens when these services are down (or degraded), and the references among them that
    are none the actor may see; without any that is one, no view. ``groups`` tells of the dependency
    group behind every hit, too, and ``as_known`` the names by which the viewpoint knows them."""
    wanted = list(dict.fromkeys(references))[:MOST_AT_ONCE]
    estate = records.estate()
    seen = records.visible(estate, actor, viewpoint)
    places = records.places_seen(estate, seen, wanted)
    missing = tuple(reference for reference in wanted if reference not in places)
    organization = estate.organization_position(viewpoint.organization_id)
    if not places or organization is None:
        return None, missing
    failing = np.array(list(places.values()), dtype=np.int64)
    home = records.at_home(estate, viewpoint)
    above = estate.steps_up(failing, None, _passing(home, failing)) >= 0
    chain = records.gates(estate, above & home)
    found = impact_of(chain, failing, CONDITION_NAMES.index(condition), ~seen)
    asked = _Asked(
        records,
        estate,
        viewpoint,
        seen,
        home,
        estate.roles_seen_from(organization),
        chain,
        found,
        groups,
        viewpoint if as_known else None,
    )
    return asked.view(condition, limit), missing


def _passing(home: Bools, failing: Ints) -> Bools:
    passing = home.copy()
    passing[failing] = True
    return passing


@dataclass(frozen=True)
class _Consuming:
    """Organizations by position: the first services that are hit of each that is told, in the
    order in which they are told, and how badly, of how many and how many of their own rely on
    ours; ``count`` is of all that are hit."""

    firsts: dict[int, list[int]]
    worst: Ints
    counts: Ints
    relying: Ints
    count: int


@dataclass(frozen=True)
class _Asked:
    """One question and all it takes to tell the answer."""

    records: Records
    estate: Estate
    viewpoint: Viewpoint
    seen: Bools
    home: Bools
    roles: Ints
    chain: Gates
    found: Impact
    groups: bool
    known_to: Viewpoint | None

    def view(self, condition: str, limit: int | None) -> ImpactView:
        """The answer as it may be told."""
        found, failing = self.found, self.found.failing
        hit = (found.steps > 0) & self.seen
        kinds = _kinds(found)
        steps = self._told_steps()
        listed = [
            self._listed(np.flatnonzero(hit & (kinds == code)), steps, limit)
            for code in range(len(KINDS))
        ]
        places = np.concatenate([*listed]) if listed else failing
        told = self._paths(places.tolist())
        consuming, with_outcomes = self._consuming(limit), self._with_outcomes(limit)
        # All at once: however much is told, links are two queries or three.
        links = self._links(
            [
                *failing.tolist(),
                *(path[0] for path in told.values() if path and path[0] is not None),
                *(p for firsts in consuming.firsts.values() for p in firsts),
                *with_outcomes.tolist(),
            ]
        )
        organizations = self._organizations(consuming, links)
        outcomes, outcome_count = self._outcomes(with_outcomes, limit, links)
        return ImpactView(
            failing=tuple(links[int(place)] for place in failing),
            condition=condition,
            hits=self._hits(places, kinds, steps, told, links),
            counts={kind: int((hit & (kinds == code)).sum()) for code, kind in enumerate(KINDS)},
            organizations=organizations,
            organization_count=consuming.count,
            outcomes=outcomes,
            outcome_count=outcome_count,
            crosses=bool((~self.home[failing]).any()) or any(row.relying for row in organizations),
            troubled=self.estate.service_ids[hit & (kinds != KINDS.index(AT_RISK))],
        )

    def _told_steps(self) -> Ints:
        """Steps as they are told: any number of unseen services in a row is one."""
        found = self.found
        told = found.steps.copy()
        for step in range(1, int(found.steps.max(initial=0)) + 1):
            places = np.flatnonzero(found.steps == step)
            below = found.through[places]
            both_unseen = ~self.seen[places] & ~self.seen[below]
            told[places] = told[below] + ~both_unseen
        return told

    def _listed(self, places: Ints, steps: Ints, limit: int | None) -> Ints:
        """The nearest first, those equally near by name."""
        return places[np.argsort(steps[places], kind="stable")][:limit]

    def _paths(self, places: Sequence[int]) -> dict[int, tuple[int | None, ...]]:
        """The paths from these places as they are told, with those from every place on the way:
        each is one step longer than the one it leads to."""
        hit = np.flatnonzero(self.found.steps >= 0)
        through = dict(zip(hit.tolist(), self.found.through[hit].tolist(), strict=True))
        seen = dict(zip(hit.tolist(), self.seen[hit].tolist(), strict=True))
        told: dict[int, tuple[int | None, ...]] = {-1: ()}
        for place in places:
            passed = []
            while place not in told:
                passed.append(place)
                place = through[place]
            below = told[place]
            for each in reversed(passed):
                if seen[each]:
                    below = (each, *below)
                elif not below or below[0] is not None:
                    below = (None, *below)
                told[each] = below
        return told

    def _links(self, places: Iterable[int]) -> dict[int, ServiceLink]:
        order = np.array(list(dict.fromkeys(places)), dtype=np.int64)
        links = service_links(
            self.estate, order, self.roles, known_to=self.known_to, records=self.records
        )
        return dict(zip(order.tolist(), links, strict=True))

    def _hits(
        self,
        places: Ints,
        kinds: Ints,
        steps: Ints,
        paths: dict[int, tuple[int | None, ...]],
        links: dict[int, ServiceLink],
    ) -> tuple[HitService, ...]:
        columns = (places, kinds[places], steps[places], self.found.next_loss[places])
        rows = zip(*(column.tolist() for column in columns), strict=True)
        found = []
        for place, code, step, next_loss in rows:
            kind, path = KINDS[code], paths[place]
            found.append(
                HitService(
                    links[place],
                    kind,
                    CONDITION_NAMES[next_loss] if kind == AT_RISK else "",
                    step,
                    tuple([None if passed is None else links[passed] for passed in path]),
                    self._group(place, links) if self.groups else None,
                )
            )
        return tuple(found)

    def _group(self, place: int, links: dict[int, ServiceLink]) -> DependencyGroupDocument:
        return self.chain.document(
            int(self.found.gate[place]),
            lambda member: links[member].reference if member in links else UNSEEN,
        )

    def _broken(self) -> Bools:
        """The services that are down or degraded, failing ones included, and may be seen."""
        broken: Bools = (self.found.condition > OPERATIONAL) & self.seen
        return broken

    def _consuming(self, limit: int | None) -> _Consuming:
        """The organizations that are hit, by position, the worst first."""
        estate, broken = self.estate, self._broken()
        root = estate.organization_position(self.viewpoint.root_id)
        service, consumer = estate.consumption_service, estate.consumption_consumer
        # Who else consumes the service of another is not told.
        known = broken[service] & (
            self.home[service] | (estate.organization_root[consumer] == root)
        )
        service, consumer = service[known], consumer[known]
        reliant, supporter = estate.dependency_reliant, estate.dependency_supporter
        relies = estate.standing & broken[supporter] & self.home[supporter] & ~self.home[reliant]
        relying = estate.provider[reliant[relies]]
        worst = np.zeros(len(estate.organization_ids), dtype=np.int64)
        np.maximum.at(worst, consumer, self.found.condition[service])
        np.maximum.at(worst, relying, self.found.condition[supporter[relies]])
        hit = np.flatnonzero(worst)
        shown = hit[np.argsort(-worst[hit], kind="stable")][:limit]
        pairs = np.unique(consumer * estate.size + service)
        relying_pairs = np.unique(relying * estate.size + reliant[relies])
        counts = np.bincount(pairs // estate.size, minlength=len(worst))
        relying_counts = np.bincount(relying_pairs // estate.size, minlength=len(worst))
        firsts = self._firsts(pairs, shown)
        return _Consuming(firsts, worst, counts, relying_counts, len(hit))

    def _organizations(
        self, consuming: _Consuming, links: dict[int, ServiceLink]
    ) -> tuple[HitOrganization, ...]:
        estate, ids = self.estate, self.estate.organization_ids
        rows = self.records.organizations_by_id(
            int(ids[o])
            for place in consuming.firsts
            for o in (place, estate.organization_root[place])
        )
        return tuple(
            HitOrganization(
                organization=rows[int(ids[o])],
                root=rows[int(ids[estate.organization_root[o]])],
                kind=CONDITION_NAMES[consuming.worst[o]],
                services=tuple(links[place] for place in firsts),
                service_count=int(consuming.counts[o]),
                relying=int(consuming.relying[o]),
            )
            for o, firsts in consuming.firsts.items()
        )

    def _firsts(self, pairs: Ints, organizations: Ints) -> dict[int, list[int]]:
        """The first few services that are hit of each of these organizations, the worst first."""
        consumer, service = np.divmod(pairs, self.estate.size)
        order = np.lexsort((service, -self.found.condition[service], consumer))
        low, high = (np.searchsorted(consumer, organizations, side=s) for s in ("left", "right"))
        told: list[int] = service[order].tolist()
        rows = zip(organizations.tolist(), low.tolist(), high.tolist(), strict=True)
        return {place: told[start : min(end, start + _SERVICES)] for place, start, end in rows}

    def _with_outcomes(self, limit: int | None) -> Ints:
        """The services whose outcomes are told."""
        estate, found = self.estate, self.found
        with_outcomes = np.flatnonzero(self._broken() & (estate.outcome_count > 0))
        # The worst first; of those the farthest, which one would not have thought of.
        order = np.lexsort((-found.steps[with_outcomes], -found.condition[with_outcomes]))
        shown = with_outcomes[order]
        if limit is not None:
            # No more documents are read than it takes to tell so many outcomes.
            told = np.cumsum(estate.outcome_count[shown])
            shown = shown[: int(np.searchsorted(told, limit)) + 1]
        return shown

    def _outcomes(
        self, shown: Ints, limit: int | None, links: dict[int, ServiceLink]
    ) -> tuple[tuple[HitOutcome, ...], int]:
        """The first outcomes that are hit, and how many there are in all."""
        estate, found = self.estate, self.found
        count = int(estate.outcome_count[self._broken()].sum())
        told_of = self.records.outcomes(int(n) for n in estate.service_ids[shown])
        wanting = self._wanting({o.wanted_by for each in told_of.values() for o in each})
        outcomes = []
        columns = (shown, estate.service_ids[shown], found.condition[shown], self.home[shown])
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for place, number, condition, at_home in rows:
            kind, link = CONDITION_NAMES[condition], links[place]
            for outcome in told_of[number]:
                wanted = wanting.get(outcome.wanted_by) if outcome.wanted_by else None
                is_ours = wanted is not None and wanted.root_id == self.viewpoint.root_id
                if not at_home and not is_ours:
                    outcome, wanted = outcome._replace(said_by="", wanted_by=""), None
                outcomes.append(HitOutcome(outcome, link, kind, wanted))
        return tuple(outcomes[:limit]), count

    def _wanting(self, keys: set[str]) -> dict[str, OrganizationRow]:
        """Of the organizations named as wanting something those one knows anyway: one's own, and
        direct customers with what stands above them. Any key may be written there."""
        estate = self.estate
        ours = self.home & self.seen
        relies = estate.standing & ours[estate.dependency_supporter]
        direct = np.zeros(len(estate.organization_ids), dtype=np.bool_)
        direct[estate.consumption_consumer[ours[estate.consumption_service]]] = True
        direct[estate.provider[estate.dependency_reliant[relies]]] = True
        places = np.flatnonzero(direct)
        return {
            key: row
            for key, row in self.records.organizations_by_key(keys - {""}).items()
            if row.root_id == self.viewpoint.root_id or estate.is_at_or_above_any(row.id, places)
        }


def _kinds(found: Impact) -> Ints:
    """The index into `KINDS` of every service that is hit."""
    return np.where(
        found.condition == DOWN,
        KINDS.index("down"),
        np.where(found.condition == DEGRADED, KINDS.index("degraded"), KINDS.index(AT_RISK)),
    )


def impact_as_plain(view: ImpactView, needed: Mapping[str, Needed] | None = None) -> dict[str, Any]:
    """The answer for programs, the same at every door; with who is ``needed`` then, each service
    says whether it is within its service hours and when next (null: nobody said any)."""
    # Hundreds of services share a few of these: each is put into words once.
    spoken = {id(each): needed_as_plain(each) for each in (needed or {}).values()}
    return {
        "failing": [link.reference for link in view.failing],
        "condition": view.condition,
        "counts": dict(view.counts),
        "services": [
            {
                "reference": hit.link.reference,
                "name": hit.link.name,
                "provider": hit.link.provider.key,
                "kind": hit.kind,
                "next-loss": hit.next_loss or None,
                "steps": hit.steps,
                # Null stands for what may not be seen.
                "path": [None if link is None else link.reference for link in hit.path],
                **(
                    {}
                    if needed is None
                    else {"needed": spoken.get(id(needed.get(hit.link.reference)))}
                ),
            }
            for hit in view.hits
        ],
        "organizations": [
            {
                "organization": row.organization.key,
                "name": row.organization.name,
                "kind": row.kind,
                "services": [link.reference for link in row.services],
                "service-count": row.service_count,
                "relying": row.relying,
            }
            for row in view.organizations
        ],
        "organization-count": view.organization_count,
        "outcomes": [
            {
                "service": row.service.reference,
                "outcome": row.outcome.key,
                "statement": row.outcome.statement,
                "kind": row.kind,
                "wanted-by": row.wanted_by.key if row.wanted_by else None,
            }
            for row in view.outcomes
        ],
        "outcome-count": view.outcome_count,
        "others-not-followed": view.crosses,
    }
