"""What one may do from a page, and what one has begun."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.sentences import Link


@dataclass(frozen=True, slots=True)
class Action:
    """A link that leads to doing something; the main one of a page stands out."""

    text: str
    url: str
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class DraftLine:
    """An unfinished edit of one's own: of what, and when it was kept."""

    link: Link
    kept: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class DeletedLine:
    """Something that was deleted and can be brought back; ``noun`` is the word for what it is."""

    link: Link
    noun: str
