"""The web door attacked: signing in, forms, headers, redirects, and everything one can send."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.staticfiles import finders
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import path
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catenary.config import urls as config_urls
from tests.web.access.world import PASSWORD, PEOPLE, World, state

pytestmark = pytest.mark.django_db

PAGES = (
    "/",
    "/catalogue/",
    "/services/alpha-it/portal/",
    "/services/alpha-it/portal/history/",
    "/services/alpha-it/portal/compare/",
    "/services/alpha-it/portal/workshop/",
    "/organizations/alpha-it/",
    "/chain/?focus=alpha-it/portal",
    "/checks/",
    "/account/",
)


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret in an error")


def forbidden(request: HttpRequest) -> HttpResponse:
    from django.core.exceptions import PermissionDenied

    raise PermissionDenied("a secret in a refusal")


class Broken:
    """Our addresses and two that fail, to see what failing looks like."""

    handler403 = config_urls.handler403
    handler404 = config_urls.handler404
    urlpatterns = (*config_urls.urlpatterns, path("broken/", broken), path("forbidden/", forbidden))


@pytest.fixture
def failing() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=Broken):
        yield


# --------------------------------------------------------------------------- headers


#: What a browser may do with a page, and with the answer to a program that nobody looks at.
OF_PAGES = (
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
OF_INLETS = (
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)


def check_headers(
    response: Any, *, kept: bool = False, allowed: tuple[str, ...] = OF_PAGES
) -> None:
    """What every answer carries."""
    headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    for directive in allowed:
        assert directive in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers, "not without TLS"
    if not kept:
        assert "no-store" in headers["Cache-Control"]
        assert "private" in headers["Cache-Control"]


@pytest.mark.parametrize("who", ["nobody", "exactly right"])
@pytest.mark.parametrize("url", [*PAGES, "/sign-in/", "/nothing/here/", "/healthz", "/readyz"])
def test_every_page_carries_every_header(world: World, url: str, who: str) -> None:
    check_headers(world.client(who).get(url))


@pytest.mark.parametrize(
    ("url", "host", "status"),
    [
        ("/", "evil.example", 400),
        ("/catalogue/?q=%00", "localhost", 400),
        ("/forbidden/", "localhost", 403),
        ("/services/no/such/", "localhost", 404),
        ("/static/no-such.css", "localhost", 404),
        ("/sign-out/", "localhost", 405),
        ("/broken/", "localhost", 500),
    ],
)
@pytest.mark.parametrize("who", ["nobody", "exactly right"])
def test_every_refusal_carries_every_header_and_no_trace(
    world: World, failing: None, url: str, host: str, status: int, who: str
) -> None:
    if who == "nobody" and url.startswith("/services"):
        status = 302  # strangers are asked to sign in before anything is looked for

    response = world.client(who).get(url, headers={"host": host})

    assert response.status_code == status
    check_headers(response)
    body = response.content.decode()
    for leak in ("Traceback", "secret", "RuntimeError", "DEBUG", "/src/", "Exception"):
        assert leak not in body


def test_an_address_of_a_button_says_so_to_who_opens_it(world: World) -> None:
    response = world.client("exactly right").get("/sign-out/")

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert "There is nothing to read here" in response.content.decode()


def test_a_form_without_its_token_is_refused_with_every_header(world: World) -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post("/sign-in/", {"email": "a@b.example", "password": "x"})

    assert response.status_code == 403
    check_headers(response)
    assert "That form was too old" in response.content.decode()


def test_static_files_carry_the_headers_and_may_be_kept() -> None:
    response = Client().get("/static/catenary/mark.svg")

    assert response.status_code == 200
    check_headers(response, kept=True)
    assert "max-age" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name",
    [
        "../settings.py",
        "..%2f..%2fconfig/settings.py",
        "%2e%2e/%2e%2e/config/settings.py",
        "catenary/../../apps.py",
        "....//....//config/settings.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "..\\..\\config\\settings.py",
        "catenary/%00mark.svg",
    ],
)
def test_no_file_outside_the_static_ones_can_be_had(name: str) -> None:
    response = Client().get(f"/static/{name}")

    assert response.status_code in {400, 404}
    assert finders.find("catenary/mark.svg"), "the finder works at all"


def test_errors_stand_in_the_frame_of_whoever_is_signed_in(world: World, failing: None) -> None:
    client = world.client("exactly right")

    missing = client.get("/nothing/here/").content.decode()
    refused = client.get("/forbidden/").content.decode()

    for html in (missing, refused):
        assert "lara@alpha.example" in html
        assert "Zalphalab" in html
        assert 'action="/seen-as/"' in html
    stranger = Client().get("/nothing/here/").content.decode()
    assert 'action="/sign-out/"' not in stranger
    assert "There is no such page" in stranger


def test_the_page_for_what_broke_needs_no_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert "Something broke on our side" in render_to_string("500.html")


@pytest.mark.parametrize("address", ["/", "/sign-in/", "/status/", "/nothing/here/"])
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_does_not_answer_is_no_mistake_of_ours(
    world: World, monkeypatch: pytest.MonkeyPatch, address: str, error: type[Exception]
) -> None:
    client = world.client("exactly right")
    client.raise_request_exception = False

    def fails(*_: Any, **__: Any) -> None:
        raise error("server closed the connection: secret-host")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", fails)
    answer = client.get(address)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    html = answer.content.decode()
    assert "The database does not answer" in html
    assert "secret-host" not in html and "Something broke" not in html


def test_another_mistake_of_the_database_is_ours(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.client("exactly right")
    client.raise_request_exception = False

    def fails(*_: Any, **__: Any) -> None:
        raise ProgrammingError("no such column")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", fails)

    assert client.get("/").status_code == 500


# ---------------------------------------------------------------------------- signing in


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in/", {"email": email, "password": password, **more})


def test_signing_in_works_and_starts_a_new_session(world: World) -> None:
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    assert planted is not None
    client.cookies["sessionid"] = planted

    response = sign_in(client, " LARA@alpha.example ")

    assert response.headers["Location"] == "/"
    cookie = response.cookies["sessionid"]
    assert cookie.value != planted
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert response.cookies["csrftoken"]["httponly"]
    assert response.cookies["csrftoken"]["samesite"] == "Lax"
    assert not apps.get_model("access", "Session").objects.filter(pk=planted).exists()


REFUSED = {
    "an unknown address": ("nobody@alpha.example", PASSWORD),
    "a wrong password": ("lara@alpha.example", "wrong"),
    "an account that was switched off": (PEOPLE["switched off"], PASSWORD),
    "nothing": ("", ""),
    "no password": ("lara@alpha.example", ""),
    "a name that is a query": ("' OR 1=1 --", PASSWORD),
    "no address at all": ("lara", PASSWORD),
    "a very long one": ("l" * 100_000, "p" * 100_000),
}


@pytest.mark.parametrize("case", REFUSED)
def test_every_refused_sign_in_is_the_same_page(world: World, case: str) -> None:
    def refused(email: str, password: str) -> tuple[int, str]:
        response = sign_in(Client(), email, password)
        html = re.sub(r'value="[^"]{64}"', "TOKEN", response.content.decode())
        return response.status_code, re.sub(r'id="email"([^>]*) value="[^"]*"', "EMAIL", html)

    assert refused(*REFUSED[case]) == refused("x@y.example", "z")
    assert refused(*REFUSED[case])[0] == 422


@pytest.mark.parametrize("case", ["an unknown address", "a wrong password"])
def test_an_unknown_address_costs_as_much_hashing_as_a_wrong_password(
    world: World, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import Argon2PasswordHasher

    hashed: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def counted_encode(self: Any, *given: Any) -> Any:
        hashed.append("encode")
        return encode(self, *given)

    def counted_verify(self: Any, *given: Any) -> Any:
        hashed.append("verify")
        return verify(self, *given)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", counted_encode)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", counted_verify)

    sign_in(Client(), *REFUSED[case])

    assert len(hashed) == 1


def test_signing_out_ends_the_session_on_the_server(world: World) -> None:
    client = Client()
    sign_in(client, "lara@alpha.example")
    stolen = client.cookies["sessionid"].value
    assert client.get("/account/").status_code == 200

    client.post("/sign-out/")

    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get("/account/").status_code == 302


def test_a_new_password_ends_every_session(world: World) -> None:
    client = Client()
    sign_in(client, "lara@alpha.example")
    account = apps.get_model("access", "Account").objects.get(email="lara@alpha.example")

    account.password = make_password("another one, quite long")
    account.save()

    assert client.get("/account/").status_code == 302


def test_switching_an_account_off_ends_its_sessions(world: World) -> None:
    client = world.client("exactly right")
    assert client.get("/services/alpha-lab/vault/").status_code == 200

    accounts = apps.get_model("access", "Account").objects
    accounts.filter(email="lara@alpha.example").update(is_active=False)

    assert client.get("/services/alpha-lab/vault/").status_code == 302


def test_a_removed_person_signs_in_and_sees_nothing(world: World) -> None:
    client = Client()

    sign_in(client, PEOPLE["removed"])

    for url in ("/", "/catalogue/", "/checks/", "/chain/", "/account/"):
        html = client.get(url).content.decode()
        assert "Zalpha" not in html
        assert "Zshowcase" not in html


# ----------------------------------------------------------------------------- redirects

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "https:evil.example",
    "http:///evil.example",
    "//evil.example@localhost/",
    "https://localhost@evil.example/",
    "//localhost:80@evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "\x01//evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "evil.example",
    "",
    "?next=//evil.example",
]
#: These stay with us, however odd they look.
HERE = ["/checks/?rule=x", "/%2f%2fevil.example", "/@evil.example", "/a\r\nSet-Cookie: x=y"]


@pytest.mark.parametrize("wanted", ELSEWHERE)
@pytest.mark.parametrize("door", ["after signing in", "already signed in", "seen as"])
def test_nobody_is_sent_elsewhere(world: World, door: str, wanted: str) -> None:
    client = world.client("exactly right")
    if door == "after signing in":
        response = sign_in(Client(), "lara@alpha.example", next=wanted)
    elif door == "already signed in":
        response = client.get("/sign-in/", {"next": wanted})
    else:
        response = client.post("/seen-as/", {"organization": "alpha", "next": wanted})

    assert response.status_code == 302
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("wanted", HERE)
def test_addresses_of_ours_are_gone_back_to(world: World, wanted: str) -> None:
    response = world.client("exactly right").post("/seen-as/", {"next": wanted})

    location = response.headers["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "\r" not in location
    assert "\n" not in location
    assert "Set-Cookie" not in response.headers


# --------------------------------------------------------------------------------- forms


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("/sign-in/", {"email": "lara@alpha.example", "password": PASSWORD}),
        ("/sign-out/", {}),
        ("/seen-as/", {"organization": "alpha", "next": "/"}),
    ],
)
def test_every_form_needs_its_token_and_an_origin_of_ours(
    world: World, url: str, form: dict[str, str]
) -> None:
    client = Client(enforce_csrf_checks=True)
    account = apps.get_model("access", "Account").objects.get(email="lara@alpha.example")
    if url != "/sign-in/":
        client.force_login(account)
    page = client.get("/account/" if url != "/sign-in/" else url).content.decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
    before = state()

    bare = client.post(url, form)
    made_up = client.post(url, {**form, "csrfmiddlewaretoken": "a" * 64})
    foreign = client.post(
        url, {**form, "csrfmiddlewaretoken": token}, headers={"origin": "https://evil.example"}
    )

    assert [r.status_code for r in (bare, made_up, foreign)] == [403] * 3
    assert state() == before
    assert client.post(url, {**form, "csrfmiddlewaretoken": token}).status_code == 302


# ------------------------------------------------------------------- everything one can send

QUERIES = [
    "focus=%00",
    "focus=a/b%00c",
    "q=%00",
    "provider=%00",
    "tag=%00",
    "stage=%00&role=%00",
    "%00=x",
    "after=%00",
    "q=%ff%fe%ed%a0%80",
    "q=%F0%9F%98%80",
    "q=" + "a" * 5000,
    "q=" + "%20or%20".join(["NEAR"] * 30),
    "q=" + "*" * 200,
    'q="unclosed',
    "q=body:x%20OR%20scope:r1",
    "q=%EE%80%80zportaltag",
    "q='%3B%20DROP%20TABLE%20portfolio_service%3B--",
    "depth=99999999999999999999999&focus=alpha-it/portal",
    "depth=-1&focus=alpha-it/portal",
    "depth=1e9&focus=alpha-it/portal",
    "depth=%D9%A1&focus=alpha-it/portal",
    "direction=sideways&focus=alpha-it/portal",
    "focus=/",
    "focus=" + "/" * 300,
    "focus=../../etc/passwd",
    "focus=alpha-it/portal&" + "&".join(f"open=bundle{n}" for n in range(900)),
    "focus=alpha-it/portal&open=" + "x" * 4000,
    "rule=x&rule=y&severity=z&provider=" + "p" * 500,
    "q=a&q=b&after=x&after=y",
    "q[]=x&q%5B%5D=y",
    "after=" + "A" * 3000,
    "after=AAAA",
    "after=W10",
    *(
        "after=" + base64.urlsafe_b64encode(text.encode()).decode()
        for text in (
            "[1e999, \"x\", 1]",
            "[NaN, null, Infinity]",
            "[9" + "9" * 900 + ', "x", 1]',
            "[" * 1400,
            '{"a": 1, "b": 2, "c": 3}',
            '[0, "\\ud800", -1]',
            '[0, {"a": []}, true]',
            '"abc"',
            "null",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("url", ["/", "/catalogue/", "/chain/", "/checks/", "/account/"])
@pytest.mark.parametrize("query", QUERIES, ids=lambda q: q[:40])
def test_no_query_breaks_a_page(world: World, url: str, query: str) -> None:
    response = world.client("exactly right").get(f"{url}?{query}")

    assert response.status_code in {200, 400, 404}
    assert "Traceback" not in response.content.decode()


def test_thousands_of_parameters_are_refused(world: World) -> None:
    query = "&".join(f"open={n}" for n in range(5000))

    assert world.client("exactly right").get(f"/chain/?{query}").status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/services/%00/x/",
        "/services/alpha-it/%00/",
        "/organizations/%00/",
        "/organizations/%ff%fe/",
        "/services/" + "a" * 3000 + "/b/",
        "/services/%2e%2e/%2e%2e/",
        "/services/alpha-it%2fportal/x/",
        "/services/ALPHA-IT/PORTAL/",
        "/services/alpha-it/portal%20/",
        "/services/alpha-it/po%CC%81rtal/",
        "/organizations/'%20OR%201=1--/",
        "/organizations/%/",
        "/organizations/*/",
        "//services/alpha-it/portal/",
    ],
)
def test_no_address_breaks_the_door(world: World, address: str) -> None:
    response = world.client("exactly right").get(address)

    assert response.status_code in {400, 404}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x=" + b"a" * 3_000_000, "application/x-www-form-urlencoded", 400),
        (b"x" * 3_000_000, "multipart/form-data; boundary=b", 400),
        (b"no boundary at all", "multipart/form-data; boundary=b", 422),
        (b"--b\r\nnothing", "multipart/form-data", 400),
        (b'{"email": "a"}', "application/json", 422),
        (b"\xff\xfe\x00", "text/plain", 422),
        (b"email=%00&password=x", "application/x-www-form-urlencoded", 400),
        (b"email=%ff%fe&password=%ff", "application/x-www-form-urlencoded", 422),
        (b"&".join(b"a=b" for _ in range(3000)), "application/x-www-form-urlencoded", 400),
        (b"email=a", "application/x-www-form-urlencoded; charset=no-such", 422),
        (b"", "application/x-www-form-urlencoded", 422),
        (b"<x/>", "", 422),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_no_body_breaks_signing_in(world: World, body: bytes, kind: str, status: int) -> None:
    response = Client(raise_request_exception=False).generic("POST", "/sign-in/", body, kind)

    assert response.status_code == status


@pytest.mark.parametrize("length", ["99999999999999999999999", "-1", "x", "٣", "2621441"])
def test_a_body_that_says_it_is_too_large_is_refused_unread(world: World, length: str) -> None:
    client = Client(raise_request_exception=False)

    response = client.generic("POST", "/sign-in/", b"", CONTENT_LENGTH=length)

    assert response.status_code == 400


@pytest.mark.parametrize(
    "cookie",
    [
        r'sessionid="\000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"',
        "sessionid=" + "a" * 5000,
        "sessionid=' OR 1=1 --aaaaaaaaaaaaaaaaa",
        "sessionid=;csrftoken=",
        r'csrftoken="\000"',
        "a=b; " * 500,
        "\xff\xfe=\xff",
    ],
)
def test_no_cookie_breaks_a_page(world: World, cookie: str) -> None:
    client = Client(raise_request_exception=False)

    response = client.get("/catalogue/", HTTP_COOKIE=cookie)

    assert response.status_code in {302, 400}


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost:80@evil.example", "localhost evil", "", "[::1", "local\x00host"],
)
@pytest.mark.parametrize("url", ["/", "/sign-in/", "/nothing/", "/healthz"])
def test_a_foreign_host_is_refused(world: World, host: str, url: str) -> None:
    client = Client(raise_request_exception=False)

    response = client.get(url, HTTP_HOST=host)

    assert response.status_code == 400
    assert "evil" not in response.content.decode()


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "X-Host"]
)
def test_headers_about_another_address_are_not_believed(world: World, header: str) -> None:
    response = world.client("exactly right").get("/", headers={header: "evil.example"})

    assert response.status_code == 200
    assert "evil.example" not in response.content.decode()


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override"])
def test_a_get_stays_a_get(world: World, header: str) -> None:
    client = world.client("exactly right")

    client.get("/sign-out/", {"_method": "POST"}, headers={header: "POST"})

    assert client.get("/account/").status_code == 200


values = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["alpha-it/portal", "alpha", "live", "external", "0", "both", "zportaltag"]),
    st.integers().map(str),
    st.recursive(st.none() | st.integers() | st.floats() | st.text(max_size=5), st.lists).map(
        lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
    ),
)
fields = st.sampled_from(
    ["q", "role", "stage", "provider", "tag", "after", "focus", "direction", "depth", "open",
     "severity", "rule", "next"]
)  # fmt: skip


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    url=st.sampled_from(["/", "/catalogue/", "/chain/", "/checks/", "/sign-in/"]),
    query=st.lists(st.tuples(fields, values), max_size=6),
)
def test_no_mixture_of_parameters_breaks_a_page(
    world: World, url: str, query: list[tuple[str, str]]
) -> None:
    data: dict[str, list[str]] = {}
    for name, value in query:
        data.setdefault(name, []).append(value.encode("utf-8", "replace").decode())

    response = world.client("exactly right").get(url, data)

    assert response.status_code in {200, 302, 400, 404}
