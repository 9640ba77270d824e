"""Maintenance on pages and in feeds: told to whom it touches, as far as they may see."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from catenary import clock
from catenary.apps.access.models import Account
from catenary.apps.monitoring.models import (
    Maintenance,
    MaintenanceService,
    MaintenanceVersion,
)
from catenary.apps.monitoring.operations.maintenance import announce_maintenance, cancel_maintenance
from catenary.apps.monitoring.queries import maintenance
from catenary.apps.monitoring.queries.preview import PreviewTime
from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.service import ServiceLink
from catenary.domain.actors import Actor
from catenary.web.maintenance import views
from catenary.web.maintenance.previewing import time_line
from tests.web.access.world import BELONGING, World
from tests.web.test_permission_matrix import same_length, settled

pytestmark = pytest.mark.django_db

OPERATOR = Actor(is_operator=True, door="tests")


def tomorrow() -> str:
    """A start on the wall in UTC."""
    return f"{clock.now() + timedelta(days=1):%Y-%m-%dT02:00}"


def announce(service: str, title: str, **more: Any) -> str:
    """Plan maintenance of a service for tomorrow night; its key."""
    plain = {
        "title": title,
        "text": f"{title}text <b>bold</b>",
        "services": [service],
        "zone": "UTC",
        "start": tomorrow(),
        "duration": "2 h",
        **more,
    }
    return announce_maintenance(actor=OPERATOR, at=clock.now(), plain=plain).key


def others_plan(number: int, service: str = "delta/quiet") -> None:
    """So much is planned of a service, as once for tomorrow night, before anything of others."""
    key = announce(service, "Zother")
    one = Maintenance.objects.get(key=key)
    version = MaintenanceVersion.objects.get(maintenance=one)
    row = MaintenanceService.objects.get(maintenance=one)
    for copy in range(number - 1):
        again = Maintenance.objects.create(
            key=f"zother{copy}",
            organization_id=one.organization_id,
            title=one.title,
            due_at=one.due_at,
        )
        MaintenanceVersion.objects.create(
            maintenance=again,
            number=1,
            document=version.document,
            recorded_at=version.recorded_at,
        )
        MaintenanceService.objects.create(maintenance=again, service_id=row.service_id)


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


INSIDE = {"viewer at the provider", "exactly right", "operator"}
DIRECT = {"customer", "another customer"}
UNRELATED = {"of an unrelated organization"}


@pytest.mark.parametrize(
    ("service", "reads_title", "hears_of_it"),
    [
        # Everybody who sees the portal reads what is done to it; Echo consumes what stands on it.
        ("alpha-it/portal", INSIDE | DIRECT, INSIDE | DIRECT | {"customer of the customer"}),
        # The engine is behind the portal: its customers hear that something is.
        ("alpha-it/engine", INSIDE, INSIDE | DIRECT | {"customer of the customer"}),
        ("alpha-lab/vault", {"exactly right", "operator"}, BELONGING - UNRELATED),
        ("delta/quiet", UNRELATED, UNRELATED),
    ],
)  # fmt: skip
def test_who_hears_of_maintenance_and_who_reads_what_it_is(
    world: World, service: str, reads_title: set[str], hears_of_it: set[str]
) -> None:
    key = announce(service, "Zworktitle")
    listed, heard, read = set(), set(), set()

    for who in sorted(BELONGING):
        client = world.client(who)
        if f"/maintenance/{key}/" in text_of(client, "/maintenance/"):
            listed.add(who)
        url, missing = f"/maintenance/{key}/", f"/maintenance/{same_length(key)}/"
        one = client.get(url)
        if one.status_code == 200:
            heard.add(who)
            if "Zworktitle" in one.content.decode():
                read.add(who)
        else:
            assert settled(one, url) == settled(client.get(missing), missing)

    assert (heard, read) == (hears_of_it, reads_title)
    # Who looks from Alpha's laboratory is not told what touches nothing there.
    assert heard - {"exactly right"} <= listed <= heard


def test_a_customer_reads_its_own_word_and_nothing_of_what_is_behind(world: World) -> None:
    key = announce("alpha-it/engine", "Zworktitle")
    client = world.client("customer")

    for url in ("/maintenance/", f"/maintenance/{key}/"):
        html = text_of(client, url)
        assert "Zbravoword" in html
        assert "a supporting service of" in html
        for hidden in ("Zengine", "alpha-it/engine", "Zworktitle", "Zvault"):
            assert hidden not in html


def test_planning_does_not_tell_what_services_of_others_rest_on(world: World) -> None:
    # The fair is published to Alpha; that it rests on the ledger is Foxtrot's to show.
    key = announce("alpha-it/ledger", "Zworktitle")
    client = world.client("operator")

    said = client.get(f"/api/v1/maintenance/{key}").json()

    assert [each["reference"] for each in said["services"]] == ["alpha-it/ledger"]
    assert "foxtrot/fair" not in {each["reference"] for each in said["hits"]}
    assert "Zfair" not in text_of(client, "/maintenance/")


def test_texts_of_others_are_only_texts(world: World) -> None:
    key = announce("alpha-it/portal", "<script>x</script>")

    html = text_of(world.client("customer"), f"/maintenance/{key}/")

    assert "&lt;script&gt;x" in html and "<script>x" not in html and "<b>bold" not in html


FORM = {
    "title": "Zwork",
    "service": ["alpha-it/portal", ""],
    "condition": "down",
    "zone": "UTC",
    "duration": "90 min",
    "rhythm": "weekly",
}


def test_the_form_shows_what_it_does_and_changes_nothing_before_it_is_sent(world: World) -> None:
    client = world.client("operator")

    looked = client.get("/maintenance/new/", {**FORM, "start": tomorrow(), "preview": "1"})
    picked = client.get("/maintenance/new/", {**FORM, "start": "", "pick": tomorrow()})

    html = looked.content.decode()
    assert 'class="heat"' in html and "Zportal" in html
    assert f'value="{tomorrow()}"' in picked.content.decode()
    assert not MaintenanceVersion.objects.exists()


def test_a_time_says_how_many_more_are_needed_and_reads_in_the_zone_of_the_plan() -> None:
    house = OrganizationRow(1, "a", "A", "/1/", 1, None)
    links = tuple(ServiceLink(f"a/{n}", f"S{n}", house, "live", "") for n in range(9))
    start = datetime(2026, 7, 1, 1, tzinfo=UTC)
    asked = PreviewTime(start, start + timedelta(hours=1), 60_000_000, links, ())

    line = time_line(asked, ZoneInfo("Europe/London"))

    assert (len(line.needed), line.more) == (5, "and 4 more")
    assert line.when.endswith("02:00 to 03:00\N{NO-BREAK SPACE}BST")


def test_better_starts_name_the_zone_that_the_page_names(world: World) -> None:
    client = world.client("operator")
    asked = {**FORM, "zone": "Asia/Tokyo", "start": tomorrow(), "preview": "1"}

    html = " ".join(client.get("/maintenance/new/", asked).content.decode().split())

    box = html.partition('id="what-it-does"')[2].partition("</section>")[0]
    assert "All times here are those of <bdi>Asia/Tokyo</bdi>." in box
    assert "UTC" not in box and "JST" in box


def test_one_looks_first_and_announces_then(world: World) -> None:
    client = world.client("operator")

    empty = text_of(client, "/maintenance/new/?service=alpha-it/portal")
    asked = urlencode({**FORM, "start": tomorrow(), "preview": "1"}, doseq=True)
    looked = text_of(client, f"/maintenance/new/?{asked}")

    def buttons(html: str) -> list[Any]:
        row = html.partition("maintenance-buttons")[2].partition("</div>")[0]
        return re.findall(r'<button class="([^"]*)"[^>]*>([^<]*)<', row)

    assert buttons(empty) == [
        ("button", "Look what it does"),
        ("button button-quiet", "Announce it"),
    ]
    assert buttons(looked) == [
        ("button", "Announce it"),
        ("button button-quiet", "Look what it does"),
    ]


def test_no_sentence_ends_twice_in_german(world: World) -> None:
    # Within the hours of the portal, where another start would take less: "2 Std." ends itself.
    monday = clock.now() + timedelta(days=7 - clock.now().weekday())
    asked = {**FORM, "start": f"{monday:%Y-%m-%dT10:00}", "preview": "1"}

    html = (
        world.client("operator")
        .get("/maintenance/new/", asked, headers={"accept-language": "de"})
        .content.decode()
    )

    told = html.partition('id="what-it-does"')[2]
    assert "Servicezeit" in told
    assert ".." not in told.replace("...", "")


def test_of_very_much_it_is_said_that_there_is_more_and_every_page_is_reached(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "COUNTED", 2)
    monkeypatch.setattr(views, "_AHEAD", 2)
    client = world.client("operator")
    words = "more than 2 are under way or ahead"
    announce("alpha-it/portal", "Zfirst")
    announce("alpha-it/portal", "Zsecond", start=f"{tomorrow()[:10]}T04:00")
    whole = text_of(client, "/maintenance/")

    announce("alpha-it/portal", "Zthird", start=f"{tomorrow()[:10]}T06:00")
    cut = text_of(client, "/maintenance/")
    leads = re.findall(r'rel="next" href="([^"#]+)', cut)

    assert words not in whole and "2 are ahead" in whole
    assert words in cut and "Zfirst" in cut and "Zthird" not in cut
    assert len(leads) == 1 and "Zthird" in text_of(client, leads[0].replace("&amp;", "&"))


def test_no_plans_of_others_push_ours_out_of_any_list(world: World) -> None:
    others_plan(600)
    key = announce("alpha-it/engine", "Zours", start=f"{tomorrow()[:10]}T12:00")
    provider, customer = world.client("exactly right"), world.client("customer")
    calendar = made_feed(provider)

    told = {
        "list": text_of(provider, "/maintenance/"),
        "customer's list": text_of(customer, "/maintenance/"),
        "our services": text_of(customer, "/our-services/"),
        "calendar": text_of(Client(), calendar),
    }

    for where, text in told.items():
        assert key in text or "12:00 to 14:00" in text, where
        assert "Zother" not in text, where


def test_looking_leads_to_an_address_without_the_token_of_the_form(world: World) -> None:
    client = world.client("operator")
    typed = {**FORM, "start": tomorrow(), "csrfmiddlewaretoken": "Ztoken"}

    looked = client.post("/maintenance/new/", {**typed, "preview": "1"})
    picked = client.post("/maintenance/new/", {**typed, "pick": tomorrow()})

    assert looked.status_code == picked.status_code == 303
    assert "Ztoken" not in looked["Location"] + picked["Location"]
    assert looked["Location"].startswith("/maintenance/new/?title=Zwork&service=alpha-it%2Fportal")
    assert 'class="heat"' in text_of(client, looked["Location"])
    assert not MaintenanceVersion.objects.exists()


def test_it_is_announced_changed_and_cancelled_in_the_browser(world: World) -> None:
    client = world.client("operator")

    made = client.post("/maintenance/new/", {**FORM, "start": tomorrow()})
    url = made["Location"]
    assert "Announced." in text_of(client, url)
    edit = text_of(client, f"{url}edit/")
    assert "FREQ=WEEKLY;BYDAY=" in edit
    changed = {**FORM, "title": "Zother", "start": tomorrow(), "version": "1"}
    assert client.post(f"{url}edit/", changed).status_code == 302
    stale = client.post(f"{url}edit/", changed)
    wrong = client.post(f"{url}edit/", {**changed, "version": "2", "zone": "Mars/Olympus"})
    first = re.search(r'name="at" value="([^"]+)"', text_of(client, url))
    assert first is not None
    client.post(f"{url}act/", {"act": "cancel-one", "at": first[1]})
    client.post(f"{url}act/", {"act": "end"})
    client.post(f"{url}act/", {"act": "cancel", "note": "Znote"})

    assert (stale.status_code, wrong.status_code) == (409, 422)
    html = text_of(client, url)
    assert "Znote" in html and "Zother" in html
    assert MaintenanceVersion.objects.count() == 4
    assert client.post(f"{url}act/", {"act": "explode"}).status_code == 404


@pytest.mark.parametrize("who", sorted(BELONGING - {"operator"}))
def test_nobody_else_changes_it(world: World, who: str) -> None:
    key = announce("alpha-it/portal", "Zwork")
    client = world.client(who)

    answers = [
        client.get(f"/maintenance/{key}/edit/"),
        client.post(f"/maintenance/{key}/edit/", {**FORM, "start": tomorrow()}),
        client.post(f"/maintenance/{key}/act/", {"act": "cancel"}),
        client.post("/maintenance/new/", {**FORM, "start": tomorrow()}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert MaintenanceVersion.objects.count() == 1


def made_feed(client: Client, about: str = "", page: str = "/maintenance/") -> str:
    """The secret address that is shown once."""
    client.post("/feeds/make/", {"about": about})
    found = re.search(r'feed-address">http://[^/]+([^<]+)<', text_of(client, page))
    assert found is not None
    assert "feed-address" not in text_of(client, page)
    return found[1]


def test_a_feed_says_what_its_owner_sees_to_whoever_knows_its_address(world: World) -> None:
    announce("alpha-it/engine", "Zworktitle", repeats="FREQ=DAILY;COUNT=3")
    url = made_feed(world.client("customer"))

    response = Client().get(url)

    text = response.content.decode()
    assert response["Content-Type"].startswith("text/calendar")
    assert text.count("BEGIN:VEVENT") == 3
    assert "Zbravoword" in text and "Zengine" not in text and "Zworktitle" not in text


def test_a_feed_ends_when_it_is_revoked_or_its_account_is(world: World) -> None:
    client = world.client("customer")
    first, second = made_feed(client), made_feed(client)
    number = re.search(r'name="feed" value="(\d+)"', text_of(client, "/maintenance/"))
    assert number is not None

    world.client("another customer").post("/feeds/revoke/", {"feed": number[1]})
    assert Client().get(second).status_code == 200
    client.post("/feeds/revoke/", {"feed": number[1]})
    assert [Client().get(url).status_code for url in (first, second)] == [200, 404]
    Account.objects.filter(pk=world.accounts["customer"]).update(is_active=False)

    assert Client().get(first).status_code == 404
    assert Client().get("/feeds/" + "x" * 43 + ".ics").status_code == 404


def test_a_calendar_has_a_secret_address_for_those_who_see_it(world: World) -> None:
    client, page = world.client("customer"), "/calendars/alpha-it/hours/"

    url = made_feed(client, "alpha-it/hours", page)

    assert "BEGIN:VEVENT" in Client().get(url).content.decode()
    assert client.post("/feeds/make/", {"about": "alpha-it/nights"}).status_code == 404


@pytest.mark.parametrize(
    ("who", "may"),
    [("operator", True), ("viewer at the provider", False), ("customer", False)],
)
def test_who_may_plan_finds_the_way_from_the_service(world: World, who: str, may: bool) -> None:
    for page in ("/services/alpha-it/portal/", "/services/alpha-it/portal/status/"):
        html = text_of(world.client(who), page)

        assert ('href="/maintenance/new/?service=alpha-it%2Fportal"' in html) == may


def test_what_is_ahead_has_further_pages(world: World) -> None:
    for number in range(30):
        announce("alpha-it/portal", f"Zahead{number}")
    client = world.client("operator")

    first = text_of(client, "/maintenance/")
    address = re.search(r'href="(/maintenance/\?ahead=[a-z0-9]+)#ahead"', first)
    assert address is not None
    second = text_of(client, address[1])

    lists = [page.partition("maintenance-lines")[2] for page in (first, second)]
    told = [set(re.findall(r"Zahead[0-9]+<", each)) for each in lists]
    assert [len(each) for each in told] == [25, 5] and not told[0] & told[1]
    assert "30 are ahead" in first and "30 are ahead" in second
    assert "Back to the first" in second and "Back to the first" not in first
    assert "Zahead" in text_of(client, "/maintenance/?ahead=none-such")


def test_what_is_over_has_further_pages(world: World) -> None:
    for number in range(30):
        key = announce("alpha-it/portal", f"Zpast{number}")
        cancel_maintenance(actor=OPERATOR, at=clock.now(), key=key)
    client = world.client("operator")

    first = text_of(client, "/maintenance/")
    address = re.search(r'href="(/maintenance/\?after=[a-z0-9]+)#past"', first)
    assert address is not None
    second = text_of(client, address[1])

    told = [set(re.findall(r"Zpast[0-9]+<", page)) for page in (first, second)]
    assert [len(each) for each in told] == [25, 5] and not told[0] & told[1]
    assert "Back to the first" in second
