"""The one service somebody wants to hear of, typed by name: offered, resolved, never guessed, and
never told to whom it is not."""

from __future__ import annotations

import pytest

from catenary.apps.monitoring.models import Subscription
from tests.web.access.world import World
from tests.web.test_hearing import CLEO, FORM, PAGE, subscribed

pytestmark = pytest.mark.django_db

ONE = FORM | {"about": "service"}


def offered(world: World, text: str, who: str = CLEO) -> str:
    """What is offered below the field for a text."""
    response = world.client(who).get(f"{PAGE}services/", {"service": text})
    assert response.status_code == 200
    return response.content.decode()


def field_of(html: str) -> str:
    return html.partition('id="f-service"')[2].partition('id="f-conditions"')[0]


def test_what_one_sees_is_offered_while_one_types(world: World) -> None:
    own, provider = offered(world, "zcharlie"), offered(world, "zledger", "operator")

    assert 'value="0 alpha-it/ledger"' in own and "Zcharlieledger" in own
    assert "Zledger of Zalphait" in provider
    # A customer needs not be allowed to plan maintenance of it.
    assert 'value="0 ' not in offered(world, "zcharlie", "of an unrelated organization")


@pytest.mark.parametrize("text", ["zengine", "alpha-it/engine", "alpha-it/none", "zvault"])
def test_what_one_may_not_see_is_offered_like_what_is_not_there(world: World, text: str) -> None:
    found = offered(world, text)

    assert "<button" not in found and "Zengine" not in found and "Zvault" not in found
    nothing = "You see no service that is called that."
    assert (nothing in found) == ("/" not in text)


def test_one_subscribes_by_name(world: World) -> None:
    by_name = subscribed(world, about="service", service=" zcharlieLEDGER ")

    again = world.client(CLEO).post(PAGE, ONE | {"service": "alpha-it/ledger"}, follow=True)

    assert by_name.service_id is not None
    assert "You are told of that already." in again.content.decode()


def test_a_name_that_is_not_one_service_is_asked_about(world: World) -> None:
    answer = world.client(CLEO).post(PAGE, ONE | {"service": "zcharlie"})

    assert answer.status_code == 422
    field = field_of(answer.content.decode())
    assert "Which service is “zcharlie”?" in field and 'value="0 alpha-it/ledger"' in field
    assert not Subscription.objects.exists()


def test_without_script_one_finds_and_chooses(world: World) -> None:
    client = world.client(CLEO)

    found = client.post(PAGE, FORM | {"service": "zcharlie", "find": "1", "quiet-from": "22:00"})
    chosen = client.post(PAGE, ONE | {"service": "zch", "choose": "0 alpha-it/ledger"})

    assert found.status_code == chosen.status_code == 200
    html = found.content.decode()
    assert 'value="0 alpha-it/ledger"' in field_of(html)
    assert 'value="22:00"' in html and 'value="service" checked' in html
    assert 'value="alpha-it/ledger"' in field_of(chosen.content.decode())
    assert not Subscription.objects.exists()
