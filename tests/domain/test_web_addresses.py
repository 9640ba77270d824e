"""Which web addresses are refused before anything is looked up, and how they are told."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.web_addresses import Unfit, numeric_address, refuse_what_cannot_be_asked


def code_of(url: str, *own: str, plain: bool = False) -> str:
    try:
        refuse_what_cannot_be_asked(url, own=[*map(ip_network, own)], is_plain_allowed=plain)
    except Unfit as unfit:
        return unfit.code
    return ""


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://hooks.example/here", ""),
        ("https://hooks.example:8443/here?x=1", ""),
        ("https://8.8.8.8/", ""),
        ("https://[2606:2800:21f:cb07::1]/", ""),
        ("https://intranet/", ""),
        ("https://a.1example/", ""),
        ("https://localhost.example/", ""),
        ("http://hooks.example/", "without-tls"),
        ("hooks.example/here", "address-unreadable"),
        ("ftp://hooks.example/", "address-unreadable"),
        ("https://", "address-unreadable"),
        ("https://1.2.3.4.5/", "address-unreadable"),
        ("https://300.1.1.1/", "address-unreadable"),
        ("https://name@hooks.example/", "address-with-name"),
        ("https://:word@hooks.example/", "address-with-name"),
        ("https://localhost/", "address-inside"),
        ("https://LOCALHOST./", "address-inside"),
        ("https://ci.localhost/", "address-inside"),
        ("https://127.0.0.1/", "address-inside"),
        ("https://127.1/", "address-inside"),
        ("https://0x7f.1/", "address-inside"),
        ("https://0177.0.0.1/", "address-inside"),
        ("https://2130706433/", "address-inside"),
        ("https://0/", "address-inside"),
        ("https://10.0.0.1/", "address-inside"),
        ("https://192.168.1.1/", "address-inside"),
        ("https://169.254.169.254/", "address-inside"),
        ("https://[::1]/", "address-inside"),
        ("https://[fe80::1]/", "address-inside"),
        ("https://[fd00::1]/", "address-inside"),
        ("https://[::ffff:127.0.0.1]/", "address-inside"),
    ],
)
def test_what_can_never_be_asked_is_known_by_its_address(url: str, code: str) -> None:
    assert code_of(url) == code


def test_what_an_operator_listed_may_be_asked() -> None:
    assert code_of("http://10.0.0.1/", "10.0.0.0/8", plain=True) == ""
    assert code_of("http://localhost/", "10.0.0.0/8", plain=True) == "address-inside"
    assert code_of("http://localhost/", "127.0.0.0/8", plain=True) == ""
    assert code_of("https://169.254.169.254/", "0.0.0.0/0") == "address-inside"


@given(st.ip_addresses(v=4))
def test_however_an_address_is_written_it_is_the_same(address: object) -> None:
    number = int(ip_address(str(address)))
    first, rest = number >> 24, number & 0xFFFFFF
    ways = [str(address), str(number), hex(number), f"0{number:o}", f"{first}.{rest}"]

    assert {numeric_address(way) for way in ways} == {address}


@given(st.text(max_size=40))
def test_whatever_is_typed_is_answered(text: str) -> None:
    code_of(text)
    code_of(f"https://{text}")
