"""JSON of any shape: its settings say what stands where."""

from __future__ import annotations

from catenary.connectors.bodies import json_of
from catenary.connectors.kinds import Delivery, Kind, Unreadable
from catenary.connectors.mapping import MOST_ITEMS, Mapped, items_of, words_of
from catenary.connectors.mapping import read as read_mapping
from catenary.connectors.wishes import Wishes
from catenary.domain.observations.heard import UNREADABLE, Item
from catenary.domain.observations.reading import Wrong
from catenary.domain.said import said


def read(wishes: Wishes) -> Mapped:
    """The mapping."""
    return read_mapping(wishes, {})


def hear(mapped: Mapped, delivery: Delivery) -> list[Item]:
    """What each item says."""
    body = json_of(delivery.body)
    if mapped.items is not None and not mapped.items.leads_anywhere(body):
        # A sender that changed its form must not fall silent without anybody being told.
        wrong = Wrong(
            "items",
            UNREADABLE,
            said("there is nothing where the items should stand"),
            said("a list there, even an empty one"),
        )
        return [Item(0, wrong=(wrong,), raw=body)]
    items, more = items_of(mapped, body)
    if more:
        raise Unreadable(f"at most {MOST_ITEMS:,} items at once")
    return list(words_of(mapped, delivery.house, items))


KIND = Kind("webhook", read, hear)
