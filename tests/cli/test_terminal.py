"""What reaches a terminal, a pipe and a person who looks: every character of it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.cli.terminal import visible
from tests.installation import Installation
from tests.product import catenary

HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J \u202etxt.exe\u2066 \u200b\ufeff"
    " \r\n bell\x07 [bold]markup[/bold] :smile: \U000e0041"
)
OBEYED = set("\x1b\x07\x9b\u202e\u2066\u200b\ufeff\r\U000e0041")
FILE = """
catenary: 1
organizations: {acme: {name: Acme}}
services:
  acme/shop: {name: SHOP, stage: live, relies-on: [acme/db]}
  acme/db: {name: Database, stage: live}
"""


@pytest.fixture
def hostile(installation: Installation, tmp_path: Path) -> Installation:
    """A database in which somebody put a name that no file may hold."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.yaml").write_text(FILE)
    installation.fine("apply", folder)
    name = HOSTILE.replace("'", "''")
    installation.write(f"UPDATE portfolio_service SET name = '{name}' WHERE name = 'SHOP'")
    # What a service says of itself is its open revision; nobody may change one, only follow it.
    spelled = json.dumps(HOSTILE)[1:-1].replace("'", "''")
    shop = "reference = 'acme/shop'"
    installation.write(f"UPDATE history_revision SET ends_at = starts_at WHERE {shop}")
    columns = "change_id, kind, object_id, reference, action, before_id, starts_at, document"
    installation.write(
        f"INSERT INTO history_revision ({columns})"
        " SELECT change_id, kind, object_id, reference, action, id, starts_at,"
        f" replace(document, 'SHOP', '{spelled}') FROM history_revision WHERE {shop}"
    )
    installation.write(f"UPDATE organizations_organization SET name = '{name}'")
    return installation


def on_a_terminal(installation: Installation, *arguments: str | Path, **more: str) -> str:
    """Everything a terminal is sent by a command."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        catenary(*map(str, arguments)),
        env=installation.environment(TERM="xterm-256color", COLUMNS="200", **more),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ):
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            said += part
    os.close(ours)
    return said.decode()


@given(st.text())
def test_what_is_visible_is_one_line_that_no_terminal_obeys(text: str) -> None:
    seen = visible(text)

    assert len(seen.splitlines()) <= 1
    assert not OBEYED & set(seen)
    seen.encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("text", ["नमस्ते", "👩‍💻", "سلام", "é", "[bold]x[/bold]"])
def test_every_script_is_left_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "acme/shop"],
        ["show", "acme"],
        ["chain", "acme/db"],
        ["check"],
        ["show", "acme/shop", "--json"],
        ["chain", "acme/db", "--json"],
        ["check", "--json"],
    ],
)
def test_a_hostile_name_is_spelled_out(hostile: Installation, arguments: list[str]) -> None:
    ran = hostile.run(*arguments)

    assert ran.code in (0, 1)
    assert not OBEYED & set(ran.out + ran.err)
    if arguments[0] != "check":
        assert "\\u001b[31mred" in ran.out
        assert "[bold]markup[/bold] :smile:" in ran.out
    if "--json" in arguments:
        json.loads(ran.out)


def test_json_says_exactly_what_is_stored(hostile: Installation) -> None:
    assert hostile.fine("show", "acme/shop", "--json").json["name"] == HOSTILE


def test_a_hostile_argument_is_spelled_out(installation: Installation) -> None:
    ran = installation.run("show", "\x1b[2Jx/y", "--as", "\x1b[2J")

    assert ran.code == 2
    assert "\x1b" not in ran.err


def test_a_hostile_file_name_is_spelled_out(installation: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    with open(os.fsencode(folder) + b"/\x1b[2J\xff.yaml", "wb") as file:
        file.write(b"catenary: [")

    for arguments in (
        ["check", str(folder)],
        ["check", str(folder), "--json"],
        ["plan", str(folder)],
    ):
        ran = installation.run(*arguments)
        assert ran.code == 2
        assert "\x1b" not in ran.out + ran.err
        assert ".yaml" in ran.out + ran.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_a_terminal_without_unicode_is_answered_all_the_same(
    installation: Installation, tmp_path: Path, encoding: str
) -> None:
    (tmp_path / "a.yaml").write_text(FILE.replace("SHOP", "Größe ∞ 漢字"), encoding="utf-8")

    for arguments in (["apply", str(tmp_path)], ["chain", "acme/shop"], ["show", "acme/shop"]):
        assert installation.run(*arguments, PYTHONIOENCODING=encoding).code == 0
    answer = installation.fine("show", "acme/shop", "--json", PYTHONIOENCODING=encoding)
    assert answer.json["name"] == "Größe ∞ 漢字"


def test_colour_is_for_terminals_that_want_it(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FILE)

    assert "\x1b[32m+\x1b[0m" in on_a_terminal(installation, "plan", tmp_path)
    assert "\x1b[32m" not in on_a_terminal(installation, "plan", tmp_path, NO_COLOR="1")
    assert "\x1b" not in installation.fine("plan", tmp_path).out


def test_long_work_shows_its_progress_to_who_looks(
    installation: Installation, tmp_path: Path
) -> None:
    lines = "".join(f"  acme/s{n}: {{name: S{n}}}\n" for n in range(3000))
    (tmp_path / "a.yaml").write_text(
        f"catenary: 1\norganizations: {{acme: {{name: A}}}}\nservices:\n{lines}"
    )

    shown = on_a_terminal(installation, "apply", tmp_path)
    quiet = installation.fine("apply", tmp_path, "--prune")

    assert "reading" in shown
    assert "planning" in shown
    assert "writing services … 3,000" in shown
    assert quiet.err == ""


@pytest.mark.parametrize("command", [["schema"], ["check"], ["chain", "acme/db"]])
def test_a_reader_who_leaves_is_no_error(hostile: Installation, command: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        catenary(*command),
        env=hostile.environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (141, b"")


def test_a_full_output_is_no_traceback(installation: Installation) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            catenary("schema"),
            env=installation.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )

    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert done.stderr.startswith(b"catenary: ")
