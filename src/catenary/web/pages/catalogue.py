"""Catalogue: find a service."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.actions import Action, DeletedLine, DraftLine
from catenary.web.pages.marks import Chip, Count, Facet, RoleMark, StageMark
from catenary.web.pages.sentences import Link, Sentence


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One service found. ``name`` is the name the reader uses; when that differs from the
    provider's, ``official_name`` says what the provider calls it."""

    name: str
    url: str
    reference: str
    provider: Link
    description: str
    role: RoleMark
    stage: StageMark
    tags: tuple[Chip, ...] = ()
    official_name: str = ""


@dataclass(frozen=True, slots=True)
class LookAs:
    """An organization one may look as, and where to go on from there."""

    key: str
    name: str
    next: str


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """Search, facets and one page of results, keyset-paged.

    ``kept`` are the query parameters (name, value) that a new search keeps: the chosen facets
    and filters, never the page. ``filters`` are chips with a ``remove_url``. Where nothing of a
    provider is seen from here, ``look_as`` is how one may look instead.
    """

    answer: Sentence
    query: str = ""
    rows: tuple[CatalogueRow, ...] = ()
    total: Count = Count(0)
    roles: tuple[Facet, ...] = ()
    stages: tuple[Facet, ...] = ()
    providers: tuple[Facet, ...] = ()
    tags: tuple[Facet, ...] = ()
    filters: tuple[Chip, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    clear_url: str = "/catalogue/"
    previous_url: str = ""
    next_url: str = ""
    has_catalogue: bool = True
    actions: tuple[Action, ...] = ()
    drafts: tuple[DraftLine, ...] = ()
    deleted: tuple[DeletedLine, ...] = ()
    look_as: LookAs | None = None
