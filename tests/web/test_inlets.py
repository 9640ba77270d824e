"""The pages of inlets: opened by a form, the secret shown once, what was refused harmless text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.monitoring.models import Inlet, Observation, RefusedItem
from catenary.apps.monitoring.operations.turning_away import write_down
from catenary.domain.observations.words import CLEARED
from catenary.web.inlets import last, views
from tests.web.access.world import World

pytestmark = pytest.mark.django_db

LIST = "/organizations/alpha-it/inlets/"
ONE = "/organizations/alpha-it/inlets/monitor/"
FORM = {
    "name": "monitor",
    "kind": "webhook",
    "proof": "secret",
    "settings": "service: $.s\ncondition: $.c\n",
}


def secrets_on(text: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'<code class="secret">([^<]+)</code>', text)]


def opened(world: World) -> tuple[str, str]:
    answer = world.client("operator").post(LIST, FORM)
    assert answer.status_code == 200
    address, secret = secrets_on(answer.content.decode())
    return address.removeprefix("http://testserver"), secret


def test_the_secret_of_a_new_inlet_is_shown_once(world: World) -> None:
    address, secret = opened(world)

    operator = world.client("operator")
    again = operator.get(LIST).content.decode() + operator.get(ONE).content.decode()
    delivered = Client().post(
        address,
        {"s": "engine", "c": "<script>alert(1)</script>"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    page = operator.get(ONE).content.decode()

    assert secret not in again
    assert delivered.json()["refused-in-all"] == 1
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_service_that_settings_name_and_is_not_there_is_doubted_and_kept(world: World) -> None:
    operator = world.client("operator")
    settings = f"{FORM['settings']}services: {{one: alpha-it/enginee}}\n"

    opened = unescape(operator.post(LIST, {**FORM, "settings": settings}).content.decode())
    operator.post(ONE, {"do": "change", "settings": settings}, headers={"Accept-Language": "de"})
    changed = unescape(operator.get(ONE, headers={"Accept-Language": "de"}).content.decode())

    told = "services.one: there is no service alpha-it/enginee that you may see"
    assert f'{told} (did you mean "alpha-it/engine"?)' in opened
    assert secrets_on(opened)
    assert "services.one: " in changed and "alpha-it/enginee" in changed
    assert told not in changed
    assert "alpha-it/enginee" in Inlet.objects.get().settings


def test_its_address_is_that_under_which_people_reach_us(world: World, settings: Any) -> None:
    settings.ADDRESS = "https://catalogue.example"

    answer = world.client("operator").post(LIST, FORM).content.decode()
    page = world.client("operator").get(ONE).content.decode()

    address, _ = secrets_on(answer)
    assert address.startswith("https://catalogue.example/in/webhook/")
    assert address in page


def test_what_was_refused_is_told_in_the_readers_language(world: World) -> None:
    address, secret = opened(world)
    Client().post(
        address,
        {"s": "engine", "c": "<b>odd</b>"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    operator = world.client("operator")

    english = unescape(operator.get(ONE).content.decode())
    german = unescape(operator.get(ONE, headers={"Accept-Language": "de"}).content.decode())
    # As it was kept before it could be said in other languages.
    kept = RefusedItem.objects.get()
    kept.reasons = json.dumps([json.loads(kept.reasons)[0][:2]])
    kept.save()
    before = unescape(operator.get(ONE, headers={"Accept-Language": "de"}).content.decode())

    told = "condition: “<b>odd</b>” means no condition here; expected: a word the mapping knows"
    assert told in english and told in before
    assert "condition: “<b>odd</b>” bedeutet hier keinen Zustand; erwartet: ein Wort" in german
    assert told not in german


def test_what_was_refused_again_is_one_line_with_how_often_and_since_when(world: World) -> None:
    address, secret = opened(world)
    for number in range(3):
        Client().post(
            address,
            {"s": "no-such-service", "c": "down", "n": number},
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )
    begun = datetime(2026, 11, 23, 5, 48, 12, tzinfo=UTC)
    RefusedItem.objects.update(since=begun, at=begun + timedelta(seconds=292))
    operator = world.client("operator")

    english = unescape(operator.get(ONE).content.decode())
    german = unescape(operator.get(ONE, headers={"Accept-Language": "de"}).content.decode())

    assert english.count('class="inlet-refused"') == 1
    told = " ".join(re.sub(r"<[^>]+>", "", english).split())
    assert "23 November 2026, 05:53:04 UTC · 3 times since 05:48:12" in told
    assert "<strong>3 Mal</strong> seit" in german
    RefusedItem.objects.update(since=begun - timedelta(days=1))
    longer = unescape(operator.get(ONE).content.decode())
    assert "22 November 2026, 05:48:12\xa0UTC" in longer


def test_whom_an_inlet_told_to_wait_is_told_whether_or_not_anything_was_heard(
    world: World,
) -> None:
    opened(world)
    operator = world.client("operator")
    at = datetime(2026, 11, 23, 5, 53, 4, tzinfo=UTC)

    before = operator.get(ONE).content.decode()
    write_down({Inlet.objects.get().id: (1_345, at)})
    after = operator.get(ONE).content.decode()

    assert "Told to wait" not in before
    told = " ".join(re.sub(r"<[^>]+>", " ", unescape(after)).replace("\xa0", " ").split())
    assert "Told to wait 1,345 deliveries, last 23 November 2026, 05:53:04 UTC" in told


def test_what_is_wrong_is_said_and_what_was_typed_stays(world: World) -> None:
    answer = world.client("operator").post(
        LIST, {**FORM, "name": "No Name", "settings": "service: &a $.s\nother: *a"}
    )
    other = world.client("operator").post(LIST, {**FORM, "settings": "service: $..s"})

    assert (answer.status_code, other.status_code) == (422, 422)
    assert "service: &amp;a $.s" in answer.content.decode()
    assert 'role="alert"' in other.content.decode()
    assert not Inlet.objects.exists()


@pytest.mark.parametrize("text", ["a: [", "a: " + "[" * 2_000, "\0", "- 1", "7", "x" * 70_000])
def test_settings_that_are_no_settings_are_refused(world: World, text: str) -> None:
    answer = world.client("operator").post(LIST, {**FORM, "settings": text})

    assert answer.status_code in (400, 422)
    assert not Inlet.objects.exists()


def test_an_inlet_is_set_anew_renewed_and_closed(world: World) -> None:
    _address, secret = opened(world)
    operator = world.client("operator")

    wrong = operator.post(ONE, {"do": "change", "settings": "service: $.s"})
    saved = operator.post(ONE, {"do": "change", "settings": "service: $.x\ncondition: $.c"})
    renewed = operator.post(ONE, {"do": "renew"}).content.decode()
    closed = operator.post(ONE, {"do": "close"})
    after = operator.post(ONE, {"do": "renew"})

    assert (wrong.status_code, saved.status_code, closed.status_code) == (422, 302, 302)
    assert secrets_on(renewed) and secret not in renewed
    assert '"$.x"' in Inlet.objects.get().settings
    assert Inlet.objects.get().closed_at is not None
    assert after.status_code == 404


@pytest.mark.parametrize("who", ["viewer at the provider", "customer"])
def test_others_find_no_such_page(world: World, who: str) -> None:
    opened(world)

    for url in (LIST, ONE):
        assert world.client(who).get(url).status_code == 404
        assert world.client(who).post(url, {**FORM, "do": "close"}).status_code == 404
    assert Inlet.objects.get().closed_at is None


def test_the_organizations_page_leads_there(world: World) -> None:
    page = world.client("operator").get(reverse("organization", args=["alpha-it"]))

    assert LIST in page.content.decode()


def closed_with_words(world: World, *, words: int = 1, take_back: str = "") -> str:
    """The page of an inlet that said something and was then closed."""
    address, secret = opened(world)
    said = ["engine", "portal", "ledger"][:words]
    Client().post(
        address,
        [{"s": each, "c": "down"} for each in said],
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    operator = world.client("operator")
    answer = operator.post(ONE, {"do": "close", "take-back": take_back}, follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_closed_inlet_tells_what_of_it_still_stands_and_takes_it_back(world: World) -> None:
    page = closed_with_words(world, words=2)
    operator = world.client("operator")
    listed = operator.get(LIST).content.decode()

    taken = unescape(operator.post(ONE, {"do": "take-back"}, follow=True).content.decode())
    again = unescape(operator.post(ONE, {"do": "take-back"}, follow=True).content.decode())

    assert "Its last words still stand about 2 services" in page
    assert "Zengine" in page and "Zportal" in page and 'value="take-back"' in page
    assert f'href="{ONE}"' in listed, "one comes back to it from the list"
    assert "What it last said of 2 services is taken back." in taken
    assert "Nothing it said stands any more." in taken and 'value="take-back"' not in taken
    assert "Nothing it said stood any more." in again
    assert Observation.objects.filter(condition=CLEARED).count() == 2


def test_closing_and_taking_back_is_one_step_for_who_ticks_it(world: World) -> None:
    page = closed_with_words(world, take_back="yes")

    assert "nobody answers there any more" in page
    assert "What it last said of 1 service is taken back." in page
    assert Observation.objects.filter(condition=CLEARED).count() == 1


def test_an_open_inlet_offers_to_take_back_with_closing_alone(world: World) -> None:
    opened(world)
    operator = world.client("operator")

    page = operator.get(ONE).content.decode()
    refused = operator.post(ONE, {"do": "take-back"})

    assert '<input type="checkbox" name="take-back" value="yes">' in page
    assert 'id="last"' not in page
    assert refused.status_code == 404


@pytest.mark.parametrize("who", ["viewer at the provider", "customer", "nobody"])
def test_others_take_nothing_back(world: World, who: str) -> None:
    closed_with_words(world)

    answer = world.client(who).post(ONE, {"do": "take-back"})

    assert answer.status_code == (302 if who == "nobody" else 404)
    assert not Observation.objects.filter(condition=CLEARED).exists()


def test_what_still_stands_is_told_page_by_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last, "_SHOWN", 2)
    first = closed_with_words(world, words=3)

    operator = world.client("operator")
    second = operator.get(f"{ONE}?from=2").content.decode()
    odd = operator.get(f"{ONE}?from=-1")

    assert f'href="{ONE}?from=2"' in first
    assert second.count('class="inlet-last"') == 1 and f'href="{ONE}"' in second
    assert odd.status_code == 200
    assert "Its last words still stand about 3 services" in second


def test_who_has_to_wait_is_told_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_with_words(world)

    def busy(**_asked: Any) -> int:
        raise CatalogueBusy

    monkeypatch.setattr(views, "take_back_last_words", busy)
    answer = world.client("operator").post(ONE, {"do": "take-back"})

    assert answer.status_code == 503
    assert "Another program is writing. Try again soon." in answer.content.decode()
