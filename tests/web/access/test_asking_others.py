"""A second factor asked of others: by an administrator of a top organization, by operators."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.test import Client, override_settings

from catenary import clock
from catenary.apps.access.queries.second_factors import second_factors_of
from catenary.apps.organizations.queries.second_factors import second_factor_asked
from tests.web.access.test_second_factor import ASKED, OWN, digits, is_in, secret_on
from tests.web.access.world import PASSWORD, World, state
from tests.web.test_security import check_headers

pytestmark = pytest.mark.django_db

RULE = "/organizations/alpha/second-factor/"
HERE = "/account/second-factor/of-others/"
EVERYBODY = {"asked-of": "everybody"}
LARA, ANN, BEN = "lara@alpha.example", "ann@alpha.example", "ben@bravo.example"


def signs_in(email: str) -> Client:
    client = Client()
    client.post("/sign-in/", {"email": email, "password": PASSWORD})
    return client


def set_up(client: Client) -> None:
    """An app of their own, as they would on their account page."""
    secret = secret_on(client.get(f"{OWN}app/"))
    client.post(f"{OWN}app/", {"code": digits(secret, clock.now())})


def administers(email: str, key: str = "alpha") -> None:
    apps.get_model("organizations", "Membership").objects.create(
        person=apps.get_model("organizations", "Person").objects.get(email=email),
        organization=apps.get_model("organizations", "Organization").objects.get(key=key),
        role="administrator",
    )


@pytest.fixture
def lara(world: World) -> Client:
    """Lara administers Alpha, signed in a moment ago, and has a second factor."""
    administers(LARA)
    client = signs_in(LARA)
    set_up(client)
    return client


def events() -> list[tuple[str, str]]:
    rows = apps.get_model("access", "AccessEvent").objects.filter(kind__startswith="factor-")
    rows = rows.filter(kind__endswith="asked").order_by("pk")
    return list(rows.values_list("kind", "about"))


def test_an_administrator_asks_it_of_everybody_in_their_organization(lara: Client) -> None:
    page = lara.get(RULE).content.decode()
    assert "Second factor at <bdi>Zalpha</bdi>" in page

    answer = lara.post(RULE, EVERYBODY)

    assert answer.headers["Location"] == RULE
    half = signs_in(ANN)
    assert not is_in(half), "below the top, in another unit"
    asked = half.get(ASKED)
    assert "everybody with a role in Zalpha" in asked.content.decode()
    check_headers(asked)
    for url in ("/", "/catalogue/", "/account/", f"{OWN}app/"):
        assert half.get(url).headers["Location"].startswith("/sign-in/"), "no going on without"
    half.post(ASKED, {"code": digits(secret_on(asked), clock.now())})
    assert is_in(half)
    assert is_in(signs_in(BEN)), "nobody else is asked"


def test_it_can_be_taken_back_and_is_told_in_the_audit(lara: Client) -> None:
    lara.post(RULE, EVERYBODY)
    lara.post(RULE, EVERYBODY)
    lara.post(RULE, {"asked-of": "nobody"})

    assert is_in(signs_in(ANN))
    assert events() == [("factor-asked", "alpha"), ("factor-not-asked", "alpha")]
    audit = lara.get("/audit/").content.decode()
    assert "decided that a second factor is asked (alpha)" in audit
    rules = apps.get_model("organizations", "SecondFactorRule").objects
    assert rules.count() == 2, "each decision stays, and one that held already is none"


def test_what_an_operator_decides_is_told_to_the_administrators_too(lara: Client) -> None:
    opal = signs_in("opal@here.example")
    set_up(opal)

    opal.post(RULE, EVERYBODY)

    audit = lara.get("/audit/").content.decode()
    assert "An operator" in audit
    assert "decided that a second factor is asked (alpha)" in audit
    assert "opal@here.example" not in audit


def test_whoever_asks_it_has_one_first(world: World) -> None:
    administers(LARA)
    client = signs_in(LARA)
    before = state()

    answer = client.post(RULE, EVERYBODY)

    assert answer.status_code == 422
    assert "Set up a second factor of your own first" in answer.content.decode()
    assert state() == before
    assert is_in(signs_in(LARA))


def test_the_last_administrator_cannot_take_their_own_away_then(lara: Client, world: World) -> None:
    lara.post(RULE, EVERYBODY)
    number = world.accounts["exactly right"]
    factor = second_factors_of(number)[0]

    lara.post(f"{OWN}remove/", {"factor": str(factor.id)})

    assert second_factors_of(number)
    assert "everybody with a role in Zalpha" in lara.get(OWN).content.decode()


def test_whoever_has_none_is_signed_out_when_that_is_said(lara: Client, world: World) -> None:
    ann, ben = signs_in(ANN), signs_in(BEN)

    lara.post(RULE, EVERYBODY)
    assert ann.get("/account/").status_code == 200, "nobody is thrown out unasked"
    lara.post(RULE, EVERYBODY | {"ends-sessions": "on"})

    assert ann.get("/account/").status_code == 302
    assert ben.get("/account/").status_code == 200
    assert lara.get("/account/").status_code == 200


def test_a_token_is_no_way_round_it(lara: Client) -> None:
    ann = signs_in(ANN)
    lara.post(RULE, EVERYBODY)

    answer = ann.post("/account/tokens/", {"name": "x", "scope": "read", "days": "30"})

    assert answer.status_code == 422
    assert apps.get_model("access", "Token").objects.count() == 0


@pytest.mark.parametrize("key", ["alpha-lab", "bravo", "nowhere"])
def test_an_administrator_decides_for_their_own_top_alone(lara: Client, key: str) -> None:
    before = state()

    answer = lara.post(f"/organizations/{key}/second-factor/", EVERYBODY)

    assert answer.status_code == 404
    assert state() == before


def test_an_administrator_of_a_part_does_not_decide_for_the_whole(world: World) -> None:
    administers(LARA, "alpha-lab")
    client = signs_in(LARA)
    set_up(client)

    assert client.get(RULE).status_code == 404
    assert client.post(RULE, EVERYBODY).status_code == 404
    assert client.post(HERE, EVERYBODY).status_code == 404
    assert "/second-factor/" not in client.get("/organizations/alpha/").content.decode()


def test_an_old_session_decides_nothing(lara: Client) -> None:
    session = lara.session
    session["proved-at"] = int((datetime.now(UTC) - timedelta(hours=1)).timestamp())
    session.save()
    before = state()

    answer = lara.post(RULE, EVERYBODY)

    assert "You signed in a while ago" in answer.content.decode()
    assert state() == before


@pytest.mark.parametrize("said", [{}, {"asked-of": "operators"}, {"asked-of": "x"}])
def test_what_is_not_offered_is_refused(lara: Client, said: dict[str, str]) -> None:
    before = state()

    assert lara.post(RULE, said).status_code == 422
    assert state() == before


@pytest.mark.parametrize(
    ("asked", "asked_then"), [("operators", {"opal"}), ("everybody", {"opal", "ben", "lara"})]
)
def test_operators_ask_it_for_the_installation(
    world: World, asked: str, asked_then: set[str]
) -> None:
    opal = signs_in("opal@here.example")
    set_up(opal)

    assert opal.post(HERE, {"asked-of": asked}).status_code == 302

    numbers = {
        "opal": world.accounts["operator"],
        "ben": world.accounts["customer"],
        "lara": world.accounts["exactly right"],
    }
    found = {
        who
        for who, number in numbers.items()
        if second_factor_asked(number, who == "opal").is_asked
    }
    assert found == asked_then
    assert is_in(signs_in(BEN)) is ("ben" not in asked_then)


def test_the_settings_cannot_be_loosened_on_a_page(lara: Client) -> None:
    with override_settings(SECOND_FACTOR=frozenset({"alpha"})):
        lara.post(RULE, {"asked-of": "nobody"})

        assert not is_in(signs_in(ANN))


def test_the_page_is_led_to_from_the_organization(lara: Client) -> None:
    page = lara.get("/organizations/alpha/").content.decode()

    assert f'href="{RULE}"' in page
    assert RULE not in signs_in(ANN).get("/organizations/alpha/").content.decode()
