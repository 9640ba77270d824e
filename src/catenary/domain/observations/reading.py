"""Words as people and programs write them: every field read, and everything that is wrong said."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from catenary.domain.condition.codes import DEGRADED, DOWN, OPERATIONAL, UNKNOWN
from catenary.domain.moments import read_moment
from catenary.domain.observations.words import CLEARED, EVERYBODY, Plan
from catenary.domain.quantities import (
    QuantityError,
    format_percentage,
    parse_duration,
    parse_percentage,
)
from catenary.domain.said import figure, said

T = TypeVar("T")

#: What may be said of a service; "cleared": the source takes its word back and says nothing.
SAYABLE = {
    "operational": OPERATIONAL,
    "degraded": DEGRADED,
    "down": DOWN,
    "unknown": UNKNOWN,
    "cleared": CLEARED,
}
SOURCE_KINDS = ("hand", "monitor", "import")
#: Planned maintenance speaks with this voice; whoever could borrow it might end or hide that.
RESERVED = "schedule"
#: The fields of a word, and what each means.
FIELDS = {
    "service": said("the reference of the service"),
    "condition": said("operational, degraded, down, unknown, or cleared to say nothing any more"),
    "at": said("when it was true: an ISO time; without it, now"),
    "text": said("what happened, in words"),
    "planned": said("true or false; absent when the source cannot tell"),
    "share": said("how many of those concerned are affected, such as 30 %; without it, all"),
    "valid-for": said("a duration after which the word says unknown, such as 5 min"),
    "source": said("who says so: the name of a monitor, or import:name; else by hand"),
    "sequence": said("a whole number that grows with every word of the source"),
    "reference": said("where the source has more about it, such as the number of an incident"),
}
#: The fields of a record, which tells a condition from its beginning to its end.
RECORD_FIELDS = {
    "service": FIELDS["service"],
    "condition": said("operational, degraded, down, unknown, or maintenance: down as planned"),
    "from": said("when it began: an ISO time"),
    "until": said("when it was over: an ISO time; without it, it is not over"),
    **{name: FIELDS[name] for name in ("text", "planned", "share", "reference")},
}
LONGEST_TEXT, LONGEST_REFERENCE, LONGEST_SOURCE = 4_000, 200, 300
#: So far a clock may be ahead of ours; such a word holds as soon as its time has come.
AHEAD = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INTEGERS = 2**63
#: With an optional offset, and never a date alone: "at" means one instant.
_TIME = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ][0-9]")


@dataclass(frozen=True, slots=True)
class Said:
    """One word, read; ``valid_until`` is none when it stands until its source says another."""

    service: str
    condition: int
    at: datetime
    plan: Plan = Plan.UNSAID
    share: int = EVERYBODY
    valid_until: datetime | None = None
    source_kind: str = "hand"
    source_name: str = ""
    sequence: int | None = None
    reference: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A condition that lasted, read; ``end`` is none when it is not over."""

    service: str
    condition: int
    start: datetime
    end: datetime | None = None
    plan: Plan = Plan.UNSAID
    share: int = EVERYBODY
    reference: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One field that cannot be what it is."""

    field: str
    code: str
    sentence: str
    expected: str


def read_said(plain: Any, now: datetime) -> tuple[Said | None, list[Wrong]]:
    """The word in a plain value, or everything that is wrong with it."""
    if not isinstance(plain, Mapping):
        return None, [
            Wrong(
                "",
                "invalid",
                said("this is no object"),
                said("an object with service, condition"),
            )
        ]
    reader = _Reader(plain, now, FIELDS)
    at = reader.read("at", _at, now)
    valid_for = reader.read("valid-for", _duration, None)
    kind, name = reader.read("source", _source, ("hand", ""))
    found = Said(
        service=reader.read("service", _reference, "", required=True),
        condition=reader.read("condition", _condition, OPERATIONAL, required=True),
        at=at,
        plan=reader.read("planned", _plan, Plan.UNSAID),
        share=reader.read("share", _share, EVERYBODY),
        valid_until=None if valid_for is None else _later(at, valid_for),
        source_kind=kind,
        source_name=name,
        sequence=reader.read("sequence", _sequence, None),
        reference=reader.read("reference", _text(LONGEST_REFERENCE), ""),
        text=reader.read("text", _text(LONGEST_TEXT), ""),
    )
    return (None, reader.wrong) if reader.wrong else (found, [])


def read_record(plain: Mapping[str, Any], now: datetime) -> tuple[Record | None, list[Wrong]]:
    """The record in a plain value, or everything that is wrong with it."""
    reader = _Reader(plain, now, RECORD_FIELDS)
    start = reader.read("from", _at, now, required=True)
    end = reader.read("until", _end, None)
    is_maintenance = plain.get("condition") == "maintenance"
    condition = DOWN
    if not is_maintenance:
        condition = reader.read("condition", _condition, OPERATIONAL, required=True)
    plan = reader.read("planned", _plan, Plan.UNSAID)
    if is_maintenance and plan is Plan.UNPLANNED:
        reader.wrong.append(
            Wrong(
                "planned",
                "invalid",
                said("maintenance is planned"),
                said("true, or down instead"),
            )
        )
    if not reader.wrong and start > now:
        remedy = said("import it again when it has begun; what is ahead is planned as maintenance")
        reader.wrong.append(Wrong("from", "in-the-future", said("this has not begun yet"), remedy))
    if not reader.wrong and end is not None and end <= start:
        ends = said("it ends in the instant in which it begins")
        if end < start:
            ends = said("it ends before it begins")
        remedy = said("a time after the beginning")
        reader.wrong.append(Wrong("until", "ends-too-early", ends, remedy))
    found = Record(
        service=reader.read("service", _reference, "", required=True),
        condition=condition,
        start=start,
        end=end,
        plan=Plan.PLANNED if is_maintenance else plan,
        share=reader.read("share", _share, EVERYBODY),
        reference=reader.read("reference", _text(LONGEST_REFERENCE), ""),
        text=reader.read("text", _text(LONGEST_TEXT), ""),
    )
    return (None, reader.wrong) if reader.wrong else (found, [])


class _Bad(ValueError):
    def __init__(self, sentence: str, expected: str, code: str = "invalid") -> None:
        super().__init__(sentence)
        self.sentence, self.expected, self.code = sentence, expected, code


class _Reader:
    def __init__(self, plain: Mapping[Any, Any], now: datetime, fields: Mapping[str, str]) -> None:
        self.plain, self.now = plain, now
        self.wrong = [
            Wrong(
                str(name)[:100],
                "invalid",
                said('there is no field "{name}"', str(name)[:100]),
                said("some of {fields}", ", ".join(fields)),
            )  # fmt: skip
            for name in plain
            if name not in fields
        ]

    def read(
        self,
        name: str,
        reading: Callable[[Any, datetime], T],
        default: T,
        *,
        required: bool = False,
    ) -> T:
        value = self.plain.get(name)
        if value is None and not required:
            return default
        try:
            return reading(value, self.now)
        except _Bad as bad:
            self.wrong.append(Wrong(name, bad.code, bad.sentence, bad.expected))
        except QuantityError as error:
            self.wrong.append(Wrong(name, "invalid", error.sentence, error.expected))
        return default


def _reference(value: Any, now: datetime) -> str:
    if not isinstance(value, str) or not value:
        raise _Bad(said("no service is named"), FIELDS["service"])
    return value[:300]


def _condition(value: Any, now: datetime) -> int:
    if not isinstance(value, str) or value not in SAYABLE:
        raise _Bad(said("this is no condition"), ", ".join(SAYABLE), "unknown-condition")
    return SAYABLE[value]


def _at(value: Any, now: datetime) -> datetime:
    at = _end(value, now)
    if at > now + AHEAD:
        minutes = int(AHEAD.total_seconds()) // 60
        raise _Bad(
            said("this has not come yet"),
            said(
                "a time at most {minutes} minutes ahead of {now}: look at the clock of the source",
                figure(minutes),
                now.isoformat(timespec="seconds"),
            ),
            "in-the-future",
        )
    return at


def _end(value: Any, now: datetime) -> datetime:
    """A time that may be ahead: what is announced has an end before it has one."""
    at = read_moment(value) if isinstance(value, str) and _TIME.match(value.strip()) else None
    if at is None:
        raise _Bad(said("this is no time"), said("an ISO time, like 2026-03-01T09:30Z"))
    if at < EPOCH:
        raise _Bad(
            said("this is before 1970"),
            said("the time at which it was true"),
            "before-the-epoch",
        )
    return at


def _plan(value: Any, now: datetime) -> Plan:
    if not isinstance(value, bool):
        raise _Bad(said("this is neither true nor false"), said("true or false"))
    return Plan.PLANNED if value else Plan.UNPLANNED


def _share(value: Any, now: datetime) -> int:
    if not isinstance(value, str):
        raise _Bad(said("this is no text"), said("a percentage such as 30 %"))
    share = parse_percentage(value) * (EVERYBODY // 100)
    return max(1, int(share.to_integral_value(rounding="ROUND_UP")))


def _duration(value: Any, now: datetime) -> int:
    if not isinstance(value, str):
        raise _Bad(said("this is no text"), said("a duration such as 5 min"))
    found = parse_duration(value)
    if found <= 0:
        raise _Bad(said("this is no time at all"), said("a duration such as 5 min"))
    return found


def _later(at: datetime, duration: int) -> datetime | None:
    try:
        return at + timedelta(microseconds=duration)
    except OverflowError:
        return None


def _source(value: Any, now: datetime) -> tuple[str, str]:
    expected = said("the name of a monitor, or import:name; nothing for by hand")
    if not isinstance(value, str):
        raise _Bad(said("this is no text"), expected)
    kind, colon, name = value.strip().partition(":")
    if colon and kind.strip().casefold() == RESERVED:
        raise _Bad(
            said(
                '"{name}:" is the voice of planned maintenance, with which nobody else speaks',
                RESERVED,
            ),
            said("a name that does not begin like this; announce maintenance to speak for it"),
            "reserved",
        )
    if not colon or kind not in SOURCE_KINDS:
        kind, name = "monitor", value.strip()
    name = name.strip()
    if kind == "hand" or not name:
        return "hand", ""
    if len(name) > LONGEST_SOURCE or not name.isprintable():
        raise _Bad(
            said("this is no name"),
            said("at most {n} printable characters", figure(LONGEST_SOURCE)),
        )
    return kind, name


def _sequence(value: Any, now: datetime) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -_INTEGERS < value < _INTEGERS:
        raise _Bad(said("this is no whole number"), FIELDS["sequence"])
    return value


def _text(longest: int) -> Callable[[Any, datetime], str]:
    def read(value: Any, now: datetime) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise _Bad(
                said("this is no text"),
                said("a text of at most {n} characters", figure(longest)),
            )
        if len(value) > longest:
            raise _Bad(
                said("{n} characters stand here", figure(len(value))),
                said("at most {n} characters", figure(longest)),
                "too-long",
            )
        return value.strip()

    return read


def share_words(share: int) -> str:
    """A share in millionths as a percentage, exactly."""
    return format_percentage(Decimal(share) / (EVERYBODY // 100))
