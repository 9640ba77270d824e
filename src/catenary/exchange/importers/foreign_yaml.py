"""YAML written by other tools, read with line numbers and without trust.

libyaml's event stream feeds our own builder: nothing is constructed but texts, lists and
mappings; an alias is the same node again and never a copy, so a "billion laughs" file stays as
small in memory as it is on disk; merge keys (``<<``) are resolved as YAML 1.1 says. Tags mean
nothing (Compose's ``!reset`` and ``!override`` are kept for its reader).
https://yaml.org/type/merge.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from catenary.exchange.importers.report import ImportRefused
from catenary.exchange.importers.sources import is_there

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 100
#: So many keys may be copied by merge keys in one document before it is taken for a bomb.
MAX_MERGED_KEYS = 200_000

_DOCUMENT_START = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\$?\{\{|\{%|\$\{\{")
_NULLS = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"}
_FALSE = {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}


@dataclass(slots=True, eq=False)
class Scalar:
    """A single value, as it is written. ``plain`` is true when it stands without quotes."""

    text: str
    line: int
    plain: bool
    tag: str = ""

    @property
    def is_null(self) -> bool:
        """True for nothing at all, ``~`` and ``null``."""
        return self.plain and self.text in _NULLS

    @property
    def boolean(self) -> bool | None:
        """The truth value it stands for, or None when it is no truth value."""
        if self.text in _TRUE:
            return True
        return False if self.text in _FALSE else None


@dataclass(slots=True, eq=False)
class Sequence:
    """A list of nodes."""

    line: int
    items: list[Node] = field(default_factory=list)
    tag: str = ""
    finished: bool = False


@dataclass(slots=True, eq=False)
class Mapping:
    """Nodes by their keys, in order; ``lines`` says where each key stands."""

    line: int
    items: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    tag: str = ""
    finished: bool = False

    def text(self, *path: str) -> str:
        """The text under the keys of ``path``, stripped; empty when there is none."""
        node = self.find(*path)
        if isinstance(node, Scalar) and not node.is_null:
            return node.text.strip()
        return ""

    def find(self, *path: str) -> Node | None:
        """The node under the keys of ``path``, or None."""
        node: Node | None = self
        for key in path:
            node = node.items.get(key) if isinstance(node, Mapping) else None
        return node

    def line_of(self, key: str) -> int:
        """The line where ``key`` stands, or that of the mapping."""
        return self.lines.get(key, self.line)


Node = Scalar | Sequence | Mapping


def texts(node: Node | None) -> Iterator[tuple[str, int]]:
    """The texts in a list of texts (or one text standing alone), each with its line; empty and
    deeper ones are left out."""
    nodes = node.items if isinstance(node, Sequence) else [node]
    for item in nodes:
        if isinstance(item, Scalar) and not item.is_null and item.text.strip():
            yield item.text.strip(), item.line


def has_placeholder(text: str) -> bool:
    """True when a template engine has not yet filled in ``text`` (``${{ … }}``, ``{{ … }}``)."""
    return _PLACEHOLDER.search(text) is not None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a document, or a part of it, cannot be read: line and sentence."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its root, or the faults for which there is none.

    ``repeated`` lists keys that stand twice in one mapping; the first of them counts.
    """

    line: int
    root: Node | None
    faults: tuple[Fault, ...] = ()
    repeated: tuple[Fault, ...] = ()


class _Unreadable(Exception):
    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = Fault(line, sentence)


def read_text(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    """The text of a UTF-8 (or, with its mark, UTF-16) file.

    Raises ``ImportRefused`` when the file cannot be opened, is larger than ``max_bytes`` or is
    not text in that encoding.
    """
    try:
        if not is_there(path):
            raise ImportRefused(f"{path}: there is no such file.")
        if path.stat().st_size > max_bytes:
            raise ImportRefused(
                f"{path}: the file is larger than {max_bytes:,} bytes. Split it into several."
            )
        raw = path.read_bytes()
    except OSError as error:
        raise ImportRefused(f"{path}: the file cannot be read: {error.strerror}.") from error
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ImportRefused(
            f"{path}:{line}: the file is not UTF-8 text. Save it as UTF-8."
        ) from error


def read_documents(text: str) -> list[Document]:
    """All documents of a YAML text; a broken one does not spoil those after it. Never raises."""
    whole = list(_documents(text, 0))
    if not any(document.root is None and document.faults for document in whole):
        return whole
    # libyaml stops for good at its first error. A line that begins with "---" can only be the
    # start of a document (YAML forbids it even inside quotes), so the rest can be read by parts.
    starts = [match.start() for match in _DOCUMENT_START.finditer(text)]
    if not starts or starts[0] != 0:
        starts.insert(0, 0)
    documents: list[Document] = []
    line = 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start:end]
        documents += _documents(part, line)
        line += part.count("\n")
    return documents


class MappingReader:
    """A file of our own in which somebody says how something is to be read: one mapping. Every
    mistake in it is kept in ``problems``, with its line."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.problems: list[str] = []

    def wrong(self, line: int, sentence: str) -> None:
        """Write down a mistake."""
        self.problems.append(f"{self.source}:{line}: {sentence}")

    def root_of(self, text: str) -> Node | None:
        """What the file holds, none when that is not one document."""
        documents = read_documents(text)
        for document in documents:
            for fault in (*document.faults, *document.repeated):
                self.wrong(fault.line, fault.sentence)
        return documents[0].root if len(documents) == 1 else None


def _documents(text: str, offset: int) -> Iterator[Document]:
    builder = _Builder(offset)
    try:
        yield from builder.documents(text)
    except _Unreadable as error:
        yield Document(error.fault.line, None, (error.fault,))
    except yaml.YAMLError as error:
        yield Document(offset + 1, None, (_fault(error, text, offset),))
    except (UnicodeError, ValueError, RecursionError) as error:
        yield Document(offset + 1, None, (Fault(offset + 1, f"This is not YAML: {error}."),))


def _fault(error: yaml.YAMLError, text: str, offset: int) -> Fault:
    if not isinstance(error, yaml.MarkedYAMLError):
        # The reader's own errors (a character YAML forbids) know a position, not a line.
        position = getattr(error, "position", 0) or 0
        line = offset + text.encode("utf-8", "replace")[:position].count(b"\n") + 1
        reason = getattr(error, "reason", "") or "a character that YAML forbids"
        return Fault(line, f"This is not YAML: {reason}.")
    mark = error.problem_mark or error.context_mark
    line = offset + (mark.line + 1 if mark is not None else 1)
    words = [part for part in (error.context, error.problem) if part]
    sentence = "This is not YAML: " + ", ".join(words) + "."
    if has_placeholder(text):
        sentence += " The text holds template placeholders; import what the template makes of it."
    return Fault(line, sentence)


_Parent = Sequence | Mapping


class _Builder:
    """Turns events into nodes, without recursion."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self._reset()

    def _reset(self) -> None:
        self.anchors: dict[str, Node] = {}
        self.stack: list[_Parent] = []
        self.keys: list[Scalar | None] = []
        self.merges: list[list[tuple[Node, int]]] = []
        self.repeated: list[Fault] = []
        self.root: Node | None = None
        self.merged_keys = 0

    def documents(self, text: str) -> Iterator[Document]:
        """Yield documents as their ends are met."""
        start = self.offset + 1
        for event in yaml.parse(text, Loader=yaml.CLoader):
            if isinstance(event, yaml.DocumentStartEvent):
                self._reset()
                start = self._line(event)
            elif isinstance(event, yaml.DocumentEndEvent):
                yield Document(start, self.root, (), tuple(self.repeated))
            elif isinstance(event, yaml.ScalarEvent):
                plain = event.style is None or event.style == ""
                scalar = Scalar(event.value, self._line(event), plain, event.tag or "")
                if event.anchor:
                    self.anchors[event.anchor] = scalar
                self._place(scalar, scalar.line)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._open(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close()

    def _line(self, event: yaml.Event) -> int:
        mark = event.start_mark
        return self.offset + (0 if mark is None else mark.line) + 1

    def _alias(self, event: yaml.AliasEvent) -> None:
        line = self._line(event)
        node = self.anchors.get(event.anchor or "")
        if node is None:
            raise _Unreadable(line, f"The alias *{event.anchor} stands for no anchor before it.")
        if not isinstance(node, Scalar) and not node.finished:
            raise _Unreadable(line, f"The anchor &{event.anchor} holds itself.")
        self._place(node, line)

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        line = self._line(event)
        if len(self.stack) >= MAX_DEPTH:
            raise _Unreadable(line, f"The document is nested deeper than {MAX_DEPTH} levels.")
        tag = event.tag or ""
        is_list = isinstance(event, yaml.SequenceStartEvent)
        node: _Parent = Sequence(line, tag=tag) if is_list else Mapping(line, tag=tag)
        if event.anchor:
            self.anchors[event.anchor] = node
        self.stack.append(node)
        self.keys.append(None)
        self.merges.append([])

    def _close(self) -> None:
        node = self.stack.pop()
        self.keys.pop()
        merges = self.merges.pop()
        if isinstance(node, Mapping) and merges:
            self._merge(node, merges)
        node.finished = True
        self._place(node, node.line)

    def _place(self, node: Node, line: int) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self.keys[-1]
        if key is None:
            # A mapping or list as a key is what an unfilled "{{ name }}" looks like to YAML.
            # The line is that of the place: an alias keeps the one of its anchor.
            if isinstance(node, Scalar):
                self.keys[-1] = Scalar(node.text, line, node.plain)
            else:
                self.keys[-1] = Scalar("?", line, True)
            return
        self.keys[-1] = None
        if key.text == "<<" and key.plain:
            self.merges[-1].append((node, key.line))
        elif key.text in parent.items:
            self.repeated.append(
                Fault(
                    key.line,
                    f"The key '{key.text[:80]}' stands twice (first on line "
                    f"{parent.lines[key.text]}); the first counts.",
                )
            )
        else:
            parent.items[key.text] = node
            parent.lines[key.text] = key.line

    def _merge(self, node: Mapping, merges: list[tuple[Node, int]]) -> None:
        # What a mapping says itself beats what it merges; of a list, the earlier beats the later.
        for merged, line in merges:
            for source in merged.items if isinstance(merged, Sequence) else [merged]:
                if isinstance(source, Scalar) and source.is_null:
                    continue
                if not isinstance(source, Mapping):
                    raise _Unreadable(line, "Only a mapping, or a list of mappings, can be merged.")
                self.merged_keys += len(source.items)
                if self.merged_keys > MAX_MERGED_KEYS:
                    raise _Unreadable(
                        line, f"Merge keys copy more than {MAX_MERGED_KEYS:,} keys in one document."
                    )
                for key, value in source.items.items():
                    if key not in node.items:
                        node.items[key] = value
                        node.lines[key] = source.lines[key]
