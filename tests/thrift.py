"""What costs much, proves nothing and would be done thousands of times: done once, or done cheaply.

What a password costs in the product is told in tests/cli/test_running.py, by one that was made by a
product in a process of its own; those always pay in full.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

PRICE = ("time_cost", "memory_cost", "parallelism")
CHEAP = (1, 8, 1)
FULL = tuple(getattr(Argon2PasswordHasher, name) for name in PRICE)


def _ask(price: tuple[int, ...]) -> None:
    for name, value in zip(PRICE, price, strict=True):
        setattr(Argon2PasswordHasher, name, value)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Argon2 all the same, at the least it can cost: on purpose it takes a tenth of a second and a
    hundred megabytes, and every world has ten accounts. Products in processes of their own pay
    the full price."""
    _ask(CHEAP)
    yield
    _ask(FULL)


@pytest.fixture(scope="session", autouse=True)
def _static_files_looked_for_once() -> Iterator[None]:
    """Every test client has a chain of middleware of its own, and WhiteNoise reads the folders of
    static files whenever one is made: a third of what asking for a page costs. They stay as they
    are while tests run, so the first to look tells the others."""
    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[tuple[object, ...], dict[str, object]] = {}

    def remember(self: WhiteNoiseMiddleware) -> None:
        # Whatever of its settings goes into what it makes of a file.
        key = (self.static_prefix, self.max_age, self.charset, self.allow_all_origins)
        if key not in found:
            before = set(self.files)
            look(self)
            found[key] = {url: file for url, file in self.files.items() if url not in before}
        self.files.update(found[key])

    WhiteNoiseMiddleware.add_files_from_finders = remember
    yield
    WhiteNoiseMiddleware.add_files_from_finders = look
