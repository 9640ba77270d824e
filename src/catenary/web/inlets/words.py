"""Words about inlets in the reader's language."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.queries.inlets import InletView, Reason, RefusedRow
from catenary.connectors.opening import KINDS
from catenary.web.pages.tokens import Choice
from catenary.web.reading import figure, in_words, second


def kind_words(kind: str) -> str:
    """What reports to an inlet of a kind."""
    words = {
        "alertmanager": _("Prometheus Alertmanager"),
        "webhook": _("Any JSON, by a mapping"),
        "cloudevents": _("CloudEvents"),
        "nagios": _("Icinga or Nagios"),
        "heartbeat": _("Signs of life"),
        "probe": _("Looking by ourselves"),
    }
    return words.get(kind, kind)


def kinds(chosen: str = "alertmanager") -> tuple[Choice, ...]:
    """The kinds one may choose from."""
    return tuple(Choice(name, kind_words(name), is_chosen=name == chosen) for name in KINDS)


def proofs(chosen: str = "secret") -> tuple[Choice, ...]:
    """How a sender may prove who it is."""
    return (
        Choice("secret", _("shows a secret"), _("sent along, as Alertmanager can"),
               chosen != "hmac"),
        Choice("hmac", _("signs"), _("the secret is never sent, it signs each delivery"),
               chosen == "hmac"),
    )  # fmt: skip


def counts(view: InletView) -> tuple[tuple[str, str], ...]:
    """How much became what."""
    told = (
        (_("Taken"), view.taken),
        (_("Said before"), view.repeated),
        (_("Of no concern"), view.passed_over),
        (_("Time put right"), view.corrected),
        (_("Refused"), view.refused),
    )
    return tuple((word, figure(count)) for word, count in told)


def waited(view: InletView) -> str:
    """How many deliveries were told to come again later."""
    told = ngettext("{n} delivery", "{n} deliveries", view.told_to_wait)
    return told.format(n=figure(view.told_to_wait))


def often(row: RefusedRow) -> str:
    """How often the same was refused; nothing for once."""
    if row.times == 1:
        return ""
    return ngettext("{n} time", "{n} times", row.times).format(n=figure(row.times))


def since(row: RefusedRow) -> str:
    """Since when the same was refused: the time alone when that was the day of the last."""
    begun, last = timezone.localtime(row.since), timezone.localtime(row.at)
    return f"{begun:%H:%M:%S}" if begun.date() == last.date() else second(row.since)


def reason_words(reason: Reason) -> str:
    """Why something was refused; what was kept before sentences were is English."""
    if not reason.sentence:
        return reason.text
    told = in_words(reason.sentence)
    if reason.expected:
        told = _("{sentence}; expected: {expected}").format(
            sentence=told, expected=in_words(reason.expected)
        )
    return f"{reason.field}: {told}" if reason.field else told
