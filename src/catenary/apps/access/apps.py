"""The access room's Django registration."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Registered as ``access``."""

    name = "catenary.apps.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
