"""Asking outside, tried against a real server that does everything wrong it can."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from catenary.connectors.fetching import Fetched, FetchFailed, FetchRefused, Wish, fetch

HERE = (ip_network("127.0.0.0/8"),)


@dataclass
class Server:
    """A server on loopback and what it was asked."""

    port: int
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.asked.append((self.command, self.path, dict(self.headers), body))
            path = self.path
            if path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", path.removeprefix("/to/"))
                self.end_headers()
            elif path == "/large":
                self.send_response(200)
                self.end_headers()
                with contextlib.suppress(OSError):
                    for _ in range(1000):
                        self.wfile.write(b"x" * 10_000)
            elif path == "/dripping":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                with contextlib.suppress(OSError):
                    for n in range(200):
                        self.wfile.write(b"X-%d: y\r\n" % n)
                        self.wfile.flush()
                        time.sleep(0.1)
            elif path == "/cut":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b"only this")
            elif path == "/nonsense":
                self.wfile.write(b"\x00\xffthis is not http\r\n\r\n")
            elif path == "/silent":
                time.sleep(20)
            else:
                self.send_response(200)
                self.send_header("X-Said", "yes")
                self.end_headers()
                self.wfile.write(b"hello")

        do_GET = do_POST = _answer

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@contextlib.contextmanager
def serving(address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that runs as long as the block."""
    told = Server(0)
    http = ThreadingHTTPServer((address, 0), _handler(told))
    http.daemon_threads = True
    http.block_on_close = False
    if tls:
        http.socket = tls.wrap_socket(http.socket, server_side=True)
    told.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield told
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as told:
        yield told


def asked(url: str, *, resolve: Any = None, own: Any = HERE, **more: Any) -> Fetched:
    """Ask, without TLS unless said otherwise."""
    wish = Wish(url, **{"is_plain_allowed": True, **more})
    return fetch(wish, own=own, resolve=resolve) if resolve else fetch(wish, own=own)


def test_an_answer_comes_whole(server: Server) -> None:
    answer = asked(
        server.url("/a?b=c"),
        method="POST",
        body=b"{}",
        headers={"Content-Type": "application/json", "Host": "evil.example", "X-Ours": "1"},
    )

    assert (answer.status, answer.body, answer.headers["x-said"]) == (200, b"hello", "yes")
    ((method, path, headers, body),) = server.asked
    assert (method, path, body) == ("POST", "/a?b=c", b"{}")
    assert headers["Host"] == f"127.0.0.1:{server.port}"
    assert headers["Accept-Encoding"] == "identity"
    assert headers["X-Ours"] == "1"


SPELLINGS = [
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "127.1",
    "0x7f.1",
    "0177.0.0.1",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "0.0.0.0",
    "0",
    "[::]",
    "[::1]",
    "LOCALHOST",
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_loopback_is_not_asked_however_it_is_spelled(server: Server, host: str) -> None:
    # The system may find nothing under some of the spellings: that is as well.
    with pytest.raises((FetchRefused, FetchFailed)):
        asked(server.url(host=host), own=())

    assert server.asked == []


METADATA = ["169.254.169.254", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "168.63.129.16"]


@pytest.mark.parametrize("host", METADATA)
@pytest.mark.parametrize("own", [(), (ip_network("0.0.0.0/0"), ip_network("::/0"))])
def test_of_what_is_never_asked_nobody_is_told_that_a_setting_allows_it(
    host: str, own: Any
) -> None:
    with pytest.raises(FetchRefused) as refused:
        asked(f"http://{host}/latest/meta-data/", own=own)

    assert "no setting allows it" in str(refused.value)
    assert "CATENARY_OWN_NETWORKS" not in str(refused.value)


def test_of_what_an_operator_may_allow_it_is_told_how() -> None:
    with pytest.raises(FetchRefused) as refused:
        asked("http://10.20.3.4/", own=())

    assert "an operator may list it in CATENARY_OWN_NETWORKS" in str(refused.value)


@pytest.mark.parametrize(
    ("url", "plain", "told"),
    [
        ("ftp://files.example/", False, "does not begin with https://"),
        ("ftp://files.example/", True, "does not begin with https:// or http://"),
        ("https:///nowhere", True, "names no host"),
    ],
)
def test_each_address_that_cannot_be_asked_is_told_why(url: str, plain: bool, told: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        fetch(Wish(url, is_plain_allowed=plain), own=())

    assert str(refused.value).startswith("the address") and told in str(refused.value)


def test_an_own_network_may_be_asked_and_only_when_it_is_listed(server: Server) -> None:
    assert asked(server.url()).status == 200
    with pytest.raises(FetchRefused) as refused:
        asked(server.url(), own=(ip_network("127.0.0.2"),))

    assert refused.value.code == "address-inside"
    assert len(server.asked) == 1


def test_the_setting_lists_own_networks(server: Server, settings: Any) -> None:
    settings.OWN_NETWORKS = ()
    with pytest.raises(FetchRefused):
        fetch(Wish(server.url(), is_plain_allowed=True))

    settings.OWN_NETWORKS = HERE
    assert fetch(Wish(server.url(), is_plain_allowed=True)).status == 200


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1/", "without-tls"),
        ("ftp://example.org/", "address-unreadable"),
        ("file:///etc/passwd", "address-unreadable"),
        ("gopher://127.0.0.1:70/_x", "address-unreadable"),
        ("//example.org/", "address-unreadable"),
        ("https:///path", "address-unreadable"),
        ("https://user:secret@example.org/", "address-with-name"),
        ("https://example.org@127.0.0.1/", "address-with-name"),
        ("https://example.org\\@127.0.0.1/", "address-unreadable"),
        ("https://example.org/\r\nX: y", "address-unreadable"),
        ("https://example.org/ x", "address-unreadable"),
        ("https://ex\u3002mple.org/", "address-unreadable"),
        ("https://[fe80::1%25eth0]/", "address-unreadable"),
        ("https://example.org:99999/", "address-unreadable"),
        ("", "address-unreadable"),
    ],
)
def test_an_address_that_is_odd_in_any_way_is_refused_before_anything_is_looked_up(
    url: str, code: str
) -> None:
    def never(name: str, port: int) -> Sequence[str]:
        raise AssertionError(f"{name} was looked up")

    with pytest.raises(FetchRefused) as refused:
        fetch(Wish(url), own=HERE, resolve=never)

    assert refused.value.code == code
    assert "secret" not in str(refused.value)


def test_a_name_that_means_something_else_a_moment_later_changes_nothing() -> None:
    with serving("127.0.0.2") as meant, serving() as inner:
        answers = iter([["127.0.0.2"], ["127.0.0.1"], ["127.0.0.1"]])

        def rebinding(name: str, port: int) -> Sequence[str]:
            return next(answers)

        url = meant.url(host="rebinding.example")
        answer = asked(url, resolve=rebinding, own=(ip_network("127.0.0.2"),))

        assert answer.body == b"hello"
        assert len(meant.asked) == 1
        assert inner.asked == []
        assert next(answers) == ["127.0.0.1"], "it was looked up more than once"
        with pytest.raises(FetchRefused):
            asked(url, resolve=rebinding, own=(ip_network("127.0.0.2"),))


def test_a_name_with_one_foot_inside_is_refused(server: Server) -> None:
    with pytest.raises(FetchRefused):
        asked(
            server.url(host="half.example"),
            resolve=lambda name, port: ["93.184.215.14", "127.0.0.1"],
            own=(),
        )


def test_the_next_address_is_tried_when_nobody_answers_at_the_first(server: Server) -> None:
    answer = asked(
        server.url(host="two.example"), resolve=lambda name, port: ["127.0.0.9", "127.0.0.1"]
    )

    assert answer.status == 200


# ----------------------------------------------------------------------------- redirects


def test_redirects_are_handed_back_unless_they_are_wished_for(server: Server) -> None:
    answer = asked(server.url("/to//there"))

    assert (answer.status, answer.headers["location"]) == (302, "/there")
    assert len(server.asked) == 1


def test_a_redirect_inside_is_refused() -> None:
    with serving("127.0.0.2") as first, serving() as inner:
        with pytest.raises(FetchRefused) as refused:
            asked(
                first.url(f"/to/{inner.url()}", host="127.0.0.2"),
                own=(ip_network("127.0.0.2"),),
                redirects=3,
            )

        assert refused.value.code == "address-inside"
        assert inner.asked == []


def test_a_redirect_is_followed_and_tells_another_host_nothing() -> None:
    with serving("127.0.0.2") as first, serving() as second:
        answer = asked(
            first.url(f"/to/{second.url('/end')}", host="127.0.0.2"),
            redirects=3,
            headers={"Authorization": "secret"},
        )

        assert answer.url == second.url("/end")
        assert "Authorization" in first.asked[0][2]
        assert "Authorization" not in second.asked[0][2]


@pytest.mark.parametrize("where", ["file:///etc/passwd", "gopher://x/", "http://u:p@127.0.0.1/"])
def test_a_redirect_to_something_odd_is_refused(server: Server, where: str) -> None:
    with pytest.raises(FetchRefused):
        asked(server.url(f"/to/{where}"), redirects=3)


def test_redirects_have_an_end(server: Server) -> None:
    with pytest.raises(FetchFailed, match="too many redirects"):
        asked(server.url("/to//to//to//to//to//x"), redirects=2)

    assert len(server.asked) == 3


def test_what_writes_is_never_sent_elsewhere(server: Server) -> None:
    assert asked(server.url("/to//there"), method="POST", body=b"x", redirects=3).status == 302


# ------------------------------------------------------------------------- time and size


def test_an_answer_that_is_too_large_is_given_up(server: Server) -> None:
    with pytest.raises(FetchFailed, match="more than 50000 bytes"):
        asked(server.url("/large"), most_bytes=50_000)


@pytest.mark.parametrize("path", ["/dripping", "/silent"])
def test_an_answer_that_never_ends_is_given_up_in_time(server: Server, path: str) -> None:
    with pytest.raises(FetchFailed):
        asked(server.url(path), seconds=0.5)


def test_a_name_that_nobody_finds_in_time_is_given_up() -> None:
    def slow(name: str, port: int) -> Sequence[str]:
        threading.Event().wait(20)
        return []

    with pytest.raises(FetchFailed, match="not found in time"):
        asked("http://slow.example/", resolve=slow, seconds=0.2)


@pytest.mark.parametrize("path", ["/cut", "/nonsense"])
def test_half_an_answer_and_nonsense_are_no_answer(server: Server, path: str) -> None:
    with pytest.raises(FetchFailed):
        asked(server.url(path))


def test_nobody_at_home_is_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(FetchFailed, match="nobody answers"):
        asked(f"http://127.0.0.1:{port}/")


# ----------------------------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """How a server proves to be hooks.example, and how one believes it."""
    folder: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    names: list[x509.GeneralName] = [x509.DNSName("hooks.example")]
    names.append(x509.IPAddress(ip_address("127.0.0.3")))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert").write_bytes(certificate.public_bytes(pem))
    (folder / "key").write_bytes(key.private_bytes(pem, form, plain))
    proving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    proving.load_cert_chain(folder / "cert", folder / "key")
    return proving, ssl.create_default_context(cafile=str(folder / "cert"))


def test_the_certificate_must_be_that_of_the_name(
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    proving, trust = certified

    def here(name: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    with serving(tls=proving) as told:
        good = told.url(host="hooks.example", scheme="https")
        bad = told.url(host="other.example", scheme="https")

        assert fetch(Wish(good, trust=trust), own=HERE, resolve=here).body == b"hello"
        with pytest.raises(FetchFailed):
            fetch(Wish(bad, trust=trust), own=HERE, resolve=here)
        with pytest.raises(FetchFailed):
            fetch(Wish(good), own=HERE, resolve=here)  # nobody vouches for it
        with pytest.raises(FetchFailed):
            fetch(Wish(told.url("/silent", "hooks.example", "https"), trust=trust, seconds=0.5),
                  own=HERE, resolve=here)  # fmt: skip
        with pytest.raises(FetchRefused) as refused:
            down = told.url("/to/http://hooks.example/", "hooks.example", "https")
            fetch(Wish(down, trust=trust, redirects=2), own=HERE, resolve=here)

    assert refused.value.code == "redirect-without-tls"
