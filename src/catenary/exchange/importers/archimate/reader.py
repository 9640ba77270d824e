"""What both readers share: where they are in the file, and the text they are listening to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from catenary.exchange.importers.archimate.model import Element, Model, Relation, plain_type
from catenary.exchange.importers.draft import Place

MAX_CONCEPTS = 1_000_000
MAX_TEXT = 100_000
TYPE = "http://www.w3.org/2001/XMLSchema-instance type"
LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"


class Unreadable(Exception):
    """Why a file is no sound model: line and sentence. ``is_other``: it is something else
    altogether, and may be passed over where nobody named it."""

    def __init__(self, line: int, sentence: str, *, is_other: bool = False) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence
        self.is_other = is_other


class Name(NamedTuple):
    """A name of XML: its name space and what stands after the colon."""

    space: str
    local: str

    @classmethod
    def of(cls, joined: str) -> Name:
        """From expat's way of writing it."""
        space, _, local = joined.rpartition(" ")
        return cls(space, local)


class Reader(ABC):
    """Listens to starts, ends and texts. ``path`` holds the local names above the one just met;
    what one format does differently it says in ``begin`` and ``finished``."""

    def __init__(self, place: Place, language: str) -> None:
        self.model = Model("", "", place)
        self.language = language
        self.path: list[str] = []
        self.listening: list[str] | None = None
        self.heard = 0
        self.line = 0

    def start(self, name: Name, attributes: dict[str, str], line: int) -> None:
        """An element begins."""
        self.line = line
        self.begin(name.local, attributes)
        self.path.append(name.local)

    def end(self, name: Name) -> None:
        """An element ends."""
        self.path.pop()
        self.finished(name.local)

    def text(self, text: str) -> None:
        """Text inside of the element begun last."""
        if self.listening is not None and self.heard < MAX_TEXT:
            self.listening.append(text)
            self.heard += len(text)

    @abstractmethod
    def begin(self, local: str, attributes: dict[str, str]) -> None:
        """For the formats."""

    @abstractmethod
    def finished(self, local: str) -> None:
        """For the formats."""

    def finish(self) -> Model:
        """The model, when the whole file was read."""
        return self.model

    def listen(self) -> None:
        """Keep the text from here on."""
        self.listening = []
        self.heard = 0

    def heard_text(self) -> str:
        """The text since ``listen``, which ends here."""
        text = "".join(self.listening or ())
        self.listening = None
        return text

    def place(self) -> Place:
        """Where the element begun last stands."""
        return Place(self.model.place.source, self.line)

    def add_element(self, identifier: str, written: str, name: str) -> Element | None:
        """A new element; none, and a problem in the model, when it has no id or one already
        there."""
        element = Element(same_id(identifier), plain_type(written), _one_line(name), self.place())
        known = self.model.elements.get(element.id)
        if not identifier or known is not None:
            reason = "it has no identifier"
            if known is not None:
                reason = f"its identifier is already that of line {known.place.line}"
            self.model.problems.append((element.place, element.called, reason))
            return None
        self.model.elements[element.id] = element
        self._not_too_many()
        return element

    def add_relation(self, identifier: str, written: str, source: str, target: str) -> None:
        """A new relation; its ends may come later in the file."""
        ends = same_id(source), same_id(target)
        relation = Relation(same_id(identifier), plain_type(written), *ends, self.place())
        self.model.relations.append(relation)
        self._not_too_many()

    def _not_too_many(self) -> None:
        if len(self.model.elements) + len(self.model.relations) > MAX_CONCEPTS:
            raise Unreadable(self.line, f"The model has more than {MAX_CONCEPTS:,} parts.")

    def count_property(self, name: str) -> None:
        """One more value that is not taken."""
        known = self.model.properties
        if name in known or len(known) < 1000:
            known[name] = known.get(name, 0) + 1


def same_id(written: str) -> str:
    """The id as both formats share it: the exchange format may not begin one with a digit, so
    Archi writes ``id-`` before it there."""
    return written.removeprefix("id-")


def _one_line(text: str) -> str:
    return " ".join(text.split())
