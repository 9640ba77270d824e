"""Maintenance ahead on a public page: what is repeated takes one line, with its next time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from django.utils.translation import ngettext

from catenary.apps.monitoring.queries.public_ahead import PublicMaintenance

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Repeated:
    """The next time of something, and the further ones that do the same to the same services."""

    next: PublicMaintenance
    others: tuple[PublicMaintenance, ...]


def folded(ahead: Iterable[PublicMaintenance]) -> list[Repeated]:
    """What is to take place, the next first; the times of one plan together as long as they hit
    alike and last alike."""
    alike: dict[object, list[PublicMaintenance]] = {}
    for one in ahead:
        if not one.is_called_off:
            plan = one.key.partition("/")[0]
            alike.setdefault((plan, one.end - one.start, one.services), []).append(one)
    return [Repeated(times[0], tuple(times[1:])) for times in alike.values()]


def rhythm(times: Sequence[PublicMaintenance]) -> str:
    """How often, in words; empty when fewer than three times, or uneven gaps, say nothing of it.
    The rule itself is not public, and need not be: this is read from the times."""
    # The wall clock moves by an hour twice a year, a day stays a day.
    gaps = {round((after.start - before.start) / _DAY) for before, after in pairwise(times)}
    if len(times) < 3 or len(gaps) != 1:
        return ""
    days = gaps.pop()
    if days < 1:
        return ""
    weeks, rest = divmod(days, 7)
    if rest == 0:
        return ngettext("every week", "every {n} weeks", weeks).format(n=weeks)
    return ngettext("every day", "every {n} days", days).format(n=days)
