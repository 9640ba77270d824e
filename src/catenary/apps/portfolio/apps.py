"""The portfolio room's Django registration."""

from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    """Registered as ``portfolio``."""

    name = "catenary.apps.portfolio"
    label = "portfolio"
    default_auto_field = "django.db.models.BigAutoField"
