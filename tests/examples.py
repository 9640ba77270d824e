"""How many examples a property is tried on.

A file says how many make it trustworthy. `make test` tries a share of them, the same on every
run, and all that are written out; `make soak` tries many times as many, others on every run
(``--properties``).
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import is_hypothesis_test, settings

#: One of so many in an ordinary run, but never fewer than `ENOUGH` where more were asked for.
SHARE = 4
ENOUGH = 10
#: So many for one in a long run.
MANY = 10


def examples(asked: int, *, properties: bool) -> int:
    """On how many examples a property is tried that asks for so many."""
    return asked * MANY if properties else max(min(asked, ENOUGH), asked // SHARE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--properties`."""
    parser.addoption(
        "--properties", action="store_true", help="only properties, on many more examples"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tell each property how often it is tried; leave out all else when they are asked for."""
    properties: bool = config.getoption("--properties")
    for function in {_function(item) for item in items if _is_property(item)}:
        # The long runs say themselves how long they are.
        if properties or not config.getoption("--soak"):
            said: settings = function._hypothesis_internal_use_settings
            times = examples(said.max_examples, properties=properties)
            function._hypothesis_internal_use_settings = settings(said, max_examples=times)
    if properties:
        config.hook.pytest_deselected(items=[item for item in items if not _is_property(item)])
        items[:] = [item for item in items if _is_property(item)]


def _is_property(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)


def _function(item: pytest.Item) -> Any:
    """What all cases of a parametrized property have in common."""
    assert isinstance(item, pytest.Function)
    return getattr(item.obj, "__func__", item.obj)
