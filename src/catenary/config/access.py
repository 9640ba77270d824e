"""Reading the settings about who comes in, how often, and from where."""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ImproperlyConfigured


def whole_number(name: str, default: int, low: int, high: int) -> int:
    """The whole number a setting holds; ``ImproperlyConfigured`` when it is none between."""
    said = os.environ.get(name, "").strip() or str(default)
    if not said.isascii() or not said.isdigit() or not low <= int(said[:12]) <= high:
        raise ImproperlyConfigured(f"{name} is a whole number from {low} to {high}")
    return int(said)


def networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks a setting lists, parted by commas: ``10.0.0.0/8, 192.0.2.7, fd00::/8``."""
    words = [word.strip() for word in os.environ.get(name, "").split(",")]
    try:
        return tuple(ip_network(word) for word in words if word)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} lists networks such as 10.0.0.0/8, parted by commas: {error}"
        ) from None
