"""Pages answer in the language somebody chose, else in the one their browser asks for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.web.access.world import World

pytestmark = pytest.mark.django_db

GERMAN = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}


def html(response: Any) -> str:
    return str(response.content.decode())


def choose(client: Client, language: str, back: str = "/account/") -> Any:
    return client.post("/language/", {"language": language, "next": back})


def test_the_browser_is_asked_first(world: World) -> None:
    client = world.client("exactly right")

    page = client.get("/", headers=GERMAN)

    assert '<html lang="de">' in html(page)
    assert "Wer unsere Kunden sind" in html(page)
    assert page.headers["Content-Language"] == "de"
    assert {"Accept-Language", "Cookie"} <= {v.strip() for v in page.headers["Vary"].split(",")}
    assert '<html lang="en">' in html(client.get("/", headers={"accept-language": "fr"}))


def test_what_somebody_chose_stays_and_can_be_taken_back(world: World) -> None:
    client = world.client("exactly right")

    answer = choose(client, "de")

    assert answer.headers["Location"] == "/account/"
    cookie = client.cookies["language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("de", True, "Lax")
    assert int(cookie["max-age"]) == 365 * 24 * 60 * 60
    page = html(client.get("/account/", headers={"accept-language": "en"}))
    assert '<html lang="de">' in page
    assert 'lang="de" aria-current="true">Deutsch</button>' in page
    choose(client, "")
    assert '<html lang="en">' in html(client.get("/account/", headers={"accept-language": "en"}))


def test_the_choice_comes_along_to_another_browser(world: World) -> None:
    one, other = world.client("exactly right"), world.client("exactly right")

    choose(one, "de")

    page = other.get("/account/", headers={"accept-language": "en"})
    assert '<html lang="de">' in html(page)
    assert page.headers["Content-Language"] == "de"
    assert 'lang="de" aria-current="true">Deutsch</button>' in html(page)
    assert '<html lang="de">' in html(other.get("/nowhere/"))
    other.post("/sign-out/")
    assert '<html lang="en">' in html(other.get("/sign-in/")), "the browser itself chose nothing"
    assert '<html lang="en">' in html(world.client("customer").get("/"))


def test_times_are_told_in_the_zone_of_the_account(world: World) -> None:
    client, other = world.client("exactly right"), world.client("exactly right")
    assert "UTC" in html(client.get("/account/sessions/"))

    answer = client.post("/time-zone/", {"time-zone": "Asia/Tokyo", "next": "/account/"})

    assert answer.headers["Location"] == "/account/"
    assert "JST" in html(other.get("/account/sessions/"))
    assert '<option value="Asia/Tokyo" selected>' in html(client.get("/account/"))
    assert "UTC" in html(world.client("customer").get("/account/sessions/")), "theirs alone"


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "x" * 5000, "localtime"])
def test_a_zone_that_is_not_there_changes_nothing(world: World, zone: str) -> None:
    client = world.client("exactly right")

    assert client.post("/time-zone/", {"time-zone": zone}).status_code == 302
    assert "UTC" in html(client.get("/account/sessions/"))


def test_a_stranger_chooses_before_signing_in() -> None:
    client = Client()
    assert "Deutsch" in html(client.get("/sign-in/"))

    choose(client, "de", "/sign-in/")

    page = html(client.get("/sign-in/"))
    assert "E-Mail-Adresse" in page and "Passwort" in page


@pytest.mark.parametrize("language", ["xx", "../de", "d" * 5000, "en\r\na: b"])
def test_a_language_that_is_not_there_changes_nothing(language: str) -> None:
    client = Client()

    assert choose(client, language).status_code == 302
    assert "language" not in client.cookies
    client.cookies["language"] = language[:20].replace("\r\n", "")
    assert '<html lang="en">' in html(client.get("/sign-in/"))


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:x", ""])
def test_choosing_leads_only_to_pages_of_ours(back: str) -> None:
    assert choose(Client(), "de", back).headers["Location"] == "/"


def test_choosing_needs_a_form_of_ours() -> None:
    client = Client(enforce_csrf_checks=True)

    assert choose(client, "de").status_code == 403
    assert "language" not in client.cookies


@pytest.mark.parametrize("path", ["/nowhere/", "/sign-in/?next=%00"])
def test_refusals_speak_the_language_too(world: World, path: str) -> None:
    client = world.client("exactly right")
    client.get("/", headers={"accept-language": "en"})

    page = html(client.get(path, headers=GERMAN))

    assert '<html lang="de">' in page
    assert "Zur Startseite" in page


def test_programs_are_answered_in_one_language() -> None:
    answer = Client().get("/healthz", headers=GERMAN)

    assert "Content-Language" not in answer.headers
    assert "Accept-Language" not in answer.headers.get("Vary", "")
