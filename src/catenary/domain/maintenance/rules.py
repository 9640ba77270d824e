"""Rules of recurrence (RFC 5545, 3.3.10) as dates, a period at a time.

The part that fits maintenance: by days, weeks, months or years, with BYMONTH, BYMONTHDAY, BYDAY,
BYSETPOS, WKST, INTERVAL, and an end by COUNT or UNTIL. Whatever the rule, the work is bounded by
the time looked at: a rule that never comes true ("30 February") costs no more than another
(decision 0071). https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from catenary.domain.said import said

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: Nobody plans more often, or further ahead.
MOST_COUNTED, LONGEST_INTERVAL, LONGEST_RULE = 1_000, 100, 500
_BY_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")


class RuleError(ValueError):
    """A rule that cannot be followed; ``sentence`` says why, ``expected`` what would do."""

    def __init__(self, sentence: str, expected: str) -> None:
        super().__init__(sentence)
        self.sentence, self.expected = sentence, expected


@dataclass(frozen=True, slots=True)
class Rule:
    """How something recurs. ``week_days`` are pairs of an ordinal (0: every) and a day, Monday
    being 0. ``until`` is the last moment on the wall, or in UTC when it has a zone."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    week_days: tuple[tuple[int, int], ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0


def read_rule(text: str) -> Rule:
    """The rule in a text such as ``FREQ=WEEKLY;BYDAY=SU``. Raises `RuleError`."""
    parts = _parts(text)
    frequency = parts.pop("FREQ", "")
    if frequency not in FREQUENCIES:
        raise RuleError(said("this rule does not say how often"), "FREQ=DAILY, WEEKLY, …")
    rule = Rule(
        frequency,
        interval=_whole(parts, "INTERVAL", LONGEST_INTERVAL) or 1,
        count=_whole(parts, "COUNT", MOST_COUNTED),
        until=_until(parts.pop("UNTIL", "")),
        months=_numbers(parts, "BYMONTH", 1, 12),
        month_days=_numbers(parts, "BYMONTHDAY", -31, 31),
        week_days=_week_days(parts.pop("BYDAY", "")),
        positions=_numbers(parts, "BYSETPOS", -366, 366),
        week_start=_week_start(parts.pop("WKST", "MO")),
    )
    if parts:
        name = min(parts)
        raise RuleError(
            said("maintenance does not recur by {name}", name), "BYDAY, BYMONTHDAY, BYMONTH, …"
        )
    if rule.count is not None and rule.until is not None:
        raise RuleError(said("this rule ends in two ways"), "COUNT or UNTIL")
    if frequency == "WEEKLY" and rule.month_days:
        raise RuleError(said("a weekly rule has no days of the month"), "FREQ=MONTHLY")
    if frequency in ("DAILY", "WEEKLY") and any(ordinal for ordinal, _ in rule.week_days):
        raise RuleError(said("only months and years have a first Sunday"), "FREQ=MONTHLY;BYDAY=1SU")
    if rule.positions and not (rule.months or rule.month_days or rule.week_days):
        raise RuleError(said("BYSETPOS chooses among days that another part names"), "BYDAY=…")
    return rule


def dates(rule: Rule, start: date, first: date, last: date) -> Iterator[date]:
    """The dates of a rule that begins on ``start``, in order, none after ``last``. Those before
    ``first`` may be left out, unless the rule counts. Its end is for the caller to see to."""
    begin = 0 if rule.count is not None else _periods_before(rule, start, first)
    for index in count(begin):
        try:
            opening, found = _period(rule, start, index * rule.interval)
        except (ValueError, OverflowError):
            return
        if opening > last:
            return
        for day in _chosen(rule, found):
            if start <= day <= last:
                yield day


def _parts(text: str) -> dict[str, str]:
    text = text.strip().upper().removeprefix("RRULE:")
    if len(text) > LONGEST_RULE:
        raise RuleError(said("this rule is too long"), "FREQ=WEEKLY;BYDAY=SU")
    found: dict[str, str] = {}
    for part in filter(None, text.split(";")):
        name, equals, value = part.partition("=")
        if not equals or not value or name in found:
            raise RuleError(said("this is no rule of RFC 5545"), "FREQ=WEEKLY;BYDAY=SU")
        found[name] = value
    return found


def _whole(parts: dict[str, str], name: str, most: int) -> int | None:
    text = parts.pop(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:9]) <= most:
        raise RuleError(said("{name} is no number above 0", name), f"1 … {most:,}")
    return int(text)


def _numbers(parts: dict[str, str], name: str, low: int, high: int) -> tuple[int, ...]:
    found = []
    for text in filter(None, parts.pop(name, "").split(",")):
        number = int(text) if re.fullmatch(r"[+-]?[0-9]{1,3}", text) else 0
        if not low <= number <= high or not number:
            raise RuleError(said("{name} holds something else", name), f"{low} … {high}")
        found.append(number)
    return tuple(sorted(set(found)))


def _week_days(text: str) -> tuple[tuple[int, int], ...]:
    found = set()
    for one in filter(None, text.split(",")):
        match = _BY_DAY.fullmatch(one)
        ordinal = int(match[1] or 0) if match else 0
        if match is None or (match[1] and not 1 <= abs(ordinal) <= 53):
            raise RuleError(said("BYDAY holds something else"), "MO, 1SU, -1FR")
        found.add((ordinal, WEEKDAYS.index(match[2])))
    return tuple(sorted(found))


def _week_start(text: str) -> int:
    if text not in WEEKDAYS:
        raise RuleError(said("this is no day of the week"), ", ".join(WEEKDAYS))
    return WEEKDAYS.index(text)


def _until(text: str) -> datetime | None:
    if not text:
        return None
    match = _UNTIL.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        day = date.fromisoformat(match[1])
        if not match[2]:
            return datetime.combine(day, time.max)
        found = datetime.combine(day, time.fromisoformat(match[2]))
        return found.replace(tzinfo=UTC) if match[3] else found
    except ValueError:
        raise RuleError(said("UNTIL is no time"), "UNTIL=20271231") from None


def _periods_before(rule: Rule, start: date, first: date) -> int:
    """How many periods may be passed over because they end before ``first``."""
    if first <= start:
        return 0
    if rule.frequency == "DAILY":
        apart = (first - start).days
    elif rule.frequency == "WEEKLY":
        apart = (first - start).days // 7
    elif rule.frequency == "MONTHLY":
        apart = (first.year - start.year) * 12 + first.month - start.month
    else:
        apart = first.year - start.year
    return max(apart // rule.interval - 1, 0)


def _period(rule: Rule, start: date, away: int) -> tuple[date, list[date]]:
    """The first day of a period so many periods after the one of ``start``, and its days that
    fit. Raises ValueError or OverflowError past the last year."""
    if rule.frequency == "DAILY":
        day = start + timedelta(days=away)
        return day, [day] if _fits(rule, day) else []
    if rule.frequency == "WEEKLY":
        opening = start - timedelta(days=(start.weekday() - rule.week_start) % 7)
        opening += timedelta(weeks=away)
        wanted = {day for _, day in rule.week_days} or {start.weekday()}
        week = [opening + timedelta(days=day) for day in range(7)]
        return opening, [d for d in week if d.weekday() in wanted and _in_months(rule, d)]
    if rule.frequency == "MONTHLY":
        years, month = divmod(start.month - 1 + away, 12)
        opening = date(start.year + years, month + 1, 1)
        return opening, _of_month(rule, start, opening) if _in_months(rule, opening) else []
    opening = date(start.year + away, 1, 1)
    return opening, _of_year(rule, start, opening.year)


def _of_year(rule: Rule, start: date, year: int) -> list[date]:
    if not rule.months and not rule.month_days:
        if rule.week_days:
            length = (date(year, 12, 31) - date(year, 1, 1)).days + 1
            return _week_days_of(rule, date(year, 1, 1), length)
        # 29 February comes in leap years alone.
        months: tuple[int, ...] = (start.month,)
    else:
        months = rule.months or tuple(range(1, 13))
    return [day for month in months for day in _of_month(rule, start, date(year, month, 1))]


def _of_month(rule: Rule, start: date, opening: date) -> list[date]:
    length = monthrange(opening.year, opening.month)[1]
    by_week = _week_days_of(rule, opening, length) if rule.week_days else None
    if rule.month_days:
        days = {number if number > 0 else length + 1 + number for number in rule.month_days}
        found = [opening.replace(day=day) for day in sorted(days) if 1 <= day <= length]
        return found if by_week is None else [day for day in found if day in by_week]
    if by_week is not None:
        return by_week
    return [opening.replace(day=start.day)] if start.day <= length else []


def _week_days_of(rule: Rule, opening: date, length: int) -> list[date]:
    """The days of a month or year that its rule names: every Monday, the first Sunday."""
    found: set[date] = set()
    for ordinal, weekday in rule.week_days:
        offset = (weekday - opening.weekday()) % 7
        all_such = range(offset, length, 7)
        if ordinal:
            place = ordinal - 1 if ordinal > 0 else len(all_such) + ordinal
            all_such = all_such[place : place + 1] if place >= 0 else range(0)
        found.update(opening + timedelta(days=day) for day in all_such)
    return sorted(found)


def _fits(rule: Rule, day: date) -> bool:
    if not _in_months(rule, day):
        return False
    if rule.month_days:
        length = monthrange(day.year, day.month)[1]
        if day.day not in rule.month_days and day.day - length - 1 not in rule.month_days:
            return False
    return not rule.week_days or day.weekday() in {weekday for _, weekday in rule.week_days}


def _in_months(rule: Rule, day: date) -> bool:
    return not rule.months or day.month in rule.months


def _chosen(rule: Rule, days: list[date]) -> list[date]:
    if not rule.positions:
        return days
    places = {number - 1 if number > 0 else len(days) + number for number in rule.positions}
    return [day for place, day in enumerate(days) if place in places]
