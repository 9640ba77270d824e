"""A backup is a moment of the whole installation, and comes back as exactly that, into either
database; whatever else a file is, it is refused and nothing changes."""

from __future__ import annotations

import contextlib
import gzip
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.installation import Installation, Ran, copied
from tests.soak.kills import catalogue_text


@pytest.fixture
def hospital(installation: Installation, root: Path) -> Installation:
    """An installation with a story in it."""
    installation.fine("apply", root / "examples" / "hospital")
    return installation


@pytest.fixture
def elsewhere(nothing_yet: Installation) -> Installation:
    """Another installation without tables; on the same kind of database."""
    return nothing_yet


def contents(installation: Installation, scratch: Path) -> str:
    """The digest of what an installation holds."""
    ran = installation.fine("backup", scratch / f"{time.monotonic_ns()}.backup", "--json")
    return str(ran.json["digest"])


def lines_of(file: Path) -> list[bytes]:
    return gzip.decompress(file.read_bytes()).splitlines(keepends=True)


def assert_refused(ran: Ran, words: str) -> None:
    assert ran.code == 2
    assert words in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_what_comes_back_is_what_went_in(
    hospital: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "a.backup"

    made = hospital.fine("backup", file)
    looked_at = hospital.fine("backup", file, "--verify")
    restored = elsewhere.fine("restore", file)

    digests = {ran.out.strip().splitlines()[-1] for ran in (made, looked_at, restored)}
    assert len(digests) == 1
    assert contents(elsewhere, tmp_path) == digests.pop().removeprefix("digest ")
    assert elsewhere.counts() == hospital.counts()
    for command in (["export"], ["check", "--json"]):
        extra: list[Path] = [tmp_path / "x"] if command == ["export"] else []
        assert (
            hospital.run(*command, *extra).code
            == elsewhere.run(*command, *(path.with_name("y") for path in extra)).code
        )
    assert [path.read_text() for path in sorted((tmp_path / "x").rglob("*.yaml"))] == [
        path.read_text() for path in sorted((tmp_path / "y").rglob("*.yaml"))
    ]


def test_a_restored_installation_goes_on_with_history_numbers_and_search(
    hospital: Installation, elsewhere: Installation, root: Path, tmp_path: Path
) -> None:
    hospital.fine("backup", tmp_path / "a.backup")
    elsewhere.fine("restore", tmp_path / "a.backup")

    changed = elsewhere.fine("apply", root / "examples" / "hotel")

    assert "Applied" in changed.out
    numbers = [row[0] for row in elsewhere.rows("SELECT id FROM portfolio_service ORDER BY id")]
    assert len(numbers) == len(set(numbers))
    # Search finds what was there and what came later; the database still keeps history.
    found = elsewhere.rows("SELECT count(*) FROM portfolio_search")[0][0]
    assert found == len(numbers)
    with pytest.raises(Exception, match="history is never"):
        elsewhere.write("DELETE FROM history_revision")


def test_nothing_there_is_replaced_unless_it_is_said(
    hospital: Installation, tmp_path: Path, root: Path
) -> None:
    file = tmp_path / "a.backup"
    hospital.fine("backup", file)
    before = contents(hospital, tmp_path)
    hospital.fine("apply", root / "examples" / "hotel")
    with_hotel = contents(hospital, tmp_path)

    refused = hospital.run("restore", file)
    unchanged = contents(hospital, tmp_path)
    hospital.fine("restore", file, "--replace")

    assert_refused(refused, "not empty")
    assert unchanged == with_hotel != before
    assert contents(hospital, tmp_path) == before


def test_everybody_is_signed_out_by_a_restore(hospital: Installation, tmp_path: Path) -> None:
    hospital.fine("backup", tmp_path / "a.backup")
    hospital.write(
        "INSERT INTO access_session (session_key, session_data, expire_date, address, device)"
        " VALUES ('k', 'x', '2999-01-01', '', '')"
    )

    hospital.fine("restore", tmp_path / "a.backup", "--replace")

    assert hospital.rows("SELECT * FROM access_session") == []


def test_a_running_process_sees_that_the_catalogue_is_another_one(
    hospital: Installation, tmp_path: Path
) -> None:
    hospital.fine("backup", tmp_path / "a.backup")
    version = hospital.rows("SELECT number FROM common_catalogueversion")

    hospital.fine("restore", tmp_path / "a.backup", "--replace")

    assert hospital.rows("SELECT number FROM common_catalogueversion") != version


def test_a_backup_is_of_one_moment_however_much_is_written_meanwhile(
    installation: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    file = folder / "a.yaml"
    file.write_text(catalogue_text(150, turn=0))
    installation.fine("apply", folder)
    stop = threading.Event()
    written: list[int] = []

    def write_on() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            file.write_text(catalogue_text(150, turn=turn))
            written.append(installation.run("apply", folder).code)

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        backups = [tmp_path / f"{number}.backup" for number in range(3)]
        made = [installation.fine("backup", path, "--json").json for path in backups]
    finally:
        stop.set()
        writer.join()

    assert written and set(written) == {0}
    assert len({one["digest"] for one in made}) > 1
    restored = elsewhere.fine("restore", backups[-1], "--json").json
    assert restored["digest"] == made[-1]["digest"] == contents(elsewhere, tmp_path)
    # All services of one turn were written at once: no backup holds two turns.
    turns = elsewhere.rows("SELECT DISTINCT substr(name, length(name) - 3) FROM portfolio_service")
    names = {row[0].split()[-1] for row in elsewhere.rows("SELECT name FROM portfolio_service")}
    assert turns and len(names) == 1


def test_the_file_appears_whole_readable_by_its_owner_and_over_nothing(
    hospital: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "a.backup"
    hospital.fine("backup", file)

    again = hospital.run("backup", file)

    assert file.stat().st_mode & 0o077 == 0
    assert_refused(again, "already there")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    hospital.fine("backup", file, "--force")


def test_the_secret_and_who_is_signed_in_are_in_no_backup(
    hospital: Installation, tmp_path: Path
) -> None:
    hospital.fine("backup", tmp_path / "a.backup")
    text = b"".join(lines_of(tmp_path / "a.backup"))

    assert (hospital.data / "secret-key").read_bytes().strip() not in text
    assert b"django_session" not in text
    assert b"access_session" not in text


def test_a_backup_goes_from_one_database_into_the_other(
    on_postgresql: None, hospital: Installation, tmp_path: Path
) -> None:
    on_sqlite = Installation(tmp_path / "lite", "")
    hospital.fine("backup", tmp_path / "a.backup")

    on_sqlite.fine("restore", tmp_path / "a.backup")
    on_sqlite.fine("backup", tmp_path / "b.backup")
    back = hospital.fine("restore", tmp_path / "b.backup", "--replace", "--json").json

    assert back["digest"] == contents(on_sqlite, tmp_path) == contents(hospital, tmp_path)
    assert back["database"] == "sqlite"


# --- other files ---


def spoilt(file: Path, how: str) -> None:
    """A backup with one thing wrong with it."""
    raw = file.read_bytes()
    lines = lines_of(file)
    at = next(n for n, line in enumerate(lines) if b"portfolio_service" in line) + 1
    if how == "cut off":
        file.write_bytes(raw[: len(raw) * 2 // 3])
    elif how == "last line missing":
        file.write_bytes(gzip.compress(b"".join(lines[:-1])))
    elif how == "a bit turned":
        middle = len(raw) // 2
        file.write_bytes(raw[:middle] + bytes([raw[middle] ^ 4]) + raw[middle + 1 :])
    elif how == "a row changed":
        lines[at] = lines[at].replace(b"live", b"dead", 1)
        file.write_bytes(gzip.compress(b"".join(lines)))
    elif how == "a row missing":
        del lines[at]
        file.write_bytes(gzip.compress(b"".join(lines)))
    elif how == "not gzip":
        file.write_bytes(b"".join(lines))
    elif how == "empty":
        file.write_bytes(b"")
    elif how == "something else":
        file.write_bytes(gzip.compress(b'{"hello": 1}\n'))
    elif how == "no JSON":
        file.write_bytes(gzip.compress(lines[0] + b"nonsense\n"))
    elif how == "a line without end":
        file.write_bytes(gzip.compress(lines[0] + b"[" + b" " * 70_000_000))


SPOILT = [
    "cut off", "last line missing", "a bit turned", "a row changed", "a row missing", "not gzip",
    "empty", "something else", "no JSON", "a line without end",
]  # fmt: skip


@pytest.fixture(scope="module")
def sound(migrated: Installation, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An installation with a story and a sound backup of it, only looked at."""
    place = tmp_path_factory.mktemp("sound")
    with copied(migrated, place / "data") as installation:
        installation.fine("apply", root / "examples" / "hotel")
        installation.fine("backup", place / "sound.backup")
        yield installation, place / "sound.backup"


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_file_is_refused_and_nothing_changes(
    sound: tuple[Installation, Path], tmp_path: Path, how: str
) -> None:
    installation, file = sound
    bad = tmp_path / "bad.backup"
    bad.write_bytes(file.read_bytes())
    spoilt(bad, how)
    before = installation.digest()

    assert_refused(installation.run("restore", bad, "--replace"), "nothing was changed")

    assert installation.digest() == before


def test_looking_at_a_spoilt_file_says_so(sound: tuple[Installation, Path], tmp_path: Path) -> None:
    installation, file = sound
    bad = tmp_path / "bad.backup"
    bad.write_bytes(file.read_bytes())
    spoilt(bad, "a row changed")

    assert_refused(installation.run("backup", bad, "--verify"), "the digest differs")


def rewritten(file: Path, change: Any) -> None:
    """The backup with another first line."""
    lines = lines_of(file)
    header = orjson.loads(lines[0])
    change(header)
    file.write_bytes(gzip.compress(b"".join([orjson.dumps(header) + b"\n", *lines[1:]])))


def test_a_row_changed_with_a_fitting_digest_does_not_fit_the_seal(
    sound: tuple[Installation, Path], tmp_path: Path
) -> None:
    from catenary.exchange.backup.format import Digest, opened, tables_in

    installation, file = sound
    bad = tmp_path / "bad.backup"
    text = b"".join(lines_of(file)).replace(b'"live"', b'"dead"')
    bad.write_bytes(gzip.compress(text))
    digest = Digest()
    with contextlib.suppress(Exception), opened(bad) as reading:
        reading.header()
        for _, _, _, rows in tables_in(reading, digest):
            for _ in rows:
                pass
    *body, end = text.splitlines(keepends=True)
    last = orjson.loads(end)
    last["end"]["digest"] = digest.finish()
    bad.write_bytes(gzip.compress(b"".join([*body, orjson.dumps(last) + b"\n"])))

    ran = installation.run("restore", bad, "--replace")

    assert_refused(ran, "the seal does not fit")


def test_a_backup_of_a_newer_version_names_what_to_install(
    sound: tuple[Installation, Path], tmp_path: Path
) -> None:
    installation, file = sound
    newer, format_ = tmp_path / "newer.backup", tmp_path / "format.backup"
    for path in (newer, format_):
        path.write_bytes(file.read_bytes())

    def from_the_future(header: dict[str, Any]) -> None:
        header["product"] = "9.9"
        header["key-mark"] = "another"
        header["migrations"].append(["portfolio", "9999_flying"])

    rewritten(newer, from_the_future)
    rewritten(format_, lambda header: header.update({"catenary-backup": 2, "product": "9.9"}))

    assert_refused(installation.run("restore", newer, "--replace"), "newer version (9.9)")
    assert_refused(installation.run("restore", format_, "--replace"), "format 2")


@pytest.mark.parametrize("arguments", [["backup", "/nowhere/a"], ["restore", "/nowhere/a"]])
def test_a_place_that_is_not_there_is_named(
    installation: Installation, arguments: list[str]
) -> None:
    assert_refused(installation.run(*arguments), "/nowhere/a")


def test_a_database_without_tables_has_nothing_to_back_up(
    elsewhere: Installation, tmp_path: Path
) -> None:
    assert_refused(elsewhere.run("backup", tmp_path / "a.backup"), "no tables")
    assert not (tmp_path / "a.backup").exists()


# --- killed ---


@contextlib.contextmanager
def killed_after(
    installation: Installation, seconds: float, *command: str | Path
) -> Iterator[None]:
    process = installation.start(*command)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    yield


def test_killed_at_any_moment_a_restore_leaves_the_old_or_the_new(
    installation: Installation, migrated: Installation, root: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.yaml").write_text(catalogue_text(800, turn=1))
    file = tmp_path / "new.backup"
    with copied(migrated, tmp_path / "other") as other:
        other.fine("apply", folder)
        new = other.fine("backup", file, "--json").json["digest"]
    installation.fine("apply", root / "examples" / "hotel")
    old = contents(installation, tmp_path)
    begun = time.monotonic()
    with copied(installation, tmp_path / "timed") as timed:
        timed.fine("restore", file, "--replace")
        takes = time.monotonic() - begun

    for number, part in enumerate((0.5, 0.8)):
        with (
            copied(installation, tmp_path / f"killed-{number}") as victim,
            killed_after(victim, takes * part, "restore", file, "--replace"),
        ):
            left = contents(victim, tmp_path)
            assert left in (old, new)
            assert victim.fine("restore", file, "--replace", "--json").json["digest"] == new
