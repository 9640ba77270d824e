"""Promises, requirements, hours and processes: suggested on a form, and written in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.documents.plain import read_service, service_to_plain
from catenary.domain.documents.shapes import ServiceDocument
from catenary.domain.findings import Problem
from catenary.domain.refusals import Refused
from catenary.domain.workshop.agreed import differences
from catenary.domain.workshop.parts import PROMISED, SINGLE
from catenary.domain.workshop.suggestions import (
    Act,
    Part,
    Suggestion,
    read_suggestion,
    seen_in,
    write_in,
)

PLAIN: dict[str, Any] = {
    "name": "Portal",
    "channels": ["web-portal"],
    "supports-processes": {"Care": ["Reception", "Triage"], "Billing": []},
    "utility": {
        "find": {"feature": "Finds any patient", "channel": "web-portal"},
        "learn": {"ease-of-use": "Learned in a day"},
    },
    "warranty": {
        "availability": "99.9 %",
        "capacity": "400 users",
        "continuity": {"recovery-time": "1 h"},
        "security": ["Access is logged", "Reviewed monthly"],
    },
    "service-hours": "24x7",
}
FORMS: dict[Part, tuple[dict[str, str], Any]] = {
    Part.UTILITY: (
        {"statement": " Prints labels ", "kind": "cost", "channel": "web-portal"},
        {"cost": "Prints labels", "channel": "web-portal"},
    ),
    Part.PROCESSES: (
        {"statement": "Discharge", "steps": "Letter\r\n\r\n Bed "},
        {"name": "Discharge", "steps": ["Letter", "Bed"]},
    ),
    Part.AVAILABILITY: ({"statement": "99.50%"}, "99.5 %"),
    Part.CAPACITY: ({"statement": "1000  users"}, "1000 users"),
    Part.RECOVERY_TIME: ({"statement": "90 min"}, "1 h 30 min"),
    Part.RECOVERY_POINT: ({"statement": "5min"}, "5 min"),
    Part.SECURITY: ({"statement": "Tested yearly"}, "Tested yearly"),
    Part.PERFORMANCE: ({"statement": "Opens within 2 s"}, "Opens within 2 s"),
    Part.HOURS: (
        {"statement": "Mon-Fri 08:00-18:00 Europe/Berlin"},
        {"zone": "Europe/Berlin", "mon-fri": "08:00-18:00"},
    ),
}
SUBJECTS = {
    Part.UTILITY: "find",
    Part.PROCESSES: "Care",
    Part.CAPACITY: "400 users",
    Part.SECURITY: "Access is logged",
}


def portal(**parts: Any) -> ServiceDocument:
    """The portal, with other parts if need be."""
    problems: list[Problem] = []
    document = read_service("it/portal", PLAIN | parts, problems, ())
    assert document is not None, problems
    return document


def read(part: Part, act: Act = Act.ADD, subject: str = "") -> Suggestion:
    """A suggestion by the form of its part."""
    problems: list[Problem] = []
    given_ = {"part": part.value, "act": act.value, "subject": subject, **FORMS[part][0]}
    found = read_suggestion(given_, problems)
    assert found is not None, problems
    return found


def test_every_part_has_a_form_here() -> None:
    assert set(FORMS) == PROMISED


@pytest.mark.parametrize("part", sorted(PROMISED))
def test_a_line_is_kept_in_its_one_writing_and_added(part: Part) -> None:
    bare = portal(**{"utility": {}, "warranty": {}, "supports-processes": []})
    bare = replace(bare, service_hours=None)
    suggestion = read(part)

    written = write_in(bare, suggestion)

    assert suggestion.after == FORMS[part][1]
    (found,) = differences(service_to_plain(bare), service_to_plain(written))
    assert (found.part, found.before) == (part.value, None)
    assert seen_in(written, part, found.key) == suggestion.after
    gone = Suggestion(part, Act.REMOVE, found.key, suggestion.after)
    assert write_in(written, gone) == bare


@pytest.mark.parametrize("part", sorted(SINGLE | set(SUBJECTS)))
def test_a_line_is_changed_in_its_place_and_nothing_else(part: Part) -> None:
    before = portal(**{"warranty": {**PLAIN["warranty"], "continuity": {
        "recovery-time": "1 h", "recovery-point": "1 min"}}})  # fmt: skip
    subject = SUBJECTS.get(part, "")
    change = replace(read(part, Act.CHANGE, subject), before=seen_in(before, part, subject))

    after = write_in(before, change)

    found = differences(service_to_plain(before), service_to_plain(after))
    assert {difference.part for difference in found} == {part.value}
    names = {d.key for d in found if d.after is not None}
    assert len(names) == 1
    assert seen_in(after, part, names.pop()) == change.after


@pytest.mark.parametrize("part", sorted(SINGLE - {Part.RECOVERY_POINT}))
def test_of_one_thing_a_second_is_not_added(part: Part) -> None:
    with pytest.raises(Refused) as refused:
        write_in(portal(), read(part))

    assert [r.code for r in refused.value.refusals] == ["already-there"]


@pytest.mark.parametrize(
    ("part", "after", "subject"),
    [
        (Part.SECURITY, "Reviewed monthly", ""),
        (Part.SECURITY, "Reviewed monthly", "Access is logged"),
        (Part.UTILITY, {"ease-of-use": "Learned in a day"}, ""),
        (Part.UTILITY, {"ease-of-use": "Learned in a day"}, "find"),
        (Part.PROCESSES, {"name": "Billing", "steps": []}, ""),
        (Part.PROCESSES, {"name": "Billing", "steps": ["x"]}, "Care"),
    ],
)
def test_what_stands_there_is_not_written_twice(part: Part, after: Any, subject: str) -> None:
    document = portal()
    act = Act.CHANGE if subject else Act.ADD
    before = seen_in(document, part, subject) if subject else None

    with pytest.raises(Refused) as refused:
        write_in(document, Suggestion(part, act, subject, before, after))

    assert [r.code for r in refused.value.refusals] == ["already-there"]


@pytest.mark.parametrize(
    "given_",
    [
        {"part": "warranty.availability", "statement": "99.9 h"},
        {"part": "warranty.availability", "statement": "101 %"},
        {"part": "warranty.availability", "statement": ""},
        {"part": "warranty.capacity", "statement": "many"},
        {"part": "warranty.recovery-time", "statement": "soon"},
        {"part": "warranty.security", "statement": "\u202eback"},
        {"part": "warranty.security", "statement": "x" * 100_000},
        {"part": "service-hours", "statement": "Mon-Fri 08:00-18:00"},
        {"part": "service-hours", "statement": "it/desk-hours/late"},
        {"part": "utility", "statement": "x", "kind": "wish"},
        {"part": "utility", "statement": " "},
        {"part": "utility", "statement": "x", "channel": "y" * 3_000},
        {"part": "supports-processes", "statement": ""},
        {"part": "supports-processes", "statement": "x", "steps": "\u202eback"},
        {"part": "warranty", "statement": "x"},
    ],
)
def test_what_no_file_may_say_is_refused_with_the_reason(given_: dict[str, str]) -> None:
    problems: list[Problem] = []

    assert read_suggestion(given_, problems) is None
    assert problems and all(problem.sentence for problem in problems)


def test_hours_may_be_those_of_a_calendar() -> None:
    typed = {"part": "service-hours", "act": "change", "statement": " it/desk-hours "}
    problems: list[Problem] = []

    suggestion = read_suggestion(typed, problems)

    assert suggestion is not None, problems
    document = portal()
    before = seen_in(document, Part.HOURS, "")
    written = write_in(document, replace(suggestion, before=before))
    assert service_to_plain(written)["service-hours"] == "it/desk-hours"


@given(st.sampled_from(sorted(PROMISED)), st.text(max_size=60), st.text(max_size=20))
def test_whatever_is_typed_is_refused_or_can_be_written(part: Part, text: str, more: str) -> None:
    given_ = {"part": part.value, "statement": text, "steps": more, "channel": more}
    bare = replace(
        portal(**{"utility": {}, "warranty": {}, "supports-processes": []}), service_hours=None
    )
    problems: list[Problem] = []

    suggestion = read_suggestion(given_, problems)

    assert (suggestion is None) == bool(problems)
    if suggestion is not None:
        written = service_to_plain(write_in(bare, suggestion))
        assert read_service("it/portal", written, problems, ()) is not None, problems
