"""How functions are compiled: once, kept beside the code or in the user's cache where possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Any:
    """The function as machine code, made at its first call: half a second once it is kept."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        # There is no folder that may be written to: it is compiled anew in every process.
        return numba.njit(nogil=True)(function)
