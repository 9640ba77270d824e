"""The events of an iCalendar file as the lines they are written in (RFC 5545, section 3.1).

Only what closes days is kept of an event, each line with its number, so that whoever mends a file
finds the place. What else a file holds (alarms, zones, attachments, whole other components) is
stepped over without being taken apart: a file costs what its length costs, whatever is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from catenary.domain.said import Said, figure, said

MAX_BYTES = 2_000_000
MAX_EVENTS = 5_000
#: Components lie in each other so deep at most; real files need three.
_DEEPEST = 10
#: Of one event so many lines are kept, and of each so much.
_MOST_LINES, _LONGEST_LINE = 1_000, 20_000
_QUOTED = 40
_KEPT = frozenset(
    {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "SUMMARY", "STATUS"}
    | {"UID", "RECURRENCE-ID"}
)
_BREAK = re.compile("\r\n|\n|\r")
_NAME = re.compile("[A-Za-z0-9-]+")
_EXPORT = said("export it again from the calendar program, as iCalendar (.ics)")
_CUT = said("it is cut off or was changed by hand: export it again, or write the missing line")


class NotACalendar(ValueError):
    """The file as a whole cannot be read: ``line`` says where (0 for nowhere in particular),
    ``sentence`` why and ``remedy`` how to mend it."""

    def __init__(self, line: int, sentence: Said, remedy: Said) -> None:
        self.line, self.sentence, self.remedy = line, sentence, remedy
        super().__init__(f"{f'line {line}: ' if line else ''}{sentence}; {remedy}")


@dataclass(frozen=True, slots=True)
class Property:
    """One line of an event, unfolded: ``value`` is what follows the colon."""

    line: int
    value: str


@dataclass(frozen=True, slots=True)
class EventLines:
    """One event that begins on ``line``, with its lines by name; ``too_long`` is the line from
    which on it is longer than an event may be, and 0 otherwise."""

    line: int
    properties: dict[str, list[Property]] = field(default_factory=dict)
    too_long: int = 0


def decoded(raw: bytes) -> str:
    """The text of a file. Raises `NotACalendar`."""
    if len(raw) > MAX_BYTES:
        raise NotACalendar(
            0,
            said("the file is larger than {n} MB", figure(MAX_BYTES // 1_000_000)),
            said("export fewer years, or only the calendar with the days that are closed"),
        )
    if not raw.strip():
        raise NotACalendar(0, said("the file is empty"), _EXPORT)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise NotACalendar(
            line, said("this is no text in UTF-8"), said("save the file in UTF-8")
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise NotACalendar(line, said("a zero character stands here"), _EXPORT)
    return text


def events_in(text: str) -> list[EventLines]:
    """The events of all calendars in a text, in its order. Raises `NotACalendar` where components
    do not begin and end as they should."""
    events: list[EventLines] = []
    around: list[tuple[str, int]] = []
    inside: EventLines | None = None
    kept = 0
    for number, line in _unfolded(text):
        found = _NAME.match(line)
        name = found[0].upper() if found else ""
        if name == "BEGIN":
            component = line.partition(":")[2].strip().upper()[:_QUOTED]
            _check_begin(number, line, component, around)
            around.append((component, number))
            if component == "VEVENT":
                if len(events) == MAX_EVENTS:
                    raise NotACalendar(
                        number,
                        said("the file holds more than {n} events", figure(MAX_EVENTS)),
                        said("bring it in in parts"),
                    )
                inside, kept = EventLines(number), 0
                events.append(inside)
        elif not around:
            raise NotACalendar(number, _no_begin(line), _EXPORT)
        elif name == "END":
            component = line.partition(":")[2].strip().upper()[:_QUOTED]
            open_one, since = around.pop()
            if component != open_one:
                sentence = said(
                    "{component} ends here, but {other} of line {line} is still open",
                    component,
                    open_one,
                    str(since),
                )
                raise NotACalendar(number, sentence, _CUT)
            if component == "VEVENT":
                inside = None
        elif inside is not None and name in _KEPT and around[-1][0] == "VEVENT":
            kept += 1
            if name == "SUMMARY":
                line = line[:_LONGEST_LINE]
            if inside.too_long:
                continue
            if kept > _MOST_LINES or len(line) > _LONGEST_LINE:
                inside = events[-1] = EventLines(inside.line, inside.properties, number)
            else:
                inside.properties.setdefault(name, []).append(Property(number, _value(line)))
    if around:
        open_one, since = around[-1]
        raise NotACalendar(since, said("{component} begins here and never ends", open_one), _CUT)
    return events


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Lines with the number of the first line each is written on; empty ones are left out."""
    begun, parts = 0, list[str]()
    for number, line in enumerate(_BREAK.split(text), start=1):
        if line[:1] in (" ", "\t") and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield begun, "".join(parts)
        begun, parts = number, [line] if line.strip() else []
    if parts:
        yield begun, "".join(parts)


def _check_begin(number: int, line: str, component: str, around: list[tuple[str, int]]) -> None:
    if not around and component != "VCALENDAR":
        raise NotACalendar(number, _no_begin(line), _EXPORT)
    is_misplaced = component == "VCALENDAR" or (
        component == "VEVENT" and around[-1][0] != "VCALENDAR"
    )
    if around and is_misplaced:
        sentence = said(
            "{component} begins within {other} of line {line}",
            component,
            around[-1][0],
            str(around[-1][1]),
        )
        raise NotACalendar(number, sentence, _CUT)
    if len(around) == _DEEPEST:
        raise NotACalendar(number, said("components lie too deep in each other here"), _EXPORT)


def _no_begin(line: str) -> Said:
    shown = "".join(c for c in line[:_QUOTED] if c.isprintable())
    return said("an iCalendar file has BEGIN:VCALENDAR here, this one {text}", shown)


def _value(line: str) -> str:
    """What follows the first colon outside of quotes; nothing where there is none."""
    is_quoted = False
    for place, character in enumerate(line):
        if character == '"':
            is_quoted = not is_quoted
        elif character == ":" and not is_quoted:
            return line[place + 1 :]
    return ""
