"""People in kept documents: by number, never by name or address.

History stays for ever, and people have the right to be forgotten. So what is kept says
``person/17`` where a document says an e-mail address, and is turned back when it is read.
Addresses of nobody we know are kept as they were written: they are findings, not people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_PREFIX = "person/"
_CONTACTS = ("talk-to", "escalate-to")


def addresses_in(plains: Iterable[Mapping[str, Any]]) -> set[str]:
    """Every e-mail address that the plain service documents name as owner or contact."""
    return {contact for plain in plains for contact in _contacts(plain) if "@" in contact}


def people_in(plains: Iterable[Mapping[str, Any]]) -> set[int]:
    """The number of every person that kept service documents name as owner or contact."""
    named = {contact for plain in plains for contact in _contacts(plain)}
    return {int(each.removeprefix(_PREFIX)) for each in named if each.startswith(_PREFIX)}


def to_keep(plain: dict[str, Any], numbers: Mapping[str, int]) -> dict[str, Any]:
    """The plain service document with people by number, as it is kept in history."""
    named = _contacts(plain)
    return _renamed(plain, {each: f"{_PREFIX}{numbers[each]}" for each in named if each in numbers})


def by_contact(addresses: Mapping[int, str]) -> dict[str, str]:
    """E-mail addresses by what a kept document says instead of them, for `as_read`."""
    return {f"{_PREFIX}{number}": address for number, address in addresses.items()}


def as_read(plain: dict[str, Any], addresses: Mapping[str, str]) -> dict[str, Any]:
    """The kept service document with people by e-mail address again; ``addresses`` as
    `by_contact` gives them."""
    return _renamed(plain, addresses)


# Done for every document of every answer: lists and mappings, where generators and functions for
# each contact took longer than reading the document.


def _contacts(plain: Mapping[str, Any]) -> list[str]:
    owner, both = plain.get("owner"), plain.get("co-creation")
    found = [owner] if owner else []
    if both:
        for field in _CONTACTS:
            named = both.get(field)
            if isinstance(named, str):
                found.append(named)
            elif named:
                found += named
    return found


def _renamed(plain: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The document with other names for its owner and contacts; what has none stays."""
    owner, both = plain.get("owner"), plain.get("co-creation")
    if not owner and not both:
        return plain
    changed = plain.copy()
    if owner:
        changed["owner"] = names.get(owner, owner)
    if both:
        told: dict[str, Any] = {}
        for field in _CONTACTS:
            named = both.get(field)
            if isinstance(named, str):
                told[field] = names.get(named, named)
            elif named is not None:
                told[field] = [names.get(each, each) for each in named]
        if told:
            changed["co-creation"] = {**both, **told}
    return changed
