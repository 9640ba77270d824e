"""Parts of pages that are made once for all who see the same, and for nobody else."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.template import loader
from django.test import Client

from catenary import clock
from catenary.domain.documents.shapes import (
    ConsumptionDocument,
    MembershipDocument,
    PersonDocument,
    Role,
)
from catenary.exchange.catalogue.amending import Amendment, amend
from catenary.web.live import shared
from catenary.web.live.shared import FORM_KEY, Shared
from tests.web.access.world import READS, World, give_account
from tests.web.test_live import say
from tests.web.test_our_services import OPERATOR, use

pytestmark = pytest.mark.django_db
OURS = "/our-services/"
SECONDS = 20


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was made."""
    monkeypatch.setattr(shared, "SHARED", Shared())
    names: list[str] = []
    real = loader.render_to_string

    def render(template: str, context: dict[str, Any]) -> str:
        names.append(template)
        return real(template, context)

    monkeypatch.setattr("catenary.web.status.board.render_to_string", render)
    monkeypatch.setattr("catenary.web.our_services.views.render_to_string", render)
    return names


def part(client: Client, query: str = "?all=1", **headers: str) -> str:
    return part_of(client, f"/status/{query}", "board", **headers)


def part_of(client: Client, address: str, target: str, **headers: str) -> str:
    response = client.get(address, headers={"HX-Request": "true", "HX-Target": target, **headers})
    assert response.status_code == 200
    return response.content.decode()


def colleague(email: str, organization: str, *roles: Role) -> Client:
    """A browser of one more person with these roles, or those of a user."""
    member = MembershipDocument(organization, roles or (Role.USER,))
    document = PersonDocument(email, "Zcolleague", organization, (member,))
    amend(actor=OPERATOR, at=clock.now(), amendments=[Amendment("person", email, document)])
    return World({email: give_account(email)}).client(email)


def plain(html: str) -> str:
    """Without the keys of forms, which are other ones each time."""
    return re.sub(r'value="\w{64}"', "", html).strip()


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


def test_colleagues_get_what_was_made_once_and_each_the_key_of_their_own_forms(
    world: World, made: list[str]
) -> None:
    use(ConsumptionDocument("bravo", "alpha-it/ledger", "Zhouseledger"))
    clients = [world.client("customer"), colleague("bea@bravo.example", "bravo-ward")]

    parts = [part_of(client, OURS, "ours") for client in clients]

    assert len(made) == 1
    keys = [re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', told)[0] for told in parts]
    assert parts[0].replace(keys[0], "") == parts[1].replace(keys[1], "")
    assert not any(FORM_KEY in told for told in parts)
    for number, client in enumerate(clients):
        client.handler.enforce_csrf_checks = True
        for key in (keys[1 - number], FORM_KEY, keys[number]):
            form = {"organization": "bravo", "csrfmiddlewaretoken": key}
            is_theirs = key == keys[number]
            assert client.post("/seen-as/", form).status_code == (302 if is_theirs else 403)


def test_our_services_are_told_to_nobody_else(world: World, made: list[str]) -> None:
    say("alpha-it/portal", "down")
    for who in ("customer", "another customer", "viewer at the provider", "operator"):
        client = world.client(who)

        told, whole = part_of(client, OURS, "ours"), client.get(OURS).content.decode()

        assert plain(told) in plain(whole), who
        for word in ("Zbravoword", "Zcharlieword"):
            assert word not in told or who in READS[word], who
    assert len(made) == 4


def test_what_one_owns_is_on_the_board_of_nobody_else(world: World, made: list[str]) -> None:
    say("alpha-it/portal", "down")
    clients = [
        colleague(f"{name}@alpha.example", "alpha-it", Role.VIEWER) for name in ("abe", "ada")
    ]

    owner, *others = map(part, [world.client("viewer at the provider"), *clients])

    assert "owned by me" in owner
    assert "owned by me" not in others[0] and others[0] == others[1]
    assert len(made) == 2


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
