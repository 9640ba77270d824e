"""Who may edit what: from nobody through the almost right to exactly right, at every address of
editing; a refused wish changes nothing and tells nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from tests.apps.worlds import entries
from tests.web.access.world import kept_apart
from tests.web.editing.conftest import client_of, form_of, world

pytestmark = pytest.mark.django_db

#: Nobody; strangers of other houses; almost right (viewer, service owner, the neighbour unit's);
#: right for the applications unit; right for the whole house; the operator.
PEOPLE = ("", "uwe", "nora", "ira", "stella", "vera", "otto", "edith", "adam", "ada", "operator")
APPS_EDITORS = {"edith", "adam", "ada", "operator"}
OPS_EDITORS = {"ada", "operator"}
APPS_ADMINISTRATORS = {"adam", "ada", "operator"}
MAY = {
    "/services/bluewater-apps/patients/": APPS_EDITORS,
    "/services/bluewater-ops/vault/": OPS_EDITORS,
    "/services/ironport/power/": {"ira", "operator"},
    "/services/bluewater-apps/nothing/": set(),
    "/organizations/bluewater-apps/": APPS_ADMINISTRATORS,
    "/organizations/bluewater/": {"ada", "operator"},
    "/organizations/st-mary/": {"stella", "operator"},
    "/organizations/nothing/": set(),
    "/people/edith@bluewater.example/": APPS_ADMINISTRATORS,
    "/people/ada@bluewater.example/": {"ada", "operator"},
    "/people/nobody@bluewater.example/": set(),
    "/consumption/ward-3/bluewater-apps/patients/": APPS_EDITORS | {"stella"},
    "/consumption/ward-3/bluewater-ops/vault/": set(),
    "/consumption/north-clinic/bluewater-apps/billing/": APPS_EDITORS | {"nora"},
}
BEGIN = {
    "/new/service/": APPS_EDITORS | OPS_EDITORS | {"nora", "ira", "stella"},
    "/new/organization/": APPS_ADMINISTRATORS | {"stella", "ira"},
    "/new/person/": APPS_ADMINISTRATORS | {"stella", "ira"},
    "/new/consumption/": APPS_EDITORS | {"nora", "ira", "stella"},
}
Clients = dict[str, Client]


@pytest.fixture(scope="module")
def clients(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Clients]:
    """Everybody, signed in to one world."""
    with django_db_blocker.unblock(), kept_apart():
        world()
        yield {who: client_of(who) for who in PEOPLE}


CASES = [
    pytest.param(f"{place}{doing}/", place, who, id=f"{place}{doing} {who or 'nobody'}")
    for place in MAY
    for doing in ("edit", "delete")
    for who in PEOPLE
]
LOOKING = [
    pytest.param(f"{place}history/", place, who, id=f"{place}history {who or 'nobody'}")
    for place in MAY
    if not place.startswith("/services/")
    for who in PEOPLE
]


@pytest.mark.parametrize(("address", "place", "who"), CASES + LOOKING)
def test_only_those_who_may_change_it_get_the_form(
    clients: Clients, address: str, place: str, who: str
) -> None:
    answer = clients[who].get(address)

    if not who:
        assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
    else:
        assert answer.status_code == (200 if who in MAY[place] else 404)


@pytest.mark.parametrize(("address", "place", "who"), CASES)
def test_a_post_of_those_who_may_not_changes_nothing(
    clients: Clients, address: str, place: str, who: str
) -> None:
    if who in MAY[place]:
        return
    before = entries()
    for do in ("save", "draft", "check", "add outcomes", "merge", "discard"):
        answer = clients[who].post(address, {"do": do, "f.name": "Taken", "seen": ""})
        assert answer.status_code == (404 if who else 302)
        assert b"Taken" not in answer.content

    assert entries() == before


@pytest.mark.parametrize("address", BEGIN)
@pytest.mark.parametrize("who", [who for who in PEOPLE if who])
def test_only_those_who_may_begin_something_get_an_empty_form(
    clients: Clients, address: str, who: str
) -> None:
    assert clients[who].get(address).status_code == (200 if who in BEGIN[address] else 404)


NAMED = {
    "/new/service/": {"f.born": "bluewater-ops", "f.name": "Taken", "f.stage": "live"},
    "/new/organization/": {"f.name": "Taken", "f.part-of": "bluewater-ops"},
    "/new/person/": {
        "f.email": "t@t.example",
        "f.name": "Taken",
        "f.organization": "bluewater-ops",
    },
    "/new/consumption/": {"f.consumer": "ward-3", "f.service": "bluewater-ops/database"},
}


@pytest.mark.parametrize("address", NAMED)
@pytest.mark.parametrize("who", ["edith", "adam", "nora", "ira"])
def test_what_is_begun_in_a_house_of_others_is_not_written(
    clients: Clients, address: str, who: str
) -> None:
    if who not in BEGIN[address]:
        return
    before = entries()

    answer = clients[who].post(address, {**NAMED[address], "do": "save"})

    assert answer.status_code == 422
    assert entries() == before
    assert form_of(answer)[next(iter(NAMED[address]))] == next(iter(NAMED[address].values()))


@pytest.mark.parametrize("who", ["uwe", "nora", "stella", "otto", "edith"])
def test_nothing_is_offered_that_one_may_not_see(clients: Clients, who: str) -> None:
    for pick, word, named in (
        ("service", "vault", "bluewater-ops/vault"),
        ("service", "grid", "ironport/grid"),
        ("organization", "north", "north-clinic" if who in ("uwe", "stella") else "nothing"),
        ("contact", "ira", "ira@ironport.example"),
        ("provider", "bluewater ops", "bluewater-ops"),
        ("unknown", "bluewater", "bluewater"),
    ):
        asked = {"pick": pick, "for": "owner", "f.owner": word}
        html = clients[who].get("/editing/pick/", asked).content.decode()
        assert f'owner {named}"' not in html
        nonsense = clients[who].get("/editing/pick/", {**asked, "f.owner": "q" * len(word)})
        if "<li>" not in html:
            assert html == nonsense.content.decode()


@pytest.mark.parametrize("who", [who for who in PEOPLE if who])
def test_buttons_lead_only_where_one_may_go(clients: Clients, who: str) -> None:
    for place, may in MAY.items():
        if not place.startswith(("/services/", "/organizations/")):
            continue
        page = clients[who].get(place)
        if page.status_code == 200:
            html = page.content.decode()
            assert (f'href="{place}edit/"' in html) == (who in may), place
            assert (f'href="{place}delete/"' in html) == (who in may), place


def test_a_form_of_another_site_is_refused() -> None:
    world()
    client = client_of("edith")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies

    answer = strict.post("/services/bluewater-apps/patients/edit/", {"do": "save"})

    assert answer.status_code == 403
