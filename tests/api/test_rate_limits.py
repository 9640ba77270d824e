"""How much a token may ask for, told and kept at the door."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.api.worlds import token_for
from tests.web.access.world import World

pytestmark = pytest.mark.django_db

URL = "/api/v1/services/alpha-it/portal"


@pytest.fixture
def limited(settings: Any, tmp_path: Path) -> Any:
    """An installation in which a token may ask three times a minute."""
    settings.API_REQUESTS_PER_MINUTE = 3
    settings.RATE_LIMITS_FILE = tmp_path / "rate-limits"
    return settings


def asked(secret: str, **more: str) -> Any:
    return Client().get(URL, headers={"authorization": f"Bearer {secret}"}, **more)  # type: ignore[arg-type]


def test_what_is_left_is_told_and_beyond_it_is_told_when(world: World, limited: Any) -> None:
    secret = token_for(world.accounts["exactly right"])

    answers = [asked(secret) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"token";q=3;w=60'
    left = [answer.headers["RateLimit"].split(";")[1] for answer in answers]
    assert left == ["r=2", "r=1", "r=0", "r=0"]
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 20
    assert answers[3].headers["Content-Type"].startswith("application/problem+json")
    assert asked(token_for(world.accounts["viewer at the provider"])).status_code == 200


def test_whoever_guesses_is_stopped_and_others_behind_the_proxy_are_not(
    world: World, limited: Any
) -> None:
    limited.TRUSTED_PROXIES = (ip_network("127.0.0.1"),)

    def guessed(address: str) -> int:
        wrong = "cat_" + "a" * 12 + "_" + "b" * 40
        return int(asked(wrong, HTTP_X_FORWARDED_FOR=address).status_code)

    assert [guessed("198.51.100.1") for _ in range(2)] == [401, 429]
    assert guessed("198.51.100.2") == 401
    assert asked(token_for(world.accounts["exactly right"])).status_code == 200
