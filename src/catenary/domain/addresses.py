"""Network addresses: who is really asking, and whom one counts as one."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def client_address(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """The address of whoever asks: the peer itself, or, when the peer is one of our own proxies,
    the nearest address in ``forwarded`` (``X-Forwarded-For``) that is not.

    Read from the right: what stands further left was written by whoever sent it.
    """
    found = read_address(peer)
    if found is None:
        return ""
    for word in reversed(forwarded.split(",")):
        if not _is_among(found, proxies):
            break
        before = read_address(word)
        if before is None:
            break
        found = before
    return str(found)


def read_address(text: str) -> Address | None:
    """An address as proxies write it: with or without brackets and port; an IPv4 address
    dressed as IPv6 is the IPv4 address."""
    text = text.strip()[:60]
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        # What stands behind % names an interface of ours, and counts for nothing.
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def household(address: str) -> str:
    """Whom one counts as one: an IPv4 address, or the /64 in which a customer of an IPv6 provider
    takes as many addresses as they like."""
    found = read_address(address)
    if found is None:
        return ""
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found)


def is_loopback(address: str) -> bool:
    """This very machine."""
    found = read_address(address)
    return found is not None and found.is_loopback


def _is_among(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == net.version and address in net for net in networks)
