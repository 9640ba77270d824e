"""Who gets what at every route of the API: kind of person, route, near-miss object.

What one may not see must be told apart from what does not exist by nobody, and whoever is refused
a change has changed nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from django.apps import apps as django_apps
from django.http import HttpResponseBase

from catenary import clock
from catenary.api.main import api as the_api
from catenary.domain.actors import Scope
from tests.api.worlds import Api, Speaker, standing
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
)
from tests.web.access.world import (
    state as whole_state,
)
from tests.web.test_permission_matrix import SEES_HISTORY, SITS_AT_WORKSHOP

pytestmark = pytest.mark.django_db

V1 = "/api/v1"
#: A file that closes a day that is to come, and no other.
NEXT_WEEK = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Zfair\n"
    f"DTSTART;VALUE=DATE:{clock.now() + timedelta(days=7):%Y%m%d}\nEND:VEVENT\nEND:VCALENDAR\n"
)
KNOWN = BELONGING | ADRIFT
BATCH: dict[str, list[str]] = {"references": []}
#: A moment after everything the world says: what stood then is what stands now.
JUST_NOW = "2026-11-21"
#: Everybody in the world, and somebody who edits alpha-it.
EVERYBODY = {**PEOPLE, "editor": "eda@alpha.example"}
#: The editor sees what a viewer there sees.
LIKE = {"editor": "viewer at the provider"}
SEES_PERSON = {
    "ann@alpha.example": INSIDE,
    "lara@alpha.example": INSIDE,
    "twin@alpha.example": INSIDE | {"of an unrelated organization"},
    "ben@bravo.example": {"customer"},
    "dora@delta.example": {"of an unrelated organization"},
    "cleo@charlie.example": {"another customer"},
    "emil@echo.example": {"customer of the customer"},
    "rob@alpha.example": set(),
    "nobody@alpha.example": set(),
}
SEES_CONSUMPTION = {
    "bravo-ward/alpha-it/portal": INSIDE | {"customer"},
    "charlie/alpha-it/portal": INSIDE | {"another customer"},
    "charlie/alpha-it/ledger": INSIDE | {"another customer"},
    "echo/bravo-ward/care": {"customer", "customer of the customer"},
    "delta/alpha-it/portal": set(),
    "charlie/alpha-it/engine": set(),
}
#: Who may change one service (alpha-it/showcase), organization (alpha-lab), person (lara) and
#: consumption (charlie of alpha-it/ledger).
MAY_DEFINE = {"editor", "operator"}
MAY_MANAGE = {"operator"}


@dataclass(frozen=True)
class Route:
    """One method of one address: at which objects who gets an answer, or who may do it at all."""

    objects: dict[str, set[str]] | None = None
    who: frozenset[str] = frozenset(KNOWN | {"editor"})
    at: str = ""
    body: Any = None
    scope: Scope = Scope.READ
    missing: tuple[str, ...] = field(default=())


NEW = {"name": "Zanother", "stage": "live"}
LAB = {"name": "Zalphalab", "part-of": "alpha", "description": "Znewtext"}
LARA = {"name": "Zlara", "organization": "alpha-lab", "roles": ["viewer"]}
CHANGE = {"kind": "service", "reference": "alpha-it/showcase", "document": NEW}
SAID = {
    "do": "propose",
    "side": "provider",
    "customer": "bravo-ward",
    "part": "words",
    "statement": "Zwords",
}
SAID_DOWN = {"service": "alpha-it/showcase", "condition": "down"}
WORD = {"known-as": "Zanotherword"}
SHOWCASE = "alpha-it/showcase"
NIGHT = {
    "title": "Znight",
    "services": ["alpha-it/showcase"],
    "zone": "UTC",
    "start": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT02:00}",
    "duration": "2 h",
}
BY_MAIL = {"about": "consumed", "channel": "mail"}
_SUBSCRIPTION = "/subscriptions/{name}"
HOURS = {"name": "Zothernights", "hours": "24x7"}
_CALENDAR = "/calendars/{organization}/{calendar}"
_MAINTENANCE = "/maintenance/{key}"
_SERVICE = "/services/{organization}/{service}"
_CONSUMPTION = "/consumption/{consumer}/{organization}/{service}"

ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "/organizations"): Route(),
    ("POST", "/organizations/batch"): Route(body=BATCH),
    ("GET", "/organizations/batch"): Route(objects={"": set()}, at="organizations/batch"),
    ("PUT", "/organizations/batch"): Route(
        who=frozenset(MAY_MANAGE), at="organizations/batch", body=LAB, scope=Scope.ADMIN
    ),
    ("PATCH", "/organizations/batch"): Route(
        who=frozenset(), at="organizations/batch", body={}, scope=Scope.ADMIN
    ),
    ("DELETE", "/organizations/batch"): Route(
        who=frozenset(), at="organizations/batch", scope=Scope.ADMIN
    ),
    ("GET", "/organizations/{key}"): Route(objects=SEES_ORGANIZATION, at="organizations/"),
    ("PUT", "/organizations/{key}"): Route(
        who=frozenset(MAY_MANAGE), at="organizations/alpha-lab", body=LAB, scope=Scope.ADMIN
    ),
    ("PATCH", "/organizations/{key}"): Route(
        who=frozenset(MAY_MANAGE),
        at="organizations/alpha-lab",
        body={"name": "Zlab"},
        scope=Scope.ADMIN,
    ),
    ("DELETE", "/organizations/{key}"): Route(
        who=frozenset(), at="organizations/alpha-lab", scope=Scope.ADMIN
    ),
    ("GET", "/people"): Route(),
    ("POST", "/people/batch"): Route(body=BATCH),
    ("GET", "/people/{email}"): Route(objects=SEES_PERSON, at="people/"),
    ("PUT", "/people/{email}"): Route(
        who=frozenset(MAY_MANAGE), at="people/lara@alpha.example", body=LARA, scope=Scope.ADMIN
    ),
    ("PATCH", "/people/{email}"): Route(
        who=frozenset(MAY_MANAGE),
        at="people/lara@alpha.example",
        body={"name": "Zother"},
        scope=Scope.ADMIN,
    ),
    ("DELETE", "/people/{email}"): Route(
        who=frozenset(MAY_MANAGE), at="people/lara@alpha.example", scope=Scope.ADMIN
    ),
    ("GET", "/services"): Route(),
    ("POST", "/services/batch"): Route(body=BATCH),
    ("GET", _SERVICE): Route(objects=SEES_SERVICE, at="services/"),
    ("PUT", _SERVICE): Route(
        who=frozenset(MAY_DEFINE), at="services/alpha-it/showcase", body=NEW, scope=Scope.WRITE
    ),
    ("PATCH", _SERVICE): Route(
        who=frozenset(MAY_DEFINE),
        at="services/alpha-it/showcase",
        body={"name": "Zanother"},
        scope=Scope.WRITE,
    ),
    ("DELETE", _SERVICE): Route(
        who=frozenset(MAY_DEFINE), at="services/alpha-it/showcase", scope=Scope.WRITE
    ),
    ("GET", f"{_SERVICE}/chain"): Route(objects=SEES_SERVICE, at="services/*/chain"),
    ("GET", f"{_SERVICE}/compare"): Route(objects=SEES_SERVICE, at="services/*/compare"),
    ("GET", f"{_SERVICE}/history"): Route(objects=SEES_HISTORY, at="services/*/history"),
    ("GET", f"{_SERVICE}/workshop"): Route(objects=SITS_AT_WORKSHOP, at="services/*/workshop"),
    ("POST", f"{_SERVICE}/workshop"): Route(
        # An operator reads, and speaks for nobody.
        who=frozenset({"editor", "viewer at the provider"}),
        at="services/alpha-it/portal/workshop",
        body=SAID,
        scope=Scope.WRITE,
    ),
    ("GET", "/consumption"): Route(),
    ("POST", "/consumption/batch"): Route(body=BATCH),
    ("GET", _CONSUMPTION): Route(objects=SEES_CONSUMPTION, at="consumption/"),
    ("PUT", _CONSUMPTION): Route(
        who=frozenset(MAY_DEFINE),
        at="consumption/charlie/alpha-it/ledger",
        body=WORD,
        scope=Scope.WRITE,
    ),
    ("PATCH", _CONSUMPTION): Route(
        who=frozenset(MAY_DEFINE),
        at="consumption/charlie/alpha-it/ledger",
        body=WORD,
        scope=Scope.WRITE,
    ),
    ("DELETE", _CONSUMPTION): Route(
        who=frozenset(MAY_DEFINE),
        at="consumption/charlie/alpha-it/ledger",
        scope=Scope.WRITE,
    ),
    ("GET", "/drafts"): Route(scope=Scope.WRITE),
    ("GET", "/drafts/{kind}"): Route(
        # Nobody in the world has begun anything, so there is none to read: see test_drafts.py.
        who=frozenset(),
        at=f"drafts/service?of={SHOWCASE}",
        scope=Scope.WRITE,
    ),
    ("PUT", "/drafts/{kind}"): Route(
        who=frozenset(MAY_DEFINE),
        at=f"drafts/service?of={SHOWCASE}",
        body={"document": NEW},
        scope=Scope.WRITE,
    ),
    ("DELETE", "/drafts/{kind}"): Route(
        # Nor to throw away.
        who=frozenset(),
        at=f"drafts/organization?of={SHOWCASE}",
        scope=Scope.WRITE,
    ),
    ("GET", "/organizations/{key}/second-factor"): Route(
        who=frozenset(MAY_MANAGE), at="organizations/alpha/second-factor", scope=Scope.ADMIN
    ),
    ("PUT", "/organizations/{key}/second-factor"): Route(
        who=frozenset(MAY_MANAGE),
        at="organizations/alpha/second-factor",
        body={"asked-of": "nobody"},
        scope=Scope.ADMIN,
    ),
    ("GET", "/second-factor"): Route(who=frozenset(MAY_MANAGE), scope=Scope.ADMIN),
    ("PUT", "/second-factor"): Route(
        who=frozenset(MAY_MANAGE), body={"asked-of": "nobody"}, scope=Scope.ADMIN
    ),
    ("GET", "/search"): Route(at="search?q=zportal"),
    ("GET", "/impact"): Route(objects=SEES_SERVICE, at="impact?service=*"),
    ("POST", "/impact"): Route(objects=SEES_SERVICE, body={"services": ["*"]}),
    ("POST", "/observations"): Route(
        who=frozenset(MAY_DEFINE), body={"observations": [SAID_DOWN]}, scope=Scope.WRITE
    ),
    ("GET", f"{_SERVICE}/status"): Route(objects=SEES_SERVICE, at="services/*/status"),
    ("GET", "/status"): Route(),
    ("GET", "/calendars"): Route(),
    ("POST", "/calendars/batch"): Route(body=BATCH),
    ("GET", _CALENDAR): Route(objects=SEES_CALENDAR, at="calendars/"),
    ("PUT", _CALENDAR): Route(
        who=frozenset(MAY_DEFINE), at="calendars/alpha-it/nights", body=HOURS, scope=Scope.WRITE
    ),
    ("PATCH", _CALENDAR): Route(
        who=frozenset(MAY_DEFINE),
        at="calendars/alpha-it/nights",
        body={"name": "Zothernights"},
        scope=Scope.WRITE,
    ),
    ("POST", f"{_CALENDAR}/closed-days"): Route(
        who=frozenset(MAY_DEFINE),
        at="calendars/alpha-it/hours/closed-days?take_over=true",
        body={"icalendar": NEXT_WEEK},
        scope=Scope.WRITE,
    ),
    ("DELETE", _CALENDAR): Route(
        who=frozenset(MAY_DEFINE), at="calendars/alpha-it/nights", scope=Scope.WRITE
    ),
    # Who sees which maintenance is told in test_maintenance.py.
    ("GET", "/maintenance"): Route(),
    ("POST", "/maintenance"): Route(who=frozenset(MAY_DEFINE), body=NIGHT, scope=Scope.WRITE),
    ("POST", "/maintenance/preview"): Route(
        who=frozenset(MAY_DEFINE), body=NIGHT, scope=Scope.WRITE
    ),
    ("GET", _MAINTENANCE): Route(objects={"abcdefghjk": set()}, at="maintenance/"),
    ("PUT", _MAINTENANCE): Route(
        who=frozenset(), at="maintenance/abcdefghjk", body=NIGHT, scope=Scope.WRITE
    ),
    ("DELETE", _MAINTENANCE): Route(
        who=frozenset(), at="maintenance/abcdefghjk", scope=Scope.WRITE
    ),
    ("GET", "/inlets"): Route(who=frozenset(MAY_DEFINE), at="inlets?organization=alpha-it"),
    ("POST", "/inlets"): Route(
        who=frozenset(MAY_DEFINE),
        body={"organization": "alpha-it", "name": "zmonitor", "kind": "alertmanager"},
        scope=Scope.ADMIN,
    ),
    # What there is to see and to do behind an inlet: tests/api/test_inlets.py.
    ("GET", "/inlets/{organization}/{name}"): Route(objects={"alpha-it/none": set()}, at="inlets/"),
    ("GET", "/inlets/{organization}/{name}/last-words"): Route(
        objects={"alpha-it/none": set()}, at="inlets/*/last-words"
    ),
    ("POST", "/inlets/{organization}/{name}"): Route(
        who=frozenset(), at="inlets/alpha-it/none", body={"do": "close"}, scope=Scope.ADMIN
    ),
    # One's own alone, whoever one is: tests/api/test_subscriptions.py.
    ("GET", "/subscriptions"): Route(),
    ("POST", "/subscriptions"): Route(
        who=frozenset(BELONGING | {"editor"}), body=BY_MAIL, scope=Scope.ADMIN
    ),
    ("GET", _SUBSCRIPTION): Route(objects={"none": set()}, at="subscriptions/"),
    ("PUT", _SUBSCRIPTION): Route(
        who=frozenset(), at="subscriptions/none", body=BY_MAIL, scope=Scope.ADMIN
    ),
    ("DELETE", _SUBSCRIPTION): Route(who=frozenset(), at="subscriptions/none", scope=Scope.ADMIN),
    ("POST", f"{_SUBSCRIPTION}/test"): Route(
        who=frozenset(), at="subscriptions/none/test", scope=Scope.ADMIN
    ),
    ("GET", "/changes"): Route(),
    ("POST", "/changes"): Route(
        who=frozenset(MAY_DEFINE),
        body={"take_over": True, "changes": [CHANGE]},
        scope=Scope.WRITE,
    ),
    ("GET", "/checks"): Route(),
    ("POST", "/check"): Route(body={"changes": [CHANGE]}),
    ("GET", "/export"): Route(),
    ("GET", "/audit"): Route(who=frozenset(MAY_MANAGE), scope=Scope.ADMIN),
    ("GET", "/me"): Route(),
    ("GET", "/schema"): Route(),
}


Settled = tuple[int, str, dict[str, str]]


def state() -> tuple[object, ...]:
    """What any change would leave a trace in."""
    return (
        *standing(),
        list(django_apps.get_model("common", "CatalogueVersion").objects.values_list()),
        django_apps.get_model("common", "IdempotencyKey").objects.count(),
        django_apps.get_model("monitoring", "Observation").objects.count(),
        django_apps.get_model("portfolio", "Draft").objects.count(),
        django_apps.get_model("monitoring", "MaintenanceVersion").objects.count(),
        django_apps.get_model("organizations", "SecondFactorRule").objects.count(),
        django_apps.get_model("monitoring", "Inlet").objects.count(),
        django_apps.get_model("monitoring", "Subscription").objects.count(),
    )


def address(method: str, path: str, reference: str = "") -> str:
    route = ROUTES[method, path]
    place = route.at or path.removeprefix("/")
    if route.objects is None or not reference or route.body is not None:
        return f"{V1}/{place}"
    if "*" in place:
        return f"{V1}/{place.replace('*', reference)}"
    return f"{V1}/{place}{reference}"


def ask(speaker: Speaker, method: str, path: str, reference: str = "") -> Any:
    body = json.loads(json.dumps(ROUTES[method, path].body).replace("*", reference))
    return speaker.ask(method, address(method, path, reference), body)


def test_every_route_is_in_the_table() -> None:
    routes = {
        (method, path)
        for router in the_api._get_bound_routers()
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }

    assert routes == set(ROUTES)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_everybody_gets_exactly_what_the_table_says(api: Api, method: str, path: str) -> None:
    """And what one may not see answers like what does not exist."""
    speakers = {who: api(who) for who in asking(tuple(EVERYBODY), f"{method} {path}")}
    # Every cell is undone before the next one.
    before = state()
    with every_cell() as cell:
        for who, speaker in speakers.items():
            missing: dict[str, Settled] = {}
            for reference in ROUTES[method, path].objects or ("",):
                with cell(method, path, reference, who):
                    answer = check(speaker, method, path, reference, who, before)
                    if who in KNOWN and reference and answer.status_code == 404:
                        other = same_length(reference)
                        if other not in missing:
                            missing[other] = settled(ask(speaker, method, path, other), other)
                        assert settled(answer, reference) == missing[other]


def check(
    speaker: Speaker,
    method: str,
    path: str,
    reference: str,
    who: str,
    before: tuple[object, ...],
) -> Any:
    """The answer in one cell of the table, and that a refusal left no trace."""
    route = ROUTES[method, path]

    answer = ask(speaker, method, path, reference)

    if who in STRANGERS:
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    elif route.objects is not None:
        seen = LIKE.get(who, who) in route.objects[reference]
        assert answer.status_code == (200 if seen else 404), (reference, answer.content)
    elif who in route.who:
        assert answer.status_code in {200, 201, 202}, answer.content
    else:
        assert answer.status_code in {403, 404, 409, 422}, answer.content
    if answer.status_code >= 400 or method == "GET" or route.scope is Scope.READ:
        assert state() == before, "a refused request changed something"
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    return answer


def without_use(found: dict[str, object]) -> dict[str, object]:
    return {name: rows for name, rows in found.items() if not name.startswith("access.")}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_token_without_the_scope_is_refused_whoever_holds_it(
    api: Api, method: str, path: str
) -> None:
    wanted = ROUTES[method, path].scope
    fewer = {Scope.WRITE: Scope.READ, Scope.ADMIN: Scope.WRITE}.get(wanted)
    if fewer is None:
        return
    speaker = api("operator", *({Scope.READ, fewer}))
    before = whole_state()

    answer = ask(speaker, method, path)

    assert answer.status_code == 403
    assert answer.json()["code"] == "wrong-scope"
    assert f'scope="{wanted}"' in answer.headers["WWW-Authenticate"]
    assert without_use(whole_state()) == without_use(before)


# ------------------------------------------------------------------ hidden equals missing


def settled(answer: Any, *echoed: str) -> Settled:
    """Status, body and headers, without what was asked for."""
    body = answer.content.decode()
    for text in sorted({*echoed, *(e.replace("/", " > ", 1) for e in echoed)}, key=len)[::-1]:
        body = body.replace(text, "IT")
    own = ("RateLimit", "X-Request-Id")  # of this one request, whatever was asked
    headers = {n: v for n, v in answer.headers.items() if not n.startswith(own)}
    return answer.status_code, body, headers


def same_length(reference: str) -> str:
    return re.sub("[a-z]", "x", reference)


WRITES = [
    ("PUT", "services/", SEES_SERVICE, NEW),
    ("PATCH", "services/", SEES_SERVICE, {"name": "Zx"}),
    ("DELETE", "services/", SEES_SERVICE, None),
    ("PUT", "organizations/", SEES_ORGANIZATION, {"name": "Zx"}),
    ("PATCH", "organizations/", SEES_ORGANIZATION, {"name": "Zx"}),
    ("DELETE", "organizations/", SEES_ORGANIZATION, None),
    ("PUT", "people/", SEES_PERSON, {"name": "Zx", "organization": "delta"}),
    ("PATCH", "people/", SEES_PERSON, {"name": "Zx"}),
    ("DELETE", "people/", SEES_PERSON, None),
    ("PUT", "consumption/", SEES_CONSUMPTION, WORD),
    ("PATCH", "consumption/", SEES_CONSUMPTION, WORD),
    ("DELETE", "consumption/", SEES_CONSUMPTION, None),
]


OUTSIDERS = ("customer", "viewer at the provider", "customer of the customer")


@pytest.mark.parametrize(("method", "place", "objects", "body"), WRITES)
def test_a_change_does_not_tell_whether_what_one_may_not_see_is_there(
    api: Api, method: str, place: str, objects: dict[str, set[str]], body: Any
) -> None:
    speakers = {who: api(who) for who in asking(OUTSIDERS, f"{method} {place}")}
    before = state()
    with every_cell() as cell:
        for who, speaker in speakers.items():
            for etag in ("", '"0"', "*"):
                headers = {"if_match": etag} if etag else {}
                for reference, seen_by in objects.items():
                    if who in seen_by:
                        continue
                    with cell(method, place, reference, who, etag or "without an etag"):
                        other = another(place, reference, who)
                        answers = [
                            settled(
                                speaker.ask(method, f"{V1}/{place}{each}", body, **headers),
                                each,
                                each.partition("/")[0],
                                each.partition("/")[2] or each,
                            )
                            for each in (reference, other)
                        ]
                        assert answers[0] == answers[1]
                        assert answers[0][0] >= 400
                        assert state() == before


def another(place: str, reference: str, who: str) -> str:
    """Of the same length and not there; of a service one sees, only the consumer is another."""
    consumer, _, service = reference.partition("/")
    if place == "consumption/" and who in SEES_SERVICE[service]:
        return f"{same_length(consumer)}/{service}"
    return same_length(reference)


# ------------------------------------------------------------------------- the harvest


def marks_in(text: str) -> set[str]:
    """Which marks of the world stand in a text, as words of their own."""
    return {
        mark
        for mark in READS
        if mark in text and re.search(rf"(?<![\w/.-]){re.escape(mark)}(?![\w/.-])", text)
    }


def body_of(answer: HttpResponseBase) -> str:
    if answer.streaming:
        return b"".join(answer).decode()
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("who", sorted(KNOWN))
def test_nothing_that_can_be_read_tells_more_than_one_may_read(api: Api, who: str) -> None:
    speaker = api(who)
    speaker.take_over = False
    addresses = [
        *(f"{V1}/{kind}?limit=100" for kind in ("services", "organizations", "people")),
        *(f"{V1}/{each}" for each in ("consumption?limit=100", "checks?limit=100", "export", "me")),
        f"{V1}/changes?limit=100",
        *(
            f"{V1}/{each}&as_of={JUST_NOW}"
            for each in (
                "services?limit=100",
                "organizations?limit=100",
                "people?limit=100",
                "consumption?limit=100",
                "export?",
            )
        ),
        *(f"{V1}/services/{reference}?as_of={JUST_NOW}" for reference in SEES_SERVICE),
        *(f"{V1}/organizations/{key}?as_of={JUST_NOW}" for key in SEES_ORGANIZATION),
        *(f"{V1}/people/{email}?as_of={JUST_NOW}" for email in SEES_PERSON),
        *(f"{V1}/services/{reference}" for reference in SEES_SERVICE),
        *(f"{V1}/services/{reference}/chain?depth=0" for reference in SEES_SERVICE),
        *(f"{V1}/services/{reference}/history" for reference in SEES_SERVICE),
        *(f"{V1}/services/{reference}/compare" for reference in SEES_SERVICE),
        *(
            f"{V1}/services/{reference}/compare?customer={customer}"
            for reference in SEES_SERVICE
            for customer in ("bravo-ward", "charlie", "echo")
        ),
        *(f"{V1}/impact?service={reference}" for reference in SEES_SERVICE),
        *(f"{V1}/services/{reference}/status" for reference in SEES_SERVICE),
        f"{V1}/status?limit=100",
        f"{V1}/status?limit=100&known_at={JUST_NOW}",
        *(f"{V1}/services/{reference}/status?known_at={JUST_NOW}" for reference in SEES_SERVICE),
        *(f"{V1}/organizations/{key}" for key in SEES_ORGANIZATION),
        *(f"{V1}/people/{email}" for email in SEES_PERSON),
    ]
    told: dict[str, str] = {}
    for one in addresses:
        answer = speaker.get(one)
        if answer.status_code == 200:
            told |= {mark: one for mark in marks_in(body_of(answer))}
    answer = speaker.post(f"{V1}/services/batch", {"references": list(SEES_SERVICE)})
    said = json.dumps(answer.json()["items"])
    told |= {mark: "batch" for mark in marks_in(said)}

    # What was removed is still told at home among what happened.
    happened = {"Zgone", "alpha-it/gone"} if who in INSIDE else set()
    unread = {mark: one for mark, one in told.items() if who not in READS[mark]}
    assert {m: one for m, one in unread.items() if "/changes" not in one or m not in happened} == {}


@pytest.mark.parametrize("who", sorted(KNOWN))
def test_searching_finds_nothing_that_one_may_not_read(api: Api, who: str) -> None:
    speaker = api(who)

    @cache
    def answer(place: str, word: str) -> Any:
        said = speaker.get(f"{V1}/{place}?q={word}")
        return settled(said, word)[:2]

    for mark, seen_by in READS.items():
        if who in seen_by or "/" in mark or "@" in mark:
            continue
        asked = mark.lower()
        if any(asked in known.lower() for known in READS if who in READS[known]):
            continue  # the beginning of a word that is there for them
        for place in ("search", "services", "organizations", "people"):
            nonsense = "q" * len(asked)
            assert answer(place, asked) == answer(place, nonsense), f"{place} tells of {asked}"


@pytest.mark.parametrize("who", sorted(BELONGING))
def test_one_looks_only_from_organizations_of_ones_own_top(api: Api, who: str) -> None:
    speaker = api(who)
    with every_cell() as cell:
        for key in sorted(SEES_ORGANIZATION):
            with cell(key, who):
                look_from(speaker, who, key)


def look_from(speaker: Speaker, who: str, key: str) -> None:
    """Ask to look from an organization; it is granted exactly below one's own top."""
    other = same_length(key)
    allowed = key != "nowhere" and (
        who == "operator" or HOME_ROOT.get(who) == key.partition("-")[0]
    )

    answer = speaker.get(f"{V1}/me?as={key}")

    assert answer.status_code == (200 if allowed else 404)
    if allowed:
        assert answer.json()["viewpoint"]["organization"] == key
    else:
        assert settled(answer, key) == settled(speaker.get(f"{V1}/me?as={other}"), other)
