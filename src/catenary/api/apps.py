"""The API door's Django registration: it brings its own reference page."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Registered as ``api``."""

    name = "catenary.api"
    label = "api"
