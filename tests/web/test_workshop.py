"""The workshop's forms: who may send which, what is refused and kept, and the look for news."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catenary.apps.common.models import CatalogueVersion
from tests.web.access.world import BELONGING, READS, World, state
from tests.web.test_permission_matrix import SITS_AT_WORKSHOP, marks_in

pytestmark = pytest.mark.django_db
TABLE = "/services/alpha-it/portal/workshop/"
#: Whom one meets at the table of Charlie.
AT_CHARLIES = {"viewer at the provider", "operator", "another customer"}
DONE = 302
ACTS = ("propose", "write", "accept", "decline", "withdraw", "say", "confirm", "burn", "")


@pytest.fixture
def apart() -> Iterator[None]:
    """What a test says is forgotten after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def send(client: Client, do: str, **given_: str) -> HttpResponseBase:
    """Send a form of the table with Charlie."""
    form = {
        "do": do,
        "customer": "charlie",
        "side": "customer",
        "part": "costs.removed",
        "act": "add",
        "statement": "Zproposed",
        "proposal": "1",
        "words": "Zanswered",
    }
    response: HttpResponseBase = client.post(TABLE, {**form, **given_})
    return response


def text_of(response: HttpResponseBase) -> str:
    """What an answer says."""
    content: bytes = getattr(response, "content", b"")
    return content.decode()


def version_in(client: Client) -> str:
    """The version that the page offers to confirm."""
    page = client.get(TABLE, {"customer": "charlie"}).context["page"]
    found: str = page.agreement.version
    return found


@pytest.mark.parametrize("do", ACTS)
@pytest.mark.parametrize("who", sorted(BELONGING - {"another customer"}))
def test_nobody_but_a_buyer_does_anything_at_this_table(world: World, who: str, do: str) -> None:
    client = world.client(who)
    before = state()

    for side in ("customer", "provider"):
        if (who, do, side) == ("viewer at the provider", "propose", "provider"):
            continue  # she is the owner of the service, and speaks for the provider
        response = send(client, do, side=side)

        # At the table one reads why; elsewhere there is none.
        assert response.status_code == (422 if who in AT_CHARLIES else 404)
    assert state() == before


def test_a_buyer_proposes_confirms_and_withdraws(world: World, apart: None) -> None:
    client = world.client("another customer")

    assert send(client, "propose").status_code == DONE
    page = client.get(TABLE, {"customer": "charlie"}).context["page"]
    number = page.cards[1].parts[0].proposals[0].number
    assert send(client, "say", proposal=str(number)).status_code == DONE
    assert send(client, "withdraw", proposal=str(number)).status_code == DONE
    sent = send(client, "confirm", seen=version_in(client))
    assert sent.status_code == DONE

    for who in sorted(BELONGING):
        for customer in ("", "charlie", "bravo-ward"):
            answer = world.client(who).get(TABLE, {"customer": customer} if customer else {})
            html = answer.content.decode()
            told = "Zproposed" in html or "Zanswered" in html
            assert not told or who in AT_CHARLIES, (who, customer)
            assert {m for m in marks_in(html) if who not in READS[m]} <= {"Zcleo"}, (who, customer)
            # Who speaks for a customer is named to the people of the provider.
            assert "Zcleo" not in html or who in AT_CHARLIES
    history = world.client("customer").get("/services/alpha-it/portal/")
    assert "Zcharlie" not in history.content.decode()


@pytest.mark.parametrize(
    ("form", "kept"),
    [
        ({"statement": "\u202eback"}, "\u202eback"),
        ({"part": "outcomes", "statement": "Zwish", "name": "wait", "target": "soon"}, "Zwish"),
        ({"act": "change", "subject": "gone", "statement": "Zline"}, "Zline"),
        ({"part": "tags"}, ""),
        ({"act": "burn"}, ""),
        ({"statement": "x" * 5_000}, "xxxx"),
    ],
)
def test_a_refused_form_loses_nothing_that_was_typed(
    world: World, form: dict[str, str], kept: str
) -> None:
    client = world.client("another customer")
    before = state()

    response = send(client, "propose", **form)

    html = text_of(response)
    assert response.status_code == 422
    assert 'role="alert"' in html
    assert kept in html
    assert state() == before


def test_an_older_version_is_not_confirmed(world: World) -> None:
    response = send(world.client("another customer"), "confirm", seen="0" * 32)

    assert response.status_code == 422
    assert "changed while you read it" in text_of(response)


def test_nothing_new_is_an_empty_answer_and_something_new_every_part(
    world: World, apart: None
) -> None:
    client = world.client("another customer")
    live = client.get(TABLE, {"customer": "charlie"}).context["page"].live_url

    assert client.get(live).status_code == 204
    send(client, "propose")
    news = client.get(live)

    assert news.status_code == 200
    html = news.content.decode()
    assert "Zproposed" in html and "<html" not in html
    assert html.count('hx-swap-oob="true"') == 22
    assert client.get(news.context["page"].live_url).status_code == 204


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"part": "warranty.availability", "statement": "99,95 %"}, None),
        ({"part": "warranty.availability", "statement": "99.95 %"}, "99.95"),
        ({"part": "warranty.recovery-time", "statement": "90 min"}, "1 h 30 min"),
        ({"part": "utility", "statement": "Zprints", "kind": "ease-of-use"}, "Zprints"),
        ({"part": "supports-processes", "statement": "Zcare", "steps": "Zone\nZtwo"}, "Zone, Ztwo"),
        ({"part": "warranty.performance", "statement": "Zfast"}, "Zfast"),
    ],
)
def test_a_customer_suggests_what_shall_be_promised(
    world: World, apart: None, form: dict[str, str], told: str | None
) -> None:
    client = world.client("another customer")

    response = send(client, "propose", **form)

    assert response.status_code == (DONE if told else 422)
    html = client.get(TABLE, {"customer": "charlie"}).content.decode()
    assert (told or "Suggest something") in html


def test_a_suggestion_may_be_typed_with_the_comma_of_ones_language(
    world: World, apart: None
) -> None:
    client = world.client("another customer")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"

    response = send(client, "propose", part="warranty.availability", statement="99,95 %")

    assert response.status_code == DONE
    assert "99,95" in client.get(TABLE, {"customer": "charlie"}).content.decode()


def test_an_open_page_asks_next_to_nothing_while_there_is_no_news(
    world: World, apart: None
) -> None:
    client, other = world.client("another customer"), world.client("viewer at the provider")
    live = client.get(TABLE, {"customer": "charlie"}).context["page"].live_url

    with CaptureQueriesContext(connection) as asked:
        assert client.get(live).status_code == 204

    # The session, the account, the version of the catalogue, and what was said at the table.
    assert len(asked) == 4, [query["sql"] for query in asked]
    # The word is one account's own, for one table, looking from one place.
    assert other.get(live).status_code == 200
    assert client.get(live.replace("customer=charlie", "customer=x")).status_code == 404


def test_after_a_change_elsewhere_a_page_only_learns_where_to_ask_next(
    world: World, apart: None
) -> None:
    client = world.client("another customer")
    live = client.get(TABLE, {"customer": "charlie"}).context["page"].live_url
    CatalogueVersion.objects.update(number=F("number") + 1)

    news = client.get(live)

    html = news.content.decode()
    assert news.status_code == 200
    assert html.count("hx-swap-oob") == 1 and 'id="ws-poll"' in html
    assert client.get(news.context["page"].live_url).status_code == 204


def test_a_past_table_shows_what_lay_there_and_takes_nothing(world: World, apart: None) -> None:
    client = world.client("another customer")
    then = datetime.now(UTC).isoformat()
    send(client, "propose")

    past = client.get(TABLE, {"customer": "charlie", "as_of": then})

    html = past.content.decode()
    assert past.status_code == 200
    assert "Zproposed" not in html and "ws-poll" not in html
    assert 'name="do"' not in html
    sent = client.post(f"{TABLE}?as_of={quote(then)}", {"do": "propose", "customer": "charlie"})
    assert sent.status_code == 400
    now = client.get(TABLE, {"customer": "charlie"}).content.decode()
    assert "Zproposed" in now


def test_the_look_for_news_is_closed_to_those_who_do_not_sit_there(world: World) -> None:
    for who in sorted(BELONGING):
        for seen in ("", "1-0-0-0"):
            answer = world.client(who).get(f"{TABLE}live/", {"seen": seen})
            expected = {200, 204} if who in SITS_AT_WORKSHOP["alpha-it/portal"] else {404}
            assert answer.status_code in expected


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(
            ["do", "side", "part", "act", "subject", "statement", "name", "unit", "baseline",
             "target", "better", "proposal", "words", "seen", "customer", "take-over"]
        ),
        st.one_of(
            st.sampled_from([*ACTS, "add", "change", "outcomes", "words", "provider", "charlie"]),
            st.text(max_size=40),
            st.integers().map(str),
        ),
    )
)  # fmt: skip
def test_no_form_breaks_the_table(world: World, form: dict[str, str]) -> None:
    client = world.client("another customer")

    with transaction.atomic():
        response = client.post(TABLE, {"customer": "charlie", **form})
        transaction.set_rollback(True)

    assert response.status_code in {302, 400, 404, 422}
