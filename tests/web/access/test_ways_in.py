"""Tokens, sessions and waiting, through the pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from catenary.apps.access.operations import sign_ins
from catenary.apps.access.queries.tokens import TokenHolder, token_holder
from catenary.clock import now
from catenary.domain import throttling
from tests.web.access.world import PASSWORD, World, state

pytestmark = pytest.mark.django_db

LARA, ANN = "exactly right", "viewer at the provider"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def made(client: Client, **changed: str) -> Any:
    form = {"name": "nightly sync", "scope": "write", "days": "30", **changed}
    return client.post("/account/tokens/", form)


def secret_on(response: Any) -> str:
    found = re.findall(r"cat_[0-9A-Za-z]{12}_[0-9A-Za-z]{40}", response.content.decode())
    assert len(found) == 1
    return str(found[0])


def test_a_token_is_shown_exactly_once_and_never_kept_by_a_browser(world: World) -> None:
    client = world.client(LARA)

    response = made(client)

    secret = secret_on(response)
    holder = token_holder(secret, now())
    assert isinstance(holder, TokenHolder)
    assert holder.account_id == world.accounts[LARA]
    assert "no-store" in response.headers["Cache-Control"]
    later = client.get("/account/tokens/").content.decode()
    assert "nightly sync" in later
    assert holder.public_id in later
    assert secret not in later


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"scope": "everything"},
        {"scope": ""},
        {"days": "0"},
        {"days": "9999999999"},
        {"days": "-1"},
        {"days": "x"},
        {"name": "n" * 500},
    ],
)
def test_a_form_that_is_not_right_makes_nothing_and_loses_nothing(
    world: World, wrong: dict[str, str]
) -> None:
    client, before = world.client(LARA), state()

    response = made(client, **wrong)

    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    if "name" not in wrong:
        assert 'value="nightly sync"' in response.content.decode()
    assert state() == before


def test_a_revoked_token_is_told_among_those_that_ended(world: World) -> None:
    client = world.client(LARA)
    secret = secret_on(made(client))

    response = client.post("/account/tokens/revoke/", {"token": secret[4:16]}, follow=True)

    assert "The token was revoked" in response.content.decode()
    assert not isinstance(token_holder(secret, now()), TokenHolder)
    assert "Tokens that ended" in client.get("/account/tokens/").content.decode()


def test_nobody_sees_or_revokes_anothers_token(world: World) -> None:
    secret = secret_on(made(world.client(LARA)))
    other = world.client(ANN)

    answers = [
        other.post("/account/tokens/revoke/", {"token": token}, follow=True).content.decode()
        for token in (secret[4:16], "x" * 12)
    ]

    cleaned = [re.sub(r'value="[^"]{64}"', "TOKEN", html) for html in answers]
    assert cleaned[0] == cleaned[1]
    assert secret[4:16] not in answers[0]
    assert isinstance(token_holder(secret, now()), TokenHolder)


def test_a_token_with_a_hostile_name_stays_text(world: World) -> None:
    html = made(world.client(LARA), name="<script>alert(1)</script>").content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


# ------------------------------------------------------------------------------- sessions


def signed_in(email: str = "lara@alpha.example", **headers: str) -> Client:
    client = Client(headers={"user-agent": FIREFOX, **headers})
    response = client.post("/sign-in/", {"email": email, "password": PASSWORD})
    assert response.status_code == 302
    return client


def test_one_sees_where_one_is_signed_in_and_ends_it(world: World) -> None:
    here, there = signed_in(), signed_in()
    html = here.get("/account/sessions/").content.decode()
    assert html.count("Firefox on Linux") == 3  # here, there, and on the button
    for client in (here, there):
        assert str(client.session.session_key) not in html
    handle = re.findall(r'name="which" value="([0-9a-f]{20})"', html)[0]

    here.post("/account/sessions/end/", {"which": handle})

    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_one_ends_all_others_and_nobody_elses(world: World) -> None:
    here, *others = (signed_in() for _ in range(3))
    ann = signed_in("ann@alpha.example")

    here.post("/account/sessions/end/", {"which": "others"})

    assert [c.get("/account/").status_code for c in (here, *others, ann)] == [200, 302, 302, 200]


def test_nobody_ends_the_session_of_another(world: World) -> None:
    lara, ann = signed_in(), signed_in("ann@alpha.example")
    html = signed_in().get("/account/sessions/").content.decode()

    for handle in re.findall(r'name="which" value="([0-9a-f]{20})"', html):
        ann.post("/account/sessions/end/", {"which": handle})

    assert lara.get("/account/").status_code == 200


def test_signing_in_and_out_is_written_down_with_where_from(world: World) -> None:
    client = signed_in()
    client.post("/sign-out/")

    events = apps.get_model("access", "AccessEvent").objects.order_by("-pk")[:2]

    lara = world.accounts[LARA]
    assert [(e.kind, e.account_id, e.address) for e in events] == [
        ("signed-out", lara, "127.0.0.1"),
        ("signed-in", lara, "127.0.0.1"),
    ]
    assert events[1].about == "password"
    assert events[1].device == FIREFOX


# ------------------------------------------------------------------------- made to wait


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits so long that no busy machine outwaits them."""
    for name in ("OF_ACCOUNT", "OF_ADDRESS"):
        longer = replace(getattr(throttling, name), first=timedelta(minutes=2))
        monkeypatch.setattr(sign_ins, name, longer)


def failed(client: Client, email: str = "lara@alpha.example", **more: str) -> Any:
    return client.post("/sign-in/", {"email": email, "password": "wrong"}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("email", ["lara@alpha.example", "nobody@alpha.example"])
def test_too_many_failures_are_answered_with_how_long_to_wait(
    world: World, slow: None, email: str
) -> None:
    answers = [failed(Client(), email, REMOTE_ADDR=f"198.51.100.{n}") for n in range(1, 9)]

    assert [a.status_code for a in answers] == [422] * 6 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) in range(1, 121)
    html = answers[-1].content.decode()
    assert "too many attempts" in html
    assert email in html, "what was typed is still there"
    assert "Wait 2 minutes" in html or "Wait 1 minute" in html


def test_the_right_password_waits_too_and_a_known_browser_does_not(
    world: World, slow: None
) -> None:
    known = signed_in()
    known.post("/sign-out/")
    for n in range(1, 9):
        failed(Client(), REMOTE_ADDR=f"198.51.100.{n}")
    form = {"email": "lara@alpha.example", "password": PASSWORD}

    assert Client().post("/sign-in/", form).status_code == 429
    assert known.post("/sign-in/", form).status_code == 302


def test_the_cookie_of_a_known_browser_is_worth_nothing_changed_or_for_another(
    world: World, slow: None
) -> None:
    known = signed_in()
    cookie = known.cookies["catenary_device"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"]
    known.post("/sign-out/")
    for email in ("lara@alpha.example", "ann@alpha.example"):
        for n in range(1, 9):
            failed(Client(), email, REMOTE_ADDR=f"198.51.100.{n}")

    assert failed(known, "ann@alpha.example").status_code == 429
    known.cookies["catenary_device"] = cookie.value[:-1] + "A"
    assert failed(known).status_code in {422, 429}
    known.cookies["catenary_device"] = "x" + cookie.value[1:]
    assert failed(known).status_code == 429


def test_a_proxy_is_believed_only_when_it_is_named(world: World, slow: None, settings: Any) -> None:
    def one(n: int) -> int:
        response = failed(
            Client(),
            f"user{n}@x.example",
            REMOTE_ADDR="192.0.2.1",
            HTTP_X_FORWARDED_FOR=f"198.51.100.{n}",
        )
        return int(response.status_code)

    assert [one(n) for n in range(1, 24)].count(429) == 2

    from ipaddress import ip_network

    settings.TRUSTED_PROXIES = (ip_network("192.0.2.1"),)
    assert [one(n) for n in range(30, 54)].count(429) == 0
