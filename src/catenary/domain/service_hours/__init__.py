"""Service hours: when a service is owed, by the clock on the wall (SEMANTICS 3).

The rule with worked numbers is in docs/algorithms/service-hours.md.
"""

from catenary.domain.service_hours.answers import (
    Gap,
    elapsed,
    first_gap,
    first_instant_past,
    is_open,
    next_change,
    next_opening,
)
from catenary.domain.service_hours.making import (
    HolidayDates,
    HoursUnknown,
    calendar_hours,
    hours_of,
)
from catenary.domain.service_hours.open_time import NEVER, OpenTime
from catenary.domain.service_hours.openings import MAX_YEARS, open_intervals, open_time
from catenary.domain.service_hours.values import (
    ALWAYS,
    AllOf,
    AnyOf,
    DatedHours,
    Hours,
    Span,
    WeeklyHours,
    Without,
)

__all__ = [
    "hours_of",
    "calendar_hours",
    "HoursUnknown",
    "HolidayDates",
    "ALWAYS",
    "MAX_YEARS",
    "NEVER",
    "AllOf",
    "AnyOf",
    "DatedHours",
    "Gap",
    "Hours",
    "OpenTime",
    "Span",
    "WeeklyHours",
    "Without",
    "elapsed",
    "first_gap",
    "first_instant_past",
    "is_open",
    "next_change",
    "next_opening",
    "open_intervals",
    "open_time",
]
