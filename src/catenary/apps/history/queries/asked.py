"""What is asked of history, and one thing that it tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import HistoryEntry
from catenary.domain.actors import BY_HAND, OTHER_DOORS


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """One thing that happened to one object, among others: what kind of object it is, its number
    and why, as far as somebody wrote it down."""

    kind: Kind
    object_id: int
    note: str
    entry: HistoryEntry


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes are asked for. An empty field does not narrow; both moments are included.
    ``within`` is the number of one revision: then everything of the change that made it.
    ``veiled`` is a query for services of which nothing is told that was said while they were
    restricted."""

    since: datetime | None = None
    until: datetime | None = None
    person_id: int | None = None
    door: str = ""
    source: str = ""
    within: int = 0
    veiled: Any = None


def came_from(source: str, of: str = "") -> Q:
    """What `told_source` says of a change, asked of the database."""
    elsewhere = Q(**{f"{of}door__in": OTHER_DOORS})
    is_there = Q(**{f"{of}source": source})
    if source == BY_HAND:
        return is_there & ~elsewhere
    if source in OTHER_DOORS:
        return is_there | Q(**{f"{of}source": BY_HAND, f"{of}door": source})
    return is_there
