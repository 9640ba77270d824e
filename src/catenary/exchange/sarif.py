"""Findings as SARIF 2.1.0, so that code hosts show each one at its line.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import PurePath, PurePosixPath
from typing import Any
from urllib.parse import quote

from catenary.domain.checks import Rule
from catenary.domain.findings import Finding, Severity
from catenary.exchange.catalogue.places import Position
from catenary.exchange.catalogue.reading import FileProblem

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
#: Fingerprints of another recipe must never be compared with these: change the number with it.
FINGERPRINT = "catenaryFinding/v1"
#: The rule under which everything stands that keeps a file from being read at all.
UNREADABLE = "CAT001"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}


def to_sarif(
    findings: Iterable[tuple[Finding, Position | None]],
    rules: Sequence[Rule],
    base: PurePath,
    *,
    problems: Iterable[FileProblem] = (),
    version: str = "",
) -> dict[str, Any]:
    """One SARIF log with one run: plain dictionaries, ready for ``json.dumps``.

    ``findings`` come with the place they stand at, or None when they stand in no file. Files
    are written relative to ``base`` (the root of the repository); one outside it keeps its
    absolute address. ``problems`` are reported under the rule ``CAT001``. Raises ``ValueError``
    for a finding whose code is not among ``rules``.
    """
    described = [_unreadable_rule(), *(_rule(each) for each in rules)]
    place_of = {each["id"]: place for place, each in enumerate(described)}
    results = [
        _result(
            place_of,
            UNREADABLE,
            "error",
            _sentences(problem.sentence, _expected(problem)),
            _location(Position(problem.file, problem.line, problem.column), base, ""),
            (problem.file, problem.sentence),
        )
        for problem in problems
    ]
    for finding, position in findings:
        # Positions in lists are left out: a line added above must not make old findings new.
        names = [part for part in finding.path if isinstance(part, str)]
        results.append(
            _result(
                place_of,
                finding.code,
                _LEVELS[finding.severity],
                _sentences(finding.sentence, finding.remedy),
                _location(position, base, finding.subject),
                (finding.code, finding.subject, *names, finding.sentence),
            )
        )
    _number_equal_fingerprints(results)
    driver: dict[str, Any] = {"name": "catenary", "rules": described}
    if version:
        driver["version"] = version
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return _described(rule.code, rule.title, _LEVELS[rule.severity], rule.idea, rule.remedy)


def _unreadable_rule() -> dict[str, Any]:
    return _described(
        UNREADABLE,
        "Catalogue file cannot be read",
        "error",
        "What cannot be read cannot be checked: nothing is planned or applied until every file "
        "says something whole.",
        "Correct the file where the problem stands.",
    )


def _described(code: str, title: str, level: str, idea: str, remedy: str) -> dict[str, Any]:
    return {
        "id": code,
        "name": "".join(word[0].upper() + word[1:] for word in title.replace("-", " ").split()),
        "shortDescription": {"text": title},
        "fullDescription": {"text": idea},
        "help": {
            "text": f"{idea}\n\nMend: {remedy}",
            "markdown": f"{idea}\n\n**Mend:** {remedy}",
        },
        "defaultConfiguration": {"level": level},
    }


def _result(
    place_of: dict[str, int],
    code: str,
    level: str,
    text: str,
    locations: list[dict[str, Any]],
    identity: tuple[str, ...],
) -> dict[str, Any]:
    if code not in place_of:
        raise ValueError(f"{code} is not the code of a rule that was given")
    # Lone surrogates cannot be encoded; they must not keep everything else from being reported.
    identity_bytes = "\x1f".join(identity).encode("utf-8", "backslashreplace")
    return {
        "ruleId": code,
        "ruleIndex": place_of[code],
        "level": level,
        "message": {"text": text},
        "locations": locations,
        "partialFingerprints": {FINGERPRINT: hashlib.sha256(identity_bytes).hexdigest()[:32]},
    }


def _location(position: Position | None, base: PurePath, subject: str) -> list[dict[str, Any]]:
    location: dict[str, Any] = {}
    if position is not None and position.file:
        location["physicalLocation"] = {
            "artifactLocation": _artifact(position.file, base),
            "region": {
                "startLine": max(1, position.line),
                "startColumn": max(1, position.column),
            },
        }
    if subject:
        location["logicalLocations"] = [{"fullyQualifiedName": subject}]
    return [location] if location else []


def _artifact(file: str, base: PurePath) -> dict[str, str]:
    path = PurePath(file)
    if path.is_absolute() and path.is_relative_to(base):
        path = path.relative_to(base)
    if path.is_absolute():
        return {"uri": "file://" + _quoted(path)}
    return {"uri": _quoted(path), "uriBaseId": "%SRCROOT%"}


def _quoted(path: PurePath) -> str:
    # A colon in the first part of a relative address would read as a scheme.
    return quote(PurePosixPath(path).as_posix(), safe="/", errors="replace")


def _expected(problem: FileProblem) -> str:
    return f"Expected: {problem.expected}" if problem.expected else ""


def _sentences(*texts: str) -> str:
    ended = [text if text.endswith((".", "!", "?")) else f"{text}." for text in texts if text]
    return " ".join(ended) or "No description."


def _number_equal_fingerprints(results: list[dict[str, Any]]) -> None:
    """Two equal findings stay two: hosts would show only one of the same fingerprint."""
    seen: dict[str, int] = {}
    for result in results:
        prints = result["partialFingerprints"]
        same = prints[FINGERPRINT]
        times = seen[same] = seen.get(same, 0) + 1
        if times > 1:
            prints[FINGERPRINT] = f"{same}:{times}"
