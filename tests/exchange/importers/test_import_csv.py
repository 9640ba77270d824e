"""Tables by a declared mapping: what is taken, and how every mistake is told."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catenary.domain.documents.shapes import Role, Stage
from catenary.exchange.importers.csv.reading import read_csv
from catenary.exchange.importers.report import Imported, ImportRefused, Outcome
from tests.conftest import ROOT, SHARED_DATA
from tests.exchange.importers.worlds import lines, rejections, reliance

MAPPINGS = ROOT / "examples" / "mappings"
SHEET = """\
service,provider,owner,stage,relies on,consumers
CRM,Acme,ana@acme.example,in use,Database;Mail,Ward 3
Database,Acme,,in use,,
Mail,Post Ltd,,planned,,Acme;Ward 3
"""


def sheet(tmp_path: Path, text: str | bytes = SHEET, mapping: str = "") -> Imported:
    table = tmp_path / "sheet.csv"
    table.write_bytes(text if isinstance(text, bytes) else text.encode())
    plan = MAPPINGS / "spreadsheet.yaml"
    if mapping:
        plan = tmp_path / "mapping.yaml"
        plan.write_text(mapping)
    return read_csv([table], mapping=plan)


def test_a_plain_spreadsheet_is_taken(tmp_path: Path) -> None:
    imported = sheet(tmp_path)
    catalogue = imported.catalogue

    assert set(catalogue.organizations) == {"acme", "post-ltd", "ward-3"}
    assert reliance(imported) == ["acme/crm -> acme/database", "acme/crm -> post-ltd/mail"]
    assert set(catalogue.consumption) == {
        ("ward-3", "acme/crm"), ("acme", "post-ltd/mail"), ("ward-3", "post-ltd/mail"),
    }  # fmt: skip
    assert [catalogue.services[key].stage for key in catalogue.services] == [
        Stage.LIVE, Stage.LIVE, Stage.PROPOSED,
    ]  # fmt: skip
    assert catalogue.services["acme/crm"].owner == "ana@acme.example"
    assert catalogue.people["ana@acme.example"].memberships[0].roles == (Role.SERVICE_OWNER,)
    assert imported.rejected == ()


def test_the_sample_of_the_examples_is_taken_whole() -> None:
    imported = read_csv(
        [MAPPINGS / "spreadsheet-sample.csv"], mapping=MAPPINGS / "spreadsheet.yaml"
    )

    assert len(imported.catalogue.services) == 7
    assert len(reliance(imported)) == 8
    assert imported.rejected == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + SHEET.encode(),
        SHEET.encode("utf-16"),
        SHEET.replace("\n", "\r\n").encode(),
        SHEET.replace(";", "/").replace(",", ";").replace("/", ",").encode(),
        SHEET.replace(",", "\t").encode(),
        SHEET.replace("\n", ",,\n").encode(),
        b"\n" + SHEET.encode() + b"\n,,,,,\n",
    ],
    ids=["mark", "utf-16", "crlf", "semicolon", "tab", "empty-cells", "empty-rows"],
)
def test_the_ways_programs_write_tables_are_understood(tmp_path: Path, raw: bytes) -> None:
    imported = sheet(tmp_path, raw)

    assert set(imported.catalogue.organizations) >= {"acme", "post-ltd"}


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("Database;Mail", "Databse", 2, "did you mean 'Database'"),
        ("Database,Acme,,in use,,", "Database,Acme,,in use", 3, "has 4 fields, the header 6"),
        ("Database,Acme,,in use,,", "Database,Acme,,gone,,", 3, "no value for 'gone'"),
        ("Database,Acme,,in use,,", ",Acme,,in use,,", 3, "its key is empty"),
        ("Database,Acme", "Database,", 3, "its provider is empty"),
        ("ana@acme.example", "ana(at)acme", 2, "neither a person nor an organization"),
        ("Database,Acme,,in use", '"Data\x07base",Acme,,in use', 3, "U+0007"),
        ("CRM,Acme", '"' + "C" * 300 + '",Acme', 2, "300 characters"),
    ],
)
def test_one_spoilt_cell_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    imported = sheet(tmp_path, SHEET.replace(old, new, 1))

    assert any(at == line and words in why for at, why in rejections(imported)), imported.rejected
    assert "post-ltd/mail" in imported.catalogue.services


def test_rows_are_told_by_their_physical_line(tmp_path: Path) -> None:
    text = SHEET.replace("CRM,", '"CRM\nof all\nwards",') + "Broken\n"

    imported = sheet(tmp_path, text)

    assert (7, "the row has 1 fields, the header 6") in rejections(imported)


def test_formulas_in_names_are_kept_as_text(tmp_path: Path) -> None:
    imported = sheet(tmp_path, SHEET.replace("Database,", "=1+1,").replace("Database;", "=1+1;"))

    assert imported.catalogue.services["acme/1-1"].name == "=1+1"
    assert "acme/crm -> acme/1-1" in reliance(imported)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "the file is empty"),
        (SHEET.replace("CRM,", '"CRM,').encode(), "sheet.csv:2"),
        (SHEET.replace("CRM", "x" * 140_000).encode(), "sheet.csv:2"),
        (SHEET.replace("CRM", "Caf\u00e9").encode("latin-1"), "sheet.csv:2: the text is not utf-8"),
        (SHEET.replace("owner", "ownr", 1).encode(), 'did you mean "ownr"'),
        (SHEET.replace("owner", "stage", 1).encode(), "has no column 'owner'"),
        (SHEET.replace("\n", ",stage\n", 1).replace("Ward 3\n", "Ward 3,x\n").encode(), "twice"),
    ],
    ids=["empty", "open-quote", "huge", "latin-1", "unknown", "gone", "twice"],
)
def test_a_table_that_cannot_be_understood_is_refused_whole(
    tmp_path: Path, raw: bytes, words: str
) -> None:
    with pytest.raises(ImportRefused) as refused:
        sheet(tmp_path, raw)

    assert words in str(refused.value)


MAPPING = """\
catenary-mapping: 1
maps:
  stage: {"yes": live, otherwise: proposed}
files:
  services:
    file: sheet.csv
    encoding: latin-1
    organizations:
      - {key: "{provider|slug}", name: "{provider}"}
    services:
      - key: "{service}"
        provider: "{provider}"
        stage: "{live|map('stage')}"
        relies-on:
          - {each: "{pool}", split: "+", service: "{item}", as: at-least, minimum: "{need}"}
"""
POOL = """\
service,provider,live,pool,need
Web,Caf\u00e9,yes,a+b+c,2
a,Caf\u00e9,,,
b,Caf\u00e9,,,
c,Caf\u00e9,,,
"""


def test_a_declared_encoding_and_a_threshold_are_understood(tmp_path: Path) -> None:
    imported = sheet(tmp_path, POOL.encode("latin-1"), MAPPING)

    assert imported.catalogue.organizations["cafe"].name == "Caf\u00e9"
    assert reliance(imported) == ["cafe/web -> 2 of cafe/a, cafe/b, cafe/c"]


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("as: any", ["cafe/web -> 1 of cafe/a, cafe/b, cafe/c"]),
        ("as: any, soft: 'yes'", ["cafe/web ~> 1 of cafe/a, cafe/b, cafe/c"]),
        ("as: soft", ["cafe/web ~> cafe/a", "cafe/web ~> cafe/b", "cafe/web ~> cafe/c"]),
        ("as: essential", ["cafe/web -> cafe/a", "cafe/web -> cafe/b", "cafe/web -> cafe/c"]),
        ("as: capacity, minimum: '5', weight: '4'", ["cafe/web -> 5 of cafe/a, cafe/b, cafe/c"]),
    ],
)
def test_groups_of_every_kind_are_made(tmp_path: Path, how: str, found: list[str]) -> None:
    mapping = MAPPING.replace('as: at-least, minimum: "{need}"', how)

    assert reliance(sheet(tmp_path, POOL.encode("latin-1"), mapping)) == found


def test_a_threshold_that_can_never_hold_is_rejected(tmp_path: Path) -> None:
    imported = sheet(tmp_path, POOL.replace(",2\n", ",4\n").encode("latin-1"), MAPPING)

    assert any("can never be reached" in why for _, why in rejections(imported))
    assert "cafe/web" in imported.catalogue.services


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("catenary-mapping: 1\n", "catenary-mapping: 2\n", 1, "catenary-mapping: 1 is required"),
        ("maps:", "map:", 2, 'did you mean "maps"'),
        ("file: sheet", "fil: sheet", 6, 'did you mean "file"'),
        ("encoding: latin-1", "encoding: latin-99", 7, "no 'latin-99'"),
        ("encoding: latin-1", "delimiter: abc", 7, "one character"),
        ("encoding: latin-1", "skip-lines: -1", 7, "number of lines"),
        ("organizations:", "organisations:", 8, 'did you mean "organizations"'),
        ('key: "{provider|slug}", ', "", 9, "'key' is missing"),
        ("{provider|slug}", "{provider|slugg}", 9, 'did you mean "slug"'),
        ("{provider|slug}", "{provider", 9, "a single '{'"),
        ("{provider|slug}", "{provider|default}", 9, "takes 1 argument"),
        ("{provider|slug}", "{provider|truncate('x')}", 9, "number of characters"),
        ("map('stage')", "map('stags')", 13, 'did you mean "stage"'),
        ('"{service}"', "[a, b]", 11, "reject"),
        ("as: at-least", "as: at-lest", 15, 'did you mean "at-least"'),
        ("{need}", "{needs}", 15, "no column 'needs'"),
        ("encoding: latin-1", "join: {with: sites, on: provider}", 7, "no such file"),
        ("encoding: latin-1", "join: {with: services}", 7, "on: names the column"),
        ("encoding: latin-1", "encoding: latin-1\n    only: {livve: x}", 8, 'did you mean "live"'),
        ("sheet.csv", "shoot.csv", 6, "no file called"),
        ("files:", "files: [", 6, "not YAML"),
        ("    file:", "    file: x\n    file:", 7, "stands twice"),
    ],
)
def test_a_mistake_in_the_mapping_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    mapping = MAPPING.replace(old, new, 1)
    if words == "reject":
        assert rejections(sheet(tmp_path, POOL.encode("latin-1"), mapping))
        return
    if "shoot" in new:
        mapping += "  other: {file: other.csv}\n"

    with pytest.raises(ImportRefused) as refused:
        sheet(tmp_path, POOL.encode("latin-1"), mapping)

    found = [told for told in refused.value.problems if words in told]
    assert found, refused.value
    assert f"mapping.yaml:{line}:" in found[0] or "shoot" in new


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    mapping = MAPPING.replace("maps:", "map:").replace("encoding:", "encodng:")

    with pytest.raises(ImportRefused) as refused:
        sheet(tmp_path, POOL, mapping)

    assert len(refused.value.problems) == 3


JOINED = """\
catenary-mapping: 1
files:
  sites:
    organizations: [{key: "{org}"}]
  nodes:
    join: [{with: sites, on: {at: site}, many: MANY, missing: MISSING}]
    only: {state: {not: [gone, ""]}}
    services:
      - {key: "{node}", provider: "{sites.org|default('none')}", tags: [{each: "{labels}"}]}
  edges:
    optional: true
    dependencies:
      - service: "{from}"
        relies-on: {service: "{to}", as: any, group: "{set}"}
"""
TABLES = {
    "sites.csv": "site,org\nA,Acme\nB,Bolt\nB,Burr\n",
    "nodes.csv": (
        "node,at,state,labels\nn1,A,up,x;y;x\nn2,A,up,\nn3,A,up,\nn4,A,gone,\nn5,C,up,\nn6,B,up,\n"
    ),
    "edges.csv": "from,to,set\nn1,n2,s\nn1,n3,s\nn2,n3,\n",
}


def tables(tmp_path: Path, many: str = "reject", missing: str = "reject") -> Imported:
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "notes.csv").write_text("x\n")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(JOINED.replace("MANY", many).replace("MISSING", missing))
    return read_csv([tmp_path], mapping=mapping)


def test_files_are_joined_filtered_and_linked(tmp_path: Path) -> None:
    imported = tables(tmp_path)

    assert list(imported.catalogue.services) == ["acme/n1", "acme/n2", "acme/n3"]
    assert imported.catalogue.services["acme/n1"].tags == ("x", "y")
    assert set(reliance(imported)) == {"acme/n1 -> 1 of acme/n2, acme/n3", "acme/n2 -> acme/n3"}
    assert [(line.line, line.reason) for line in lines(imported, Outcome.SKIPPED)] == [
        (5, "state is 'gone'")
    ]
    assert {line for line, _ in rejections(imported)} == {6, 7}


@pytest.mark.parametrize(
    ("many", "missing", "found"),
    [
        ("each", "reject", {"bolt/n6", "burr/n6"}),
        ("first", "reject", {"bolt/n6"}),
        ("reject", "keep", set()),
    ],
)
def test_a_join_says_what_to_do_with_many_and_with_none(
    tmp_path: Path, many: str, missing: str, found: set[str]
) -> None:
    services = set(tables(tmp_path, many, missing).catalogue.services)

    assert services - {"acme/n1", "acme/n2", "acme/n3"} == found


def test_sorting_the_rows_anew_changes_no_key(tmp_path: Path) -> None:
    head, *rows = (SHEET + "crm,Acme,,in use,,\nCrm,Acme,,in use,,\n").splitlines(keepends=True)

    one = sheet(tmp_path, head + "".join(rows)).catalogue.services
    other = sheet(tmp_path, head + "".join(reversed(rows))).catalogue.services

    assert {key: each.name for key, each in one.items()} == {
        key: each.name for key, each in other.items()
    }
    assert len(one) == 5


def test_an_ambiguous_name_is_rejected_with_the_choices(tmp_path: Path) -> None:
    text = SHEET.replace("Mail,Post", "Database,Post").replace("CRM,Acme", "CRM,Other")

    imported = sheet(tmp_path, text)

    choices = "'Database' may mean any of Acme/Database, Post Ltd/Database: name the provider"
    assert (2, choices) in rejections(imported)


def test_without_a_mapping_the_import_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="--mapping"):
        read_csv([tmp_path])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_refusal(tmp_path: Path, raw: bytes) -> None:
    head = SHEET.splitlines()[0].encode() + b"\n"
    try:
        imported = sheet(tmp_path, head + raw)
    except ImportRefused as refused:
        assert refused.problems
    else:
        for service in imported.catalogue.services.values():
            assert service.provider in imported.catalogue.organizations


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(st.text(alphabet="{}|'\"(), abslugdefault0\\", max_size=30))
def test_no_template_raises_anything_but_a_refusal(tmp_path: Path, text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    mapping = MAPPING.replace('"{service}"', quoted)
    try:
        imported = sheet(tmp_path, POOL.encode("latin-1"), mapping)
    except ImportRefused as refused:
        assert refused.problems
    else:
        assert imported.report


@pytest.mark.real_data
def test_the_registry_of_the_osg_is_understood() -> None:
    imported = read_csv([SHARED_DATA / "osg_topology"], mapping=MAPPINGS / "osg.yaml")
    catalogue = imported.catalogue

    providers = {each.provider for each in catalogue.services.values()}
    resources = [each for each in catalogue.services.values() if "resource" in each.tags]
    instances = [each for each in catalogue.services.values() if "service instance" in each.tags]
    assert (len(providers), len(resources), len(instances)) == (190, 1100, 1215)
    assert len(catalogue.organizations) == 190 + 115
    assert len({tag for each in instances for tag in each.tags} - {"service instance"}) == 29
    assert all(len(each.relies_on) == 1 for each in instances)
    # Of a resource nobody reports: with nothing told, the services on it would all be unknown.
    assert all(each.assume_operational for each in resources)
    assert not any(each.assume_operational for each in instances)
    assert len({consumer for consumer, _ in catalogue.consumption}) == 37
    assert len(catalogue.consumption) == 789
    assert sum(each.stage is Stage.LIVE for each in resources) == 723 + 39
    # Downtimes of what is not listed: the next test names each.
    assert (len(imported.rejected), len(imported.told)) == (231, 2881)
    percent = [line for line in lines(imported, Outcome.SKIPPED) if "percent" in line.reason]
    assert len(percent) == 1


@pytest.mark.real_data
def test_downtimes_of_what_the_registry_does_not_list_are_rejected_one_by_one() -> None:
    folder = SHARED_DATA / "osg_topology"
    imported = read_csv([folder], mapping=MAPPINGS / "osg.yaml")

    with (folder / "resources.csv").open(encoding="utf-8", newline="") as file:
        facility = {row["resource"]: row["facility"] for row in csv.DictReader(file)}
    with (folder / "services.csv").open(encoding="utf-8", newline="") as file:
        listed = {(row["resource"], row["service"]) for row in csv.DictReader(file)}
    unlisted = []
    with (folder / "downtimes_started_before_2025.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        for row in rows:
            # What is no outage is left aside before anybody looks whom it is about.
            if row["severity"] != "No Significant Outage Expected":
                unlisted += [
                    (rows.line_num, f"{row['resource']}.{service}", facility[row["resource"]])
                    for service in row["services"].split(";")
                    if (row["resource"], service) not in listed
                ]
    assert len(unlisted) == 231
    assert len({service for _, service, _ in unlisted}) == 52
    assert {line.item for line in imported.rejected} == {"observation"}
    # Some are told what they may have meant, too.
    assert [
        (each.line, each.reason.partition("; did you mean ")[0]) for each in imported.rejected
    ] == [
        (line, f"there is no service '{service}' at {provider} here")
        for line, service, provider in unlisted
    ]
