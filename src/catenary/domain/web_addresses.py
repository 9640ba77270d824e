"""Which web addresses may be asked when somebody else chose them, as far as an address itself
tells: a name that leads inside shows only when it is looked up (`connectors.fetching`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from catenary.domain.addresses import Address, Network
from catenary.domain.outside import is_never_asked, may_go_to
from catenary.domain.said import Said, said

_PORTS = {"http": 80, "https": 443}
#: What every machine calls itself (RFC 6761), whatever its resolver says.
_LOOPBACK: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))
_LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")
#: How a number of an IPv4 address is written: hexadecimal, octal or decimal.
_NUMBER = re.compile(r"0x[0-9a-f]{0,12}|[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address that can be read in one way only."""

    parts: SplitResult
    host: str
    port: int


class Unfit(Exception):
    """An address is not one that may be asked. ``code`` is for programs."""

    def __init__(self, code: str, sentence: Said, remedy: Said) -> None:
        super().__init__(f"{sentence}: {remedy}")
        self.code = code
        self.sentence = sentence
        self.remedy = remedy


def read_web_address(url: str, *, is_plain_allowed: bool) -> WebAddress:
    """The parts of an address. Raises `Unfit` when it could be read in two ways, is without TLS
    where that is not allowed, or holds a name or password."""
    if not all("!" <= character <= "~" for character in url) or "\\" in url:
        raise Unfit(
            "address-unreadable",
            said("the address has characters no address has"),
            said("write it without spaces, and a name in other letters as xn--…"),
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise Unfit("address-unreadable", said("the address cannot be read"), _WHOLE) from None
    if parts.scheme not in _PORTS:
        sentence = said("the address does not begin with https://")
        if is_plain_allowed:
            sentence = said("the address does not begin with https:// or http://")
        raise Unfit("address-unreadable", sentence, _WHOLE)
    if not host or "%" in host or _is_half_a_number(host):
        raise Unfit(
            "address-unreadable", said("the address names no host that can be asked"), _WHOLE
        )
    if parts.scheme == "http" and not is_plain_allowed:
        raise Unfit("without-tls", said("the address is without TLS"), said("use https://"))
    if "@" in parts.netloc:
        raise Unfit(
            "address-with-name",
            said("the address holds a name or password"),
            said("leave out what stands before @"),
        )
    return WebAddress(parts, host, port)


def refuse_inside(host: str, addresses: Sequence[Address], own: Sequence[Network]) -> None:
    """Raises `Unfit` when any of a host's addresses is not outside: a name with one foot in our
    own network is no honest name. ``own`` are networks that an operator listed."""
    if any(map(is_never_asked, addresses)):
        raise Unfit(
            "address-inside",
            said("{host} leads to where a cloud keeps secrets of its machines", host),
            said("that is never asked, and no setting allows it"),
        )
    if not all(may_go_to(address, own) for address in addresses):
        raise Unfit(
            "address-inside",
            said("{host} leads into a network that is not asked", host),
            said("an operator may list it in CATENARY_OWN_NETWORKS"),
        )


def refuse_what_cannot_be_asked(
    url: str, *, own: Sequence[Network], is_plain_allowed: bool
) -> None:
    """Raises `Unfit` when it shows without looking anything up that an address will never be
    asked."""
    host = read_web_address(url, is_plain_allowed=is_plain_allowed).host
    literal = numeric_address(host)
    if literal is not None:
        refuse_inside(host, [literal], own)
    elif _is_local(host) and not any(may_go_to(address, own) for address in _LOOPBACK):
        refuse_inside(host, _LOOPBACK, own)


def numeric_address(host: str) -> Address | None:
    """The address that a host is written as; none for a name. Of IPv4 every way of writing counts
    that a system's resolver takes: ``127.1``, ``0x7f000001``, ``2130706433``."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    parts = host.lower().rstrip(".").split(".")
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)):
        return None
    try:
        *first, last = (_number(part) for part in parts)
    except ValueError:
        return None
    if any(number > 255 for number in first) or last >= 256 ** (5 - len(parts)):
        return None
    whole = sum(number << (24 - 8 * place) for place, number in enumerate(first))
    return IPv4Address(whole + last)


_WHOLE = said("write the whole address, like https://hooks.example.org/catenary")


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") else 10)


def _is_half_a_number(host: str) -> bool:
    """Whether a host ends like a number and is none: no name ends so."""
    last = host.lower().rstrip(".").rpartition(".")[2]
    return ":" not in host and bool(_NUMBER.fullmatch(last)) and numeric_address(host) is None


def _is_local(host: str) -> bool:
    name = host.lower().rstrip(".")
    return name in _LOCAL_NAMES or name.endswith(".localhost")
