"""Catalogue files read: what is taken, and what is said about every mistake."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catenary.domain.documents.shapes import Stage
from catenary.exchange.catalogue import folder as folders
from catenary.exchange.catalogue import reading
from catenary.exchange.catalogue.reading import ReadCatalogue, read_catalogue

HOSPITAL = """\
catenary: 1
organizations:
  st-mary:      {name: St. Mary's Hospital}
  hospital-it:  {name: Hospital IT, part-of: st-mary}
  acme-cloud:   {name: Acme Cloud Ltd}
people:
  Dana.Reyes@st-mary.example: {name: Dana Reyes, organization: hospital-it, roles: [service-owner]}
services:
  hospital-it/patient-management:
    name: Patient management
    owner: dana.reyes@st-mary.example
    stage: live
    warranty:
      availability: 99.9 %
      continuity: {recovery-time: 1 h, recovery-point: 5 min}
    service-hours: {zone: Europe/Berlin, mon-fri: 08:00-18:00}
    relies-on:
      - hospital-it/crm                        # essential
      - any: [acme-cloud/db-1, acme-cloud/db-2]
  hospital-it/crm: {name: "CRM"}
consumption:
  st-mary:
    - hospital-it/patient-management
    - {service: hospital-it/crm, known-as: Address book}
"""


def read(tmp_path: Path, text: str | bytes, name: str = "a.yaml") -> ReadCatalogue:
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / name).write_bytes(content)
    return read_catalogue(tmp_path)


def said(tmp_path: Path, found: ReadCatalogue) -> list[str]:
    return [str(problem).replace(f"{tmp_path}/", "") for problem in found.problems]


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    found = read(tmp_path, HOSPITAL)

    assert found.problems == []
    catalogue = found.catalogue
    assert list(catalogue.organizations) == ["st-mary", "hospital-it", "acme-cloud"]
    assert list(catalogue.people) == ["dana.reyes@st-mary.example"]
    assert catalogue.services["hospital-it/patient-management"].stage is Stage.LIVE
    assert catalogue.consumption["st-mary", "hospital-it/crm"].known_as == "Address book"


PATIENTS = ("services", "hospital-it/patient-management")
PLACES: list[tuple[tuple[str | int, ...], tuple[int, int]]] = [
    (PATIENTS, (9, 3)),
    ((*PATIENTS, "owner"), (11, 5)),
    ((*PATIENTS, "warranty", "availability"), (14, 7)),
    ((*PATIENTS, "warranty", "continuity", "recovery-point"), (15, 40)),
    ((*PATIENTS, "warranty", "capacity"), (13, 5)),
    ((*PATIENTS, "relies-on", 1, "any", 1), (19, 32)),
    ((*PATIENTS, "relies-on", 7), (17, 5)),
    ((*PATIENTS, "outcomes", "x", "measure"), (9, 3)),
    (("services", "hospital-it/crm", "name"), (20, 21)),
    (("organizations", "hospital-it", "part-of"), (4, 37)),
    (("people", "dana.reyes@st-mary.example", "roles", 0), (7, 85)),
    (("consumption", "st-mary", "hospital-it/crm", "known-as"), (24, 34)),
    (("consumption", "st-mary", "hospital-it/patient-management"), (23, 7)),
    (("consumption", "st-mary"), (22, 3)),
    (("services", "nobody/knows"), (9, 3)),
    ((), (1, 1)),
]


@pytest.mark.parametrize(("path", "place"), PLACES, ids=[str(path) for path, _ in PLACES])
def test_a_field_is_located_or_else_the_nearest_thing_around_it(
    tmp_path: Path, path: tuple[str | int, ...], place: tuple[int, int]
) -> None:
    found = read(tmp_path, HOSPITAL)

    position = found.locate(path)

    assert (position.line, position.column) == place
    assert position.file == str(tmp_path / "a.yaml")


HEAD = "catenary: 1\nservices:\n  a/b:\n    name: B\n"
MISTAKES: list[tuple[str, str, list[str]]] = [
    (
        "unknown field",
        HEAD + "    warrantys: {}\n",
        ['a.yaml:5:5: a service has no field "warrantys"; expected: did you mean "warranty"?'],
    ),
    (
        "unknown section",
        "catenary: 1\nservice: {}\n",
        ['a.yaml:2:1: a catalogue file has no field "service"; expected: did you mean "services"?'],
    ),
    (
        "wrong unit",
        HEAD + "    warranty: {availability: 99.9 h}\n",
        [
            'a.yaml:5:16: "99.9 h" is a duration, not a percentage; '
            "expected: a percentage above 0 and at most 100, such as 99.9 %"
        ],
    ),
    (
        "sexagesimal",
        HEAD + "    warranty: {continuity: {recovery-time: 1:30}}\n",
        [
            'a.yaml:5:29: "1:30" may be hours and minutes or minutes and seconds; '
            "expected: 1 h 30 min or 1 min 30 s"
        ],
    ),
    (
        "threshold",
        HEAD + "    relies-on:\n      - at-least: 3\n        of: [a/c, a/d]\n",
        ["a.yaml:6:9: 3 can never be reached: all together have 2; expected: at most 2"],
    ),
    (
        "the same key in one file",
        HEAD + "  a/b: {name: C}\n",
        ['a.yaml:5:3: "a/b" stands twice here: first in line 3, column 3; expected: each key once'],
    ),
    (
        "the same field twice",
        HEAD + "    name: C\n",
        [
            'a.yaml:5:5: "name" stands twice here: first in line 4, column 5; '
            "expected: each key once"
        ],
    ),
    (
        "no version",
        "services: {}\n",
        ["a.yaml:1:1: the file does not say that it is a catalogue file; expected: catenary: 1"],
    ),
    (
        "another version",
        "catenary: 2\n",
        ['a.yaml:1:1: version "2" of the file format is not known here; expected: catenary: 1'],
    ),
    (
        "look-alike in a reference",
        HEAD + "    relies-on: [a/с]\n",
        [
            'a.yaml:5:17: reference "a/с" holds U+0441 (cyrillic small letter es) at position 3; '
            'expected: the ASCII "c" instead'
        ],
    ),
    (
        "look-alike in a field",
        "catenary: 1\nservices:\n  a/b:\n    nаme: B\n",
        [
            'a.yaml:3:3: a service has no "name"; expected: name: the name people know it by',
            'a.yaml:4:5: the field "nаme" holds U+0430 (cyrillic small letter a) at position 2; '
            'expected: the ASCII "a" instead',
        ],
    ),
    (
        "text that turns around",
        HEAD + '    tags: ["a\\u202Eb"]\n',
        [
            'a.yaml:5:12: "a\\u202eb" holds U+202E (right-to-left override) at position 2; '
            "expected: no control characters and nothing invisible"
        ],
    ),
    (
        "zero width in a key",
        'catenary: 1\norganizations:\n  "a\\u200Bb": {name: A}\n',
        [
            'a.yaml:3:3: key of the organization "a\\u200bb" holds U+200B (zero width space) '
            "at position 2; expected: lower-case letters, digits, hyphen, point and underscore, "
            "starting and ending with a letter or digit, at most 100"
        ],
    ),
    (
        "tabs",
        "catenary: 1\nservices:\n\ta/b: {name: B}\n",
        [
            "a.yaml:3:1: this is not well-formed YAML: while scanning for the next token: "
            "found character that cannot start any token; expected: a text that starts with "
            "@, ` or % in quotes, and spaces for indentation, not tabs"
        ],
    ),
    (
        "a redefined anchor",
        "catenary: 1\norganizations:\n  a: &x {name: A}\n  b: &x {name: B}\n  c: *x\n",
        [
            'a.yaml:4:6: the anchor "x" is defined again; first in line 3; '
            "expected: another name for one of them"
        ],
    ),
    (
        "an alias to nothing",
        "catenary: 1\norganizations:\n  a: {name: A, part-of: *x}\n",
        [
            'a.yaml:3:25: the alias "x" names no anchor before it; '
            "expected: an anchor that is complete before its alias"
        ],
    ),
    (
        "an alias inside itself",
        HEAD + "    tags: &x [*x]\n",
        [
            'a.yaml:5:15: the alias "x" stands inside what it names; '
            "expected: an anchor that is complete before its alias",
            "a.yaml:5:15: this is nothing; expected: a text",
        ],
    ),
    (
        "a tag",
        HEAD + "    owner: !!python/object:os.system x\n",
        [
            'a.yaml:5:12: the tag "tag:yaml.org,2002:python/object:os.system" is not understood; '
            "expected: no tags"
        ],
    ),
    (
        "a merge key",
        "catenary: 1\norganizations:\n  a: &x {name: A}\n  b: {<<: *x, name: B}\n",
        ["a.yaml:4:7: merge keys (<<) are not understood; expected: the fields written out"],
    ),
    (
        "a second document",
        "catenary: 1\n---\ncatenary: 1\n",
        ["a.yaml:2:1: a second document starts here; expected: one document in each file"],
    ),
    (
        "a list at the top",
        "- catenary: 1\n",
        ["a.yaml:1:1: the file is not a mapping; expected: catenary: 1 and sections below it"],
    ),
    (
        "a list for a section",
        "catenary: 1\nservices: [a/b]\n",
        [
            "a.yaml:2:1: services is a mapping; this is a list; "
            "expected: keys with what they say below them"
        ],
    ),
    (
        "a list for a key",
        "catenary: 1\norganizations:\n  a: {name: A, [x]: y}\n",
        ["a.yaml:3:16: a key must be a text; expected: key: value; a text with braces in quotes"],
    ),
    (
        "consumed twice",
        "catenary: 1\nconsumption:\n  a:\n    - b/c\n    - {service: b/c, known-as: C}\n",
        [
            'a.yaml:5:7: "a" consumes "b/c" twice: first in a.yaml, line 4, column 7; '
            "expected: each service once for each consumer"
        ],
    ),
    (
        "deep nesting",
        HEAD + "    tags: " + "[" * 40 + "]" * 40 + "\n",
        ["a.yaml:5:38: this is nested deeper than 30 levels; expected: a flatter file"],
    ),
    (
        "a control character",
        HEAD + "    owner: x\x00y\n",
        [
            "a.yaml:5:13: the control character U+0000 stands here; "
            "expected: a text file without control characters"
        ],
    ),
    (
        "an open quotation mark",
        HEAD + '    owner: "x\n',
        [
            "a.yaml:6:1: this is not well-formed YAML: while scanning a quoted scalar: "
            "found unexpected end of stream; expected: a closing quotation mark"
        ],
    ),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [(text, expected) for _, text, expected in MISTAKES],
    ids=[name for name, _, _ in MISTAKES],
)
def test_a_mistake_is_named_with_its_place_and_its_remedy(
    tmp_path: Path, text: str, expected: list[str]
) -> None:
    assert said(tmp_path, read(tmp_path, text)) == expected


def test_norway_and_friends_stay_texts(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "catenary: 1\norganizations:\n  no: {name: 2024-01-01}\n  on: {name: 0x1F, part-of: no}\n",
    )

    assert found.problems == []
    assert found.catalogue.organizations["no"].name == "2024-01-01"
    assert found.catalogue.organizations["on"].part_of == "no"


def test_the_same_key_in_two_files_names_both_places(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.yml").write_text("catenary: 1\nservices:\n  a/b: {name: Other}\n")

    found = read(tmp_path, HEAD)

    assert said(tmp_path, found) == [
        'deep/b.yml:3:3: "a/b" stands twice: first in a.yaml, line 3, column 3; '
        "expected: each key once in all files"
    ]
    assert found.catalogue.services["a/b"].name == "B"


def test_every_mistake_is_listed_in_the_order_of_places(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        HEAD.replace("name: B", "nme: B") + "    stage: lively\n  C/d: {name: D, owner: [1]}\n",
    )

    assert [(problem.line, problem.column) for problem in found.problems] == [
        (3, 3),
        (4, 5),
        (5, 5),
        (6, 3),
        (6, 18),
    ]


def test_a_modest_alias_repeats_what_it_names(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        HEAD + "    warranty: &usual {availability: 99.5 %}\n  a/c: {name: C, warranty: *usual}\n",
    )

    assert found.problems == []
    services = found.catalogue.services
    assert services["a/b"].warranty == services["a/c"].warranty


def test_a_bomb_of_aliases_is_refused_where_it_goes_off(tmp_path: Path) -> None:
    lines = ["    tags: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"    t{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]

    found = read(tmp_path, HEAD + "\n".join(lines) + "\n")

    bomb = [problem for problem in found.problems if "aliases repeat" in problem.sentence]
    assert [problem.line for problem in bomb] == [10]


def test_a_file_that_is_too_large_is_refused_by_its_size(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(100_000_000)

    found = read(tmp_path, HEAD)

    assert said(tmp_path, found) == [
        "huge.yaml:1:1: the file has 100 MB; "
        "expected: at most 50 MB; split it, any number of files is merged"
    ]
    assert "a/b" in found.catalogue.services


def test_a_file_that_is_not_utf_8_is_refused_with_the_place(tmp_path: Path) -> None:
    found = read(tmp_path, b"catenary: 1\n# caf\xe9\n")

    assert said(tmp_path, found) == [
        "a.yaml:2:6: the file is not UTF-8: the byte 0xE9 stands here; "
        "expected: a text file saved as UTF-8"
    ]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    found = read(tmp_path, b"\xef\xbb\xbf" + HOSPITAL.replace("\n", "\r\n").encode())

    assert found.problems == []
    assert found.locate((*PATIENTS, "owner")).line == 11


def test_links_are_followed_inside_the_folder_only(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.yaml").write_text("catenary: 1\n")
    (inside / "link.yaml").symlink_to(outside / "secret.yaml")
    (inside / "folder").symlink_to(outside, target_is_directory=True)
    (inside / "zz.yaml").symlink_to(inside / "a.yaml")
    (inside / "loop.yaml").symlink_to(inside / "loop.yaml")

    found = read(inside, HEAD)

    assert [problem.file.removeprefix(f"{inside}/") for problem in found.problems] == [
        "folder",
        "link.yaml",
        "loop.yaml",
    ]
    assert list(found.catalogue.services) == ["a/b"]


def test_hidden_folders_are_passed_by_and_pipes_do_not_hang(tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "workflow.yaml").write_text("on: push\n")
    os.mkfifo(tmp_path / "pipe.yaml")

    found = read(tmp_path, HEAD)

    assert said(tmp_path, found) == [
        "pipe.yaml:1:1: this is not a regular file; expected: a YAML file"
    ]


def test_an_empty_or_missing_folder_says_so(tmp_path: Path) -> None:
    empty = read_catalogue(tmp_path)
    missing = read_catalogue(tmp_path / "nowhere")

    assert [problem.sentence for problem in empty.problems] == ["there is no catalogue file here"]
    assert [problem.sentence for problem in missing.problems] == ["there is no such file or folder"]


def test_a_file_name_cannot_forge_a_message(tmp_path: Path) -> None:
    found = read(tmp_path, "- x\n", name="a\n\x1b[2Jb.yaml")

    assert "a\\u000a\\u001b[2Jb.yaml" in found.problems[0].file


def test_progress_is_told_now_and_then(tmp_path: Path) -> None:
    lines = "".join(f"  o{n}: {{name: O}}\n" for n in range(2_500))
    (tmp_path / "a.yaml").write_text(f"catenary: 1\norganizations:\n{lines}")
    told: list[int] = []

    read_catalogue(tmp_path, progress=told.append)

    assert told == [1000, 2000]


def test_a_flood_of_problems_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_PROBLEMS", 10)
    entries = "".join(f"  o{n}: {{}}\n" for n in range(50))

    found = read(tmp_path, f"catenary: 1\norganizations:\n{entries}")

    assert len(found.problems) == 12
    assert "more than 10 problems" in "".join(said(tmp_path, found))


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        ("services:\n" + "? " * 5_000, "nested deeper"),
        ("services: " + "{" * 5_000, "nested deeper"),
        ("services:\n  " + "- " * 5_000, "nested deeper"),
        (f"organizations:\n  a: {{name: [{'x,' * 500_001}]}}\n", "more than 500,000 values"),
    ],
    ids=["keys in keys", "mappings", "lists", "one endless list"],
)
def test_what_is_built_to_exhaust_is_stopped(tmp_path: Path, text: str, said_of_it: str) -> None:
    found = read(tmp_path, f"catenary: 1\n{text}")

    assert any(said_of_it in problem.sentence for problem in found.problems)


_pieces = st.sampled_from(
    [
        *HOSPITAL.splitlines(keepends=True),
        *"\n\t :-{}[],&*!|>'\"%@`#?x\x00é\u202e",
        "<<: *x",
        "---\n",
    ]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(_pieces, max_size=30).map("".join))
def test_no_text_makes_reading_fail(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)

    for problem in found.problems:
        assert problem.line >= 1 and problem.column >= 1
        assert problem.sentence and problem.expected
    for reference in found.catalogue.services:
        assert found.locate(("services", reference, "name")).line >= 1


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=60))
def test_no_bytes_make_reading_fail(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, b"catenary: 1\n" + content).catalogue.services == {}


def test_the_size_limit_is_the_documented_one() -> None:
    assert folders.MAX_BYTES == 50_000_000
