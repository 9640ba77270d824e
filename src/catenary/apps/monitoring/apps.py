"""The monitoring room's Django registration."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Registered as ``monitoring``."""

    name = "catenary.apps.monitoring"
    label = "monitoring"
    default_auto_field = "django.db.models.BigAutoField"
