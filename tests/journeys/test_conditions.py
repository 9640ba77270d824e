"""A word about one service reaches everybody it concerns, explained, and nobody else."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any

from tests.installation import Installation, Ran

INVENTORY = "hospital-it/pharmacy-inventory"
PATIENTS = "hospital-it/patient-management"
SECONDS = 60


@contextmanager
def worker(installation: Installation) -> Iterator[Popen[bytes]]:
    """A worker of its own, ended at the end."""
    process = installation.start("worker")
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=SECONDS)
        finally:
            process.kill()


def wait_until(found: Callable[[], bool]) -> None:
    """The worker looks five times a second; a busy machine may be slower."""
    end = time.monotonic() + SECONDS
    while not found():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.1)


def status(installation: Installation, reference: str, *more: str) -> Any:
    return installation.fine("status", reference, "--json", *more).json


def condition(installation: Installation, reference: str) -> str:
    said: str = status(installation, reference)["condition"]
    return said


def waiting(installation: Installation) -> int:
    """How many words nobody has followed yet."""
    return int(installation.rows("SELECT count(*) FROM monitoring_waiting")[0][0])


def is_at_work(installation: Installation) -> bool:
    """Whether a worker has given a sign of life."""
    return bool(installation.rows("SELECT 1 FROM monitoring_propagation WHERE seen_at IS NOT NULL"))


def with_stories(installation: Installation, root: Path) -> None:
    for story in ("hospital", "hotel"):
        installation.fine("apply", root / "examples" / story)


def intervals(installation: Installation) -> list[Any]:
    columns = "service_id, best, worst, planned, next_loss, starts_at, ends_at"
    return sorted(
        map(repr, installation.rows(f"SELECT {columns} FROM monitoring_effectivecondition"))
    )


def test_the_pharmacys_loss_reaches_the_hospital_and_not_the_hotel(
    installation: Installation, root: Path
) -> None:
    with_stories(installation, root)
    with worker(installation):
        wait_until(lambda: is_at_work(installation))
        hotel = installation.fine("status", "--as", "harbour-hotel", "--json").json
        installation.fine("observe", INVENTORY, "down", "--text", "The disks are full")
        wait_until(lambda: condition(installation, INVENTORY) == "down")

        found = status(installation, PATIENTS, "--by", "dana.reyes@st-mary.example")

        assert found["condition"] != "operational"
        paths = [[step["reference"] for step in cause["path"]] for cause in found["causes"]]
        assert [PATIENTS, INVENTORY] in paths
        (told,) = (c for c in found["causes"] if c["path"][-1]["reference"] == INVENTORY)
        assert told["said"][0]["text"] == "The disks are full"
        assert installation.fine("status", "--as", "harbour-hotel", "--json").json == hotel


def test_a_worker_killed_in_the_middle_leaves_the_history_it_would_have_left(
    installation: Installation, root: Path
) -> None:
    with_stories(installation, root)
    words = [
        (INVENTORY, condition, f"2026-03-0{day}T09:{minute:02}Z")
        for day in (1, 2)
        for minute, condition in enumerate(("down", "degraded", "operational", "down"))
    ]
    with worker(installation) as first:
        for service, said, at in words[:5]:
            installation.fine("observe", service, said, "--at", at)
        first.send_signal(signal.SIGKILL)
        first.wait()
        for service, said, at in words[5:]:
            installation.fine("observe", service, said, "--at", at)
        with worker(installation):
            wait_until(lambda: waiting(installation) == 0)

    found = intervals(installation)
    for table in ("effectivecondition", "owncondition", "waiting"):
        installation.write(f"DELETE FROM monitoring_{table}")
    installation.write(
        "INSERT INTO monitoring_waiting (service_id, observation_id, since, due_at)"
        " SELECT service_id, id, at, recorded_at FROM monitoring_observation"
    )
    with worker(installation):
        wait_until(lambda: waiting(installation) == 0)
    of_it = [each for each in found if "2026-03" in each or "2026, 3" in each]
    again = [each for each in intervals(installation) if "2026-03" in each or "2026, 3" in each]
    assert of_it and of_it == again


def test_another_worker_takes_over_from_one_that_was_killed(
    installation: Installation, root: Path
) -> None:
    with_stories(installation, root)
    with worker(installation) as first:
        wait_until(lambda: is_at_work(installation))
        with worker(installation):
            installation.fine("observe", INVENTORY, "degraded")
            wait_until(lambda: status(installation, INVENTORY)["best"] == "degraded")

            first.send_signal(signal.SIGKILL)
            first.wait()
            installation.fine("observe", INVENTORY, "down")

            wait_until(lambda: condition(installation, INVENTORY) == "down")


def test_of_two_workers_on_one_database_each_word_is_followed_by_one(
    installation: Installation, root: Path
) -> None:
    with_stories(installation, root)
    with worker(installation), worker(installation):
        wait_until(lambda: is_at_work(installation))
        for minute, said in enumerate(("down", "operational", "degraded", "down", "operational")):
            installation.fine("observe", INVENTORY, said, "--at", f"2026-03-01T09:{minute:02}Z")
        wait_until(lambda: waiting(installation) == 0)

    own = "SELECT condition, starts_at, ends_at FROM monitoring_owncondition ORDER BY starts_at"
    rows = installation.rows(own)
    assert [row[0] for row in rows] == [2, 0, 1, 2, 0]
    assert [row[2] for row in rows[:-1]] == [row[1] for row in rows[1:]]
    said_so = "SELECT count(*) FROM common_outboxrow WHERE kind = 'conditions-changed'"
    assert 1 <= int(installation.rows(said_so)[0][0]) <= len(rows)
    assert "Nothing differs" in installation.fine("rebuild", "--check").out


def test_beside_a_worker_conditions_are_checked_on_a_copy(
    installation: Installation, root: Path, tmp_path: Path
) -> None:
    with_stories(installation, root)
    (tmp_path / "copy").mkdir()
    copy = Installation(tmp_path / "copy", "")

    def checked(name: str) -> Ran:
        installation.fine("backup", tmp_path / name)
        copy.fine("restore", tmp_path / name, "--replace")
        return copy.run("rebuild", "--check")

    with worker(installation):
        wait_until(lambda: is_at_work(installation))
        installation.fine("observe", INVENTORY, "down", "--at", "2026-03-01T09:00Z")
        kept = "SELECT 1 FROM monitoring_owncondition WHERE condition = 2"
        wait_until(lambda: bool(installation.rows(kept)))

        beside = installation.run("rebuild", "--check")
        sound = checked("sound")
        installation.write("UPDATE monitoring_owncondition SET condition = 1 WHERE condition = 2")
        wrong = checked("wrong")

    assert beside.code == 2 and "catenary restore FILE --data FOLDER" in beside.err
    assert sound.code == 0 and "Nothing differs" in sound.out
    assert wrong.code == 1 and "differed from what was said" in wrong.out
