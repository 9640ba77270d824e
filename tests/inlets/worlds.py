"""Short ways to open inlets in the small world and to deliver to them."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.test import Client

from catenary import clock
from catenary.apps.monitoring.models import InletAccount
from catenary.apps.monitoring.operations.engine import Engine
from catenary.connectors.opening import opened
from catenary.domain.actors import Actor, Origin
from tests.apps.worlds import OPERATOR

HERE = Origin("tests")


@dataclass(frozen=True)
class Sender:
    """Something outside that knows the address and the secret of an inlet."""

    key: str
    address: str
    secret: str

    def send(self, body: Any, **more: Any) -> Any:
        """Deliver with the secret shown; ``more`` are headers."""
        headers = {"Authorization": f"Bearer {self.secret}", **more.pop("headers", {})}
        return self.plain(body, headers=headers, **more)

    def plain(self, body: Any, **more: Any) -> Any:
        """Deliver with no proof but the given headers."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = more.pop("content_type", "application/json")
        return Client().post(self.address, data, content_type=kind, **more)

    def signed(self, body: Any) -> Any:
        """Deliver with a signature over the body."""
        data = json.dumps(body).encode()
        made = hmac.new(self.secret.encode(), data, sha256).hexdigest()
        return self.plain(data, headers={"X-Hub-Signature-256": f"sha256={made}"})

    def basic(self, body: Any) -> Any:
        """Deliver with the secret as a password."""
        said = base64.b64encode(f"anybody:{self.secret}".encode()).decode()
        return self.plain(body, headers={"Authorization": f"Basic {said}"})

    def account(self) -> InletAccount:
        """How much came through."""
        return InletAccount.objects.get(inlet__public_id=self.address.rpartition("/")[2])


def sender(
    kind: str = "alertmanager",
    organization: str = "bluewater-ops",
    key: str = "monitor",
    proof: str = "secret",
    actor: Actor = OPERATOR,
    **settings: Any,
) -> Sender:
    """Open an inlet; names of settings with ``_`` for ``-``."""
    made = opened(
        actor=actor,
        at=clock.now(),
        organization=organization,
        key=key,
        kind=kind,
        proof=proof,
        settings={name.replace("_", "-"): value for name, value in settings.items()},
        origin=HERE,
    )
    return Sender(made.key, made.address, made.secret)


def alert(
    service: str = "database",
    status: str = "firing",
    severity: str = "critical",
    begun: str = "2024-03-01T10:00:00.123456789Z",
    ended: str = "0001-01-01T00:00:00Z",
    fingerprint: str = "a1b2c3d4e5f60718",
    summary: str = "It does not answer",
    name: str = "Down",
    **labels: str,
) -> dict[str, Any]:
    """An alert as Alertmanager sends it."""
    return {
        "status": status,
        "labels": {"alertname": name, "service": service, "severity": severity, **labels},
        "annotations": {"summary": summary},
        "startsAt": begun,
        "endsAt": ended,
        "generatorURL": "http://prometheus.example:9090/graph?g0.expr=up",
        "fingerprint": fingerprint,
    }


def notification(*alerts: Any, **more: Any) -> dict[str, Any]:
    """A notification as Alertmanager sends it."""
    return {
        "version": "4",
        "groupKey": '{}:{alertname="Down"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "catenary",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example:9093",
        "alerts": list(alerts),
        **more,
    }


def follow() -> None:
    """Let the engine do all that is due."""
    engine = Engine()
    while engine.step(clock.now()).is_more:
        pass
