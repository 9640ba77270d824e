"""A week of openings as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catenary.domain.service_hours.days import Day

_LABEL, _HOUR, _ROW, _TOP = 46, 15, 26, 20
_WIDTH = _LABEL + 24 * _HOUR + 10
_BAR = 16


def week_picture(
    days: Sequence[Day], labels: Sequence[str], *, today: int | None, minute: int
) -> SafeString:
    """Seven rows of a day each, bars where it is open. ``today`` is the row of the present with a
    line at ``minute``; none when it is not in this week. The table beside it says the same."""
    height = _TOP + len(days) * _ROW + 4
    grid = format_html_join(
        "",
        '<line class="hour" x1="{0}" y1="{1}" x2="{0}" y2="{2}"></line>'
        '<text class="scale" x="{0}" y="13">{3}</text>',
        ((_x(hour * 60), _TOP - 3, height - 4, f"{hour:02d}") for hour in range(0, 25, 6)),
    )
    rows = format_html_join(
        "", "{}", ((_row(at, day, labels[at], at == today),) for at, day in enumerate(days))
    )
    line = ""
    if today is not None:
        top = _TOP + today * _ROW
        line = format_html(
            '<line class="now" x1="{0}" y1="{1}" x2="{0}" y2="{2}"></line>',
            _x(minute),
            top,
            top + _ROW,
        )
    return format_html(
        '<svg class="week" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        _WIDTH,
        height,
        _("The week as bars: when it is open. The table says the same."),
        grid,
        rows,
        line,
    )


def _row(at: int, day: Day, label: str, is_today: bool) -> SafeString:
    top = _TOP + at * _ROW + (_ROW - _BAR) // 2
    closed = format_html(
        '<rect class="closed" x="{}" y="{}" width="{}" height="{}" rx="3"></rect>',
        _LABEL,
        top,
        24 * _HOUR,
        _BAR,
    )
    bars = format_html_join(
        "",
        '<rect class="open" x="{}" y="{}" width="{}" height="{}" rx="3"></rect>',
        ((_x(start), top, f"{(end - start) * _HOUR / 60:g}", _BAR) for start, end in day.spans),
    )
    name = format_html(
        '<text class="{}" x="{}" y="{}">{}</text>',
        "day today" if is_today else "day",
        _LABEL - 8,
        top + _BAR - 4,
        label,
    )
    return format_html("{}{}{}", closed, bars, name)


def _x(minute: int) -> str:
    # With a point whatever the reader's language.
    return f"{_LABEL + minute * _HOUR / 60:g}"
