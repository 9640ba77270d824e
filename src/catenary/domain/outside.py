"""Which network addresses are outside: where a request of ours may go when somebody else chose
the address."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_network

from catenary.domain.addresses import Address, Network

#: Where clouds keep secrets of the machine for whoever asks from it. Never asked, not even when
#: an own network holds them. Most are link-local or private; Azure's is not.
_METADATA = tuple(
    ip_network(text)
    for text in (
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd20:ce::254",
    )
)
#: IPv6 addresses in which an IPv4 address travels: the network, and where its bits end.
_CARRIERS = (
    (ip_network("2002::/16"), 80),
    (ip_network("::/96"), 0),
    (ip_network("::ffff:0:0:0/96"), 0),
)
#: Where a network without IPv4 finds the whole of it: such an address is the IPv4 one inside.
_NAT64 = ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")


def may_go_to(address: Address, own: Sequence[Network]) -> bool:
    """True for a public address, and for one in ``own`` networks that an operator listed.

    Every IPv4 address inside an IPv6 one counts as well: what looks public may be translated to
    something inside on its way.
    """
    return all(_is_open(each, own) for each in _every_meaning(address))


def is_never_asked(address: Address) -> bool:
    """True where clouds keep secrets of the machine: no list of own networks opens that."""
    return any(map(_keeps_secrets, _every_meaning(address)))


def _every_meaning(address: Address) -> list[Address]:
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    found: list[Address] = [address]
    found += [
        IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
        for network, shift in _CARRIERS
        if address in network and address != IPv6Address("::1")
    ]
    if address.teredo:
        found += address.teredo
    return found


def _keeps_secrets(address: Address) -> bool:
    return any(address.version == net.version and address in net for net in _METADATA)


def _is_open(address: Address, own: Sequence[Network]) -> bool:
    if _keeps_secrets(address):
        return False
    if any(address.version == net.version and address in net for net in own):
        return True
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified
    if isinstance(address, IPv6Address):
        is_special = is_special or address.is_site_local or address in _LOCAL_NAT64
    return address.is_global and not is_special
