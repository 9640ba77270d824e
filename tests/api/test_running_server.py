"""The API of the running product: the client, a fuzzer that knows the description, and what only
somebody who means harm, or a broken line, would send."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test

from catenary.api.description import description
from catenary.client import Catenary, Problem
from tests.product import Product, catenary, clean_environment, serving

#: A catalogue editor of the hospital's IT.
WHO = "dana.reyes@st-mary.example"
PATIENTS = "hospital-it/patient-management"


@dataclass(frozen=True)
class Served:
    """The product with the example stories, and a token for it."""

    product: Product
    token: str

    def client(self) -> Catenary:
        return Catenary(self.product.url, token=self.token)

    def port(self) -> int:
        return urlsplit(self.product.url).port or 0


@pytest.fixture(scope="module")
def served(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("api")
    # The fuzzer asks more often than anybody may.
    unlimited = {"CATENARY_API_REQUESTS_PER_MINUTE": "0"}
    with serving(demo, data, environment=unlimited) as product:
        said = subprocess.run(
            catenary("token", "issue", "tests", "--for", WHO, "--scope", "admin"),
            env=clean_environment(data),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        yield Served(product, next(word for word in said.split() if word.startswith("cat_")))


# ------------------------------------------------------------------------------ the client


def test_the_client_reads_everything_and_pages_through_lists(served: Served) -> None:
    client = served.client()

    assert client.me()["email"] == WHO
    services = {each["reference"]: each for each in client.all("services", limit=3)}
    assert PATIENTS in services
    assert client.get("services", PATIENTS, fields=["name"])["name"] == "Patient management"
    assert client.batch("services", [*services, "no/such"]).keys() == services.keys()
    assert client.search("patient")["services"]
    assert client.chain(PATIENTS)["focus"]["reference"] == PATIENTS
    assert client.history(PATIENTS)[0]["action"] == "created"
    assert client.impact([PATIENTS])
    exported = [each for each in client.export() if each["kind"] == "service"]
    assert {each["reference"] for each in exported} == services.keys()
    assert {each["reference"]: each["etag"] for each in exported} == {
        reference: each["etag"] for reference, each in services.items()
    }


def test_the_client_looks_back_and_reads_what_changed(served: Served) -> None:
    client = served.client()
    changed = list(client.changes(reference=PATIENTS, kind="service"))
    then = changed[-1]["at"]

    assert (changed[-1]["action"], changed[-1]["reference"]) == ("created", PATIENTS)
    assert list(client.changes(until="2001-01-01")) == []
    assert client.get("services", PATIENTS, as_of=then)["name"] == changed[-1]["after"]["name"]
    assert PATIENTS in {each["reference"] for each in client.all("services", as_of=then)}
    assert client.batch("services", [PATIENTS], as_of=then).keys() == {PATIENTS}
    assert client.search("patient", as_of=then)["as_of"] == then
    assert client.impact([PATIENTS], as_of=then)["failing"]
    assert PATIENTS in {each["reference"] for each in client.export(as_of=then)}
    assert list(client.export(as_of="2001-01-01")) == []


def test_the_client_changes_things_and_never_overwrites_somebody_elses_change(
    served: Served,
) -> None:
    client = served.client()
    place = "hospital-it/made-by-the-client"

    assert client.create("services", place, {"name": "Made", "stage": "live"})["etag"]
    with pytest.raises(Problem) as there:
        client.create("services", place, {"name": "Made", "stage": "live"})
    assert there.value.status == 412
    mine, theirs = client.get("services", place), client.get("services", place)
    theirs["name"] = "Theirs"
    client.put("services", theirs)
    mine["name"] = "Mine"
    with pytest.raises(Problem) as late:
        client.put("services", mine)
    assert late.value.code == "changed-meanwhile"
    etag = late.value.conflicts[0]["etag"]
    assert client.patch("services", place, {"description": "x"}, etag=etag)["outcome"] == "changed"
    change = {"kind": "service", "reference": place, "document": None}
    first = client.change([change], key="once")
    assert client.change([change], key="once") == first
    with pytest.raises(Problem) as gone:
        client.get("services", place)
    assert gone.value.status == 404


def test_the_client_subscribes_and_is_told_nothing_more_in_the_end(served: Served) -> None:
    client = served.client()
    hook = client.subscribe("provided", "webhook", address="https://hooks.example/here")
    mail = client.subscribe("service", "mail", service=PATIENTS, conditions=["down"])

    listed = {each["name"]: each for each in client.subscriptions()}
    assert hook["secret"] and "secret" not in listed[hook["name"]]
    assert {**listed[mail["name"]], "outcome": "created", "secret": None} == mail
    again = client.subscribe("service", "mail", service=PATIENTS, conditions=["down"])
    assert again == {**mail, "outcome": "unchanged"}
    assert (mail["service"], mail["conditions"]) == (PATIENTS, ["down"])

    other = client.replace_subscription(mail["name"], "consumed", "mail")
    assert client.test_subscription(other["name"]) == {"name": other["name"]}
    for name in (hook["name"], other["name"]):
        assert client.end_subscription(name) == {"name": name}
    assert client.subscriptions() == []
    with pytest.raises(Problem) as gone:
        client.end_subscription(mail["name"])
    assert gone.value.code == "not-found"


def test_the_client_holds_a_workshop(served: Served) -> None:
    client = served.client()
    found = next(
        found
        for each in client.all("services", provider="hospital-it", fields="reference")
        if (found := client.workshop(each["reference"]))["table"]
    )
    service, customer = found["service"], found["table"]["customer"]
    at = {"side": "provider", "customer": customer}

    said = client.propose(service, "costs.removed", "Paper forms", key="w-1", **at)
    again = client.propose(service, "costs.removed", "Paper forms", key="w-1", **at)
    assert again == said, "done once"
    proposal = said["table"]["proposals"][-1]
    assert (proposal["after"], proposal["is-open"]) == ("Paper forms", True)
    client.act(service, "withdraw", proposal=proposal["number"], words="Later", **at)
    table = client.workshop(service, customer=customer)["table"]
    assert not next(p for p in table["proposals"] if p["number"] == proposal["number"])["is-open"]
    written = client.act(
        service,
        "write",
        customer=customer,
        part="risks.removed",
        statement="Lost forms",
        version=table["version"],
        take_over=True,
    )["table"]
    with pytest.raises(Problem) as late:
        client.confirm(service, table["version"], **at)
    assert late.value.status == 412
    confirmed = client.confirm(service, written["version"], **at)["table"]
    assert [c["side"] for c in confirmed["confirmations"]] == ["provider"]


def test_the_client_keeps_drafts(served: Served) -> None:
    client = served.client()
    service = client.get("services", PATIENTS)
    etag = service.pop("etag")

    kept = client.keep_draft("service", {**service, "name": "Patients"}, PATIENTS, etag=etag)
    assert client.draft("service", PATIENTS) == kept
    assert (kept["document"]["name"], kept["etag"]) == ("Patients", etag)
    assert [(row["kind"], row["reference"]) for row in client.drafts()] == [("service", PATIENTS)]
    client.drop_draft("service", PATIENTS)
    assert client.drafts() == []


def test_the_client_closes_days_of_a_calendar(served: Served) -> None:
    client, calendar = served.client(), "hospital-it/clinic-hours"
    day = f"{datetime.now(UTC) + timedelta(days=20):%Y%m%d}"
    file = (
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Stocktaking\nDTSTART;VALUE=DATE:{day}\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )

    with pytest.raises(Problem) as refused:
        client.close_days(calendar, file, dry_run=True)
    tried = client.close_days(calendar, file, dry_run=True, take_over=True)
    done = client.close_days(calendar, file, take_over=True)

    assert (refused.value.status, refused.value.code) == (409, "refused")
    assert [each["name"] for each in tried["taken"]] == ["Stocktaking"]
    assert done == {**tried, "dry-run": False}


def test_a_wrong_token_lets_nobody_in(served: Served) -> None:
    for token in ("", "cat_x", served.token[:-1] + ("a" if served.token[-1] != "a" else "b")):
        with pytest.raises(Problem) as refused:
            Catenary(served.product.url, token=token).me()
        assert refused.value.status == 401


# ------------------------------------------------------------------------- what nobody sends


def raw(served: Served, head: str, body: bytes = b"", *, cut: bool = False) -> tuple[int, bytes]:
    """Status and body of the answer to a request as it is, 0 where there is none that is whole;
    ``cut`` closes our side after it: a server may take that for a line that is gone."""
    with socket.create_connection(("localhost", served.port()), timeout=30) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        if cut:
            line.shutdown(socket.SHUT_WR)
        response = http.client.HTTPResponse(line)
        try:
            response.begin()
            return response.status, response.read()
        except (http.client.HTTPException, OSError):
            return 0, b""


def head(served: Served, method: str, place: str, *more: str) -> str:
    lines = [f"{method} /api/v1/{place} HTTP/1.1", "Host: localhost", "Connection: close"]
    return "\n".join([*lines, f"Authorization: Bearer {served.token}", *more])


def revisions(served: Served) -> int:
    return len(served.client().history(PATIENTS, limit=500))


JSON = "Content-Type: application/json"


def test_a_body_that_breaks_off_changes_nothing(served: Served) -> None:
    before = revisions(served)
    body = json.dumps({"name": "Cut", "stage": "live"}).encode()
    place = f"services/{PATIENTS}?take_over=true"
    said = head(served, "PUT", place, JSON, f"Content-Length: {len(body) + 100}")

    status, _ = raw(served, said, body, cut=True)

    assert status in {0, 400, 408}
    assert revisions(served) == before
    assert served.client().get("services", PATIENTS)["name"] == "Patient management"


@pytest.mark.parametrize("end", [b"0\r\n\r\n", b""], ids=["whole", "cut"])
def test_a_body_without_its_length_is_refused_in_words(served: Served, end: bytes) -> None:
    """Where it ends nobody could tell: the server hands on a broken one as if it were whole."""
    before = revisions(served)
    body = json.dumps({"description": "In pieces"}).encode()
    pieces = f"{len(body):x}\r\n".encode() + body + b"\r\n" + end
    place = f"services/{PATIENTS}?take_over=true"

    wish = head(served, "PATCH", place, JSON, "Transfer-Encoding: chunked")
    status, said = raw(served, wish, pieces, cut=not end)

    assert status == 400 or (not end and status == 0)
    assert not status or "Content-Length" in json.loads(said)["detail"]
    assert revisions(served) == before


@pytest.mark.parametrize(
    ("place", "length", "limit"),
    [(f"services/{PATIENTS}", 10_000_001, "10 MB"), ("changes", 50_000_001, "50 MB")],
)
def test_a_body_that_is_too_large_is_refused_before_it_is_read(
    served: Served, place: str, length: int, limit: str
) -> None:
    method = "POST" if place == "changes" else "PUT"

    status, body = raw(served, head(served, method, place, JSON, f"Content-Length: {length}"))

    assert status == 413
    assert limit in json.loads(body)["detail"]


def test_fifty_megabytes_of_json_are_read_and_refused_in_words(served: Served) -> None:
    body = b'{"changes": [' + b" " * 49_000_000 + b"]}"

    status, said = raw(
        served, head(served, "POST", "changes", JSON, f"Content-Length: {len(body)}"), body
    )

    assert status == 422
    assert json.loads(said)["errors"][0]["pointer"] == "/changes"


# ------------------------------------------------------------------------------ the fuzzer

schema = schemathesis.openapi.from_dict(description())
#: What must hold of every answer, whatever was sent.
_WANTED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
_NAMES = {check.__name__: check for check in CHECKS.get_all()}
WANTED = [_NAMES[name] for name in _WANTED]


def fuzzed(case: Any, served: Served) -> None:
    case.call_and_validate(
        base_url=served.product.url,
        headers={"Authorization": f"Bearer {served.token}"},
        checks=WANTED,
    )


#: Every operation, by its method and address.
OPERATIONS = {
    each.ok().label: each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)
}


def fuzz(label: str, served: Served, *, examples: int) -> None:
    """Ask for an operation in every way its description has examples of, with the corners of
    every field, and in as many random ways as ``examples``.

    This is what ``schema.parametrize()`` would make of a test, for all operations as soon as it is
    collected: 15 seconds in every process of tests, of which one runs them.
    """
    unhurried = settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    build_operation_test(
        config=schema.config,
        operation=OPERATIONS[label],
        test_func=fuzzed,
        given_kwargs={},
        feedback=FeedbackSources(),
        explicit_settings=unhurried,
    )(served=served)


@pytest.mark.parametrize("label", OPERATIONS)
def test_nothing_that_fits_the_description_breaks_it(label: str, served: Served) -> None:
    fuzz(label, served, examples=3)


@pytest.mark.soak
@pytest.mark.parametrize("label", OPERATIONS)
def test_nothing_breaks_it_in_a_long_run_either(label: str, served: Served) -> None:
    fuzz(label, served, examples=300)


def test_bodies_that_never_come_keep_nobody_waiting(served: Served) -> None:
    head = (
        "POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken=" + "a" * 32 + "\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\ncsrf"
    )
    lines = []
    try:
        for _ in range(40):
            line = socket.create_connection(("127.0.0.1", served.port()), timeout=10)
            line.sendall(head.encode())
            lines.append(line)

        connection = http.client.HTTPConnection("127.0.0.1", served.port(), timeout=12)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
    finally:
        for line in lines:
            line.close()
