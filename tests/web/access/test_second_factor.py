"""What is asked after the password: app, recovery codes, and who must have one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.apps import apps
from django.test import Client, override_settings

from catenary import clock
from catenary.apps.access.operations import second_factors
from catenary.apps.access.operations.second_factors import (
    PERIOD,
    RECOVERY_CODES,
    check_code,
    new_secret,
    seal,
    unseal,
)
from catenary.apps.access.queries.second_factors import (
    Factor,
    factor_kinds,
    recovery_codes_left,
    second_factors_of,
)
from catenary.domain.actors import Origin
from tests.web.access.world import PASSWORD, World, state
from tests.web.test_security import check_headers

pytestmark = pytest.mark.django_db

WHO = "exactly right"
EMAIL = "lara@alpha.example"
ASKED = "/sign-in/second-factor/"
OWN = "/account/second-factor/"
HERE = Origin("tests")
add_app = partial(second_factors.add_app, origin=HERE)
renew_recovery_codes = partial(second_factors.renew_recovery_codes, origin=HERE)
NOON = datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)


def digits(secret: str, at: datetime) -> str:
    return str(format_hotp_value(hotp_value(secret, int(at.timestamp()) // PERIOD)))


def with_app(world: World, at: datetime = NOON) -> str:
    """Give Lara an app long ago; its secret."""
    secret, before = new_secret(), at - timedelta(days=1)
    assert add_app(
        account_id=world.accounts[WHO], secret=secret, code=digits(secret, before), at=before
    )
    return secret


def half_in(email: str = EMAIL) -> Client:
    client = Client()
    response = client.post(
        "/sign-in/", {"email": email, "password": PASSWORD, "next": "/catalogue/"}
    )
    assert response.headers["Location"] == ASKED
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# ---------------------------------------------------------------------- the operations


def test_the_digits_of_now_are_taken_once(world: World) -> None:
    account, secret = world.accounts[WHO], with_app(world)

    assert check_code(account_id=account, code=digits(secret, NOON), at=NOON) is Factor.APP
    assert check_code(account_id=account, code=digits(secret, NOON), at=NOON) is None
    later = NOON + timedelta(seconds=PERIOD)
    assert check_code(account_id=account, code=digits(secret, NOON), at=later) is None
    assert check_code(account_id=account, code=digits(secret, later), at=later) is Factor.APP


def test_digits_of_an_earlier_step_are_not_taken_after_later_ones(world: World) -> None:
    account, secret = world.accounts[WHO], with_app(world)
    earlier = digits(secret, NOON - timedelta(seconds=PERIOD))

    assert check_code(account_id=account, code=digits(secret, NOON), at=NOON)
    assert check_code(account_id=account, code=earlier, at=NOON) is None


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_telephone_may_be_half_a_minute_off(world: World, steps: int, taken: bool) -> None:
    secret = with_app(world)
    code = digits(secret, NOON + timedelta(seconds=steps * PERIOD))

    found = check_code(account_id=world.accounts[WHO], code=code, at=NOON)

    assert (found is Factor.APP) is taken


def test_the_very_digits_that_added_the_app_do_not_sign_in(world: World) -> None:
    account, secret = world.accounts[WHO], new_secret()
    assert add_app(account_id=account, secret=secret, code=digits(secret, NOON), at=NOON)

    assert check_code(account_id=account, code=digits(secret, NOON), at=NOON) is None


@pytest.mark.parametrize("code", ["", "0", "abcdef", "١٢٣٤٥٦", "1" * 10_000, "\ud800", "é"])
def test_what_is_no_code_is_refused(world: World, code: str) -> None:
    with_app(world)
    renew_recovery_codes(account_id=world.accounts[WHO], at=NOON)

    assert check_code(account_id=world.accounts[WHO], code=code, at=NOON) is None


def test_a_recovery_code_works_once_however_it_is_typed(world: World) -> None:
    account = world.accounts[WHO]
    with_app(world)
    codes = renew_recovery_codes(account_id=account, at=NOON)

    typed = codes[3].upper().replace("-", " ")

    assert len(set(codes)) == RECOVERY_CODES
    assert check_code(account_id=account, code=typed, at=NOON) is Factor.RECOVERY_CODE
    assert check_code(account_id=account, code=codes[3], at=NOON) is None
    assert recovery_codes_left(account) == RECOVERY_CODES - 1


def test_neither_secret_nor_codes_can_be_read_in_the_database(world: World) -> None:
    account, secret = world.accounts[WHO], with_app(world)
    codes = renew_recovery_codes(account_id=account, at=NOON)

    rows = apps.get_model("mfa", "Authenticator").objects.filter(user_id=account)
    kept = repr(list(rows.values_list("data", flat=True)))

    assert secret not in kept
    for code in codes:
        assert code not in kept
        assert code.replace("-", "") not in kept


def test_new_codes_end_the_old_ones(world: World) -> None:
    account = world.accounts[WHO]
    with_app(world)
    old = renew_recovery_codes(account_id=account, at=NOON)
    renew_recovery_codes(account_id=account, at=NOON)

    assert check_code(account_id=account, code=old[0], at=NOON) is None


def test_with_the_last_factor_the_recovery_codes_go(world: World) -> None:
    account = world.accounts[WHO]
    with_app(world)
    codes = renew_recovery_codes(account_id=account, at=NOON)
    factor = second_factors_of(account)[0]

    assert not second_factors.remove_factor(
        at=NOON, origin=HERE, account_id=world.accounts["operator"], factor_id=factor.id
    )
    assert second_factors.remove_factor(
        at=NOON, origin=HERE, account_id=account, factor_id=factor.id
    )

    assert factor_kinds(account) == frozenset()
    assert check_code(account_id=account, code=codes[0], at=NOON) is None


def test_with_another_secret_of_the_installation_nothing_is_unsealed(world: World) -> None:
    sealed = seal("words")

    assert unseal(sealed) == "words"
    with override_settings(SECRET_KEY="x" * 50):
        assert unseal(sealed) is None
    with override_settings(SECRET_KEY="x" * 50, SECRET_KEY_FALLBACKS=[_secret_key()]):
        assert unseal(sealed) == "words"


def _secret_key() -> str:
    from django.conf import settings

    return str(settings.SECRET_KEY)


# ---------------------------------------------------------------------- signing in


def test_the_password_alone_is_not_enough(world: World) -> None:
    with_app(world)
    client = half_in()

    assert not is_in(client)
    assert client.get("/account/").status_code == 302
    page = client.get(ASKED)
    assert "Six digits of your app" in page.content.decode()
    assert EMAIL not in page.content.decode()
    check_headers(page)


def test_password_and_digits_come_to_the_page_one_wanted(world: World) -> None:
    secret = with_app(world)
    client = half_in()
    before = client.session.session_key

    response = client.post(ASKED, {"code": digits(secret, clock.now())})

    assert response.headers["Location"] == "/catalogue/"
    assert is_in(client)
    assert client.session.session_key != before
    assert client.get(ASKED).headers["Location"] == "/sign-in/"


def test_a_recovery_code_signs_in_too(world: World) -> None:
    with_app(world)
    codes = renew_recovery_codes(account_id=world.accounts[WHO], at=NOON)
    client = half_in()

    client.post(ASKED, {"code": codes[0]})

    assert is_in(client)


def test_wrong_digits_sign_nobody_in_and_end_after_a_few(world: World) -> None:
    with_app(world)
    client = half_in()

    answers = [client.post(ASKED, {"code": "000000"}) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 302]
    assert "That was not it" in answers[0].content.decode()
    assert answers[-1].headers["Location"] == "/sign-in/"
    assert not is_in(client)
    assert client.get(ASKED).headers["Location"] == "/sign-in/", "the password is asked again"


def test_digits_seen_over_a_shoulder_do_not_sign_in_again(world: World) -> None:
    secret = with_app(world)
    code = digits(secret, clock.now())
    half_in().post(ASKED, {"code": code})
    thief = half_in()

    response = thief.post(ASKED, {"code": code})

    assert response.status_code == 422
    assert not is_in(thief)


def test_half_a_sign_in_does_not_last(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = with_app(world)
    client = half_in()
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)

    response = client.post(ASKED, {"code": digits(secret, later)})

    assert response.headers["Location"] == "/sign-in/"
    assert not is_in(client)


def test_an_account_closed_in_between_stays_closed(world: World) -> None:
    secret = with_app(world)
    client = half_in()
    apps.get_model("access", "Account").objects.filter(email=EMAIL).update(is_active=False)

    client.post(ASKED, {"code": digits(secret, clock.now())})

    assert not is_in(client)


@pytest.mark.parametrize("answer", ["{}", "[", "null", "1", '{"id": 7}', "[" * 9_000, "x" * 30_000])
def test_what_is_no_passkey_is_refused(world: World, answer: str) -> None:
    with_app(world)
    client = half_in()

    response = client.post(ASKED, {"passkey": answer})

    assert response.status_code == 422
    assert not is_in(client)


# ---------------------------------------------------------------------- one's own


@pytest.fixture
def fresh(world: World) -> Client:
    client = Client()
    client.post("/sign-in/", {"email": EMAIL, "password": PASSWORD})
    return client


def secret_on(response: Any) -> str:
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', response.content.decode())
    assert found
    return found[1].replace(" ", "")


def test_an_app_is_added_with_its_digits_and_codes_are_shown_once(fresh: Client) -> None:
    page = fresh.get(f"{OWN}app/")
    secret = secret_on(page)
    assert 'style="' not in page.content.decode()

    response = fresh.post(f"{OWN}app/", {"code": digits(secret, clock.now())})

    codes = re.findall(r"<li><code>([a-z2-9-]{19})</code>", response.content.decode())
    assert len(codes) == RECOVERY_CODES
    again = fresh.get(OWN).content.decode()
    assert codes[0] not in again
    assert "10 recovery codes left" in again
    assert "authenticator app" in again


def test_wrong_digits_add_nothing(fresh: Client) -> None:
    secret = secret_on(fresh.get(f"{OWN}app/"))
    before = state()

    response = fresh.post(f"{OWN}app/", {"code": "000000"})

    assert response.status_code == 422
    assert secret_on(response) == secret, "the telephone already has it"
    assert state() == before


def test_digits_without_a_secret_that_was_shown_add_nothing(fresh: Client) -> None:
    before = state()

    assert fresh.post(f"{OWN}app/", {"code": "123456"}).status_code == 422
    assert state() == before


@pytest.mark.parametrize("url", ["app/", "passkey/", "codes/", "remove/"])
def test_an_old_session_changes_nothing(world: World, url: str) -> None:
    with_app(world)
    factor = second_factors_of(world.accounts[WHO])[0]
    client = world.client(WHO)  # signed in, nobody knows when
    before = state()

    response = client.post(OWN + url, {"code": "1", "factor": factor.id, "passkey": "{}"})

    assert response.headers["Location"] == OWN
    assert state() == before
    assert "You signed in a while ago" in client.get(OWN).content.decode()


def test_nobody_takes_away_what_is_not_theirs(world: World, fresh: Client) -> None:
    account, secret = world.accounts["operator"], new_secret()
    assert add_app(account_id=account, secret=secret, code=digits(secret, NOON), at=NOON)
    factor = second_factors_of(account)[0]

    fresh.post(f"{OWN}remove/", {"factor": str(factor.id)})

    assert second_factors_of(account)


# ---------------------------------------------------------------------- required


@pytest.mark.parametrize(
    ("asked", "who", "is_required"),
    [
        ("everybody", "lara@alpha.example", True),
        ("alpha-lab", "lara@alpha.example", True),
        ("alpha", "lara@alpha.example", True),
        ("alpha-it", "lara@alpha.example", False),
        ("charlie delta", "lara@alpha.example", False),
        ("operators", "lara@alpha.example", False),
        ("operators", "opal@here.example", True),
        ("no-such", "lara@alpha.example", False),
    ],
)
def test_it_is_required_of_whom_the_setting_names(
    world: World, asked: str, who: str, is_required: bool
) -> None:
    client = Client()
    with override_settings(SECOND_FACTOR=frozenset(asked.split())):
        client.post("/sign-in/", {"email": who, "password": PASSWORD})
    assert is_in(client) is not is_required


def test_whoever_must_have_one_sets_it_up_before_they_are_in(world: World) -> None:
    with override_settings(SECOND_FACTOR=frozenset({"everybody"})):
        client = half_in()
        page = client.get(ASKED)
        secret = secret_on(page)
        wrong = client.post(ASKED, {"code": "000000"})
        assert wrong.status_code == 422
        assert not is_in(client)

        response = client.post(ASKED, {"code": digits(secret, clock.now())})

        assert response.headers["Location"] == OWN
        assert is_in(client)
        factor = second_factors_of(world.accounts[WHO])[0]
        client.post(f"{OWN}remove/", {"factor": str(factor.id)})
        assert second_factors_of(world.accounts[WHO]), "the last one stays where one is required"


def test_a_passkey_that_no_browser_made_lets_nobody_in(world: World) -> None:
    with override_settings(SECOND_FACTOR=frozenset({"everybody"})):
        client = half_in()
        assert 'data-passkey="create"' in client.get(ASKED).content.decode()
        for answer in ("", "null", "{}", "[" * 30_000, '{"id": "x", "response": {}}'):
            response = client.post(ASKED, {"passkey": answer})
            assert response.status_code == 422
            assert "did not make a passkey" in response.content.decode()
        assert not is_in(client)
    assert second_factors_of(world.accounts[WHO]) == ()


def test_a_reset_lets_somebody_in_with_the_password_alone(world: World) -> None:
    with_app(world)
    renew_recovery_codes(account_id=world.accounts[WHO], at=NOON)

    assert second_factors.reset_factors(account_id=world.accounts[WHO], at=NOON, origin=HERE) == 2

    client = Client()
    client.post("/sign-in/", {"email": EMAIL, "password": PASSWORD})
    assert is_in(client)


def test_guessing_digits_is_slowed_down_however_often_the_password_is_given(world: World) -> None:
    with_app(world)
    answers = []
    for _ in range(3):
        client = half_in()
        answers += [client.post(ASKED, {"code": "000000"}) for _ in range(4)]

    waiting = [answer for answer in answers if answer.status_code == 429]

    assert waiting
    assert "too many attempts" in waiting[0].content.decode()
    assert int(waiting[0].headers["Retry-After"]) > 0


def test_what_is_set_up_tried_and_taken_away_is_written_down(world: World, fresh: Client) -> None:
    account = world.accounts[WHO]
    secret = secret_on(fresh.get(f"{OWN}app/"))
    fresh.post(f"{OWN}app/", {"code": digits(secret, clock.now())})
    half_in().post(ASKED, {"code": "000000"})
    fresh.post(f"{OWN}remove/", {"factor": str(second_factors_of(account)[0].id)})

    events = apps.get_model("access", "AccessEvent").objects.filter(account_id=account)
    kinds = list(events.order_by("pk").values_list("kind", "about"))

    assert [each for each in kinds if each[0] not in {"signed-in", "account-opened"}] == [
        ("factor-added", "app"),
        ("recovery-codes-made", ""),
        ("sign-in-failed", "second factor"),
        ("factor-removed", "app"),
    ]
    assert secret not in repr(list(events.values()))
