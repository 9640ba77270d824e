"""The mapping file of this importer: choices where models are drawn differently. All mistakes
are told together, each with its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from catenary.domain.documents.shapes import Stage
from catenary.domain.documents.words import did_you_mean
from catenary.exchange.importers.archimate.model import BEHIND, PEOPLE, SERVICES, THROUGH
from catenary.exchange.importers.foreign_yaml import Mapping, MappingReader, Node, read_text, texts
from catenary.exchange.importers.report import ImportRefused

VERSION = "1"
MAX_MAPPING_BYTES = 1024 * 1024
PROVIDERS = ("one", "grouping", "folder")
AGGREGATIONS = ("essential", "soft", "none")


@dataclass(frozen=True, slots=True)
class Choices:
    """How a model is taken.

    ``services``: types that always become services. ``behind``: types that do when a service
    rests on them. ``hosted``: types that rely on the technology they are a part of, where other
    wholes rely on their parts. ``aggregation``: what a whole loses with such a part.
    ``provider``: one organization, or one for each grouping or folder. ``consumers``: types of
    people and departments that become organizations consuming what serves them.
    """

    services: tuple[str, ...] = SERVICES
    behind: tuple[str, ...] = BEHIND
    hosted: tuple[str, ...] = ()
    aggregation: str = "essential"
    provider: str = "one"
    consumers: tuple[str, ...] = ()
    stage: str = "live"
    language: str = ""

    @property
    def through(self) -> frozenset[str]:
        """Types that reliance is followed through."""
        return frozenset((*SERVICES, *BEHIND, *THROUGH)) - {*self.services, *self.behind}


FIELDS = (
    "catenary-mapping", "services", "behind", "hosted", "aggregation", "provider", "consumers",
    "stage", "language",
)  # fmt: skip


def read_choices(path: Path | None) -> Choices:
    """The choices in a mapping file; the usual ones without a file.

    Raises ``ImportRefused`` with every mistake found, each with its line.
    """
    if path is None:
        return Choices()
    reader = _Reader(str(path))
    choices = reader.read(read_text(path, max_bytes=MAX_MAPPING_BYTES))
    if reader.problems:
        raise ImportRefused(*reader.problems)
    return choices


class _Reader(MappingReader):
    def read(self, text: str) -> Choices:
        root = self.root_of(text)
        if not isinstance(root, Mapping):
            if not self.problems:
                self.wrong(1, "a mapping file is one mapping that begins with catenary-mapping: 1")
            return Choices()
        for name in root.items:
            if name not in FIELDS:
                hint = did_you_mean(name, FIELDS) or "known: " + ", ".join(FIELDS)
                self.wrong(root.line_of(name), f"'{name[:80]}' is no field of the mapping; {hint}")
        if root.text("catenary-mapping") != VERSION:
            line = root.line_of("catenary-mapping")
            self.wrong(line, f"catenary-mapping: {VERSION} is required, to say which format it is")
        usual = Choices()
        taken = (*SERVICES, *BEHIND, *THROUGH)
        return replace(
            usual,
            services=self._types(root, "services", usual.services, taken),
            behind=self._types(root, "behind", usual.behind, taken),
            hosted=self._types(root, "hosted", usual.hosted, taken),
            consumers=self._types(root, "consumers", usual.consumers, PEOPLE),
            aggregation=self._one_of(root, "aggregation", AGGREGATIONS, usual.aggregation),
            provider=self._one_of(root, "provider", PROVIDERS, usual.provider),
            stage=self._one_of(root, "stage", tuple(Stage), usual.stage),
            language=root.text("language").lower(),
        )

    def _types(
        self, root: Mapping, name: str, usual: tuple[str, ...], known: Iterable[str]
    ) -> tuple[str, ...]:
        if name not in root.items:
            return usual
        known = tuple(known)
        found = []
        node: Node | None = root.find(name)
        for text, line in texts(node):
            if text in known:
                found.append(text)
            else:
                hint = did_you_mean(text, known) or "known: " + ", ".join(known)
                self.wrong(line, f"{name}: '{text[:80]}' cannot stand here; {hint}")
        return tuple(dict.fromkeys(found))

    def _one_of(self, root: Mapping, name: str, known: Iterable[str], usual: str) -> str:
        if name not in root.items:
            return usual
        known = tuple(str(word) for word in known)
        said = root.text(name)
        if said in known:
            return said
        hint = did_you_mean(said, known) or "one of " + ", ".join(known)
        self.wrong(root.line_of(name), f"{name}: '{said[:80]}'; {hint}")
        return usual
