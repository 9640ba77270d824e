"""After something was done the next page says so, once, to the one who did it, with an undo; and
every kind of object goes back to an earlier version."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from catenary.domain.documents.shapes import Role
from tests.apps.worlds import entries
from tests.web.editing.conftest import (
    EDIT,
    PATIENTS,
    VAULT,
    client_of,
    form_of,
    managed_by_files,
    service,
    world,
)
from tests.web.editing.test_editing import live, save, say_meanwhile

pytestmark = pytest.mark.django_db
PAGE = f"/services/{PATIENTS}/"
WARD = "/consumption/ward-3/bluewater-apps/patients/"


def said(client: Client, address: str) -> str:
    """What a page says of what was just done, empty when nothing."""
    html = client.get(address).content.decode()
    found = re.search(r'<p role="status"><bdi>(.*?)</bdi></p>', html)
    return unescape(found[1]) if found else ""


def undo(client: Client, address: str) -> Any:
    """Press the undo button of a note."""
    html = client.get(address).content.decode()
    form = re.search(
        r'<div class="notice-box said.*?<form method="post" action="(.*?)">(.*?)</form>', html, re.S
    )
    assert form, "there is no undo"
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[2]))
    return client.post(form[1], fields)


def test_the_next_page_says_what_was_saved_once_and_to_nobody_else(edith: Client) -> None:
    others = client_of("ada")
    save(edith, name="Patient records", description="All of them.")

    assert said(edith, "/catalogue/") == ""
    assert said(others, PAGE) == ""
    assert said(edith, PAGE) == "Saved. Changed: Name, Description."
    assert said(edith, PAGE) == ""
    save(edith)
    assert said(edith, PAGE) == "Saved. Nothing is different: it said so already."
    made = save(edith, "/new/service/", name="Fresh")
    assert said(edith, made["Location"]) == "Saved. It is in the catalogue now."


def test_undo_takes_back_what_was_just_saved(edith: Client) -> None:
    before = service()
    save(edith, name="Patient records")

    answer = undo(edith, PAGE)

    assert answer["Location"] == PAGE
    assert service() == before
    assert said(edith, PAGE) == "Undone. Changed back: Name."


def test_undo_overwrites_nothing_that_was_changed_meanwhile(edith: Client) -> None:
    save(edith, name="Mine", description="Mine")
    say_meanwhile(name="Theirs")

    answer = undo(edith, PAGE)

    html = answer.content.decode()
    assert answer.status_code == 409 and VAULT not in html
    assert service().name == "Theirs"


def test_undo_never_takes_off_what_one_may_not_see(edith: Client) -> None:
    first = form_of(edith.get(EDIT))["seen"]
    say_meanwhile(relies_on=service().relies_on[:1])
    save(edith, name="Mine")
    history = edith.get(f"{PAGE}history/").content.decode()
    numbers = sorted({int(n) for n in re.findall(r"version=(\d+)", history)})
    say_meanwhile(relies_on=())
    seen = form_of(edith.get(EDIT))["seen"]
    assert seen != first

    answer = edith.post(EDIT, {"do": "undo", "version": str(numbers[0]), "seen": seen})

    assert answer["Location"] == f"{EDIT}?version={numbers[0]}"
    assert service().relies_on == ()
    for wrong in ("0", "x", "99999999", "9" * 40):
        refused = edith.post(EDIT, {"do": "undo", "version": wrong, "seen": seen})
        assert refused.status_code == 404


def test_a_version_of_something_else_is_no_version_of_this(edith: Client) -> None:
    save(edith, "/services/bluewater-apps/billing/edit/", name="Bills")
    history = edith.get("/services/bluewater-apps/billing/history/").content.decode()
    number = re.findall(r"version=(\d+)", history)[0]
    before = entries()

    answer = edith.post(
        EDIT, {"do": "undo", "version": number, "seen": form_of(edith.get(EDIT))["seen"]}
    )

    assert answer.status_code == 404 and entries() == before


def test_deleting_and_bringing_back_say_so() -> None:
    world()
    ada = client_of("ada")
    say_meanwhile(relies_on=())
    address = "/services/bluewater-ops/vault/"
    seen = form_of(ada.get(f"{address}delete/"))["seen"]
    gone = ada.post(f"{address}delete/", {"seen": seen})["Location"]

    assert said(ada, gone).startswith("Deleted: ")
    assert said(ada, ada.post(gone)["Location"]).startswith("Brought back: ")


@pytest.mark.parametrize(
    ("address", "field", "values"),
    [
        ("/organizations/bluewater-apps/", "description", ("First words", "Second words")),
        (WARD, "known-as", ("The list", "Our list")),
    ],
)
def test_houses_and_consumption_go_back_to_an_earlier_version(
    address: str, field: str, values: tuple[str, str]
) -> None:
    world()
    ada = client_of("operator")
    for value in values:
        page = save(ada, f"{address}edit/", **{field: value})["Location"]
    assert said(ada, page).startswith("Saved. Changed: ")
    history = ada.get(f"{address}history/").content.decode()
    versions = [unescape(u) for u in re.findall(r'href="([^"]*version=\d+)"', history)]
    assert form_of(ada.get(versions[0]))[f"f.{field}"] == values[0]

    assert save(ada, versions[0]).status_code == 302

    assert form_of(ada.get(f"{address}edit/"))[f"f.{field}"] == values[0]
    undo(ada, page)
    assert form_of(ada.get(f"{address}edit/"))[f"f.{field}"] == values[1]


def test_the_roles_of_a_person_go_back_and_their_name_is_never_kept() -> None:
    world()
    ada = client_of("ada")
    address = "/people/edith@bluewater.example/"
    form = form_of(ada.get(f"{address}edit/"))
    form["f.roles.0.roles"] = ["viewer"]
    ada.post(f"{address}edit/", {**form, "do": "save"})
    assert said(ada, f"{address}edit/") == "Saved. Changed: What they may be."
    save(ada, f"{address}edit/", name="Edith Renamed")
    html = ada.get(f"{address}edit/").content.decode()
    assert "Saved. Changed: Full name." in html and 'value="undo"' not in html

    history = ada.get(f"{address}history/").content.decode()
    first = unescape(re.findall(r'href="([^"]*version=\d+)"', history)[-1])
    again = form_of(ada.get(first))

    assert again["f.name"] == "Edith Renamed"
    assert str(Role.CATALOGUE_EDITOR) in again["f.roles.0.roles"]


def test_the_other_house_does_not_learn_who_here_changed_its_consumption() -> None:
    world()
    client_of("edith").post(f"{WARD}edit/", {**form_of(client_of("stella").get(f"{WARD}edit/"))})
    save(client_of("edith"), f"{WARD}edit/", **{"known-as": "From the provider"})

    seen_by_customer = client_of("stella").get(f"{WARD}history/").content.decode()
    seen_at_home = client_of("ada").get(f"{WARD}history/").content.decode()

    assert "From the provider" in seen_by_customer and "Edith" not in seen_by_customer
    assert "Edith" in seen_at_home
    assert live()["ward-3", PATIENTS].known_as == "From the provider"


def test_a_note_speaks_the_language_of_its_reader() -> None:
    world()
    edith = client_of("edith")
    edith.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    save(edith, **{"warranty.availability": "99.5", "tags": "a, b"})

    sentence = said(edith, PAGE)

    assert sentence.startswith("Gespeichert.") and "Warranty" in sentence


# ------------------------------------------------------------------ found where one looks


def test_what_was_deleted_is_found_where_one_looks_by_those_who_may_bring_it_back() -> None:
    world()
    ada = client_of("ada")
    say_meanwhile(relies_on=())
    gone = [
        "/services/bluewater-ops/vault/",
        "/people/edith@bluewater.example/",
        "/organizations/bluewater-new/",
        "/consumption/bluewater-ops/bluewater-apps/patients/",
    ]
    save(ada, "/new/organization/?part-of=bluewater", name="Bluewater New")
    save(ada, "/new/consumption/?consumer=bluewater-ops", service=PATIENTS)
    for address in gone:
        seen = form_of(ada.get(f"{address}delete/"))["seen"]
        assert ada.post(f"{address}delete/", {"seen": seen}).status_code == 302, address
    places = ["bluewater-ops", "bluewater-apps", "bluewater", "bluewater-ops"]
    # Adam administers the applications unit, Vera nothing.
    may = {"ada": set(gone), "adam": {gone[1]}, "vera": set()}

    for who, theirs in may.items():
        client = ada if who == "ada" else client_of(who)
        for address, place in zip(gone, places, strict=True):
            html = client.get(f"/organizations/{place}/").content.decode()
            assert (f'href="{address}deleted/"' in html) == (address in theirs), (who, address)
    assert f'href="{gone[0]}deleted/"' in ada.get("/catalogue/").content.decode()
    assert "/deleted/" not in client_of("vera").get("/catalogue/").content.decode()


def test_drafts_are_told_where_one_works_and_never_what_is_in_them(edith: Client) -> None:
    ada, vera = client_of("ada"), client_of("vera")
    form = form_of(edith.get(EDIT)) | {"f.name": "Half a name"}
    edith.post(EDIT, {**form, "do": "check"})

    assert "go on with your draft" in edith.get(PAGE).content.decode()
    assert "Half a name" in edith.get("/catalogue/").content.decode()
    for page in (PAGE, EDIT):
        html = ada.get(page).content.decode()
        assert "Edith" in html and "has not saved yet" in html
        assert "Half a name" not in html and "go on with your draft" not in html
    assert "has not saved yet" not in edith.get(EDIT).content.decode()
    assert "has not saved" not in vera.get(PAGE).content.decode()
    assert "Half a name" not in ada.get("/catalogue/").content.decode()


# ------------------------------------------------------------ checked while one types, all kinds


def test_houses_and_people_are_checked_while_one_types_with_remedies() -> None:
    world()
    ada = client_of("ada")
    address = "/new/organization/?part-of=bluewater"
    form = form_of(ada.get(address)) | {"f.name": "New", "f.part-of": "st-mary"}

    told = ada.post("/new/organization/", {**form, "do": "check"}).content.decode()
    mended = form_of(ada.post("/new/organization/", {**form, "do": "mend CAT101 part-of"}))

    assert "CAT101" in told and "Make it stand on its own" in told
    assert mended["f.part-of"] == "" and mended["f.name"] == form["f.name"]
    person = form_of(ada.get("/new/person/?organization=bluewater"))
    person |= {"f.email": "p@p.example", "f.name": "P", "f.roles.0.organization": "nowhere"}
    person["f.roles.0.roles"] = ["viewer"]
    told = ada.post("/new/person/", {**person, "do": "check"}).content.decode()
    button = re.search(r'value="(mend CAT103 [^"]+)"', told)
    assert button
    mended = form_of(ada.post("/new/person/", {**person, "do": button[1]}))
    assert "f.roles.0.organization" not in mended
    for odd in ("mend CAT103 roles.99", "mend CAT103 roles.x.y", "mend CAT105", "mend CAT508"):
        assert ada.post("/new/person/", {**person, "do": odd}).status_code == 200
    taken = form_of(
        ada.get("/new/consumption/?consumer=bluewater-ops&service=bluewater-ops/database")
    )
    told = ada.post("/new/consumption/", {**taken, "do": "check"}).content.decode()
    assert "CAT505" in told


def test_why_not_is_said_in_the_readers_language() -> None:
    managed_by_files()
    ada = client_of("ada")
    ada.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    leave = "/organizations/bluewater-ops/delete/"

    form = ada.get(EDIT).content.decode()
    seen = form_of(ada.get(leave))["seen"]
    refused = ada.post(leave, {"seen": seen, "take-over": "on"})

    assert "Anderswo verwaltet: die Katalogdateien „tests“." in form
    assert refused.status_code == 422
    html = refused.content.decode()
    assert "bluewater-ops stellt noch bluewater-ops/database und 1 weitere bereit" in html
    assert "still provides" not in html
