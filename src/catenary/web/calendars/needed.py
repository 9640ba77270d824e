"""Needed now? In words: whether a service that is hit is within its service hours."""

from __future__ import annotations

from django.utils.translation import gettext as _

from catenary.apps.portfolio.queries.needed import Needed
from catenary.domain.intervals import instant
from catenary.web.calendars.words import wall, zone_of
from catenary.web.pages.marks import NeededMark


def needed_mark(needed: Needed | None) -> NeededMark | None:
    """What to say of a service; nothing where nobody said any hours."""
    return None if needed is None else NeededMark(needed_words(needed), needed.is_now)


def needed_words(needed: Needed) -> str:
    """``needed now``, or ``not needed before Friday, 27 November 2026, 08:00`` as the wall in the
    zone of its hours shows it."""
    if needed.is_now:
        return _("needed now")
    if needed.next is None:
        return _("not needed")
    return _("not needed before {when}").format(
        when=wall(instant(needed.next), zone_of(needed.hours))
    )
