"""The web door's Django registration: its templates and static files."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registered as ``web``."""

    name = "catenary.web"
    label = "web"
