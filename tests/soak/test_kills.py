"""kill -9 at any moment: the catalogue is exactly as before or exactly as after."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installation import Installation
from tests.soak.kills import catalogue_text, compose_text, kill_at_random_moments


def applying(installation: Installation, folder: Path, services: int) -> list[str | Path]:
    """An installation with a catalogue, and the command that changes all of it."""
    folder.mkdir()
    file = folder / "a.yaml"
    file.write_text(catalogue_text(services, turn=1))
    installation.fine("apply", folder)
    file.write_text(catalogue_text(services, turn=2))
    return ["apply", folder, "--prune"]


def importing(installation: Installation, folder: Path, services: int) -> list[str | Path]:
    """The same by an import."""
    folder.mkdir()
    file = folder / "compose.yaml"
    file.write_text(compose_text(services, turn=1))
    command: list[str | Path] = ["import", "compose", folder, "--provider", "acme"]
    installation.fine(*command)
    file.write_text(compose_text(services, turn=2))
    return command


PREPARE = {"apply": applying, "import": importing}


@pytest.mark.parametrize("kind", PREPARE)
def test_a_killed_command_leaves_nothing_half_done(
    installation: Installation, tmp_path: Path, kind: str
) -> None:
    command = PREPARE[kind](installation, tmp_path / "files", 1000)

    left = kill_at_random_moments(installation, command, tmp_path, kills=3, seed=4711)

    assert sum(left.values()) == 3


@pytest.mark.soak
@pytest.mark.parametrize("kind", PREPARE)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_again_and_again_nothing_is_ever_half_done(
    installation: Installation, tmp_path: Path, kind: str, seed: int
) -> None:
    command = PREPARE[kind](installation, tmp_path / "files", 3000)

    left = kill_at_random_moments(installation, command, tmp_path, kills=40, seed=seed)

    print(f"{kind}, seed {seed}: {left}")
    # The moments reach into the writing and not only into the reading.
    assert left["before"]
