"""An ArchiMate model as plain values, the same for every file format, and what its words mean.

https://pubs.opengroup.org/architecture/archimate3-doc/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from catenary.exchange.importers.draft import Place

#: What ArchiMate itself calls a service.
SERVICES = ("BusinessService", "ApplicationService", "TechnologyService")
#: What stands behind services and is run by somebody: becomes a service too when one rests on it.
BEHIND = (
    "ApplicationComponent",
    "ApplicationCollaboration",
    "Node",
    "Device",
    "SystemSoftware",
    "TechnologyCollaboration",
    "CommunicationNetwork",
    "Path",
    "Equipment",
    "Facility",
    "DistributionNetwork",
)
#: What is no service, but what a service rests on goes through it: a process realizes a service,
#: an application serves the process, so the service relies on the application.
THROUGH = (
    "BusinessProcess",
    "BusinessFunction",
    "BusinessInteraction",
    "BusinessActor",
    "BusinessRole",
    "BusinessCollaboration",
    "BusinessInterface",
    "ApplicationProcess",
    "ApplicationFunction",
    "ApplicationInteraction",
    "ApplicationInterface",
    "TechnologyProcess",
    "TechnologyFunction",
    "TechnologyInteraction",
    "TechnologyInterface",
    "Artifact",
)
PROCESSES = ("BusinessProcess", "BusinessFunction", "BusinessInteraction")
PEOPLE = ("BusinessActor", "BusinessRole", "BusinessCollaboration")
JUNCTION = "Junction"
OR_JUNCTION = "OrJunction"
GROUPING = "Grouping"
#: Relations by which the target relies on the source, and those by which the source, a whole,
#: relies on the target, its part.
BEARING = ("Serving", "Realization", "Assignment")
WHOLE = ("Composition", "Aggregation")

#: Words of earlier versions and of other spellings.
_OLD_WORDS = {
    "UsedBy": "Serving",
    "Realisation": "Realization",
    "Specialisation": "Specialization",
    "InfrastructureService": "TechnologyService",
    "InfrastructureFunction": "TechnologyFunction",
    "InfrastructureInterface": "TechnologyInterface",
    "Network": "CommunicationNetwork",
    "CommunicationPath": "Path",
    "AndJunction": JUNCTION,
}
_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


def plain_type(written: str) -> str:
    """The type of an element or relation in the words of ArchiMate 3, without prefix."""
    name = written.rpartition(":")[2].removesuffix("Relationship")
    return _OLD_WORDS.get(name, name)


def kind(type_: str) -> str:
    """``business-service`` for ``BusinessService``."""
    return _WORD_START.sub("-", type_).lower()


def words(type_: str) -> str:
    """``business service`` for ``BusinessService``."""
    return kind(type_).replace("-", " ")


def one(type_: str) -> str:
    """``an application service`` for ``ApplicationService``."""
    named = words(type_)
    return f"{'an' if named[:1] in 'aeio' else 'a'} {named}"


@dataclass(slots=True)
class Element:
    """An element, its id as both formats share it; ``folder`` is the way from the top."""

    id: str
    type: str
    name: str
    place: Place
    description: str = ""
    folder: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """How the report calls it."""
        return f"{words(self.type)} {self.name or self.id}"


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation between two elements, by their ids."""

    id: str
    type: str
    source: str
    target: str
    place: Place


@dataclass(slots=True)
class Model:
    """What one file says. ``properties`` counts the values of each property nobody takes;
    ``problems`` are places with what is wrong there."""

    id: str
    name: str
    place: Place
    elements: dict[str, Element] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    properties: dict[str, int] = field(default_factory=dict)
    problems: list[tuple[Place, str, str]] = field(default_factory=list)
