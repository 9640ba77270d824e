"""Killing a command that writes, at a random moment, and looking at what is left."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from tests.installation import Installation, copied


def catalogue_text(services: int, *, turn: int) -> str:
    """A catalogue in which every turn changes every service."""
    lines = ["catenary: 1", "organizations:", "  acme: {name: Acme}"]
    lines += ["  buyer: {name: Buyer}", "services:"]
    for number in range(services):
        relies = f", relies-on: [acme/s{number - 1}]" if number else ""
        lines.append(f"  acme/s{number}: {{name: Service {number} turn {turn}{relies}}}")
    lines.append("consumption:")
    lines.append(f"  buyer: [{', '.join(f'acme/s{n}' for n in range(services))}]")
    return "\n".join(lines) + "\n"


def compose_text(services: int, *, turn: int) -> str:
    """The same as a Compose file."""
    lines = ["services:"]
    for number in range(services):
        lines.append(f"  s{number}:")
        lines.append(f"    profiles: [turn{turn}]")
        if number:
            lines.append(f"    depends_on: [s{number - 1}]")
    return "\n".join(lines) + "\n"


def seconds_to_run(installation: Installation, command: Sequence[str | Path]) -> float:
    """How long the whole command takes here, now."""
    begun = time.monotonic()
    installation.fine(*command)
    return time.monotonic() - begun


def said(installation: Installation, folder: Path) -> str:
    """The whole catalogue as files; the folder must be new."""
    installation.fine("export", folder)
    return "".join(path.read_text() for path in sorted(folder.rglob("*.yaml")))


def kill_at_random_moments(
    before: Installation,
    command: Sequence[str | Path],
    scratch: Path,
    *,
    kills: int,
    seed: int,
) -> dict[str, int]:
    """Kill the command that many times, each on a fresh copy of ``before``, and assert that the
    catalogue is exactly before or after, and that the next run goes on to the end.

    The moments are spread over the time that the whole command takes. Returns how many kills
    left the catalogue as before, and as after.
    """
    moments = random.Random(seed)
    old = before.digest()
    with copied(before, scratch / "whole") as whole:
        takes = seconds_to_run(whole, command)
        new = said(whole, scratch / "whole-out")
        size = len(whole.rows("SELECT id FROM history_revision"))
    left = {"before": 0, "after": 0}
    for number in range(kills):
        place = scratch / f"kill-{number}"
        with copied(before, place) as installation:
            process = installation.start(*command)
            # Every second kill falls in the later part, where the writing is.
            time.sleep(takes * moments.uniform(0.5 if number % 2 else 0.0, 1.0))
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

            if installation.digest() == old:
                left["before"] += 1
            else:
                left["after"] += 1
                assert said(installation, place / "killed-out") == new
            assert_consistent(installation)

            installation.fine(*command)
            assert said(installation, place / "out") == new
            assert len(installation.rows("SELECT id FROM history_revision")) == size
            assert_consistent(installation)
    return left


def assert_consistent(installation: Installation) -> None:
    """Each live thing has exactly one open revision, and none is half of a change."""
    open_now = "SELECT count(*) FROM history_revision WHERE ends_at IS NULL AND kind = '{kind}'"
    for kind, table in (
        ("service", "portfolio_service"),
        ("organization", "organizations_organization"),
    ):
        live = installation.rows(f"SELECT count(*) FROM {table} WHERE removed_at IS NULL")[0][0]
        assert installation.rows(open_now.format(kind=kind))[0][0] == live
    twice = installation.rows(
        "SELECT kind, object_id FROM history_revision WHERE ends_at IS NULL"
        " GROUP BY kind, object_id HAVING count(*) > 1"
    )
    assert twice == []
    homeless = installation.rows(
        "SELECT r.id FROM history_revision r LEFT JOIN history_change c ON c.id = r.change_id"
        " WHERE c.id IS NULL"
    )
    assert homeless == []
