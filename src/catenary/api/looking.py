"""Reading as of a past moment: the parameter ``as_of``, and where it is read from."""

from __future__ import annotations

from typing import Annotated

from ninja import Query

from catenary import clock
from catenary.api.problems import invalid_parameter
from catenary.apps.portfolio.queries.past import records_at
from catenary.apps.portfolio.queries.records import TODAY, Records
from catenary.domain.moments import read_moment

AsOf = Annotated[
    str,
    Query(
        max_length=40,
        description="as of a past moment: an ISO date (its end, in UTC) or date and time; what has "
        "not come yet is now",
    ),
]


def records_of(as_of: str) -> Records:
    """The present without ``as_of``, else the moment it names; raises `Trouble`."""
    if not as_of:
        return TODAY
    at = read_moment(as_of)
    if at is None:
        raise invalid_parameter(
            "as_of", "this is no moment", "an ISO date or time, like 2026-03-01T09:30Z"
        )
    return TODAY if at >= clock.now() else records_at(at)
