"""What a schedule has to say: the words that make what was said equal to what was planned.

A version of a plan decides from when it was recorded until the next one; the first also about what
came before. So nobody rewrites the past: who says at 04:10 that maintenance which was to end at
04:00 goes on, says it from 04:10 on. What was said so far is compared with what should have been
said, and only the difference is said, so that it does not matter how often or how late anybody
looks (SEMANTICS 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catenary.domain.condition.codes import NOTHING
from catenary.domain.maintenance.windows import Occurrence, Window, next_occurrence, occurrences

#: From an instant on, a condition; `NOTHING` is no word at all.
Step = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Version:
    """What was planned from ``recorded`` on: of whom, what, and when; no window when it was
    cancelled. Services are numbers."""

    recorded: int
    services: frozenset[int]
    condition: int
    window: Window | None


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which services are in a condition as planned."""

    start: int
    end: int
    condition: int
    services: frozenset[int]


def planned_spans(versions: Sequence[Version], first: int, last: int) -> list[Span]:
    """What was planned, version by version in the order of recording, within ``[first, last)``."""
    found = []
    for number, version in enumerate(versions):
        begins = first if number == 0 else max(version.recorded, first)
        ends = last if number + 1 == len(versions) else min(versions[number + 1].recorded, last)
        if version.window is None or begins >= ends:
            continue
        for each in occurrences(version.window, begins, ends):
            start, end = max(each.start, begins), min(each.end, ends)
            found.append(Span(start, end, version.condition, version.services))
    return found


def planned_steps(spans: Iterable[Span], service: int, until: int) -> list[Step]:
    """The condition that is planned of a service from which instant on, up to ``until``."""
    own = sorted((s.start, s.end, s.condition) for s in spans if service in s.services)
    edges = sorted({edge for start, end, _ in own for edge in (start, end) if edge <= until})
    steps: list[Step] = []
    for edge in edges:
        standing = [condition for start, end, condition in own if start <= edge < end]
        condition = max(standing, default=NOTHING)
        if condition != (steps[-1][1] if steps else NOTHING):
            steps.append((edge, condition))
    return steps


def words_to_say(planned: Sequence[Step], spoken: Sequence[Step]) -> list[Step]:
    """The words that make what was spoken what is planned. ``spoken`` are words in the order in
    which they count: of two at one instant the later one holds."""
    wanted, held = dict(planned), dict(spoken)
    found: list[Step] = []
    should_be = is_said = NOTHING
    for at in sorted(wanted.keys() | held.keys()):
        should_be = wanted.get(at, should_be)
        is_said = held.get(at, is_said)
        if is_said != should_be:
            found.append((at, should_be))
            is_said = should_be
    return found


def next_edge(window: Window | None, at: int) -> int | None:
    """The next instant after ``at`` at which something begins or ends; none when nothing does."""
    if window is None:
        return None
    running = next_occurrence(window, at)
    if running is None:
        return None
    near = occurrences(window, at, running.end + 1)
    edges = [edge for each in near for edge in (each.start, each.end) if edge > at]
    return min(edges, default=None)


def announced_at(versions: Sequence[Version], occurrence: Occurrence) -> int | None:
    """When an occurrence was announced as it stands: recorded first by a version since which all
    have covered its whole time; none when the last one does not."""
    since = None
    for version in reversed(versions):
        covered = version.window is not None and any(
            each.start <= occurrence.start and occurrence.end <= each.end
            for each in occurrences(version.window, occurrence.start, occurrence.end)
        )
        if not covered:
            break
        since = version.recorded
    return since
