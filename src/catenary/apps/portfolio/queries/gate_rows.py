"""Dependency groups and their members as columns of numbers, and the gates made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.db import connection

from catenary.apps.common.queries.columns import number_columns
from catenary.domain.estate import Bools, Estate, Ints
from catenary.domain.impact import Gates

#: An amount in millionths. Most are one, and rounding three million of them takes a second.
_MILLIONTHS = "CAST(CASE WHEN {0} = 1 THEN 1000000 ELSE ROUND({0} * 1000000) END AS bigint)"
#: Every column costs a million rows a fifth of a second: what is one bit stands beside a number.
_GROUPS = (
    "SELECT id, service_id, 2 * {minimum} + CASE WHEN soft THEN 1 ELSE 0 END, {full}"
    " FROM portfolio_dependencygroup{among} ORDER BY id"
)
_MEMBERS = "SELECT group_id, supporter_id, {weight} FROM portfolio_dependency{among} ORDER BY id"
#: With weights beyond this sum sums may not fit, and SQLite does not count exactly.
_EXACT = 2**53


@dataclass(frozen=True, eq=False)
class GateRows:
    """Groups, in order of their numbers, and members in the order in which they were written;
    services by number, thresholds and weights in millionths. ``member_at`` is which of the groups
    each member is of. Members of no group here are left out."""

    group_reliant: Ints
    group_minimum: Ints
    group_full: Ints
    group_soft: Bools
    member_at: Ints
    member_supporter: Ints
    member_weight: Ints

    @property
    def is_exact(self) -> bool:
        """Whether the sums of these weights fit the machine's whole numbers on every database."""
        most = max(self.group_full.max(initial=0), self.member_weight.astype(np.float64).sum())
        return bool(most < _EXACT)

    @property
    def member_reliant(self) -> Ints:
        """The service whose group each member is in."""
        return self.group_reliant[self.member_at]

    @property
    def member_soft(self) -> Bools:
        """Whether the group each member is in is a soft one."""
        return self.group_soft[self.member_at]


def gate_rows(reliant_ids: list[int] | None = None) -> GateRows:
    """The groups of these services, or all groups, with their members. Two queries."""
    among = "" if reliant_ids is None else " WHERE {} IN {{among}}"
    amounts = {
        column: _MILLIONTHS.format(connection.ops.quote_name(column))
        for column in ("minimum", "full", "weight")
    }
    groups = _GROUPS.format(among=among.format("service_id"), **amounts)
    members = _MEMBERS.format(among=among.format("reliant_id"), **amounts)
    number, reliant, said, full = number_columns(groups, 4, reliant_ids)
    group, supporter, weight = number_columns(members, 3, reliant_ids)
    if (number[1:] < number[:-1]).any():
        order = np.argsort(number)
        number, reliant, said, full = (each[order] for each in (number, reliant, said, full))
    at = np.minimum(np.searchsorted(number, group), max(len(number) - 1, 0))
    is_there = number[at] == group if len(number) else np.zeros(len(group), dtype=np.bool_)
    if not is_there.all():
        at, supporter, weight = at[is_there], supporter[is_there], weight[is_there]
    soft = (said & 1).astype(np.bool_)
    return GateRows(reliant, said >> 1, full, soft, at, supporter, weight)


def gates_of(estate: Estate, rows: GateRows) -> Gates:
    """The gates of an estate; services that are not in it are left out."""
    place, is_known = estate.places_of(rows.group_reliant)
    below, is_there = estate.places_of(rows.member_supporter)
    at, weight = rows.member_at, rows.member_weight
    minimum, full, soft = rows.group_minimum, rows.group_full, rows.group_soft
    if not is_known.all():
        is_there &= is_known[at]
        at = (np.cumsum(is_known) - 1)[at]
        place, soft = place[is_known], soft[is_known]
        minimum, full = minimum[is_known], full[is_known]
    if not is_there.all():
        at, below, weight = at[is_there], below[is_there], weight[is_there]
    total = np.bincount(at, weights=weight, minlength=len(place)).astype(np.int64)
    return Gates(
        size=estate.size,
        group_reliant=place,
        group_minimum=np.minimum(minimum, total),
        group_full=np.minimum(full, total),
        group_soft=soft,
        member_group=at,
        member_supporter=below,
        member_weight=weight,
    )
