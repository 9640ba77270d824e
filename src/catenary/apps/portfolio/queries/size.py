"""How much there is, for those who run the installation; no names, so nobody's permission."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.apps.portfolio.models import Dependency, Service


@dataclass(frozen=True, slots=True)
class PortfolioSize:
    """Live services, and dependencies between services."""

    services: int
    dependencies: int


def portfolio_size() -> PortfolioSize:
    """The counts of this moment."""
    return PortfolioSize(
        Service.objects.filter(removed_at__isnull=True).count(), Dependency.objects.count()
    )
