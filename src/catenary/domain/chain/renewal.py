"""A new version of a compiled chain out of the one before, when only some services changed.

What stays is taken over as it was compiled, and the levels too while every new reliance points
downward and no loop is touched: finding loops and levels is what takes longest. When they may
have changed they are found anew.
"""

from __future__ import annotations

import numpy as np

from catenary.domain.chain.compiled import Chain, arranged
from catenary.domain.chain.levels import Levels, levels_of
from catenary.domain.chain.rows import GroupRows, group_rows, ranges
from catenary.domain.estate import Bools, Ints
from catenary.domain.impact import Gates

#: The new position of a service that is gone.
GONE = -1


def renewed(chain: Chain, moved: Ints, touched: Ints, gates: Gates) -> Chain:
    """The chain with other groups for the ``touched`` services.

    ``moved`` has the new position of every service by its old one, `GONE` for those removed.
    ``touched`` are the new positions of those whose groups are said anew, all of them in
    ``gates``: changed and created services, and whoever relied on one that is gone.
    Raises ValueError when somebody relies on what is gone and was not said anew.
    """
    kept = _kept(chain, moved, touched)
    fresh = group_rows(gates)
    rows = kept.joined_with(fresh) if len(fresh.count) else kept
    levels = _same_levels(chain, moved, gates.size, touched, fresh)
    if levels is None:
        levels = levels_of(gates.size, rows.reliant[rows.member_group], rows.supporter)
    return arranged(rows, levels)


def _kept(chain: Chain, moved: Ints, touched: Ints) -> GroupRows:
    """The groups of everybody else, by new position."""
    is_touched = np.zeros(int(max(moved.max(initial=0), touched.max(initial=0))) + 1, np.bool_)
    is_touched[touched] = True
    reliant = moved[chain.position[chain.group_owner]]
    groups = np.flatnonzero((reliant != GONE) & ~is_touched[reliant])
    members, count = chain.members_of(groups)
    supporter = moved[chain.position[chain.member[members]]]
    if (supporter == GONE).any():
        raise ValueError("somebody relies on a service that is gone")
    wide, places = chain.wide, chain.wide_places(groups)
    weight = chain.weight[members].astype(wide.weight.dtype)
    field = chain.bias[groups]
    full, minimum = (spare.astype(wide.weight.dtype) for spare in chain.narrow_spares(field))
    is_wide = places >= 0
    if is_wide.any():
        at = places[is_wide]
        full[is_wide], minimum[is_wide] = wide.spare_full[at], wide.spare_minimum[at]
        weight[np.repeat(is_wide, count)] = wide.weight[ranges(wide.start[at], count[is_wide])]
    return GroupRows(reliant[groups], chain.soft[groups], full, minimum, count, supporter, weight)


def _same_levels(
    chain: Chain, moved: Ints, size: int, touched: Ints, fresh: GroupRows
) -> Levels | None:
    """The levels as they were, with those created put where they fit; none when somebody would
    have to move."""
    level = np.full(size, GONE, dtype=np.int64)
    is_in_loop = np.zeros(size, dtype=np.bool_)
    loop = np.zeros(size, dtype=np.int64)
    stays = np.flatnonzero(moved != GONE)
    ranks = chain.rank[stays]
    level[moved[stays]] = chain.level[ranks]
    loop[moved[stays]] = chain.loop[ranks]
    is_in_loop[moved[stays]] = chain.loop[ranks] >= 0
    if is_in_loop[touched].any() or (chain.loop[chain.rank[moved == GONE]] >= 0).any():
        return None
    is_new: Bools = level == GONE
    reliant = fresh.reliant[fresh.member_group]
    needed = np.zeros(size, dtype=np.int64)
    np.maximum.at(needed, reliant, level[fresh.supporter] + 1)
    level[is_new] = needed[is_new]
    return Levels(level, loop, is_in_loop) if _is_downward(level, reliant, fresh) else None


def _is_downward(level: Ints, reliant: Ints, fresh: GroupRows) -> bool:
    return bool((level[reliant] > level[fresh.supporter]).all())
