"""What is looked at, how often, and what counts as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catenary.connectors.kinds import Kind
from catenary.connectors.wishes import Wishes
from catenary.domain.quantities import QuantityError, parse_duration
from catenary.domain.said import said

MOST_CHECKS = 2_000
_WAYS = ("http", "tcp", "tls", "dns")
_SECOND = 1_000_000
_FIELDS = {
    "service",
    *_WAYS,
    "status",
    "contains",
    "slower-than",
    "expires-within",
    "address",
    "every",
    "timeout",
    "retries",
    "failing",
    "valid-for",
}
_DURATIONS = {
    # name: default, least, most, in seconds
    "every": (60, 5, 86_400),
    "timeout": (5, 0.1, 30),
    "slower-than": (0, 0.001, 30),
    "expires-within": (14 * 86_400, 60, 400 * 86_400),
    "valid-for": (0, 20, 7 * 86_400),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. Durations in seconds; ``slower_than`` 0: however slow it is.

    ``retries`` failures in a row are not told yet. ``valid_for``: so long a result is believed.
    """

    name: str
    service: str
    way: str
    target: str
    statuses: tuple[tuple[int, int], ...] = ((200, 399),)
    contains: str = ""
    slower_than: float = 0
    expires_within: float = 0
    address: str = ""
    every: float = 60
    timeout: float = 5
    retries: int = 1
    failing: str = "down"
    valid_for: float = 300


def read(wishes: Wishes) -> tuple[Check, ...]:
    """The checks; what is wrong is written down, and a wrong one is left out."""
    found = []
    entries = wishes.entries("checks")
    if not entries:
        wishes.say("checks", said("nothing says what to look at"), "checks: {name: {http: …}}")
    for name, plain in entries.items():
        check = _check(wishes, name, plain)
        if check is not None:
            found.append(check)
    return tuple(found)


def _check(wishes: Wishes, name: str, plain: Any) -> Check | None:
    field = f"checks.{name}"[:60]
    before = len(wishes.wrong)
    if not isinstance(plain, Mapping) or len(name) > 60 or not name.isprintable():
        wishes.say(field, said("this is no check"), "{service: …, http: …}")
        return None
    unknown = sorted(str(each)[:40] for each in plain if each not in _FIELDS)
    if unknown:
        wishes.say(
            field, said('there is no setting "{name}"', unknown[0]), ", ".join(sorted(_FIELDS))
        )
    ways = [way for way in _WAYS if way in plain]
    target = plain[ways[0]] if ways else None
    if len(ways) != 1 or not isinstance(target, str) or not 0 < len(target) <= 500:
        wishes.say(field, said("say one of http, tcp, tls and dns"), "http: https://…")
        return None
    if ways[0] in ("tcp", "tls") and host_and_port(target, 443 if ways[0] == "tls" else 0) is None:
        wishes.say(field, said("this is no host with a port"), "host.example:443")
    if ways[0] == "http" and not target.startswith(("http://", "https://")):
        wishes.say(field, said("this is no address of a page"), "https://…")
    length = {each: _seconds(wishes, field, plain, each) for each in _DURATIONS}
    check = Check(
        name=name,
        service=wishes.service(plain.get("service"), field),
        way=ways[0],
        target=target,
        statuses=_statuses(wishes, field, plain.get("status", "200-399")),
        contains=_text(wishes, field, plain.get("contains", "")),
        slower_than=length["slower-than"],
        expires_within=length["expires-within"],
        address=_text(wishes, field, plain.get("address", "")),
        every=length["every"],
        timeout=length["timeout"],
        retries=_retries(wishes, field, plain.get("retries", 1)),
        failing=_failing(wishes, field, plain.get("failing", "down")),
        valid_for=length["valid-for"] or max(300.0, 5 * length["every"]),
    )
    if check.valid_for < 2 * check.every:
        wishes.say(field, said("it would be unknown before anybody looks again"), "valid-for: …")
    return check if len(wishes.wrong) == before else None


def host_and_port(text: str, port: int = 0) -> tuple[str, int] | None:
    """Host and port of ``host:port`` or ``[address]:port``; ``port`` where none is said."""
    host, colon, said_port = text.rpartition(":")
    if not colon or (text.startswith("[") and text.endswith("]")):
        host, said_port = text, str(port)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not said_port.isascii() or not said_port.isdigit() or len(said_port) > 5:
        return None
    number = int(said_port)
    if not 0 < number < 65_536 or any(not "!" <= each <= "~" for each in host):
        return None
    return host, number


def _seconds(wishes: Wishes, field: str, plain: Mapping[Any, Any], name: str) -> float:
    default, least, most = _DURATIONS[name]
    value = plain.get(name)
    if value is None:
        return default
    try:
        found = parse_duration(value) / _SECOND if isinstance(value, str) else -1
    except QuantityError:
        found = -1
    if not least <= found <= most:
        wishes.say(f"{field}.{name}"[:80], said("this is no length of time"), f"{least}–{most:,} s")
        return default
    return found


def _statuses(wishes: Wishes, field: str, value: Any) -> tuple[tuple[int, int], ...]:
    found = []
    for word in str(value).replace(" ", "").split(",")[:20]:
        low, _, high = word.partition("-")
        high = high or low
        if not (len(low) == len(high) == 3 and (low + high).isascii() and (low + high).isdigit()):
            wishes.say(field, said("this is no list of statuses"), "200-399, 401")
            return ()
        found.append((int(low), int(high)))
    return tuple(found)


def _text(wishes: Wishes, field: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 300:
        wishes.say(field, said("this is no short text"), said("a text"))
        return ""
    return value


def _retries(wishes: Wishes, field: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10:
        wishes.say(field, said("this is no number of attempts"), "0–10")
        return 0
    return value


def _failing(wishes: Wishes, field: str, value: Any) -> str:
    if value not in ("down", "degraded"):
        expected = said("one of {names}", "degraded, down")
        wishes.say(field, said("this is none of the choices"), expected)
        return "down"
    return str(value)


KIND = Kind("probe", read)
