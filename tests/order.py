"""Which files begin when several processes run them: those that take long, whatever their number
of tests.

Files are handed out whole. The long ones start the product, a browser or a monitor and wait for
them. Handed out last, as files with few tests would be, they leave all other processes with nothing
to do; handed out first, they wait while others compute.
"""

from __future__ import annotations

from collections import Counter
from types import ModuleType

import pytest

STARTING = frozenset({"tests.browser", "tests.installation", "tests.product", "tests.soak.kills"})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put them in order; a run in one process stays as it was written."""
    if not hasattr(config, "workerinput"):
        return
    size = Counter(item.path for item in items)
    waits = {item.path: _starts_processes(item) for item in items}
    items.sort(key=lambda item: (not waits[item.path], -size[item.path], str(item.path)))


def _starts_processes(item: pytest.Item) -> bool:
    assert isinstance(item, pytest.Function)
    module: ModuleType = item.module
    used = {getattr(each, "__module__", "") for each in vars(module).values()}
    return not STARTING.isdisjoint(used)
