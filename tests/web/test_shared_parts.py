"""Parts of pages that are made once for all who see the same, and for nobody else."""

from __future__ import annotations

import threading

import pytest
from django.template import loader
from django.test import Client

from catenary.web.live import shared
from catenary.web.live.shared import Shared
from tests.web.access.world import World
from tests.web.test_live import say

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true", "HX-Target": "board"}
SECONDS = 20


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """For whom a board was made."""
    monkeypatch.setattr(shared, "SHARED", Shared())
    names: list[str] = []
    real = loader.render_to_string

    def render(template: str, context: object, request: object) -> str:
        names.append(template)
        return real(template, context, request)  # type: ignore[arg-type]

    monkeypatch.setattr("catenary.web.status.board.render_to_string", render)
    return names


def part(client: Client, query: str = "?all=1", **headers: str) -> str:
    response = client.get(f"/status/{query}", headers={**PART, **headers})
    assert response.status_code == 200
    return response.content.decode()


def test_who_sees_the_same_gets_what_was_made_once(world: World, made: list[str]) -> None:
    say("alpha-it/engine", "down")
    first, second = world.client("viewer at the provider"), world.client("viewer at the provider")

    told = [part(first), part(second), part(first)]

    assert "Zengine" in told[0] and told[0] == told[1] == told[2]
    assert len(made) == 1


def test_what_is_there_is_what_the_whole_page_says(world: World, made: list[str]) -> None:
    say("alpha-it/engine", "down")
    client = world.client("viewer at the provider")

    whole = client.get("/status/?all=1").content.decode()

    assert part(client).strip() in whole
    assert part(client).strip() in whole and len(made) == 1


def test_a_change_is_seen_at_once(world: World, made: list[str]) -> None:
    client = world.client("viewer at the provider")
    say("alpha-it/engine", "down")
    before = part(client)
    say("alpha-it/engine", "operational")

    after = part(client)

    assert before != after and len(made) == 2


def test_others_get_nothing_of_it(world: World, made: list[str]) -> None:
    say("alpha-it/engine", "down")
    say("alpha-lab/vault", "down")
    # The one who may see most comes first.
    assert "alpha-lab/vault" in part(world.client("exactly right"))

    for who in ("viewer at the provider", "customer", "another customer", "operator"):
        client = world.client(who)
        told, whole = part(client), client.get("/status/?all=1").content.decode()
        assert told.strip() in whole, who
        assert ("alpha-lab/vault" in told) == (who == "operator")
        assert ("Zengine" in told) == ("customer" not in who)


def test_another_language_address_or_zone_is_another_part(world: World, made: list[str]) -> None:
    say("alpha-it/engine", "down")
    client = world.client("viewer at the provider")

    english, german = part(client), part(client, **{"Accept-Language": "de"})
    only = part(client, "?only=operational")

    assert len({english, german, only}) == 3 and len(made) == 3


def test_what_was_made_while_something_changed_is_for_nobody_else() -> None:
    kept, holds = Shared(), iter([False, True, True])
    made: list[int] = []

    def make() -> str:
        made.append(len(made))
        return f"{len(made)}"

    found = [kept.part("key", make, lambda: next(holds)) for _ in range(3)]

    assert found == ["1", "2", "2"]


def test_of_many_who_ask_at_once_one_makes_it() -> None:
    kept, begun, go = Shared(), threading.Event(), threading.Event()
    made, found = [0], []

    def make() -> str:
        made[0] += 1
        begun.set()
        assert go.wait(SECONDS)
        return "part"

    def ask() -> None:
        found.append(kept.part("key", make, lambda: True))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert begun.wait(SECONDS)
    go.set()
    for thread in threads:
        thread.join(SECONDS)

    assert (made, found) == ([1], ["part"] * 5)


def test_only_so_many_are_kept() -> None:
    kept = Shared(most=2)

    for number in range(5):
        kept.part(number, lambda: "part", lambda: True)

    assert len(kept._kept) == 2
    assert kept.seconds_of_one < 0.1
