"""Which addresses are outside, however they are dressed."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from catenary.domain.outside import is_never_asked, may_go_to

INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "0.0.0.0",
    "0.1.2.3",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "192.0.2.1",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::8.8.8.8",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:7f00:1::1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
]


@pytest.mark.parametrize("text", INSIDE)
def test_what_is_inside_is_not_asked(text: str) -> None:
    assert not may_go_to(ip_address(text), ())


@pytest.mark.parametrize(
    "text",
    ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
)
def test_what_is_public_is_asked(text: str) -> None:
    assert may_go_to(ip_address(text), ())


def test_own_networks_are_asked_and_their_neighbours_are_not() -> None:
    own = (ip_network("10.20.0.0/16"), ip_network("fd12::/16"))

    assert may_go_to(ip_address("10.20.3.4"), own)
    assert may_go_to(ip_address("::ffff:10.20.3.4"), own)
    assert may_go_to(ip_address("fd12::1"), own)
    assert not may_go_to(ip_address("10.21.0.1"), own)
    assert not may_go_to(ip_address("127.0.0.1"), own)


def test_where_clouds_keep_secrets_is_never_asked() -> None:
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))

    for text in ("169.254.169.254", "::ffff:169.254.169.254", "168.63.129.16", "fd00:ec2::254"):
        assert not may_go_to(ip_address(text), everything)
        assert is_never_asked(ip_address(text))
    assert may_go_to(ip_address("127.0.0.1"), everything)


@pytest.mark.parametrize("text", ["127.0.0.1", "10.0.0.1", "169.254.1.1", "fe80::1", "8.8.8.8"])
def test_what_an_operator_may_list_is_not_what_is_never_asked(text: str) -> None:
    assert not is_never_asked(ip_address(text))
