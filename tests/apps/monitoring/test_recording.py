"""Words are taken in batches, each once; what is wrong is refused and stops nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catenary.apps.monitoring.choices import Outcome, SourceKind
from catenary.apps.monitoring.models import Observation, Source, Waiting
from catenary.apps.monitoring.operations.engine import Engine
from catenary.domain.actors import Scope
from tests.apps.monitoring.worlds import DAWN, MINUTE, now_is, report, said, word, work
from tests.apps.worlds import NOBODY, as_person, begin

pytestmark = pytest.mark.django_db

DATABASE, PATIENTS = "bluewater-ops/database", "bluewater-apps/patients"


def test_the_same_word_of_a_source_is_kept_once() -> None:
    begin()
    one = word(DATABASE, "down", source="probe", text="no answer")

    first = report(one, one)
    second = report(one, now=DAWN + MINUTE)
    other = report({**one, "source": "another"})

    assert [each.outcome for each in first.taken] == [Outcome.RECORDED, Outcome.REPEATED]
    assert [each.outcome for each in second.taken] == [Outcome.REPEATED]
    assert [each.outcome for each in other.taken] == [Outcome.RECORDED]
    assert Observation.objects.count() == Waiting.objects.count() == 2
    assert set(Source.objects.values_list("name", flat=True)) == {"probe", "another"}


def test_a_voice_is_found_by_its_whole_name_however_many_a_house_has_heard() -> None:
    begin()
    report(word(DATABASE, "down", source="probe"))
    house = Source.objects.get().organization_id
    Source.objects.bulk_create(
        Source(organization_id=house, kind=SourceKind.MONITOR, name=f"probe {number}")
        for number in range(2_000)
    )

    with CaptureQueriesContext(connection) as asked:
        report(word(DATABASE, "operational", DAWN + MINUTE, source="probe"), now=DAWN + MINUTE)
    sql = next(q["sql"] for q in asked.captured_queries if "monitoring_source" in q["sql"])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE monitoring_source")
            cursor.execute(f"EXPLAIN {sql}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = repr(cursor.fetchall())

    whole = {
        "sqlite": "organization_id=? AND kind=? AND name=?",
        "postgresql": "monitoring_one_voice",
    }
    assert whole[connection.vendor] in plan


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"service": "bluewater-ops/none"}, "service", "unknown-service"),
        ({"service": "not even a reference\0"}, "service", "unknown-service"),
        ({"service": 7}, "service", "invalid"),
        ({"condition": "broken"}, "condition", "unknown-condition"),
        ({"condition": None}, "condition", "unknown-condition"),
        ({"at": (DAWN + timedelta(hours=1)).isoformat()}, "at", "in-the-future"),
        ({"at": "1969-12-31T23:59Z"}, "at", "before-the-epoch"),
        ({"at": "2024-03-01"}, "at", "invalid"),
        ({"at": "2024-03-01T10:00+99:00"}, "at", "invalid"),
        ({"text": "x" * 4_001}, "text", "too-long"),
        ({"text": "a\0b"}, "text", "invalid"),
        ({"share": "0 %"}, "share", "invalid"),
        ({"share": 30}, "share", "invalid"),
        ({"valid-for": "soon"}, "valid-for", "invalid"),
        ({"sequence": 2**63}, "sequence", "invalid"),
        ({"planned": "yes"}, "planned", "invalid"),
        ({"source": "x" * 301}, "source", "invalid"),
        ({"colour": "red"}, "colour", "invalid"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place_and_the_rest_is_taken(
    wrong: dict[str, Any], field: str, code: str
) -> None:
    begin()

    found = report({**word(DATABASE, "down"), **wrong}, word(PATIENTS, "degraded"))

    (refused,) = found.refused
    assert (refused.place, [(r.field, r.code) for r in refused.reasons]) == (0, [(field, code)])
    assert [each.place for each in found.taken] == [1]


def test_html_in_a_text_is_a_text_like_any_other() -> None:
    begin()
    text = "<script>alert(1)</script> & 'so on' ünïcode"

    report(word(DATABASE, "down", text=text))

    assert Observation.objects.get().text == text


@pytest.mark.parametrize(
    ("name", "service", "code"),
    [
        ("vera", DATABASE, "not-allowed"),
        ("otto", PATIENTS, ""),
        ("otto", DATABASE, "not-allowed"),
        ("ada", DATABASE, ""),
        ("stella", PATIENTS, "not-allowed"),
        ("stella", DATABASE, "unknown-service"),
        ("otto", "bluewater-ops/vault", "unknown-service"),
        ("ira", PATIENTS, "unknown-service"),
    ],
)
def test_only_those_who_answer_for_a_service_report_of_it(
    name: str, service: str, code: str
) -> None:
    begin()

    found = report(word(service, "down"), actor=as_person(name))

    assert [r.code for each in found.refused for r in each.reasons] == ([code] if code else [])
    assert Observation.objects.count() == (0 if code else 1)


def test_who_may_only_read_reports_nothing() -> None:
    from dataclasses import replace

    begin()
    reading = replace(as_person("ada"), scopes=frozenset({Scope.READ}))

    assert report(word(DATABASE, "down"), actor=reading).refused
    assert report(word(DATABASE, "down"), actor=NOBODY).refused
    assert not Observation.objects.exists()


def test_what_may_not_be_seen_is_refused_like_what_is_not_there() -> None:
    begin()

    found = report(
        word("bluewater-ops/vault", "down"),
        word("bluewater-ops/vxxxx", "down"),
        actor=as_person("otto"),
    )

    one, other = (each.reasons[0] for each in found.refused)
    assert one.sentence.replace("vault", "vxxxx") == other.sentence
    assert (one.code, one.expected) == (other.code, other.expected)


def test_status_tells_the_path_at_home_and_outside_only_what_it_does() -> None:
    begin()
    engine = Engine()
    report(
        word("ironport/grid", "down", source="probe", text="no current"),
        actor=as_person("ira"),
    )
    work(engine)

    home = said("ironport/power", by=as_person("ira"), seen="ironport")
    between = said(PATIENTS, by=as_person("vera"), seen="bluewater")
    customer = said(PATIENTS, by=as_person("uwe"), seen="ward-3")

    assert home and between and customer
    (cause,) = home.causes
    assert [step.reference for step in cause.path] == ["ironport/power", "ironport/grid"]
    assert [(w.source_name, w.by, w.text) for w in cause.said] == [("probe", "Ira", "no current")]
    assert cause.since == home.since == DAWN
    (cause,) = between.causes
    assert [step.reference for step in cause.path] == [PATIENTS, DATABASE, "ironport/power", ""]
    assert cause.path[-1].provider.key == "ironport"
    assert cause.said == () and cause.since is None
    (cause,) = customer.causes
    assert [(step.reference, step.provider.key) for step in cause.path] == [
        (PATIENTS, "bluewater-apps"),
        ("", "bluewater-apps"),
    ]
    assert said(DATABASE, by=as_person("uwe"), seen="ward-3") is None
    assert now_is(PATIENTS) == "down"


def test_two_hidden_causes_look_like_one() -> None:
    begin()
    engine = Engine()
    report(word("ironport/grid", "down"))
    work(engine)
    before = said(PATIENTS, by=as_person("uwe"), seen="ward-3")

    report(word(DATABASE, "down", DAWN))
    work(engine)

    after = said(PATIENTS, by=as_person("uwe"), seen="ward-3")
    assert before and after
    assert (after.causes, after.is_more, after.since) == (
        before.causes,
        before.is_more,
        before.since,
    )
