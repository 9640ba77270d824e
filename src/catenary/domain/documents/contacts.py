"""People in kept documents: by number, never by name or address.

History stays for ever, and people have the right to be forgotten. So what is kept says
``person/17`` where a document says an e-mail address, and is turned back when it is read.
Addresses of nobody we know are kept as they were written: they are findings, not people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

_PREFIX = "person/"
_CONTACTS = ("talk-to", "escalate-to")


def addresses_in(plains: Iterable[Mapping[str, Any]]) -> set[str]:
    """Every e-mail address that the plain service documents name as owner or contact."""
    return {contact for plain in plains for contact in _contacts(plain) if "@" in contact}


def people_in(plains: Iterable[Mapping[str, Any]]) -> set[int]:
    """The number of every person that kept service documents name as owner or contact."""
    return {
        int(contact.removeprefix(_PREFIX))
        for plain in plains
        for contact in _contacts(plain)
        if contact.startswith(_PREFIX)
    }


def to_keep(plain: dict[str, Any], numbers: Mapping[str, int]) -> dict[str, Any]:
    """The plain service document with people by number, as it is kept in history."""
    return _with_contacts(
        plain,
        lambda contact: f"{_PREFIX}{numbers[contact]}" if contact in numbers else contact,
    )


def by_contact(addresses: Mapping[int, str]) -> dict[str, str]:
    """E-mail addresses by what a kept document says instead of them, for `as_read`."""
    return {f"{_PREFIX}{number}": address for number, address in addresses.items()}


def as_read(plain: dict[str, Any], addresses: Mapping[str, str]) -> dict[str, Any]:
    """The kept service document with people by e-mail address again; ``addresses`` as
    `by_contact` gives them."""
    return _with_contacts(plain, lambda contact: addresses.get(contact, contact))


def _contacts(plain: Mapping[str, Any]) -> Iterator[str]:
    owner = plain.get("owner")
    if owner:
        yield owner
    both = plain.get("co-creation")
    if both:
        for field in _CONTACTS:
            named = both.get(field, ())
            yield from (named,) if isinstance(named, str) else named


def _with_contacts(plain: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    owner, both = plain.get("owner"), plain.get("co-creation")
    if not owner and not both:
        return plain
    changed = dict(plain)
    if owner:
        changed["owner"] = change(owner)
    if both and any(field in both for field in _CONTACTS):
        changed["co-creation"] = {
            field: _changed(named, change) if field in _CONTACTS else named
            for field, named in both.items()
        }
    return changed


def _changed(named: str | list[str], change: Callable[[str], str]) -> str | list[str]:
    return change(named) if isinstance(named, str) else [change(contact) for contact in named]
