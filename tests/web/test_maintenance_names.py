"""Services of a plan typed by name: resolved, asked about, and never told to whom they are not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catenary import clock
from catenary.apps.monitoring.models import MaintenanceVersion
from catenary.apps.monitoring.queries.naming import NAMES, services_meant
from catenary.apps.organizations.queries import actor_of_person, home_viewpoint
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import ServiceDocument
from catenary.exchange.catalogue.amending import Amendment, amend
from tests.web.access.world import PEOPLE, World
from tests.web.test_maintenance import FORM, text_of, tomorrow

pytestmark = pytest.mark.django_db

OPERATOR = Actor(is_operator=True, door="tests")


def plan(*services: str, **more: str) -> dict[str, Any]:
    """What the form sends for a plan of these services."""
    return {**FORM, "start": tomorrow(), "service": [*services, ""], **more}


def define(reference: str, name: str) -> None:
    """One more service."""
    document = ServiceDocument(reference=reference, name=name, provider=reference.split("/")[0])
    amend(
        actor=OPERATOR,
        at=clock.now(),
        amendments=[Amendment("service", reference, document, "")],
    )


def planned() -> list[tuple[str, ...]]:
    """The services of every plan that was announced."""
    rows = MaintenanceVersion.objects.order_by("pk")
    return [tuple(json.loads(row.document)["services"]) for row in rows]


def offered(client: Client, text: str) -> str:
    """What is offered below the third line for a text."""
    response = client.get("/maintenance/services/", {"service": text, "for": "2"})
    assert response.status_code == 200
    return response.content.decode()


def test_a_name_is_announced_as_the_service_it_names(world: World) -> None:
    client = world.client("operator")

    looked = client.get("/maintenance/new/", plan("zPORTAL", preview="1")).content.decode()
    made = client.post("/maintenance/new/", plan(" zportal ", "alpha-it/engine", "Zportal"))

    assert 'value="alpha-it/portal"' in looked and "Zportal of Zalphait" in looked
    assert 'class="heat"' in looked
    assert made.status_code == 302
    assert planned() == [("alpha-it/portal", "alpha-it/engine")]


def test_the_name_by_which_the_reader_knows_a_service_names_it(world: World) -> None:
    client = world.client("operator")
    client.post("/seen-as/", {"organization": "bravo-ward", "next": "/"})

    told = offered(client, "zbravoWORD")
    begun = offered(client, "zbravow")

    assert "Zbravoword of Zalphait" in told
    assert 'value="2 alpha-it/portal"' in begun and "Zbravoword" in begun
    assert "Zcharlieword" not in offered(client, "zcharlie")


def test_a_name_of_several_is_answered_with_the_choices(world: World) -> None:
    define("alpha-lab/gate", "Zportal")
    client = world.client("operator")

    asked = client.post("/maintenance/new/", plan("alpha-it/engine", "Zportal"))
    looked = client.get("/maintenance/new/", plan("Zportal", preview="1")).content.decode()
    html = asked.content.decode()
    chosen = client.post(
        "/maintenance/new/", plan("alpha-it/engine", "Zportal", choose="1 alpha-lab/gate")
    )
    page = text_of(client, chosen["Location"].partition("#")[0])

    assert asked.status_code == 422 and planned() == []
    assert "Which service is “Zportal”? Choose it below." in html
    for choice in ('value="1 alpha-it/portal"', 'value="1 alpha-lab/gate"'):
        assert choice in html
    assert "Which service is “Zportal”?" in looked and 'class="heat"' not in looked
    assert chosen.status_code == 303
    assert 'value="alpha-it/engine"' in page and 'value="alpha-lab/gate"' in page
    assert f'value="{tomorrow()}"' in page and 'id="problem"' not in page


def test_part_of_a_name_is_asked_about_even_when_only_one_has_it(world: World) -> None:
    client = world.client("operator")

    refused = client.post("/maintenance/new/", plan("Zport"))
    found = client.post("/maintenance/new/", plan("Zport", find="1", preview="1"))
    page = text_of(client, found["Location"].partition("#")[0])

    assert refused.status_code == 422 and planned() == []
    assert found["Location"].endswith("#f-services")
    assert 'value="0 alpha-it/portal"' in page and 'id="problem"' not in page


def test_a_plan_is_changed_by_names_too(world: World) -> None:
    client = world.client("operator")
    url = client.post("/maintenance/new/", plan("Zportal"))["Location"]

    refused = client.post(f"{url}edit/", plan("Zlodger", version="1"))
    found = client.post(f"{url}edit/", plan("Zledg", version="1", find="1"))
    page = text_of(client, found["Location"].partition("#")[0])
    changed = client.post(f"{url}edit/", plan("Zledger", version="1"))

    assert refused.status_code == 422
    assert "Nothing that you may plan maintenance of is called" in refused.content.decode()
    assert 'value="0 alpha-it/ledger"' in page and 'id="problem"' not in page
    assert changed.status_code == 302
    assert planned() == [("alpha-it/portal",), ("alpha-it/ledger",)]


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_nobody_is_offered_what_they_may_not_plan_for(world: World, who: str) -> None:
    if who == "operator":
        return
    client = world.client(who)

    for text in ("Zportal", "zp", "alpha-it/portal", "Zvault", "Zquiet"):
        response = client.get("/maintenance/services/", {"service": text, "for": "0"})
        html = response.content.decode()

        assert response.status_code in (200, 302)
        assert "Zalpha" not in html and "button" not in html


def test_who_may_plan_for_a_part_is_offered_that_part_alone(world: World) -> None:
    ina = actor_of_person("ina@alpha.example", door="tests")
    assert ina is not None
    viewpoint = home_viewpoint(ina)
    assert viewpoint is not None

    vault, portal, typed, begun = services_meant(
        ina, viewpoint, ["Zvault", "Zportal", "alpha-it/portal", "zce"]
    )

    assert vault.reference == "alpha-lab/vault"
    assert (portal.reference, portal.offered) == ("", ())
    # A reference stays what was typed: whether it may be planned for is said by the plan.
    assert (typed.reference, typed.service) == ("alpha-it/portal", None)
    assert [each.reference for each in begun.offered] == ["alpha-lab/cellar"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "%",
        "_",
        "'; drop",
        '"',
        "\U0010ffff" * 300,
        "🦆",
        "a/b",
        "/",
        "z" * 5_000,
        "\u202e",
    ],
)
def test_whatever_is_typed_is_answered(world: World, text: str) -> None:
    client = world.client("operator")

    assert "<ul>" not in offered(client, text)
    assert client.get("/maintenance/services/", {"service": text, "for": "x"}).status_code == 200
    assert client.post("/maintenance/new/", plan(text)).status_code == 422
    assert client.post("/maintenance/new/", plan("Zportal", choose=text)).status_code == 303


def test_many_names_cost_no_more_than_a_few_searches(world: World) -> None:
    ina = actor_of_person("ina@alpha.example", door="tests")
    assert ina is not None
    viewpoint = home_viewpoint(ina)
    assert viewpoint is not None
    services_meant(OPERATOR, viewpoint, ["Zvault"])

    with CaptureQueriesContext(
        connection,
    ) as many:
        services_meant(OPERATOR, viewpoint, [f"nothing called {n}" for n in range(250)])
    with CaptureQueriesContext(connection) as known:
        services_meant(OPERATOR, viewpoint, ["Zvault", "Zcellar", "Zportal"] * 80)

    assert len(many) <= 2 * NAMES + 8
    assert len(known) <= 8
