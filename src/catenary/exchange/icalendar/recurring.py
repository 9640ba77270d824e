"""The dates of a recurring event within a span of dates, in bounded time.

Each date of the span is asked whether the rule holds on it. Whatever a rule says, it costs one
question a date: a rule that comes a million times, or never, costs no more. Rules that need more
than a date to tell are refused with the reason.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from catenary.domain.said import Said, said

#: What of a rule is understood.
_KNOWN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "WKST"})
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: A rule that ends after so many times is counted from its first; it may be so long ago at most.
_COUNTED = timedelta(days=366 * 60)
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T\d{6}Z?)?", re.ASCII)
_BY_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,7}", re.ASCII)
_OUT = said("write its dates as events of their own")


class NotUnderstood(ValueError):
    """Something of an event that is not brought in: on which line, why, and how to mend it."""

    def __init__(self, line: int, sentence: Said, remedy: Said) -> None:
        super().__init__(f"{sentence}; {remedy}")
        self.line, self.sentence, self.remedy = line, sentence, remedy


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule that is understood. ``by_day`` holds ordinals (0: every one) and days of the week
    from Monday as 0; ``count`` is 0 for a rule that does not count."""

    frequency: str
    interval: int
    count: int
    until: date | None
    months: frozenset[int]
    month_days: frozenset[int]
    by_day: frozenset[tuple[int, int]]
    line: int = 0

    def questions(self, start: date, first: date, last: date) -> int:
        """How many dates have to be asked for what `dates` answers."""
        return max(0, (self._end(last) - self._begin(start, first)).days + 1)

    def dates(self, start: date, first: date, last: date) -> Iterator[date]:
        """The dates from ``first`` to ``last`` on which the event that starts on ``start`` comes
        again. Raises `NotUnderstood`."""
        if self.count and first - start > _COUNTED:
            raise NotUnderstood(self.line, said("it is counted from too long ago"), _OUT)
        at, seen = self._begin(start, first), 0
        end = self._end(last)
        while at <= end:
            if self._comes(start, at):
                seen += 1
                if at >= first:
                    yield at
                if self.count and seen >= self.count:
                    return
            at += timedelta(days=1)

    def _begin(self, start: date, first: date) -> date:
        return start if self.count else max(start, first)

    def _end(self, last: date) -> date:
        return last if self.until is None else min(last, self.until)

    def _comes(self, start: date, at: date) -> bool:
        if self.months and at.month not in self.months:
            return False
        if self.frequency == "DAILY":
            return (at - start).days % self.interval == 0 and self._day_fits(at)
        if self.frequency == "WEEKLY":
            monday, other = (day.toordinal() - day.weekday() for day in (at, start))
            if (monday - other) // 7 % self.interval:
                return False
            return self._day_fits(at) if self.by_day else at.weekday() == start.weekday()
        if self.frequency == "YEARLY":
            if (at.year - start.year) % self.interval:
                return False
            is_free = self.months or self.by_day or self.month_days
            if not is_free and at.month != start.month:
                return False
        elif ((at.year - start.year) * 12 + at.month - start.month) % self.interval:
            return False
        if self.by_day or self.month_days:
            return self._day_fits(at)
        return at.day == start.day

    def _day_fits(self, at: date) -> bool:
        if self.month_days:
            from_end = at.day - _length_of_month(at) - 1
            if at.day not in self.month_days and from_end not in self.month_days:
                return False
        if not self.by_day:
            return True
        weekday = at.weekday()
        if (0, weekday) in self.by_day:
            return True
        from_end = -((_length_of_month(at) - at.day) // 7) - 1
        return not self.by_day.isdisjoint((((at.day - 1) // 7 + 1, weekday), (from_end, weekday)))


def date_of(text: str) -> date | None:
    """The date of a value, ``20261224`` or with a time of day behind it; none when it is no
    date."""
    found = _DATE.fullmatch(text.strip())
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def read_recurrence(text: str, line: int = 0) -> Recurrence:
    """The rule that a line says. Raises `NotUnderstood`."""
    parts = _parts(text, line)
    unknown = sorted(parts.keys() - _KNOWN)
    if unknown:
        raise NotUnderstood(line, said("it recurs with {parts}", ", ".join(unknown)[:60]), _OUT)
    frequency = parts.get("FREQ", "")
    if frequency not in _FREQUENCIES:
        raise NotUnderstood(
            line,
            said("it recurs with {parts}", f"FREQ={frequency[:20]}")
            if frequency.isalpha()
            else said("how often it recurs is not said"),
            _OUT,
        )
    until = None
    if "UNTIL" in parts:
        until = date_of(parts["UNTIL"])
        if until is None:
            raise _no_number(line, "UNTIL", parts["UNTIL"])
    rule = Recurrence(
        frequency=frequency,
        interval=_whole(parts, "INTERVAL", 1, line),
        count=_whole(parts, "COUNT", 0, line),
        until=until,
        months=_numbers(parts, "BYMONTH", range(1, 13), line),
        month_days=_numbers(parts, "BYMONTHDAY", range(-31, 32), line),
        by_day=_by_day(parts.get("BYDAY", ""), line),
        line=line,
    )
    if frequency == "YEARLY" and rule.by_day and not rule.months:
        # Weeks of a year are counted in more ways than one.
        raise NotUnderstood(line, said("it recurs by weeks of the year"), _OUT)
    if rule.by_day and rule.month_days:
        raise NotUnderstood(
            line, said("it recurs by days of the week and of the month together"), _OUT
        )
    return rule


def _parts(text: str, line: int) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.strip().upper().split(";"):
        name, _equals, value = part.partition("=")
        if not part.strip():
            continue
        if name.strip() in parts:
            raise NotUnderstood(line, said("its rule says {part} twice", name.strip()[:20]), _OUT)
        parts[name.strip()] = value.strip()
    return parts


def _whole(parts: dict[str, str], name: str, default: int, line: int) -> int:
    if name not in parts:
        return default
    text = parts[name]
    if not _NUMBER.fullmatch(text) or not 0 < int(text) <= 1_000_000:
        raise _no_number(line, name, text)
    return int(text)


def _numbers(parts: dict[str, str], name: str, allowed: range, line: int) -> frozenset[int]:
    """The numbers of a part, none of them 0; none where the part is missing."""
    if name not in parts:
        return frozenset()
    found = set()
    for text in parts[name].split(","):
        if not _NUMBER.fullmatch(text) or not int(text) or int(text) not in allowed:
            raise _no_number(line, name, text)
        found.add(int(text))
    return frozenset(found)


def _by_day(text: str, line: int) -> frozenset[tuple[int, int]]:
    if not text:
        return frozenset()
    days = set()
    for one in text.split(","):
        found = _BY_DAY.fullmatch(one.strip())
        if found is None or (found[1] and not int(found[1])):
            raise _no_number(line, "BYDAY", one)
        days.add((int(found[1] or 0), _DAYS.index(found[2])))
    return frozenset(days)


def _no_number(line: int, name: str, text: str) -> NotUnderstood:
    shown = "".join(c for c in text if c.isprintable())[:20]
    return NotUnderstood(line, said("its {part} cannot be {text}", name, shown or "…"), _OUT)


def _length_of_month(at: date) -> int:
    return monthrange(at.year, at.month)[1]
