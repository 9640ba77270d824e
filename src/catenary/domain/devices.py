"""A browser in a few words, from what it says about itself."""

from __future__ import annotations

import re

_BROWSERS = (
    ("Edg(?:e|A|iOS)?/", "Edge"),
    ("OPR/|Opera", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/|FxiOS/", "Firefox"),
    ("Chrome/|CriOS/|Chromium/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("iPhone|iPad|iOS", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X|Macintosh", "macOS"),
    ("Linux|X11", "Linux"),
)


def browser_words(user_agent: str) -> tuple[str, str]:
    """Browser and operating system; empty where they cannot be told. It is what the browser
    says: good for recognizing one's own, no proof of anything."""
    return _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)


def _first(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    return next((word for pattern, word in patterns if re.search(pattern, text)), "")
