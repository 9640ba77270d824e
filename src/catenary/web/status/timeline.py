"""The course of a service's conditions as a picture, and the same as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.choices import period_words
from catenary.apps.monitoring.queries.courses import ShownStretch
from catenary.web import addresses
from catenary.web.pages.marks import Chip, ConditionMark, Count
from catenary.web.pages.service_status import Timeline, TimelineRow
from catenary.web.reading import duration, figure

#: Days that can be looked at, and those looked at without asking.
SPANS = (1, 7, 30, 90)
USUAL = 7
_WIDTH, _HEIGHT, _TOP, _FOOT = 960, 48, 4, 22
#: The worse, the higher: the picture reads without its colours.
_TALL = {"down": 48, "degraded": 34, "unknown": 22, "planned": 22, "operational": 12}
_MOST_ROWS = 100
_HATCHED = ("unknown", "planned")
#: So wide is a bar at least, and so wide the last one while it stands: an outage of a minute in
#: ninety days is still seen, and more so one that runs now.
_LEAST = {"down": 4.0, "degraded": 4.0, "unknown": 2.5, "planned": 2.5, "operational": 0.0}
_LEAST_NOW = 12.0


def timeline(
    stretches: Sequence[ShownStretch],
    start: datetime,
    end: datetime,
    days: int,
    reference: str,
) -> Timeline:
    """The course in ``[start, end)``, of which ``end`` is now."""
    rows = tuple(_rows(stretches, end))
    return Timeline(
        svg=_svg(stretches, start, end),
        rows=rows[:_MOST_ROWS],
        count=Count(len(rows)),
        spans=tuple(
            Chip(
                ngettext("{n} day", "{n} days", span).format(n=figure(span)),
                "filter" if span == days else "plain",
                url=addresses.service_status(reference, days=str(span)),
            )
            for span in SPANS
        ),
    )


def condition_mark(kind: str) -> ConditionMark:
    """The mark of what a service is shown as."""
    kind = {"at-risk": "operational", "unheard": "unknown"}.get(kind, kind)
    return ConditionMark("planned" if kind == "maintenance" else kind)


def _rows(stretches: Sequence[ShownStretch], end: datetime) -> Iterator[TimelineRow]:
    for each in reversed(stretches):
        length = (each.end - each.start) // timedelta(seconds=1) * 1_000_000
        yield TimelineRow(
            mark=condition_mark(each.shown),
            words="",
            start=each.start,
            until=None if each.end >= end else each.end,
            length=duration(length),
        )


def _svg(stretches: Sequence[ShownStretch], start: datetime, end: datetime) -> SafeString:
    whole = (end - start) / timedelta(microseconds=1)

    def x(at: datetime) -> float:
        return round((at - start) / timedelta(microseconds=1) / whole * _WIDTH, 2)

    # What is drawn wider than it was covers only what is better: the worst comes last.
    worst_last = sorted(stretches, key=lambda each: _TALL[condition_mark(each.shown).condition])
    bars = format_html_join(
        "",
        "{}",
        ((_bar(each, x(each.start), x(each.end), is_now=each.end >= end),) for each in worst_last),
    )
    ticks = format_html_join(
        "",
        '<line class="tick" x1="{0}" y1="{1}" x2="{0}" y2="{2}"></line>'
        '<text class="scale" x="{0}" y="{3}">{4}</text>',
        (
            (x(at), _TOP + _HEIGHT, _TOP + _HEIGHT + 5, _TOP + _HEIGHT + 19, words)
            for at, words in _ticks(start, end)
        ),
    )
    patterns = format_html_join(
        "",
        '<pattern id="timeline-{0}" class="hatch is-{0}" width="6" height="6"'
        ' patternUnits="userSpaceOnUse" patternTransform="rotate({1})">'
        '<line x1="0" y1="0" x2="0" y2="6"></line></pattern>',
        ((name, angle) for name, angle in zip(_HATCHED, (0, 45), strict=True)),
    )
    height = _TOP + _HEIGHT + _FOOT
    return format_html(
        '<svg class="timeline" viewBox="0 0 {} {}" role="img" aria-label="{}"><defs>{}</defs>'
        '<line class="floor" x1="0" y1="{}" x2="{}" y2="{}"></line>{}{}</svg>',
        _WIDTH,
        height,
        _("The course of the condition: the worse, the higher. The table says the same."),
        patterns,
        _TOP + _HEIGHT,
        _WIDTH,
        _TOP + _HEIGHT,
        bars,
        ticks,
    )


def _bar(each: ShownStretch, left: float, right: float, *, is_now: bool) -> SafeString:
    mark = condition_mark(each.shown)
    tall, least = _TALL[mark.condition], _LEAST[mark.condition]
    if is_now and least:
        least = _LEAST_NOW
    wide = round(max(right - left, least), 2)
    return format_html(
        '<rect class="bar is-{}"{} x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
        mark.condition,
        format_html(' fill="url(#timeline-{})"', mark.condition)
        if mark.condition in _HATCHED
        else "",
        round(min(left, _WIDTH - wide), 2),
        _TOP + _HEIGHT - tall,
        wide,
        tall,
        _("{condition}: {when}").format(
            condition=mark.word,
            when=period_words(
                timezone.localtime(each.start),
                timezone.localtime(each.end),
                written="SHORT_DATETIME_FORMAT",
            ),
        ),
    )


def _ticks(start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    """Whole hours of a day, else midnights, as the reader's clock shows them: at most ten."""
    length = end - start
    local = timezone.localtime(start)
    if length <= timedelta(days=1):
        at = local.replace(minute=0, second=0, microsecond=0)
        while at < end:
            if at >= start and at.hour % 3 == 0 and _fits(at, start, end):
                yield at, date_format(at, "TIME_FORMAT")
            at += timedelta(hours=1)
        return
    step = max(1, round(length / timedelta(days=1) / 9))
    at = local.replace(hour=0, minute=0, second=0, microsecond=0)
    while at < end:
        if at >= start and _fits(at, start, end):
            yield at, date_format(at, "MONTH_DAY_FORMAT")
        at += timedelta(days=step)


def _fits(at: datetime, start: datetime, end: datetime) -> bool:
    """Whether the words under a tick stay inside the picture."""
    edge = (end - start) * 0.05
    return start + edge <= at <= end - edge
