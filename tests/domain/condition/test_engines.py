"""Which engine computes, and that nobody pays for numba unasked."""

from __future__ import annotations

import subprocess
import sys

import pytest

from catenary.domain.chain.compiled import compiled
from catenary.domain.condition.engines import fastest
from catenary.domain.condition.plain import PlainEngine
from tests.domain.condition.plainly import Group, Service, World
from tests.domain.condition.worlds import HUGE, gates_of

SMALL = World((Service(),))
COMPILED = ("catenary.domain.condition.fast", "catenary.domain.kernels")


def test_nobody_imports_numba_who_did_not_ask_for_the_fastest() -> None:
    code = (
        "import sys, catenary.domain.condition.engines, catenary.domain.condition.supposing\n"
        "sys.exit('numba' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_numba_the_fastest_is_the_plain_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(COMPILED)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numba", None)

    assert isinstance(fastest(compiled(gates_of(SMALL))), PlainEngine)


def test_with_numba_the_fastest_is_compiled_unless_weights_are_beyond_it() -> None:
    pytest.importorskip("numba", reason="numba is not here")
    weights = (HUGE[0], HUGE[0], HUGE[1])
    group = Group(tuple(enumerate(weights)), HUGE[0], HUGE[0])
    huge = World((Service(), Service(), Service(), Service((), (group,))))

    assert not isinstance(fastest(compiled(gates_of(SMALL))), PlainEngine)
    assert isinstance(fastest(compiled(gates_of(huge))), PlainEngine)
