"""Creating and changing in the browser: nothing typed is lost, nothing is overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from catenary.domain.documents.shapes import Role
from catenary.exchange.catalogue.amending import Amendment, amend
from tests.apps.worlds import OPERATOR, entries, everything, say
from tests.domain.estates import group
from tests.domain.estates import service as estate_service
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

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def save(client: Client, address: str = EDIT, **typed: str) -> Any:
    """Open a form, type, save."""
    values = form_of(client.get(address)) | {f"f.{k}": v for k, v in typed.items()}
    return client.post(address, {**values, "do": "save"})


def say_meanwhile(**fields: Any) -> None:
    """Somebody else changes Patients."""
    document = replace(service(), **fields)
    amend(
        actor=OPERATOR,
        at=NOW,
        amendments=[Amendment("service", PATIENTS, document)],
        take_over=True,
    )


def test_saving_changes_the_service_and_leads_back_to_its_page(edith: Client) -> None:
    before = service()

    answer = save(edith, name="Patient records", description="All of\r\nthem.")

    assert answer.status_code == 302 and answer["Location"] == f"/services/{PATIENTS}/"
    assert service() == replace(before, name="Patient records", description="All of\nthem.")


def test_an_untouched_form_changes_nothing(edith: Client) -> None:
    before = entries()

    assert save(edith).status_code == 302
    assert entries() == before


def test_a_problem_stands_at_its_field_and_everything_typed_is_still_there(edith: Client) -> None:
    before = entries()
    typed = {
        "warranty.availability": "99.9 h",
        "name": "<b>New</b>",
        "service-hours.kind": "weekly",
    }
    typed |= {"service-hours.zone": "Europe/Berlim", "service-hours.mon": "8-18"}

    answer = save(edith, **typed)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "is a duration, not a percentage" in html
    assert 'href="#f-warranty-availability"' in html
    assert "did you mean &quot;Europe/Berlin&quot;?" in html
    assert "<b>New" not in html
    again = form_of(answer)
    assert {name: again[f"f.{name}"] for name in typed} == typed
    assert entries() == before


def test_figures_may_be_typed_with_a_decimal_comma_where_the_language_has_one(
    edith: Client,
) -> None:
    form = form_of(edith.get(EDIT)) | {"f.warranty.availability": "99,95", "do": "save"}

    assert edith.post(EDIT, form).status_code == 422
    assert edith.post(EDIT, form, headers={"accept-language": "de"}).status_code == 302

    promised = service().warranty
    assert promised is not None and promised.availability == Decimal("99.95")


def test_nobody_is_told_of_mistakes_before_they_have_typed() -> None:
    world()
    ada = client_of("ada")

    for address in ("/new/service/", "/new/organization/", "/new/person/"):
        untouched = ada.get(address).content.decode()
        assert "cannot be read yet" not in untouched, address
        assert "state-wrong" not in untouched, address
        form = form_of(ada.get(address)) | {"f.name": "x" * 5_000, "do": "check"}
        assert "1 field cannot be read yet" in ada.post(address, form).content.decode(), address


def test_a_new_service_is_made_of_what_is_typed(edith: Client) -> None:
    form = form_of(edith.get("/new/service/"))
    assert form["f.born"] == "bluewater-apps"
    form |= {"f.name": "Theatre planning", "f.stage": "designed", "do": "add outcomes"}
    form = form_of(edith.post("/new/service/", form))
    form |= {"f.outcomes.0.statement": "Operations start on time", "do": "add relies-on"}
    form = form_of(edith.post("/new/service/", form))
    form |= {"f.relies-on.0.members.0.service": "datab", "do": "find x"}

    found = edith.post("/new/service/", form)
    assert 'value="pick relies-on.0.members.0.service bluewater-ops/database"' in (
        found.content.decode()
    )
    form["do"] = "pick relies-on.0.members.0.service bluewater-ops/database"
    form = form_of(edith.post("/new/service/", form))
    answer = edith.post("/new/service/", {**form, "do": "save"})

    assert answer["Location"] == "/services/bluewater-apps/theatre-planning/"
    made = service("bluewater-apps/theatre-planning")
    assert (made.name, made.stage, made.provider) == (
        "Theatre planning",
        "designed",
        "bluewater-apps",
    )
    assert [o.key for o in made.outcomes] == ["operations-start-on-time"]
    assert [m.service for g in made.relies_on for m in g.members] == ["bluewater-ops/database"]


def test_a_name_in_addresses_is_given_once(edith: Client) -> None:
    form = form_of(edith.get("/new/service/")) | {"f.name": "Patients", "do": "save"}

    answer = edith.post("/new/service/", form)

    assert answer.status_code == 422
    assert "there is already one of that name in addresses" in answer.content.decode()
    assert form_of(answer)["f.name"] == "Patients"


# ------------------------------------------------------------- what one may not see


def test_a_hidden_supporter_has_no_name_in_the_form_and_survives_saving(edith: Client) -> None:
    before = service()
    assert VAULT in [m.service for g in before.relies_on for m in g.members]

    page = edith.get(EDIT).content.decode()
    answer = save(edith, name="Patients again")

    assert "a service you may not see" in page
    assert "vault" not in page.lower()
    assert answer.status_code == 302
    assert service() == replace(before, name="Patients again")


@pytest.mark.parametrize("guess", [VAULT, "bluewater-ops/vaulx"])
def test_typing_the_name_of_a_hidden_supporter_tells_nothing(edith: Client, guess: str) -> None:
    form = form_of(edith.get(EDIT)) | {"do": "add relies-on"}
    form = form_of(edith.post(EDIT, form))
    form["f.relies-on.1.members.0.service"] = guess

    answer = edith.post(EDIT, {**form, "do": "save"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert f"there is no service &quot;{guess}&quot; that you may see" in html
    assert "stands twice" not in html
    offered = edith.get("/editing/pick/", {"pick": "service", "for": "x", "f.x": "Vault"})
    assert "Nothing you may see is called that." in offered.content.decode()


def test_a_made_up_number_of_a_hidden_supporter_is_no_supporter(edith: Client) -> None:
    before = service()
    form = form_of(edith.get(EDIT))
    form["f.relies-on.0.members.2.hidden"] = "77"

    assert edith.post(EDIT, {**form, "do": "save"}).status_code == 302
    assert service() == before


# ------------------------------------------------------------------- two at once


def test_the_second_of_two_is_shown_the_difference_and_nothing_is_overwritten(
    edith: Client,
) -> None:
    form = form_of(edith.get(EDIT))
    say_meanwhile(name="Theirs", description="Their words")
    form |= {"f.name": "Mine", "f.tags": "mine"}

    answer = edith.post(EDIT, {**form, "do": "save"})

    html = answer.content.decode()
    assert answer.status_code == 409
    for words in ("You both saw", "Theirs", "Mine", "changed by somebody else", "changed by you"):
        assert words in html
    assert VAULT not in html
    assert service().name == "Theirs"
    again = form_of(answer)
    assert again["f.name"] == "Mine"

    undecided = edith.post(EDIT, {**again, "do": "merge"})
    assert undecided.status_code == 409
    assert service().name == "Theirs"

    done = edith.post(EDIT, {**again, "choice.name": "mine", "do": "merge"})
    assert done.status_code == 302
    merged = service()
    assert (merged.name, merged.description, merged.tags) == ("Mine", "Their words", ("mine",))


def test_thresholds_are_said_in_words_where_two_versions_stand_side_by_side(
    edith: Client,
) -> None:
    form = form_of(edith.get(EDIT))
    pair = group("bluewater-ops/database", "bluewater-apps/billing")
    say_meanwhile(relies_on=(pair, group(VAULT)), tags=("a", "b"))
    form |= {"f.relies-on.0.soft": "on", "do": "save"}

    html = edith.post(EDIT, form).content.decode()

    assert "any 1 of 2: bluewater-ops/database, bluewater-apps/billing" in html
    assert "soft: bluewater-ops/database" in html
    form |= {"f.warranty.availability": "99.9", "f.outcomes.0.statement": "Sooner"}
    german = edith.post(EDIT, form, HTTP_ACCEPT_LANGUAGE="de").content.decode()
    assert "<strong>Warranty: für den Einsatz geeignet</strong>" in german
    assert "seen sooner › Was Kunden erreichen" in german
    assert "<ins>a</ins>" in html and VAULT not in html
    say_meanwhile(relies_on=(pair, group(VAULT)), tags=("b", "c"))
    history = client_of("ada").get(f"/services/{PATIENTS}/history/").content.decode()
    assert "any 1 of 2: bluewater-ops/database, bluewater-apps/billing" in history
    assert "<del>a</del> <ins>c</ins>" in history


def test_choices_count_for_the_version_they_were_made_on(edith: Client) -> None:
    form = form_of(edith.get(EDIT))
    say_meanwhile(name="Theirs")
    again = form_of(edith.post(EDIT, {**form, "f.name": "Mine", "do": "save"}))
    say_meanwhile(name="Still others")

    answer = edith.post(EDIT, {**again, "choice.name": "mine", "do": "merge"})

    assert answer.status_code == 409
    assert "Still others" in answer.content.decode()
    assert service().name == "Still others"


def test_a_hidden_supporter_others_took_off_meanwhile_does_not_come_back(edith: Client) -> None:
    form = form_of(edith.get(EDIT))
    say_meanwhile(relies_on=service().relies_on[:1])
    answer = edith.post(EDIT, {**form, "f.name": "Mine", "do": "save"})
    assert VAULT not in answer.content.decode()

    done = edith.post(EDIT, {**form_of(answer), "do": "merge"})

    assert done.status_code == 302
    assert [m.service for g in service().relies_on for m in g.members] == ["bluewater-ops/database"]


# ---------------------------------------------------------------- managed elsewhere


def test_what_files_manage_is_changed_here_only_by_taking_it_over() -> None:
    managed_by_files()
    client = client_of("edith")

    refused = save(client, name="Mine")
    assert refused.status_code == 422
    assert "Managed by the catalogue files" in refused.content.decode()
    assert form_of(refused)["f.name"] == "Mine"
    assert service().name == "Patients"

    form = form_of(refused) | {"take-over": "on", "do": "save"}
    assert client.post(EDIT, form).status_code == 302
    assert service().name == "Mine"


# --------------------------------------------------------------------------- drafts


def test_a_draft_is_ones_own_and_goes_when_it_is_saved(edith: Client) -> None:
    form = form_of(edith.get(EDIT)) | {"f.name": "Half a name"}
    before = service()

    edith.post(EDIT, {**form, "do": "draft"})

    assert service() == before
    assert "Half a name" in edith.get("/").content.decode()
    page = edith.get(EDIT)
    assert form_of(page)["f.name"] == "Half a name"
    assert "have not saved" in page.content.decode()
    others = client_of("ada")
    assert form_of(others.get(EDIT))["f.name"] == "Patients"
    assert "Half a name" not in others.get("/").content.decode()
    edith.post(EDIT, {**form_of(page), "do": "save"})
    assert "begun and not saved" not in edith.get("/").content.decode()
    assert service().name == "Half a name"


def test_a_draft_is_thrown_away_on_request_and_forgotten_after_thirty_days(edith: Client) -> None:
    drafts = apps.get_model("portfolio", "Draft").objects
    form = form_of(edith.get(EDIT)) | {"f.name": "Half a name"}
    edith.post(EDIT, {**form, "do": "check"})
    assert drafts.count() == 1
    assert edith.post(EDIT, {"do": "discard"}).status_code == 302
    assert drafts.count() == 0

    edith.post(EDIT, {**form, "do": "draft"})
    drafts.update(saved_at=NOW.replace(year=2020))
    assert form_of(edith.get(EDIT))["f.name"] == "Patients"
    assert "Half a name" not in edith.get("/").content.decode()


# ------------------------------------------------------------------ checks and remedies


def test_the_checks_answer_while_one_types_and_mend_at_a_click(edith: Client) -> None:
    form = form_of(edith.get(EDIT)) | {"f.warranty.availability": "99.9", "do": "check"}

    said = edith.post(EDIT, form).content.decode()
    assert "CAT302" in said and 'href="#f-service-hours-kind"' in said
    assert "Draft kept at" in said
    told = edith.post(EDIT, form, headers={"accept-language": "de"}).content.decode()
    assert "CAT302" in told and "Record the service hours" in said
    assert "Record the service hours" not in told

    mended = form_of(edith.post(EDIT, {**form, "do": "mend CAT302"}))
    assert mended["f.service-hours.kind"] == "always"
    said = edith.post(EDIT, {**mended, "do": "check"}).content.decode()
    assert "CAT302" not in said
    assert "vault" not in said.lower()


# ------------------------------------------------------------------ deleting and undo


def test_what_others_rely_on_is_not_deleted_and_they_are_named(edith: Client) -> None:
    address = f"/services/{PATIENTS}/delete/"
    page = edith.get(address).content.decode()

    answer = edith.post(address, {"seen": form_of(edith.get(address))["seen"]})

    assert 'href="/organizations/ward-3/"' in page and "consumes it" in page
    assert answer.status_code == 422
    assert service()


def test_of_very_many_that_hold_on_the_first_are_named_and_the_rest_counted() -> None:
    said = everything()
    many = [estate_service(f"bluewater-ops/s-{number:03}") for number in range(203)]
    said.services.update({each.reference: each for each in many})
    say(said)

    answer = client_of("ada").get("/organizations/bluewater-ops/delete/")

    page = answer.context["page"]
    assert len(page.holders) == 200 and page.more >= 5
    assert f"and {page.more} more" in answer.content.decode()


def test_what_is_deleted_comes_back_as_it_was() -> None:
    world()
    client = client_of("ada")
    address = "/services/bluewater-ops/vault/delete/"
    held = client.post(address, {"seen": form_of(client.get(address))["seen"]})
    assert held.status_code == 422
    say_meanwhile(relies_on=())
    before = service(VAULT)

    gone = client.post(address, {"seen": form_of(client.get(address))["seen"]})

    assert gone["Location"] == "/services/bluewater-ops/vault/deleted/"
    assert client.get("/services/bluewater-ops/vault/").status_code == 404
    page = client.get(gone["Location"]).content.decode()
    assert "Undo: bring it back" in page
    assert (
        "/services/bluewater-ops/vault/deleted/"
        in client.get("/organizations/bluewater-ops/").content.decode()
    )
    back = client.post(gone["Location"])
    assert back["Location"] == "/services/bluewater-ops/vault/"
    assert service(VAULT) == before


def test_deleting_what_changed_meanwhile_deletes_nothing(edith: Client) -> None:
    fresh = save(edith, "/new/service/", name="Fresh")["Location"]
    seen = form_of(edith.get(f"{fresh}delete/"))["seen"]
    save(edith, f"{fresh}edit/", name="Fresher")

    answer = edith.post(f"{fresh}delete/", {"seen": seen})

    assert answer.status_code == 422
    assert service("bluewater-apps/fresh").name == "Fresher"


def test_what_is_typed_into_something_deleted_meanwhile_is_kept() -> None:
    world()
    say_meanwhile(relies_on=())
    ada, opal = client_of("ada"), client_of("operator")
    address = f"/services/{VAULT}/"
    typed = form_of(ada.get(f"{address}edit/")) | {"f.description": "Typed while it goes"}
    seen = form_of(opal.get(f"{address}delete/"))["seen"]
    assert opal.post(f"{address}delete/", {"seen": seen}).status_code == 302

    saved = ada.post(f"{address}edit/", {**typed, "do": "save"})

    assert saved["Location"] == f"{address}deleted/"
    assert "What you typed is kept as a draft" in ada.get(saved["Location"]).content.decode()
    # The draft is listed at home, and leads to where the service comes back from.
    assert ada.get(f"{address}edit/")["Location"] == f"{address}deleted/"
    assert ada.post(f"{address}deleted/")["Location"] == address
    assert form_of(ada.get(f"{address}edit/"))["f.description"] == "Typed while it goes"
    assert save(ada, f"{address}edit/").status_code == 302
    assert service(VAULT).description == "Typed while it goes"


def test_of_something_deleted_nobody_learns_who_could_not_change_it(edith: Client) -> None:
    say_meanwhile(relies_on=())
    opal, address = client_of("operator"), f"/services/{VAULT}/"
    seen = form_of(opal.get(f"{address}delete/"))["seen"]
    opal.post(f"{address}delete/", {"seen": seen})

    assert edith.get(f"{address}edit/").status_code == 404
    assert edith.post(f"{address}edit/", {"do": "save"}).status_code == 404


def test_an_earlier_version_is_taken_up_again_in_the_form(edith: Client) -> None:
    save(edith, name="Second")
    save(edith, name="Third")
    history = edith.get(f"/services/{PATIENTS}/history/").content.decode()
    addresses = [part.partition('"')[0] for part in history.split('href="')[1:]]
    first = [each for each in addresses if "version=" in each][-1]

    answer = save(edith, first.replace("&amp;", "&"))

    assert answer.status_code == 302
    assert service().name == "Patients"
    assert edith.get(f"{EDIT}?version=999999").status_code == 404


# --------------------------------------------------- organizations, people, consumption


def test_organizations_and_people_are_made_changed_and_deleted() -> None:
    world()
    ada = client_of("ada")

    made = save(ada, "/new/organization/?part-of=bluewater", name="Bluewater Data")
    assert made["Location"] == "/organizations/bluewater-data/"
    held = {"email": "dan@bluewater.example", "name": "Dan", "roles.0.roles": "viewer"}
    person = save(ada, "/new/person/?organization=bluewater-data", **held)
    assert person["Location"] == "/people/dan@bluewater.example/edit/"
    page = ada.get("/organizations/bluewater-data/delete/").content.decode()
    assert "Dan" in page and "Not yet" in page
    moved = save(ada, "/organizations/bluewater-data/edit/", **{"part-of": "bluewater-ops"})
    assert moved.status_code == 302

    form = form_of(ada.get("/people/dan@bluewater.example/edit/"))
    assert form["f.roles.0.roles"] == ["viewer"]
    form["f.roles.0.roles"] = ["viewer", "administrator"]
    assert ada.post("/people/dan@bluewater.example/edit/", form).status_code == 302
    from catenary.apps.organizations.queries import actor_of_person

    dan = actor_of_person("dan@bluewater.example", door="tests")
    assert dan is not None
    assert dan.memberships[0].roles == {Role.VIEWER, Role.ADMINISTRATOR}

    for address in ("/people/dan@bluewater.example/", "/organizations/bluewater-data/"):
        seen = form_of(ada.get(f"{address}delete/"))["seen"]
        assert ada.post(f"{address}delete/", {"seen": seen})["Location"] == f"{address}deleted/"
    assert ada.post("/organizations/bluewater-data/deleted/").status_code == 302
    assert ada.post("/people/dan@bluewater.example/deleted/").status_code == 302
    dan = actor_of_person("dan@bluewater.example", door="tests")
    assert dan is not None and dan.memberships[0].roles == {Role.VIEWER, Role.ADMINISTRATOR}


def test_consumption_is_said_renamed_ended_and_brought_back() -> None:
    world()
    stella = client_of("stella")
    address = "/consumption/st-mary/bluewater-apps/patients/"

    made = save(
        stella,
        "/new/consumption/?consumer=st-mary",
        **{"service": PATIENTS, "known-as": "The list"},
    )
    assert made.status_code == 302
    assert save(stella, f"{address}edit/", **{"known-as": "Our list"}).status_code == 302
    pair = ("st-mary", PATIENTS)
    assert live()[pair].known_as == "Our list"
    seen = form_of(stella.get(f"{address}delete/"))["seen"]
    assert stella.post(f"{address}delete/", {"seen": seen}).status_code == 302
    assert pair not in live()
    assert stella.post(f"{address}deleted/").status_code == 302
    assert live()[pair].known_as == "Our list"


def live() -> Any:
    """Who consumes what now."""
    from catenary.apps.portfolio.queries.documents import live_catalogue

    return live_catalogue(OPERATOR, None).consumption


def test_a_new_service_is_asked_once_whose_it_is(edith: Client) -> None:
    form = form_of(edith.get("/new/service/"))
    assert "f.born" in form and "f.provider" not in form
    assert "f.provider" in form_of(edith.get(EDIT))

    sent = edith.post("/new/service/", form | {"f.name": "Theatre planning", "do": "save"})

    assert sent["Location"] == "/services/bluewater-apps/theatre-planning/"
    assert service("bluewater-apps/theatre-planning").provider == "bluewater-apps"


def test_a_closed_part_names_what_it_relies_on(edith: Client) -> None:
    parts = {part.key: part for part in edith.get(EDIT).context["page"].parts}

    supporter = service().relies_on[0].members[0].service
    assert service(supporter).name in parts["relying"].digest
    assert supporter not in parts["relying"].digest


def test_a_deleted_top_organization_is_found_by_operators_alone() -> None:
    world()
    operator, ada = client_of("operator"), client_of("ada")
    form = form_of(operator.get("/new/organization/"))
    operator.post("/new/organization/", form | {"f.name": "Zephyr", "do": "save"})
    seen = form_of(operator.get("/organizations/zephyr/delete/"))
    gone = operator.post("/organizations/zephyr/delete/", seen | {"do": "delete"})
    assert gone["Location"] == "/organizations/zephyr/deleted/"

    for address in ("/catalogue/", "/organizations/bluewater/"):
        assert "/organizations/zephyr/deleted/" in operator.get(address).content.decode()
        assert "ephyr" not in ada.get(address).content.decode()
    assert operator.post("/organizations/zephyr/deleted/").status_code == 302
    assert "zephyr/deleted" not in operator.get("/catalogue/").content.decode()
