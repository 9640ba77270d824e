"""Plans of maintenance as people and programs write them: every field read, every fault said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar
from zoneinfo import available_timezones

from catenary.domain.condition.codes import CODE_NAMES, DEGRADED, DOWN
from catenary.domain.intervals import instant
from catenary.domain.maintenance.rules import LONGEST_RULE, Rule, RuleError, read_rule
from catenary.domain.maintenance.windows import (
    Change,
    Window,
    next_occurrence,
    on_the_wall,
    takes_place,
)
from catenary.domain.observations.reading import Wrong
from catenary.domain.quantities import QuantityError, format_duration, parse_duration
from catenary.domain.said import said

T = TypeVar("T")
Plain = dict[str, Any]

CONDITIONS = {"down": DOWN, "degraded": DEGRADED}
#: The fields of a plan, and what each means.
FIELDS = {
    "title": said("what is done, in a few words; whoever is hit reads it"),
    "text": said("more about it, for whoever is hit"),
    "services": said(
        "the references of the services that are worked on, like organization/service"
    ),
    "condition": said("what they are meanwhile: down or degraded"),
    "zone": said("the time zone of all times here, such as Europe/London"),
    "start": said("when it begins, on the wall of that zone: 2026-11-29T02:00"),
    "duration": said("how long it lasts, such as 2 h"),
    "repeats": said("a rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=SU; without it, once"),
    "changes": said("occurrences unlike the others: at, and cancelled or a start and duration"),
}
LONGEST_TITLE, LONGEST_TEXT = 200, 4_000
MOST_SERVICES, MOST_CHANGES = 200, 500
_LONGEST = timedelta(days=31) // timedelta(microseconds=1)
_NO_TIME = datetime.fromisoformat("2000-01-01T00:00")
_NO_CHANGES: tuple[Change, ...] = ()
_CHANGE_FIELDS = {"at", "start", "duration", "cancelled"}


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, read; ``repeats`` is the text of the window's rule."""

    title: str
    text: str
    services: tuple[str, ...]
    condition: int
    window: Window
    repeats: str = ""


def read_planned(plain: Any) -> tuple[Planned | None, list[Wrong]]:
    """The plan in a plain value, or everything that is wrong with it."""
    if not isinstance(plain, Mapping):
        return None, [Wrong("", "invalid", said("this is no object"), ", ".join(FIELDS))]
    reader = _Reader(plain)
    zone = reader.read("zone", _zone, "UTC", required=True)
    start = reader.read("start", _wall, _NO_TIME, required=True)
    duration = reader.read("duration", _duration, 1, required=True)
    rule = reader.read("repeats", _rule, None)
    changes: tuple[Change, ...] = reader.read("changes", _changes, _NO_CHANGES)
    found = Planned(
        title=reader.read("title", _text(LONGEST_TITLE), "", required=True),
        text=reader.read("text", _text(LONGEST_TEXT), ""),
        services=reader.read("services", _services, (), required=True),
        condition=reader.read("condition", _condition, DOWN),
        window=Window(zone, start, duration, rule, changes),
        repeats=_rule_text(plain.get("repeats")),
    )
    if not reader.wrong:
        reader.wrong += _contradictions(found.window)
    return (None, reader.wrong) if reader.wrong else (found, [])


def planned_to_plain(planned: Planned) -> Plain:
    """A plan as it is written; reading it again gives the same."""
    window = planned.window
    plain: Plain = {
        "title": planned.title,
        "text": planned.text,
        "services": list(planned.services),
        "condition": CODE_NAMES[planned.condition],
        "zone": window.zone,
        "start": _shown(window.start),
        "duration": format_duration(window.duration),
        "repeats": planned.repeats,
        "changes": [_change_to_plain(change) for change in window.changes],
    }
    return {name: value for name, value in plain.items() if value not in ("", [])}


def with_change(planned: Planned, change: Change) -> Planned:
    """The plan with one occurrence changed, instead of what was said of it before."""
    window = planned.window
    kept = [each for each in window.changes if each.at != change.at]
    changes = tuple(sorted([*kept, change], key=lambda each: each.at))
    return replace(planned, window=replace(window, changes=changes))


def _change_to_plain(change: Change) -> Plain:
    if change.start is None:
        return {"at": _shown(change.at), "cancelled": True}
    return {
        "at": _shown(change.at),
        "start": _shown(change.start),
        "duration": format_duration(change.duration),
    }


def _shown(wall: datetime) -> str:
    return wall.isoformat(timespec="minutes" if not wall.second else "seconds")


class _Bad(ValueError):
    def __init__(self, sentence: str, expected: str, code: str = "invalid") -> None:
        super().__init__(sentence)
        self.sentence, self.expected, self.code = sentence, expected, code


class _Reader:
    def __init__(self, plain: Mapping[Any, Any]) -> None:
        self.plain = plain
        self.wrong = [
            Wrong(
                str(name)[:100],
                "invalid",
                said('there is no field "{name}"', str(name)[:100]),
                ", ".join(FIELDS),
            )
            for name in plain
            if name not in FIELDS
        ]

    def read(
        self, name: str, reading: Callable[[Any], T], default: T, *, required: bool = False
    ) -> T:
        value = self.plain.get(name)
        if value in (None, "", []):
            if required:
                self.wrong.append(Wrong(name, "missing", said("this is missing"), FIELDS[name]))
            return default
        try:
            return reading(value)
        except (_Bad, RuleError) as bad:
            code = bad.code if isinstance(bad, _Bad) else "invalid"
            self.wrong.append(Wrong(name, code, bad.sentence, bad.expected))
        except QuantityError as error:
            self.wrong.append(Wrong(name, "invalid", str(error.sentence), str(error.expected)))
        return default


def _text(longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise _Bad(said("this is no text"), said("a text"))
        text = value.strip().replace("\r\n", "\n")
        if not text or len(text) > longest:
            raise _Bad(said("this is empty or too long"), f"1 … {longest:,}", "too-long")
        return text

    return read


def _services(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise _Bad(said("this is no list"), FIELDS["services"])
    if not all(isinstance(one, str) for one in value):
        raise _Bad(said("this is no list of references"), FIELDS["services"])
    found = tuple(dict.fromkeys(one.strip()[:300] for one in value if one.strip()))
    if not 1 <= len(found) <= MOST_SERVICES:
        raise _Bad(said("too few or too many services are named"), f"1 … {MOST_SERVICES}")
    return found


def _condition(value: Any) -> int:
    if not isinstance(value, str) or value not in CONDITIONS:
        raise _Bad(said("maintenance leaves a service down or degraded"), ", ".join(CONDITIONS))
    return CONDITIONS[value]


@cache
def _zones() -> frozenset[str]:
    # Asked of every plan that is read: finding them looks through folders of files.
    return frozenset(available_timezones())


def _zone(value: Any) -> str:
    if not isinstance(value, str) or value not in _zones():
        raise _Bad(said("this is no time zone"), "Europe/London, America/New_York, UTC, …")
    return value


def _wall(value: Any) -> datetime:
    expected = "2026-11-29T02:00"
    if not isinstance(value, str) or not value.isascii() or not 16 <= len(value.strip()) <= 19:
        raise _Bad(said("this is no time on the wall"), expected)
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        raise _Bad(said("this is no time on the wall"), expected) from None
    if found.tzinfo is not None or not 1970 < found.year < 2200:
        raise _Bad(said("this is no time on the wall"), expected)
    return found


def _duration(value: Any) -> int:
    if not isinstance(value, str):
        raise _Bad(said("this is no duration"), "2 h, 30 min")
    found = parse_duration(value)
    if not 0 < found <= _LONGEST:
        raise _Bad(said("maintenance lasts up to 31 days"), "2 h, 30 min")
    return found


def _rule_text(value: Any) -> str:
    return value.strip().upper().removeprefix("RRULE:") if isinstance(value, str) else ""


def _rule(value: Any) -> Rule:
    if not isinstance(value, str) or len(value) > LONGEST_RULE:
        raise _Bad(said("this is no rule of RFC 5545"), "FREQ=WEEKLY;BYDAY=SU")
    return read_rule(value)


def _changes(value: Any) -> tuple[Change, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) > MOST_CHANGES:
        raise _Bad(said("this is no list"), FIELDS["changes"])
    found: dict[datetime, Change] = {}
    for one in value:
        if not isinstance(one, Mapping) or not set(one) <= _CHANGE_FIELDS:
            raise _Bad(said("this is no change"), FIELDS["changes"])
        at = _wall(one.get("at"))
        if at in found:
            raise _Bad(said("{at} is changed twice", _shown(at)), FIELDS["changes"])
        if one.get("cancelled") is True:
            found[at] = Change(at)
        else:
            found[at] = Change(at, _wall(one.get("start")), _duration(one.get("duration")))
    return tuple(found[at] for at in sorted(found))


def _contradictions(window: Window) -> list[Wrong]:
    if on_the_wall(window.start, window.zone) is None:
        sentence = said("the clocks skip this time on that day")
        return [Wrong("start", "invalid", sentence, said("an hour earlier or later"))]
    plain = replace(window, changes=())
    wrong = [
        Wrong(
            "changes",
            "invalid",
            said("it does not take place at {at}", _shown(change.at)),
            said("a start that the rule gives"),
        )
        for change in window.changes
        if not takes_place(plain, change.at)
    ]
    wrong += [
        Wrong(
            "changes", "invalid", said("the clocks skip this time on that day"), _shown(change.at)
        )
        for change in window.changes
        if change.start is not None and on_the_wall(change.start, window.zone) is None
    ]
    first = on_the_wall(window.start, window.zone) or 0
    if not wrong and next_occurrence(plain, first) is None:
        sentence = said("this rule never comes true")
        wrong.append(Wrong("repeats", "invalid", sentence, "FREQ=WEEKLY;BYDAY=SU"))
    return wrong


def is_ahead(planned: Planned, at: datetime) -> bool:
    """Whether anything of a plan is still to come, or runs."""
    return next_occurrence(planned.window, instant(at)) is not None
