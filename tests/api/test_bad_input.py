"""What is sent wrong is refused in words, as a problem detail, and changes nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from django.test import Client, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catenary import clock
from catenary.api.bodies import MAX_VALUES, parse
from catenary.api.problems import Trouble
from tests.api.worlds import ONE, Api, standing

pytestmark = pytest.mark.django_db

LEDGER = f"{ONE}/ledger"


def problem(answer: Any, status: int, code: str) -> Any:
    """The problem detail, after looking at what every one of them must have."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status
    assert said["code"] == code
    assert said["type"].endswith(f"#problem-{code}")
    assert said["title"] and said["detail"]
    return said


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"name": "x", }',
        b"\xff\xfe",
        b'{"name": "\\ud800"}',
        b"[" * 2_000 + b"]" * 2_000,
        b'{"a":' * 41 + b"1" + b"}" * 41,
        b"NaN",
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_is_no_json_or_too_deep_is_refused(api: Api, method: str, body: bytes) -> None:
    before = standing()

    answer = api("editor").ask(method, LEDGER, body)

    problem(answer, 400, "malformed")
    assert standing() == before


@pytest.mark.parametrize("body", [b"null", b"3", b'"x"', b"[]", b'{"name": {"a": 1}}', b"{}"])
def test_json_of_another_shape_is_refused_with_its_place(api: Api, body: bytes) -> None:
    said = problem(api("editor").ask("PUT", LEDGER, body), 422, "invalid")

    assert said["errors"]


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
    ],
)
def test_another_type_of_body_is_refused(api: Api, kind: str) -> None:
    answer = api("editor").ask("PUT", LEDGER, b'{"name": "x"}', content_type=kind)

    problem(answer, 415, "unsupported-media-type")


def test_only_a_patch_is_a_merge_patch(api: Api) -> None:
    editor, kind = api("editor"), "application/merge-patch+json"

    assert editor.ask("PATCH", LEDGER, b"{}", content_type=kind).status_code == 200
    problem(editor.ask("PUT", LEDGER, b"{}", content_type=kind), 415, "unsupported-media-type")


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("/api/v1/services?limit=0", "limit"),
        ("/api/v1/services?limit=101", "limit"),
        ("/api/v1/services?limit=many", "limit"),
        ("/api/v1/services?stage=lively", "stage"),
        ("/api/v1/services?role=king", "role"),
        ("/api/v1/search", "q"),
        (f"/api/v1/services?q={'x' * 201}", "q"),
        (f"{LEDGER}/chain?depth=-1", "depth"),
        (f"{LEDGER}/chain?direction=left", "direction"),
        ("/api/v1/impact", "service"),
        ("/api/v1/checks?severity=awful", "severity"),
    ],
)
def test_a_parameter_that_cannot_be_is_named(api: Api, address: str, parameter: str) -> None:
    said = problem(api("editor").get(address), 422, "invalid")

    assert said["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize(
    ("address", "detail", "expected"),
    [
        ("/api/v1/services?limit=many", "this is no whole number", "1 to 100"),
        ("/api/v1/services?limit=101", "this number is too large", "1 to 100"),
        (f"/api/v1/services?q={'x' * 201}", "this text is too long", "at most 200 characters"),
        ("/api/v1/search", "this is missing", ""),
    ],
)
def test_what_a_parameter_should_have_been_is_told_in_our_words(
    api: Api, address: str, detail: str, expected: str
) -> None:
    said = problem(api("editor").get(address), 422, "invalid")

    error = said["errors"][0]
    assert (error["detail"], error.get("expected") or "") == (detail, expected)


@pytest.mark.parametrize(
    ("address", "parameter", "remedy"),
    [
        ("/api/v1/services?limt=5", "limt", 'did you mean "limit"?'),
        ("/api/v1/services?Limit=5", "Limit", 'did you mean "limit"?'),
        ("/api/v1/people?role=owner", "role", "leave it out"),
        ("/api/v1/status?conditions=down", "conditions", 'did you mean "condition"?'),
        (f"{LEDGER}?field=name", "field", 'did you mean "fields"?'),
        ("/api/v1/me?since=2026-01-01", "since", "leave it out"),
        ("/api/v1/changes?form=2026-01-01", "form", 'did you mean "from"?'),
    ],
)
def test_a_parameter_that_is_not_there_is_refused_with_what_was_meant(
    api: Api, address: str, parameter: str, remedy: str
) -> None:
    said = problem(api("editor").get(address), 400, "unknown-parameter")

    (error,) = said["errors"]
    assert (error["parameter"], error["remedy"]) == (parameter, remedy)
    assert error["detail"] == f'there is no parameter "{parameter}" here'
    assert "as" in error["expected"].removeprefix("some of ").split(", ")


def test_everything_that_is_wrong_with_the_parameters_is_told_together(api: Api) -> None:
    wrong = {
        "limit": "0",
        "role": "king",
        "stage": "lively",
        "as_of": "yesterday",
        "fields": "nam,stag",
        "after": "nowhere",
        "q": "x" * 201,
    }
    query = "&".join(f"{name}={value}" for name, value in wrong.items())

    values = problem(api("editor").get(f"/api/v1/services?{query}"), 422, "invalid")
    both = problem(api("editor").get(f"/api/v1/services?{query}&limt=5"), 400, "unknown-parameter")

    assert {each["parameter"] for each in values["errors"]} == set(wrong)
    assert {each["parameter"] for each in both["errors"]} == {*wrong, "limt"}
    assert both["errors"][1:] == values["errors"]
    named = {each["parameter"]: each for each in values["errors"]}
    assert named["fields"]["detail"] == 'there is no field "nam" and "stag"'
    assert named["limit"]["expected"] == "1 to 100"
    assert named["role"]["expected"].startswith("one of customer-facing")


def test_a_change_with_a_parameter_that_is_not_there_changes_nothing(api: Api) -> None:
    before = standing()

    answer = api("editor").put(f"{LEDGER}?dry_run=true", {"name": "x", "stage": "live"})

    problem(answer, 400, "unknown-parameter")
    assert standing() == before


def test_a_stranger_is_not_told_which_parameters_there_are(api: Api) -> None:
    problem(api("nobody").get("/api/v1/services?limt=5"), 401, "unauthenticated")


@pytest.mark.parametrize("address", ["/api/v1/docs", "/api/v1/openapi.json"])
@pytest.mark.parametrize("who", ["nobody", "editor"])
def test_the_description_takes_no_parameters_either(api: Api, who: str, address: str) -> None:
    said = problem(api(who).get(f"{address}?ass=acme&limit=5"), 400, "unknown-parameter")

    told = [(error["parameter"], error["remedy"]) for error in said["errors"]]
    assert told == [("ass", 'did you mean "as"?'), ("limit", "leave it out")]
    assert api(who).get(f"{address}?as=acme").status_code == 200


def test_very_many_names_that_are_not_there_are_told_in_part(api: Api) -> None:
    query = "&".join(f"{'n' * 300}{number}=1" for number in range(20))

    said = problem(api("editor").get(f"/api/v1/services?{query}"), 400, "unknown-parameter")

    assert len({each["parameter"] for each in said["errors"]}) == 1
    assert all(len(each["parameter"]) <= 100 for each in said["errors"])


def test_a_repeated_filter_is_kept_from_page_to_page(api: Api) -> None:
    first = api("editor").get("/api/v1/status?condition=unknown&condition=operational&limit=1")

    assert first.json()["next"]
    assert "condition=unknown&condition=operational" in first.headers["Link"]


def test_every_other_way_to_fail_is_a_problem_too(api: Api) -> None:
    editor = api("editor")

    problem(editor.get("/api/v1/nothing"), 404, "not-found")
    problem(editor.get("/api/nothing/at/all"), 404, "not-found")
    problem(editor.get("/api/v1/services?q=%00"), 400, "malformed")
    problem(editor.get(LEDGER, accept="image/png"), 406, "not-acceptable")
    answer = editor.post(LEDGER, {})
    problem(answer, 405, "method-not-allowed")
    assert set(answer.headers["Allow"].replace(" ", "").split(",")) >= {"GET", "PUT", "PATCH"}


@pytest.mark.parametrize("as_of", ["yesterday", "2026-13-01", "x" * 90])
def test_what_is_no_moment_is_refused(api: Api, as_of: str) -> None:
    said = problem(api("editor").get(f"{LEDGER}?as_of={as_of}"), 422, "invalid")

    assert said["errors"][0]["parameter"] == "as_of"


@pytest.mark.parametrize("place", ["checks", "changes", "me"])
def test_what_cannot_look_back_says_so(api: Api, place: str) -> None:
    answer = api("editor").get(f"/api/v1/{place}?as_of=2026-01-01")

    assert problem(answer, 422, "invalid")["errors"][0]["parameter"] == "as_of"


def test_asking_for_the_headers_alone_gives_them(api: Api) -> None:
    editor = api("editor")

    answer = editor.ask("HEAD", LEDGER)

    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["ETag"] == editor.get(LEDGER).headers["ETag"]


@pytest.mark.parametrize("how", ["expired", "revoked", "closed", "mangled", "basic"])
def test_a_token_that_is_no_longer_good_lets_nobody_in(api: Api, how: str) -> None:
    editor = api("editor")
    tokens = apps.get_model("access", "Token").objects.filter(account_id=editor.account)
    if how == "expired":
        tokens.update(
            created_at=clock.now() - timedelta(days=2), expires_at=clock.now() - timedelta(days=1)
        )
    elif how == "revoked":
        tokens.update(revoked_at=clock.now())
    elif how == "closed":
        apps.get_model("access", "Account").objects.filter(pk=editor.account).update(
            is_active=False
        )
    elif how == "mangled":
        editor.token += "x"
    headers = {"authorization": f"Basic {editor.token}"} if how == "basic" else {}

    answers = [editor.get(LEDGER, **headers), editor.put(LEDGER, {"name": "x"}, **headers)]

    said = [problem(answer, 401, "unauthenticated") for answer in answers]
    assert {each["detail"] for each in said} == {"the token is unknown, expired or revoked"}


def test_a_session_may_read_and_changes_only_with_its_token(api: Api) -> None:
    client = Client(enforce_csrf_checks=True)
    account = apps.get_model("access", "Account").objects.get(pk=api("editor").account)
    client.force_login(account)
    before = standing()

    assert client.get(LEDGER).status_code == 200
    refused = client.put(LEDGER, {"name": "x", "stage": "live"}, content_type="application/json")
    problem(refused, 403, "forged")
    assert standing() == before


def test_who_asks_too_often_is_told_when_to_come_back(api: Api, tmp_path: Path) -> None:
    editor = api("editor")

    # Numbers of tokens come again when a test is rolled back, and what they asked is remembered.
    with override_settings(API_REQUESTS_PER_MINUTE=3, RATE_LIMITS_FILE=tmp_path / "limits"):
        answers = [editor.get("/api/v1/me") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    problem(answers[3], 429, "too-many-requests")
    assert int(answers[3].headers["Retry-After"]) >= 1
    assert answers[0].headers["RateLimit-Policy"] == '"token";q=3;w=60'
    assert answers[0].headers["RateLimit"].startswith('"token";r=2;')


def test_an_error_of_ours_tells_a_number_and_nothing_else(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret in an error")

    monkeypatch.setattr("catenary.api.objects.look_at", broken)

    answer = api("editor").get(LEDGER)

    said = problem(answer, 500, "internal")
    assert said["request_id"]
    assert b"secret" not in answer.content


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("server closed the connection: a secret"), 503, "unavailable"),
        (InterfaceError("connection already closed: a secret"), 503, "unavailable"),
        (OperationalError("database is locked"), 409, "busy"),
        (OperationalError("no such column: a secret"), 500, "internal"),
        (ProgrammingError("a secret"), 500, "internal"),
        (IntegrityError("a secret"), 500, "internal"),
        (DataError("a secret"), 500, "internal"),
    ],
)
def test_what_a_database_that_answers_refuses_is_our_mistake(
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    code: str,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("catenary.api.objects.look_at", broken)

    answer = api("editor").get(LEDGER)

    said = problem(answer, status, code)
    assert (status != 500) == ("Retry-After" in answer.headers)
    assert b"secret" not in answer.content
    if status != 409:
        assert said["request_id"] in caplog.text


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["name", "stage", "owner", "outcomes", "utility", "warranty", "relies-on", "channels", "costs"]
)


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.dictionaries(FIELDS | st.text(max_size=8), JSON_VALUES, max_size=5))
def test_whatever_a_document_holds_it_is_taken_or_refused_in_words(
    api: Api, document: dict[str, Any]
) -> None:
    editor = api("editor")
    # Nobody has seen such a digest: whatever is right is refused too, and no example sees another.
    answer = editor.ask("PUT", LEDGER, document, if_match='"0"')
    assert answer.status_code in {412, 422}, answer.content
    if answer.status_code == 422:
        assert all(error["detail"] for error in answer.json()["errors"])


def test_more_values_than_anybody_describes_are_not_looked_at() -> None:
    with pytest.raises(Trouble) as refused:
        parse(b"[" + b"{}," * MAX_VALUES + b"{},{}]")

    assert refused.value.code == "too-large"
    assert f"{MAX_VALUES:,}" in refused.value.detail
