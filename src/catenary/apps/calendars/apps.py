"""The calendars room's Django registration."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    """Registered as ``calendars``."""

    name = "catenary.apps.calendars"
    label = "calendars"
    default_auto_field = "django.db.models.BigAutoField"
