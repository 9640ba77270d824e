"""The history room's Django registration."""

from django.apps import AppConfig


class HistoryConfig(AppConfig):
    """Registered as ``history``."""

    name = "catenary.apps.history"
    label = "history"
    default_auto_field = "django.db.models.BigAutoField"
