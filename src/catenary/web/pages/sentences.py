"""Sentences with links in them, translatable as a whole.

A sentence stays one string for the translator (``"{consumers} consume it"``); its places are
filled with names that may lead somewhere. It is kept as pieces and not as HTML: a template writes
``{{ page.answer.html }}`` where links belong and ``{{ page.answer }}`` in a title or attribute,
and both are escaped. Names from the catalogue are isolated (``<bdi>``), so that a name written
right to left, or one that tries to, cannot turn the words around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import Formatter

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class Link:
    """A name that leads to ``url``; with an empty ``url`` it is plain text. ``note`` is a few
    words of soft text shown behind it (a provider, a reference)."""

    text: str
    url: str = ""
    note: str = ""

    def __str__(self) -> str:
        return self.text

    @property
    def html(self) -> SafeString:
        """The name, isolated, as a link when it leads somewhere, with its note."""
        name = format_html("<bdi>{}</bdi>", self.text)
        if self.url:
            name = format_html('<a href="{}">{}</a>', self.url, name)
        if self.note:
            name = format_html('{} <small class="soft"><bdi>{}</bdi></small>', name, self.note)
        return name


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as pieces in reading order: our own words as text, names as :class:`Link`.

    Empty (and false) when there is nothing to say.
    """

    pieces: tuple[Link | str, ...] = ()

    def __bool__(self) -> bool:
        return bool(str(self))

    def __str__(self) -> str:
        return "".join(map(str, self.pieces))

    @property
    def links(self) -> tuple[Link, ...]:
        """The pieces that lead somewhere."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Link) and piece.url)

    @property
    def html(self) -> SafeString:
        """The sentence with its links, escaped."""
        return format_html_join("", "{}", ((_piece_html(piece),) for piece in self.pieces))


Filling = str | int | Link | Sequence[Link]

_FORMATTER = Formatter()


def say(pattern: str, **values: Filling) -> Sentence:
    """The sentence ``pattern`` (already translated) with its ``{places}`` filled.

    A list of links reads "a, b and c". A place nobody filled is a ``KeyError``: that is a mistake
    of ours, not of the catalogue.
    """
    pieces: list[Link | str] = []
    for text, place, _spec, _conversion in _FORMATTER.parse(pattern):
        if text:
            pieces.append(text)
        if place is None:
            continue
        value = values[place]
        if isinstance(value, Link):
            pieces.append(value)
        elif isinstance(value, int):
            pieces.append(number_format(value, force_grouping=True))
        elif isinstance(value, str):
            pieces.append(Link(value))
        else:
            pieces.extend(_listed(value))
    return Sentence(tuple(pieces))


def _piece_html(piece: Link | str) -> SafeString | str:
    return piece.html if isinstance(piece, Link) else piece


def _listed(links: Sequence[Link]) -> list[Link | str]:
    pieces: list[Link | str] = []
    for position, link in enumerate(links):
        if position:
            is_last = position == len(links) - 1
            pieces.append(gettext(" and ") if is_last else ", ")
        pieces.append(link)
    return pieces
