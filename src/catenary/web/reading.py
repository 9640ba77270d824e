"""In the reader's language: sentences of the foundation, moments and figures.

Documents, files and programs keep the one exact writing (``99.9 %``, ISO dates); only what is
shown on a page is written as the reader writes it.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import gettext, ngettext

from catenary.domain.actors import BY_HAND, manager_in_words
from catenary.domain.quantities import MICROSECONDS
from catenary.domain.said import Figure, Said, places


def in_words(text: str) -> str:
    """A sentence of ours in the reader's language, with what it names left as it is; any other
    text comes back unchanged."""
    if isinstance(text, Figure):
        return figure(text.amount)
    if not isinstance(text, Said):
        return text
    pattern = ngettext(text.pattern, text.many, text.number) if text.many else gettext(text.pattern)
    values = map(in_words, text.values)
    return pattern.format_map(dict(zip(places(text.pattern), values, strict=True)))


def manager_words(managed_by: str) -> str:
    """What else manages an object, in words; nothing when it is managed by hand."""
    if not managed_by or managed_by == BY_HAND:
        return ""
    return in_words(manager_in_words(managed_by))


def figure(amount: Decimal | int) -> str:
    """``1,204.5`` or ``1.204,5``, exactly and without trailing zeros."""
    if isinstance(amount, Decimal):
        written = f"{amount:f}"
        amount = Decimal(written.rstrip("0").rstrip(".")) if "." in written else amount
    return number_format(amount, force_grouping=True)


_WITH_COMMA = re.compile(r"\s*[0-9]+,[0-9]+\s*%?\s*")


def typed_figure(text: str) -> str:
    """A figure as documents write it: ``99,95 %`` is ``99.95 %`` where the reader's language has a
    decimal comma. Everything else is left as it was typed, for the documents to say what is wrong
    with it: to others a comma may stand between thousands."""
    if get_format("DECIMAL_SEPARATOR") == "," and _WITH_COMMA.fullmatch(text):
        return text.replace(",", ".")
    return text


def percentage(share: Decimal) -> str:
    """``99.9 %`` or ``99,9 %``; the space does not break."""
    return f"{figure(share)}\N{NO-BREAK SPACE}%"


def amount(number: Decimal, unit: str) -> str:
    """``1,400 concurrent users``: the unit is the catalogue's own word."""
    return f"{figure(number)} {unit}"


def duration(microseconds: int) -> str:
    """``1 h 30 min``, in the short words of the reader's language; nothing is ``0 min``."""
    words = {
        "d": gettext("{n} d"),
        "h": gettext("{n} h"),
        "min": gettext("{n} min"),
        "s": gettext("{n} s"),
        "ms": gettext("{n} ms"),
        "us": gettext("{n} µs"),
    }
    parts = []
    rest = microseconds
    for unit, size in MICROSECONDS.items():
        count, rest = divmod(rest, size)
        if count:
            parts.append(words[unit].format(n=figure(count)))
    return " ".join(parts) or words["min"].format(n="0")


def second(at: datetime) -> str:
    """``3 March 2024, 14:05:09 UTC``."""
    local = timezone.localtime(at)
    written = f"{get_format('DATETIME_FORMAT')}:s"
    return f"{date_format(local, written)}\N{NO-BREAK SPACE}{local.tzname()}"


def moment(at: datetime) -> str:
    """``3 March 2024, 14:05 UTC``: the zone is always said."""
    local = timezone.localtime(at)
    return f"{date_format(local, 'DATETIME_FORMAT')}\N{NO-BREAK SPACE}{local.tzname()}"
