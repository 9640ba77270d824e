"""The one way an inlet is opened or changed, whoever asks: page, API or command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from catenary.apps.monitoring.operations.inlets import OpenedInlet, change_inlet, open_inlet
from catenary.apps.organizations.queries import viewpoint_of
from catenary.apps.portfolio.queries.lookup import referable_services, services_by_reference
from catenary.apps.portfolio.queries.nearest import nearest_to_each
from catenary.connectors.alertmanager import reading as _alertmanager
from catenary.connectors.cloudevents import reading as _cloudevents
from catenary.connectors.heartbeat import reading as _heartbeat
from catenary.connectors.kinds import Kind
from catenary.connectors.nagios import reading as _nagios
from catenary.connectors.probe import reading as _probe
from catenary.connectors.webhook import reading as _webhook
from catenary.connectors.wishes import Wishes
from catenary.domain.actors import Actor, Origin
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import as_said, said

__all__ = ["KINDS", "changed", "opened", "settings_read"]

KINDS: Mapping[str, Kind] = {
    room.KIND.name: room.KIND
    for room in (_alertmanager, _webhook, _cloudevents, _nagios, _heartbeat, _probe)
}


def opened(
    *,
    actor: Actor,
    at: datetime,
    organization: str,
    key: str,
    kind: str,
    proof: str,
    settings: Any,
    origin: Origin,
) -> OpenedInlet:
    """Open an inlet with settings as plain values, with what is doubtful about them; raises
    `Refused` with everything that is wrong with them, and what `open_inlet` raises."""
    if kind not in KINDS:
        reason = Refusal(
            "kind-unknown",
            key,
            ("kind",),
            said("there is no such kind of inlet"),
            said("one of {names}", ", ".join(sorted(KINDS))),
        )
        raise Refused([reason])
    named = check_settings(kind, settings, organization, key)
    made = open_inlet(
        actor=actor,
        at=at,
        organization=organization,
        key=key,
        kind=kind,
        proof=proof,
        settings=settings,
        origin=origin,
    )
    if KINDS[kind].hear is None:
        # Nobody reports to what looks by itself.
        made = OpenedInlet(key, "", "")
    return replace(made, doubts=doubts(actor, organization, key, named))


def changed(
    *,
    actor: Actor,
    at: datetime,
    organization: str,
    key: str,
    kind: str,
    settings: Any,
    origin: Origin,
) -> tuple[Refusal, ...]:
    """Set an inlet anew; what is doubtful about its settings. Raises `Refused` and what
    `change_inlet` raises."""
    named = check_settings(kind, settings, organization, key)
    change_inlet(
        actor=actor, at=at, organization=organization, key=key, settings=settings, origin=origin
    )
    return doubts(actor, organization, key, named)


def check_settings(kind: str, settings: Any, house: str, key: str) -> Sequence[tuple[str, str]]:
    """The fields of settings that name services, each with its service. Raises `Refused` with
    everything that is wrong with them."""
    wishes = Wishes(settings, house)
    KINDS[kind].read(wishes)
    wishes.done()
    if wishes.wrong:
        raise Refused(
            [
                Refusal(
                    "settings-invalid",
                    key,
                    ("settings", wrong.field),
                    as_said(wrong.sentence),
                    as_said(wrong.expected),
                )
                for wrong in wishes.wrong
            ]
        )
    return wishes.named


def doubts(
    actor: Actor, house: str, key: str, named: Sequence[tuple[str, str]]
) -> tuple[Refusal, ...]:
    """Of services that settings name: those of which nothing said will be taken, because there is
    none such that the actor may see. They may be there one day, so that it is no reason against
    the settings."""
    rows = services_by_reference(reference for _, reference in named)
    seen = referable_services(actor, rows.values())
    unknown = [
        (field, reference)
        for field, reference in named
        if reference not in rows or rows[reference].id not in seen
    ]
    sought = list(dict.fromkeys(reference for _, reference in unknown))[:_MOST_SOUGHT]
    near = (
        nearest_to_each(actor=actor, viewpoint=viewpoint_of(actor, house), references=sought)
        if sought
        else {}
    )
    found = []
    for field, reference in unknown[:_MOST_DOUBTS]:
        meant = near.get(reference, ())
        found.append(
            Refusal(
                "service-unknown",
                key,
                ("settings", field),
                said("there is no service {reference} that you may see", reference),
                said('did you mean "{meant}"?', meant[0])
                if meant
                else said("what is said of it is refused"),
            )
        )
    return tuple(found)


#: So many are told of, and for so many it is looked what was meant.
_MOST_DOUBTS, _MOST_SOUGHT = 20, 20


@lru_cache(1024)
def settings_read(kind: str, settings: str, house: str) -> Any:
    """The settings of an inlet as its kind knows them, from the JSON text that is kept."""
    return KINDS[kind].read(Wishes(orjson.loads(settings), house))
