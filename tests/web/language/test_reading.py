"""Sentences, figures, times and dates as each language writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from catenary.domain.documents.hours import describe
from catenary.domain.documents.shapes import ServiceHours, WeeklySpan
from catenary.domain.said import figure as figure_said
from catenary.domain.said import said, said_of
from catenary.web import reading

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "whole", "share", "time", "at"),
    [
        ("en", "1,204.5", f"99.95{NBSP}%", "1 h 30 min", f"3 March 2024, 14:05{NBSP}UTC"),
        ("de", "1.204,5", f"99,95{NBSP}%", "1 Std. 30 Min.", f"3. März 2024, 14:05{NBSP}UTC"),
    ],
)
def test_figures_and_moments(language: str, whole: str, share: str, time: str, at: str) -> None:
    with translation.override(language):
        assert reading.figure(Decimal("1204.500")) == whole
        assert reading.percentage(Decimal("99.950")) == share
        assert reading.duration(5_400_000_000) == time
        assert reading.moment(datetime(2024, 3, 3, 14, 5, tzinfo=UTC)) == at


@pytest.mark.parametrize(
    ("language", "typed", "written"),
    [
        ("de", "99,95", "99.95"),
        ("de", f" 99,95{NBSP}% ", f" 99.95{NBSP}% "),
        ("de", "99.95", "99.95"),
        ("de", "1.204,5", "1.204,5"),
        ("de", "1,2,3", "1,2,3"),
        ("de", "a,b", "a,b"),
        ("en", "99,95", "99,95"),
    ],
)
def test_a_figure_may_be_typed_with_the_comma_of_ones_language(
    language: str, typed: str, written: str
) -> None:
    with translation.override(language):
        assert reading.typed_figure(typed) == written


def test_a_sentence_is_said_anew_with_what_fills_it() -> None:
    inner = said_of(
        2,
        "{n} service relies on it ({services})",
        "{n} services rely on it ({services})",
        figure_said(1204),
        "CRM",
    )
    sentence = said("{service} is retired, but {uses}.", "live", inner)

    with translation.override("de"):
        told = reading.in_words(sentence)

    # "live" is here the name of a service, and names are nobody's to translate.
    assert told == "live ist stillgelegt, aber 1.204 Services stützen sich auf ihn (CRM)."
    assert reading.in_words(sentence) == sentence


def test_text_that_is_not_ours_stays_as_it_is() -> None:
    with translation.override("de"):
        assert reading.in_words("live") == "live"


def test_service_hours_are_said_aloud() -> None:
    spans = tuple(WeeklySpan(day, 480, 1080) for day in range(5))
    hours = ServiceHours("Europe/Berlin", (*spans, WeeklySpan(5, 540, 720)))

    with translation.override("de"):
        told = reading.in_words(describe(hours))

    assert told == "Montag bis Freitag 08:00–\u206018:00; Samstag 09:00–\u206012:00, Europe/Berlin"
