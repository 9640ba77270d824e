"""Entities as Backstage describes them, and the references between them.

https://backstage.io/docs/features/software-catalog/descriptor-format
https://backstage.io/docs/features/software-catalog/references
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from catenary.exchange.importers.draft import Place
from catenary.exchange.importers.foreign_yaml import Mapping, Node, Scalar, Sequence

#: Kinds that become services, in the order in which a reference without a kind is tried.
SERVICE_KINDS = ("component", "resource", "api", "system", "domain")
KINDS = (*SERVICE_KINDS, "group", "user", "location")

_REFERENCE = re.compile(r"(?:([^:/\s]+):)?(?:([^:/\s]+)/)?([^:/\s]+)\Z")

#: Kind, namespace and name, all in lower case: Backstage compares them so.
EntityName = tuple[str, str, str]


def spelled(name: EntityName) -> str:
    """``kind:namespace/name``."""
    kind, namespace, own = name
    return f"{kind}:{namespace}/{own}"


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity of a file. ``name`` identifies it, ``own_name`` is its name as written."""

    name: EntityName
    own_name: str
    root: Mapping
    place: Place

    def text(self, *path: str) -> str:
        """The text below the keys of ``path``; empty when there is none."""
        return self.root.text(*path)

    @property
    def title(self) -> str:
        """What people call it."""
        return " ".join(self.text("metadata", "title").split()) or self.own_name

    @property
    def item(self) -> str:
        """How the report calls it."""
        return spelled(self.name)

    def references(self, *fields: str) -> Iterator[Reference]:
        """The references under the named fields of ``spec``, in order of the file."""
        for field in fields:
            node = self.root.find("spec", field)
            for item in node.items if isinstance(node, Sequence) else [node]:
                if isinstance(item, Scalar):
                    if not item.is_null and item.text.strip():
                        yield Reference(field, item.text.strip(), item.line)
                elif isinstance(item, Mapping):
                    yield Reference(field, _from_parts(item), item.line)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as it is written, with the field and the line where it stands."""

    field: str
    text: str
    line: int

    def names(self, *, kinds: tuple[str, ...], namespace: str) -> list[EntityName]:
        """What it may mean, the likeliest first: without a kind one of ``kinds``, without a
        namespace that of the entity it stands in. Empty when it is no reference."""
        match = _REFERENCE.match(self.text)
        if match is None:
            return []
        kind, space, name = (part.lower() if part else "" for part in match.groups())
        return [(found, space or namespace, name) for found in ([kind] if kind else kinds)]


def _from_parts(node: Mapping) -> str:
    kind, namespace, name = (node.text(part) for part in ("kind", "namespace", "name"))
    return (f"{kind}:" if kind else "") + (f"{namespace}/" if namespace else "") + name


def identity_of(root: Node) -> tuple[EntityName, str] | str:
    """The name of an entity with its own spelling, or the reason why it has none."""
    if not isinstance(root, Mapping):
        return "it is not a mapping"
    kind, name = root.text("kind"), root.text("metadata", "name")
    if not kind:
        return "it has no kind"
    if not name:
        return f"the {kind} has no metadata.name"
    namespace = root.text("metadata", "namespace") or "default"
    return (kind.lower(), namespace.lower(), name.lower()), name
