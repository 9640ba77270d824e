"""The form for a plan: fields to a plain value and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from catenary.domain.condition.codes import CODE_NAMES
from catenary.domain.maintenance.reading import Planned
from catenary.domain.maintenance.rules import WEEKDAYS
from catenary.domain.observations.reading import Wrong
from catenary.domain.quantities import format_duration
from catenary.web.pages.maintenance import FormChoice
from catenary.web.reading import in_words

#: What a text field of the form may hold at most; more is cut, and then refused as too long.
_LONGEST = 5_000
FIELDS = ("title", "text", "condition", "zone", "start", "duration", "rhythm", "rule", "until")
_RHYTHMS = ("once", "daily", "weekly", "monthly-day", "monthly-weekday", "rule")


def values_of(form: QueryDict) -> dict[str, str]:
    """What was typed; ``pick`` is a start that was clicked instead of the one typed."""
    values = {name: form.get(name, "")[:_LONGEST] for name in FIELDS}
    if form.get("pick"):
        values["start"] = form.get("pick", "")[:40]
    return values


def services_of(form: QueryDict) -> tuple[str, ...]:
    """The services that were typed or chosen, each once."""
    typed = (text.strip()[:300] for text in form.getlist("service"))
    return tuple(dict.fromkeys(text for text in typed if text))[:250]


def plain_of(values: dict[str, str], services: Sequence[str]) -> dict[str, Any]:
    """The plan that was typed, as programs send it."""
    return {
        "title": values["title"],
        "text": values["text"],
        "services": list(services),
        "condition": values["condition"] or "down",
        "zone": values["zone"],
        "start": values["start"],
        "duration": values["duration"],
        "repeats": _rule(values),
    }


def values_of_plan(planned: Planned) -> dict[str, str]:
    """The fields that say what is planned; a rule stays as it is written."""
    window = planned.window
    return {
        "title": planned.title,
        "text": planned.text,
        "condition": CODE_NAMES[planned.condition],
        "zone": window.zone,
        "start": window.start.isoformat(timespec="minutes"),
        "duration": format_duration(window.duration),
        "rhythm": "rule" if planned.repeats else "once",
        "rule": planned.repeats,
        "until": "",
    }


def _rule(values: dict[str, str]) -> str:
    rhythm = values["rhythm"] or "once"
    if rhythm == "rule":
        return values["rule"]
    if rhythm == "once" or rhythm not in _RHYTHMS:
        return ""
    try:
        start = datetime.fromisoformat(values["start"])
    except ValueError:
        # The start itself is said to be wrong.
        return ""
    day = WEEKDAYS[start.weekday()]
    rule = {
        "daily": "FREQ=DAILY",
        "weekly": f"FREQ=WEEKLY;BYDAY={day}",
        "monthly-day": f"FREQ=MONTHLY;BYMONTHDAY={start.day}",
        "monthly-weekday": f"FREQ=MONTHLY;BYDAY={(start.day - 1) // 7 + 1}{day}",
    }[rhythm]
    until = values["until"].replace("-", "")
    return f"{rule};UNTIL={until}" if until else rule


def rhythms(chosen: str) -> tuple[FormChoice, ...]:
    """How often it may take place."""
    words = {
        "once": _("once"),
        "daily": _("every day"),
        "weekly": _("every week on this day"),
        "monthly-day": _("every month on this date"),
        "monthly-weekday": _("every month on this weekday (the first Sunday)"),
        "rule": _("by a rule of its own"),
    }
    known = chosen if chosen in words else "once"
    return tuple(FormChoice(value, word, value == known) for value, word in words.items())


def conditions(chosen: str) -> tuple[FormChoice, ...]:
    """What the services are meanwhile."""
    words = {"down": _("down"), "degraded": _("degraded")}
    known = chosen if chosen in words else "down"
    return tuple(FormChoice(value, word, value == known) for value, word in words.items())


def problems(reasons: Sequence[Wrong]) -> dict[str, tuple[str, ...]]:
    """What is wrong, by the field of the form at which it is said."""
    found: dict[str, tuple[str, ...]] = {}
    for reason in reasons:
        field = {"repeats": "rhythm", "changes": ""}.get(reason.field, reason.field)
        expected = in_words(reason.expected)
        sentence = in_words(reason.sentence)
        told = f"{sentence}: {expected}" if expected else sentence
        found[field] = (*found.get(field, ()), told)
    return found
