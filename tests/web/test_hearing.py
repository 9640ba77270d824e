"""Choosing what one is told, feeds without a session, one click that unsubscribes, the outbox."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.db import transaction
from django.test import Client

from catenary import clock
from catenary.apps.access.models import Account
from catenary.apps.access.operations import limits
from catenary.apps.common.operations.outbox import leave
from catenary.apps.monitoring.models import FeedAddress, Subscription
from catenary.apps.monitoring.operations.maintenance import cancel_maintenance
from catenary.cli import telling
from catenary.connectors.fetching import Fetched, FetchFailed, FetchRefused, Wish
from catenary.connectors.notices.addresses import unsubscribe_path
from catenary.domain.actors import Actor
from tests.web.access.world import World
from tests.web.test_maintenance import announce
from tests.web.test_our_services import say

pytestmark = pytest.mark.django_db

PAGE = "/account/subscriptions/"
CLEO = "another customer"
HOOK = "https://hooks.example/here"
FORM = {"about": "consumed", "channel": "mail", "condition": ["down", "degraded"]}


def subscribed(world: World, who: str = CLEO, **more: Any) -> Subscription:
    assert world.client(who).post(PAGE, FORM | more).status_code == 302
    return Subscription.objects.latest("pk")


def feed_of(world: World, who: str = CLEO) -> str:
    html = world.client(who).post("/account/feeds/new/").content.decode()
    found = re.search(r"https?://[^/<]+(/feeds/[0-9A-Za-z]+\.atom)", html)
    assert found is not None
    return found[1]


def plain(answer: Any) -> str:
    """An answer without the number of its request."""
    return re.sub(r'request-number">[^<]*<', "", answer.content.decode())


def test_subscribing_twice_keeps_the_first(world: World) -> None:
    row = subscribed(world)

    html = world.client(CLEO).post(PAGE, FORM, follow=True).content.decode()

    assert "You are told of that already." in html
    assert [each.pk for each in Subscription.objects.all()] == [row.pk]


def test_the_feed_of_a_provider_tells_of_what_it_provides(world: World) -> None:
    address = feed_of(world, "viewer at the provider")
    say("alpha-it/engine", "operational", ago=timedelta(days=2))
    say("alpha-it/engine", "down", ago=timedelta(days=1))
    announce("alpha-it/engine", "Zplanned")

    entries = feedparser.parse(Client().get(address).content).entries

    happened = " ".join(entry.title for entry in entries)
    assert "Zengine" in happened and "down" in happened
    assert any(entry.title.startswith("Maintenance: ") for entry in entries)
    assert "Zplanned" in "".join(e.content[0].value for e in entries if "content" in e)


def test_somebody_subscribes_and_ends_it(world: World) -> None:
    row = subscribed(world, **{"quiet-from": "22:00", "quiet-until": "06:30"})

    assert (row.about, row.conditions, row.quiet_from, row.quiet_until) == (
        "consumed",
        "down degraded",
        22 * 60,
        6 * 60 + 30,
    )
    html = world.client(CLEO).get(PAGE).content.decode()
    assert "quiet from 22:00 to 06:30 (UTC)" in html
    assert row.public_id not in world.client("customer").get(PAGE).content.decode()

    end = {"subscription": row.public_id}
    world.client("customer").post(PAGE + "end/", end)
    assert Subscription.objects.filter(ended_at=None).exists()
    world.client(CLEO).post(PAGE + "end/", end)
    assert not Subscription.objects.filter(ended_at=None).exists()


def test_quiet_hours_are_in_the_subscribers_own_time_zone(world: World) -> None:
    quiet = {"quiet-from": "22:00", "quiet-until": "06:30"}
    Account.objects.filter(pk=world.accounts[CLEO]).update(time_zone="Europe/Berlin")

    html = world.client(CLEO).get(PAGE).content.decode()
    own = subscribed(world, **quiet)
    other = subscribed(world, **quiet, zone="America/New_York")

    assert '<option value="Europe/Berlin" selected>' in html
    assert (own.time_zone, other.time_zone) == ("Europe/Berlin", "America/New_York")
    assert "(America/New_York)" in world.client(CLEO).get(PAGE).content.decode()


@pytest.mark.parametrize("zone", ["Mars/North", "../etc/passwd", "EST5EDT"])
def test_a_time_zone_is_one_there_is(world: World, zone: str) -> None:
    answer = world.client(CLEO).post(PAGE, FORM | {"zone": zone, "condition": "none"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert f'<option value="{zone}" selected>' in html
    assert ('id="e-zone"' in html) == (zone != "EST5EDT")


@pytest.mark.parametrize(
    "spoilt",
    [
        {"about": "service", "service": "alpha-it/engine"},
        {"about": "service", "service": "alpha-it/none"},
        {"quiet-from": "soon", "quiet-until": "06:00"},
        {"channel": "webhook", "address": "javascript:alert(1)"},
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    world: World, spoilt: dict[str, str]
) -> None:
    answer = world.client(CLEO).post(PAGE, FORM | spoilt)

    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'role="alert"' in html
    assert all(f'value="{text}"' in html for text in spoilt.values())
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("address", ["http://hooks.example/", "https://127.0.0.1/", "gopher://x/"])
def test_an_address_that_is_never_called_is_refused_at_its_field(
    world: World, address: str
) -> None:
    answer = world.client(CLEO).post(PAGE, FORM | {"channel": "webhook", "address": address})

    assert answer.status_code == 422
    html = answer.content.decode()
    field = html.partition('id="f-address"')[2].partition("</div>")[0]
    assert 'aria-invalid="true"' in field and 'class="wrong"' in field
    assert 'href="#f-address"' in html and "is not one of" not in html
    assert not Subscription.objects.exists()


OURSELVES = "everything we use ourselves, without what the whole house uses"


def test_who_looks_from_inside_a_house_may_leave_out_what_it_uses(world: World) -> None:
    house = world.client(CLEO).get(PAGE).content.decode()
    ward = world.client("viewer at the provider").get(PAGE).content.decode()

    row = subscribed(world, "viewer at the provider", about="own")

    assert OURSELVES in ward and OURSELVES not in house
    assert (row.about, row.with_shared) == ("consumed", False)
    again = world.client("viewer at the provider").get(PAGE).content.decode()
    assert again.count(OURSELVES) == 3
    # What was chosen stays where something else is wrong, also from the top of a house.
    spoilt = world.client(CLEO).post(PAGE, FORM | {"about": "own", "condition": "none"})
    assert 'value="own" checked' in spoilt.content.decode()


def test_a_hidden_service_is_refused_like_one_that_is_not_there(world: World) -> None:
    def refusal(service: str) -> str:
        answer = world.client(CLEO).post(PAGE, FORM | {"about": "service", "service": service})
        return answer.content.decode().partition('role="alert"')[2].partition("</div>")[0]

    assert refusal("alpha-it/engine") == refusal("alpha-it/none") != ""


def test_a_feed_reader_reads_what_happened_without_signing_in(world: World) -> None:
    address = feed_of(world)
    say("alpha-it/ledger", "operational", ago=timedelta(days=2))
    say("alpha-it/ledger", "down", ago=timedelta(days=1), text="Zsecrettext")

    answer = Client().get(address)
    feed = feedparser.parse(answer.content)

    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert not feed.bozo and feed.version == "atom10"
    assert feed.feed.title == "Services of Zcharlie"
    (entry,) = feed.entries
    assert entry.title == "Zcharlieledger: down"
    assert entry.id.startswith("urn:uuid:") and entry.updated_parsed is not None
    again = feedparser.parse(Client().get(address).content)
    assert [each.id for each in again.entries] == [entry.id]
    for hidden in ("Zledger", "Zengine", "Zsecrettext", "alpha-it"):
        assert hidden not in answer.content.decode()


def test_a_feed_reader_reads_of_maintenance_and_that_it_was_called_off(world: World) -> None:
    address = feed_of(world)
    key = announce("alpha-it/engine", "Zplanned")

    (entry,) = feedparser.parse(Client().get(address).content).entries
    told = Client().get(address).content.decode()
    cancel_maintenance(actor=Actor(is_operator=True, door="tests"), at=clock.now(), key=key)
    (after,) = feedparser.parse(Client().get(address).content).entries

    assert entry.title.startswith("Maintenance: ") and "UTC" in entry.title
    assert "Zcharlieword: down" in entry.content[0].value
    # What is worked on stands behind what this customer uses.
    assert "a supporting service of Zalphait" in entry.content[0].value
    for hidden in ("Zplanned", "Zengine", "alpha-it", "Zbravo"):
        assert hidden not in told
    assert after.id == entry.id and after.title.startswith("Called off: ")


def test_only_a_digest_of_the_secret_is_kept(world: World) -> None:
    address = feed_of(world)

    row = FeedAddress.objects.get()
    secret = address.removeprefix("/feeds/").removesuffix(".atom")
    assert secret.startswith(row.public_id)
    assert secret[12:] not in row.digest and len(row.digest) == 64
    assert secret not in world.client(CLEO).get(PAGE).content.decode()


def test_a_closed_feed_is_like_one_that_never_was(world: World) -> None:
    address = feed_of(world)
    public_id = FeedAddress.objects.get().public_id
    wrong = Client().get(address[:-8] + "xxx.atom")
    assert Client().get(address).status_code == 200

    world.client("customer").post("/account/feeds/end/", {"feed": public_id})
    assert Client().get(address).status_code == 200
    world.client(CLEO).post("/account/feeds/end/", {"feed": public_id})

    closed = Client().get(address)
    assert closed.status_code == wrong.status_code == 404
    assert plain(closed) == plain(wrong)


def test_a_closed_account_has_no_feed(world: World) -> None:
    address = feed_of(world)

    Account.objects.filter(email="cleo@charlie.example").update(is_active=False)

    assert Client().get(address).status_code == 404


def test_a_feed_asked_for_too_often_waits(
    world: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = feed_of(world)
    settings.RATE_LIMITS_FILE = tmp_path / "rate-limits"
    monkeypatch.setattr(limits, "_VISITS", 2)

    answers = [Client().get(address, REMOTE_ADDR="192.0.2.9") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) >= 1


def test_one_click_unsubscribes_and_looking_does_not(world: World) -> None:
    row = subscribed(world)
    path = unsubscribe_path([row.public_id])

    assert Client().get(path).status_code == 200
    assert Subscription.objects.filter(ended_at=None).exists()
    # As a mail program does it: without cookies, with what RFC 8058 says.
    answer = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert not Subscription.objects.filter(ended_at=None).exists()
    assert Client().post(path).status_code == 200


def test_what_we_did_not_sign_ends_nothing(world: World) -> None:
    row = subscribed(world)

    assert Client().post(f"/unsubscribe/{row.public_id}/").status_code == 404
    assert Client().post(f"/unsubscribe/{row.public_id}:abc/").status_code == 404
    assert Subscription.objects.filter(ended_at=None).exists()


NOTHING = {"changes": [], "more": 0, "causes": [], "test": True}


def left(row: Subscription, number: int = 1) -> None:
    """So many messages wait for a subscription."""
    payload = {"subscriptions": [row.pk], **NOTHING}
    with transaction.atomic():
        leave(kind="notice", payloads=[payload] * number, at=clock.now())


def test_who_subscribed_is_told_that_nothing_arrives_and_why(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = subscribed(world, channel="webhook", address=HOOK)
    mail = subscribed(world)
    statuses = iter([503, 410, 204])

    def answered(wish: Wish, **_how: Any) -> Fetched:
        return Fetched(wish.url, next(statuses), {}, b"")

    def seen(who: str = CLEO) -> str:
        return world.client(who).get(PAGE).content.decode()

    monkeypatch.setattr("catenary.connectors.webhooks.sending.fetch", answered)
    assert "delivered" not in seen()

    left(row)
    assert "1 message waits" in seen()
    telling.tell_what_is_due()
    html = seen()
    assert "Nothing is delivered since" in html and "it answered 503." in html
    assert "1 message waits and is tried again, until" in html
    assert html.count('class="undelivered"') == 1 and mail.public_id in html

    left(row)
    telling.tell_what_is_due()
    html = seen()
    assert "it answered 410." in html and "1 message was given up" in html
    assert "1 message waits and is tried again" in html
    assert "undelivered" not in seen("customer")

    left(row)
    telling.tell_what_is_due()
    html = seen()
    assert "last delivered" in html and "Nothing is delivered" not in html
    assert "1 message was given up" in html


def test_nobody_finds_out_by_subscribing_what_is_inside(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a name is there inside, and leads where nothing is called, or is nowhere."""
    row, said = subscribed(world, channel="webhook", address=HOOK), []
    inside = FetchRefused("address-inside", "hooks.example leads into a network")
    missing = FetchFailed("the name was not found", code="nowhere")

    for trouble in (inside, missing):

        def fails(wish: Wish, trouble: Exception = trouble, **_how: Any) -> Fetched:
            raise trouble

        monkeypatch.setattr("catenary.connectors.webhooks.sending.fetch", fails)
        left(row)
        telling.tell_what_is_due()
        html = world.client(CLEO).get(PAGE).content.decode()
        found = re.search(r"Nothing is delivered since [^:]*:\d\d[^:]*: ([^.]*)\.", html)
        assert found is not None
        said.append(found[1])

    assert said == ["its address leads nowhere that may be called"] * 2


def test_the_outbox_does_not_say_that_a_clouds_secrets_could_be_allowed(world: World) -> None:
    row = subscribed(world, channel="webhook", address=HOOK)
    # As one that was made before such an address was refused.
    Subscription.objects.update(address="https://169.254.169.254/latest/")
    left(row)

    telling.tell_what_is_due()

    html = world.client("operator").get("/outbox/").content.decode()
    assert "169.254.169.254 leads to where a cloud keeps secrets" in html
    assert "CATENARY_OWN_NETWORKS" not in html
