"""The page of a customer: only what it consumes, in its words, and nothing of what is behind."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from catenary import clock
from catenary.apps.access.models import Account
from catenary.apps.monitoring.models import Propagation
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.recording import record_observations
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import (
    ConsumptionDocument,
    DependencyGroupDocument,
    Supporter,
)
from catenary.exchange.catalogue.amending import Amendment, amend
from tests.domain.estates import service
from tests.web.access.world import World
from tests.web.test_maintenance import announce

pytestmark = pytest.mark.django_db

OPERATOR = Actor(is_operator=True, door="tests")
PAGE = "/our-services/"


def say(service: str, condition: str, *, ago: timedelta = timedelta(0), text: str = "") -> None:
    """Report something, and let the engine follow it."""
    now = clock.now()
    word = {
        "service": service,
        "condition": condition,
        "text": text,
        "source": "probe",
        "at": (now - ago).isoformat(),
    }
    record_observations(actor=OPERATOR, at=now, words=[word])
    engine = Engine()
    while engine.step(clock.now()).is_more:
        pass


def use(document: ConsumptionDocument, *, is_over: bool = False) -> None:
    """Let an organization use a service from now on, or no longer."""
    wish = Amendment(
        "consumption",
        f"{document.consumer} > {document.service}",
        None if is_over else document,
    )
    amend(actor=OPERATOR, at=clock.now(), amendments=[wish], take_over=True)


def page(world: World, who: str, query: str = "") -> str:
    return " ".join(world.client(who).get(PAGE + query).content.decode().split())


def main(html: str) -> str:
    return html.partition("<main")[2].partition("</main>")[0]


def named(html: str) -> list[str]:
    return re.findall(r'<h3><a href="[^"]*"><bdi>([^<]*)</bdi>', html)


def test_a_customer_sees_what_it_consumes_under_its_own_names(world: World) -> None:
    html = main(page(world, "another customer"))

    assert named(html) == ["Zcharlieledger", "Zcharlieword"]
    for hidden in ("Zportal", "Zledger", "Zbrochure", "Zshowcase", "Zengine", "Zbravoword"):
        assert hidden not in html


def test_what_is_not_fine_comes_first_with_the_reason_one_may_know(world: World) -> None:
    say("alpha-it/ledger", "operational")
    say("alpha-it/engine", "down", text="Zenginetext")

    html = main(page(world, "another customer"))

    assert named(html) == ["Zcharlieword", "Zcharlieledger"]
    assert "1 of 2 services you use does not work as it should." in html
    assert "a supporting service of Zalphait: down" in html
    for hidden in ("Zengine", "probe", "Zenginetext"):
        assert hidden not in html


def test_the_page_follows_what_happens(world: World) -> None:
    say("alpha-it/ledger", "operational")
    client = world.client("another customer")
    whole = " ".join(client.get(PAGE).content.decode().split())
    assert 'data-live="/status/live/' in whole
    assert 'id="ours" data-refresh="/our-services/"' in whole
    say("alpha-it/engine", "down")

    part = client.get(PAGE, headers={"HX-Request": "true", "HX-Target": "ours"}).content.decode()

    assert part.startswith('<div id="ours"') and "<html" not in part
    assert "1 of 2 services you use does not work as it should." in part
    assert re.search(
        r'data-condition-of="alpha-it/portal"><span class="condition condition-down"', part
    )
    assert named(part) == ["Zcharlieword", "Zcharlieledger"]


def test_when_nobody_follows_what_is_reported_the_customer_is_told(world: World) -> None:
    say("alpha-it/ledger", "operational")
    assert "may be out of date" not in page(world, "another customer")

    long_ago = clock.now() - timedelta(minutes=5)
    Propagation.objects.update(seen_at=long_ago)

    said = page(world, "another customer")
    assert "What is shown may be out of date." in said and "data-is-stale" in said
    assert re.search(r'<p class="answer[^>]*>Last known at [^.]+\d\d:\d\d\sUTC: ', said)
    # The part that is fetched again is no older one, made while somebody followed.
    part = world.client("another customer").get(PAGE, headers={"HX-Target": "ours"})
    assert "What is shown may be out of date." in part.content.decode()


def test_at_home_the_cause_has_its_name(world: World) -> None:
    say("bravo-ward/care", "degraded")

    assert "Zechoword itself: degraded" in main(page(world, "customer of the customer"))


def test_days_are_told_as_bars_and_in_a_table(world: World) -> None:
    say("alpha-it/ledger", "down", ago=timedelta(days=3))
    say("alpha-it/ledger", "operational", ago=timedelta(days=2, hours=12))

    html = main(page(world, "another customer"))
    block = html.partition("Zcharlieledger</bdi>")[2].partition("</li>")[0]

    assert len(re.findall(r'<rect class="bar ', block)) == 90
    assert 'class="bar is-down"' in block
    told = r"down on [12] days? \(12 h in all\), unknown on 8\d days, operational on the other "
    assert re.search(told, block)
    assert "down 12 h" in block or "down" in block.partition("<table>")[2]


def test_what_happened_is_told_once_for_everything_it_hit(world: World) -> None:
    say("alpha-it/engine", "operational", ago=timedelta(days=2))
    say("alpha-it/ledger", "operational", ago=timedelta(days=2))
    say("alpha-it/ledger", "down", ago=timedelta(days=1))

    events = main(page(world, "another customer")).partition('id="events"')[2]

    assert events.count("<time") == 1
    assert "Zcharlieledger</bdi>: <bdi>down" in events
    assert "Nothing changed" in page(world, "customer of the customer")


def test_days_are_those_of_the_readers_zone(world: World) -> None:
    world.client("another customer")
    Account.objects.filter(email="cleo@charlie.example").update(time_zone="Pacific/Auckland")

    assert "Days as in <bdi>Pacific/Auckland</bdi>" in page(world, "another customer")


@pytest.mark.parametrize("query", ["?page=2", "?page=0", "?page=-1", "?page=x", "?page=99999999"])
def test_a_page_that_is_not_there_shows_the_nearest(world: World, query: str) -> None:
    assert named(main(page(world, "another customer", query))) == ["Zcharlieledger", "Zcharlieword"]


def test_who_consumes_nothing_is_told_so(world: World) -> None:
    assert "Nothing is consumed yet." in page(world, "of an unrelated organization")


def test_what_only_the_whole_house_uses_stands_apart(world: World) -> None:
    use(ConsumptionDocument("bravo", "alpha-it/ledger", "Zhouseledger"))
    say("alpha-it/ledger", "down")

    html = main(page(world, "customer"))
    first, apart = html.split('id="shared"')

    assert named(first) == ["Zbravoword"]
    assert "Zhouseledger" not in first
    assert "What Zbravo also uses" in apart
    assert "Zhouseledger" in apart.partition("<details")[2].partition("</details>")[0]
    assert '<details class="fold" id="shared-services">' in apart
    assert "condition-down" in apart.partition("<details")[0]
    assert re.search(
        r'<span data-condition-of="alpha-it/ledger"><span class="condition condition-down"', apart
    )
    assert "1 of 1" not in first and "of 2 services" not in first


def test_what_everybody_uses_is_open_where_there_is_nothing_else(world: World) -> None:
    use(ConsumptionDocument("bravo", "alpha-it/portal"))
    use(ConsumptionDocument("bravo-ward", "alpha-it/portal"), is_over=True)

    html = main(page(world, "customer"))

    assert "You use what is used by everybody in your organization." in html
    assert '<details class="fold" id="shared-services" open>' in html


def test_two_reasons_that_are_only_enough_together_are_told_so(world: World) -> None:
    say("alpha-it/ledger", "operational")
    pair = service("alpha-it/portal", name="Zportal")
    members = (Supporter("alpha-it/engine"), Supporter("alpha-it/ledger"))
    pair = replace(pair, relies_on=(DependencyGroupDocument(members),))
    wish = Amendment("service", "alpha-it/portal", pair)
    amend(actor=OPERATOR, at=clock.now(), amendments=[wish], take_over=True)
    say("alpha-it/engine", "down")
    say("alpha-it/ledger", "down")

    html = main(page(world, "another customer"))

    assert "Only because of" in html
    assert "together." in html.partition("Only because of")[2].partition("</p>")[0]


def many_causes(world: World) -> None:
    """``bravo-ward/care`` relies on three pairs and on one service without which nothing works."""
    names = ["a1", "a2", "b1", "b2", "c1", "c2", "whole"]
    wishes = [
        Amendment("service", f"bravo-ward/{name}", service(f"bravo-ward/{name}", name=f"Z{name}"))
        for name in names
    ]
    groups = [
        DependencyGroupDocument((Supporter(f"bravo-ward/{a}"), Supporter(f"bravo-ward/{b}")))
        for a, b in (("a1", "a2"), ("b1", "b2"), ("c1", "c2"))
    ]
    whole = DependencyGroupDocument((Supporter("bravo-ward/whole"),))
    care = replace(service("bravo-ward/care", name="Zcare"), relies_on=(*groups, whole))
    wishes.append(Amendment("service", "bravo-ward/care", care))
    amend(actor=OPERATOR, at=clock.now(), amendments=wishes, take_over=True)
    use(ConsumptionDocument("bravo-ward", "bravo-ward/care"))


def why(html: str, name: str) -> str:
    """What stands under a service, as it is read."""
    block = html.partition(f"{name}</bdi>")[2].partition("data-live-words>")[2]
    return re.sub("<[^>]+>", "", block.partition("</p>")[0])


def test_what_is_enough_alone_is_named_first_and_how_many_more_there_are(world: World) -> None:
    many_causes(world)
    for name in ("a1", "a2", "b1", "b2", "c1", "c2", "whole"):
        say(f"bravo-ward/{name}", "down")

    told = why(main(page(world, "customer")), "Zcare")

    assert re.search(r"ecause of Zwhole: down, Za1: down, Za2: down and 4 more\.", told)


def test_since_when_is_not_said_of_causes_that_began_later(world: World) -> None:
    many_causes(world)
    say("bravo-ward/whole", "down")
    first = why(main(page(world, "customer")), "Zcare")
    say("bravo-ward/a1", "down")
    say("bravo-ward/a2", "down")
    say("bravo-ward/whole", "operational")

    later = why(main(page(world, "customer")), "Zcare")

    since = r"Since [^.]*\."
    assert re.match(since + r" Because of Zwhole: down\.", first)
    assert re.match(since + r" Now only because of Za1: down and Za2: down together\.", later)
    assert re.findall(f"^{since}", first) == re.findall(f"^{since}", later) != []


def home(world: World, who: str) -> str:
    return main(" ".join(world.client(who).get("/").content.decode().split()))


def test_what_is_degraded_and_may_be_down_is_known_to_be_broken(world: World) -> None:
    # Nobody knows of what it rests on: it is degraded at least.
    say("alpha-it/portal", "degraded")

    told = "1 of 2 services you use does not work as it should."
    ours = main(page(world, "another customer"))
    assert f"{told} Of 1 nobody knows for certain." in ours
    assert told in home(world, "another customer")
    board = world.client("another customer").get("/status/").content.decode()
    assert "not work as it should: 1 degraded or down." in re.sub("<[^>]+>", "", board)


def test_home_says_in_a_line_how_it_goes_with_what_one_uses(world: World) -> None:
    line = '<a href="/our-services/">'
    quiet = home(world, "another customer")

    say("alpha-it/ledger", "operational")
    say("alpha-it/engine", "down")

    assert "services you use" not in quiet
    told = home(world, "another customer")
    assert "1 of 2 services you use does not work as it should." in told
    assert line in told.partition("services you use")[0]
    assert "services you use" not in home(world, "of an unrelated organization")


def test_home_says_how_it_goes_with_what_one_provides_as_the_board_does(world: World) -> None:
    quiet = home(world, "exactly right")

    say("alpha-it/ledger", "operational")
    say("alpha-it/engine", "down")

    assert "services you provide do" not in quiet
    client = world.client("exactly right")
    [(link, told, figures)] = re.findall(
        r'<a href="(/status/\?provider=[^"]*)"><bdi>([^<]*)</bdi></a>(.*?)</div>',
        home(world, "exactly right"),
    )
    assert "services you provide do" in told
    counts = dict(re.findall(r'condition-(\w+)">.*?<span class="soft">(\d+)</span>', figures))
    board = client.get(link.replace("&amp;", "&")).content.decode()
    shown = dict(re.findall(r'data-count-of="(\w+)">(\d+)<', board))
    assert counts and counts == {
        kind: n for kind, n in shown.items() if n != "0" and kind in counts
    }
    assert counts["down"] != "0"
    assert "services you provide do" not in home(world, "another customer")


def test_home_tells_of_catalogue_files_only_to_who_may_apply_them(world: World) -> None:
    assert "catenary apply" not in home(world, "another customer")


def test_maintenance_that_is_repeated_says_how_often(world: World) -> None:
    announce("alpha-it/ledger", "Zpatches", repeats="FREQ=WEEKLY")

    ahead = main(page(world, "another customer")).partition('id="ahead"')[2]

    assert "every week" in ahead.partition("</section>")[0]


def navigation(world: World, who: str, address: str) -> list[tuple[str, str]]:
    """The main navigation: addresses and words."""
    html = world.client(who).get(address).content.decode()
    nav = html.partition('<nav class="main-nav"')[2].partition("</nav>")[0]
    return re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)', nav)


CUSTOMERS = ["customer", "another customer", "customer of the customer"]


@pytest.mark.parametrize("who", CUSTOMERS)
@pytest.mark.parametrize("address", ["/", "/catalogue/", "/account/", PAGE])
def test_it_stands_in_the_navigation_of_who_uses_something(
    world: World, who: str, address: str
) -> None:
    assert (PAGE, "Our services") in navigation(world, who, address)


@pytest.mark.parametrize("who", ["exactly right", "operator", "of an unrelated organization"])
def test_it_does_not_stand_in_the_navigation_of_who_uses_nothing(world: World, who: str) -> None:
    assert PAGE not in dict(navigation(world, who, "/"))
    assert (PAGE, "Our services") in navigation(world, who, PAGE), "who is there sees where"


def test_what_the_house_above_uses_puts_it_in_the_navigation_of_its_units(world: World) -> None:
    assert PAGE not in dict(navigation(world, "exactly right", "/"))

    use(ConsumptionDocument("alpha", "foxtrot/fair"))

    assert PAGE in dict(navigation(world, "exactly right", "/"))


def test_what_one_may_not_see_puts_it_in_nobodys_navigation(world: World) -> None:
    use(ConsumptionDocument("alpha-it", "alpha-lab/vault"))

    assert PAGE not in dict(navigation(world, "viewer at the provider", "/"))
    assert PAGE in dict(navigation(world, "operator", "/"))


def test_the_page_is_marked_in_the_navigation(world: World) -> None:
    html = page(world, "customer")

    assert f'<a href="{PAGE}" data-go="o" aria-current="page">Our services</a>' in html
    assert html.count('aria-current="page"') == 1


def flap(service: str, times: int) -> None:
    """A monitor that cannot make up its mind, half an hour ago."""
    now = clock.now()
    words = [
        {
            "service": service,
            "condition": "operational" if turn % 2 else "down",
            "source": "probe",
            "at": (now - timedelta(minutes=30) + timedelta(seconds=turn)).isoformat(),
        }
        for turn in range(times)
    ]
    record_observations(actor=OPERATOR, at=now, words=words)
    engine = Engine()
    while engine.step(clock.now()).is_more:
        pass


def test_a_monitor_that_flapped_takes_one_line(world: World) -> None:
    flap("alpha-it/ledger", 40)

    lately = main(page(world, "another customer")).partition('id="events"')[2]

    assert lately.count("<time") == 1
    told = "changed 40 times (at worst: down), in the end: works again"
    assert f"<bdi>Zcharlieledger</bdi>: <bdi>{told}" in lately
