"""A table with thousands of cells in a few tests: each goes over its cells to the end, each cell
undone before the next, and then names every one that was wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import transaction

Cell = Callable[..., AbstractContextManager[None]]
#: More would hide the beginning.
SHOWN = 40


@contextmanager
def every_cell() -> Iterator[Cell]:
    """``with every_cell() as cell: for …: with cell("words", "that name it"): assert …``"""
    wrong: list[str] = []
    looked = 0

    @contextmanager
    def cell(*named: object) -> Iterator[None]:
        nonlocal looked
        looked += 1
        try:
            with transaction.atomic():
                try:
                    yield
                finally:
                    transaction.set_rollback(True)
        except Exception as error:
            said = str(error) if isinstance(error, AssertionError) else repr(error)
            wrong.append(f"{' '.join(map(str, named))}: {said}")

    yield cell
    assert looked, "a table without cells proves nothing"
    more = f"\n… and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    assert not wrong, f"{len(wrong)} of {looked} cells:\n" + "\n".join(wrong[:SHOWN]) + more
