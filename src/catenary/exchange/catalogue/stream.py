"""One YAML file as a stream of entries, each with the place where it stands.

Built on libyaml's events, not on PyYAML's composer: that one keeps a node for everything, guesses
types (``no``, ``1:30``), and expands aliases without measure. Here every scalar is text, every
entry of a section is handed over as soon as it is complete, and what does not belong in a
catalogue (tags, merge keys, redefined anchors, bombs) is refused with its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from catenary.domain.documents.readers import shown

MAX_DEPTH = 30
#: Nodes that aliases may add to a file; far beyond what a person repeats, far below a bomb.
MAX_ALIASED = 200_000
#: Values in one entry: five times what the largest list of consumed services needs.
MAX_NODES = 500_000
MAX_PROBLEMS = 10_000
_PERHAPS_NOTHING = frozenset({"", "~", "null"})
_NOT_IN_YAML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\ufeff]"
)


@dataclass(frozen=True, slots=True)
class Slip:
    """Something wrong at a line and column (both from 1) of the file being read."""

    line: int
    column: int
    sentence: str
    expected: str


class Span(NamedTuple):
    """Where an entry stands: file by number, line and column of its key (from 0), and the
    characters of the text from its key to the end of its value."""

    file: int
    line: int
    column: int
    start: int
    end: int


class Entry(NamedTuple):
    """One key of one section with its plain value; ``section`` alone for a value at the top."""

    section: str
    key: str | None
    value: Any
    span: Span


class _Stop(Exception):
    """Nothing after this can be read."""


def slip_of_yaml_error(error: yaml.YAMLError) -> Slip:
    """What libyaml says, in words that help."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    context = str(getattr(error, "context", None) or "")
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    mend = "well-formed YAML"
    for words, found in _MENDS.items():
        if words in problem or words in context:
            mend = found
            break
    said = f"{context}: {problem}" if context else problem
    return Slip(line, column, f"this is not well-formed YAML: {said}", mend)


_MENDS = {
    "\\t": "spaces for indentation, not tabs",
    "that cannot start any token": "a text that starts with @, ` or % in quotes, "
    "and spaces for indentation, not tabs",
    "mapping values are not allowed": 'a text that holds ": " in quotes, '
    "and one step of indentation for each level",
    "could not find expected ':'": "a colon and a space after each key",
    "block mapping": "keys of one mapping in the same column, each followed by a colon",
    "block collection": "items of one list in the same column, each after a hyphen",
    "flow mapping": "commas between the fields, and a closing }",
    "flow sequence": "commas between the items, and a closing ]",
    "quoted scalar": "a closing quotation mark",
    "alias": "a text that starts with * in quotes",
    "anchor": "a text that starts with & in quotes",
}


class YamlStream:
    """Reads one text; ``slips`` fills while :meth:`entries` is consumed."""

    def __init__(self, text: str, file: int) -> None:
        self.slips: list[Slip] = []
        self._text = text
        self._file = file
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._open_anchors: dict[str, int] = {}
        self._nodes = 0
        self._aliased = 0
        self._most_nodes = MAX_NODES
        self._end = 0
        self._next: Callable[[], Any]

    def entries(self, sections: frozenset[str]) -> Iterator[Entry]:
        """Every entry of the named sections, and every other key at the top with its value."""
        bad = _NOT_IN_YAML.search(self._text)
        if bad is not None:
            line = self._text.count("\n", 0, bad.start())
            column = bad.start() - (self._text.rfind("\n", 0, bad.start()) + 1)
            self.slips.append(
                Slip(
                    line + 1,
                    column + 1,
                    f"the control character U+{ord(bad[0]):04X} stands here",
                    "a text file without control characters",
                )
            )
            return
        parser = yaml.CLoader(self._text)
        # Events of libyaml always have marks; the published types do not know.
        self._next = parser.get_event
        try:
            yield from self._document(sections)
        except yaml.YAMLError as error:
            self.slips.append(slip_of_yaml_error(error))
        except _Stop:
            pass
        finally:
            parser.dispose()

    def _slip(self, event: Any, sentence: str, expected: str) -> None:
        mark = event.start_mark
        self.slips.append(Slip(mark.line + 1, mark.column + 1, sentence, expected))
        if len(self.slips) >= MAX_PROBLEMS:
            self.slips.append(
                Slip(mark.line + 1, mark.column + 1, "too many problems", "a catalogue file")
            )
            raise _Stop

    def _document(self, sections: frozenset[str]) -> Iterator[Entry]:
        self._next()  # the stream starts
        first = self._next()
        if type(first) is StreamEndEvent:
            return
        root = self._next()
        if type(root) is not MappingStartEvent:
            if not (type(root) is ScalarEvent and root.value == ""):
                self._slip(root, "the file is not a mapping", "catenary: 1 and sections below it")
            return
        self._check_node(root)
        seen: dict[str, Any] = {}
        while True:
            name = self._next()
            if type(name) is MappingEndEvent:
                break
            key = self._key(name, seen, 1)
            value = self._next()
            if key in sections and type(value) is MappingStartEvent:
                self._check_node(value)
                yield from self._section(key)
                if value.anchor:
                    self._slip(value, "a whole section has an anchor", "anchors inside sections")
            elif key is None:
                self._value(value, 1)
            else:
                plain = self._value(value, 1)
                mark = name.start_mark
                yield Entry(
                    key,
                    None,
                    plain,
                    Span(self._file, mark.line, mark.column, mark.index, mark.index),
                )
        event = self._next()
        if type(event) is DocumentEndEvent:
            event = self._next()
        if type(event) is not StreamEndEvent:
            self._slip(event, "a second document starts here", "one document in each file")

    def _section(self, section: str) -> Iterator[Entry]:
        seen: dict[str, Any] = {}
        while True:
            name = self._next()
            if type(name) is MappingEndEvent:
                return
            key = self._key(name, seen, 2)
            value = self._next()
            self._most_nodes = self._nodes + MAX_NODES
            plain = self._value(value, 2)
            if key is not None:
                mark = name.start_mark
                yield Entry(
                    section,
                    key,
                    plain,
                    Span(self._file, mark.line, mark.column, mark.index, self._end),
                )

    def _key(self, event: Any, seen: dict[str, Any], depth: int) -> str | None:
        """The text of a key, or None when it is refused (its value is still read)."""
        if type(event) is not ScalarEvent:
            self._slip(event, "a key must be a text", "key: value; a text with braces in quotes")
            self._value(event, depth)
            return None
        if event.tag is not None or event.anchor is not None:
            self._check_node(event)
        key: str = event.value
        if key == "<<":
            self._slip(event, "merge keys (<<) are not understood", "the fields written out")
            return None
        first = seen.get(key)
        if first is not None:
            mark = first.start_mark
            self._slip(
                event,
                f"{shown(key)} stands twice here: "
                f"first in line {mark.line + 1}, column {mark.column + 1}",
                "each key once",
            )
            return None
        seen[key] = event
        return key

    def _check_node(self, event: Any) -> None:
        if event.tag is not None:
            self._slip(event, f"the tag {shown(event.tag)} is not understood", "no tags")
        anchor = event.anchor
        if anchor is not None:
            line = self._anchors[anchor][2] if anchor in self._anchors else None
            line = self._open_anchors.get(anchor, line)
            if line is not None:
                self._slip(
                    event,
                    f"the anchor {shown(anchor)} is defined again; first in line {line + 1}",
                    "another name for one of them",
                )
            self._open_anchors[anchor] = event.start_mark.line

    def _value(self, event: Any, depth: int) -> Any:
        """The plain value that starts with ``event``."""
        self._nodes += 1
        if self._nodes > self._most_nodes:
            self._slip(event, f"one entry holds more than {MAX_NODES:,} values", "a smaller entry")
            raise _Stop
        kind = type(event)
        if kind is ScalarEvent:
            if event.anchor is not None or event.tag is not None:
                self._check_node(event)
            value: Any = event.value
            if event.implicit[0] and (value == "" or value == "~" or value == "null"):
                value = None
            self._end = event.end_mark.index
            if event.anchor is not None:
                self._finish(event, value, 1)
            return value
        if kind is AliasEvent:
            self._end = event.end_mark.index
            return self._alias(event)
        if depth >= MAX_DEPTH:
            self._slip(event, f"this is nested deeper than {MAX_DEPTH} levels", "a flatter file")
            raise _Stop
        if event.anchor is not None or event.tag is not None:
            self._check_node(event)
        before = self._nodes + self._aliased
        advance = self._next
        if kind is MappingStartEvent:
            value = {}
            seen: dict[str, Any] = {}
            name: Any
            while True:
                name = advance()
                if type(name) is MappingEndEvent:
                    break
                key = self._key(name, seen, depth + 1)
                held = advance()
                # Nearly everything is a bare text: taken here, a call for each is saved.
                if (
                    type(held) is ScalarEvent
                    and held.anchor is None
                    and held.tag is None
                    and held.value not in _PERHAPS_NOTHING
                    and self._nodes < self._most_nodes
                ):
                    self._nodes += 1
                    item = held.value
                else:
                    item = self._value(held, depth + 1)
                if key is not None:
                    value[key] = item
            self._end = name.end_mark.index  # type: ignore[union-attr]
        elif kind is SequenceStartEvent:
            value = []
            item_event: Any
            while True:
                item_event = advance()
                if type(item_event) is SequenceEndEvent:
                    break
                value.append(self._value(item_event, depth + 1))
            self._end = item_event.end_mark.index  # type: ignore[union-attr]
        else:  # pragma: no cover - libyaml has no other kind of node
            raise _Stop
        if event.anchor is not None:
            self._finish(event, value, self._nodes + self._aliased - before + 1)
        return value

    def _finish(self, event: Any, value: Any, size: int) -> None:
        self._open_anchors.pop(event.anchor, None)
        self._anchors[event.anchor] = (value, size, event.start_mark.line)

    def _alias(self, event: Any) -> Any:
        found = self._anchors.get(event.anchor)
        if found is None:
            inside = event.anchor in self._open_anchors
            self._slip(
                event,
                f"the alias {shown(event.anchor)} "
                + ("stands inside what it names" if inside else "names no anchor before it"),
                "an anchor that is complete before its alias",
            )
            return None
        value, size, _ = found
        self._aliased += size
        if self._aliased > MAX_ALIASED:
            self._slip(
                event,
                f"aliases repeat more than {MAX_ALIASED:,} values in this file",
                "the values written out, or fewer aliases",
            )
            raise _Stop
        return value
