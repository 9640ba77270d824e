"""Figures with their targets, the machine they were measured on, and the page they go to."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Figure:
    """One measured figure; without a target it is only reported. ``processor`` is the part of
    it that the product's own processes were computing, in the same unit: on a busy machine the
    rest was waiting."""

    name: str
    value: float
    unit: str
    target: float | None = None
    processor: float | None = None

    @property
    def verdict(self) -> str:
        """Met, missed, or nothing when nothing was promised; and, of a miss, whether the product
        was waiting for the machine most of that time."""
        if self.target is None:
            return ""
        if self.value < self.target:
            return "met"
        computing = self.value if self.processor is None else self.processor
        waited = computing < self.target and computing < 0.6 * self.value
        return "**missed** (busy machine)" if waited else "**missed**"


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def percentile_99(values: Sequence[float]) -> float:
    """The value that one of a hundred is above."""
    return sorted(values)[max(0, -(-len(values) * 99 // 100) - 1)]


def shown(value: float, unit: str) -> str:
    """A figure to three digits or so."""
    digits = 0 if value >= 100 or unit == "" else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()


def table(figures: Sequence[Figure]) -> str:
    """The figures as a table in Markdown."""
    lines = ["| what | figure | processor | target | |", "|---|---:|---:|---:|---|"]
    for figure in figures:
        target = "" if figure.target is None else f"< {figure.target:g} {figure.unit}".strip()
        value = shown(figure.value, figure.unit)
        busy = "" if figure.processor is None else shown(figure.processor, figure.unit)
        lines.append(f"| {figure.name} | {value} | {busy} | {target} | {figure.verdict} |")
    return "\n".join(lines)


def pace() -> float:
    """Milliseconds of processor time for a fixed piece of Python: how fast the machine is right
    now. Virtual machines are not equally fast all day, and a figure says little without it."""
    before = time.process_time()
    total = 0
    for number in range(200_000):
        total += number & 7
    assert total
    return (time.process_time() - before) * 1000


def machine(database: str) -> str:
    """What it was measured on, in one sentence."""
    model = "unknown processor"
    memory = ""
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
        model = found[1].strip() if found else platform.machine()
        total = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
        memory = f", {int(total[1]) / 1024**2:.0f} GB of memory" if total else ""
    except OSError:
        pass
    return (
        f"{model}, {os.cpu_count()} processors{memory}; {platform.system()} "
        f"{platform.release()}; Python {platform.python_version()}; {database}."
    )


def sqlite_name() -> str:
    """The SQLite of this Python."""
    return f"SQLite {sqlite3.sqlite_version}"


def write_down(kind: str, text: str) -> None:
    """Put the figures for one database into the page, between the lines that mark its place."""
    begin, end = f"<!-- figures: {kind} -->", f"<!-- end of figures: {kind} -->"
    page = PAGE.read_text()
    if begin not in page or end not in page:
        raise ValueError(f"{PAGE} has no place for figures: {begin} and {end}")
    before, rest = page.split(begin, 1)
    _, after = rest.split(end, 1)
    PAGE.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def print_figure(
    name: str,
    value: float,
    unit: str,
    target: float | None = None,
    processor: float | None = None,
) -> None:
    """Print one figure as it comes, for a part that is measured by itself."""
    limit = "" if target is None else f"  (< {target:g} {unit})"
    busy = "" if processor is None else f"  of it computing {processor:.2f}"
    print(f"{name:76} {value:10,.2f} {unit}{limit}{busy}", flush=True)
