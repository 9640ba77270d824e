"""Looking by ourselves: real servers on this machine, and nothing where nobody may look."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from catenary import clock
from catenary.apps.monitoring.models import Observation
from catenary.connectors.probe.looking import Seen, look
from catenary.connectors.probe.reading import Check, host_and_port, read
from catenary.connectors.probe.rounds import RELOAD_SECONDS, Rounds
from catenary.connectors.wishes import Wishes
from tests.apps.worlds import begin
from tests.inlets.worlds import sender

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/slow":
            time.sleep(0.3)
        self.send_response(503 if self.path == "/broken" else 200)
        if self.path == "/away":
            self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()
        self.wfile.write(b"all is <b>well</b>")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def own(settings: Any) -> None:
    settings.OWN_NETWORKS = [ip_network("127.0.0.0/8")]


def check(way: str, target: str, **more: Any) -> Check:
    return Check("check", "a/b", way, target, timeout=2, **more)


def test_pages_are_looked_at(port: int) -> None:
    url = f"http://127.0.0.1:{port}"

    assert look(check("http", f"{url}/"), NOW) == Seen("operational")
    assert look(check("http", f"{url}/", contains="<b>well</b>"), NOW).condition == "operational"
    assert look(check("http", f"{url}/", contains="sick"), NOW).condition == "down"
    assert look(check("http", f"{url}/broken"), NOW) == Seen("down", "it answers 503")
    assert look(check("http", f"{url}/broken", failing="degraded"), NOW).condition == "degraded"
    assert look(check("http", f"{url}/broken", statuses=((503, 503),)), NOW).text == ""
    assert look(check("http", f"{url}/slow", slower_than=0.1), NOW).condition == "degraded"


def test_ports_are_looked_at(port: int) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = closed.getsockname()[1]

        assert look(check("tcp", f"127.0.0.1:{port}"), NOW).condition == "operational"
        assert look(check("tcp", f"127.0.0.1:{nobody}"), NOW).condition == "down"
        assert look(check("tls", f"127.0.0.1:{port}"), NOW).condition == "down"


class Certified:
    """Somebody who issues certificates, and one of theirs for this machine."""

    def __init__(self, folder: Path, ends: datetime) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(ends - timedelta(days=90))
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        self.certificate = folder / "certificate.pem"
        self.certificate.write_bytes(made.public_bytes(Encoding.PEM))
        self.private = folder / "key.pem"
        self.private.write_bytes(
            self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )

    @contextmanager
    def speaking(self) -> Iterator[int]:
        """A real server that shows the certificate; its port."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.private)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            yield server.server_port
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("days", "condition", "text"),
    [
        (30, "operational", ""),
        (3, "degraded", "its certificate ends on "),
        (-1, "down", ""),
    ],
)
def test_a_certificate_that_is_about_to_end_is_seen_before_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, condition: str, text: str
) -> None:
    # Whether it has ended is judged by the clock of the machine: no moment can be passed in.
    now = clock.now()
    certified = Certified(tmp_path, now + timedelta(days=days))
    monkeypatch.setenv("SSL_CERT_FILE", str(certified.certificate))

    with certified.speaking() as port:
        seen = look(check("tls", f"localhost:{port}", expires_within=14 * 86_400), now)

    assert seen.condition == condition
    assert seen.text.startswith(text)
    if days > 0 and text:
        assert f"{now + timedelta(days=days):%Y-%m-%d}" in seen.text


def test_a_certificate_of_somebody_unknown_is_no_good(tmp_path: Path) -> None:
    certified = Certified(tmp_path, clock.now() + timedelta(days=30))

    with certified.speaking() as port:
        assert look(check("tls", f"localhost:{port}"), clock.now()).condition == "down"


def test_names_are_looked_at() -> None:
    def known(name: str, port: int) -> Sequence[str]:
        if name != "www.example":
            raise OSError
        return ["192.0.2.7", "2001:db8::7"]

    assert look(check("dns", "www.example"), NOW, known).condition == "operational"
    assert look(check("dns", "www.example", address="2001:db8:0::7"), NOW, known).text == ""
    elsewhere = look(check("dns", "www.example", address="192.0.2.8"), NOW, known)
    assert elsewhere == Seen("down", "the name leads elsewhere")
    assert look(check("dns", "other.example"), NOW, known).condition == "down"


@pytest.mark.parametrize(
    ("way", "target"),
    [
        ("http", "http://127.0.0.1:{port}/"),
        ("http", "http://localhost:{port}/"),
        ("http", "http://[::ffff:127.0.0.1]:{port}/"),
        ("http", "http://user:secret@127.0.0.1:{port}/"),
        ("tcp", "127.0.0.1:{port}"),
        ("tls", "localhost:{port}"),
        ("tcp", "169.254.169.254:80"),
        ("tcp", "10.0.0.1:22"),
    ],
)
def test_nobody_looks_inside_unless_the_operator_said_so(
    port: int, settings: Any, way: str, target: str
) -> None:
    settings.OWN_NETWORKS = []

    seen = look(check(way, target.format(port=port)), NOW)

    assert seen.condition == "unknown"
    assert seen.text.startswith("not looked at")


def test_a_redirect_to_where_secrets_are_kept_is_not_followed(port: int) -> None:
    class Away(Answers):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.end_headers()

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Away) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        seen = look(check("http", f"http://127.0.0.1:{server.server_port}/"), NOW)
        server.shutdown()
        thread.join()

    assert seen.condition == "unknown"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a.example:5432", ("a.example", 5432)),
        ("[2001:db8::1]:443", ("2001:db8::1", 443)),
        ("a.example", None),
        ("a.example:0", None),
        ("a.example:99999", None),
        ("a b:80", None),
        (":80", None),
    ],
)
def test_a_place_is_a_host_with_a_port(text: str, found: Any) -> None:
    assert host_and_port(text) == found


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"service": "a/b"},
        {"service": "a/b", "http": "https://x.example", "tcp": "x.example:1"},
        {"service": "no reference!", "http": "https://x.example"},
        {"service": "a/b", "http": "file:///etc/passwd"},
        {"service": "a/b", "tcp": "x.example"},
        {"service": "a/b", "tcp": "x.example:1", "every": "1 s"},
        {"service": "a/b", "tcp": "x.example:1", "timeout": "5 min"},
        {"service": "a/b", "tcp": "x.example:1", "retries": 99},
        {"service": "a/b", "tcp": "x.example:1", "every": "1 h", "valid-for": "1 min"},
        {"service": "a/b", "http": "https://x.example", "status": "2xx"},
        {"service": "a/b", "http": "https://x.example", "odd": 1},
        "text",
    ],
)
def test_a_check_that_cannot_be_is_refused(plain: Any) -> None:
    wishes = Wishes({"checks": {"one": plain}}, "a")

    assert read(wishes) == ()
    assert wishes.wrong


# ------------------------------------------------------------------------------- again and again


class Site:
    """Something that is up or down, looked at by whoever is asked to."""

    def __init__(self) -> None:
        self.is_up = True
        self.looks = 0
        self.lock = threading.Lock()

    def look(self, asked: Check, at: datetime) -> Seen:
        with self.lock:
            self.looks += 1
        return Seen("operational") if self.is_up else Seen("down", "gone")


def has_seen_all(rounds: Rounds) -> bool:
    """Whether the results of all looks that were begun wait to be told."""
    return rounds._seen.qsize() >= sum(each.is_looked_at for each in rounds._watched.values())


def turns(rounds: Rounds, since: float, seconds: float) -> int:
    """Turn for so long, on a clock that goes on when what was begun has been seen."""
    told, second, at = 0, since, clock.now()
    while second < since + seconds:
        told += rounds.turn(at + timedelta(seconds=second), second)
        while not has_seen_all(rounds):
            time.sleep(0.001)
        second += 1
    return told


@pytest.mark.django_db
def test_a_failure_is_told_after_it_was_seen_again() -> None:
    begin()
    checks = {"one": {"service": "vault", "tcp": "x.example:1", "every": "30 s", "retries": 2}}
    sender("probe", checks=checks)
    site = Site()
    rounds = Rounds(2, site.look)
    try:
        turns(rounds, 0, 40)
        well = list(Observation.objects.values_list("condition", flat=True))
        site.is_up = False
        site.looks = 0
        turns(rounds, 40, 60)
    finally:
        rounds.stop()

    assert well == [0]
    assert site.looks >= 3
    row = Observation.objects.order_by("at").last()
    assert row is not None
    assert (row.condition, row.text) == (2, "one: gone")
    assert row.valid_until is not None


@pytest.mark.django_db
def test_thousands_are_looked_at_in_few_threads_and_those_removed_no_more() -> None:
    begin()
    checks = {
        f"c{n}": {"service": "vault", "tcp": "x.example:1", "every": "30 s"} for n in range(1_500)
    }
    sender("probe", checks=checks)
    site = Site()
    rounds = Rounds(4, site.look)
    try:
        told = turns(rounds, 0, 31)
        deadline = time.monotonic() + 120
        while told < 1_500 and time.monotonic() < deadline:
            told += turns(rounds, 31, 1)
        threads = [each for each in threading.enumerate() if each.name.startswith("probe")]
        from catenary.apps.monitoring.models import Inlet

        Inlet.objects.update(closed_at=clock.now())
        turns(rounds, 31 + RELOAD_SECONDS, 3)
        before = site.looks
        turns(rounds, 60 + RELOAD_SECONDS, 40)
    finally:
        rounds.stop()

    assert told >= 1_500
    assert len(threads) <= 4
    assert site.looks == before
