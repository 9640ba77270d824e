"""References: the short stable names by which everything is found (INTERFACES, References)."""

from __future__ import annotations

import re
from functools import lru_cache

MAX_KEY = 100
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\Z")


def is_key(text: str) -> bool:
    """True for lower-case letters, digits, ``-``, ``.`` and ``_``, starting and ending with a
    letter or digit, at most 100 characters."""
    return len(text) <= MAX_KEY and _KEY.match(text) is not None


@lru_cache(1 << 16)
def is_reference(text: str) -> bool:
    """True for ``organization/key``."""
    organization, slash, key = text.partition("/")
    return bool(slash) and is_key(organization) and is_key(key)


def organization_of(reference: str) -> str:
    """The prefix of a service reference. It names where the service was born, which is not
    always who provides it today: rules ask the document's ``provider``."""
    return reference.partition("/")[0]
