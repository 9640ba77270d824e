"""Passive check results, line by line, as Icinga and Nagios take them themselves.

``[seconds] PROCESS_SERVICE_CHECK_RESULT;host;service;code;text`` and
``[seconds] PROCESS_HOST_CHECK_RESULT;host;code;text``
(https://icinga.com/docs/icinga-2/latest/doc/24-appendix/#external-commands). Every check of every
host is a voice of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from catenary.connectors.kinds import Delivery, Kind, Unreadable
from catenary.connectors.wishes import Wishes, reference_of
from catenary.domain.observations.heard import UNREADABLE, Item
from catenary.domain.observations.reading import Wrong
from catenary.domain.said import said

MOST_LINES = 20_000
_LINE = re.compile(
    r"\[(?P<at>[0-9]{1,12})(?:\.[0-9]+)?\] +"
    r"PROCESS_(?P<kind>SERVICE|HOST)_CHECK_RESULT;(?P<rest>.*)",
    re.S,
)
#: OK, WARNING, CRITICAL, UNKNOWN; UP, DOWN, UNREACHABLE.
SERVICE_CODES = {"0": "operational", "1": "degraded", "2": "down", "3": "unknown"}
HOST_CODES = {"0": "operational", "1": "down", "2": "unknown"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Which service a check is of: by ``host;check``, by host, or by the name of the check."""

    services: Mapping[str, str]
    by: str
    otherwise: str
    warning: str
    valid_for: str


def read(wishes: Wishes) -> Settings:
    """The settings."""
    return Settings(
        services=wishes.services("services"),
        by=wishes.choice("service-is", ("host", "check"), "host"),
        otherwise=wishes.choice("otherwise", ("refuse", "ignore"), "refuse"),
        warning=wishes.choice("warning", ("degraded", "operational"), "degraded"),
        valid_for=wishes.duration("valid-for"),
    )


def hear(settings: Settings, delivery: Delivery) -> list[Item]:
    """What each line says; empty lines say nothing."""
    if delivery.body.count(b"\n") > MOST_LINES:
        raise Unreadable(f"at most {MOST_LINES:,} lines at once")
    try:
        text = delivery.body.decode()
    except UnicodeDecodeError:
        # Old plugins speak Latin 1, in which every byte is a letter.
        text = delivery.body.decode("latin-1")
    lines = text.replace("\r\n", "\n").split("\n")
    return list(_items(settings, delivery.house, lines))


def _items(settings: Settings, house: str, lines: list[str]) -> Iterator[Item]:
    for place, line in enumerate(lines):
        if line.strip():
            yield _item(settings, house, place, line)


def _item(settings: Settings, house: str, place: int, line: str) -> Item:
    found = _LINE.fullmatch(line.strip())
    is_host = found is not None and found["kind"] == "HOST"
    parts = found["rest"].split(";", 2 if is_host else 3) if found is not None else []
    if found is None or len(parts) != (3 if is_host else 4):
        wrong = Wrong(
            "", UNREADABLE, said("this is no passive check result"), "[seconds] PROCESS_…"
        )
        return Item(place, wrong=(wrong,), raw=line)
    host, check = parts[0], "" if is_host else parts[1]
    code, text = parts[-2].strip(), parts[-1]
    condition = (HOST_CODES if is_host else SERVICE_CODES).get(code)
    if condition is None:
        return _wrong(
            place, line, "code", said("this is no code"), said("0, 1, 2 or, of services, 3")
        )
    service = _service(settings, house, host, check)
    if service is None:
        if settings.otherwise == "ignore":
            return Item(place)
        what = f"{host};{check}" if check else host
        return _wrong(
            place,
            line,
            "service",
            said("“{name}” names no service", what[:80]),
            said("one in services"),
        )
    word = {
        "service": service,
        "condition": settings.warning if condition == "degraded" else condition,
        "at": _moment(found["at"]),
        # What stands after the bar is figures for charts.
        "text": text.partition("|")[0].replace("\\n", "\n").replace("\0", " ").strip()[:4_000],
    }
    if settings.valid_for:
        word["valid-for"] = settings.valid_for
    return Item(place, word, f"{host[:80]};{check[:80]}" if check else host[:80], raw=line)


def _service(settings: Settings, house: str, host: str, check: str) -> str | None:
    for name in (f"{host};{check}", host, check):
        if name in settings.services:
            return settings.services[name]
    named = check if settings.by == "check" else host
    return reference_of(named, house) if not settings.services else None


def _moment(seconds: str) -> str:
    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return "a time beyond all calendars"


def _wrong(place: int, raw: str, field: str, sentence: str, expected: str) -> Item:
    return Item(place, wrong=(Wrong(field, "invalid", sentence, expected),), raw=raw)


KIND = Kind("nagios", read, hear)
