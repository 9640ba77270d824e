"""CloudEvents over HTTP: structured, batched and binary.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
Their settings are a mapping over the event: attributes stand at its top, the data at ``$.data``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from catenary.connectors.bodies import json_of
from catenary.connectors.kinds import Delivery, Kind, Unreadable
from catenary.connectors.mapping import MOST_ITEMS, Mapped, word_of
from catenary.connectors.mapping import read as read_mapping
from catenary.connectors.wishes import Wishes
from catenary.domain.observations.heard import UNREADABLE, Item
from catenary.domain.observations.reading import Wrong
from catenary.domain.said import said

#: What is where, unless the settings say otherwise.
DEFAULTS = {
    "service": "$.subject",
    "condition": "$.data.condition",
    "at": "$.time",
    "text": "$.data.text",
    "reference": "$.id",
}
_REQUIRED = ("id", "source", "type")


def read(wishes: Wishes) -> Mapped:
    """The mapping; every event is one item."""
    return read_mapping(wishes, DEFAULTS)


def hear(mapped: Mapped, delivery: Delivery) -> list[Item]:
    """What each event says."""
    events = _events(delivery)
    if len(events) > MOST_ITEMS:
        raise Unreadable(f"at most {MOST_ITEMS:,} events at once")
    return [_item(mapped, delivery.house, place, event) for place, event in enumerate(events)]


def _events(delivery: Delivery) -> list[Any]:
    form = delivery.headers.get("content-type", "").partition(";")[0].strip().lower()
    if form == "application/cloudevents-batch+json":
        events = json_of(delivery.body)
        if not isinstance(events, list):
            raise Unreadable("a batch of CloudEvents is a list")
        return [_with_data(event) for event in events]
    if form == "application/cloudevents+json":
        return [_with_data(json_of(delivery.body))]
    if form.startswith("application/cloudevents"):
        raise Unreadable(f"{form[:80]} is not read, only JSON")
    if "ce-specversion" in delivery.headers:
        return [_binary(delivery, form)]
    raise Unreadable(
        "this is no CloudEvent: its content type is neither application/cloudevents+json nor "
        "application/cloudevents-batch+json, and it has no header ce-specversion"
    )


def _with_data(event: Any) -> Any:
    """An event in JSON may hold its data in base 64."""
    if not isinstance(event, Mapping) or not isinstance(event.get("data_base64"), str):
        return event
    try:
        data = base64.b64decode(event["data_base64"], validate=True)
    except (binascii.Error, ValueError):
        return event
    return {**event, "data": _json_or_text(data)}


def _binary(delivery: Delivery, form: str) -> dict[str, Any]:
    """Attributes in headers, percent-encoded; the data is the body."""
    event: dict[str, Any] = {
        name[3:]: unquote(value)[:4_000]
        for name, value in delivery.headers.items()
        if name.startswith("ce-")
    }
    if delivery.body:
        is_json = form in ("application/json", "text/json") or form.endswith("+json")
        event["data"] = json_of(delivery.body) if is_json else _json_or_text(delivery.body)
    return event


def _json_or_text(data: bytes) -> Any:
    try:
        return json_of(data)
    except Unreadable:
        return data.decode(errors="replace")


def _item(mapped: Mapped, house: str, place: int, event: Any) -> Item:
    missing = (
        [name for name in _REQUIRED if not event.get(name)]
        if isinstance(event, Mapping)
        else list(_REQUIRED)
    )
    if missing or str(event.get("specversion")) != "1.0":
        field = missing[0] if missing else "specversion"
        wrong = Wrong(
            field, UNREADABLE, said("this is no CloudEvent 1.0"), "specversion, id, source, type"
        )
        return Item(place, wrong=(wrong,), raw=event)
    return word_of(mapped, house, place, event)


KIND = Kind("cloudevents", read, hear)
