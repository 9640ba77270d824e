"""The provider, read from the environment: what is not enough, or not safe, is refused."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from catenary.config.sign_on import group_rules, second_factor, trusted_provider

ENOUGH = {
    "CATENARY_OIDC_ISSUER": "https://id.example.org/realms/main",
    "CATENARY_OIDC_CLIENT_ID": "catenary",
    "CATENARY_OIDC_CLIENT_SECRET": "a-secret",
}


def test_nothing_said_is_no_provider() -> None:
    assert trusted_provider({}) is None
    assert group_rules({}) is None
    assert second_factor({}) == frozenset()


def test_three_settings_are_enough_and_the_secret_is_not_shown() -> None:
    provider = trusted_provider(ENOUGH)

    assert provider is not None
    assert (provider.key, provider.name) == ("company", "id.example.org")
    assert provider.source == "sign-on:company"
    assert "a-secret" not in repr(provider)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ISSUER", "http://id.example.org", "https"),
        ("ISSUER", "http://127.0.0.1.evil.example", "https"),
        ("ISSUER", "id.example.org", "address"),
        ("ISSUER", "https://", "address"),
        ("ISSUER", "https://user@id.example.org", "address"),
        ("ISSUER", "https://id.example.org/?a=b", "address"),
        ("ISSUER", "https://[::1", "address"),
        ("CLIENT_ID", "", "CLIENT_ID"),
        ("CLIENT_SECRET", "", "CLIENT_SECRET"),
        ("KEY", "Company ID", "lower-case"),
        ("SIGNATURES", "none", "SIGNATURES"),
        ("SIGNATURES", "RS256 HS256", "SIGNATURES"),
    ],
)
def test_what_is_not_safe_is_refused(name: str, value: str, words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words) as refused:
        trusted_provider({**ENOUGH, f"CATENARY_OIDC_{name}": value})

    assert "a-secret" not in str(refused.value)


@pytest.mark.parametrize("issuer", ["http://localhost:4000", "http://127.0.0.1:4000"])
def test_on_loopback_plain_http_will_do(issuer: str) -> None:
    assert trusted_provider({**ENOUGH, "CATENARY_OIDC_ISSUER": issuer})


def test_a_mapping_file_that_cannot_be_read_stops_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="no such file"):
        group_rules({"CATENARY_OIDC_GROUPS": "/nowhere/groups.yaml"})


def test_of_whom_a_second_factor_is_required() -> None:
    assert second_factor({"CATENARY_SECOND_FACTOR": "operators, st-mary"}) == {
        "operators",
        "st-mary",
    }
    with pytest.raises(ImproperlyConfigured):
        second_factor({"CATENARY_SECOND_FACTOR": "St. Mary"})
