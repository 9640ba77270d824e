"""What is made once in a run of tests is made once, for all, and gone afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.once import made_once

Factory = pytest.TempPathFactory
TOGETHER = 4


def test_of_several_who_ask_one_makes_it_and_the_last_removes_it(
    tmp_path_factory: Factory,
) -> None:
    tmp_path_factory.getbasetemp()  # which it makes when it is first asked, by one at a time
    made: list[Path] = []
    unmade: list[Path] = []
    everybody = Barrier(TOGETHER)

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "it").write_text("there")

    def ask(_: int) -> tuple[str, Path]:
        with made_once(tmp_path_factory, "several", make, unmade.append) as folder:
            everybody.wait()
            said = (folder / "it").read_text()
            everybody.wait()
        return said, folder

    with ThreadPoolExecutor(TOGETHER) as pool:
        answers = set(pool.map(ask, range(TOGETHER)))

    ((said, folder),) = answers
    assert said == "there" and len(made) == 1
    assert unmade == [folder] and not folder.exists()


def test_whoever_comes_when_all_have_gone_makes_it_anew(tmp_path_factory: Factory) -> None:
    made: list[Path] = []
    for _ in range(2):
        with made_once(tmp_path_factory, "anew", made.append) as folder:
            assert folder.is_dir()

    assert len(made) == 2


def test_what_could_not_be_made_is_tried_again_from_the_beginning(
    tmp_path_factory: Factory,
) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise ValueError("no")

    with (
        pytest.raises(ValueError, match="no"),
        made_once(tmp_path_factory, "again", fail),
    ):
        pass

    with made_once(tmp_path_factory, "again", lambda folder: None) as folder:
        assert list(folder.iterdir()) == []
