"""Headers and cookies of every address there is, the API's and static files' too: whoever adds a
route adds it here without doing anything."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from http.cookies import Morsel
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from tests.product import clean_environment
from tests.web.access.world import PASSWORD, World
from tests.web.test_security import OF_INLETS, OF_PAGES, check_headers

pytestmark = pytest.mark.django_db

TLS = {
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "LANGUAGE_COOKIE_SECURE": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
}
#: What stands for the parts of an address; for the rest any word will do, and lead to nothing.
SAMPLES = {"organization": "alpha-it", "service": "portal", "key": "portal"}


def addresses(resolver: URLResolver | None = None, before: str = "/") -> Iterator[str]:
    """Every address, with something in the place of its parts."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = before + _filled(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, here)
        else:
            assert isinstance(pattern, URLPattern)
            yield here


def _filled(route: str) -> str:
    def sample(part: re.Match[str]) -> str:
        kind, _, name = part[1].rpartition(":")
        return "1" if kind == "int" else SAMPLES.get(name, "x")

    return re.sub(r"<([^>]+)>", sample, route).lstrip("^").rstrip("$")


ADDRESSES = sorted(set(addresses()))


def check_cookie(cookie: Morsel[str], *, secure: bool) -> None:
    """Out of reach of scripts, and of forms on other sites; over TLS alone where there is TLS."""
    if not cookie.value:
        return  # taken away
    assert cookie["samesite"] in ("Lax", "Strict"), cookie
    assert bool(cookie["secure"]) is secure, cookie
    assert cookie["path"] == "/", cookie
    assert not cookie["domain"], cookie
    assert cookie["httponly"] or cookie.key == "language", cookie


def test_the_walk_finds_what_there_is() -> None:
    assert {"/", "/sign-in/", "/account/tokens/", "/services/alpha-it/portal/", "/healthz"} <= set(
        ADDRESSES
    )
    assert any(address.startswith("/api/v1/") for address in ADDRESSES)
    assert len(ADDRESSES) > 40


def close(response: HttpResponseBase) -> None:
    """As every server does: an export keeps its place until then. But not the connection to the
    database, which is the test's."""
    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("who", ["nobody", "exactly right"])
def test_every_answer_carries_every_header_and_safe_cookies(
    world: World, who: str, method: str
) -> None:
    for address in ADDRESSES:
        if "sign-out" in address:
            continue  # below
        client = world.client(who)
        client.cookies.pop("csrftoken", None)
        response = client.generic(method, address)
        close(response)

        try:
            assert response.status_code < 500
            check_headers(
                response,
                kept="max-age" in response.get("Cache-Control", ""),
                allowed=OF_INLETS if address.startswith("/in/") else OF_PAGES,
            )
            for cookie in response.cookies.values():
                check_cookie(cookie, secure=False)
        except AssertionError as wrong:
            raise AssertionError(f"{method} {address}: {wrong}") from wrong


#: Never shown to anybody but who asked: may be kept by nobody.
PRIVATE = ("/account/", "/audit/", "/catalogue/", "/services/", "/organizations/", "/chain/")


def test_private_pages_are_kept_by_nobody(world: World) -> None:
    client = world.client("operator")
    looked = 0
    for address in ADDRESSES:
        if address == "/" or address.startswith(PRIVATE):
            looked += 1
            assert "no-store" in client.get(address).headers["Cache-Control"], address
    assert looked > 10


def test_behind_tls_every_answer_insists_on_tls(world: World) -> None:
    with override_settings(**TLS):
        for address in ADDRESSES:
            if "sign-out" in address:
                continue
            client = world.client("exactly right")
            response = client.get(address, headers={"x-forwarded-proto": "https"})
            close(response)
            assert response.headers["Strict-Transport-Security"] == "max-age=31536000", address
            for cookie in response.cookies.values():
                check_cookie(cookie, secure=True)


def test_every_cookie_of_signing_in_and_out_is_safe(world: World) -> None:
    with override_settings(**TLS):
        client = Client(headers={"x-forwarded-proto": "https"})
        form = {"email": "lara@alpha.example", "password": PASSWORD}
        came = client.post("/sign-in/", form)
        went = client.post("/sign-out/")

    assert {"sessionid", "csrftoken", "catenary_device"} <= set(came.cookies)
    for response in (came, went):
        for cookie in response.cookies.values():
            check_cookie(cookie, secure=True)


def test_every_static_file_carries_the_headers() -> None:
    names = [name for finder in get_finders() for name, _ in finder.list([])]
    ours = [name for name in names if name.endswith((".css", ".js", ".svg", ".html"))]
    client = Client()

    assert len(ours) > 4
    for name in ours[:200]:
        response = client.get(f"/static/{name}")
        assert response.status_code == 200, name
        check_headers(response, kept=True)
        assert not response.cookies, name


def test_the_setting_for_tls_switches_everything_on(tmp_path: Path) -> None:
    said: Any = subprocess.run(
        [
            sys.executable,
            "-c",
            "from catenary.config import settings as s; "
            f"print([getattr(s, name) for name in {sorted(TLS)!r}])",
        ],
        env=clean_environment(tmp_path, CATENARY_TLS="1"),
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == str([TLS[name] for name in sorted(TLS)])
