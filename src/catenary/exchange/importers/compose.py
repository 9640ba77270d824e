"""Docker Compose files: each service of a stack, and what it depends on.

https://github.com/compose-spec/compose-spec/blob/main/spec.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path

from catenary.domain.naming import slug
from catenary.exchange.importers.draft import MAX_TAGS, Draft, GroupEntry, Place
from catenary.exchange.importers.foreign_yaml import (
    Document,
    Mapping,
    Node,
    Scalar,
    has_placeholder,
    read_documents,
    read_text,
    texts,
)
from catenary.exchange.importers.foreign_yaml import Sequence as List
from catenary.exchange.importers.report import Imported, ImportRefused, Outcome
from catenary.exchange.importers.settling import settle
from catenary.exchange.importers.sources import (
    SourceFile,
    find_files,
    folder_name,
    follow,
    is_there,
    is_url,
)

_FILE_NAME = re.compile(r"(?:docker-)?compose[^/]*\.ya?ml\Z", re.IGNORECASE)
_DESCRIPTIONS = ("org.opencontainers.image.description", "description")
_MAX_EXTENDS = 50


def read_compose(
    sources: Sequence[Path],
    *,
    mapping: Path | None = None,
    provider: str = "",
    name: str = "",
    stage: str = "live",
) -> Imported:
    """The services of Compose files as services of one provider.

    ``sources`` are files, or folders searched for ``docker-compose*.yml`` and ``compose*.yml``;
    all of them are one stack, so a service in several files is merged. ``provider`` is the key
    of the organization (default: from the name of the folder), ``name`` its name, ``stage`` the
    stage of every service. ``depends_on`` is an essential dependency, with ``required: false``
    a soft one; ``links``, ``volumes_from`` and sharing another service's network count too.

    Raises ``ImportRefused`` when a source is missing or holds no Compose file.
    """
    if mapping is not None:
        raise ImportRefused(f"{mapping}: the compose import takes no mapping.")
    files = find_files(sources, lambda file: _FILE_NAME.match(file) is not None)
    key = provider or slug(folder_name(sources[0])) or "stack"
    reader = _Reader(key, stage)
    for file in files:
        reader.read(file)
    return settle(reader.finish(name))


@dataclass(frozen=True, slots=True)
class _Link:
    """One service depends on another, as it stands at ``line``."""

    target: str
    line: int
    soft: bool = False
    by: str = "depends_on"


@dataclass(slots=True)
class _Stack:
    """The services of one file by name, with the file's own name for the stack."""

    file: SourceFile
    services: dict[str, tuple[int, Node]] = field(default_factory=dict)


class _Reader:
    def __init__(self, provider: str, stage: str) -> None:
        self.provider = provider
        self.stage = stage
        self.draft = Draft()
        self.stack_name = ""
        self.done: set[Path] = set()
        self.stacks: dict[Path, _Stack | None] = {}
        self.links: list[tuple[str, _Link, str]] = []
        self.first = ""

    def finish(self, name: str) -> Draft:
        place = Place(self.first)
        shown = name or self.stack_name or self.provider
        self.draft.add_organization(self.provider, place=place, name=shown, key_text=self.provider)
        for service, link, source in self.links:
            self.draft.add_group(
                GroupEntry(
                    service=(self.provider, service),
                    members=(((self.provider, link.target), Decimal(1)),),
                    place=Place(source, link.line),
                    soft=link.soft,
                    note="" if link.by == "depends_on" else f"from {link.by}",
                )
            )
        return self.draft

    def say(self, file: SourceFile, line: int, item: str, outcome: Outcome, reason: str) -> None:
        self.draft.say(Place(file.name, line), item, outcome, reason)

    def read(self, file: SourceFile, included_by: int = 0) -> None:
        """Take the services of a file, and of the files it includes."""
        if file.path in self.done:
            return
        self.done.add(file.path)
        self.first = self.first or file.name
        stack = self._load(file)
        if stack is None:
            return
        for name, (line, node) in stack.services.items():
            self._service(stack, name, line, node)

    def _load(self, file: SourceFile, quietly: bool = False) -> _Stack | None:
        if file.path in self.stacks:
            return self.stacks[file.path]
        self.stacks[file.path] = None
        try:
            documents = read_documents(read_text(file.path))
        except ImportRefused as error:
            for problem in error.problems:
                self.say(file, 0, "file", Outcome.REJECTED, problem)
            return None
        stack = _Stack(file)
        for document in documents:
            self._document(stack, document)
        self.stacks[file.path] = stack
        return stack

    def _document(self, stack: _Stack, document: Document) -> None:
        file = stack.file
        for fault in document.faults:
            self.say(file, fault.line, "document", Outcome.REJECTED, fault.sentence)
        for fault in document.repeated:
            self.say(file, fault.line, "repeated key", Outcome.REJECTED, fault.sentence)
        root = document.root
        if root is None or (isinstance(root, Scalar) and root.is_null):
            return
        if not isinstance(root, Mapping):
            self.say(file, root.line, "document", Outcome.REJECTED, "it is not a mapping")
            return
        self.stack_name = self.stack_name or self._name_of(root)
        services = root.find("services")
        if services is None and "services" not in root.items and _is_first_version(root):
            services = root
        if isinstance(services, Mapping):
            for name, node in services.items.items():
                stack.services.setdefault(name, (services.line_of(name), node))
        elif services is not None and not (isinstance(services, Scalar) and services.is_null):
            reason = "'services' is not a mapping of services by name"
            self.say(file, services.line, "services", Outcome.REJECTED, reason)
        elif "include" not in root.items:
            self.say(file, document.line, "document", Outcome.SKIPPED, "it names no services")
        self._includes(file, root)

    def _name_of(self, root: Mapping) -> str:
        name = root.text("name")
        return "" if "$" in name or has_placeholder(name) else name

    def _includes(self, file: SourceFile, root: Mapping) -> None:
        include = root.find("include")
        entries: list[tuple[str, int]] = []
        for node in include.items if isinstance(include, List) else [include]:
            entries += texts(node.find("path") if isinstance(node, Mapping) else node)
        for named, line in entries:
            target = None if is_url(named) else follow(named, by=file)
            if is_url(named):
                reason = "it lies on another machine; nothing is fetched"
                self.say(file, line, f"include {named}", Outcome.SKIPPED, reason)
            elif target is None:
                reason = "it lies outside of the folder that was given"
                self.say(file, line, f"include {named}", Outcome.REJECTED, reason)
            elif not is_there(target.path):
                self.say(file, line, f"include {named}", Outcome.REJECTED, "there is no such file")
            else:
                self.read(target)

    # --- one service ---

    def _service(self, stack: _Stack, name: str, line: int, node: Node) -> None:
        file = stack.file
        if isinstance(node, Scalar) and node.is_null:
            node = Mapping(line)
        if not isinstance(node, Mapping):
            reason = "it is not a mapping"
            self.say(file, line, f"service {name}", Outcome.REJECTED, reason)
            return
        layers = [(file, node), *self._extended(stack, name, node)]
        image = _first(layer.text("image") for _, layer in layers)
        description = _first(_label(layer) for _, layer in layers)
        if not description and image:
            description = f"Runs the image {image}"
        fields: dict[str, object] = {
            "name": " ".join(name.split()),
            "description": description,
            "stage": self.stage,
            "tags": list(
                islice((f"profile:{text}" for _, at in layers for text in _profiles(at)), MAX_TAGS)
            ),
        }
        self.draft.add_service((self.provider, name), place=Place(file.name, line), fields=fields)
        for index, (owner, layer) in enumerate(layers):
            for link in _links(layer):
                # What is inherited stands in the report where the service itself stands.
                at = line if index and owner is not file else link.line
                self.links.append((name, _Link(link.target, at, link.soft, link.by), file.name))
        for problem_line, reason in _misshapen(node):
            self.say(file, problem_line, f"{name}: depends_on", Outcome.REJECTED, reason)

    def _extended(
        self, stack: _Stack, name: str, node: Mapping
    ) -> list[tuple[SourceFile, Mapping]]:
        """The services this one extends, nearest first, as far as they can be found."""
        layers: list[tuple[SourceFile, Mapping]] = []
        here, current, service = stack, node, name
        seen = {(stack.file.path, name)}
        while len(layers) < _MAX_EXTENDS:
            extends = current.find("extends")
            if extends is None:
                break
            line = extends.line
            item = f"service {name} extends"
            if isinstance(extends, Mapping):
                service, named = extends.text("service"), extends.text("file")
            else:
                service, named = next(texts(extends), ("", 0))[0], ""
            base = here if not named else self._base(here.file, named, line, item)
            if base is None:
                break
            _, found = base.services.get(service, (0, None))
            if (base.file.path, service) in seen:
                reason = f"'{service}' extends itself in the end"
                self.say(here.file, line, item, Outcome.REJECTED, reason)
                break
            if not isinstance(found, Mapping):
                reason = f"there is no service '{service}' in {base.file.name}"
                self.say(here.file, line, item, Outcome.REJECTED, reason)
                break
            seen.add((base.file.path, service))
            layers.append((base.file, found))
            here, current = base, found
        return layers

    def _base(self, file: SourceFile, named: str, line: int, item: str) -> _Stack | None:
        target = None if is_url(named) else follow(named, by=file)
        if target is None:
            reason = f"'{named}' lies outside of the folder that was given"
            self.say(file, line, item, Outcome.REJECTED, reason)
            return None
        if not is_there(target.path):
            self.say(file, line, item, Outcome.REJECTED, f"there is no file '{named}'")
            return None
        return self._load(target)


def _is_first_version(root: Mapping) -> bool:
    # Files of 2014 to 2016 have the services at the top and no "services" around them.
    nodes = [node for node in root.items.values() if isinstance(node, Mapping)]
    return "version" not in root.items and any(
        "image" in node.items or "build" in node.items for node in nodes
    )


def _first(found: Iterator[str]) -> str:
    return next((text for text in found if text), "")


def _label(node: Mapping) -> str:
    labels = node.find("labels")
    for key in _DESCRIPTIONS:
        if isinstance(labels, Mapping) and labels.text(key):
            return labels.text(key)
        for text, _ in texts(labels) if isinstance(labels, List) else ():
            label, equals, value = text.partition("=")
            if equals and label.strip() == key and value.strip():
                return value.strip()
    return ""


def _profiles(node: Mapping) -> Iterator[str]:
    return (text for text, _ in texts(node.find("profiles")))


def _misshapen(node: Mapping) -> Iterator[tuple[int, str]]:
    depends_on = node.find("depends_on")
    if isinstance(depends_on, Scalar) and not depends_on.is_null:
        yield depends_on.line, "it is neither a list nor a mapping; taken as a list of one"
    if isinstance(depends_on, List):
        for item in depends_on.items:
            if not isinstance(item, Scalar):
                yield item.line, "an entry of the list is not the name of a service"


def _links(node: Mapping) -> Iterator[_Link]:
    """What a service of this shape depends on, in order of the file."""
    depends_on = node.find("depends_on")
    if isinstance(depends_on, Mapping):
        for target, how in depends_on.items.items():
            required = how.find("required") if isinstance(how, Mapping) else None
            soft = isinstance(required, Scalar) and required.boolean is False
            yield _Link(target, depends_on.line_of(target), soft)
    else:
        for target, line in texts(depends_on):
            yield _Link(target, line)
    for text, line in texts(node.find("links")):
        yield _Link(text.partition(":")[0], line, by="links")
    for text, line in texts(node.find("volumes_from")):
        if not text.startswith("container:"):
            yield _Link(text.partition(":")[0], line, by="volumes_from")
    for shared in ("network_mode", "ipc", "pid"):
        for text, line in texts(node.find(shared)):
            if text.startswith("service:"):
                yield _Link(text.removeprefix("service:"), line, by=shared)
