"""Thresholds in words, as they stand on the gates of the picture and in the table beside it."""

from __future__ import annotations

from decimal import Decimal

from catenary.domain.documents.shapes import DependencyGroupDocument
from catenary.domain.said import figure, said


def threshold_words(group: DependencyGroupDocument) -> str:
    """What a dependency group needs, short and exact.

    Empty for one essential supporter; ``soft`` when losing it only degrades. Members of weight 1
    are counted ("any 1 of 2", "2 of 3", "1 of 2 needed, 2 for full"); other weights are summed
    ("50 of 120 needed, 100 for full").
    """
    words = _hard_words(group)
    if not group.soft:
        return words
    return said("{threshold}, soft", words) if words else said("soft")


def weight_words(group: DependencyGroupDocument) -> tuple[str, ...]:
    """The weight of each member in words, in their order; empty words where all weigh 1."""
    if all(member.weight == 1 for member in group.members):
        return ("",) * len(group.members)
    return tuple(figure(member.weight, plain_number(member.weight)) for member in group.members)


def plain_number(amount: Decimal) -> str:
    """A number without trailing zeros and without an exponent: ``50``, ``0.5``."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _hard_words(group: DependencyGroupDocument) -> str:
    if len(group.members) == 1:
        # Whatever its weight: there is one supporter, and it is there or it is not.
        return ""
    minimum, full, total = (
        figure(amount, plain_number(amount)) for amount in (group.minimum, group.full, group.total)
    )
    counted = all(member.weight == 1 for member in group.members)
    if group.full > group.minimum:
        return said("{minimum} of {total} needed, {full} for full", minimum, total, full)
    if not counted:
        return said("{minimum} of {total} needed", minimum, total)
    if group.minimum == 1:
        return said("any 1 of {total}", total)
    if group.minimum == group.total:
        return said("all {total}", total)
    return said("{minimum} of {total}", minimum, total)
