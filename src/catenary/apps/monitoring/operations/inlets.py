"""Opening, changing and closing the addresses at which something outside reports."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError

from catenary.apps.access.choices import Happening
from catenary.apps.access.operations.recording import record_access
from catenary.apps.access.operations.second_factors import seal
from catenary.apps.common.operations import waiting_turn
from catenary.apps.monitoring.models import Inlet, InletAccount, InletVersion
from catenary.apps.monitoring.operations.recording import record_cleared
from catenary.apps.monitoring.queries.inlet_words import StillSaid, still_said
from catenary.apps.monitoring.queries.inlets import latest_inlet, managed_organization
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.domain.actors import Actor, Origin
from catenary.domain.references import is_key
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import figure, said

#: ``secret``: sent along, as a bearer token or a password; ``hmac``: never sent, it signs.
PROOFS = ("secret", "hmac")
MOST_PER_ORGANIZATION = 200
LONGEST_KEY = 60
#: So many words are taken back in one transaction; then others have their turn.
_TAKEN_BACK_AT_ONCE = 5_000
_LETTERS = string.ascii_letters + string.digits


class InletMissing(Exception):
    """There is no open inlet of that name which the actor may manage."""


@dataclass(frozen=True, slots=True)
class OpenedInlet:
    """An inlet that was opened, or given a new secret; ``secret`` is told here and never again.
    ``doubts`` are about what it was set to, and no reasons against it."""

    key: str
    address: str
    secret: str
    doubts: tuple[Refusal, ...] = ()


def open_inlet(
    *,
    actor: Actor,
    at: datetime,
    organization: str,
    key: str,
    kind: str,
    proof: str,
    settings: Mapping[str, Any],
    origin: Origin,
) -> OpenedInlet:
    """Open an inlet for an organization. ``settings`` are as the kind wants them: whoever calls
    has read them (`connectors.opening`).

    Raises `InletMissing` when the actor may not manage inlets there, `Refused` with every reason.
    """
    house = managed_organization(actor, organization)
    if house is None:
        raise InletMissing(organization)
    secret, public_id = _letters(40), _letters(16)
    with waiting_turn():
        standing = Inlet.objects.filter(organization_id=house.id, closed_at__isnull=True)
        refusals = list(_reasons_against(key, proof, set(standing.values_list("key", flat=True))))
        if refusals:
            raise Refused(refusals)
        try:
            inlet = Inlet.objects.create(
                organization_id=house.id,
                key=key,
                public_id=public_id,
                kind=kind,
                proof=proof,
                opened_at=at,
                settings=json.dumps(settings),
                **_kept(secret, proof),
            )
        except IntegrityError:
            raise Refused([_taken(key)]) from None
        InletAccount.objects.create(inlet=inlet)
        _note(inlet, actor, at)
        _record(Happening.INLET_OPENED, inlet, house.key, at, origin)
    return OpenedInlet(key, f"/in/{kind}/{public_id}", secret)


def change_inlet(
    *,
    actor: Actor,
    at: datetime,
    organization: str,
    key: str,
    settings: Mapping[str, Any],
    origin: Origin,
) -> None:
    """Let an inlet read what comes in another way from now on. Raises `InletMissing`."""
    with waiting_turn():
        inlet, house = _open(actor, organization, key)
        inlet.settings = json.dumps(settings)
        inlet.save(update_fields=["settings"])
        _note(inlet, actor, at)
        _record(Happening.INLET_CHANGED, inlet, house, at, origin)


def renew_inlet(
    *, actor: Actor, at: datetime, organization: str, key: str, origin: Origin
) -> OpenedInlet:
    """Give an inlet another secret; the old one is refused from now on. Raises `InletMissing`."""
    secret = _letters(40)
    with waiting_turn():
        inlet, house = _open(actor, organization, key)
        for name, value in _kept(secret, inlet.proof).items():
            setattr(inlet, name, value)
        inlet.save(update_fields=["digest", "sealed"])
        _record(Happening.INLET_CHANGED, inlet, house, at, origin)
    return OpenedInlet(key, f"/in/{inlet.kind}/{inlet.public_id}", secret)


def close_inlet(
    *,
    actor: Actor,
    at: datetime,
    organization: str,
    key: str,
    origin: Origin,
    take_back: bool = False,
) -> int:
    """Close an inlet at once and for good: nobody answers at its address any more. What it said
    last goes on standing, unless it is taken back as well (`take_back_last_words`): then of how
    many services it was. Raises `InletMissing`."""
    with waiting_turn():
        inlet, house = _open(actor, organization, key)
        inlet.closed_at = at
        inlet.save(update_fields=["closed_at"])
        _record(Happening.INLET_CLOSED, inlet, house, at, origin)
    if not take_back:
        return 0
    return take_back_last_words(
        actor=actor, at=at, organization=organization, key=key, origin=origin
    )


def take_back_last_words(
    *, actor: Actor, at: datetime, organization: str, key: str, origin: Origin
) -> int:
    """Let a closed inlet say nothing any more: each of its voices whose last word stands says
    "cleared", of the services that the actor may see and report of; of how many services that was.
    What was said stays in the history. In parts, so that others have their turn: what is left when
    it is cut off is taken back by calling it again.

    Raises `InletMissing` when there is no inlet of this name that the actor may manage, or one of
    it is open, and `CatalogueBusy`.
    """
    house = managed_organization(actor, organization)
    inlet = None if house is None else latest_inlet(house.id, key)
    if house is None or inlet is None or inlet.closed_at is None:
        raise InletMissing(f"{organization}/{key}")
    found = still_said(actor, house, key, at)
    for start in range(0, len(found), _TAKEN_BACK_AT_ONCE):
        part = slice(start, start + _TAKEN_BACK_AT_ONCE)
        with waiting_turn(whole=True):
            if not start:
                _record(Happening.INLET_TAKEN_BACK, inlet, house.key, at, origin)
            record_cleared(actor=actor, at=at, words=_cleared(found, part, at))
    return found.services


def _cleared(found: StillSaid, part: slice, at: datetime) -> Iterator[tuple[int, int, datetime]]:
    """From when on each of these voices says nothing: now, or just after what it said ahead of the
    clock."""
    now = micros(at)
    columns = (found.service, found.source, found.said_at)
    for service, source, said_at in zip(*(each[part].tolist() for each in columns), strict=True):
        yield service, source, at if said_at < now else moment(said_at + 1)


def digest_of(secret: str) -> str:
    """What is kept of a secret that is shown. One round is enough: nobody guesses 238 bits."""
    return sha256(secret.encode()).hexdigest()


def _kept(secret: str, proof: str) -> dict[str, str]:
    if proof == "hmac":
        return {"digest": "", "sealed": seal(secret)}
    return {"digest": digest_of(secret), "sealed": ""}


def _open(actor: Actor, organization: str, key: str) -> tuple[Inlet, str]:
    house = managed_organization(actor, organization)
    rows = Inlet.objects.select_for_update().filter(
        organization_id=house.id if house else 0, key=key, closed_at__isnull=True
    )
    inlet = rows.first()
    if inlet is None or house is None:
        raise InletMissing(f"{organization}/{key}")
    return inlet, house.key


def _note(inlet: Inlet, actor: Actor, at: datetime) -> None:
    InletVersion.objects.create(
        inlet=inlet,
        settings=inlet.settings,
        starts_at=at,
        account_id=actor.account_id,
        person_id=actor.person_id,
    )


def _record(kind: Happening, inlet: Inlet, house: str, at: datetime, origin: Origin) -> None:
    record_access(
        kind,
        at=at,
        origin=origin,
        account_ids=[origin.account_id],
        organization_id=inlet.organization_id,
        about=f"{house}/{inlet.key} ({inlet.kind})",
    )


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def _taken(key: str) -> Refusal:
    return Refusal(
        "name-taken",
        key,
        ("name",),
        said("an inlet of this name is open already"),
        said("choose another name, or close that one"),
    )


def _reasons_against(key: str, proof: str, standing: set[str]) -> Iterator[Refusal]:
    if not is_key(key) or len(key) > LONGEST_KEY:
        yield Refusal(
            "name-unfit",
            key[:LONGEST_KEY],
            ("name",),
            said("this is no name for an inlet"),
            said("use up to 60 lower-case letters, digits, “-”, “.” and “_”"),
        )
    elif key in standing:
        yield _taken(key)
    if proof not in PROOFS:
        yield Refusal(
            "proof-unknown",
            key[:LONGEST_KEY],
            ("proof",),
            said("nobody can prove it this way"),
            said("choose secret or hmac"),
        )
    if len(standing) >= MOST_PER_ORGANIZATION:
        yield Refusal(
            "too-many",
            key[:LONGEST_KEY],
            ("name",),
            said("there are {n} open inlets already", figure(MOST_PER_ORGANIZATION)),
            said("close those that nothing uses"),
        )
