"""The organizations room's Django registration."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """Registered as ``organizations``."""

    name = "catenary.apps.organizations"
    label = "organizations"
    default_auto_field = "django.db.models.BigAutoField"
