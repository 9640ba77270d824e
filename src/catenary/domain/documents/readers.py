"""Readers of single values: text, keys, references, numbers, choices, lists.

A reader takes a plain value (what YAML, JSON or a form gave), where it stands, and the list of
problems to add to. It returns the value, or something harmless after adding a problem: whoever
reads a whole document looks whether problems were added. Readers never raise on any input.

Every reader is a value that also says what it accepts, so that the JSON Schema and the reference
page are made from the same tables as the reading.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from catenary.domain.documents.words import nearest
from catenary.domain.findings import FieldPath, Problem
from catenary.domain.quantities import QuantityError, format_number, parse_number
from catenary.domain.references import MAX_KEY, is_key, is_reference
from catenary.domain.said import figure as figure_of
from catenary.domain.said import said

MAX_NAME = 200
MAX_TEXT = 4_000

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Reader(Protocol[T_co]):
    """What every reader can do."""

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> T_co:
        """The value, or something harmless after adding to ``problems``."""
        ...  # pragma: no cover


#: Control characters, lone surrogates and whatever turns the direction of writing around.
_NEVER = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
#: In names also: line ends, tabs, and characters one cannot see.
_NEVER_IN_NAMES = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\ud800-\udfff\ufeff\ufff9-\uffff\U000e0000-\U000e0fff]"
)
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\Z"
)
#: Letters of other alphabets that look like a letter of keys.
_LOOK_ALIKES = dict(
    zip(
        "аеорсухіјѕһԁԛԝкмтвнгпοαενικρτυωɡıℓ‐‑‒–—−∕⁄．․＿＠",
        "aeopcyxijshdqwkmtbhrnoavvikptywgil------//.._@",
        strict=True,
    )
)


def figure(number: int) -> str:
    """A count in a message, in plain digits as one would type it."""
    return figure_of(number, str(number))


def shown(value: object, limit: int = 60) -> str:
    """A value for a message: quoted, short, with invisible characters spelled out."""
    text = value if isinstance(value, str) else str(value)
    text = text if len(text) <= limit else text[: limit - 3] + "..."
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text) + '"'


def together(words: Sequence[str]) -> str:
    """Words of files for a message: ``any and minimum``."""
    told = words[0]
    for word in words[1:]:
        told = said("{earlier} and {later}", told, word)
    return told


def kind_of(value: object) -> str:
    """What a plain value is, in a word for messages."""
    if value is None:
        return said("nothing")
    if isinstance(value, bool):
        return said("true or false")
    if isinstance(value, (int, float)):
        return said("a number")
    if isinstance(value, str):
        return said("a text")
    if isinstance(value, dict):
        return said("a mapping")
    if isinstance(value, (list, tuple)):
        return said("a list")
    return said("something else")


def character_name(character: str) -> str:
    """A character by its code point and name, for a message."""
    name = unicodedata.name(character, "no name")
    return f"U+{ord(character):04X} ({name.lower()})"


def too_many(value: object, path: FieldPath, problems: list[Problem], limit: int = 1_000) -> bool:
    """True, after adding one problem instead of one for each, when a collection is too large."""
    if isinstance(value, (dict, list, tuple)) and len(value) > limit:
        problems.append(
            Problem(
                path,
                said("{n} entries stand here", figure(len(value))),
                said("at most {n}", figure(limit)),
            )
        )
        return True
    return False


def look_alike(text: str) -> tuple[str, str] | None:
    """The first character of ``text`` that is not ASCII, with the ASCII one probably meant
    (empty when nobody can tell); None when all are ASCII."""
    for character in text:
        if not character.isascii():
            meant = _LOOK_ALIKES.get(character, "")
            if not meant:
                plain = unicodedata.normalize("NFKD", character)
                plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
                plain = "".join(_LOOK_ALIKES.get(c, c) for c in plain)
                meant = plain if plain.isascii() and plain.isprintable() else ""
            return character, meant
    return None


#: What a key is called in a message, alone and as one of many.
_NOUNS = {
    "key": (said("key"), said("a key")),
    "reference": (said("reference"), said("a reference")),
    "e-mail address": (said("e-mail address"), said("an e-mail address")),
    "organization key": (said("organization key"), said("an organization key")),
    "key of the organization": (said("key of the organization"), said("a key of the organization")),
    "key of the consumer": (said("key of the consumer"), said("a key of the consumer")),
    "key of the outcome": (said("key of the outcome"), said("a key of the outcome")),
    "key of the utility requirement": (
        said("key of the utility requirement"),
        said("a key of the utility requirement"),
    ),
}


def key_problem(text: str, path: FieldPath, noun: str, expected: str) -> Problem:
    """Why ``text`` is not the key, reference or e-mail address it should be."""
    noun, one = _NOUNS.get(noun, (noun, f"a {noun}"))
    found = look_alike(text)
    if found is not None:
        character, meant = found
        where = text.index(character)
        sentence = said(
            "{noun} {text} holds {character} at position {n}",
            noun,
            shown(text),
            character_name(character),
            figure(where + 1),
        )
        mend = said('the ASCII "{meant}" instead', meant) if meant else expected
        return Problem(path, sentence, mend)
    if text != text.lower() and is_key(text.lower().replace("/", "")):
        return Problem(
            path, said("{noun} {text} has capital letters", noun, shown(text)), text.lower()
        )
    if len(text) > MAX_KEY:
        return Problem(
            path,
            said(
                "{noun} {text} is too long ({n} characters)", noun, shown(text), figure(len(text))
            ),
            expected,
        )
    return Problem(path, said("{text} is not {noun}", shown(text), one), expected)


@dataclass(frozen=True, slots=True)
class Text:
    """A text of at most ``limit`` characters; ``lines`` allows several lines.

    Outer white space is dropped and characters are put in their composed form (NFC), so that
    two texts that look the same are the same.
    """

    limit: int = MAX_NAME
    lines: bool = False

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> str:
        """The text, trimmed."""
        if (
            type(value) is str
            and value.isascii()
            and value.isprintable()
            and 0 < len(value) <= self.limit
            and value[0] != " " != value[-1]
        ):
            # Nearly all texts are: then nothing below would find or change anything.
            return value
        if not isinstance(value, str):
            if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
                value = str(value)
            else:
                problems.append(
                    Problem(path, said("this is {kind}", kind_of(value)), said("a text"))
                )
                return ""
        text: str = value.strip()
        if len(text) > self.limit:
            problems.append(
                Problem(
                    path,
                    said("the text has {n} characters", figure(len(text))),
                    said("at most {n} characters", figure(self.limit)),
                )
            )
            return ""
        if not text:
            problems.append(
                Problem(path, said("the text is empty"), said("a text, or leave the field out"))
            )
            return ""
        if self.lines:
            text = text.replace("\r\n", "\n") if "\r" in text else text
            bad = _NEVER.search(text)
        else:
            bad = _NEVER_IN_NAMES.search(text)
        if bad is not None:
            problems.append(
                Problem(
                    path,
                    said(
                        "{text} holds {character} at position {n}",
                        shown(text),
                        character_name(bad[0]),
                        figure(bad.start() + 1),
                    ),
                    said("no control characters and nothing invisible")
                    if self.lines or bad[0] not in "\n\r\t"
                    else said("one line without tabs"),
                )
            )
            return ""
        return text if text.isascii() else unicodedata.normalize("NFC", text)


def _word(value: Any, path: FieldPath, problems: list[Problem], expected: str) -> str | None:
    """A text that will be looked at more closely, or None after adding a problem."""
    if isinstance(value, str):
        word = value.strip()
        if word:
            return word
        problems.append(Problem(path, said("the text is empty"), expected))
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return str(value)
    problems.append(Problem(path, said("this is {kind}", kind_of(value)), expected))
    return None


_KEY_EXPECTED = said(
    "lower-case letters, digits, hyphen, point and underscore, "
    "starting and ending with a letter or digit, at most {n}",
    figure(MAX_KEY),
)
_REFERENCE_EXPECTED = said("organization/service, as in {example}", "hospital-it/crm")


@dataclass(frozen=True, slots=True)
class Key:
    """A key; ``noun`` says of what."""

    noun: str = "key"

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> str:
        """The key."""
        word = _word(value, path, problems, _KEY_EXPECTED)
        if word is None:
            return ""
        if not is_key(word):
            problems.append(key_problem(word, path, self.noun, _KEY_EXPECTED))
        return word


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference of a service."""

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> str:
        """The reference."""
        word = _word(value, path, problems, _REFERENCE_EXPECTED)
        if word is None:
            return ""
        if not is_reference(word):
            if is_key(word):
                problems.append(
                    Problem(
                        path,
                        said("{word} does not name the organization of the service", shown(word)),
                        said("organization/{word}", word),
                    )
                )
            else:
                problems.append(key_problem(word, path, "reference", _REFERENCE_EXPECTED))
        return word


def is_email(text: str) -> bool:
    """True for an e-mail address in lower-case ASCII, at most 254 characters."""
    return len(text) <= 254 and _EMAIL.match(text) is not None


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail address; capital letters are made small."""

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> str:
        """The address in lower case."""
        expected = said("an e-mail address, as in dana.reyes@st-mary.example")
        word = _word(value, path, problems, expected)
        if word is None:
            return ""
        lowered = word.lower() if word.isascii() else word
        if not is_email(lowered):
            problems.append(key_problem(lowered, path, "e-mail address", expected))
        return lowered


@dataclass(frozen=True, slots=True)
class Contact:
    """A person, by e-mail address, or an organization, by key."""

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> str:
        """The address or key."""
        expected = said("the e-mail address of a person or the key of an organization")
        word = _word(value, path, problems, expected)
        if word is None:
            return ""
        if "@" in word:
            return Email().read(word, path, problems)
        if not is_key(word):
            problems.append(key_problem(word, path, "key", expected))
        return word


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number; ``positive`` refuses zero and below, ``whole`` refuses fractions."""

    positive: bool = False
    whole: bool = False

    def _expected(self) -> str:
        if self.whole:
            return said("a whole number above 0") if self.positive else said("a whole number")
        return said("a number above 0") if self.positive else said("a number")

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> Decimal:
        """The number."""
        expected = self._expected()
        if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
            problems.append(Problem(path, said("this is {kind}", kind_of(value)), expected))
            return Decimal(1)
        if isinstance(value, int) and abs(value) >= 10**15:
            problems.append(
                Problem(path, said("the number is too large"), said("at most 15 digits"))
            )
            return Decimal(1)
        try:
            number = parse_number(str(value))
        except QuantityError as error:
            problems.append(Problem(path, error.sentence, error.expected))
            return Decimal(1)
        if (self.positive and number <= 0) or (self.whole and number != int(number)):
            problems.append(
                Problem(path, said("{value} is not {expected}", shown(value), expected), expected)
            )
            return Decimal(1)
        return number


def plain_number(number: Decimal) -> int | str:
    """A number for a plain document: an int when whole, else its exact writing."""
    return int(number) if number == int(number) else format_number(number)


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> bool:
        """The truth value; ``yes`` and ``no`` are understood."""
        if isinstance(value, bool):
            return value
        word = value.strip().lower() if isinstance(value, str) else ""
        if word in {"true", "yes", "on"}:
            return True
        if word not in {"false", "no", "off"}:
            problems.append(
                Problem(
                    path,
                    said("{value} is neither true nor false", shown(value)),
                    said("true or false"),
                )
            )
        return False


E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Choice(Generic[E]):
    """One of the words of an enumeration."""

    words: type[E]

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> E:
        """The word."""
        if isinstance(value, str):
            try:
                return self.words(value.strip())
            except ValueError:
                pass
        known = [word.value for word in self.words]
        meant = nearest(value.strip().lower(), known) if isinstance(value, str) else ""
        told = (
            shown(value) if isinstance(value, (str, int)) else said("this ({kind})", kind_of(value))
        )
        problems.append(
            Problem(
                path,
                said("{word} is not a word known here", told),
                said('"{meant}", or another of {words}', meant, ", ".join(known))
                if meant
                else said("one of {words}", ", ".join(known)),
            )
        )
        return next(iter(self.words))


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list of distinct values; ``or_one`` also takes a single value for a list of one."""

    item: Reader[T]
    or_one: bool = False
    limit: int = 1_000

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> tuple[T, ...]:
        """The values in their order."""
        if not isinstance(value, (list, tuple)):
            if self.or_one and not isinstance(value, dict) and value is not None:
                return (self.item.read(value, path, problems),)
            problems.append(
                Problem(
                    path,
                    said("this is {kind}", kind_of(value)),
                    said("a list, as in [{value}]", value)
                    if _is_short_text(value)
                    else said("a list"),
                )
            )
            return ()
        if too_many(value, path, problems, self.limit):
            return ()
        before = len(problems)
        read = self.item.read
        items = tuple([read(item, (*path, at), problems) for at, item in enumerate(value)])
        if len(items) > 1 and len(problems) == before and len(set(items)) < len(items):
            seen: dict[T, int] = {}
            for at, item in enumerate(items):
                if item in seen:
                    problems.append(
                        Problem(
                            (*path, at),
                            said(
                                "{item} stands twice in the list (items {first} and {second})",
                                shown(item),
                                figure(seen[item] + 1),
                                figure(at + 1),
                            ),
                            said("each only once"),
                        )
                    )
                seen.setdefault(item, at)
        return items


def _is_short_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 40 and value.isprintable()
