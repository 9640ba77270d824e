"""Who gets what at every address of the web pages: kind of person, route, near-miss object.

What one may not see must be told apart from what does not exist by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import reverse

from catenary.web.urls import urlpatterns
from tests.cells import every_cell
from tests.second import asking
from tests.web.access.world import (
    ADRIFT,
    BELONGING,
    HOME_ROOT,
    INSIDE,
    PEOPLE,
    READS,
    SEES_CALENDAR,
    SEES_ORGANIZATION,
    SEES_SERVICE,
    STRANGERS,
    World,
    apply,
    state,
)

pytestmark = pytest.mark.django_db

SIGNED_IN = BELONGING | ADRIFT
EVERYBODY = SIGNED_IN | STRANGERS
READING = frozenset({"GET", "HEAD"})
#: Who may read the history of a service: those who see it from inside its top organization.
SEES_HISTORY = {
    "alpha-it/portal": INSIDE,
    "alpha-it/engine": INSIDE,
    "alpha-it/ledger": INSIDE,
    "alpha-it/brochure": INSIDE,
    "alpha-it/showcase": INSIDE,
    "alpha-lab/vault": SEES_SERVICE["alpha-lab/vault"],
    "alpha-lab/cellar": SEES_SERVICE["alpha-lab/cellar"],
    "bravo-ward/care": {"customer"},
    "foxtrot/fair": set(),
    "delta/quiet": {"of an unrelated organization"},
    "alpha-it/gone": set(),
    "alpha-it/none": set(),
}

#: Who sits at a workshop of a service: people of its provider, and of a customer that consumes it.
#: Members of a sister unit do not, nor does whoever it is only published to.
AT_ALPHA_IT = {"viewer at the provider", "operator"}
SITS_AT_WORKSHOP = {
    "alpha-it/portal": AT_ALPHA_IT | {"customer", "another customer"},
    "alpha-it/engine": AT_ALPHA_IT,
    "alpha-it/ledger": AT_ALPHA_IT | {"another customer"},
    "alpha-it/brochure": AT_ALPHA_IT,
    "alpha-it/showcase": AT_ALPHA_IT,
    "alpha-lab/vault": SEES_SERVICE["alpha-lab/vault"],
    "alpha-lab/cellar": SEES_SERVICE["alpha-lab/cellar"],
    "bravo-ward/care": {"customer", "customer of the customer"},
    "foxtrot/fair": set(),
    "delta/quiet": {"of an unrelated organization"},
    "alpha-it/gone": set(),
    "alpha-it/none": set(),
}


@dataclass(frozen=True)
class Route:
    """One address: who gets a page at each object of it, by which methods, and what strangers
    get. Without objects it is one page for everybody in ``page``."""

    methods: frozenset[str] = READING
    objects: dict[str, set[str]] | None = None
    page: frozenset[str] = frozenset(SIGNED_IN)
    is_open: bool = False
    query: str = ""


#: Who may change something: nobody here has the role, but for the operator. Those who almost have
#: it, and what posting does, are told in tests/web/editing.
MAY_CHANGE = {"operator"}
FORM = READING | {"POST"}
EDITED = {
    "service": ("alpha-it/portal", "alpha-lab/vault", "bravo-ward/care", "delta/quiet"),
    "organization": ("alpha-it", "bravo-board", "delta"),
    "person": ("ann@alpha.example", "dora@delta.example"),
    "consumption": ("bravo-ward/alpha-it/portal", "echo/bravo-ward/care"),
}
GONE = {"service": "alpha-it/gone", "person": "rob@alpha.example"}
MISSING = {
    "service": "alpha-it/none",
    "organization": "nowhere",
    "person": "nobody@alpha.example",
    "consumption": "delta/alpha-it/portal",
}
EDITING = {"editing-pick": Route()}
for _kind, _objects in EDITED.items():
    _none: dict[str, set[str]] = {MISSING[_kind]: set()}
    _gone: dict[str, set[str]] = {GONE[_kind]: set()} if _kind in GONE else {}
    _open = dict.fromkeys(_objects, MAY_CHANGE) | _none | _gone
    EDITING[f"{_kind}-new"] = Route(methods=FORM, objects={"": MAY_CHANGE})
    EDITING[f"{_kind}-edit"] = Route(methods=FORM, objects=_open | dict.fromkeys(_gone, MAY_CHANGE))
    EDITING[f"{_kind}-delete"] = Route(methods=FORM, objects=_open)
    if _kind != "service":
        EDITING[f"{_kind}-history"] = Route(objects=_open)
    EDITING[f"{_kind}-deleted"] = Route(
        methods=FORM, objects=_none | dict.fromkeys(_gone, MAY_CHANGE)
    )

ROUTES = EDITING | {
    "home": Route(),
    "catalogue": Route(),
    "service": Route(objects=SEES_SERVICE),
    "service-history": Route(objects=SEES_HISTORY),
    "service-compare": Route(objects=SEES_SERVICE),
    # Who may report, and what posting does, is told in test_service_status.py.
    "service-status": Route(methods=FORM, objects=SEES_SERVICE),
    "service-workshop": Route(methods=READING | {"POST"}, objects=SITS_AT_WORKSHOP),
    "service-workshop-live": Route(objects=SITS_AT_WORKSHOP),
    "organization": Route(objects=SEES_ORGANIZATION),
    "calendars": Route(),
    "calendar": Route(objects=SEES_CALENDAR),
    "calendar-feed": Route(objects=SEES_CALENDAR),
    "calendar-new": Route(methods=FORM, objects={"": MAY_CHANGE}),
    "calendar-edit": Route(
        methods=FORM,
        objects={
            "alpha-it/hours": MAY_CHANGE,
            "alpha-lab/vaulted": MAY_CHANGE,
            "delta/own": set(),
            "alpha-it/never": set(),
        },
    ),
    # What posting does is told in tests/web/test_closed_days.py.
    "calendar-closed-days": Route(
        methods=FORM,
        objects={
            "alpha-it/hours": MAY_CHANGE,
            "alpha-lab/vaulted": MAY_CHANGE,
            "delta/own": set(),
            "alpha-it/never": set(),
        },
    ),
    "calendar-history": Route(
        objects={
            "alpha-it/hours": INSIDE,
            "alpha-it/nights": INSIDE,
            "delta/own": {"of an unrelated organization"},
            "alpha-it/never": set(),
        }
    ),
    # Who sees which maintenance and which feed is told in tests/web/test_maintenance.py.
    "maintenances": Route(),
    # What it offers to whom is told in tests/web/test_maintenance_names.py.
    "maintenance-services": Route(),
    "maintenance": Route(objects={"abcdefghjk": set()}),
    "maintenance-new": Route(methods=FORM, objects={"": MAY_CHANGE}),
    "maintenance-edit": Route(methods=FORM, objects={"abcdefghjk": set()}),
    "maintenance-act": Route(methods=frozenset({"POST"})),
    "feed": Route(objects={"not-a-secret": set()}, is_open=True),
    "feed-make": Route(methods=frozenset({"POST"})),
    "feed-revoke": Route(methods=frozenset({"POST"})),
    "chain": Route(objects=SEES_SERVICE, query="focus"),
    "impact": Route(objects=SEES_SERVICE, query="service"),
    "status": Route(),
    "live": Route(),
    "changes": Route(),
    "checks": Route(),
    "our-services": Route(),
    "subscriptions": Route(methods=FORM),
    "end-subscription": Route(methods=frozenset({"POST"})),
    "subscription-services": Route(),
    "new-feed": Route(methods=frozenset({"POST"})),
    "end-feed": Route(methods=frozenset({"POST"})),
    # By a secret or signed address alone: told in tests/web/test_hearing.py.
    # Nobody here shows anything: tests/web/test_public_page.py has who does.
    "public-page": Route(objects={"alpha-it": set(), "nowhere": set()}, is_open=True),
    "public-maintenance": Route(objects={"alpha-it": set(), "nowhere": set()}, is_open=True),
    "public-feed": Route(objects={"alpha-it": set()}, is_open=True),
    "public-json": Route(objects={"alpha-it": set()}, is_open=True),
    "public-styles": Route(page=frozenset(EVERYBODY), is_open=True),
    "public-page-decide": Route(
        methods=FORM, objects={"alpha-it": MAY_CHANGE, "delta": MAY_CHANGE, "nowhere": set()}
    ),
    "status-feed": Route(objects={"none": set()}, is_open=True),
    "unsubscribe": Route(methods=FORM, objects={"none": set()}, is_open=True),
    "outbox": Route(methods=FORM, objects={"": {"operator"}}),
    "account": Route(),
    "tokens": Route(methods=READING | {"POST"}),
    "sessions": Route(),
    "end-session": Route(methods=frozenset({"POST"})),
    "revoke-token": Route(methods=frozenset({"POST"})),
    # Nobody in this world administers anything; tests/apps/reporting has those who do.
    "audit": Route(objects={"": {"operator"}}),
    "sign-in": Route(methods=READING | {"POST"}, is_open=True),
    "second-factors": Route(),
    # Whoever signed in a while ago, as everybody here has, signs in again first.
    "second-factor-app": Route(methods=READING | {"POST"}, page=frozenset()),
    "second-factor-passkey": Route(methods=READING | {"POST"}, page=frozenset()),
    "second-factor-codes": Route(methods=frozenset({"POST"})),
    "second-factor-remove": Route(methods=frozenset({"POST"})),
    # Nobody in this world administers a top organization; tests/web/access has those who do.
    "second-factor-rule": Route(
        methods=FORM,
        objects={"alpha": MAY_CHANGE, "delta": MAY_CHANGE, "alpha-it": set(), "nowhere": set()},
    ),
    # Nobody in this world may report of all that an organization provides; tests/web/test_inlets.py
    # has those who may.
    "inlets": Route(
        methods=FORM, objects={"alpha-it": MAY_CHANGE, "delta": MAY_CHANGE, "nowhere": set()}
    ),
    "inlet": Route(methods=FORM, objects={"alpha-it/none": set()}),
    "second-factor-rule-here": Route(methods=FORM, objects={"": MAY_CHANGE}),
    # For whoever is half signed in; nobody here is.
    "second-factor": Route(methods=READING | {"POST"}, page=frozenset(), is_open=True),
    # Without a provider in the settings nobody finds them: what they do with one is told among
    # the tests of single sign-on.
    "sign-on": Route(objects={"company": set()}, is_open=True),
    "sign-on-back": Route(objects={"company": set()}, is_open=True),
    "sign-out": Route(methods=frozenset({"POST"}), is_open=True),
    "seen-as": Route(methods=frozenset({"POST"})),
    "words": Route(page=frozenset(EVERYBODY), is_open=True),
    "language": Route(methods=frozenset({"POST"}), is_open=True),
    "time-zone": Route(methods=frozenset({"POST"}), is_open=True),
    "healthz": Route(page=frozenset(EVERYBODY), is_open=True),
    "readyz": Route(page=frozenset(EVERYBODY), is_open=True),
    # Nobody, until the settings say who: told among the tests of metrics.
    "metrics": Route(objects={"": set()}, is_open=True),
}


def address(route: str, reference: str = "") -> str:
    if route == "maintenance-act":
        return reverse(route, args=["abcdefghjk"])
    if ROUTES[route].query:
        return f"{reverse(route)}?{ROUTES[route].query}={quote(reference, safe='')}"
    return reverse(route, args=reference.split("/") if reference else [])


#: The addresses one can ask for; what signing in shows is told among its tests.
READ = [name for name, route in ROUTES.items() if "GET" in route.methods and name != "sign-in"]


def test_every_route_is_in_the_table() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(ROUTES)


Settled = tuple[int, bytes, dict[str, str]]


@pytest.mark.parametrize("name", READ)
def test_everybody_gets_exactly_what_the_table_says(world: World, name: str) -> None:
    """And what one may not see answers like what does not exist."""
    with every_cell() as cell:
        for who in asking(tuple(PEOPLE), name):
            client = world.client(who)
            missing: dict[str, Settled] = {}
            led: dict[str, int] = {}
            for reference in ROUTES[name].objects or ("",):
                with cell(name, reference, who):
                    response = check(client, name, reference, who, missing)
                    check_breadcrumbs(client, response, led)


PATH = re.compile(r'<ol class="path">(.*?)</ol>', re.S)


def check_breadcrumbs(client: Client, response: HttpResponseBase, led: dict[str, int]) -> None:
    """Whoever is shown a page is shown what stands above it, wherever they look from. ``led`` has
    where breadcrumbs led this person so far."""
    if response.status_code != 200 or not response.headers["Content-Type"].startswith("text/html"):
        return
    assert isinstance(response, HttpResponse)
    for path in PATH.findall(response.content.decode()):
        for url in Links(path).found:
            if url not in led:
                led[url] = client.get(url).status_code
            assert led[url] == 200, f"the breadcrumb {url} leads to {led[url]}"


def check(
    client: Client, name: str, reference: str, who: str, missing: dict[str, Settled]
) -> HttpResponseBase:
    """One cell of the table. ``missing`` has how addresses of nothing answered this person."""
    route = ROUTES[name]
    url = address(name, reference)

    response = client.get(url)

    if who in STRANGERS and not route.is_open:
        assert response.status_code == 302
        assert response.headers["Location"] == f"{reverse('sign-in')}?next={quote(url)}"
        assert response.content == b""
    elif route.objects is not None:
        # Nothing changed at a table that nobody sits at: there is nothing to send.
        there = {200, 204} if name == "service-workshop-live" else {200}
        if name.endswith("-edit") and reference in GONE.values():
            # To where it is brought back from.
            there = {302}
        assert response.status_code in (there if who in route.objects[reference] else {404})
        if who in SIGNED_IN and who not in route.objects[reference]:
            nothing = address(name, same_length(reference))
            if nothing not in missing:
                missing[nothing] = settled(client.get(nothing), nothing)
            assert settled(response, url) == missing[nothing], "told apart from what is missing"
    else:
        # Whoever stands nowhere has nothing to wait for.
        granted = 204 if name == "live" and who in ADRIFT else 200
        assert response.status_code == (granted if who in route.page else 302)
    return response


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE")


@pytest.mark.parametrize("name", ROUTES)
def test_other_methods_are_refused_and_change_nothing(world: World, name: str) -> None:
    route = ROUTES[name]
    reference = next(iter(route.objects)) if route.objects else ""
    # What posting does is told below and among the tests of signing in.
    methods = [each for each in METHODS if each != "POST" or "POST" not in route.methods]
    clients = {who: world.client(who) for who in ("nobody", "exactly right")}
    before = state()
    with every_cell() as cell:
        for who, client in clients.items():
            for method in methods:
                with cell(name, method, who):
                    response = client.generic(method, address(name, reference))

                    assert (response.status_code == 405) == (method not in route.methods)
                    assert response.status_code < 500
                    assert state() == before


# ---------------------------------------------------------------- hidden equals missing


def settled(response: HttpResponseBase, url: str) -> Settled:
    """Status, body and headers, without the address that was asked for and the form tokens."""
    body = response.content.decode()  # type: ignore[attr-defined]
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "TOKEN", body)
    body = re.sub(r'(?<="request-number">)[0-9a-f]+', "NUMBER", body)
    path = urlsplit(url)
    parts = [url, path.path, *re.findall("(?:focus|service)=(.*)", url)]
    parts += [part.replace("%2F", "/") for part in parts]
    for echoed in sorted(set(parts), key=len, reverse=True):
        body = body.replace(echoed, "ADDRESS")
    headers = dict(response.headers)
    # Every request has a number of its own, whatever it finds.
    del headers["X-Request-Id"]
    return response.status_code, body.encode(), headers


def same_length(reference: str) -> str:
    """A reference as long as this one that nothing has."""
    return re.sub("[a-z]", "x", reference)


LOOK_AS = re.compile(r'<form method="post" action="/seen-as/">(?:(?!</form>).)*</form>', re.S)


@pytest.mark.parametrize("who", sorted(BELONGING))
def test_narrowing_to_what_one_may_not_see_is_narrowing_to_nothing(world: World, who: str) -> None:
    client = world.client(who)

    for key, seen_by in SEES_ORGANIZATION.items():
        mark = "Z" + key.replace("-", "")
        if who in seen_by or who in READS[mark]:
            continue
        for page in ("catalogue", "checks"):
            url, other = (f"{reverse(page)}?provider={value}" for value in (key, same_length(key)))
            answers = [client.get(u).content.decode() for u in (url, other)]
            if who == "operator":
                # Who may look as anybody is offered to.
                answers = [LOOK_AS.sub("", text) for text in answers]
            assert mark not in answers[0]
            cleaned = [
                re.sub(r'value="[^"]{64}"', "TOKEN", text).replace(value, "KEY")
                for text, value in zip(answers, (key, same_length(key)), strict=True)
            ]
            assert cleaned[0] == cleaned[1]


# ------------------------------------------------------------------------ the harvest


class Links(HTMLParser):
    """Every address on a page that leads back to us."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "xlink:href") and value and value.startswith("/"):
                self.found.add(value.partition("#")[0])


def harvest(client: Client, start: list[str], most: int = 600) -> Iterator[tuple[str, str]]:
    """Every page that can be reached by links from these addresses, with its text; of those
    that only narrow a list further, and of more than ``most``, the rest is left out."""
    waiting, known = list(start), set(start)
    while waiting:
        url = waiting.pop()
        response = client.get(url)
        assert response.status_code == 200, f"{url} is linked and answers {response.status_code}"
        if not response.headers["Content-Type"].startswith("text/html"):
            continue
        html = response.content.decode()
        yield url, html
        for found in Links(html).found - known:
            # The audit names people of every house, to operators alone: it has tests of its own.
            if found.startswith(("/static/", "/audit/")) or found.count("=") > 1:
                continue
            if len(known) < most:
                known.add(found)
                waiting.append(found)


STARTS = ["home", "catalogue", "chain", "impact", "status", "checks", "account"]


def marks_in(html: str) -> set[str]:
    """Which marks of the world stand in a text, as words of their own."""
    return {
        mark
        for mark in READS
        # Most are not there at all, which is found out ten times as fast.
        if mark in html and re.search(rf"(?<![\w/.-]){re.escape(mark)}(?![\w/.-])", html)
    }


def _told_of_the_past(who: str, url: str) -> set[str]:
    """What was removed at home stands among the changes of that home, and where whoever may
    bring it back finds it; nowhere else."""
    gone = {"Zgone", "alpha-it/gone"}
    if who == "operator" and url.startswith("/organizations/"):
        return gone | {"Zrob", "rob@alpha.example"}
    if who == "operator" and url.startswith("/catalogue/"):
        return gone
    return gone if who in INSIDE and url.startswith("/changes/") else set()


@pytest.mark.parametrize("who", sorted(SIGNED_IN))
def test_nothing_that_can_be_reached_by_links_tells_more_than_one_may_read(
    world: World, who: str
) -> None:
    """And whatever one may see can be reached: the harvest sees at all."""
    client = world.client(who)
    before = state()
    told: dict[str, str] = {}
    seen: set[str] = set()

    for url, html in harvest(client, [reverse(name) for name in STARTS]):
        marks = marks_in(html)
        seen |= marks
        # Operators change what they like, wherever they look from.
        if who == "operator" and url.partition("?")[0].endswith(
            ("/edit/", "/delete/", "/deleted/", "/public-page/")
        ):
            continue
        told |= {mark: url for mark in marks - _told_of_the_past(who, url)}

    assert {mark: url for mark, url in told.items() if who not in READS[mark]} == {
        # One's own name and address stand on every page.
        mark: url
        for mark, url in told.items()
        if who == "removed" and mark == "rob@alpha.example"
    }
    assert state() == before, "reading changed something"
    assert {reference for reference, seen_by in SEES_SERVICE.items() if who in seen_by} <= seen


@pytest.mark.parametrize("who", sorted(SIGNED_IN))
def test_searching_finds_nothing_that_one_may_not_read(world: World, who: str) -> None:
    client = world.client(who)

    @cache
    def answer(word: str) -> str:
        html = client.get(reverse("catalogue"), {"q": word}).content.decode()
        return re.sub(r'value="[^"]{64}"', "TOKEN", html).replace(word, "WORD")

    for mark, seen_by in READS.items():
        if who in seen_by or "/" in mark or "@" in mark:
            continue
        for asked in (mark.lower(), mark.lower()[:-1]):
            if any(asked in m.lower() for m in READS if who in READS[m]):
                continue  # the beginning of a word that is there for them
            nonsense = "q" * len(asked)
            assert answer(asked) == answer(nonsense), f"searching {asked} tells something"


# ------------------------------------------------------------------------ whose eyes


@pytest.mark.parametrize("who", sorted(SIGNED_IN))
def test_one_looks_only_from_organizations_of_ones_own_top(world: World, who: str) -> None:
    client = world.client(who)
    home = client.get("/").content.decode()
    with every_cell() as cell:
        for key in sorted(SEES_ORGANIZATION):
            with cell(key, who):
                look_from(client, home, who, key)


def look_from(client: Client, home: str, who: str, key: str) -> None:
    """Ask to look from an organization; it is granted exactly below one's own top."""
    response = client.post(reverse("seen-as"), {"organization": key, "next": "/"})

    assert response.headers["Location"] == "/"
    after = client.get("/").content.decode()
    allowed = key != "nowhere" and (
        who == "operator" or HOME_ROOT.get(who) == key.partition("-")[0]
    )
    if allowed:
        assert f'href="/organizations/{key}/"' in after
        assert client.session["seen-as"] == key
    else:
        assert "seen-as" not in client.session
        tokens = [re.sub(r'value="[^"]{64}"', "TOKEN", html) for html in (home, after)]
        assert tokens[0] == tokens[1]


def test_a_viewpoint_is_lost_with_the_membership_that_allowed_it(world: World) -> None:
    client = world.client("viewer at the provider")
    session = client.session
    session["seen-as"] = "delta"  # as if an earlier membership had put it there
    session.save()

    html = client.get("/").content.decode()

    assert "Zdelta" not in html
    assert 'href="/organizations/alpha-it/"' in html


# ---------------------------------------------------------------------- what was once said


@pytest.mark.parametrize(
    ("who", "is_named"), [("viewer at the provider", False), ("exactly right", True)]
)
def test_history_names_a_restricted_supporter_only_to_those_who_see_it(
    world: World, tmp_path: Path, who: str, is_named: bool
) -> None:
    for relied in ("alpha-it/engine", "{any: [alpha-it/engine, alpha-lab/vault]}"):
        # The other services stay as they are: only the portal is said anew.
        (tmp_path / "portal.yaml").write_text(
            "catenary: 1\nservices:\n  alpha-it/portal:\n    name: Zportal\n    stage: live\n"
            f"    relies-on: [{relied}]\n"
        )
        apply(tmp_path)

    html = world.client(who).get("/services/alpha-it/portal/history/").content.decode()

    assert "alpha-it/engine" in html
    assert ("alpha-lab/vault" in html) is is_named
    assert ("a service that is not shown" in html) is not is_named


def test_an_address_in_a_definition_does_not_tell_whose_it_is(world: World) -> None:
    html = world.client("viewer at the provider").get("/services/alpha-it/engine/").content.decode()

    # Delta has nothing to do with Alpha; of the address only what was written is shown.
    assert "dora@delta.example" in html
    assert not marks_in(html) & {"Zdora", "Zdelta", "Zben"}
