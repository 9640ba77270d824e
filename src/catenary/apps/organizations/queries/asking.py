"""Who asks and from where, for programs that ask many times a second.

Who somebody is, their roles and what may be looked from change only with the catalogue's version
(every such change is made within `catalogue_change`), so for one version it is read once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace

from django.db import connection

from catenary.apps.common.queries import catalogue_version
from catenary.apps.organizations.queries import actor_of_account, home_viewpoint, viewpoint_of
from catenary.domain.actors import Actor, Scope, Viewpoint

_Known = tuple[Actor, Viewpoint | None]
_KEPT = 1_000
_lock = threading.Lock()
_held: OrderedDict[tuple[object, ...], _Known] = OrderedDict()


def actor_looking(
    account_id: int,
    is_operator: bool,
    door: str,
    scopes: frozenset[Scope],
    look_as: str = "",
    version: int | None = None,
) -> _Known:
    """Who is behind an account, with every role they have now, and the viewpoint of the
    organization with the key ``look_as``, without one their own. No viewpoint when there is none
    such that they may look from. ``version`` is the catalogue's, where it was read with who asks;
    then it is no query when they have asked before in this version."""
    place = str(connection.settings_dict["NAME"])
    if version is None:
        version = catalogue_version()
    key = (place, version, account_id, is_operator, door, look_as)
    with _lock:
        known = _held.get(key)
        if known is not None:
            _held.move_to_end(key)
    if known is None:
        actor = actor_of_account(account_id, is_operator, door)
        viewpoint = viewpoint_of(actor, look_as) if look_as else home_viewpoint(actor)
        known = (actor, viewpoint)
        # Somebody may have committed meanwhile: then it belongs to no version for certain. An
        # account may get its person without a new version.
        if actor.person_id is not None and catalogue_version() == version:
            with _lock:
                _held[key] = known
                if len(_held) > _KEPT:
                    _held.popitem(last=False)
    actor, viewpoint = known
    return (actor if scopes == actor.scopes else replace(actor, scopes=scopes)), viewpoint
