"""Who may write which calendars."""

from __future__ import annotations

from catenary.apps.calendars.policies import may_define_calendar
from catenary.apps.organizations.queries import organizations_below
from catenary.apps.portfolio.queries.calendars import CalendarView
from catenary.web.asking import Asking

_MOST = 500


def may_edit(asking: Asking, view: CalendarView) -> bool:
    """Whether the asker may change it."""
    return may_define_calendar(asking.actor, view.row.path)


def may_make(asking: Asking) -> bool:
    """Whether there is an organization in the viewpoint for which the asker defines calendars."""
    return bool(homes_of(asking))


def homes_of(asking: Asking) -> tuple[tuple[str, str], ...]:
    """The organizations in the viewpoint for which the asker defines calendars: key and name."""
    if asking.viewpoint is None:
        return ()
    rows = organizations_below(asking.viewpoint.path, limit=_MOST)
    return tuple((row.key, row.name) for row in rows if may_define_calendar(asking.actor, row.path))
