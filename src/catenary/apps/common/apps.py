"""The common room's Django registration."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Registered as ``common``."""

    name = "catenary.apps.common"
    label = "common"
    default_auto_field = "django.db.models.BigAutoField"
