"""The Open Group's exchange format: elements, then relations, then folders, then views.

https://www.opengroup.org/xsd/archimate/
"""

from __future__ import annotations

from catenary.exchange.importers.archimate.model import Element, Model
from catenary.exchange.importers.archimate.reader import LANGUAGE, TYPE, Reader, same_id
from catenary.exchange.importers.draft import Place

#: In version 2 of the format an element's name is its label.
_NAMES = ("name", "label")
_FOLDERS = ("organizations", "organization")


class ExchangeReader(Reader):
    """Reads ``<model xmlns="http://www.opengroup.org/xsd/archimate/…">``."""

    def __init__(self, place: Place, language: str) -> None:
        super().__init__(place, language)
        self.element: Element | None = None
        self.has_name = False
        self.has_description = False
        self.spoken = ""
        self.items: list[str] = []
        self.properties: dict[str, str] = {}
        self.used: list[str] = []
        self.definition = ""

    def begin(self, local: str, attributes: dict[str, str]) -> None:
        """What a start means depends on the part of the file it stands in."""
        part = self.path[1] if len(self.path) > 1 else ""
        if not self.path:
            self.model.id = same_id(attributes.get("identifier", ""))
        elif len(self.path) == 1:
            self.element = None
            self.has_name = self.has_description = False
            if local == "name":
                self._hear(attributes)
        elif part == "elements":
            self._in_elements(local, attributes)
        elif part == "relationships" and len(self.path) == 2 and local == "relationship":
            ends = attributes.get("source", ""), attributes.get("target", "")
            written = attributes.get(TYPE, "")
            self.add_relation(attributes.get("identifier", ""), written, *ends)
        elif part in _FOLDERS:
            self._in_organizations(local, attributes)
        elif part in ("propertyDefinitions", "propertydefs"):
            self._in_definitions(local, attributes)

    def _in_elements(self, local: str, attributes: dict[str, str]) -> None:
        if len(self.path) == 2 and local == "element":
            identifier = attributes.get("identifier", "")
            self.element = self.add_element(identifier, attributes.get(TYPE, ""), "")
            self.has_name = self.has_description = False
        elif len(self.path) == 3 and (local in _NAMES or local == "documentation"):
            self._hear(attributes)
        elif local == "property" and self.element is not None:
            names = ("propertyDefinitionRef", "identifierref")
            self.used.append(next((attributes[name] for name in names if name in attributes), ""))

    def _hear(self, attributes: dict[str, str]) -> None:
        self.spoken = attributes.get(LANGUAGE, "").lower()
        self.listen()

    def _in_organizations(self, local: str, attributes: dict[str, str]) -> None:
        if local == "item":
            reference = attributes.get("identifierRef") or attributes.get("identifierref")
            self.items.append("")
            element = self.model.elements.get(same_id(reference or ""))
            if element is not None:
                element.folder = tuple(label for label in self.items[1:] if label)
        elif local == "label" and self.items and not self.items[-1]:
            self._hear(attributes)

    def _in_definitions(self, local: str, attributes: dict[str, str]) -> None:
        if local in ("propertyDefinition", "propertydef"):
            self.definition = attributes.get("identifier", "")
            self.properties[self.definition] = attributes.get("name", "")
        elif local == "name":
            self._hear(attributes)

    def finished(self, local: str) -> None:
        """The end of a text or of a folder."""
        part = self.path[1] if len(self.path) > 1 else ""
        if part in _FOLDERS and local == "item" and self.items:
            self.items.pop()
        if self.listening is None:
            return
        text = self.heard_text().strip()
        if part in _FOLDERS:
            if self.items:
                self.items[-1] = " ".join(text.split())
        elif part in ("propertyDefinitions", "propertydefs"):
            self.properties[self.definition] = text
        elif self.element is not None:
            self._told(local, text)
        elif len(self.path) == 1 and (not self.model.name or self._is_wanted()):
            self.model.name = " ".join(text.split())

    def _told(self, local: str, text: str) -> None:
        """The first word counts, unless another stands in the language that was asked for."""
        assert self.element is not None
        if local == "documentation":
            if not self.has_description or self._is_wanted():
                self.element.description = text
            self.has_description = True
        else:
            if not self.has_name or self._is_wanted():
                self.element.name = " ".join(text.split())
            self.has_name = True

    def _is_wanted(self) -> bool:
        return bool(self.language) and self.spoken.partition("-")[0] == self.language

    def finish(self) -> Model:
        """The model; what properties are called stands at the end of the file."""
        for reference in self.used:
            self.count_property(self.properties.get(reference) or reference)
        return self.model
