"""Every command once as a user runs it: what it answers, in words and in JSON, and its code."""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from catenary.apps.monitoring.operations.owning import _LOCK
from tests.installation import Installation, copied
from tests.product import catenary

HEAD = "catenary: 1\n"
TWO = (
    HEAD
    + """
organizations:
  acme: {name: Acme}
  buyer: {name: Buyer}
people:
  ed@acme.example: {name: Ed, organization: acme, roles: [catalogue-editor]}
  vi@acme.example: {name: Vi, organization: acme, roles: [viewer]}
  bo@buyer.example: {name: Bo, organization: buyer, roles: [catalogue-editor]}
services:
  acme/shop:
    name: Shop
    stage: live
    published-to: everyone
    relies-on: [acme/db]
  acme/db: {name: Database, stage: live}
consumption:
  buyer: [acme/shop]
"""
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "two.yaml").write_text(TWO)
    return folder


@pytest.fixture
def stocked(installation: Installation, files: Path) -> Installation:
    installation.fine("apply", files)
    return installation


def edit(files: Path, before: str, after: str) -> None:
    path = files / "two.yaml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def test_a_plan_changes_nothing_and_lists_everything(
    installation: Installation, files: Path
) -> None:
    before = installation.digest()

    said = installation.fine("plan", files)
    value = installation.fine("plan", files, "--json").json

    assert installation.digest() == before
    assert "8 to create, 0 to change, 0 to remove, 0 unchanged." in said.out
    assert {(c["kind"], c["reference"], c["action"]) for c in value["changes"]} >= {
        ("organization", "acme", "create"),
        ("service", "acme/shop", "create"),
        ("consumption", "buyer > acme/shop", "create"),
    }
    assert (value["unchanged"], value["refusals"]) == (0, [])


def test_applying_twice_writes_once(installation: Installation, files: Path) -> None:
    first = installation.fine("apply", files, "--note", "the beginning")
    after = installation.digest()
    second = installation.fine("apply", files, "--json")

    assert "Applied." in first.out
    assert second.json["changes"] == []
    assert installation.digest() == after
    notes = installation.rows("SELECT note FROM history_change")
    assert ("the beginning",) in notes


def test_a_change_is_shown_field_by_field(stocked: Installation, files: Path) -> None:
    edit(files, "name: Database", "name: Data store")

    said = stocked.fine("plan", files)

    assert "~ service acme/db\n    name: Database → Data store\n" in said.out

    edit(files, "relies-on: [acme/db]", "relies-on: [{any: [acme/db, acme/spare]}]")
    edit(files, "  acme/shop:", "  acme/spare: {name: Spare, stage: live}\n  acme/shop:")
    said = stocked.fine("plan", files)
    assert "    relies-on: - acme/db + any 1 of 2: acme/db, acme/spare\n" in said.out


def test_what_was_exported_applies_without_a_change(stocked: Installation, tmp_path: Path) -> None:
    written = stocked.fine("export", tmp_path / "out", "--json").json["files"]
    before = stocked.digest()

    plan = stocked.fine("plan", tmp_path / "out", "--source", "files", "--json").json

    assert {Path(name).name for name in written} == {"acme.yaml", "buyer.yaml"}
    assert plan["changes"] == []
    assert stocked.digest() == before


def test_an_export_leaves_other_peoples_files_alone(stocked: Installation, files: Path) -> None:
    refused = stocked.run("export", files)

    assert refused.code == 2
    assert "two.yaml" in refused.err
    assert [path.name for path in files.iterdir()] == ["two.yaml"]
    assert stocked.run("export", files, "--force").code == 0
    assert (files / "two.yaml").read_text() == TWO


def test_only_prune_removes_and_only_what_nobody_needs(stocked: Installation, files: Path) -> None:
    edit(files, "  acme/db: {name: Database, stage: live}\n", "")
    before = stocked.digest()

    kept = stocked.fine("apply", files, "--json")
    refused = stocked.run("apply", files, "--prune")
    edit(files, "    relies-on: [acme/db]\n", "")
    gone = stocked.run("apply", files, "--prune")

    assert kept.json["changes"] == []
    assert refused.code == 1
    assert "acme/db" in refused.err
    assert "Applied" not in refused.out
    assert gone.code == 0, gone.err
    assert stocked.digest() != before
    assert stocked.run("show", "acme/db").code == 2


def test_what_another_source_manages_is_taken_over_only_when_told(
    stocked: Installation, files: Path
) -> None:
    edit(files, "name: Database", "name: Mine now")
    before = stocked.digest()

    refused = stocked.run("apply", files, "--source", "other", "--json")
    assert (refused.code, stocked.digest()) == (1, before)
    assert any("--take-over" in r["remedy"] for r in refused.json["refused"])
    told = " ".join(r["sentence"] + r["remedy"] for r in refused.json["refused"])
    assert "is managed by the catalogue files “files”" in told and "folder:" not in told

    taken = stocked.run("apply", files, "--source", "other", "--take-over")
    assert taken.code == 0, taken.err
    assert "managed by the catalogue files “files” until now" in taken.out
    assert stocked.fine("show", "acme/db", "--json").json["name"] == "Mine now"


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("ed@acme.example", 0),
        ("vi@acme.example", 1),
        ("bo@buyer.example", 1),
        ("no@nowhere.example", 2),
    ],
)
def test_a_person_may_apply_what_their_roles_allow(
    stocked: Installation, files: Path, who: str, code: int
) -> None:
    edit(files, "name: Database", "name: Data store")
    before = stocked.digest()

    ran = stocked.run("apply", files, "--by", who)

    assert ran.code == code, ran
    assert (stocked.digest() == before) is (code != 0)


def test_a_refusal_in_json_says_code_place_and_remedy(stocked: Installation, files: Path) -> None:
    edit(files, "name: Database", "name: Data store")

    refused = stocked.run("apply", files, "--by", "vi@acme.example", "--json")

    assert refused.code == 1
    assert {"code", "reference", "path", "sentence", "remedy"} == set(refused.json["refused"][0])


def test_a_service_is_shown_as_each_side_sees_it(stocked: Installation) -> None:
    provider = stocked.fine("show", "acme/shop", "--json").json
    customer = stocked.fine("show", "acme/shop", "--as", "buyer", "--json").json

    assert provider["role"] == "customer-facing"
    assert (provider["seen-as"], customer["seen-as"]) == ("acme", "buyer")
    assert provider["relies-on"] == ["acme/db"]
    assert "Shop" in stocked.fine("show", "acme/shop").out


def test_a_supporting_service_is_not_shown_to_a_customer(stocked: Installation) -> None:
    hidden = stocked.run("show", "acme/db", "--by", "bo@buyer.example")
    missing = stocked.run("show", "acme/nothing", "--by", "bo@buyer.example")

    assert hidden.code == missing.code == 2
    # Word for word the same: the answer does not tell that there is something to hide.
    assert hidden.err.replace("acme/db", "X") == missing.err.replace("acme/nothing", "X")


def test_an_organization_is_shown(stocked: Installation) -> None:
    value = stocked.fine("show", "acme", "--json").json

    assert (value["customers"], value["provided-count"]) == (["buyer"], 2)
    assert stocked.run("show", "nowhere").code == 2


def test_impact_is_told_in_words_and_in_json(stocked: Installation) -> None:
    words = stocked.fine("impact", "acme/db").out
    value = stocked.fine("impact", "acme/db", "--json").json
    alone = stocked.fine("impact", "acme/shop", "--condition", "degraded").out
    assert stocked.fine("impact", "acme/db", "--json", "--limit", "1").json == value
    assert stocked.run("impact", "acme/db", "--limit", "0").code == 2

    assert "down acme/shop Shop <- acme/db" in words
    assert "organization buyer: down; consumes acme/shop" in words
    assert value["services"][0]["path"] == ["acme/shop", "acme/db"]
    assert value["counts"] == {"down": 1, "degraded": 0, "at-risk": 0}
    assert "organization buyer: degraded" in alone
    assert stocked.run("impact", "acme/nothing").code == 2
    assert stocked.run("impact", "acme/db", "--condition", "tired").code == 2
    hidden = stocked.run("impact", "acme/db", "--by", "bo@buyer.example")
    missing = stocked.run("impact", "acme/xx", "--by", "bo@buyer.example")
    assert (hidden.code, hidden.err) == (2, missing.err.replace("acme/xx", "acme/db"))


def test_what_if_is_told_for_each_piece_of_time(stocked: Installation) -> None:
    supposed = "acme/db=down@2040-01-10T02:00Z/2040-01-10T04:00Z"
    later = "acme/shop=degraded@2040-01-10T04:00Z/2040-01-10T05:00Z"

    words = stocked.fine("impact", supposed, later, "--basis", "fine").out
    value = stocked.fine("impact", supposed, later, "--basis", "fine", "--json").json

    assert "Suppose acme/db Database is down" in words
    assert "From 2040-01-10T02:00:00+00:00 until 2040-01-10T04:00:00+00:00:" in words
    assert "because of acme/shop <- acme/db: down (supposed)" in words
    assert "organization buyer: down, by 1 service it consumes" in words
    pieces = [
        (one["from"], {each["reference"]: each["after"]["condition"] for each in one["services"]})
        for one in value["pieces"]
    ]
    assert pieces == [
        ("2040-01-10T02:00:00+00:00", {"acme/db": "down", "acme/shop": "down"}),
        ("2040-01-10T04:00:00+00:00", {"acme/shop": "degraded"}),
    ]
    assert stocked.run("impact", "acme/db=down@2040-01-10T02:00Z").code == 2
    assert stocked.run("impact", "acme/db=down@2040-01-10T04:00Z/2040-01-10T02:00Z").code == 2
    assert stocked.run("impact", "acme/db=tired").code == 2


def test_status_says_when_nobody_follows_what_is_reported(stocked: Installation) -> None:
    stocked.fine("observe", "acme/db", "down")

    for asked in (["acme/shop"], ["--as", "acme"]):
        told = stocked.fine("status", *asked)
        assert "this may be out of date: no worker has followed what is reported" in told.err
        assert stocked.fine("status", *asked, "--json").json["is-current"] is False
    _follow(stocked)
    for asked in (["acme/shop"], ["--as", "acme"]):
        assert "out of date" not in stocked.fine("status", *asked).err
        assert stocked.fine("status", *asked, "--json").json["is-current"] is True
    assert "out of date" not in stocked.fine("status", "acme/shop", "--as-of", "2020-01-01").err


def test_status_is_told_as_it_was_known_at_a_moment(stocked: Installation) -> None:
    then = datetime.now(UTC).isoformat()
    stocked.fine("observe", "acme/db", "down", "--at", then)
    _follow(stocked)

    def shown(*more: str) -> str:
        return str(stocked.fine("status", "acme/shop", "--json", *more).json["condition"])

    # Since then it is down; nobody knew before it was said.
    assert shown() == "down"
    assert shown("--as-of", then) == "down"
    assert shown("--as-of", then, "--known-at", then) == "unknown"
    assert shown("--known-at", then) == "unknown"
    assert shown("--as-of", then, "--known-at", datetime.now(UTC).isoformat()) == "down"
    assert stocked.run("status", "acme/shop", "--known-at", "soon").code == 2
    # Before it was described there was no such service, and its own name is no better one.
    early = stocked.run("status", "acme/shop", "--known-at", "2020-01-01T00:00Z")
    assert early.code == 2
    assert "there is no service acme/shop" in early.err and "did you mean" not in early.err


def test_a_condition_is_reported_with_its_end(stocked: Installation) -> None:
    now = datetime.now(UTC)
    begun, over = (now - timedelta(hours=hours) for hours in (3, 1))
    lasted = ("--at", begun.isoformat(), "--until", over.isoformat())

    told = stocked.fine("observe", "acme/db", "down", *lasted).out

    assert f"it holds from {begun.isoformat()}" in told
    assert f"operational from {over.isoformat()}" in told
    until = (now + timedelta(hours=1)).isoformat()
    stocked.fine("observe", "acme/db", "degraded", "--source", "probe", "--until", until)
    rows = stocked.rows("SELECT condition, valid_until IS NULL FROM monitoring_observation")
    assert sorted(rows) == [(0, 1), (1, 0), (2, 1)]
    for wrong in (
        ("--at", over.isoformat(), "--until", begun.isoformat()),
        ("--until", "tomorrow"),
        ("--until", "2026-03-01"),
        ("--until", until, "--valid-for", "5 min"),
    ):
        assert stocked.run("observe", "acme/db", "down", *wrong).code == 2
    assert len(stocked.rows("SELECT 1 FROM monitoring_observation")) == 3


def test_an_inlet_is_told_with_its_whole_address_where_it_is_known(stocked: Installation) -> None:
    at = {"CATENARY_ADDRESS": "https://catalogue.example"}
    which = ("inlet", "open", "acme/whole", "--kind", "alertmanager")

    opened = stocked.fine(*which, **at).out.splitlines()
    shown = stocked.fine("inlet", "show", "acme/whole", **at).out
    renewed = stocked.fine("inlet", "renew", "acme/whole", "--json", **at).json
    unknown = stocked.fine("inlet", "renew", "acme/whole", "--json").json

    assert opened[0].startswith("https://catalogue.example/in/alertmanager/")
    assert opened[0] in shown
    assert renewed["url"] == opened[0] == f"https://catalogue.example{renewed['address']}"
    assert unknown["url"] is None


def test_a_service_that_an_inlet_names_and_is_not_there_is_doubted_with_what_was_meant(
    stocked: Installation, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.yaml"
    mapping = "service: $.name\ncondition: $.state\nservices: {a: acme/db, b: acme/shopp, c: zzz}\n"
    settings.write_text(mapping)
    which = ("acme/named", "--kind", "webhook", "--settings", settings)

    opened = stocked.fine("inlet", "open", *which)
    changed = stocked.fine("inlet", "change", "acme/named", "--settings", settings)

    for ran in (opened, changed):
        assert (
            "warning: services.b: there is no service acme/shopp that you may see; "
            'did you mean "acme/shop"?' in ran.err
        )
        assert "warning: services.c: there is no service acme/zzz" in ran.err
        assert "what is said of it is refused" in ran.err
        assert "services.a" not in ran.err


def test_of_services_one_may_not_see_a_doubt_tells_nothing(
    stocked: Installation, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(
        "service: $.name\ncondition: $.state\nservices: {a: acme/db, b: acme/dbb, c: acme/shopp}\n"
    )
    which = ("buyer/named", "--kind", "webhook", "--settings", settings)

    told = stocked.fine("inlet", "open", *which, "--by", "bo@buyer.example").err

    # Of acme he sees the shop alone: what is hidden and what is not there are told alike.
    assert "services.a: there is no service acme/db that you may see; what" in told
    assert "services.b: there is no service acme/dbb that you may see; what" in told
    assert 'did you mean "acme/shop"?' in told
    assert '"acme/db"' not in told


def test_settings_of_an_inlet_that_cannot_be_are_told_with_their_place(
    stocked: Installation, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text("service: $.name\ncondition: $.state\nservices: [acme/db]\n")

    ran = stocked.run("inlet", "open", "acme/bad", "--kind", "webhook", "--settings", settings)

    assert ran.code == 1
    assert "bad: settings.services: these are no names with values" in ran.err


def test_what_a_closed_inlet_said_last_is_shown_and_taken_back(stocked: Installation) -> None:
    for name in ("kept", "gone"):
        stocked.fine("inlet", "open", f"acme/{name}", "--kind", "alertmanager")
        stocked.fine("observe", "acme/db", "down", "--source", f"acme/{name}: Down a1")

    early = stocked.run("inlet", "take-back", "acme/kept")
    kept = stocked.fine("inlet", "close", "acme/kept").out
    gone = stocked.fine("inlet", "close", "acme/gone", "--take-back").out
    shown = stocked.fine("inlet", "show", "acme/kept").out
    taken = stocked.fine("inlet", "take-back", "acme/kept", "--json").out
    again = stocked.fine("inlet", "take-back", "acme/kept").out

    assert early.code != 0 and "acme/kept" in early.err
    assert "taken back" not in kept
    assert "What it last said of 1 service is taken back." in gone
    assert "its last words still stand about 1 service" in shown
    assert "acme/db: down since" in shown and "(Down a1)" in shown
    assert json.loads(taken) == {"taken-back": 1}
    assert "Nothing it said stood." in again
    rows = stocked.rows("SELECT condition FROM monitoring_observation ORDER BY condition")
    assert rows == [(2,), (2,), (4,), (4,)]


def _follow(installation: Installation) -> None:
    """Run a worker until it has followed what was said."""
    worker = installation.start("worker")
    try:
        deadline = time.monotonic() + 90
        while installation.rows("SELECT 1 FROM monitoring_waiting"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        worker.terminate()
        worker.communicate()


def test_what_changed_is_told_in_words_and_in_json(stocked: Installation, files: Path) -> None:
    edit(files, "name: Shop", "name: Store")
    stocked.fine("apply", files, "--by", "ed@acme.example")

    words = stocked.fine("changes", "--service", "acme/shop").out
    value = stocked.fine("changes", "--organization", "acme", "--limit", "1", "--json").json

    assert "service acme/shop: changed by Ed" in words
    assert "name: Shop → Store" in words
    assert value["has_more"] is True
    assert value["changes"][0]["fields"] == [{"path": "name", "before": "Shop", "after": "Store"}]
    everywhere = stocked.fine("changes")
    assert "alone; --as tells of another organization" in everywhere.err
    assert stocked.fine("changes", "--as", "acme", "--to", "2001-01-01").out == ""
    assert stocked.run("changes", "--as", "acme", "--from", "soon").code == 2
    assert "Store" not in stocked.fine("changes", "--by", "bo@buyer.example").out


def test_the_past_is_shown_and_written_out(
    stocked: Installation, files: Path, tmp_path: Path
) -> None:
    before = datetime.now(tz=UTC).isoformat()
    edit(files, "name: Shop", "name: Store")
    edit(files, "    relies-on: [acme/db]\n", "")
    stocked.fine("apply", files)

    assert "Store" in stocked.fine("show", "acme/shop").out
    assert "Shop" in stocked.fine("show", "acme/shop", "--as-of", before).out
    assert "acme/db" in stocked.fine("chain", "acme/shop", "--as-of", before).out
    assert "down acme/shop" in stocked.fine("impact", "acme/db", "--as-of", before).out
    assert "down acme/shop" not in stocked.fine("impact", "acme/db").out
    stocked.fine("export", tmp_path / "then", "--as-of", before)
    written = "".join(p.read_text() for p in sorted((tmp_path / "then").rglob("*.yaml")))
    assert "name: Shop" in written
    assert "acme/db" in written
    assert stocked.run("show", "acme/shop", "--as-of", "2001-01-01").code == 2
    assert stocked.run("show", "acme/shop", "--as-of", "yesterday").code == 2
    assert stocked.run("show", "acme", "--as-of", before).code == 2
    assert "Store" in stocked.fine("show", "acme/shop", "--as-of", "2999-12-31").out


def test_a_chain_is_drawn_and_told(stocked: Installation) -> None:
    drawn = stocked.fine("chain", "acme/shop").out
    value = stocked.fine("chain", "acme/db", "--json").json
    up = stocked.fine("chain", "acme/shop", "--up").out

    assert "acme/shop: who stands on it\n└── (Buyer) [consumes]\n" in drawn
    assert "acme/shop: what it rests on\n└── acme/db Database" in drawn
    assert "rests on" not in up
    assert {s["reference"]: s["steps"] for s in value["services"]} == {
        "acme/db": 0,
        "acme/shop": -1,
    }
    assert value["reliance"][0]["supporters"] == {"acme/db": "1"}
    assert stocked.run("chain", "acme/nothing").code == 2
    assert stocked.run("chain", "acme/db", "--depth", "-1").code == 2


def test_check_on_files_ends_by_severity(installation: Installation, files: Path) -> None:
    at_error = installation.run("check", files, "--fail-on", "error")
    at_notice = installation.run("check", files, "--fail-on", "notice", "--json")

    assert (at_error.code, at_notice.code) == (0, 1)
    assert "two.yaml:" in at_error.out
    assert "to mend it: " in at_error.out
    assert at_notice.json["problems"] == []
    for finding in at_notice.json["findings"]:
        assert finding["sentence"]
        assert finding["remedy"]
        assert finding["line"] > 1
    assert installation.run("check", files, "--fail-on", "catastrophe").code == 2


def test_check_needs_no_database(files: Path, nothing_yet: Installation) -> None:
    assert nothing_yet.run("check", files, "--fail-on", "error").code == 0
    assert not nothing_yet.data.exists()


def test_check_writes_sarif_in_any_locale(
    installation: Installation, files: Path, tmp_path: Path
) -> None:
    edit(files, "name: Database", "name: Banque de données")
    sarif = tmp_path / "out.sarif"

    installation.run("check", files, "--sarif", sarif, LC_ALL="C", PYTHONUTF8="0")

    log = json.loads(sarif.read_text(encoding="utf-8"))
    lines = [
        result["locations"][0]["physicalLocation"]["region"]["startLine"]
        for result in log["runs"][0]["results"]
    ]
    assert lines
    assert min(lines) > 1
    unwritable = installation.run("check", files, "--sarif", tmp_path / "no" / "x.sarif")
    assert unwritable.code == 2
    assert "x.sarif" in unwritable.err


def test_check_on_the_live_catalogue_finds_the_same(stocked: Installation, files: Path) -> None:
    live = stocked.run("check", "--json").json["findings"]
    filed = stocked.run("check", files, "--json").json["findings"]

    def said(findings: list[dict[str, Any]]) -> set[tuple[str, str]]:
        return {(f["code"], f["subject"]) for f in findings}

    assert said(live) >= said(filed)
    assert said(live)


def test_options_that_would_do_nothing_are_refused(stocked: Installation, files: Path) -> None:
    assert stocked.run("check", files, "--as", "acme").code == 2
    assert stocked.run("check", "--sarif", files / "x.sarif").code == 2
    assert stocked.run("check", "--as", "nowhere").code == 2


def test_the_schema_is_json(installation: Installation) -> None:
    assert installation.fine("schema").json["type"] == "object"


@pytest.mark.parametrize(
    ("arguments", "what", "meant"),
    [
        (["impact", "nope/x"], "service nope/x", ""),
        (["impact", "nope/db"], "service nope/db", '; did you mean "acme/db"?'),
        (["impact", "acme/shopp"], "service acme/shopp", '; did you mean "acme/shop"?'),
        (["impact", "acme/shopp=down"], "service acme/shopp", '; did you mean "acme/shop"?'),
        (["show", "acme/shopp"], "service acme/shopp", '; did you mean "acme/shop"?'),
        (["show", "buyr"], "organization buyr", '; did you mean "buyer"?'),
        (["chain", "nope/shop"], "service nope/shop", '; did you mean "acme/shop"?'),
        (["status", "acme/shopp"], "service acme/shopp", '; did you mean "acme/shop"?'),
        (["status", "--as", "acmee"], "organization acmee", '; did you mean "acme"?'),
        (
            ["impact", "acme/bd", "--by", "bo@buyer.example"],
            "service acme/bd",
            "",  # The database is there, but not to be seen by a customer.
        ),
    ],
)
def test_what_is_not_there_is_named_with_what_was_meant(
    stocked: Installation, arguments: list[str], what: str, meant: str
) -> None:
    ran = stocked.run(*arguments)

    assert ran.code == 2
    said, mended = ran.err.splitlines()
    assert said == f"catenary: there is no {what} that you may see{meant}"
    assert mended.startswith("    to mend it: ")


def test_a_report_of_what_is_not_there_says_what_was_meant(stocked: Installation) -> None:
    ran = stocked.run("observe", "acme/shopp", "down")

    assert ran.code == 1
    assert 'acme/shopp that you may see; did you mean "acme/shop"?' in ran.err
    assert "nothing was recorded" in ran.err


def test_rebuilding_beside_a_worker_is_refused_with_the_reason_and_the_way(
    stocked: Installation,
) -> None:
    if stocked.url:
        held: Any = psycopg.connect(stocked.url)
        held.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    else:
        (database,) = stocked.data.glob("*.sqlite3")
        held = open(f"{database}.engine", "w")  # noqa: SIM115 - closed below
        fcntl.flock(held, fcntl.LOCK_EX)

    ran = stocked.run("rebuild", "--check")
    held.close()

    assert ran.code == 2
    assert "what it has not stored yet would look wrong" in ran.err
    assert "CATENARY_ENGINE=off" in ran.err and "is kept, and followed then" in ran.err
    assert "Nothing differs" in stocked.fine("rebuild", "--check").out


def test_an_unknown_word_is_a_usage_error(installation: Installation) -> None:
    for arguments in (["nonsense"], ["plan"], ["plan", "x", "--nonsense"], ["import", "csv"]):
        ran = installation.run(*arguments)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err


@pytest.mark.parametrize("command", ["plan", "apply", "check"])
def test_a_place_without_files_is_named(
    installation: Installation, tmp_path: Path, command: str
) -> None:
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "empty", tmp_path / "missing"):
        before = installation.digest()
        ran = installation.run(command, place)

        assert ran.code == 2
        assert str(place) in ran.err
        assert installation.digest() == before


def test_a_copied_installation_is_the_same(stocked: Installation, tmp_path: Path) -> None:
    with copied(stocked, tmp_path / "copy") as copy:
        assert copy.digest() == stocked.digest()


def test_the_installed_command_is_the_package() -> None:
    assert shutil.which(catenary()[0])
