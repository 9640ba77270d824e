"""Moments, days and sentences as the reader writes and reads them, and what words mean."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from catenary.web import reading
from catenary.web.help.terms import TERMS, Term

register = template.Library()


@register.filter
def moment(at: datetime | None) -> str:
    """``3 March 2024, 14:05 UTC``; nothing for nothing."""
    return "" if at is None else reading.moment(at)


@register.filter
def second(at: datetime) -> str:
    """``3 March 2024, 14:05:09 UTC``: where the order within a minute matters."""
    return reading.second(at)


@register.filter
def day(at: date | datetime | None) -> str:
    """``3 March 2024``, the day it was where the reader reads; nothing for nothing."""
    if isinstance(at, datetime):
        at = timezone.localtime(at)
    return "" if at is None else date_format(at, "DATE_FORMAT")


@register.filter
def in_words(text: str) -> str:
    """A sentence of the foundation (a finding, a problem, a refusal) in the reader's language."""
    return reading.in_words(text)


@register.inclusion_tag("partials/help.html")
def help_with(key: str) -> dict[str, Term]:
    """What a word means, closed until somebody asks: ``{% help_with "outcome" %}``. It stands in
    a row beside a heading. A word that is not among the terms is a mistake of ours."""
    return {"term": TERMS[key]}
