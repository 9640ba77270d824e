"""One valid document; each test spoils one thing, and the problem names the field."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from catenary.domain.documents.plain import (
    read_consumption,
    read_organization,
    read_person,
    read_service,
)
from catenary.domain.documents.shapes import Role
from catenary.domain.findings import Problem
from catenary.domain.said import Said
from tests.domain.documents import worlds

Path = tuple[str | int, ...]


def problems_of(value: Any, key: str = "hospital-it/patients") -> list[Problem]:
    problems: list[Problem] = []
    assert (read_service(key, value, problems, ()) is None) == bool(problems)
    return problems


def spoiled(path: Path, value: Any) -> dict[str, Any]:
    document: Any = copy.deepcopy(worlds.EVERYTHING)
    inner = document
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    assert isinstance(document, dict)
    return document


SPOILED: list[tuple[Path, Any, Path, str]] = [
    (("name",), None, ("name",), 'has no "name"'),
    (("name",), "", ("name",), "empty"),
    (("name",), "x" * 201, ("name",), "201 characters"),
    (("name",), "two\nlines", ("name",), "U+000A"),
    (("name",), "zero\u200bwidth", ("name",), "U+200B"),
    (("name",), ["a"], ("name",), "a list"),
    (("name",), True, ("name",), "true or false"),
    (("description",), "x" * 4001, ("description",), "4001"),
    (("description",), "turn\u202earound", ("description",), "U+202E"),
    (("description",), "bell\x07", ("description",), "U+0007"),
    (("provider",), "Acme", ("provider",), "capital letters"),
    (("provider",), "acme cloud", ("provider",), "is not an organization key"),
    (("owner",), "Dana Reyes", ("owner",), "Dana Reyes"),
    (("owner",), "dana@", ("owner",), "e-mail"),
    (("owner",), "dаna@st-mary.example", ("owner",), "U+0430"),
    (("stage",), "lively", ("stage",), "lively"),
    (("tags",), ["a", "a"], ("tags", 1), "twice"),
    (("tags",), ["a", None], ("tags", 1), "nothing"),
    (("tags",), {"a": 1}, ("tags",), "a mapping"),
    (("restricted",), "maybe", ("restricted",), "neither true nor false"),
    (("published-to",), ["everyone", "a"], ("published-to",), "everyone"),
    (("outcomes",), ["seen sooner"], ("outcomes",), "a list"),
    (
        ("outcomes", "seen-sooner", "statement"),
        None,
        ("outcomes", "seen-sooner", "statement"),
        "no",
    ),
    (("outcomes", "Bad Key"), {"statement": "x"}, ("outcomes", "Bad Key"), "key of the outcome"),
    (
        ("outcomes", "seen-sooner", "measure", "target"),
        "thirty",
        ("outcomes", "seen-sooner", "measure", "target"),
        "not a number",
    ),
    (
        ("outcomes", "seen-sooner", "measure", "better"),
        "up",
        ("outcomes", "seen-sooner", "measure", "better"),
        '"up"',
    ),
    (("costs", "remove"), ["x"], ("costs", "remove"), "no field"),
    (("risks", "removed"), {"x": "y"}, ("risks", "removed"), "a mapping"),
    (("co-creation", "talk-to"), "Someone Nice", ("co-creation", "talk-to"), "Someone"),
    (("supports-processes",), ["A", "A"], ("supports-processes", 1), "twice"),
    (("supports-processes", "Triage"), {"a": 1}, ("supports-processes", "Triage"), "a mapping"),
    (("channels",), ["web", {"name": "web"}], ("channels", 1), "twice"),
    (
        ("channels",),
        {"a": {"primary": True}, "b": {"primary": True}},
        ("channels",),
        "2 channels are primary",
    ),
    (("channels",), {"a": {"name": "b"}}, ("channels", "a", "name"), "no field"),
    (("utility", "learnable", "feature"), "x", ("utility", "learnable"), "feature and ease-of-use"),
    (("utility", "learnable"), {"channel": "web"}, ("utility", "learnable"), "no kind"),
    (("warranty", "availability"), "99.9 h", ("warranty", "availability"), "duration"),
    (("warranty", "availability"), 99.9, ("warranty", "availability"), "no unit"),
    (("warranty", "capacity", 1), "99 %", ("warranty", "capacity", 1), "percentage"),
    (
        ("warranty", "continuity", "recovery-time"),
        "1 fortnight",
        ("warranty", "continuity", "recovery-time"),
        "fortnight",
    ),
    (("service-hours", "mon-fri"), "18:00-08:00", ("service-hours", "mon-fri"), "ends before"),
    (("relies-on",), "a/b", ("relies-on",), "a text"),
    (("relies-on", 0), "crm", ("relies-on", 0), "organization"),
    (("relies-on", 0), 7, ("relies-on", 0), "a number"),
    (("relies-on", 0), {}, ("relies-on", 0), "nothing says how many"),
    (("relies-on", 0), {"any": []}, ("relies-on", 0, "any"), "0 services"),
    (("relies-on", 0), {"any": ["a/b", "a/b"]}, ("relies-on", 0, "any", 1), "twice"),
    (("relies-on", 0), {"any": ["a/b"], "minimum": 1}, ("relies-on", 0), "any and minimum"),
    (
        ("relies-on", 0),
        {"at-least": 1.5, "of": ["a/b", "a/c"]},
        ("relies-on", 0, "at-least"),
        "1.5",
    ),
    (("relies-on", 0), {"at-least": 0, "of": ["a/b"]}, ("relies-on", 0, "at-least"), "above 0"),
    (("relies-on", 0), {"at-least": 2, "of": ["a/b"]}, ("relies-on", 0, "at-least"), "never"),
    (("relies-on", 0), {"at-least": 1, "of": {"a/b": 2}}, ("relies-on", 0, "of"), "weights"),
    (("relies-on", 0), {"any": ["a/b"], "full": 2}, ("relies-on", 0, "full"), "full 2"),
    (
        ("relies-on", 0),
        {"minimum": 2, "full": 1, "of": {"a/b": 3}},
        ("relies-on", 0, "full"),
        "not between",
    ),
    (("relies-on", 0), {"minimum": 1, "of": {"a/b": -1}}, ("relies-on", 0, "of", "a/b"), "above 0"),
    (("relies-on", 0), {"soft": {"soft": "a/b"}}, ("relies-on", 0, "soft"), "inside soft"),
    (("relies-on", 0), {"soft": "a/b", "full": 1}, ("relies-on", 0), "beside"),
    (("relies-on", 0), {"anny": ["a/b"]}, ("relies-on", 0, "anny"), "no field"),
    (("outcomes",), dict.fromkeys(map(str, range(1001))), ("outcomes",), "1001 entries"),
    (
        ("supports-processes",),
        dict.fromkeys(map(str, range(1001))),
        ("supports-processes",),
        "1001",
    ),
    (("channels",), dict.fromkeys(map(str, range(1001))), ("channels",), "1001"),
    (("service-hours",), dict.fromkeys(map(str, range(51))), ("service-hours",), "51"),
    (("relies-on", 0), dict.fromkeys(map(str, range(101))), ("relies-on", 0), "101"),
    (("warranty",), dict.fromkeys(map(str, range(101))), ("warranty",), "101"),
    (("relies-on", 4), "hospital-it/crm", ("relies-on", 4), "twice"),
]


@pytest.mark.parametrize(
    ("where", "value", "path", "said"),
    SPOILED,
    ids=[f"{'.'.join(map(str, where))}={str(value)[:30]}" for where, value, _, _ in SPOILED],
)
def test_one_spoiled_thing_is_one_problem_at_its_field(
    where: Path, value: Any, path: Path, said: str
) -> None:
    problems = problems_of(spoiled(where, value))

    assert [problem.path for problem in problems] == [path]
    assert said in problems[0].sentence
    assert problems[0].expected


@pytest.mark.parametrize(("where", "value"), [(where, value) for where, value, _, _ in SPOILED])
def test_every_problem_can_be_said_in_another_language(where: Path, value: Any) -> None:
    for problem in problems_of(spoiled(where, value)):
        assert isinstance(problem.sentence, Said), problem.sentence


def test_the_unspoiled_document_has_no_problem() -> None:
    assert problems_of(worlds.EVERYTHING) == []


def test_all_problems_are_told_at_once() -> None:
    value = {"nme": "x", "stage": "lively", "warranty": {"availability": "5", "speed": "1"}}

    assert {problem.path for problem in problems_of(value)} == {
        ("nme",),
        ("stage",),
        ("warranty", "availability"),
        ("warranty", "speed"),
        ("name",),
    }


@pytest.mark.parametrize("key", ["patients", "a/b/c", "A/b", "/b", "a/", "а/b", "a/" + "b" * 101])
def test_a_service_needs_a_reference(key: str) -> None:
    assert len(problems_of({"name": "B"}, key)) == 1


def test_a_mapping_that_repeats_the_essential_service_is_found_too() -> None:
    value = {"name": "B", "relies-on": ["a/c", {"any": ["a/c"]}]}

    assert [problem.path for problem in problems_of(value)] == [("relies-on", 1)]


def test_the_marked_channel_becomes_the_first() -> None:
    problems: list[Problem] = []
    plain = {"name": "B", "channels": {"desk": None, "web": {"primary": "yes"}}}

    service = read_service("a/b", plain, problems, ())

    assert service is not None
    assert [channel.name for channel in service.channels] == ["web", "desk"]


def test_roles_may_hold_at_home_and_elsewhere() -> None:
    problems: list[Problem] = []
    plain = {"name": "D", "organization": "a", "roles": ["viewer", {"b": ["user", "customer"]}]}

    person = read_person("Dana@A.example", plain, problems, ())

    assert problems == []
    assert person is not None
    assert person.email == "dana@a.example"
    assert {one.organization: one.roles for one in person.memberships} == {
        "a": (Role.VIEWER,),
        "b": (Role.CUSTOMER, Role.USER),
    }


def test_small_documents_are_judged_too() -> None:
    problems: list[Problem] = []

    assert read_organization("a", {"part-of": "A b"}, problems, ("organizations", "a")) is None
    assert (
        read_person("dana", {"name": "D", "organization": "a"}, problems, ("people", "d")) is None
    )
    assert read_consumption("a", {"known-as": "x"}, problems, ("consumption", "a", 0)) is None

    assert [problem.path for problem in problems] == [
        ("organizations", "a", "part-of"),
        ("organizations", "a", "name"),
        ("people", "d"),
        ("consumption", "a", 0, "service"),
    ]
