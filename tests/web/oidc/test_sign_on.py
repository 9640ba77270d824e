"""Signing in through a provider, against a real server with real keys that lies where it can."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.apps import apps
from django.conf import settings
from django.test import Client, override_settings

from catenary.connectors.openid.trust import TrustedProvider
from catenary.domain.documents.shapes import Role
from catenary.exchange.sign_on.groups import GroupRule
from tests.web.access.world import World, state
from tests.web.oidc.hostile import CLIENT, SECRET, Hostile, fresh_key, public_jwk, running
from tests.web.test_security import check_headers

pytestmark = pytest.mark.django_db

LARA = {"email": "lara@alpha.example", "name": "Lara"}
START = "/sign-in/with/company/"
BACK = "/sign-in/with/company/back/"
RULES = (
    GroupRule("lab", "alpha-lab", frozenset({Role.CATALOGUE_EDITOR})),
    GroupRule("chiefs", "alpha", frozenset({Role.ADMINISTRATOR})),
    GroupRule("ghosts", "not-yet-here", frozenset({Role.VIEWER})),
)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return fresh_key()


@pytest.fixture
def provider(world: World, key: rsa.RSAPrivateKey) -> Iterator[Hostile]:
    with running(key) as hostile:
        trusted = TrustedProvider("company", "Company ID", hostile.issuer, CLIENT, SECRET)
        with override_settings(SIGN_ON=trusted, SIGN_ON_GROUPS=RULES):
            yield hostile


def journey(provider: Hostile, client: Client | None = None, **claims: Any) -> Any:
    """There and back again; what the last page answers."""
    client = client or Client()
    there = client.get(START)
    assert there.status_code == 302
    return client.get(BACK, provider.authorize(there.headers["Location"], **{**LARA, **claims}))


def who(client: Client) -> str:
    number = client.session.get("_auth_user_id")
    model = apps.get_model("access", "Account")
    return str(model.objects.get(pk=number).email) if number else ""


def roles_of(email: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    rows = apps.get_model("organizations", "Membership").objects.filter(person__email=email)
    for organization, role in rows.values_list("organization__key", "role"):
        found.setdefault(organization, set()).add(role)
    return found


def changes() -> list[tuple[str, str]]:
    rows = apps.get_model("history", "Change").objects.filter(source__startswith="sign-on:")
    return list(rows.order_by("pk").values_list("source", "door"))


# ------------------------------------------------------------------------------ coming in


def test_a_verified_address_of_somebody_here_lets_them_in(provider: Hostile) -> None:
    client = Client()
    there = client.get(f"{START}?next=/catalogue/")

    back = provider.authorize(there.headers["Location"], **LARA)
    response = client.get(BACK, back)

    assert response.headers["Location"] == "/catalogue/"
    assert who(client) == "lara@alpha.example"
    assert "lara@alpha.example" in client.get("/account/").content.decode()
    assert changes() == [], "nothing of the catalogue changed"


def test_the_sign_in_page_shows_the_way(provider: Hostile) -> None:
    html = Client().get("/sign-in/?next=/catalogue/%3Fq%3Da%26b").content.decode()

    assert "Company ID" in html
    assert f'href="{START}?next=%2Fcatalogue%2F%3Fq%3Da%26b"' in html


def test_without_a_provider_there_is_no_way(world: World) -> None:
    assert settings.SIGN_ON is None
    assert "/sign-in/with/" not in Client().get("/sign-in/").content.decode()
    for url in (START, BACK, "/sign-in/with/other/"):
        assert Client().get(url).status_code == 404


def test_one_is_never_sent_to_another_site(provider: Hostile) -> None:
    client = Client()
    there = client.get(f"{START}?next=https://evil.example/")

    response = client.get(BACK, provider.authorize(there.headers["Location"], **LARA))

    assert response.headers["Location"] == "/"


def test_a_session_planted_before_is_not_the_one_signed_in(provider: Hostile) -> None:
    client = Client()
    client.get(START)
    before = client.session.session_key

    journey(provider, client)

    assert who(client)
    assert client.session.session_key != before


def test_the_second_time_the_subject_is_known_whatever_address_it_has(provider: Hostile) -> None:
    journey(provider)
    client = Client()

    journey(provider, client, email="lara.married@alpha.example", email_verified=False)

    assert who(client) == "lara@alpha.example"


def test_somebody_new_whose_groups_mean_a_role_is_defined_and_comes_in(provider: Hostile) -> None:
    client = Client()

    journey(provider, client, sub="s-9", email="NEW@alpha.example", name="New Here", groups=["lab"])

    assert who(client) == "new@alpha.example"
    assert roles_of("new@alpha.example") == {"alpha-lab": {"catalogue-editor"}}
    person = apps.get_model("organizations", "Person").objects.get(email="new@alpha.example")
    assert (person.name, person.organization.key) == ("New Here", "alpha-lab")
    assert person.managed_by == "sign-on:company"
    assert changes() == [("sign-on:company", "sign-on")]
    account = apps.get_model("access", "Account").objects.get(email="new@alpha.example")
    assert not account.has_usable_password()


def test_groups_give_and_take_away_what_they_gave_and_nothing_else(provider: Hostile) -> None:
    before = apps.get_model("organizations", "Person").objects.get(email="lara@alpha.example")

    journey(provider, groups=["lab", "chiefs", "ghosts", "unknown"])
    given = roles_of("lara@alpha.example")
    journey(provider, groups=["chiefs"])
    fewer = roles_of("lara@alpha.example")
    journey(provider, groups=["chiefs"])
    journey(provider)
    silent = roles_of("lara@alpha.example")
    journey(provider, groups=[])

    assert given == {"alpha-lab": {"viewer", "catalogue-editor"}, "alpha": {"administrator"}}
    assert fewer == {"alpha-lab": {"viewer"}, "alpha": {"administrator"}}
    assert silent == fewer, "a provider that says nothing of groups takes nothing away"
    assert roles_of("lara@alpha.example") == {"alpha-lab": {"viewer"}}
    assert len(changes()) == 3, "one change each time something changed, and none without"
    after = apps.get_model("organizations", "Person").objects.get(pk=before.pk)
    assert after.managed_by == before.managed_by, "the files manage her as before"


def test_a_role_that_was_there_already_stays_with_whoever_gave_it(provider: Hostile) -> None:
    with override_settings(
        SIGN_ON_GROUPS=(GroupRule("lab", "alpha-lab", frozenset({Role.VIEWER})),)
    ):
        journey(provider, groups=["lab"])
        journey(provider, groups=[])

    assert roles_of("lara@alpha.example") == {"alpha-lab": {"viewer"}}
    assert changes() == []


def test_a_closed_account_stays_closed(provider: Hostile) -> None:
    response = journey(provider, email="ina@alpha.example")

    refused(response, "closed")


# -------------------------------------------------------------------- nobody gets in


def refused(response: Any, words: str) -> None:
    assert response.status_code == 403
    assert words in response.content.decode()
    assert "_auth_user_id" not in response.client.session
    check_headers(response)


def nothing_happens(response: Callable[[], Any], words: str) -> None:
    before = state()
    refused(response(), words)
    assert state() == before


def spoiled(**claims: Any) -> Callable[[Hostile], None]:
    def spoil(provider: Hostile) -> None:
        def change(said: dict[str, Any]) -> None:
            for name, value in claims.items():
                if value is ...:
                    said.pop(name, None)
                else:
                    said[name] = value() if callable(value) else value

        provider.claims = change

    return spoil


def signed_otherwise(sign: Callable[[Hostile, dict[str, Any]], str]) -> Callable[[Hostile], None]:
    def spoil(provider: Hostile) -> None:
        provider.sign = lambda claims: sign(provider, claims)

    return spoil


def pem_of(provider: Hostile) -> bytes:
    return provider.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def confused(provider: Hostile, claims: dict[str, Any]) -> str:
    """The public key, which everybody has, taken for a shared secret."""
    import base64
    import hashlib
    import hmac
    import json

    def part(said: bytes) -> str:
        return base64.urlsafe_b64encode(said).rstrip(b"=").decode()

    head = part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "one"}).encode())
    body = f"{head}.{part(json.dumps(claims).encode())}"
    mac = hmac.new(pem_of(provider), body.encode(), hashlib.sha256).digest()
    return f"{body}.{part(mac)}"


def with_own_key(provider: Hostile, claims: dict[str, Any]) -> str:
    """The attacker's key travels in the header of the attacker's token."""
    stranger = fresh_key()
    return jwt.encode(
        claims, stranger, algorithm="RS256", headers={"kid": "one", "jwk": public_jwk(stranger)}
    )


def minutes(count: float) -> Callable[[], int]:
    return lambda: int(time.time() + 60 * count)


LIES: dict[str, Callable[[Hostile], None]] = {
    "wrong issuer": spoiled(iss="https://id.evil.example"),
    "issuer with a slash more": lambda p: spoiled(iss=p.issuer + "/")(p),
    "no issuer": spoiled(iss=...),
    "wrong audience": spoiled(aud="another-client"),
    "no audience": spoiled(aud=...),
    "for several, given to another": spoiled(aud=[CLIENT, "other"], azp="other"),
    "for several, given to nobody": spoiled(aud=[CLIENT, "other"]),
    "given to another": spoiled(azp="other"),
    "no nonce": spoiled(nonce=...),
    "another nonce": spoiled(nonce="0" * 64),
    "a nonce that is no text": spoiled(nonce=[1]),
    "expired": spoiled(exp=minutes(-2), iat=minutes(-7)),
    "never expires": spoiled(exp=...),
    "expires at no number": spoiled(exp=float("nan")),
    "made in two minutes": spoiled(iat=minutes(2), exp=minutes(9)),
    "not valid yet": spoiled(nbf=minutes(2)),
    "made an hour ago": spoiled(iat=minutes(-60)),
    "made at no time": spoiled(iat="now"),
    "about nobody": spoiled(sub=...),
    "about an empty name": spoiled(sub=""),
    "about a number": spoiled(sub=17),
    "about somebody else than it says when asked": lambda p: setattr(
        p, "userinfo", lambda said: said.update(sub="somebody-else")
    ),
    "unsigned": signed_otherwise(lambda p, c: jwt.encode(c, "", algorithm="none")),
    "signed with the client's secret": signed_otherwise(
        lambda p, c: jwt.encode(c, SECRET, algorithm="HS256", headers={"kid": "one"})
    ),
    "signed with the public key as a secret": signed_otherwise(confused),
    "signed with a stranger's key": signed_otherwise(
        lambda p, c: jwt.encode(c, fresh_key(), algorithm="RS256", headers={"kid": "one"})
    ),
    "signed with a key that it brings along": signed_otherwise(with_own_key),
    "signed with a key nobody knows": signed_otherwise(lambda p, c: p.signed(c, kid="two")),
    "signature cut off": signed_otherwise(lambda p, c: p.signed(c).rpartition(".")[0] + "."),
    "no token at all": signed_otherwise(lambda p, c: ""),
    "no token but words": signed_otherwise(lambda p, c: "a.b.c"),
    "a key for secrets, not for signatures": lambda p: p.keys.append(
        {**public_jwk(p.key), "use": "enc"}
    ),
    "two keys of one name": lambda p: p.keys.extend([public_jwk(p.key), public_jwk(p.key)]),
    "keys that are none": lambda p: p.answers.update({"/keys": (200, b"[1]", {})}),
    "keys that lie elsewhere": lambda p: p.answers.update(
        {"/keys": (302, b"", {"Location": "http://127.0.0.1:9/keys"})}
    ),
    "keys without end": lambda p: p.answers.update({"/keys": (200, b" " * 1_100_000, {})}),
    "a code endpoint that breaks": lambda p: p.answers.update({"/token": (500, b"<html>", {})}),
    "a code endpoint that says little": lambda p: p.answers.update(
        {"/token": (200, b'["access_token"]', {"Content-Type": "application/json"})}
    ),
    "a code endpoint that moved": lambda p: p.answers.update(
        {"/token": (307, b"", {"Location": "http://127.0.0.1:9/token"})}
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_nobody_gets_in_by_a_token_that_is(lie: str, provider: Hostile) -> None:
    LIES[lie](provider)

    nothing_happens(lambda: journey(provider), "could not vouch for you")


@pytest.mark.parametrize("apart", [-50, 50])
def test_clocks_may_be_a_little_apart(provider: Hostile, apart: int) -> None:
    def shift(claims: dict[str, Any]) -> None:
        claims["iat"] = int(time.time()) + apart
        claims["exp"] = claims["iat"] + 1

    provider.claims = shift
    client = Client()

    journey(provider, client)

    assert who(client) == "lara@alpha.example"


def test_a_key_is_found_by_its_name_and_an_old_one_is_not_asked(provider: Hostile) -> None:
    provider.keys = [public_jwk(fresh_key(), "zero"), public_jwk(provider.key, "one")]
    client = Client()

    journey(provider, client)

    assert who(client)


# -- the journey itself


def test_an_answer_is_taken_once(provider: Hostile) -> None:
    client = Client()
    there = client.get(START)
    back = provider.authorize(there.headers["Location"], **LARA)
    assert client.get(BACK, back).status_code == 302
    client.post("/sign-out/")

    again = provider.authorize(there.headers["Location"], **LARA)
    nothing_happens(lambda: client.get(BACK, back), "could not vouch for you")
    nothing_happens(lambda: client.get(BACK, again), "could not vouch for you")


def test_a_token_of_one_sign_in_is_not_taken_for_another(provider: Hostile) -> None:
    """The attacker has a token of the victim, and puts it into a sign-in of their own."""
    stolen: list[str] = []

    def keep(claims: dict[str, Any]) -> str:
        stolen.append(provider.signed(claims))
        return stolen[0]

    provider.sign = keep
    journey(provider)
    assert stolen

    nothing_happens(lambda: journey(provider, Client()), "could not vouch for you")


def test_an_answer_belongs_to_the_browser_that_asked(provider: Hostile) -> None:
    attacker, victim = Client(), Client()
    there = attacker.get(START)
    back = provider.authorize(there.headers["Location"], **LARA)
    victim.get(START)

    nothing_happens(lambda: victim.get(BACK, back), "could not vouch for you")


def test_a_code_without_its_verifier_is_worth_nothing(provider: Hostile) -> None:
    attacker, victim = Client(), Client()
    stolen = provider.authorize(victim.get(START).headers["Location"], **LARA)
    own = provider.authorize(attacker.get(START).headers["Location"], **LARA)

    nothing_happens(
        lambda: attacker.get(BACK, {"code": stolen["code"], "state": own["state"]}),
        "could not vouch for you",
    )


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"code": "x"},
        {"state": "x"},
        {"code": "x", "state": "x" * 10_000},
        {"code": "x", "state": ["a", "b"]},
        {"error": "server_error"},
        {"error": "<script>alert(1)</script>", "state": "x"},
    ],
)
def test_an_answer_nobody_asked_for_is_refused(provider: Hostile, query: dict[str, Any]) -> None:
    nothing_happens(lambda: Client().get(BACK, query), "could not vouch for you")


def test_an_answer_in_the_name_of_another_issuer_is_refused(provider: Hostile) -> None:
    client = Client()
    back = provider.authorize(client.get(START).headers["Location"], **LARA)

    nothing_happens(
        lambda: client.get(BACK, {**back, "iss": "https://id.evil.example"}),
        "could not vouch for you",
    )


def test_whoever_chooses_not_to_is_told_so(provider: Hostile) -> None:
    client = Client()
    asked = provider.authorize(client.get(START).headers["Location"], **LARA)

    response = client.get(BACK, {"error": "access_denied", "state": asked["state"]})

    assert response.status_code == 200
    assert "You chose not to sign in" in response.content.decode()


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"not json", {}),
        (200, b"[]", {}),
        (200, b'{"issuer": "https://id.evil.example"}', {}),
        (404, b"{}", {}),
        (302, b"", {"Location": "http://127.0.0.1:9/"}),
        (200, b"[" * 200_000, {}),
    ],
)
def test_a_provider_that_makes_no_sense_is_not_asked_further(
    provider: Hostile, answer: tuple[int, bytes, dict[str, str]]
) -> None:
    provider.answers["/.well-known/openid-configuration"] = answer

    nothing_happens(lambda: Client().get(START), "could not vouch for you")


def test_a_provider_that_is_away_is_said_to_be(world: World) -> None:
    away = TrustedProvider("company", "Company ID", "http://127.0.0.1:9", CLIENT, SECRET)
    with override_settings(SIGN_ON=away):
        nothing_happens(lambda: Client().get(START), "could not vouch for you")


# -- who it is


@pytest.mark.parametrize("said", [False, None, "false", "1", 1, "yes", [True]])
def test_an_address_nobody_verified_opens_nothing(provider: Hostile, said: object) -> None:
    nothing_happens(lambda: journey(provider, email_verified=said, groups=["lab"]), "is verified")


def test_a_provider_that_verifies_every_address_may_be_believed(provider: Hostile) -> None:
    trusted = TrustedProvider(
        "company", "Company", provider.issuer, CLIENT, SECRET, takes_email_as_verified=True
    )
    client = Client()

    with override_settings(SIGN_ON=trusted):
        journey(provider, client, email_verified=None)

    assert who(client) == "lara@alpha.example"


@pytest.mark.parametrize("email", ["", None, 7, "lara", "a\0@b.example", ["lara@alpha.example"]])
def test_without_an_address_nobody_new_comes_in(provider: Hostile, email: object) -> None:
    nothing_happens(lambda: journey(provider, email=email, groups=["lab"]), "verified")


def test_another_subject_with_the_same_address_does_not_get_in(provider: Hostile) -> None:
    journey(provider)

    nothing_happens(lambda: journey(provider, Client(), sub="subject-2"), "another identity")


@pytest.mark.parametrize("groups", [None, [], ["ghosts"], ["unknown"], "nothing", [7]])
def test_somebody_nobody_knows_does_not_get_in(provider: Hostile, groups: object) -> None:
    nothing_happens(
        lambda: journey(provider, email="stranger@else.example", groups=groups),
        "nobody with your address here",
    )


def test_somebody_removed_does_not_get_in_whatever_their_groups(provider: Hostile) -> None:
    nothing_happens(
        lambda: journey(provider, email="rob@alpha.example", groups=["lab", "chiefs"]),
        "nobody with your address here",
    )


def test_somebody_removed_after_signing_in_does_not_get_in_again(provider: Hostile) -> None:
    journey(provider)
    people = apps.get_model("organizations", "Person").objects.filter(email="lara@alpha.example")
    people.update(removed_at="2026-11-04T00:00Z")

    nothing_happens(lambda: journey(provider, Client(), groups=["lab"]), "nobody with your address")


def test_an_operator_who_is_no_person_here_does_not_come_through_a_provider(
    provider: Hostile,
) -> None:
    nothing_happens(lambda: journey(provider, email="opal@here.example"), "nobody with your")


# ------------------------------------------------------- a second factor shown to the provider


def alpha_asks(accepts_provider: bool) -> None:
    apps.get_model("organizations", "SecondFactorRule").objects.create(
        organization=apps.get_model("organizations", "Organization").objects.get(key="alpha"),
        asked_of="everybody",
        accepts_provider=accepts_provider,
        at="2026-11-22T12:00Z",
    )


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"amr": ["pwd", "mfa"]}, True),
        ({"acr": "https://refeds.org/profile/mfa"}, True),
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["otp"]}, False),
        ({"amr": "mfa"}, False),
        ({"amr": {"mfa": 1}}, False),
        ({"acr": "1"}, False),
        ({"acr": ["https://refeds.org/profile/mfa"]}, False),
    ],
)
def test_two_factors_at_the_provider_are_enough_where_they_are_accepted(
    provider: Hostile, said: dict[str, Any], counts: bool
) -> None:
    alpha_asks(accepts_provider=True)
    provider.claims = lambda claims: claims.update(said)
    client = Client()

    journey(provider, client)

    assert bool(who(client)) is counts


def test_they_are_not_enough_where_nobody_said_so(provider: Hostile) -> None:
    alpha_asks(accepts_provider=False)
    provider.claims = lambda claims: claims.update(amr=["mfa"])
    client = Client()

    journey(provider, client)

    assert not who(client)


def test_the_settings_are_not_content_with_them(provider: Hostile) -> None:
    alpha_asks(accepts_provider=True)
    provider.claims = lambda claims: claims.update(amr=["mfa"])
    client = Client()

    with override_settings(SECOND_FACTOR=frozenset({"everybody"})):
        journey(provider, client)

    assert not who(client)


def test_what_is_not_in_the_signed_token_proves_nothing(provider: Hostile) -> None:
    alpha_asks(accepts_provider=True)
    provider.userinfo = lambda said: said.update(amr=["mfa"])
    client = Client()

    journey(provider, client)

    assert not who(client)


def test_the_address_of_an_operator_makes_nobody_one(provider: Hostile) -> None:
    """Even verified and with groups that would let anybody else in."""
    response = journey(provider, sub="s-7", email="opal@here.example", groups=["lab"])

    refused(response, "nobody with your address")


def test_nor_does_it_when_an_administrator_adds_a_person_with_it(provider: Hostile) -> None:
    alpha = apps.get_model("organizations", "Organization").objects.get(key="alpha")
    apps.get_model("organizations", "Person").objects.create(
        email="opal@here.example", name="Opal", organization=alpha, managed_by="browser"
    )

    response = journey(provider, sub="s-7", email="opal@here.example")

    refused(response, "nobody with your address")
