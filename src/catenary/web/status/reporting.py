"""The form in which people report a condition, and from it the words that are recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from catenary.apps.monitoring.operations.recording import record_observations
from catenary.domain.actors import Actor
from catenary.domain.observations.lasting import lasting
from catenary.domain.observations.reading import LONGEST_TEXT
from catenary.web.pages.service_status import FormChoice, ReportForm
from catenary.web.status.timeline import condition_mark
from catenary.web.words import condition_word

FIELDS = ("condition", "at", "until", "planned", "share", "text")
_CONDITIONS = ("down", "degraded", "operational", "unknown", "cleared")
_PLANS = {"": None, "yes": True, "no": False}


class NotAllowed(Exception):
    """Whoever asks may see the service and not report of it."""


@dataclass
class _Words:
    said: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def report(
    *, actor: Actor, reference: str, typed: Mapping[str, str], at: datetime
) -> tuple[str, ...]:
    """Record what the form says; the problems when nothing was. Raises `NotAllowed` and
    `CatalogueBusy`."""
    words = _read(reference, typed, at)
    if words.problems:
        return tuple(words.problems)
    found = record_observations(actor=actor, at=at, words=words.said)
    reasons = [reason for refused in found.refused for reason in refused.reasons]
    if any(reason.code == "not-allowed" for reason in reasons):
        raise NotAllowed
    return tuple(dict.fromkeys(_in_words(reason.field, reason.code) for reason in reasons))


def report_form(
    typed: Mapping[str, str], problems: tuple[str, ...] = (), *, offers_well: bool = False
) -> ReportForm:
    """The form with what was typed."""
    chosen, plan = typed.get("condition", ""), typed.get("planned", "")
    helps = {
        "unknown": _("nobody knows at the moment"),
        "cleared": _("people say nothing any more; monitors are still heard"),
    }
    plans = {
        "": _("not said: what was announced as maintenance covers it"),
        "yes": _("yes, it is maintenance"),
        "no": _("no, it is a fault, even during maintenance"),
    }
    return ReportForm(
        conditions=tuple(
            FormChoice(
                value,
                _("nothing any more") if value == "cleared" else condition_word(value),
                helps.get(value, ""),
                None if value == "cleared" else condition_mark(value),
                value == chosen,
            )
            for value in _CONDITIONS
        ),
        plans=tuple(
            FormChoice(value, words, is_chosen=value == plan) for value, words in plans.items()
        ),
        typed={name: typed.get(name, "") for name in FIELDS},
        zone=timezone.get_current_timezone_name(),
        problems=problems,
        offers_well=offers_well,
    )


def _read(reference: str, typed: Mapping[str, str], at: datetime) -> _Words:
    found = _Words()
    condition = typed.get("condition", "")
    if condition not in _CONDITIONS:
        found.problems.append(_("Choose the condition it is in."))
    begins = _moment(typed.get("at", ""), found, _("When"))
    until = _moment(typed.get("until", ""), found, _("Until"))
    plan = typed.get("planned", "")
    if plan not in _PLANS:
        found.problems.append(_("Say whether it is planned."))
    start = begins or at
    if until is not None and until <= start:
        found.problems.append(_("It ends before it begins."))
    if found.problems:
        return found
    word: dict[str, Any] = {
        "service": reference,
        "condition": condition,
        "at": start.isoformat(),
        "planned": _PLANS[plan],
        "text": typed.get("text", "")[: LONGEST_TEXT + 1],
    }
    share = typed.get("share", "").strip()[:20]
    if share:
        word["share"] = share if share.endswith("%") else f"{share} %"
    found.said += [word] if until is None else lasting(word, start=start, until=until, now=at)
    return found


def _moment(text: str, found: _Words, name: str) -> datetime | None:
    """A date and time as browsers send them, read by the clock of whoever typed it."""
    text = text.strip()[:40]
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or len(text) < len("2026-01-01T00:00"):
        found.problems.append(_("{field}: write a date and a time.").format(field=name))
        return None
    if read.tzinfo is None:
        try:
            read = timezone.make_aware(read)
            read + timedelta(0)
        except (OverflowError, ValueError):
            found.problems.append(_("{field}: write a date and a time.").format(field=name))
            return None
    return read


def _in_words(field: str, code: str) -> str:
    said = {
        ("at", "in-the-future"): _(
            "When: this has not come yet. What is to come is announced as maintenance."
        ),
        ("at", "before-the-epoch"): _("When: write a time after 1970."),
        ("share", "invalid"): _("Affected: write a percentage, such as 30 %."),
        ("text", "too-long"): _("What happened: at most 4,000 characters."),
    }
    return said.get((field, code), _("This could not be recorded: look at what you typed."))
