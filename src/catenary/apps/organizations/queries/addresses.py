"""E-mail addresses of people in documents, for answers that name the same few again and again.

An address changes only with the catalogue's version, so for one version it is read once.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from catenary.apps.organizations.queries import person_addresses

#: So many are held at most: some ten megabytes.
_MOST = 50_000
_held: dict[str, tuple[int, dict[int, str]]] = {}


def addresses_then(ids: Collection[int], version: int) -> dict[int, str]:
    """E-mail addresses of people by number, of removed ones too, as of this version of the
    catalogue or later: one query for those who were not asked for in it yet."""
    place = str(connection.settings_dict["NAME"])
    held = _held.get(place)
    if held is None or held[0] != version or len(held[1]) > _MOST:
        # Threads that are told of two versions put away each other's: then one asks once more.
        held = _held[place] = version, {}
    known = held[1]
    missing = [number for number in ids if number not in known]
    if missing:
        known.update(person_addresses(missing))
    return {number: known[number] for number in ids if number in known}
