"""The mapping file of status pages: what they call our services, and what their words mean.

People write what they like into an incident. So a name is a service only when the page lists it
as a system, or the mapping says which one is meant; case and white space do not matter, everything
else does. What nobody declared is reported, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from catenary.domain.documents.words import did_you_mean
from catenary.domain.references import is_reference
from catenary.exchange.importers.draft import ServiceIdentity
from catenary.exchange.importers.foreign_yaml import Mapping as Node
from catenary.exchange.importers.foreign_yaml import MappingReader, Scalar, read_text, texts
from catenary.exchange.importers.report import ImportRefused, Voice
from catenary.exchange.importers.voice import LEFT_OUT, VOICE_FIELDS, read_voice

VERSION = "1"
MAX_MAPPING_BYTES = 1024 * 1024
FIELDS = ("catenary-mapping", "services", "leave-out", "conditions", *VOICE_FIELDS)
#: What the words of a page may mean.
MEANINGS = ("operational", "degraded", "down", "unknown", "maintenance", "skip")


@dataclass(frozen=True, slots=True)
class NameMapping:
    """``services`` leads from names, folded, to references or to names of systems; ``leave_out``
    are names, folded, that mean no service; ``conditions`` leads from words to `MEANINGS`."""

    services: Mapping[str, str] = field(default_factory=dict)
    leave_out: frozenset[str] = frozenset()
    conditions: Mapping[str, str] = field(default_factory=dict)
    voice: Voice = Voice()


def folded(name: str) -> str:
    """A name without what does not tell names apart."""
    return " ".join(name.split()).casefold()


def read_names(path: Path | None) -> NameMapping:
    """The mapping in a file; an empty one without a file.

    Raises ``ImportRefused`` with every mistake found, each with its line.
    """
    if path is None:
        return NameMapping()
    reader = MappingReader(str(path))
    problems, wrong = reader.problems, reader.wrong
    root = reader.root_of(read_text(path, max_bytes=MAX_MAPPING_BYTES))
    found = NameMapping()
    if not isinstance(root, Node):
        wrong(1, "a mapping file is one mapping that begins with catenary-mapping: 1")
    elif not problems:
        for name in root.items:
            if name not in FIELDS:
                hint = did_you_mean(name, FIELDS) or "known: " + ", ".join(sorted(FIELDS))
                wrong(root.line_of(name), f"'{name[:80]}' is no field of this mapping; {hint}")
        if root.text("catenary-mapping") != VERSION:
            line = root.line_of("catenary-mapping")
            wrong(line, f"catenary-mapping: {VERSION} is required, to say which format it is")
        found = NameMapping(
            services={
                folded(name): value for name, value in _pairs(root, "services", problems, path)
            },
            leave_out=frozenset(folded(name) for name, _ in texts(root.find("leave-out"))),
            conditions=dict(_pairs(root, "conditions", problems, path)),
            voice=read_voice(root, wrong),
        )
        for word, meaning in found.conditions.items():
            if meaning not in MEANINGS:
                hint = did_you_mean(meaning, MEANINGS) or "one of " + ", ".join(MEANINGS)
                wrong(root.line_of("conditions"), f"conditions: {word}: '{meaning[:80]}'; {hint}")
    if problems:
        raise ImportRefused(*problems)
    return found


def _pairs(root: Node, name: str, problems: list[str], path: Path) -> Iterable[tuple[str, str]]:
    node = root.find(name)
    if node is None:
        return
    if not isinstance(node, Node):
        problems.append(f"{path}:{root.line_of(name)}: {name}: a mapping from text to text")
        return
    for key, value in node.items.items():
        if isinstance(value, Scalar) and not value.is_null:
            yield key, value.text.strip()
        else:
            problems.append(f"{path}:{value.line}: {name}: a text is expected for '{key[:80]}'")


class NotKnown(Exception):
    """A name that nobody declared; the text says so, with the nearest known one."""


class KnownNames:
    """The names of a status page: its systems, and those the mapping declares."""

    def __init__(self, mapping: NameMapping) -> None:
        """No systems are known yet."""
        self._mapping = mapping
        self._systems: dict[str, ServiceIdentity] = {}

    def add_system(self, name: str, identity: ServiceIdentity) -> None:
        """The page lists this system, which is a service of the draft."""
        self._systems[folded(name)] = identity

    def is_left_out(self, name: str) -> bool:
        """Whether the mapping says that the name means no service."""
        return folded(name) in self._mapping.leave_out

    def service(self, name: str) -> ServiceIdentity | str:
        """The service that a name means: one of the draft, or a reference. Raises `NotKnown`."""
        declared = self._mapping.services.get(folded(name))
        system = self._systems.get(folded(name if declared is None else declared))
        if system is not None:
            return system
        if declared is not None:
            if is_reference(declared):
                return declared
            raise NotKnown(
                f"services: '{declared[:80]}' is neither a reference like organization/service "
                "nor a system of this page"
            )
        known = {*self._systems, *self._mapping.services}
        hint = did_you_mean(folded(name), known)
        raise NotKnown(
            f"nobody declared which service '{name[:80]}' is; say so under services in the mapping"
            + (f"; {hint}" if hint else "")
        )

    def condition(self, word: str, usual: Mapping[str, str]) -> str | None:
        """What a word of the page means; empty when it tells nothing, none when nobody knows."""
        declared = {folded(key): value for key, value in self._mapping.conditions.items()}
        found = declared.get(folded(word), usual.get(folded(word)))
        return "" if found in LEFT_OUT else found
