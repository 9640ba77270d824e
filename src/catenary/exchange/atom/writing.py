"""Writing an Atom feed: the same entry has the same identity whenever the feed is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from unicodedata import category
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

_ATOM = "http://www.w3.org/2005/Atom"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_OURS = UUID("6d0f2b44-8a5b-4e0f-9a53-2f0b6d1c7e11")
#: Control characters, halves of characters, and numbers that are no character.
_UNFIT = frozenset({"Cc", "Cs", "Cn"})
CONTENT_TYPE = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened at a moment; ``key`` tells it from every other entry of the feed."""

    key: str
    title: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed; ``key`` tells it from every other. ``page`` and ``here`` are whole addresses of what
    it is about and of itself; an empty one is left out."""

    key: str
    title: str
    author: str
    page: str
    here: str
    entries: Sequence[Entry]
    at: datetime
    language: str = "en"


def written(feed: Feed) -> bytes:
    """The feed as XML. When nothing is in it, it was last updated at ``feed.at``."""
    register_namespace("", _ATOM)
    root = Element(
        f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": feed.language}
    )
    _text(root, "id", _identity(feed.key))
    _text(root, "title", feed.title)
    _text(root, "updated", max((entry.at for entry in feed.entries), default=feed.at).isoformat())
    _text(SubElement(root, f"{{{_ATOM}}}author"), "name", feed.author)
    _text(root, "generator", "Catenary")
    for relation, address in (("self", feed.here), ("alternate", feed.page)):
        if address:
            SubElement(root, f"{{{_ATOM}}}link", {"rel": relation, "href": address})
    for entry in feed.entries:
        element = SubElement(root, f"{{{_ATOM}}}entry")
        _text(element, "id", _identity(f"{feed.key}/{entry.key}"))
        _text(element, "title", entry.title)
        _text(element, "updated", entry.at.isoformat())
        _text(element, "published", entry.at.isoformat())
        _text(element, "content", entry.text).set("type", "text")
        if feed.page:
            SubElement(element, f"{{{_ATOM}}}link", {"rel": "alternate", "href": feed.page})
    xml: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def _identity(key: str) -> str:
    return f"urn:uuid:{uuid5(_OURS, key)}"


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, f"{{{_ATOM}}}{name}")
    # XML 1.0 knows no control characters, however they are written, and feeds need none.
    element.text = "".join(c if c == "\n" or category(c) not in _UNFIT else " " for c in text)
    return element
