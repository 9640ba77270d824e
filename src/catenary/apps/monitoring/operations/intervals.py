"""Rewriting what stood from some instant on: intervals cut, taken away, added and joined, so that
neighbours of one service touch only where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Q

from catenary.apps.common.operations import delete_rows, insert_plain_rows, set_rows
from catenary.apps.common.queries.prepared import Prepared, numbers
from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.stored import asked_at

#: What stands from an instant on; none where nothing does.
Value = tuple[Any, ...] | None
#: What stands from instants on, in order; the first is the instant asked about.
Course = Sequence[tuple[int, Value]]


@dataclass(frozen=True, slots=True)
class Kept:
    """An interval as it is kept; ``end`` is none while it stands."""

    id: int
    start: int
    end: int | None
    value: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """From when on what is to be kept differs from what was, and from when on it is the same
    again; none when it differs now."""

    since: int
    until: int | None


@dataclass
class Edits:
    """What to take away, to end at a moment, and to write."""

    gone: list[int] = field(default_factory=list)
    ends: list[tuple[datetime | None, int]] = field(default_factory=list)
    new: list[tuple[Any, ...]] = field(default_factory=list)


def rewrite(
    model: type[models.Model], columns: Sequence[str], courses: Mapping[int, Course]
) -> dict[int, Difference]:
    """Make services say what ``courses`` say, from the first instant of each on; everything before
    stays. Says when each of those that changed differs from what was kept."""
    kept = _kept(model, columns, courses)
    edits, changed = Edits(), {}
    for service, course in courses.items():
        wanted, before = joined(course), kept.get(service, [])
        differs = edit(service, wanted, before, edits)
        if differs is not None:
            again = _same_again(wanted, _course_of(before, wanted[0][0]))
            changed[service] = Difference(differs, again)
    write(model, columns, edits)
    return changed


def write(model: type[models.Model], columns: Sequence[str], edits: Edits) -> None:
    """Carry edits out."""
    delete_rows(model, edits.gone)
    # What ends at one instant is ended in one statement: half a million often do.
    ended: dict[datetime | None, list[int]] = {}
    for end, number in edits.ends:
        ended.setdefault(end, []).append(number)
    for end, rows in ended.items():
        set_rows(model, "ends_at", end, rows)
    insert_plain_rows(model, ["service_id", "starts_at", "ends_at", *columns], edits.new)


def _kept(
    model: type[models.Model], columns: Sequence[str], courses: Mapping[int, Course]
) -> dict[int, list[Kept]]:
    found: dict[int, list[Kept]] = {}
    if not courses:
        return found
    first = moment(min(course[0][0] for course in courses.values()))
    for row in _ending_since(model, tuple(columns)).rows(list(courses), asked_at(first)):
        end = None if row[3] is None else micros(row[3])
        if end is None or end >= courses[row[0]][0][0]:
            one = Kept(row[1], micros(row[2]), end, tuple(row[4:]))
            found.setdefault(row[0], []).append(one)
    return found


@cache
def _ending_since(model: type[models.Model], columns: tuple[str, ...]) -> Prepared:
    """Intervals of some services that end at a moment or later, or stand."""
    return Prepared(
        lambda services, at: (
            model._default_manager.filter(service_id__in=numbers(services))
            .filter(Q(ends_at__isnull=True) | Q(ends_at__gte=at))
            .order_by("starts_at")
            .values_list("service_id", "pk", "starts_at", "ends_at", *columns)
        )
    )


def joined(course: Iterable[tuple[int, Value]]) -> list[tuple[int, Value]]:
    """The same without changes that change nothing; of several at one instant the last counts."""
    found: list[tuple[int, Value]] = []
    for instant, value in course:
        if found and found[-1][0] == instant:
            found.pop()
        if not found or found[-1][1] != value:
            found.append((instant, value))
    return found


def edit(
    service: int, course: list[tuple[int, Value]], kept: list[Kept], edits: Edits
) -> int | None:
    """Add the edits that make one service follow its course; says from which instant on it
    differs from what was kept, none when it does not."""
    since = course[0][0]
    differs = _first_difference(course, _course_of(kept, since))
    if differs is None:
        return None
    rest = [(max(instant, differs), value) for instant, value in _from(course, differs)]
    base = next((one for one in reversed(kept) if one.start < differs), None)
    if base is not None and base.end is not None and base.end < differs:
        base = None
    edits.gone += [one.id for one in kept if one.start >= differs]
    if base is not None:
        end: int | None = differs
        if rest[0][1] == base.value:
            rest = rest[1:]
            end = rest[0][0] if rest else None
        if end != base.end:
            edits.ends.append((None if end is None else moment(end), base.id))
    for place, (instant, value) in enumerate(rest):
        if value is not None:
            until = moment(rest[place + 1][0]) if place + 1 < len(rest) else None
            edits.new.append((service, moment(instant), until, *value))
    return differs


def _course_of(kept: list[Kept], since: int) -> list[tuple[int, Value]]:
    """What is kept, as a course."""
    course: list[tuple[int, Value]] = [(since, None)]
    for one in kept:
        course.append((max(one.start, since), one.value))
        if one.end is not None:
            course.append((max(one.end, since), None))
    return joined(course)


def _first_difference(new: list[tuple[int, Value]], old: list[tuple[int, Value]]) -> int | None:
    for one, other in zip(new, old, strict=False):
        if one != other:
            return min(one[0], other[0])
    if len(new) == len(old):
        return None
    return max(new, old, key=len)[min(len(new), len(old))][0]


def _same_again(new: list[tuple[int, Value]], old: list[tuple[int, Value]]) -> int | None:
    """From when on two courses that differ are the same up to now; none when they differ now."""
    same = 0
    for one, other in zip(reversed(new), reversed(old), strict=False):
        if one != other:
            if one[1] == other[1]:
                return max(one[0], other[0])
            break
        same += 1
    return new[-same][0] if same else None


def continued(
    course: Iterable[tuple[int, Value]], kept: list[Kept], until: int
) -> list[tuple[int, Value]]:
    """A course up to an instant, and from then on what is kept, as far as it overlaps that."""
    goes_on = [each for each in kept if each.start <= until and _ends_after(each, until)]
    rest: list[tuple[int, Value]] = [(until, None)]
    for each in goes_on:
        rest = [(until, each.value)]
        if each.end is not None:
            rest.append((each.end, None))
    return joined([*course, *rest])


def _ends_after(one: Kept, instant: int) -> bool:
    return one.end is None or one.end > instant


def _from(course: list[tuple[int, Value]], instant: int) -> list[tuple[int, Value]]:
    last = max(place for place, (begins, _) in enumerate(course) if begins <= instant)
    return course[last:]
