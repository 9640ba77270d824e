"""Words of the monitoring room."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy

#: The words for what services are shown as (`queries.status.SHOWN`), and for ranges.
CONDITION_WORDS: dict[str, LazyText] = {
    "operational": gettext_lazy("operational"),
    "degraded": gettext_lazy("degraded"),
    "down": gettext_lazy("down"),
    "unknown": gettext_lazy("unknown"),
    "maintenance": gettext_lazy("maintenance"),
    "possibly degraded": gettext_lazy("possibly degraded"),
    "possibly down": gettext_lazy("possibly down"),
    "degraded, possibly down": gettext_lazy("degraded, possibly down"),
}


def condition_word(condition: str) -> str:
    """The word for a condition in the reader's language; an unknown one is shown as it is."""
    return str(CONDITION_WORDS.get(condition, condition))


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
