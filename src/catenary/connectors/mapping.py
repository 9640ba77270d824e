"""From a JSON value to words about services, as its settings declare: which part says what.

Every field of a word is a path (`paths`), or a value that is always the same. Names of services
and words for conditions may be translated by tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from catenary.connectors.paths import MISSING, Path, path_of
from catenary.connectors.wishes import Wishes, reference_of
from catenary.domain.observations.heard import UNREADABLE, Item, json_word
from catenary.domain.observations.reading import SAYABLE, Wrong
from catenary.domain.said import said

#: So many items are read out of one delivery.
MOST_ITEMS = 10_000
_IGNORE = "ignore"
_OPTIONAL = ("at", "text", "reference", "planned", "share", "valid-for", "sequence", "voice")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = 4 * 10**18


@dataclass(frozen=True, slots=True)
class Field:
    """Where a field of a word stands, or what it always is."""

    path: Path | None
    value: Any = None

    def of(self, value: Any) -> Any:
        """What it is in an item; `MISSING` where the path leads nowhere."""
        return self.value if self.path is None else self.path.first(value)


@dataclass(frozen=True, slots=True)
class Mapped:
    """How items become words."""

    items: Path | None
    service: Field
    services: Mapping[str, str]
    condition: Field
    conditions: Mapping[str, str]
    otherwise: str
    fields: Mapping[str, Field]


def read(wishes: Wishes, defaults: Mapping[str, str]) -> Mapped:
    """The mapping; what is wrong with it is written down. ``defaults`` are paths of fields that
    are not said."""
    items = wishes.text("items")
    path = path_of(items) if items else None
    if items and path is None:
        wishes.say("items", said("this is no path"), _EXPECTED)
    services = wishes.services("services")
    fields = {name: _field(wishes, name, defaults) for name in _OPTIONAL}
    return Mapped(
        items=path,
        service=_field(wishes, "service", defaults, required=True) or Field(None, ""),
        services=services,
        condition=_field(wishes, "condition", defaults, required=True) or Field(None, ""),
        conditions=wishes.conditions("conditions"),
        otherwise=wishes.choice("otherwise", (*SAYABLE, _IGNORE, "refuse"), "refuse"),
        fields={name: field for name, field in fields.items() if field is not None},
    )


_EXPECTED = said("a path such as $.service['name'], or a value without a $")


def _field(
    wishes: Wishes, name: str, defaults: Mapping[str, str], *, required: bool = False
) -> Field | None:
    value = wishes.plain(name)
    if value is None:
        value = defaults.get(name)
    if value is None:
        if required:
            wishes.say(name, said("nothing says where this stands"), _EXPECTED)
        return None
    if isinstance(value, str) and value.startswith("$"):
        path = path_of(value)
        if path is None or path.is_of_many:
            wishes.say(name, said("this is no path to one value"), _EXPECTED)
            return None
        return Field(path)
    if not isinstance(value, str | bool | int) or (isinstance(value, str) and len(value) > 300):
        wishes.say(name, said("this is no short text"), _EXPECTED)
        return None
    return Field(None, value)


def items_of(mapped: Mapped, body: Any) -> tuple[list[Any], int]:
    """The items of a delivery, and how many more there are than are read (0 or 1)."""
    if mapped.items is not None:
        found = mapped.items.all(body, MOST_ITEMS)
    else:
        found = list(body) if isinstance(body, list) else [body]
    return found[:MOST_ITEMS], len(found) - len(found[:MOST_ITEMS])


def words_of(mapped: Mapped, house: str, items: list[Any]) -> Iterator[Item]:
    """What each item says."""
    for place, raw in enumerate(items):
        yield word_of(mapped, house, place, raw)


def word_of(mapped: Mapped, house: str, place: int, raw: Any) -> Item:
    """What one item says."""

    def wrong(field: str, sentence: str, expected: str) -> Item:
        code = "invalid" if _is_of_this_form(mapped, raw) else UNREADABLE
        return Item(place, wrong=(Wrong(field, code, sentence, expected),), raw=raw)

    told = mapped.condition.of(raw)
    condition = _condition(mapped, told)
    if condition == _IGNORE:
        return Item(place)
    if told is MISSING and condition is None:
        return wrong(
            "condition",
            said("there is nothing where its condition should stand"),
            said("a word the mapping knows"),
        )
    if condition is None:
        return wrong(
            "condition",
            said("{what} means no condition here", _short(told)),
            said("a word the mapping knows"),
        )
    named = mapped.service.of(raw)
    service = _service(mapped, house, named)
    if service is None:
        return wrong(
            "service",
            said("{what} names no service", _short(named)),
            said("a name the mapping knows"),
        )
    word: dict[str, Any] = {"service": service, "condition": condition}
    voice = ""
    for name, field in mapped.fields.items():
        value = field.of(raw)
        if value is MISSING or value is None or value == "":
            continue
        if name == "voice":
            voice = str(value)[:100] if not isinstance(value, dict | list) else ""
        else:
            word[name] = _READERS.get(name, _as_it_is)(value)
    return Item(place, word, voice, raw=raw)


def _is_of_this_form(mapped: Mapped, raw: Any) -> bool:
    """Whether there is anything at all where the mapping looks."""
    fields = (mapped.service, mapped.condition, *mapped.fields.values())
    return any(field.path is not None and field.of(raw) not in (MISSING, None) for field in fields)


def _condition(mapped: Mapped, told: Any) -> str | None:
    if isinstance(told, bool):
        told = "true" if told else "false"
    if isinstance(told, int | float):
        told = str(told)
    if isinstance(told, str):
        word = told.strip().lower()
        if word in mapped.conditions:
            return mapped.conditions[word]
        if word in SAYABLE and not mapped.conditions:
            return word
    return None if mapped.otherwise == "refuse" else mapped.otherwise


def _service(mapped: Mapped, house: str, named: Any) -> str | None:
    if isinstance(named, int) and not isinstance(named, bool):
        named = str(named)
    if not isinstance(named, str) or not named:
        return None
    return mapped.services.get(named) or reference_of(named, house)


def _moment(value: Any) -> Any:
    """A number is seconds since 1970; so large that it would be centuries away, milliseconds,
    microseconds or nanoseconds."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:19])
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < _LARGEST:
        return value
    for unit in (10**6, 10**3, 1):
        if value < 10**17 // unit:
            return (_EPOCH + timedelta(microseconds=int(value * unit))).isoformat()
    return (_EPOCH + timedelta(microseconds=int(value) // 1000)).isoformat()


def _text(longest: int) -> Any:
    def read(value: Any) -> Any:
        if isinstance(value, dict | list):
            return value
        return str(value).replace("\0", " ")[:longest]

    return read


def _planned(value: Any) -> Any:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    return words.get(str(value).lower(), value)


def _as_it_is(value: Any) -> Any:
    return value


def _short(value: Any) -> str:
    if value is MISSING:
        return said("what is missing")
    if isinstance(value, dict | list):
        return said("a structure")
    return f"“{value[:60] if isinstance(value, str) else json_word(value)}”"


_READERS = {
    "at": _moment,
    "text": _text(4_000),
    "reference": _text(200),
    "planned": _planned,
}
