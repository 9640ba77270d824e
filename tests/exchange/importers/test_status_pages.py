"""Histories of status pages: what is told of whom, and what nobody declared."""

from __future__ import annotations

from pathlib import Path

import pytest

from catenary.exchange.importers.cstate import read_cstate
from catenary.exchange.importers.csv.reading import read_csv
from catenary.exchange.importers.naming import read_names
from catenary.exchange.importers.report import Imported, ImportRefused, Outcome
from catenary.exchange.importers.upptime import read_upptime
from tests.exchange.importers.worlds import lines, rejections, write

CONFIG = """
title: Ironport status
params:
  systems:
    - {name: Grid, description: Power for all}
    - name: Mail
"""
MAPPING = """
catenary-mapping: 1
source: ironport
services: {the grid: Grid, web site: other/web}
leave-out: [everything]
conditions: {notice: maintenance}
"""


def incident(head: str, text: str = "Somebody stumbled.") -> str:
    return f"---\n{head}\n---\n{text}\n"


def page(folder: Path, mapping: str = MAPPING, **incidents: str) -> Imported:
    files = {f"content/issues/{name}.md": text for name, text in incidents.items()}
    write(folder, {"config.yml": CONFIG, "names.yaml": mapping, **files})
    return read_cstate([folder], mapping=folder / "names.yaml", provider="ironport")


def told(imported: Imported) -> list[tuple[str, ...]]:
    return [
        (
            one.plain["service"],
            one.plain["condition"],
            one.plain["from"],
            one.plain.get("until", ""),
        )
        for one in imported.told
    ]


def test_incidents_are_told_of_the_systems_they_affected(tmp_path: Path) -> None:
    imported = page(
        tmp_path,
        fire=incident(
            "title: Fire\ndate: 2024-05-01 10:00:00\nresolved: true\n"
            "resolvedWhen: 2024-05-01 12:00:00 +0200\nseverity: disrupted\n"
            "affected:\n  - GRID\n  - Web  Site\nsection: issue"
        ),
        work=incident("date: 2024-06-01\nresolved: false\nseverity: notice\naffected: [Mail]"),
    )

    assert told(imported) == [
        ("ironport/grid", "degraded", "2024-05-01 10:00:00", "2024-05-01 12:00:00+0200"),
        ("other/web", "degraded", "2024-05-01 10:00:00", "2024-05-01 12:00:00+0200"),
        ("ironport/mail", "maintenance", "2024-06-01T00:00Z", ""),
    ]
    assert imported.told[0].plain["text"] == "Fire"
    assert (imported.told[0].line, imported.told[1].line) == (8, 9)
    assert imported.voice.name == "ironport"
    assert sorted(imported.catalogue.services) == ["ironport/grid", "ironport/mail"]


def test_a_name_that_nobody_declared_is_listed_and_not_guessed(tmp_path: Path) -> None:
    imported = page(
        tmp_path,
        one=incident(
            "date: 2024-05-01 10:00:00\nseverity: down\naffected: [Gird, everything, Mail]"
        ),
    )

    assert [(where, why.partition(";")[0]) for where, why in rejections(imported)] == [
        (4, "nobody declared which service 'Gird' is")
    ]
    assert 'did you mean "grid"' in rejections(imported)[0][1]
    assert len(lines(imported, Outcome.SKIPPED)) == 1
    assert [one.plain["service"] for one in imported.told] == ["ironport/mail"]


def test_what_is_no_incident_or_tells_nothing_is_said(tmp_path: Path) -> None:
    head = "date: 2024-05-01 10:00:00\naffected: [Mail]\nseverity: "
    imported = page(
        tmp_path,
        MAPPING.replace("conditions: {notice: maintenance}", ""),
        readme="# How to use this\n",
        notice=incident(head + "notice"),
        odd=incident(head + "wobbly"),
        nobody=incident("date: 2024-05-01 10:00:00\nseverity: down"),
        page=incident(head + "down\nsection: page"),
        broken=incident("date: [unclosed"),
    )

    assert imported.told == ()
    assert len(lines(imported, Outcome.SKIPPED)) == 3
    assert len(lines(imported, Outcome.REJECTED)) == 3


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ("services: {a: b}", "catenary-mapping"),
        ("catenary-mapping: 1\nservice: {a: b}", "services"),
        ("catenary-mapping: 1\nservices: [a]", "a mapping from text to text"),
        ("catenary-mapping: 1\nconditions: {notice: dwon}", "down"),
        ("catenary-mapping: 1\notherwise: working", "otherwise"),
        ("catenary-mapping: 1\nwell-from: yesterday", "well-from"),
        ("catenary-mapping: 1\nsource: " + "x" * 5_000, "source"),
        ("- a list", "one mapping"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_line(tmp_path: Path, mapping: str, words: str) -> None:
    write(tmp_path, {"names.yaml": mapping})

    with pytest.raises(ImportRefused) as refused:
        read_names(tmp_path / "names.yaml")

    assert words in str(refused.value)
    assert "names.yaml:" in str(refused.value)


def test_checks_of_upptime_are_read_from_the_log_of_its_repository(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".upptimerc.yml": "sites:\n  - name: Wiki (new)\n    url: https://wiki.example\n",
            "checks.log": "2024-05-01T10:00:00+02:00\t🟩 Wiki (new) is up (200 in 51 ms) "
            "[skip ci] [upptime]\n"
            "2024-05-01T11:00:00+02:00\t🟥 Wiki (new) is down (0 in 0 ms) [skip ci]\n"
            "2024-05-01T11:30:00+02:00\t🍱 Update graphs\n"
            "2024-05-01T12:00:00+02:00\t🟨 Shop has degraded performance (200 in 9000 ms)\n",
        },
    )

    imported = read_upptime([tmp_path], provider="ironport")

    assert [(o.plain["service"], o.plain["condition"], o.line) for o in imported.told] == [
        ("ironport/wiki-new", "operational", 1),
        ("ironport/wiki-new", "down", 2),
    ]
    assert imported.told[0].plain["text"] == "answered 200 in 51 ms"
    assert [line for line, _ in rejections(imported)] == [4]


def test_rows_of_a_table_tell_of_services_of_the_catalogue(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "log.csv": "what,state,from,to,kind\n"
            "The grid,out,2024-05-01T10:00Z,2024-05-01T11:00Z,planned\n"
            "Nothing,out,2024-05-01T10:00Z,,\n"
            "The grid,test,2024-05-01T10:00Z,,\n"
            "The grid,out,,,\n"
            "The grid,out,2024-05-02T10:00Z,,perhaps\n",
            "mapping.yaml": "catenary-mapping: 1\nsource: ledger\nmaps:\n"
            "  services: {The grid: ironport/grid}\n  states: {out: down, test: skip}\n"
            "files:\n  log:\n    observations:\n"
            "      - service: \"{what|map('services')}\"\n"
            "        condition: \"{state|map('states')}\"\n"
            '        from: "{from}"\n        until: "{to}"\n        planned: "{kind}"\n',
        },
    )

    imported = read_csv([tmp_path], mapping=tmp_path / "mapping.yaml")

    assert [one.plain for one in imported.told] == [
        {
            "service": "ironport/grid",
            "condition": "down",
            "from": "2024-05-01T10:00Z",
            "until": "2024-05-01T11:00Z",
            "planned": True,
        }
    ]
    assert [line for line, _ in rejections(imported)] == [3, 5, 6]
    assert not imported.catalogue.services


JENKINS = """
catenary-mapping: 1
source: jenkins
services:
  updates.jenkins-ci.org: updates.jenkins.io
  jenkins.io: www.jenkins.io
  ldap: ldap.jenkins.io
leave-out: [nothing]
"""


@pytest.mark.real_data
def test_the_incidents_of_jenkins(shared_data: Path, tmp_path: Path) -> None:
    write(tmp_path, {"names.yaml": JENKINS})

    imported = read_cstate(
        [shared_data / "jenkins_status" / "jenkins-status"],
        mapping=tmp_path / "names.yaml",
        provider="jenkins",
    )

    assert len(imported.catalogue.services) == 14
    files = {line.source for line in imported.report} | {one.source for one in imported.told}
    assert len({name for name in files if "/issues/" in name}) == 297
    services = {one.plain["service"] for one in imported.told}
    assert services <= set(imported.catalogue.services)
    undeclared = [why for _, why in rejections(imported) if why.startswith("nobody declared")]
    assert len(undeclared) > 100
    assert any("'infra.ci.jenkins.io'" in why for why in undeclared)
    assert not any("'ldap'" in why for why in undeclared)


@pytest.mark.real_data
def test_every_check_of_a_real_upptime_page(shared_data: Path) -> None:
    imported = read_upptime([shared_data / "upptime"], provider="manticore")

    assert len(imported.catalogue.services) == 18
    assert len(imported.told) == 314
    assert not rejections(imported)
