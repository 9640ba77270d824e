"""The mapping file: which columns become what. Read with the same care as a catalogue file: all
mistakes are told together, each with its line and the nearest known word."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from catenary.domain.documents.fields import SERVICE
from catenary.domain.documents.words import did_you_mean
from catenary.exchange.importers.csv.tables import Dialect
from catenary.exchange.importers.csv.templates import (
    Template,
    TemplateError,
    ValueMap,
    compile_template,
)
from catenary.exchange.importers.foreign_yaml import (
    Mapping,
    MappingReader,
    Node,
    Scalar,
    Sequence,
    read_text,
)
from catenary.exchange.importers.report import ImportRefused, Voice
from catenary.exchange.importers.voice import VOICE_FIELDS, read_voice

VERSION = "1"
MAX_MAPPING_BYTES = 1024 * 1024
MAX_PARTS = 10_000

TOP_FIELDS = {"catenary-mapping", "maps", "files", *VOICE_FIELDS}
FILE_FIELDS = {
    "file", "encoding", "delimiter", "skip-lines", "columns", "optional", "only", "join",
    "organizations", "people", "services", "dependencies", "consumption", "observations",
}  # fmt: skip
JOIN_FIELDS = {"with", "on", "many", "missing"}
#: Fields every template may have beside its own.
COMMON = {"when", "unless", "each", "split"}
#: What a template makes, with its fields; those that must be there end with "!".
TEMPLATE_FIELDS: dict[str, tuple[str, ...]] = {
    "organizations": ("key!", "name", "part-of", "description"),
    "people": ("email!", "name", "organization!", "roles"),
    "services": ("key!", "provider!", "home", "owner", "relies-on", *SERVICE.fields),
    "dependencies": ("provider", "service!", "relies-on!"),
    "consumption": ("consumer!", "provider", "service!", "known-as"),
    "observations": (
        "service!", "provider", "condition!", "at", "from", "until", "planned", "share",
        "valid-for", "sequence", "reference", "text",
    ),
}  # fmt: skip
GROUP_FIELDS = (
    "service!", "provider", "as", "minimum", "full", "weight", "soft", "group",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Each:
    """One text split into several, each filled into ``value`` as the column ``item``."""

    each: Template
    split: str
    value: Template


#: A field of a template: a text, or lists and mappings of them as in a catalogue file.
Tree = Template | Each | list["Tree"] | dict[str, "Tree"]


@dataclass(slots=True)
class Rule:
    """A template for one kind of thing, with its conditions and, for services and dependencies,
    what they rely on."""

    line: int
    fields: dict[str, Tree]
    when: Template | None = None
    unless: Template | None = None
    each: Template | None = None
    split: str = ";"
    groups: list[Rule] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Condition:
    """Only rows whose ``column`` is (or, with ``negative``, is not) one of ``values``."""

    column: str
    values: frozenset[str]
    negative: bool
    line: int


@dataclass(frozen=True, slots=True)
class Join:
    """Rows of the file ``table`` whose columns equal those here: pairs (here, there)."""

    table: str
    on: tuple[tuple[str, str], ...]
    many: str
    missing: str
    line: int


@dataclass(slots=True)
class FileRule:
    """Everything the mapping says about one file."""

    name: str
    line: int
    pattern: str
    dialect: Dialect
    optional: bool = False
    only: list[Condition] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    rules: dict[str, list[Rule]] = field(default_factory=dict)


def read_mapping(path: Path) -> tuple[list[FileRule], Voice]:
    """The files a mapping speaks of, in its order, and how what they tell of services is told.

    Raises ``ImportRefused`` with every mistake found, each with its line.
    """
    reader = _Reader(str(path))
    rules = reader.read(read_text(path, max_bytes=MAX_MAPPING_BYTES))
    if reader.problems:
        raise ImportRefused(*reader.problems)
    return rules, reader.voice


class _Reader(MappingReader):
    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.maps: dict[str, ValueMap] = {}
        self.parts = 0
        self.voice = Voice()

    def read(self, text: str) -> list[FileRule]:
        root = self.root_of(text)
        if self.problems:
            return []
        if not isinstance(root, Mapping):
            self.wrong(1, "a mapping file is one mapping that begins with catenary-mapping: 1")
            return []
        self._known(root, TOP_FIELDS, "the mapping file")
        if root.text("catenary-mapping") != VERSION:
            line = root.line_of("catenary-mapping")
            self.wrong(line, f"catenary-mapping: {VERSION} is required, to say which format it is")
        self.voice = read_voice(root, self.wrong)
        for name, node in self._mapping(root, "maps").items():
            self._map(name, node)
        files = self._mapping(root, "files")
        if not files and not self.problems:
            self.wrong(root.line_of("files"), "files: at least one file is needed")
        rules = [self._file(name, node) for name, node in files.items()]
        for rule in rules:
            for join in rule.joins:
                if join.table not in files:
                    hint = did_you_mean(join.table, files)
                    said = f"join with '{join.table}': there is no such file under files; {hint}"
                    self.wrong(join.line, said.rstrip("; "))
        return rules

    # --- shapes ---

    def _known(self, node: Mapping, known: Iterable[str], where: str) -> None:
        names = list(known)
        for name in node.items:
            if name not in names:
                hint = did_you_mean(name, names) or "known: " + ", ".join(sorted(names))
                self.wrong(node.line_of(name), f"'{name[:80]}' is no field of {where}; {hint}")

    def _mapping(self, node: Mapping, name: str) -> dict[str, Node]:
        found = node.find(name)
        if found is None or (isinstance(found, Scalar) and found.is_null):
            return {}
        if isinstance(found, Mapping):
            return found.items
        self.wrong(node.line_of(name), f"{name}: a mapping is expected")
        return {}

    def _list(self, node: Mapping, name: str) -> list[Node]:
        found = node.find(name)
        if found is None or (isinstance(found, Scalar) and found.is_null):
            return []
        return found.items if isinstance(found, Sequence) else [found]

    def _text(self, node: Mapping, name: str, default: str = "") -> str:
        found = node.find(name)
        if found is None:
            return default
        if isinstance(found, Scalar):
            # Not stripped: a delimiter may be a tab.
            return default if found.is_null else found.text
        self.wrong(node.line_of(name), f"{name}: a text is expected")
        return default

    def _template(self, node: Node, name: str) -> Template:
        if isinstance(node, Scalar):
            try:
                return compile_template("" if node.is_null else node.text, self.maps)
            except TemplateError as error:
                self.wrong(node.line, f"{name}: {error}")
        else:
            self.wrong(node.line, f'{name}: a template is expected, as in "{{column}}"')
        return Template("", ())

    def _tree(self, node: Node, name: str) -> Tree:
        # Aliases can make a small file name more parts than anybody could fill in.
        self.parts += 1
        if self.parts > MAX_PARTS:
            if self.parts == MAX_PARTS + 1:
                self.wrong(node.line, f"the mapping has more than {MAX_PARTS:,} templates")
            return Template("", ())
        if isinstance(node, Mapping):
            if "each" in node.items:
                self._known(node, ("each", "split", "value"), f"{name} with each")
                value = node.find("value") or Scalar("{item}", node.line, True)
                each = node.find("each") or Scalar("", node.line, True)
                return Each(
                    self._template(each, name),
                    self._text(node, "split", ";") or ";",
                    self._template(value, name),
                )
            return {key: self._tree(item, f"{name}.{key}") for key, item in node.items.items()}
        if isinstance(node, Sequence):
            return [self._tree(item, name) for item in node.items]
        return self._template(node, name)

    # --- parts ---

    def _map(self, name: str, node: Node) -> None:
        if not isinstance(node, Mapping):
            self.wrong(node.line, f"maps.{name}: a mapping from value to value is expected")
            return
        values: dict[str, str] = {}
        otherwise: str | None = None
        for key, item in node.items.items():
            if not isinstance(item, Scalar):
                self.wrong(item.line, f"maps.{name}: a text is expected for '{key[:80]}'")
            elif key == "otherwise":
                otherwise = "" if item.is_null else item.text
            else:
                values[key] = "" if item.is_null else item.text
        self.maps[name] = ValueMap(name, values, otherwise)

    def _file(self, name: str, node: Node) -> FileRule:
        rule = FileRule(name, node.line, name, Dialect())
        if not isinstance(node, Mapping):
            self.wrong(node.line, f"files.{name}: a mapping is expected")
            return rule
        self._known(node, FILE_FIELDS, f"files.{name}")
        rule.pattern = self._text(node, "file", f"{name}.csv")
        rule.optional = self._text(node, "optional").lower() in ("true", "yes")
        rule.dialect = self._dialect(node)
        for column, wanted in self._mapping(node, "only").items():
            rule.only.append(self._condition(column, wanted))
        rule.joins = [self._join(item) for item in self._list(node, "join")]
        for kind in TEMPLATE_FIELDS:
            rule.rules[kind] = [
                self._rule(item, kind, TEMPLATE_FIELDS[kind]) for item in self._list(node, kind)
            ]
        return rule

    def _dialect(self, node: Mapping) -> Dialect:
        encoding = self._text(node, "encoding", "utf-8")
        try:
            codecs.lookup(encoding)
        except (LookupError, ValueError):
            line = node.line_of("encoding")
            self.wrong(line, f"encoding: there is no '{encoding[:80]}'; say utf-8 or latin-1")
            encoding = "utf-8"
        delimiter = self._text(node, "delimiter")
        if delimiter == "tab":
            delimiter = "\t"
        if len(delimiter) > 1 or delimiter in ('"', "\n", "\r"):
            line = node.line_of("delimiter")
            self.wrong(line, "delimiter: one character is expected, or the word tab")
            delimiter = ""
        skip = self._text(node, "skip-lines", "0")
        if not skip.isdecimal() or len(skip) > 4:
            self.wrong(node.line_of("skip-lines"), "skip-lines: a number of lines is expected")
            skip = "0"
        columns = [item.text for item in self._list(node, "columns") if isinstance(item, Scalar)]
        return Dialect(encoding, delimiter, int(skip), tuple(columns))

    def _condition(self, column: str, node: Node) -> Condition:
        negative = isinstance(node, Mapping)
        wanted: Node | None = node
        if isinstance(node, Mapping):
            self._known(node, ("not",), f"only.{column}")
            wanted = node.find("not")
        items = wanted.items if isinstance(wanted, Sequence) else [wanted]
        values = set()
        for item in items:
            if isinstance(item, Scalar):
                values.add("" if item.is_null else item.text)
            else:
                self.wrong(node.line, f"only.{column}: a text, a list, or not: … is expected")
        return Condition(column, frozenset(values), negative, node.line)

    def _join(self, node: Node) -> Join:
        if not isinstance(node, Mapping):
            self.wrong(node.line, "join: {with: file, on: column} is expected")
            return Join("", (), "reject", "reject", node.line)
        self._known(node, JOIN_FIELDS, "join")
        pairs: list[tuple[str, str]] = []
        on = node.find("on")
        if isinstance(on, Mapping):
            pairs = [
                (here, there.text) for here, there in on.items.items() if isinstance(there, Scalar)
            ]
        elif on is not None:
            items = on.items if isinstance(on, Sequence) else [on]
            pairs = [(item.text, item.text) for item in items if isinstance(item, Scalar)]
        if not pairs:
            self.wrong(node.line, "join: on: names the column both files share, or here: there")
        many = self._one_of(node, "many", ("reject", "each", "first"))
        missing = self._one_of(node, "missing", ("reject", "keep"))
        return Join(self._text(node, "with"), tuple(pairs), many, missing, node.line)

    def _one_of(self, node: Mapping, name: str, words: tuple[str, ...]) -> str:
        word = self._text(node, name, words[0])
        if word not in words:
            hint = did_you_mean(word, words) or "one of " + ", ".join(words)
            self.wrong(node.line_of(name), f"{name}: '{word[:80]}'; {hint}")
            return words[0]
        return word

    def _rule(self, node: Node, kind: str, fields: tuple[str, ...]) -> Rule:
        rule = Rule(node.line, {})
        if isinstance(node, Scalar) and kind == "relies-on":
            node = Mapping(node.line, {"service": node}, {"service": node.line})
        if not isinstance(node, Mapping):
            self.wrong(node.line, f"{kind}: a mapping of templates is expected")
            return rule
        names = [name.rstrip("!") for name in fields]
        self._known(node, {*names, *COMMON}, kind)
        for name in (name.rstrip("!") for name in fields if name.endswith("!")):
            if name not in node.items:
                self.wrong(node.line, f"{kind}: '{name}' is missing")
        for name, item in node.items.items():
            if name in ("when", "unless", "each"):
                setattr(rule, name, self._template(item, name))
            elif name == "relies-on":
                rule.groups = [
                    self._rule(each, "relies-on", GROUP_FIELDS) for each in self._list(node, name)
                ]
            elif name == "as":
                words = ("essential", "any", "soft", "at-least", "capacity")
                rule.fields[name] = Template("", (self._one_of(node, "as", words),))
            elif name in names:
                rule.fields[name] = self._tree(item, f"{kind}.{name}")
        rule.split = self._text(node, "split", ";") or ";"
        return rule
