"""Bodies of deliveries: JSON that is neither too deep nor too much."""

from __future__ import annotations

from typing import Any

import orjson

from catenary.connectors.kinds import Unreadable

#: Each value takes many times its letters in memory.
MOST_VALUES = 1_000_000
_DEEPEST = 40
#: What begins with these two bytes is compressed.
_GZIP = b"\x1f\x8b"


def json_of(body: bytes) -> Any:
    """The JSON value; raises `Unreadable`."""
    if body.count(b",") > MOST_VALUES:
        raise Unreadable(f"the body holds more than {MOST_VALUES:,} values")
    try:
        value = orjson.loads(text_of(body))
    except orjson.JSONDecodeError as error:
        raise Unreadable(
            f"the body is no JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    _check_depth(value)
    return value


def text_of(body: bytes) -> str:
    """The text of a body; raises `Unreadable`."""
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        if body[:2] == _GZIP:
            raise Unreadable("the body is compressed (gzip); send it as it is") from None
        raise Unreadable(f"the body is no text in UTF-8, from byte {error.start + 1} on") from None


def _check_depth(value: Any) -> None:
    held = [value]
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for each in held:
            inner = each.values() if isinstance(each, dict) else each
            if isinstance(each, dict | list):
                below += [one for one in inner if isinstance(one, dict | list)]
        if not below:
            return
        held = below
    raise Unreadable(f"the body is nested deeper than {_DEEPEST} levels")
