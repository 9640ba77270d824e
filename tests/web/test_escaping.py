"""Whatever people call things, it stays text: in pages, titles, attributes, links and pictures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catenary.domain.actors import Actor
from catenary.domain.documents import shapes as s
from catenary.exchange.catalogue.applying import apply_plan, prepare_plan
from tests.web.access.world import NOON, give_account, kept_apart

pytestmark = pytest.mark.django_db

PAGES = (
    "/",
    "/account/",
    "/catalogue/",
    "/catalogue/?provider=here-it&role=supporting&stage=live",
    "/services/here-it/portal/",
    "/services/here-it/portal/history/",
    "/services/there/engine/",
    "/organizations/here/",
    "/organizations/here-it/",
    "/organizations/there/",
    "/chain/",
    "/chain/?focus=here-it/portal&depth=0",
    "/chain/?focus=there/engine",
    "/checks/",
    "/nothing/here/",
)
LONG = 150

HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "the end of an attribute": "\" onmouseover=\"alert(1)\" x='",
    "the end of an attribute in single quotes": "' onmouseover='alert(1)' x=\"",
    "a picture": "<img src=x onerror=alert(1)>",
    "the end of everything": "</bdi></a></title></svg></textarea><base href=//evil.example>",
    "svg": "<svg/onload=alert(1)><foreignObject><a xlink:href='javascript:alert(1)'>",
    "a template": "{{ frame.account }}{% debug %}{# x #}",
    "a place in a sentence": "{consumers} {0} {name!r} %s %(n)d {",
    "entities": "&lt;script&gt;&#60;b&#62;&quot;&amp;amp;",
    "a comment": "<!-- --><!--><![CDATA[x]]>-->",
    "overriding the direction": "\u202egnp.exe\u202c\u2066x\u2069\u200f",
    "right to left": "שירות אלפא",
    "emoji": "👩🏽\u200d⚕️ care 🇪🇺",
    "very long": "W" * LONG,
    "many marks on one letter": "Z" + "\u0335" * 60,
    "line breaks": "a\u2028b\u2029c\u0085d",
    "an address": "javascript:alert(1)",
    "a formula": "=HYPERLINK(\"http://evil.example\")",
    "only punctuation": "<>\"'&`={}",
    "a look-alike": "аdmin",
}  # fmt: skip

texts = st.lists(
    st.one_of(
        st.sampled_from([*"<>\"'&`={}%/\\ \u202e\u2066", *HOSTILE.values()]),
        st.text(st.characters(exclude_categories=("Cc", "Cs"))),
    ),
    min_size=1,
    max_size=4,
).map(lambda parts: ("x" + "".join(parts))[:LONG])


def catalogue(text: str, previous: str) -> s.CatalogueDocument:
    """A provider, a customer and what lies between them, with ``text`` wherever a person could
    have typed some. (Files are read more strictly; here the pages have to cope alone.)"""
    engine = s.ServiceDocument("there/engine", text, "there", stage=s.Stage.LIVE)
    portal = s.ServiceDocument(
        "here-it/portal",
        text,
        "here-it",
        description=text,
        owner=f"{text}@x.example",
        stage=s.Stage.LIVE,
        tags=(text[:60],),
        outcomes=(
            s.OutcomeDocument("o", text, text, "there", s.Measure(text, text[:20], Decimal(1))),
        ),
        costs=s.Burden((text,), (text,)),
        risks=s.Burden((text,), (text,)),
        co_creation=s.CoCreation((text,), (text,), (text,), (text,), (text,), (text,)),
        supports_processes=(s.BusinessProcess(text, (text,)),),
        channels=(s.Channel(text, (text,)),),
        utility=(s.UtilityRequirement("u", s.UtilityKind.FEATURE, text, text),),
        warranty=s.Warranty(security=(text,), performance=(text,)),
        relies_on=tuple(
            s.DependencyGroupDocument((s.Supporter(reference),))
            for reference in ("here-it/desk", "there/engine")
        ),
    )
    desk = s.ServiceDocument("here-it/desk", text, "here-it", description=previous)
    return s.CatalogueDocument(
        organizations={
            "here": s.OrganizationDocument("here", text, "", text),
            "here-it": s.OrganizationDocument("here-it", text, "here", text),
            "there": s.OrganizationDocument("there", text),
        },
        people={
            "ann@x.example": s.PersonDocument(
                "ann@x.example",
                text,
                "here-it",
                (s.MembershipDocument("here-it", (s.Role.VIEWER,)),),
            )
        },
        services={d.reference: d for d in (engine, portal, desk)},
        consumption={
            (consumer, service): s.ConsumptionDocument(consumer, service, text)
            for consumer, service in (("there", "here-it/portal"), ("here", "there/engine"))
        },
    )


def say(text: str, previous: str = "before") -> None:
    """Make the catalogue say this text everywhere; twice, so that history has a difference."""
    wanted = catalogue(text, previous)
    first = {r: replace(d, description=previous) for r, d in wanted.services.items()}
    for document in (replace(wanted, services=first), wanted):
        prepared = prepare_plan(wanted=document, source="folder:names", take_over=True)
        actor = Actor(is_operator=True, door="command-line")
        apply_plan(prepared=prepared, actor=actor, at=NOON)


class Shapes(HTMLParser):
    """The kinds of elements of a page, its links, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.kinds: set[tuple[str, tuple[str, ...]]] = set()
        self.links: list[str] = []
        self.text: list[str] = []
        self.other: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds.add((tag, tuple(sorted(name for name, _ in attrs))))
        for name, value in attrs:
            if name in {"href", "src", "action", "xlink:href", "formaction"}:
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def unknown_decl(self, data: str) -> None:
        self.other.append(data)


def kinds_of(tag_and_names: set[tuple[str, tuple[str, ...]]]) -> tuple[set[str], set[str]]:
    tags = {tag for tag, _ in tag_and_names}
    return tags, {name for _, names in tag_and_names for name in names}


@pytest.fixture(scope="module")
def reader(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[tuple[Client, tuple[set[str], set[str]]]]:
    """Somebody signed in, and every element and attribute that pages have when names are plain."""
    with django_db_blocker.unblock(), kept_apart():  # type: ignore[attr-defined]
        say("plain")
        number = give_account("ann@x.example")
        client = Client()
        client.force_login(apps.get_model("access", "Account").objects.get(pk=number))
        kinds: set[tuple[str, tuple[str, ...]]] = set()
        for url in PAGES:
            kinds |= Shapes(client.get(url).content.decode()).kinds
        yield client, kinds_of(kinds)


def look(client: Client, plain: tuple[set[str], set[str]], text: str) -> None:
    """Look at every page, and find nothing in it that came from the text."""
    shown = 0
    for url in (*PAGES, f"/catalogue/?{_query(text)}", f"/chain/?{_query(text)}"):
        response = client.get(url)
        assert response.status_code in {200, 404}, url
        html = response.content.decode()
        page = Shapes(html)
        tags, names = kinds_of(page.kinds)
        assert tags <= plain[0], url
        assert names <= plain[1], url
        assert not page.other[1:], f"{url} has a comment that came from a name"
        for link in page.links:
            assert link.startswith(("/", "#", "mailto:", "?")), f"{url} leads to {link}"
            assert not link.startswith("//"), f"{url} leads to {link}"
        for line in str(response.headers).splitlines():
            assert "alert" not in line
        if text.strip() in "".join(page.text):
            shown += 1
        if "<" in text and len(text) > 3:
            # What a page says of a former name may end where a tag of ours begins.
            assert not re.search(re.escape(text) + "(?![a-z/!])", html), url
    # The names did reach the pages: folded texts of the picture aside, as they were typed.
    assert shown or unicodedata.normalize("NFC", text) != text or text.split() != [text]


def _query(text: str) -> str:
    from urllib.parse import urlencode

    return urlencode({name: text for name in ("q", "tag", "provider", "focus", "open", "after")})


@pytest.mark.parametrize("case", HOSTILE)
def test_a_name_stays_a_name_on_every_page(
    reader: tuple[Client, tuple[set[str], set[str]]], case: str
) -> None:
    say(HOSTILE[case])

    look(*reader, HOSTILE[case])


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=texts)
@example(text="xjavascript")
@example(text="xjavascript<")
def test_no_name_adds_an_element_or_an_attribute(
    reader: tuple[Client, tuple[set[str], set[str]]], text: str
) -> None:
    say(text)

    look(*reader, text)


@pytest.mark.parametrize("case", HOSTILE)
def test_what_was_typed_into_a_form_comes_back_as_text(
    reader: tuple[Client, tuple[set[str], set[str]]], case: str
) -> None:
    client, text = Client(), HOSTILE[case]

    response = client.post("/sign-in/", {"email": text, "password": text, "next": text})

    html = response.content.decode()
    page = Shapes(html)
    assert not [name for _, names in page.kinds for name in names if name.startswith("on")]
    assert not kinds_of(page.kinds)[0] & {"b", "base", "foreignobject", "iframe"}
    assert [link for link in page.links if not link.startswith(("/", "#"))] == []
    assert "<script>alert" not in html


def test_the_look_finds_an_element_that_came_from_a_name() -> None:
    page = Shapes("<p>a</p><b onclick='x'>c</b>")

    assert kinds_of(page.kinds) == ({"p", "b"}, {"onclick"})
    assert unescape("&lt;") == "<"
