"""The dates of a recurring event within a span of dates, in bounded time.

Each date of the span is asked whether the rule holds on it. Whatever a rule says, it costs one
question a date: a rule that comes a million times, or never, costs no more. Rules that need more
than a date to tell are refused with the reason.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

#: What of a rule is understood.
_KNOWN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "WKST"})
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: A rule that ends after so many times is counted from its first; it may be so long ago at most.
_COUNTED = timedelta(days=366 * 60)


class NotUnderstood(ValueError):
    """A recurrence that is not brought in; the text says why."""


def recurring_dates(
    rule: Mapping[str, Sequence[Any]], start: date, first: date, last: date
) -> Iterator[date]:
    """The dates from ``first`` to ``last`` on which the event that starts on ``start`` comes
    again. Raises `NotUnderstood`."""
    said = {name.upper(): list(values) for name, values in rule.items()}
    unknown = sorted(said.keys() - _KNOWN)
    if unknown:
        raise NotUnderstood(f"it recurs by {', '.join(unknown)[:60]}")
    frequency = str(said.get("FREQ", [""])[0]).upper()
    if frequency not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}:
        raise NotUnderstood(f"it recurs {frequency.lower()[:20] or 'in no way that is said'}")
    if frequency == "YEARLY" and said.get("BYDAY") and not said.get("BYMONTH"):
        # Weeks of a year are counted in more ways than one.
        raise NotUnderstood("it recurs by weeks of the year")
    if said.get("BYDAY") and said.get("BYMONTHDAY"):
        raise NotUnderstood("it recurs by days of the week and of the month together")
    interval = _whole(said, "INTERVAL", 1)
    count = _whole(said, "COUNT", 0)
    until = said.get("UNTIL", [None])[0]
    if isinstance(until, datetime):
        until = until.date()
    last = min(last, until) if isinstance(until, date) else last
    if count and first - start > _COUNTED:
        raise NotUnderstood("it is counted from too long ago")
    at = start if count else max(start, first)
    seen = 0
    while at <= last:
        if _comes(said, frequency, interval, start, at):
            seen += 1
            if at >= first:
                yield at
            if count and seen >= count:
                return
        at += timedelta(days=1)


def _whole(said: Mapping[str, Sequence[Any]], name: str, default: int) -> int:
    values = said.get(name)
    if not values:
        return default
    value = values[0]
    if not isinstance(value, int) or not 0 < value <= 1_000_000:
        raise NotUnderstood(f"its {name} is no number above 0")
    return value


def _comes(
    said: Mapping[str, Sequence[Any]], frequency: str, interval: int, start: date, at: date
) -> bool:
    months = said.get("BYMONTH")
    if months and at.month not in months:
        return False
    if frequency == "DAILY":
        return (at - start).days % interval == 0 and _day_fits(said, at)
    if frequency == "WEEKLY":
        monday, other = (day - timedelta(days=day.weekday()) for day in (at, start))
        if (monday - other).days // 7 % interval:
            return False
        return _day_fits(said, at) if said.get("BYDAY") else at.weekday() == start.weekday()
    apart = (at.year - start.year) * 12 + at.month - start.month
    if frequency == "YEARLY":
        if (at.year - start.year) % interval:
            return False
        if not (months or said.get("BYDAY") or said.get("BYMONTHDAY")) and at.month != start.month:
            return False
    elif apart % interval:
        return False
    if said.get("BYDAY") or said.get("BYMONTHDAY"):
        return _day_fits(said, at)
    return at.day == start.day


def _day_fits(said: Mapping[str, Sequence[Any]], at: date) -> bool:
    in_month = said.get("BYMONTHDAY")
    if in_month:
        from_end = at.day - _length_of_month(at) - 1
        if at.day not in in_month and from_end not in in_month:
            return False
    by_day = said.get("BYDAY")
    return not by_day or any(_weekday_fits(str(one).upper(), at) for one in by_day)


def _length_of_month(at: date) -> int:
    return monthrange(at.year, at.month)[1]


def _weekday_fits(text: str, at: date) -> bool:
    ordinal, name = text[:-2].strip(), text[-2:]
    if name not in _DAYS:
        raise NotUnderstood(f"{text[:20]} is no day of the week")
    if at.weekday() != _DAYS.index(name):
        return False
    if not ordinal:
        return True
    from_start = (at.day - 1) // 7 + 1
    from_end = -((_length_of_month(at) - at.day) // 7) - 1
    return ordinal.lstrip("+") in {str(from_start), str(from_end)}
