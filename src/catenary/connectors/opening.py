"""The one way an inlet is opened or changed, whoever asks: page, API or command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from catenary.apps.monitoring.operations.inlets import OpenedInlet, change_inlet, open_inlet
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
    """Open an inlet with settings as plain values; raises `Refused` with everything that is wrong
    with them, and what `open_inlet` raises."""
    if kind not in KINDS:
        reason = Refusal(
            "kind-unknown",
            key,
            ("kind",),
            said("there is no such kind of inlet"),
            said("one of {names}", ", ".join(sorted(KINDS))),
        )
        raise Refused([reason])
    check_settings(kind, settings, organization, key)
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
    # Nobody reports to what looks by itself.
    return made if KINDS[kind].hear is not None else OpenedInlet(key, "", "")


def changed(
    *,
    actor: Actor,
    at: datetime,
    organization: str,
    key: str,
    kind: str,
    settings: Any,
    origin: Origin,
) -> None:
    """Set an inlet anew; raises `Refused` and what `change_inlet` raises."""
    check_settings(kind, settings, organization, key)
    change_inlet(
        actor=actor, at=at, organization=organization, key=key, settings=settings, origin=origin
    )


def check_settings(kind: str, settings: Any, house: str, key: str) -> None:
    """Raises `Refused` with everything that is wrong with settings."""
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


@lru_cache(1024)
def settings_read(kind: str, settings: str, house: str) -> Any:
    """The settings of an inlet as its kind knows them, from the JSON text that is kept."""
    return KINDS[kind].read(Wishes(orjson.loads(settings), house))
