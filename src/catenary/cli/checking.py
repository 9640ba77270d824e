"""check: the definition rules on files or on the live catalogue."""

from __future__ import annotations

import json as json_format
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from catenary.cli.catalogue import problems_as_json, read_with_progress
from catenary.cli.exit_codes import FAILED, FINE, REFUSED
from catenary.cli.session import actor_by, fail, ready, viewpoint_from
from catenary.cli.terminal import answer, complain, progress, say
from catenary.domain.findings import SEVERITY_ORDER, Finding, Severity

if TYPE_CHECKING:
    from catenary.exchange.catalogue.places import Position
    from catenary.exchange.catalogue.reading import FileProblem

_SHOWN = 500


def check_files(*, folder: Path, json: bool, sarif: Path | None, fail_on: str) -> None:
    """Read the files and print what is wrong with them; no database is touched."""
    limit = _severity(fail_on)
    from catenary.domain.checks import check_catalogue

    read = read_with_progress(folder)
    with progress("checking"):
        # What was not read may be what a rule misses: only certain findings help then.
        findings = [] if read.problems else check_catalogue(read.catalogue)
    # Finding the line means reading the entry again: done for what is printed.
    shown = len(findings) if json or sarif is not None else _SHOWN
    located = [
        (finding, read.locate(finding.path) if at < shown else None)
        for at, finding in enumerate(findings)
    ]
    if sarif is not None:
        _write_sarif(sarif, located, read.problems)
    if json:
        answer(_as_json(located, read.problems))
    else:
        for problem in read.problems:
            complain(str(problem))
        _print(located)
    if read.problems:
        raise typer.Exit(FAILED)
    raise typer.Exit(_exit_code(findings, limit))


def check_live(
    *, data: Path | None, seen: str, by: str, json: bool, sarif: Path | None, fail_on: str
) -> None:
    """Print what is wrong with the live catalogue, as far as the actor may see it."""
    limit = _severity(fail_on)
    if sarif is not None:
        fail("SARIF names lines of files: give the folder to check with --sarif")
    ready(data)
    from catenary.apps.portfolio.queries.checks import live_findings

    actor = actor_by(by)
    with progress("checking"):
        _, findings = live_findings(actor, viewpoint_from(actor, seen))
    located = [(finding, None) for finding in findings]
    if json:
        answer(_as_json(located, []))
    else:
        _print(located)
    raise typer.Exit(_exit_code(findings, limit))


def _severity(fail_on: str) -> Severity:
    try:
        return Severity(fail_on)
    except ValueError:
        fail(f"--fail-on is error, warning or notice, not {fail_on}")


def _exit_code(findings: Sequence[Finding], limit: Severity) -> int:
    order = SEVERITY_ORDER[limit]
    return REFUSED if any(SEVERITY_ORDER[f.severity] <= order for f in findings) else FINE


def _print(located: Sequence[tuple[Finding, Position | None]]) -> None:
    for finding, position in located[:_SHOWN]:
        place = f"{position.file}:{position.line}: " if position else ""
        say(f"{place}{finding.severity.value} {finding.code} {finding.subject}: {finding.sentence}")
        say(f"    to mend it: {finding.remedy}")
    if len(located) > _SHOWN:
        say(f"… and {len(located) - _SHOWN:,} more (--json lists all)")
    counts = Counter(finding.severity for finding, _ in located)
    said = ", ".join(
        f"{counts[severity]:,} {severity.value}{'s' if counts[severity] != 1 else ''}"
        for severity in Severity
    )
    say(f"{said}.")


def _as_json(
    located: Sequence[tuple[Finding, Position | None]], problems: Sequence[FileProblem]
) -> dict[str, object]:
    return {
        "problems": problems_as_json(problems),
        "findings": [
            {
                "code": f.code,
                "severity": f.severity.value,
                "subject": f.subject,
                "path": list(f.path),
                "sentence": f.sentence,
                "remedy": f.remedy,
                **(
                    {"file": at.file, "line": at.line, "column": at.column}
                    if at is not None
                    else {}
                ),
            }
            for f, at in located
        ],
    }


def _write_sarif(
    path: Path,
    located: Sequence[tuple[Finding, Position | None]],
    problems: Sequence[FileProblem],
) -> None:
    from catenary import __version__
    from catenary.domain.checks import RULES
    from catenary.exchange.sarif import to_sarif

    log = to_sarif(located, RULES, Path.cwd(), problems=problems, version=__version__)
    try:
        text = json_format.dumps(log, indent=2)
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
