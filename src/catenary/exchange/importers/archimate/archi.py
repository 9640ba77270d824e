"""Archi's own format: folders hold elements and relations; views lie beside them.

https://www.archimatetool.com
"""

from __future__ import annotations

from catenary.exchange.importers.archimate.model import Element, Model
from catenary.exchange.importers.archimate.reader import TYPE, Reader, same_id
from catenary.exchange.importers.draft import Place


class ArchiReader(Reader):
    """Reads ``<archimate:model>``."""

    def __init__(self, place: Place, language: str) -> None:
        super().__init__(place, language)
        self.folders: list[str] = []
        self.element: Element | None = None
        self.profiles: dict[str, str] = {}
        self.has_profiles: dict[str, list[str]] = {}

    def begin(self, local: str, attributes: dict[str, str]) -> None:
        """Folders, elements, and what stands directly in an element."""
        if not self.path:
            self.model.id = same_id(attributes.get("id", ""))
            self.model.name = " ".join(attributes.get("name", "").split())
        elif local in ("folder", "folders"):
            self.folders.append(" ".join(attributes.get("name", "").split()))
        elif self.path[-1] in ("folder", "folders") and local in ("element", "elements"):
            self._concept(attributes)
        elif self.path[-1] in ("element", "elements") and self.element is not None:
            if local == "documentation":
                self.listen()
            elif local == "property" and attributes.get("key"):
                self.count_property(attributes["key"])
        elif local == "profile":
            self.profiles[attributes.get("id", "")] = " ".join(attributes.get("name", "").split())

    def _concept(self, attributes: dict[str, str]) -> None:
        self.element = None
        written = attributes.get(TYPE, "")
        if written.endswith("Relationship"):
            ends = attributes.get("source", ""), attributes.get("target", "")
            self.add_relation(attributes.get("id", ""), written, *ends)
            return
        if written.endswith(("DiagramModel", "SketchModel", "CanvasModel")) or not written:
            return
        if written.endswith(":Junction") and attributes.get("type") == "or":
            written = "OrJunction"
        identifier = attributes.get("id", "")
        self.element = self.add_element(identifier, written, attributes.get("name", ""))
        if self.element is not None:
            # The first folder is the layer, which the type says already.
            self.element.folder = tuple(self.folders[1:])
            if attributes.get("profiles"):
                self.has_profiles[self.element.id] = attributes["profiles"].split()

    def finished(self, local: str) -> None:
        """The end of a folder, of an element, or of its description."""
        if local in ("folder", "folders"):
            self.folders.pop()
        elif local in ("element", "elements"):
            self.element = None
        elif local == "documentation" and self.listening is not None:
            text = self.heard_text().strip()
            if self.element is not None:
                self.element.description = text

    def finish(self) -> Model:
        """The model; specializations by profile stand at the end of the file."""
        for identifier, profiles in self.has_profiles.items():
            names = [self.profiles[profile] for profile in profiles if profile in self.profiles]
            self.model.elements[identifier].labels = tuple(name for name in names if name)
        return self.model
