"""The audit page, read by administrators of two houses and by somebody who should not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catenary.apps.access.choices import Happening
from catenary.apps.access.operations.recording import record_access
from catenary.clock import now
from catenary.domain.actors import Origin
from tests.web.access.world import CATALOGUE, PASSWORD, World, apply

pytestmark = pytest.mark.django_db


@pytest.fixture
def administered(world: World, tmp_path: Path) -> World:
    """Lara administers Alpha's laboratory, Ben Bravo's ward; both have signed in."""
    said = CATALOGUE
    for line in ("  rob@alpha", "  alpha-it/gone"):
        said = "\n".join(each for each in said.splitlines() if not each.startswith(line))
    for who, role in (
        ("alpha-lab, roles: [viewer]", "viewer"),
        ("bravo-ward, roles: [user]", "user"),
    ):
        assert who in said
        said = said.replace(who, who.replace(role, "administrator"))
    (tmp_path / "world.yaml").write_text(said, encoding="utf-8")
    apply(tmp_path)
    for email in ("lara@alpha.example", "ben@bravo.example"):
        Client().post("/sign-in/", {"email": email, "password": PASSWORD})
    Client().post("/sign-in/", {"email": "ben@bravo.example", "password": "<script>"})
    return world


def read(world: World, who: str, **query: str) -> Any:
    return world.client(who).get(reverse("audit"), query)


def test_each_administrator_reads_their_own(administered: World) -> None:
    laras = read(administered, "exactly right").content.decode()
    bens = read(administered, "customer").content.decode()

    assert "Zlara" in laras and "signed in" in laras
    assert "Zben" in bens and "failed to sign in" in bens
    assert "role given: administrator in bravo-ward to Zben" in bens
    for alien in ("Zben", "ben@", "Zcleo", "bravo", "failed to sign in"):
        assert alien not in laras.partition("<main")[2]
    for alien in ("Zlara", "lara@", "alpha-lab", "Zcleo", "delta"):
        assert alien not in bens.partition("<main")[2]


def test_doors_and_sources_are_told_in_the_readers_words(administered: World) -> None:
    client = administered.client("exactly right")
    told = client.get(reverse("audit")).content.decode().partition("<main")[2]
    german = client.get(reverse("audit"), headers={"accept-language": "de"}).content.decode()
    history = client.get(
        "/organizations/alpha-lab/history/", headers={"accept-language": "de"}
    ).content.decode()

    for html in (told, german, history):
        assert "folder:" not in html
    assert "catalogue files “" in told and "command line" in told
    for html in (german, history):
        assert "Katalogdateien „" in html
        assert "command-line" not in html.partition("<main")[2]


def test_others_do_not_find_it_and_no_link_leads_there(administered: World) -> None:
    ann = administered.client("viewer at the provider")

    assert ann.get(reverse("audit")).status_code == 404
    assert reverse("audit") not in ann.get("/account/").content.decode()
    lara = administered.client("exactly right")
    assert reverse("audit") in lara.get("/account/").content.decode()


def test_narrowing_to_somebody_elses_person_is_narrowing_to_nobody(administered: World) -> None:
    def answer(email: str) -> str:
        html = read(administered, "exactly right", person=email).content.decode()
        return str(html).replace(email, "ADDRESS").replace(email.replace("@", "%40"), "ADDRESS")

    one, other = (
        re.sub(r'value="[^"]{64}"', "TOKEN", answer(email))
        for email in ("ben@bravo.example", "xxx@xxxxx.example")
    )
    assert one == other
    assert "Nothing of this kind happened." in one


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-13-01"},
        {"from": "yesterday", "to": "0000-00-00"},
        {"to": "9999-12-31"},
        {"after": "x"},
        {"after": "9" * 18 + "-" + "9" * 18},
        {"after": "-"},
        {"what": "everything'--"},
        {"person": "' OR 1=1 --"},
        {"from": "2999-01-01"},
    ],
)
def test_odd_wishes_are_answered_kindly(administered: World, query: dict[str, str]) -> None:
    assert read(administered, "exactly right", **query).status_code == 200


def test_it_goes_on_page_by_page(administered: World) -> None:
    operator = administered.client("operator")
    for n in range(60):
        origin = Origin("web", f"203.0.113.{n}")
        record_access(Happening.SIGNED_OUT, at=now(), origin=origin, account_ids=[None])

    first = operator.get(reverse("audit")).content.decode()
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = operator.get(older.replace("&amp;", "&")).content.decode()

    assert first.count("<time") == 50
    assert "203.0.113.59<" in first and "203.0.113.10<" in first
    assert "203.0.113.9<" in second and "203.0.113.10<" not in second
