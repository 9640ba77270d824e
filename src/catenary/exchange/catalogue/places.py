"""Places in catalogue files: from the path of a field to file, line and column.

Keeping the place of every value of 100,000 services would cost more than the services themselves.
So only the span of each entry is kept, and its text is parsed again when somebody asks.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from catenary.domain.findings import FieldPath
from catenary.exchange.catalogue.stream import Span

_REMEMBERED = 256


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(slots=True)
class Places:
    """The places of all entries that were read."""

    files: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    entries: dict[tuple[str, str], Span] = field(default_factory=dict)
    consumption: dict[tuple[str, str], tuple[Span, int]] = field(default_factory=dict)
    sections: dict[str, Span] = field(default_factory=dict)
    _inner: OrderedDict[Span, dict[FieldPath, tuple[int, int]]] = field(default_factory=OrderedDict)

    def at(self, span: Span) -> Position:
        """Where the key of an entry stands."""
        return Position(self.files[span.file], span.line + 1, span.column + 1)

    def within(self, span: Span, path: FieldPath) -> Position:
        """Where the field at ``path`` below an entry stands, or the nearest one around it."""
        if not path:
            return self.at(span)
        known = self._inner.get(span)
        if known is None:
            known = self._inner[span] = self._parse(span)
            if len(self._inner) > _REMEMBERED:
                self._inner.popitem(last=False)
        while path:
            found = known.get(path)
            if found is not None:
                return Position(self.files[span.file], found[0] + 1, found[1] + 1)
            path = path[:-1]
        return self.at(span)

    def locate(self, path: FieldPath) -> Position:
        """Where a field of the catalogue stands, or the nearest thing around it.

        A consumption is found by consumer and service: ``("consumption", consumer, service)``.
        """
        names = [str(part) for part in path[:3]]
        if len(names) == 3 and names[0] == "consumption":
            pair = self.consumption.get((names[1], names[2]))
            if pair is not None:
                return self.within(pair[0], (pair[1], *path[3:]))
        if len(names) >= 2:
            span = self.entries.get((names[0], names[1]))
            if span is not None:
                return self.within(span, path[2:])
        if names and names[0] in self.sections:
            return self.at(self.sections[names[0]])
        return Position(self.files[0] if self.files else "", 1, 1)

    def _parse(self, span: Span) -> dict[FieldPath, tuple[int, int]]:
        fragment = " " * span.column + self.texts[span.file][span.start : span.end]
        known: dict[FieldPath, tuple[int, int]] = {}
        parser = yaml.CLoader(fragment)
        advance: Callable[[], Any] = parser.get_event

        def walk(event: Any, path: FieldPath) -> None:
            if type(event) is MappingStartEvent:
                while type(name := advance()) is not MappingEndEvent:
                    here = (*path, name.value) if type(name) is ScalarEvent else path
                    mark = name.start_mark
                    known.setdefault(here, (mark.line + span.line, mark.column))
                    if type(name) is not ScalarEvent:
                        walk(name, path)
                    walk(advance(), here)
            elif type(event) is SequenceStartEvent:
                at = 0
                while type(item := advance()) is not SequenceEndEvent:
                    mark = item.start_mark
                    known.setdefault((*path, at), (mark.line + span.line, mark.column))
                    walk(item, (*path, at))
                    at += 1

        try:
            for _ in range(2):  # stream and document start
                advance()
            event = advance()
            if type(event) is MappingStartEvent:
                advance()  # the key of the entry itself
                walk(advance(), ())
        except yaml.YAMLError:
            # A fragment can make no sense without its surroundings; the entry is near enough.
            pass
        finally:
            parser.dispose()
        return known
