"""Service hours: wall-clock rules in a time zone, read, written and said aloud (SEMANTICS 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from catenary.domain.documents.readers import figure, kind_of, shown, too_many
from catenary.domain.documents.shapes import ServiceHours, WeeklySpan
from catenary.domain.documents.words import nearest
from catenary.domain.findings import FieldPath, Problem
from catenary.domain.said import said

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = (
    said("Monday"),
    said("Tuesday"),
    said("Wednesday"),
    said("Thursday"),
    said("Friday"),
    said("Saturday"),
    said("Sunday"),
)
ALWAYS = "24x7"
MAX_SPANS = 24

_DAY_NUMBER = {
    **{day: at for at, day in enumerate(DAYS)},
    **{name.lower(): at for at, name in enumerate(DAY_NAMES)},
}
#: Between two times of a day for readers: browsers would end a line after the dash alone.
UNBROKEN_DASH = "–\N{WORD JOINER}"

_SPAN = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})\s*[-–]\s*([0-9]{1,2})[:.]([0-9]{2})\Z")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}\Z")
_LINE_PART = re.compile(r"([A-Za-z]+(?:\s*[-–]\s*[A-Za-z]+)?)\s+(.+)\Z", re.DOTALL)
EXPECTED = said(
    "24x7, or {mapping}, or {line}",
    '{zone: Europe/Berlin, mon-fri: "08:00-18:00"}',
    '"Mon-Fri 08:00-18:00 Europe/Berlin"',
)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory", "posixrules"})


def is_zone(name: str) -> bool:
    """True for the name of a time zone in the IANA database this machine has."""
    if not _ZONE.match(name):
        return False
    return _has_zone(name)


@cache
def _has_zone(name: str) -> bool:
    if name not in _zones():
        return False
    try:
        ZoneInfo(name)
    except (ValueError, OSError):
        return False
    return True


def read_hours(
    value: Any, path: FieldPath, problems: list[Problem], *, over_midnight: bool = False
) -> ServiceHours:
    """Service hours from ``24x7``, one line, or a mapping of days; problems are added.

    ``over_midnight`` allows spans that end on the day after, such as 22:00-06:00."""
    if isinstance(value, str):
        return _read_line(value.strip(), path, problems, over_midnight)
    if not isinstance(value, dict):
        problems.append(Problem(path, said("this is {kind}", kind_of(value)), EXPECTED))
        return ServiceHours()
    if too_many(value, path, problems, limit=50):
        return ServiceHours()
    before = len(problems)
    zone = ""
    spans: list[tuple[WeeklySpan, FieldPath]] = []
    for name, item in value.items():
        here = (*path, name)
        if name == "zone":
            zone = _read_zone(item, here, problems)
            continue
        days = _read_days(name) if isinstance(name, str) else None
        if days is None:
            meant = nearest(str(name).lower()[:40], ("zone", *_DAY_NUMBER))
            problems.append(
                Problem(
                    here,
                    said("{text} is neither a day nor a span of days", shown(name)),
                    said('did you mean "{meant}"? zone, mon, mon-fri, sat, …', meant)
                    if meant
                    else "zone, mon, mon-fri, sat, …",
                )
            )
            continue
        spans += [(span, here) for span in _read_spans(days, item, here, problems, over_midnight)]
    if "zone" not in value:
        problems.append(Problem(path, said("the time zone is missing"), "zone: Europe/Berlin"))
    if len(problems) == before and not spans:
        problems.append(Problem(path, said("no day is open"), EXPECTED))
    return _assembled(zone, spans, problems)


def _read_line(
    text: str, path: FieldPath, problems: list[Problem], over_midnight: bool
) -> ServiceHours:
    if text.lower().replace("/", "x") == ALWAYS:
        return ServiceHours()
    head, _, zone_text = text.rpartition(" ")
    if not head or len(text) > 1_000:
        problems.append(Problem(path, said("{text} are not service hours", shown(text)), EXPECTED))
        return ServiceHours()
    if _SPAN.match(zone_text):
        problems.append(
            Problem(
                path,
                said("{text} does not name its time zone", shown(text)),
                f"{text[:80]} Europe/Berlin",
            )
        )
        return ServiceHours()
    zone = _read_zone(zone_text, path, problems)
    spans: list[tuple[WeeklySpan, FieldPath]] = []
    for part in head.split(";"):
        match = _LINE_PART.match(part.strip())
        days = _read_days(match[1]) if match else None
        if match is None or days is None:
            problems.append(
                Problem(path, said("{text} is not days with hours", shown(part)), EXPECTED)
            )
            continue
        times = [time.strip() for time in match[2].split(",")]
        spans += [(span, path) for span in _read_spans(days, times, path, problems, over_midnight)]
    return _assembled(zone, spans, problems)


def _read_zone(value: Any, path: FieldPath, problems: list[Problem]) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if is_zone(name):
        return name
    meant = nearest(name, sorted(_zones())) if 2 < len(name) <= 64 else ""
    problems.append(
        Problem(
            path,
            said("{text} is not a time zone", shown(value))
            if isinstance(value, str)
            else said("this is not a time zone"),
            said(
                'did you mean "{meant}"? a name of the IANA database, such as Europe/Berlin', meant
            )
            if meant
            else said("a name of the IANA database, such as Europe/Berlin"),
        )
    )
    return ""


def _read_days(text: str) -> tuple[int, ...] | None:
    """Numbers of the days ``mon``, ``Mon-Fri`` or ``sat-mon`` names, or None."""
    first, dash, last = text.lower().replace("–", "-").partition("-")
    start = _DAY_NUMBER.get(first.strip())
    end = _DAY_NUMBER.get(last.strip()) if dash else start
    if start is None or end is None:
        return None
    return tuple((start + step) % 7 for step in range((end - start) % 7 + 1))


def _read_spans(
    days: tuple[int, ...],
    value: Any,
    path: FieldPath,
    problems: list[Problem],
    over_midnight: bool,
) -> list[WeeklySpan]:
    spans = read_spans(value, path, problems, over_midnight=over_midnight)
    return [WeeklySpan(day, *span) for span in spans for day in days]


def read_spans(
    value: Any, path: FieldPath, problems: list[Problem], *, over_midnight: bool = False
) -> list[tuple[int, int]]:
    """The spans of one day, from and to in minutes after midnight; problems are added."""
    items = value if isinstance(value, (list, tuple)) else [value]
    if len(items) > MAX_SPANS or not items:
        problems.append(
            Problem(
                path,
                said("{n} spans in one day", figure(len(items))),
                said("between 1 and {n} spans", figure(MAX_SPANS)),
            )
        )
        return []
    spans = [_read_span(item, path, problems, over_midnight) for item in items]
    return [span for span in spans if span is not None]


def _read_span(
    value: Any, path: FieldPath, problems: list[Problem], over_midnight: bool
) -> tuple[int, int] | None:
    match = _SPAN.match(value.strip()) if isinstance(value, str) else None
    expected = said("from-to on the 24-hour clock, such as 08:00-18:00")
    if match is None:
        told = (
            shown(value) if isinstance(value, (str, int)) else said("this ({kind})", kind_of(value))
        )
        problems.append(Problem(path, said("{text} is not a span of hours", told), expected))
        return None
    hours = (int(match[1]), int(match[3]))
    minutes = (int(match[2]), int(match[4]))
    start, end = (hour * 60 + minute for hour, minute in zip(hours, minutes, strict=True))
    if max(minutes) > 59 or end > 1440 or start >= 1440:
        problems.append(
            Problem(
                path,
                said("{text} is not on the 24-hour clock", shown(value)),
                said("00:00 to 24:00"),
            )
        )
        return None
    if end < start and over_midnight:
        return start, end + 1440
    if end <= start:
        problems.append(
            Problem(
                path,
                said("{text} ends before it starts", shown(value)),
                said(
                    "hours past midnight split in two: {start}-24:00, and on the day after "
                    "00:00-{end}",
                    _clock(start),
                    _clock(end),
                )
                if end
                else f"{_clock(start)}-24:00",
            )
        )
        return None
    return start, end


def _assembled(
    zone: str, spans: list[tuple[WeeklySpan, FieldPath]], problems: list[Problem]
) -> ServiceHours:
    spans.sort(key=lambda pair: (pair[0].day, pair[0].start, pair[0].end))
    for (one, _), (other, path) in zip(spans, spans[1:], strict=False):
        if one.day == other.day and other.start < one.end:
            problems.append(
                Problem(
                    path,
                    said(
                        "on {day} {one} and {other} overlap",
                        DAY_NAMES[one.day],
                        _times(one),
                        _times(other),
                    ),
                    said("spans that do not overlap"),
                )
            )
    return ServiceHours(zone=zone, weekly=tuple(span for span, _ in spans))


def _clock(minute: int) -> str:
    minute -= 1440 if minute > 1440 else 0
    return f"{minute // 60:02d}:{minute % 60:02d}"


def spans_to_plain(spans: Iterable[tuple[int, int]]) -> str | list[str]:
    """The spans of one day as in files: ``08:00-12:00``, or a list of such."""
    times = [f"{_clock(start)}-{_clock(end)}" for start, end in spans]
    return times[0] if len(times) == 1 else times


def _times(span: WeeklySpan, dash: str = "-") -> str:
    return f"{_clock(span.start)}{dash}{_clock(span.end)}"


def _grouped(hours: ServiceHours) -> list[tuple[int, int, list[WeeklySpan]]]:
    """Runs of neighbouring days with the same spans: first day, last day, spans."""
    by_day: dict[int, list[WeeklySpan]] = {}
    for span in hours.weekly:
        by_day.setdefault(span.day, []).append(span)
    runs: list[tuple[int, int, list[WeeklySpan]]] = []
    for day in sorted(by_day):
        spans = by_day[day]
        if runs and runs[-1][1] == day - 1:
            first, _, before = runs[-1]
            if [(s.start, s.end) for s in before] == [(s.start, s.end) for s in spans]:
                runs[-1] = (first, day, before)
                continue
        runs.append((day, day, spans))
    return runs


def hours_to_plain(hours: ServiceHours) -> str | dict[str, Any]:
    """The shortest form for files: ``24x7``, the mapping of days, or the name of a calendar."""
    if hours.calendar:
        return hours.calendar
    if hours.is_always:
        return ALWAYS
    plain: dict[str, Any] = {"zone": hours.zone}
    for first, last, spans in _grouped(hours):
        days = DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"
        times = [_times(span) for span in spans]
        plain[days] = times[0] if len(times) == 1 else times
    return plain


def format_hours(hours: ServiceHours) -> str:
    """One line: ``24x7`` or ``Mon-Fri 08:00-18:00; Sat 09:00-12:00 Europe/Berlin``, or the name of
    a calendar."""
    if hours.calendar:
        return hours.calendar
    if hours.is_always:
        return ALWAYS
    parts = []
    for first, last, spans in _grouped(hours):
        days = DAYS[first].title()
        days = days if first == last else f"{days}-{DAYS[last].title()}"
        parts.append(f"{days} {', '.join(_times(span) for span in spans)}")
    return f"{'; '.join(parts)} {hours.zone}"


def describe(hours: ServiceHours) -> str:
    """Aloud: ``Monday to Friday 08:00–18:00, Europe/Berlin``."""
    if hours.calendar:
        return said("as the calendar {calendar} says", hours.calendar)
    if hours.is_always:
        return said("24 hours a day, 7 days a week")
    aloud = ""
    for first, last, spans in _grouped(hours):
        part = _days_aloud(first, last, _spans_aloud(spans))
        aloud = said("{earlier}; {later}", aloud, part) if aloud else part
    return said("{hours}, {zone}", aloud, hours.zone)


def _days_aloud(first: int, last: int, spans: str) -> str:
    if first == 0 and last == 6:
        return said("Every day {hours}", spans)
    if first == last:
        return said("{day} {hours}", DAY_NAMES[first], spans)
    if last == first + 1:
        return said("{day} and {next} {hours}", DAY_NAMES[first], DAY_NAMES[last], spans)
    return said("{first} to {last} {hours}", DAY_NAMES[first], DAY_NAMES[last], spans)


def _spans_aloud(spans: list[WeeklySpan]) -> str:
    aloud = ""
    for span in spans:
        times = _times(span, UNBROKEN_DASH)
        aloud = said("{earlier} and {later}", aloud, times) if aloud else times
    return aloud
