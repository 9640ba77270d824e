"""Signing in through a second real provider, of other people and in another language: glewlwyd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client, override_settings

from catenary.connectors.openid.trust import TrustedProvider
from tests.web.access.world import World, state
from tests.web.oidc import glewlwyd
from tests.web.oidc.hostile import CLIENT, SECRET
from tests.web.oidc.test_sign_on import BACK, START, refused, who

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        glewlwyd.PROGRAM is None or not glewlwyd.TABLES.is_file(),
        reason="no glewlwyd here; as root: apt-get install glewlwyd",
    ),
]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[glewlwyd.Glewlwyd]:
    with glewlwyd.running(tmp_path_factory.mktemp("glewlwyd"), f"http://testserver{BACK}") as one:
        yield one


@pytest.fixture
def trusted(world: World, provider: glewlwyd.Glewlwyd) -> Iterator[TrustedProvider]:
    # It says nothing of verified addresses.
    one = TrustedProvider(
        "company", "Glewlwyd", provider.issuer, CLIENT, SECRET, takes_email_as_verified=True
    )
    with override_settings(SIGN_ON=one):
        yield one


def test_somebody_of_a_second_provider_comes_in(
    trusted: TrustedProvider, provider: glewlwyd.Glewlwyd
) -> None:
    client = Client()

    response = client.get(provider.authorize(client.get(START).headers["Location"]))

    assert response.headers["Location"] == "/"
    assert who(client) == "lara@alpha.example"


def test_its_answer_is_taken_once(trusted: TrustedProvider, provider: glewlwyd.Glewlwyd) -> None:
    client = Client()
    back = provider.authorize(client.get(START).headers["Location"])
    client.get(back)
    thief = Client()
    thief.get(START)

    refused(thief.get(back), "could not vouch for you")


def test_without_a_word_about_the_address_nobody_comes_in(
    trusted: TrustedProvider, provider: glewlwyd.Glewlwyd
) -> None:
    client, before = Client(), state()
    with override_settings(SIGN_ON=replace(trusted, takes_email_as_verified=False)):
        back = provider.authorize(client.get(START).headers["Location"])

        refused(client.get(back), "is verified")

    assert state() == before


def test_it_is_another_issuer_with_a_slash_more(
    trusted: TrustedProvider, provider: glewlwyd.Glewlwyd
) -> None:
    with override_settings(SIGN_ON=replace(trusted, issuer=trusted.issuer + "/")):
        refused(Client().get(START), "could not vouch for you")
