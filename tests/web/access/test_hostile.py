"""What somebody with an account of their own, or a browser somebody else uses next, may try."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from tests.web.access.test_second_factor import ASKED, secret_on
from tests.web.access.world import PASSWORD, World, state
from tests.web.test_permission_matrix import ROUTES, address

pytestmark = pytest.mark.django_db


def test_a_browser_left_half_signed_in_plants_no_secret_in_the_next_ones_app(world: World) -> None:
    client = Client()
    with override_settings(SECOND_FACTOR=frozenset({"everybody"})):
        client.post("/sign-in/", {"email": "dora@delta.example", "password": PASSWORD})
        known = secret_on(client.get(ASKED))
        client.post("/sign-in/", {"email": "lara@alpha.example", "password": PASSWORD})

        assert secret_on(client.get(ASKED)) != known


def test_no_form_is_taken_that_is_not_of_ours_whatever_sent_it(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = world.client("operator").cookies
    before = state()

    for name, route in ROUTES.items():
        # A mail program brings no cookie and no token of ours, only an address we signed for this
        # one click (RFC 8058): tests/web/test_hearing.py tries others.
        if "POST" not in route.methods or name == "unsubscribe":
            continue
        url = address(name, next(iter(route.objects or {"": set()})))
        for headers in ({}, {"HX-Request": "true"}, {"X-HTTP-Method-Override": "GET"}):
            answer = client.post(url, {"csrfmiddlewaretoken": "x" * 64}, headers=headers)
            assert answer.status_code == 403, f"{name} takes a form of anybody's"

    assert state() == before


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https:evil.example",
        "https:///evil.example",
        "http://testserver@evil.example/",
        "javascript:alert(1)",
        " https://evil.example",
        "\x01https://evil.example",
        "http://testserver.evil.example/",
    ],
)
def test_nobody_is_sent_to_another_site_after_signing_in(world: World, wanted: str) -> None:
    said = {"email": "lara@alpha.example", "password": PASSWORD, "next": wanted}

    answer = Client().post("/sign-in/", said)

    assert answer.headers["Location"] == "/"
    signed_in = world.client("exactly right")
    for url in (reverse("seen-as"), reverse("language"), reverse("time-zone")):
        assert signed_in.post(url, {"next": wanted}).headers["Location"] == "/"
    assert signed_in.get("/sign-in/", {"next": wanted}).headers["Location"] == "/"


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil", ""])
def test_a_foreign_host_gets_no_page_and_no_link(world: World, host: str) -> None:
    answer = world.client("exactly right").get("/", headers={"host": host or "x y"})

    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


def test_what_a_proxy_says_of_the_host_is_not_believed(world: World) -> None:
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Host": "evil.example",
        "Forwarded": "host=evil",
    }

    page = world.client("exactly right").get("/account/", headers=headers)

    assert "evil.example" not in page.content.decode()


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_read_stays_a_read_whatever_a_header_says(world: World, name: str) -> None:
    client = world.client("operator")
    before = state()

    answer = client.get("/organizations/alpha/delete/", {"_method": "POST"}, headers={name: "POST"})

    assert answer.status_code == 200
    assert state() == before


def test_a_session_ended_elsewhere_is_over_at_once(world: World) -> None:
    one, other = world.client("exactly right"), world.client("exactly right")

    one.post("/account/sessions/end/", {"which": "others"})

    assert other.get("/account/").status_code == 302
    assert one.get("/account/").status_code == 200


def test_the_session_of_somebody_else_is_not_ended(world: World) -> None:
    from catenary.apps.access.queries.sessions import handle_of

    victim, attacker = world.client("customer"), world.client("exactly right")
    handle = handle_of(victim.session.session_key or "")

    attacker.post("/account/sessions/end/", {"which": handle})

    assert victim.get("/account/").status_code == 200
