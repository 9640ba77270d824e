"""What stands in an area of organizations, as selections that go into other rooms' queries."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from catenary.apps.portfolio.models import Consumption, Service


def services_in(organizations: Any) -> Any:
    """The numbers of services that these organizations provide, removed ones too."""
    return Service.objects.filter(provider__in=organizations).values("pk")


def consumption_in(organizations: Any) -> Any:
    """The numbers of consumptions by these organizations, or of a service of theirs."""
    return Consumption.objects.filter(
        Q(consumer__in=organizations) | Q(service__provider__in=organizations)
    ).values("pk")
