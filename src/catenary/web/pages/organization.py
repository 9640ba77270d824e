"""An organization as a link in the chain: what it provides, to whom, and what it consumes."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.actions import Action, DeletedLine
from catenary.web.pages.marks import Chip, Count, RoleMark, StageMark
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service with the organization at its other end (its provider, or its consumer)."""

    service: Link
    other: Link | None = None
    role: RoleMark | None = None
    stage: StageMark | None = None
    known_as: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person and the words for their roles here."""

    name: str
    email: str
    roles: tuple[str, ...]
    edit_url: str = ""


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """``above`` leads from the top organization down to the one above this; ``below`` are its
    direct parts."""

    name: str
    reference: str
    answer: Sentence
    description: str = ""
    above: tuple[Link, ...] = ()
    below: tuple[Link, ...] = ()
    chips: tuple[Chip, ...] = ()
    actions: tuple[Action, ...] = ()
    deleted: tuple[DeletedLine, ...] = ()
    provides: tuple[ServiceRow, ...] = ()
    provided_count: Count = Count(0)
    provides_url: str = ""
    consumes: tuple[ServiceRow, ...] = ()
    consumed_count: Count = Count(0)
    customers: tuple[Link, ...] = ()
    providers: tuple[Link, ...] = ()
    people: tuple[PersonRow, ...] = ()
    people_are_visible: bool = True
