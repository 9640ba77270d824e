"""Forms: the tables of fields a document has, and the reading of a mapping by its form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from catenary.domain.documents.readers import (
    Key,
    Reader,
    character_name,
    figure,
    kind_of,
    look_alike,
    shown,
    too_many,
)
from catenary.domain.documents.words import nearest
from catenary.domain.findings import FieldPath, Problem
from catenary.domain.said import said

T = TypeVar("T")

#: More fields than any form has: a mapping like that is not a slip of the finger.
MAX_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in files, its attribute, how it is read, what it means."""

    name: str
    attribute: str
    reader: Reader[Any]
    meaning: str
    required: bool = False


class Form(Generic[T]):
    """The fields of one kind of mapping and what is built of them.

    ``noun`` names the kind in messages ("a service"); ``title`` in the schema and the reference.
    """

    __slots__ = ("noun", "title", "fields", "build", "_required", "example")

    def __init__(
        self,
        title: str,
        noun: str,
        build: Callable[..., T],
        fields: Iterable[Field],
        example: str = "",
    ) -> None:
        self.title = title
        self.noun = noun
        self.build = build
        self.fields = {field.name: field for field in fields}
        self._required = tuple(field for field in self.fields.values() if field.required)
        self.example = example

    def read(self, value: Any, path: FieldPath, problems: list[Problem], **given: Any) -> T | None:
        """The document of the mapping ``value``, or None after adding at least one problem.

        ``given`` are attributes that stand outside the mapping, such as its key. A field that
        is there but empty counts as absent.
        """
        if not isinstance(value, dict):
            fields = ", ".join(self.fields)
            problems.append(
                Problem(
                    path,
                    said("{noun} is a mapping; this is {kind}", self.noun, kind_of(value)),
                    fields,
                )
            )
            return None
        if too_many(value, path, problems, MAX_FIELDS):
            return None
        before = len(problems)
        fields_by_name = self.fields
        for name, item in value.items():
            field = fields_by_name.get(name)
            if field is None:
                problems.append(self.unknown(name, path))
            elif item is not None:
                given[field.attribute] = field.reader.read(item, (*path, name), problems)
        for field in self._required:
            if field.attribute not in given:
                problems.append(
                    Problem(
                        (*path, field.name),
                        said('{noun} has no "{field}"', self.noun, field.name),
                        said("{field}: {meaning}", field.name, field.meaning),
                    )
                )
        if len(problems) > before:
            return None
        return self.build(**given)

    def unknown(self, name: object, path: FieldPath) -> Problem:
        """The problem of a field this form does not know."""
        return unknown_word(name, path, self.noun, self.fields)


def unknown_word(name: object, path: FieldPath, noun: str, known: Iterable[str]) -> Problem:
    """The problem of a field ``noun`` does not know, with the nearest one it does."""
    words = list(known)
    found = look_alike(name) if isinstance(name, str) else None
    if found is not None and found[1]:
        character, ascii_one = found
        return Problem(
            (*path, str(name)),
            said(
                "the field {name} holds {character} at position {n}",
                shown(name),
                character_name(character),
                figure(str(name).index(character) + 1),
            ),
            said('the ASCII "{meant}" instead', ascii_one),
        )
    meant = nearest(str(name)[:80].lower().replace("_", "-").replace(" ", "-"), words)
    return Problem(
        (*path, name if isinstance(name, (str, int)) else str(name)),
        said("{noun} has no field {field}", noun, shown(name)),
        said('did you mean "{meant}"?', meant)
        if meant
        else said("one of {words}", ", ".join(words)),
    )


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A mapping inside a document, read by its own form; ``default`` when it is wrong."""

    form: Form[T]
    default: T

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> T:
        """The part."""
        found = self.form.read(value, path, problems)
        return self.default if found is None else found


@dataclass(frozen=True, slots=True)
class Keyed(Generic[T]):
    """A mapping from keys to parts, each read by a form and given its key."""

    form: Form[T]
    noun: str
    limit: int = 1_000

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> tuple[T, ...]:
        """The parts in their order."""
        if not isinstance(value, dict):
            problems.append(
                Problem(
                    path,
                    said("this is {kind}", kind_of(value)),
                    said("a mapping from the key of each to what it says"),
                )
            )
            return ()
        if too_many(value, path, problems, self.limit):
            return ()
        found = []
        keys: set[str] = set()
        key_reader = Key(f"key of the {self.noun}")
        for name, item in value.items():
            here = (*path, name)
            key = key_reader.read(name, here, problems)
            if key in keys:
                problems.append(
                    Problem(here, said("{text} stands twice", shown(key)), said("each key once"))
                )
            keys.add(key)
            part = self.form.read(item, here, problems, key=key)
            if part is not None:
                found.append(part)
        return tuple(found)
