"""Of a past moment one may ask what is known of it today, or what was known of it then."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from catenary.web.asking import Asking
from catenary.web.looking import THEN
from catenary.web.pages.marks import Choice


def known_at(asking: Asking) -> datetime | None:
    """The moment whose knowledge is asked for; none: what is known today."""
    is_then = asking.request.GET.get("known", "") == THEN
    return asking.moment if is_then else None


def knowing(asking: Asking) -> tuple[Choice, ...]:
    """Both ways of knowing a past moment, for the same page; none of the present."""
    if asking.moment is None:
        return ()
    is_then = known_at(asking) is not None
    query = asking.request.GET.copy()
    for name in ("known", "after"):
        query.pop(name, None)
    today = f"{asking.request.path}?{query.urlencode()}"
    return (
        Choice(_("As it is known today"), today, not is_then),
        Choice(_("As it was known then"), f"{today}&known={THEN}", is_then),
    )
