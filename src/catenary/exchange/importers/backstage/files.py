"""Reading the files of a Backstage catalogue: many documents to a file, and Locations that name
further files. Nothing outside of the given folder is opened and nothing is fetched."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from catenary.exchange.importers.backstage.entities import (
    KINDS,
    Entity,
    EntityName,
    Reference,
    identity_of,
)
from catenary.exchange.importers.draft import Draft, Place
from catenary.exchange.importers.foreign_yaml import (
    Document,
    Mapping,
    Scalar,
    has_placeholder,
    read_documents,
    read_text,
)
from catenary.exchange.importers.report import ImportRefused, Outcome
from catenary.exchange.importers.sources import SourceFile, find_files, follow, is_there, is_url

_MAX_MATCHES = 10_000


def read_entities(sources: Sequence[Path], draft: Draft) -> dict[EntityName, Entity]:
    """All entities of the sources by name, in order of reading; Locations are followed and left
    out. What cannot be read, or stands twice, is told to ``draft``.

    Raises ``ImportRefused`` when a source is missing or holds no YAML file.
    """
    reader = _Files(draft)
    named = {source.resolve() for source in sources}
    for file in find_files(sources, lambda name: name.lower().endswith((".yaml", ".yml"))):
        reader.queue.append((file, file.path in named))
    reader.work()
    return reader.entities


class _Files:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.entities: dict[EntityName, Entity] = {}
        self.queue: deque[tuple[SourceFile, bool]] = deque()
        self.done: set[Path] = set()

    def work(self) -> None:
        while self.queue:
            file, asked_for = self.queue.popleft()
            if file.path not in self.done:
                self.done.add(file.path)
                self._read(file, asked_for)

    def say(self, place: Place, item: str, outcome: Outcome, reason: str) -> None:
        self.draft.say(place, item, outcome, reason)

    def _read(self, file: SourceFile, asked_for: bool) -> None:
        try:
            text = read_text(file.path)
        except ImportRefused as error:
            for problem in error.problems:
                self.say(Place(file.name), "file", Outcome.REJECTED, problem)
            return
        if not asked_for and "backstage.io/" not in text:
            # A folder holds many YAML files that are nobody's catalogue.
            reason = "the file holds no Backstage entity"
            self.say(Place(file.name), "file", Outcome.SKIPPED, reason)
            return
        for document in read_documents(text):
            self._document(file, document)

    def _document(self, file: SourceFile, document: Document) -> None:
        for fault in document.faults:
            place = Place(file.name, fault.line)
            self.say(place, "document", Outcome.REJECTED, fault.sentence)
        for fault in document.repeated:
            place = Place(file.name, fault.line)
            self.say(place, "repeated key", Outcome.REJECTED, fault.sentence)
        root = document.root
        if root is None or (isinstance(root, Scalar) and root.is_null):
            return
        place = Place(file.name, root.line)
        api = root.text("apiVersion") if isinstance(root, Mapping) else ""
        if isinstance(root, Mapping) and not api.startswith("backstage.io/"):
            reason = "its apiVersion is not one of backstage.io"
            self.say(place, f"document {root.text('kind')}".strip(), Outcome.SKIPPED, reason)
            return
        found = identity_of(root)
        if isinstance(found, str) or not isinstance(root, Mapping):
            self.say(place, "document", Outcome.REJECTED, str(found))
            return
        name, own_name = found
        self._entity(file, Entity(name, own_name, root, place))

    def _entity(self, file: SourceFile, entity: Entity) -> None:
        kind = entity.name[0]
        if any(has_placeholder(part) for part in entity.name):
            reason = "its name is a placeholder: this is a template for entities, not one itself"
            self.say(entity.place, entity.item, Outcome.SKIPPED, reason)
        elif kind not in KINDS:
            reason = f"entities of kind {entity.text('kind')} describe no part of the chain"
            self.say(entity.place, entity.item, Outcome.SKIPPED, reason)
        elif entity.name in self.entities:
            first = self.entities[entity.name].place
            reason = f"the same entity stands at {first.source}:{first.line}; that one is kept"
            self.say(entity.place, entity.item, Outcome.REJECTED, reason)
        elif kind == "location":
            self._location(file, entity)
        else:
            self.entities[entity.name] = entity

    # --- Locations ---

    def _location(self, file: SourceFile, entity: Entity) -> None:
        optional = entity.text("spec", "presence") == "optional"
        targets = list(entity.references("target", "targets"))
        for target in targets:
            place = Place(file.name, target.line)
            item = f"{entity.item} target {target.text}"
            if is_url(target.text) or entity.text("spec", "type") == "url":
                reason = "it lies on another machine; nothing is fetched"
                self.say(place, item, Outcome.SKIPPED, reason)
                continue
            found = list(self._targets(file, target, place, item))
            for path in found:
                self.queue.append((path, True))
            if not found and not self._told:
                outcome = Outcome.SKIPPED if optional else Outcome.REJECTED
                self.say(place, item, outcome, "there is no such file")
        if not targets:
            self.say(entity.place, entity.item, Outcome.SKIPPED, "it names no target")

    _told = False

    def _targets(
        self, file: SourceFile, target: Reference, place: Place, item: str
    ) -> Iterator[SourceFile]:
        self._told = False
        is_pattern = any(sign in target.text for sign in "*?[")
        base, pattern = _before_pattern(target.text) if is_pattern else (target.text, "")
        start = follow(base or ".", by=file)
        if start is None or ".." in Path(pattern).parts or pattern.count("**") > 3:
            reason = "it lies outside of the folder that was given"
            self.say(place, item, Outcome.REJECTED, reason)
            self._told = True
            return
        if not pattern:
            if is_there(start.path):
                yield start
            return
        try:
            for number, path in enumerate(sorted(start.path.glob(pattern))):
                inside = path.resolve().is_relative_to(start.root)
                if number < _MAX_MATCHES and inside and is_there(path):
                    yield SourceFile(
                        path.resolve(), start.root, f"{start.name}/{_tail(path, start)}"
                    )
        except (OSError, ValueError, NotImplementedError):
            return


def _tail(path: Path, start: SourceFile) -> str:
    return path.relative_to(start.path).as_posix()


def _before_pattern(text: str) -> tuple[str, str]:
    parts = text.split("/")
    first = next(at for at, part in enumerate(parts) if any(sign in part for sign in "*?["))
    return "/".join(parts[:first]), "/".join(part for part in parts[first:] if part)
