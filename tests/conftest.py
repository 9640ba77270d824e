"""What every test shares: which tests run, why others do not, and where real data lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.examples",
    "tests.order",
    "tests.second",
    "tests.thrift",
    "tests.database",
    "tests.product",
    "tests.browser",
    "tests.installation",
]

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
NO_SHARED_DATA = (
    f"no real data at {SHARED_DATA}: the tests that check known counts of other people's"
    " registries need it"
)
# Each worker that a test starts would compile the engine anew into its own data folder, for a
# quarter of a minute and for chains that are too small for it. What was compiled is kept for all.
os.environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / ".pytest_cache" / "compiled"))

# No test looks at the time it took, and neither does Hypothesis: a busy machine is no failure.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# An ordinary run answers the same for the same code, whoever runs it; the long runs look for new
# examples each time.
settings.register_profile("test", UNHURRIED, derandomize=True)
settings.register_profile("properties", UNHURRIED)
settings.register_profile("soak", UNHURRIED, max_examples=5_000)


def pytest_configure(config: pytest.Config) -> None:
    """Let Hypothesis try more examples, and others, when there is time for them."""
    long = [name for name in ("soak", "properties") if config.getoption(f"--{name}")]
    settings.load_profile(long[0] if long else "test")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--soak`."""
    parser.addoption(
        "--soak", action="store_true", help="also run the long fuzz, load and kill tests"
    )


def pytest_report_header() -> list[str]:
    """Say before the first test what will be left out."""
    return [] if SHARED_DATA.is_dir() else [f"skipping real_data: {NO_SHARED_DATA}"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave soak tests out unless they were asked for; skip what needs data that is not here."""
    if not config.getoption("--soak"):
        soak = [item for item in items if item.get_closest_marker("soak")]
        if soak:
            items[:] = [item for item in items if not item.get_closest_marker("soak")]
            config.hook.pytest_deselected(items=soak)
    if not SHARED_DATA.is_dir():
        for item in items:
            if item.get_closest_marker("real_data"):
                item.add_marker(pytest.mark.skip(reason=NO_SHARED_DATA))


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data(request: pytest.FixtureRequest) -> Path:
    """The folder with real data that nobody here wrote; mark the test `real_data` as well."""
    if not SHARED_DATA.is_dir():
        pytest.skip(NO_SHARED_DATA)
    return SHARED_DATA
