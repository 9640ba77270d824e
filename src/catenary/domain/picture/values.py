"""The chain picture as plain values: marks, gates and links, before anything has a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: ``service``; ``organization`` (a consumer, drawn above what it consumes); ``bundle`` (several
#: marks folded into one); ``hidden`` (something one may know of but not open).
NodeKind = Literal["service", "organization", "bundle", "hidden"]

#: What the service is seen from the viewpoint (SEMANTICS 2; ``offered`` is customer-facing
#: without a customer yet); empty when it is not classified.
NodeRole = Literal["customer-facing", "offered", "supporting", "external", "idle", "pipeline", ""]

#: What is known of it now (SEMANTICS 1); empty while nobody reports conditions.
NodeCondition = Literal["operational", "degraded", "down", "unknown", "planned", ""]


class PictureError(ValueError):
    """A picture that contradicts itself: an id used twice, or a link to a mark that is not there.

    The sentence names the ids. It means a mistake in whoever built the picture, not in the
    catalogue.
    """


@dataclass(frozen=True, slots=True)
class PictureNode:
    """One mark of the picture.

    ``sublabel`` is the provider. ``href`` is where the mark leads; empty when it leads nowhere.
    ``level`` may push a mark down to at least that row (0 = top). ``count`` is how many marks of
    the unfolded picture it stands for; ``expand_href`` opens a bundle. ``stage`` is a word of
    the lifecycle, or empty. ``is_cause``: the condition of the focus comes from here. ``says`` is
    the second line (the provider, then the words after it) when a reader is to see other words
    than the codes.
    """

    id: str
    label: str
    kind: NodeKind = "service"
    sublabel: str = ""
    stage: str = ""
    role: NodeRole = ""
    condition: NodeCondition = ""
    is_cause: bool = False
    href: str = ""
    is_focus: bool = False
    level: int | None = None
    count: int = 1
    expand_href: str = ""
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PictureGroup:
    """A dependency group of ``reliant``: ``members`` are (node id, words for its weight).

    ``label`` is what the gate says ("2 of 3"); a group with an empty label has no gate.
    """

    id: str
    reliant: str
    members: tuple[tuple[str, str], ...]
    label: str = ""
    soft: bool = False


@dataclass(frozen=True, slots=True)
class PictureEdge:
    """An organization consumes a service. ``label`` is the consumer's own name for it, if any."""

    consumer: str
    service: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class ChainPicture:
    """Everything one picture shows. Order matters: it decides ties, so equal input is equal ink.

    Raises:
        PictureError: when an id is used twice or a link leads to a mark that is not there.
    """

    title: str
    nodes: tuple[PictureNode, ...]
    groups: tuple[PictureGroup, ...] = ()
    edges: tuple[PictureEdge, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn, at once, rather than draw half of it."""
        ids = [node.id for node in self.nodes]
        known = set(ids)
        if len(known) != len(ids):
            twice = sorted({name for name in ids if ids.count(name) > 1})
            raise PictureError(f"these marks are in the picture twice: {', '.join(twice)}")
        group_ids = [group.id for group in self.groups]
        if len(set(group_ids)) != len(group_ids):
            twice = sorted({name for name in group_ids if group_ids.count(name) > 1})
            raise PictureError(f"these groups are in the picture twice: {', '.join(twice)}")
        wanted: set[str] = set()
        for group in self.groups:
            wanted.add(group.reliant)
            wanted.update(member for member, _ in group.members)
        for edge in self.edges:
            wanted.add(edge.consumer)
            wanted.add(edge.service)
        if missing := sorted(wanted - known):
            raise PictureError(f"links lead to marks that are not there: {', '.join(missing)}")
