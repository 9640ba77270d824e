"""A sign of life at an address: the services are well, and unknown when none comes for a while.

What is sent does not matter, but for one word: a body that begins with ``fail``, or whose JSON has
``"condition"``, says that something is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catenary.connectors.bodies import json_of
from catenary.connectors.kinds import Delivery, Kind, Unreadable
from catenary.connectors.wishes import Wishes
from catenary.domain.observations.heard import Item
from catenary.domain.observations.reading import SAYABLE
from catenary.domain.said import said

_MOST_SERVICES = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """Whose life it is a sign of, and after how long a silence it is none any more."""

    services: tuple[str, ...]
    silent_after: str


def read(wishes: Wishes) -> Settings:
    """The settings."""
    rows = wishes.rows("services")
    services = tuple(wishes.service(value, "services") for value in rows[:_MOST_SERVICES])
    if not rows or len(rows) > _MOST_SERVICES:
        wishes.say("services", said("nothing says whose sign of life this is"), "[…]")
    silent = wishes.duration("silent-after")
    if not silent:
        wishes.say(
            "silent-after",
            said("nothing says after how long a silence"),
            said("a duration such as 5 min"),
        )
    return Settings(services, silent)


def hear(settings: Settings, delivery: Delivery) -> list[Item]:
    """The same word for each of the services."""
    condition, text = _told(delivery.body)
    word: dict[str, Any] = {"condition": condition, "valid-for": settings.silent_after}
    if text:
        word["text"] = text
    return [
        Item(place, {**word, "service": service}, raw=text)
        for place, service in enumerate(settings.services)
    ]


def _told(body: bytes) -> tuple[str, str]:
    text = body[:1_000].decode(errors="replace").replace("\0", " ").strip()
    if text.lower().startswith("fail"):
        return "down", text
    if body[:1] == b"{" and len(body) < 100_000:
        try:
            value = json_of(body)
        except Unreadable:
            return "operational", ""
        named = value.get("condition")
        is_known = isinstance(named, str) and named in SAYABLE
        told = str(value.get("text") or "").replace("\0", " ")[:1_000]
        return (named if is_known else "operational"), told
    return "operational", ""


KIND = Kind("heartbeat", read, hear)
