"""Pages as of a past moment: the banner, the links that stay there, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from catenary.domain.actors import Actor
from catenary.exchange.catalogue.applying import apply_plan, prepare_plan
from catenary.exchange.catalogue.reading import read_catalogue
from tests.web.access.world import CATALOGUE, NOON, World, build, kept_apart

pytestmark = pytest.mark.django_db

THEN = "2026-11-03T12:30Z"
PAGES = (
    "/services/alpha-it/portal/",
    "/catalogue/",
    "/catalogue/?q=zengine",
    "/chain/?focus=alpha-it/portal",
    "/impact/?service=alpha-it/engine",
    "/organizations/alpha-it/",
    "/services/alpha-it/portal/compare/",
)


@pytest.fixture(scope="module")
def moved_on(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """The world, an hour after which the engine got another name."""
    with django_db_blocker.unblock(), kept_apart():
        folder = tmp_path_factory.mktemp("world")
        world = build(folder)
        say(folder, "Zengine\n", "Motor\n")
        yield world


def say(folder: Path, before: str, after: str) -> None:
    text = "".join(
        line
        for line in CATALOGUE.splitlines(keepends=True)
        if "rob@alpha" not in line and "alpha-it/gone" not in line
    )
    assert before in text
    (folder / "world.yaml").write_text(text.replace(before, after))
    read = read_catalogue(folder)
    prepared = prepare_plan(wanted=read.catalogue, source="folder:world", prune=False)
    actor = Actor(is_operator=True, door="command-line")
    apply_plan(prepared=prepared, actor=actor, at=NOON + timedelta(hours=1))


def at(page: str, moment: str = THEN) -> str:
    return f"{page}{'&' if '?' in page else '?'}as_of={moment}"


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_what_was_said_then(moved_on: World, page: str) -> None:
    client = moved_on.client("exactly right")

    now, then = text_of(client, page), text_of(client, at(page))

    assert "Motor" in now
    assert "Zengine" not in now.replace("Zenginetext", "").replace("Zengineoutcome", "")
    assert "Zengine" in then
    assert "Motor" not in then
    assert "You are looking back." in then
    assert "You are looking back." not in now


@pytest.mark.parametrize("page", PAGES)
def test_the_way_back_to_now_is_the_same_page(moved_on: World, page: str) -> None:
    then = text_of(moved_on.client("exactly right"), at(page))

    assert f'href="{page.replace("alpha-it/", "alpha-it%2F") if "?" in page else page}"' in then


def test_links_stay_in_the_moment(moved_on: World) -> None:
    html = text_of(moved_on.client("exactly right"), at("/catalogue/"))

    assert 'href="/services/alpha-it/engine/?as_of=2026-11-03T12%3A30Z"' in html
    assert '<input type="hidden" name="as_of" value="2026-11-03T12:30Z">' in html


def test_a_date_means_its_end_and_what_has_not_come_yet_is_now(moved_on: World) -> None:
    client = moved_on.client("exactly right")

    assert "Motor" in text_of(client, at("/services/alpha-it/engine/", "2026-11-03"))
    late = text_of(client, at("/services/alpha-it/engine/", "9999-12-31"))
    assert "You are looking back." not in late
    assert client.get(at("/services/alpha-it/engine/", "2026-11-02")).status_code == 404


@pytest.mark.parametrize("nonsense", ["yesterday", "2026-13-01", "%00", "1" * 500, "<b>", "-1"])
@pytest.mark.parametrize("page", PAGES)
def test_a_moment_that_is_none_is_refused(moved_on: World, page: str, nonsense: str) -> None:
    response = moved_on.client("exactly right").get(at(page, nonsense))

    assert response.status_code == 400


@pytest.mark.parametrize(
    "who",
    ["viewer at the provider", "customer", "another customer", "of an unrelated organization"],
)
@pytest.mark.parametrize("name", ["services/alpha-lab/vault", "services/delta/quiet"])
def test_what_one_may_not_see_today_is_not_there_then(moved_on: World, who: str, name: str) -> None:
    if who == "of an unrelated organization" and name == "services/delta/quiet":
        pytest.skip("theirs")
    client = moved_on.client(who)

    hidden = client.get(at(f"/{name}/"))
    missing = client.get(at("/services/alpha-it/nothing/"))

    assert hidden.status_code == missing.status_code == 404


STATUS = ("/status/?all=1", "/services/alpha-it/engine/status/")


@pytest.mark.parametrize("page", STATUS)
def test_conditions_of_a_moment_as_known_today_or_then(moved_on: World, page: str) -> None:
    client = moved_on.client("exactly right")

    now, today = text_of(client, page), text_of(client, at(page))
    then = text_of(client, f"{at(page)}&known=then")

    assert "As it was known then" not in now
    assert 'name="condition"' not in today + then
    assert "Motor" in now and "Motor" in today
    assert "Zengine" in then and "Motor" not in then
    for text, chosen in ((today, "As it is known today"), (then, "As it was known then")):
        assert "You are looking back." in text
        assert f'aria-current="true">{chosen}</a>' in text
    if "all" in page:
        assert "as_of=2026-11-03T12%3A30Z&amp;known=then" in then


@pytest.mark.parametrize("page", STATUS)
def test_conditions_of_a_moment_that_is_none_are_refused(moved_on: World, page: str) -> None:
    client = moved_on.client("exactly right")

    assert client.get(at(page, "yesterday")).status_code == 400
    assert client.post(at("/services/alpha-it/engine/status/"), {}).status_code == 400


@pytest.mark.parametrize("who", ["viewer at the provider", "customer", "customer of the customer"])
def test_what_was_known_then_is_told_to_nobody_who_may_not_see_it(
    moved_on: World, who: str
) -> None:
    client = moved_on.client(who)

    board = text_of(client, f"{at('/status/?all=1')}&known=then")
    hidden = client.get(f"{at('/services/alpha-lab/vault/status/')}&known=then")

    assert "vault" not in board.lower()
    assert hidden.status_code == 404
