"""Words of the monitoring room."""

from __future__ import annotations

from enum import StrEnum


class SourceKind(StrEnum):
    """What speaks: people by hand, a monitor, an import of histories, a schedule."""

    HAND = "hand"
    MONITOR = "monitor"
    IMPORT = "import"
    SCHEDULE = "schedule"


class Outcome(StrEnum):
    """What became of a word that was taken: it is new, or the same was said before."""

    RECORDED = "recorded"
    REPEATED = "repeated"


class About(StrEnum):
    """Whose conditions somebody wants to hear of: one service's, of all an organization consumes,
    or of all it provides."""

    SERVICE = "service"
    CONSUMED = "consumed"
    PROVIDED = "provided"


class Channel(StrEnum):
    """How somebody hears."""

    MAIL = "mail"
    WEBHOOK = "webhook"
