"""Inlets: found by their address, and told to those who manage them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from catenary.apps.common.queries.prepared import Prepared, numbers
from catenary.apps.monitoring.models import Inlet, InletAccount, RefusedItem
from catenary.apps.monitoring.policies import may_manage_inlets, may_see_inlets
from catenary.apps.organizations.queries import OrganizationRow, organizations_by_key
from catenary.domain.actors import Actor, MembershipFact, Scope
from catenary.domain.documents.shapes import Role
from catenary.domain.said import said_of_plain

#: So many of what was refused are kept of each inlet.
REFUSALS_KEPT = 50
#: How much came through, in the order in which it is told.
COUNTS = ("taken", "repeated", "passed_over", "corrected", "refused")


@dataclass(frozen=True, slots=True)
class InletRow:
    """An inlet that is open, as whoever hears needs it."""

    id: int
    key: str
    kind: str
    proof: str
    digest: str
    sealed: str
    settings: str
    organization_id: int
    organization_key: str
    organization_name: str
    path: str
    root_id: int

    @property
    def voice(self) -> str:
        """The name of the source it speaks as."""
        return voice_of(self.organization_key, self.key)

    def actor(self) -> Actor:
        """Who reports through it: it may report of what its organization provides, and do
        nothing else anywhere."""
        fact = MembershipFact(
            self.organization_id,
            self.organization_key,
            self.organization_name,
            self.path,
            self.root_id,
            frozenset({Role.SERVICE_OWNER}),
        )
        return Actor(memberships=(fact,), door="inlet", scopes=frozenset({Scope.READ, Scope.WRITE}))


def voice_of(organization: str, key: str) -> str:
    """The name of the source that an inlet speaks as; those of its voices begin with it and ":"."""
    return f"{organization}/{key}"


_COLUMNS = (
    "id",
    "key",
    "kind",
    "proof",
    "digest",
    "sealed",
    "settings",
    "organization_id",
    "organization__key",
    "organization__name",
    "organization__path",
    "organization__root_id",
)
_BY_ADDRESS = Prepared(
    lambda public_id: Inlet.objects.filter(
        public_id=public_id, closed_at__isnull=True, organization__removed_at__isnull=True
    ).values_list(*_COLUMNS)
)
_STANDING = Prepared(
    lambda ids: Inlet.objects.filter(
        id__in=numbers(ids), closed_at__isnull=True, organization__removed_at__isnull=True
    ).values_list(*_COLUMNS)
)
#: Inlets as this process saw them last, by address: a monitor delivers again and again.
_SEEN: dict[str, InletRow] = {}
_MOST_SEEN = 10_000


def inlet_at(kind: str, public_id: str, *, now: bool = False) -> InletRow | None:
    """The open inlet of this kind at an address, as it was seen last; with ``now``, as it stands:
    one query. Nothing is recorded for one that has changed since (`standing_inlets`)."""
    found = None if now else _SEEN.get(public_id)
    if found is None:
        rows = _BY_ADDRESS.rows(public_id[:24])
        found = InletRow(*rows[0]) if rows else None
        if len(_SEEN) >= _MOST_SEEN:
            _SEEN.clear()
        if found is None:
            _SEEN.pop(public_id, None)
        else:
            _SEEN[public_id] = found
    return found if found is not None and found.kind == kind else None


def standing_inlets(ids: Iterable[int]) -> dict[int, InletRow]:
    """Inlets that are open, as they stand, by their numbers; one query."""
    return {row[0]: InletRow(*row) for row in _STANDING.rows(sorted(set(ids)))}


def inlets_of_kind(kind: str) -> list[InletRow]:
    """Every open inlet of a kind, for those that look by themselves."""
    rows = Inlet.objects.filter(
        kind=kind, closed_at__isnull=True, organization__removed_at__isnull=True
    )
    return [InletRow(*row) for row in rows.order_by("id").values_list(*_COLUMNS)]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was refused: the whole ``text`` in English; and the field with what stands
    against it and what would be right, as sentences that may be said in other languages (all
    empty in what was kept before they were)."""

    code: str
    text: str
    field: str = ""
    sentence: str = ""
    expected: str = ""

    @classmethod
    def of(
        cls, code: str, text: str, field: str = "", sentence: Any = "", expected: Any = ""
    ) -> Reason:
        """A reason as it is kept."""
        return cls(code, text, field, said_of_plain(sentence), said_of_plain(expected))


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """Something an inlet could not take, and why: so many times since then, ``at`` the last time;
    ``service`` is the reference it named, empty where it is not about that."""

    at: datetime
    since: datetime
    times: int
    service: str
    reasons: tuple[Reason, ...]
    excerpt: str


@dataclass(frozen=True, slots=True)
class InletView:
    """An inlet as it is told to those who manage it; never its secret."""

    id: int
    organization: str
    key: str
    kind: str
    proof: str
    public_id: str
    settings: Any
    opened_at: datetime
    closed_at: datetime | None
    heard_at: datetime | None
    taken: int
    repeated: int
    passed_over: int
    corrected: int
    refused: int
    told_to_wait: int
    told_to_wait_at: datetime | None
    latest: tuple[RefusedRow, ...] = ()

    @property
    def address(self) -> str:
        """Its place on our port."""
        return f"/in/{self.kind}/{self.public_id}"


def managed_organization(actor: Actor, key: str) -> OrganizationRow | None:
    """The organization of this key when the actor may manage its inlets, else none: to others
    there is no such place."""
    found = organizations_by_key([key]).get(key)
    return found if found is not None and may_manage_inlets(actor, found.path) else None


def seen_organization(actor: Actor, key: str) -> OrganizationRow | None:
    """The organization of this key when the actor may see its inlets, else none."""
    found = organizations_by_key([key]).get(key)
    return found if found is not None and may_see_inlets(actor, found.path) else None


def latest_inlet(organization_id: int, key: str) -> Inlet | None:
    """The inlet of this name that is open, else the one that was closed last; none when there
    never was one."""
    rows = Inlet.objects.filter(organization_id=organization_id, key=key)
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-id").first()


def inlets_of(actor: Actor, organization: str) -> list[InletView] | None:
    """The inlets of an organization, closed ones last; none when the actor may not manage them."""
    house = seen_organization(actor, organization)
    return None if house is None else _views(Inlet.objects.filter(organization_id=house.id), house)


def inlet_view(actor: Actor, organization: str, key: str) -> InletView | None:
    """One inlet (the latest of its name) with the latest that it refused; none when there is none
    that the actor may manage."""
    house = seen_organization(actor, organization)
    if house is None:
        return None
    found = _views(Inlet.objects.filter(organization_id=house.id, key=key), house)
    if not found:
        return None
    view = found[0]
    latest = RefusedItem.objects.filter(inlet_id=view.id).order_by("-at", "-id")[:REFUSALS_KEPT]
    columns = ("at", "since", "times", "service", "reasons", "excerpt")
    rows = tuple(_refused(*row) for row in latest.values_list(*columns))
    return _with_latest(view, rows)


def _refused(
    at: datetime, since: datetime | None, times: int, service: str, kept: str, excerpt: str
) -> RefusedRow:
    reasons = tuple(Reason.of(*each) for each in json.loads(kept))
    return RefusedRow(at, since or at, times, service, reasons, excerpt)


def _with_latest(view: InletView, rows: tuple[RefusedRow, ...]) -> InletView:
    values = {name: getattr(view, name) for name in InletView.__dataclass_fields__}
    return InletView(**{**values, "latest": rows})


def _views(rows: Any, house: OrganizationRow) -> list[InletView]:
    found = rows.order_by(F("closed_at").desc(nulls_first=True), "key", "-id").values_list(
        "id",
        "key",
        "kind",
        "proof",
        "public_id",
        "settings",
        "opened_at",
        "closed_at",
        "account__heard_at",
        "account__told_to_wait",
        "account__told_to_wait_at",
        *(f"account__{name}" for name in COUNTS),
    )
    views = []
    for (
        number,
        key,
        kind,
        proof,
        public_id,
        settings,
        opened,
        closed,
        heard,
        later,
        last,
        *counts,
    ) in found:
        told: dict[str, Any] = {n: c or 0 for n, c in zip(COUNTS, counts, strict=True)}
        view = InletView(
            number,
            house.key,
            key,
            kind,
            proof,
            public_id,
            json.loads(settings),
            opened,
            closed,
            heard,
            **told,
            told_to_wait=later or 0,
            told_to_wait_at=last,
        )
        views.append(view)
    return views


@dataclass(frozen=True, slots=True)
class InletCount:
    """How much came through an open inlet, for whoever watches the installation; ``became`` is how
    many items became what, each counted once."""

    id: int
    organization: str
    key: str
    kind: str
    heard_at: datetime | None
    became: Mapping[str, int]


_BECAME = ("taken", "repeated", "passed-over", "refused")


def inlet_counts(most: int = 500) -> tuple[list[InletCount], int]:
    """The first open inlets, in the order in which they were opened, and how many there are."""
    rows = InletAccount.objects.filter(
        inlet__closed_at__isnull=True, inlet__organization__removed_at__isnull=True
    )
    found = rows.order_by("inlet_id").values_list(
        "inlet_id",
        "inlet__organization__key",
        "inlet__key",
        "inlet__kind",
        "heard_at",
        "taken",
        "repeated",
        "passed_over",
        "refused",
    )
    counts = [
        InletCount(number, house, key, kind, heard, dict(zip(_BECAME, became, strict=True)))
        for number, house, key, kind, heard, *became in found[:most]
    ]
    return counts, rows.count()


def inlet_as_plain(view: InletView) -> dict[str, Any]:
    """An inlet as programs read it."""
    return {
        "name": view.key,
        "organization": view.organization,
        "kind": view.kind,
        "address": view.address if view.closed_at is None else None,
        "proof": view.proof,
        "settings": view.settings,
        "opened-at": view.opened_at.isoformat(),
        "closed-at": None if view.closed_at is None else view.closed_at.isoformat(),
        "heard-at": None if view.heard_at is None else view.heard_at.isoformat(),
        "taken": view.taken,
        "repeated": view.repeated,
        "passed-over": view.passed_over,
        "corrected": view.corrected,
        "refused": view.refused,
        "told-to-wait": view.told_to_wait,
        "told-to-wait-at": None
        if view.told_to_wait_at is None
        else view.told_to_wait_at.isoformat(),
        "latest-refused": [
            {
                "at": row.at.isoformat(),
                "since": row.since.isoformat(),
                "times": row.times,
                "service": row.service or None,
                "reasons": [{"code": each.code, "detail": each.text} for each in row.reasons],
                "excerpt": row.excerpt,
            }
            for row in view.latest
        ],
    }
