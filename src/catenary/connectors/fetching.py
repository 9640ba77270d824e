"""Asking something outside when somebody else chose the address: a webhook, a provider's keys.

Whoever may name an address would otherwise make this machine ask inside its own network for them
(https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html).
So a name is resolved once, every address it has must be outside (`domain.web_addresses`), and the
connection goes to that very address: a name that means something else a moment later changes
nothing. Redirects begin anew. Time and size have an end, whatever the other side does.
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

from catenary.domain.addresses import Network
from catenary.domain.web_addresses import Unfit, read_web_address, refuse_inside

#: Name and port to numeric addresses, as ``socket.getaddrinfo`` finds them.
Resolve = Callable[[str, int], Sequence[str]]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Said by us alone: they would change whom we speak to, or where a message ends.
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


class FetchRefused(Exception):
    """Nothing was sent: the address is not one we ask. ``code`` is for programs."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class FetchFailed(Exception):
    """The other side did not answer, not in time, not in size, or not in HTTP. ``code`` is for
    programs."""

    def __init__(self, sentence: str, *, code: str = "odd-answer") -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Wish:
    """What to ask, and how much patience there is with the answer.

    ``redirects`` is how many are followed, by reading requests alone. ``trust`` replaces the
    system's certificate authorities. ``is_plain_allowed``: without TLS too.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] | None = None
    body: bytes | None = None
    most_bytes: int = 1_000_000
    seconds: float = 10
    redirects: int = 0
    is_plain_allowed: bool = False
    trust: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answer; ``url`` is where it came from after redirects. Header names in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def resolved(name: str, port: int) -> Sequence[str]:
    """Every address the system knows for a name."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def fetch(
    wish: Wish, *, own: Sequence[Network] | None = None, resolve: Resolve = resolved
) -> Fetched:
    """Ask. ``own`` are inner networks that may be asked (settings: ``OWN_NETWORKS``).

    Raises `FetchRefused` before anything is sent, `FetchFailed` when no whole answer comes.
    """
    if own is None:
        own = settings.OWN_NETWORKS
    until = time.monotonic() + wish.seconds
    for _ in range(wish.redirects + 1):
        answer = _ask(wish, own, resolve, until)
        where = answer.headers.get("location", "")
        if answer.status not in _REDIRECTS or not where:
            return answer
        if not wish.redirects or wish.method not in ("GET", "HEAD"):
            return answer
        wish = _onward(wish, where)
    raise FetchFailed("there were too many redirects")


@contextmanager
def connection_to(
    host: str,
    port: int,
    *,
    seconds: float,
    own: Sequence[Network] | None = None,
    resolve: Resolve = resolved,
) -> Iterator[socket.socket]:
    """A connection to a host outside, under the same rules; it hangs up when the time is over.

    Raises `FetchRefused` before anything is sent, `FetchFailed` when nobody answers.
    """
    if own is None:
        own = settings.OWN_NETWORKS
    until = time.monotonic() + seconds
    connected = _connected(_allowed(host, port, own, resolve, until), port, until)
    with _ended(connected, until):
        yield connected


def addresses_of(host: str, *, seconds: float, resolve: Resolve = resolved) -> list[str]:
    """Every address of a name; raises `FetchFailed` when it has none, or not in time."""
    return list(_in_time(lambda: resolve(host, 0), time.monotonic() + seconds))


def _onward(wish: Wish, where: str) -> Wish:
    url = urljoin(wish.url, where)
    old, new = urlsplit(wish.url), urlsplit(url)
    if old.scheme == "https" and new.scheme != "https":
        raise FetchRefused("redirect-without-tls", "a redirect leads away from TLS")
    if (old.scheme, old.netloc) == (new.scheme, new.netloc):
        return replace(wish, url=url)
    # What was meant for one host is not told to another.
    return replace(wish, url=url, headers=None)


def _ask(wish: Wish, own: Sequence[Network], resolve: Resolve, until: float) -> Fetched:
    parts, host, port = _read(wish)
    connected = _connected(_allowed(host, port, own, resolve, until), port, until)
    with _ended(connected, until):
        try:
            answer = _spoken(wish, parts, host, port, connected)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() >= until:
                raise FetchFailed("the answer did not come in time", code="late") from error
            kind = type(error).__name__
            code = "certificate" if isinstance(error, ssl.SSLError) else "odd-answer"
            sentence = f"{host} did not answer as it should ({kind})"
            raise FetchFailed(sentence, code=code) from error
    if time.monotonic() >= until:
        # We hung up, and what had come by then may look like the end.
        raise FetchFailed("the answer did not come in time", code="late")
    return answer


def _read(wish: Wish) -> tuple[SplitResult, str, int]:
    """The parts of the address, host and port; refused when it could be read in two ways."""
    try:
        read = read_web_address(wish.url, is_plain_allowed=wish.is_plain_allowed)
    except Unfit as unfit:
        raise FetchRefused(unfit.code, str(unfit)) from None
    return read.parts, read.host, read.port


def _allowed(
    host: str, port: int, own: Sequence[Network], resolve: Resolve, until: float
) -> list[str]:
    """The addresses of a host; refused when any of them is not outside."""
    found = _in_time(lambda: resolve(host, port), until)
    # A numeric address may carry the name of an interface; that is ours to choose.
    addresses = [text.partition("%")[0] for text in found]
    if not addresses:
        raise FetchFailed(f"{host} has no address", code="nowhere")
    try:
        refuse_inside(host, [ip_address(text) for text in addresses], own)
    except Unfit as unfit:
        raise FetchRefused(unfit.code, str(unfit)) from None
    return addresses


def _in_time(resolve: Callable[[], Sequence[str]], until: float) -> Sequence[str]:
    # The system's resolver knows no deadline of ours; a thread that is late is left alone.
    done: queue.SimpleQueue[Sequence[str] | None] = queue.SimpleQueue()

    def look() -> None:
        found: Sequence[str] | None = None
        with contextlib.suppress(OSError, UnicodeError):
            found = resolve()
        done.put(found)

    threading.Thread(target=look, daemon=True).start()
    try:
        found = done.get(timeout=max(0.001, until - time.monotonic()))
    except queue.Empty:
        raise FetchFailed("the name was not found in time", code="nowhere") from None
    if found is None:
        raise FetchFailed("the name was not found", code="nowhere")
    return found


def _connected(addresses: Sequence[str], port: int, until: float) -> socket.socket:
    trouble: OSError | None = None
    for address in addresses:
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except OSError as error:
            trouble = error
    raise FetchFailed("nobody answers there", code="unreached") from trouble


@contextmanager
def _ended(connected: socket.socket, until: float) -> Iterator[None]:
    """Hang up when the time is over: a timeout for each piece would never end with somebody who
    sends a byte a second."""

    # TLS takes the socket over and leaves us an empty one; a copy stays ours.
    hand = connected.dup()

    def hang_up() -> None:
        with contextlib.suppress(OSError):
            hand.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, until - time.monotonic()), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        hand.close()
        connected.close()


def _spoken(
    wish: Wish, parts: SplitResult, host: str, port: int, connected: socket.socket
) -> Fetched:
    speaking: socket.socket = connected
    if parts.scheme == "https":
        trust = wish.trust or ssl.create_default_context()
        # The certificate must be that of the name, though we connect to a number.
        speaking = trust.wrap_socket(connected, server_hostname=host)
    client = http.client.HTTPConnection(host, port)
    client.sock = speaking
    headers = {
        name: value for name, value in (wish.headers or {}).items() if name.lower() not in _OURS
    }
    # Nothing compressed: a small answer must not become a large one here.
    headers |= {"Host": parts.netloc, "Accept-Encoding": "identity", "Connection": "close"}
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with contextlib.closing(client):
        client.request(wish.method, path, body=wish.body, headers=headers)
        response = client.getresponse()
        said = {name.lower(): value for name, value in response.getheaders()}
        body = _body(response, host, wish.most_bytes)
    return Fetched(wish.url, response.status, said, body)


def _body(response: http.client.HTTPResponse, host: str, most: int) -> bytes:
    body = b""
    while piece := response.read1(65_536):
        body += piece
        if len(body) > most:
            raise FetchFailed(f"{host} sent more than {most} bytes")
    if response.length:
        raise FetchFailed(f"{host} hung up in the middle of its answer")
    return body
