"""Inlets that do not do what they were opened for, told to whoever runs the installation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, Sum

from catenary.apps.access.operations.second_factors import unseal
from catenary.apps.monitoring.models import Inlet, RefusedItem

#: Never heard so long after it was opened, or not heard for so long, an inlet is silent.
NEVER_HEARD, SILENT = timedelta(days=1), timedelta(days=7)
#: So many items refused, the last of them within a day, are more than a slip.
MUCH_REFUSED, LATELY = 10, timedelta(days=1)


@dataclass(frozen=True, slots=True)
class InletHealth:
    """Names of open inlets, as organization/name: those nobody reports through, those that refuse
    much, and those whose signing secret cannot be read any more."""

    silent: tuple[str, ...] = ()
    refusing: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def inlet_health(at: datetime) -> InletHealth:
    """How open inlets do at a moment; three queries."""
    rows = Inlet.objects.filter(closed_at__isnull=True, organization__removed_at__isnull=True)
    rows = rows.order_by("organization__key", "key")
    silent = rows.filter(
        Q(account__heard_at__isnull=True, opened_at__lt=at - NEVER_HEARD)
        | Q(account__heard_at__lt=at - SILENT)
    )
    much = (
        RefusedItem.objects.filter(at__gte=at - LATELY)
        .values("inlet_id")
        .annotate(n=Sum("times"))
        .filter(n__gte=MUCH_REFUSED)
    )
    signing = rows.filter(proof="hmac").values_list("organization__key", "key", "sealed")
    return InletHealth(
        silent=_names(silent.values_list("organization__key", "key")),
        refusing=_names(
            rows.filter(id__in=much.values("inlet_id")).values_list("organization__key", "key")
        ),
        unreadable=_names((house, key) for house, key, sealed in signing if not unseal(sealed)),
    )


def _names(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"{house}/{key}" for house, key in pairs)
