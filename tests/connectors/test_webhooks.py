"""Webhooks, proved against a real server on loopback: signed, and kept out of our network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest

from catenary.connectors.webhooks.sending import NotCalled, call, secret_of
from tests.connectors.test_mail import notice

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@dataclass
class Receiver:
    """A real server: what it was sent, and how it answers."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((dict(self.headers), body))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    settings.OWN_NETWORKS = (ip_network("127.0.0.0/8"),)
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_call_is_signed_so_that_it_cannot_be_taken_for_another(receiver: Receiver) -> None:
    call(replace(notice("Patients"), address=receiver.url), NOON)

    ((headers, body),) = receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    meant = []
    for subscription in ("abc", "def"):
        key = base64.b64decode(secret_of(subscription).removeprefix("whsec_"))
        digest = hmac.new(key, signed, hashlib.sha256).digest()
        meant.append(f"v1,{base64.b64encode(digest).decode()}")
    assert headers["webhook-signature"] == " ".join(meant)
    assert headers["webhook-id"] == "notice_7"
    assert headers["webhook-timestamp"] == str(int(NOON.timestamp()))


def test_a_program_reads_what_a_person_does(receiver: Receiver) -> None:
    call(replace(notice("Patients"), address=receiver.url), NOON)

    told = json.loads(receiver.got[0][1])
    assert told["type"] == "conditions.changed"
    (change,) = told["data"]["changes"]
    assert (change["name"], change["now"]) == ("Patients", "down")
    (cause,) = told["data"]["causes"]
    assert cause["service"] is None and cause["name"] == "a supporting service of Bluewater"


@pytest.mark.parametrize(("status", "is_final"), [(500, False), (404, False), (410, True)])
def test_anything_but_a_yes_is_no(receiver: Receiver, status: int, is_final: bool) -> None:
    receiver.status = status

    with pytest.raises(NotCalled, match=str(status)) as refused:
        call(replace(notice("Patients"), address=receiver.url), NOON)

    assert refused.value.is_final is is_final


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://169.254.169.254/latest/", "http://example.org/"]
)
def test_nobody_makes_us_call_into_our_own_network(settings: Any, url: str) -> None:
    settings.OWN_NETWORKS = ()

    with pytest.raises(NotCalled) as refused:
        call(replace(notice("Patients"), address=url), NOON, resolve=lambda name, port: [name])

    assert refused.value.is_final


@pytest.mark.parametrize("own", [(), (ip_network("169.254.0.0/16"),)])
def test_what_is_kept_of_a_call_to_a_clouds_secrets_promises_no_setting(
    settings: Any, own: Any
) -> None:
    settings.OWN_NETWORKS = own

    with pytest.raises(NotCalled) as refused:
        call(replace(notice("Patients"), address="https://169.254.169.254/latest/"), NOON)

    assert "no setting allows it" in str(refused.value)
    assert "CATENARY_OWN_NETWORKS" not in str(refused.value)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status = 302

    with pytest.raises(NotCalled, match="302"):
        call(replace(notice("Patients"), address=receiver.url), NOON)
    assert len(receiver.got) == 1
