"""What one side suggests to write into a definition, and writing it in.

A suggestion is about one line: an outcome, a cost or risk, what a side contributes or expects, a
process supported, or something promised. It carries the line as its writer saw it, so that it is
never written over something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from catenary.domain.documents.fields import OUTCOME
from catenary.domain.documents.plain import service_to_plain
from catenary.domain.documents.readers import MAX_TEXT, Text
from catenary.domain.documents.shapes import OutcomeDocument, ServiceDocument
from catenary.domain.findings import Problem
from catenary.domain.said import said
from catenary.domain.workshop.parts import (
    PROMISED,
    SINGLE,
    Act,
    Part,
    Suggestion,
    already_there,
    fresh_key,
    refusal,
    unreadable,
)
from catenary.domain.workshop.promises import promised_line, read_promised, write_promised

__all__ = ["Act", "Part", "Suggestion", "read_suggestion", "seen_in", "write_in"]

_TEXT = Text(MAX_TEXT, lines=True)


def read_suggestion(given: Mapping[str, str], problems: list[Problem]) -> Suggestion | None:
    """The suggestion of a form (``part``, ``act``, ``subject``, ``statement``, the fields of a
    measure, ``kind`` and ``channel`` of a requirement, ``steps`` of a process), or None after
    adding every problem found."""
    before = len(problems)
    try:
        part, act = Part(given.get("part", "")), Act(given.get("act", "add"))
    except ValueError:
        problems.append(Problem(("part",), said("nothing of a blueprint is called that"), ""))
        return None
    subject = given.get("subject", "")[:MAX_TEXT]
    if part is Part.WORDS and act is not Act.ADD:
        problems.append(Problem(("act",), said("words are said, not changed"), ""))
    if part in SINGLE:
        subject = ""
    elif act is not Act.ADD and not subject:
        problems.append(Problem(("subject",), said("it does not say which line"), ""))
    after: Any = None
    if act is not Act.REMOVE:
        after = _after(part, given, problems)
    if len(problems) > before:
        return None
    return Suggestion(part, act, "" if act is Act.ADD else subject, None, after)


def seen_in(document: ServiceDocument, part: Part, subject: str) -> Any:
    """What the definition says on that line now, plain; None when there is no such line."""
    if part is Part.OUTCOMES:
        found = next((o for o in document.outcomes if o.key == subject), None)
        return None if found is None else _plain_outcome(document, found.key)
    if part in PROMISED:
        return promised_line(document, part, subject)
    return subject if part is not Part.WORDS and subject in _lines(document, part) else None


def write_in(
    document: ServiceDocument, suggestion: Suggestion, *, wanted_by: str = ""
) -> ServiceDocument:
    """The definition with the suggestion in it. A new outcome is wanted by the organization
    ``wanted_by``; whoever said a changed one did not say it so.

    Raises `Refused` when the line is no longer as its writer saw it, or stands there already.
    """
    part = suggestion.part
    if part is Part.WORDS:
        return document
    if suggestion.act is not Act.ADD:
        now = seen_in(document, part, suggestion.subject)
        if now is None or now != suggestion.before:
            raise refusal(
                document,
                "changed-meanwhile",
                part,
                said("this line was changed meanwhile"),
                said("look at what it says now, and suggest again"),
            )
    if part is Part.OUTCOMES:
        return replace(document, outcomes=_outcomes(document, suggestion, wanted_by))
    if part in PROMISED:
        return write_promised(document, suggestion)
    lines = _lines(document, part)
    if suggestion.act is not Act.REMOVE and suggestion.after in lines:
        raise already_there(document, part)
    if suggestion.act is Act.ADD:
        lines = (*lines, suggestion.after)
    elif suggestion.act is Act.REMOVE:
        lines = tuple(line for line in lines if line != suggestion.subject)
    else:
        lines = tuple(suggestion.after if x == suggestion.subject else x for x in lines)
    group, _, name = part.value.partition(".")
    field = group.replace("-", "_")
    held: Any = getattr(document, field)
    kept = replace(held, **{name.replace("-", "_"): lines})
    written: dict[str, Any] = {field: kept}
    return replace(document, **written)


def _outcomes(
    document: ServiceDocument, suggestion: Suggestion, wanted_by: str
) -> tuple[OutcomeDocument, ...]:
    outcomes = document.outcomes
    if suggestion.act is Act.REMOVE:
        return tuple(outcome for outcome in outcomes if outcome.key != suggestion.subject)
    statement = suggestion.after["statement"]
    others = [outcome for outcome in outcomes if outcome.key != suggestion.subject]
    if any(outcome.statement == statement for outcome in others):
        raise already_there(document, suggestion.part)
    problems: list[Problem] = []
    taken = {outcome.key for outcome in outcomes}
    key = suggestion.subject or fresh_key(statement, taken, "outcome")
    new = OUTCOME.read(suggestion.after, ("outcomes", key), problems, key=key)
    if new is None:
        raise unreadable(document, suggestion.part, problems[0].sentence)
    if suggestion.act is Act.ADD:
        return (*outcomes, replace(new, wanted_by=wanted_by))
    return tuple(
        replace(
            new,
            wanted_by=outcome.wanted_by,
            said_by=outcome.said_by if outcome.statement == statement else "",
        )
        if outcome.key == key
        else outcome
        for outcome in outcomes
    )


def _plain_outcome(document: ServiceDocument, key: str) -> dict[str, Any]:
    said = service_to_plain(document)["outcomes"][key]
    return {name: said[name] for name in ("statement", "measure") if name in said}


def _lines(document: ServiceDocument, part: Part) -> tuple[str, ...]:
    group, _, name = part.value.partition(".")
    held: tuple[str, ...] = getattr(
        getattr(document, group.replace("-", "_")), name.replace("-", "_")
    )
    return held


def _after(part: Part, given: Mapping[str, str], problems: list[Problem]) -> Any:
    if part is Part.OUTCOMES:
        return _outcome(given, problems)
    if part in PROMISED:
        return read_promised(part, given, problems)
    return _line(given, problems)


def _line(given: Mapping[str, str], problems: list[Problem]) -> str:
    return _TEXT.read(given.get("statement", ""), ("statement",), problems)


def _outcome(given: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    plain: dict[str, Any] = {"statement": given.get("statement", "")}
    measure = {
        name: given.get(name, "").strip()
        for name in ("name", "unit", "baseline", "target")
        if given.get(name, "").strip()
    }
    if measure:
        plain["measure"] = measure | {"better": given.get("better", "") or "higher"}
    read = OUTCOME.read(plain, (), problems, key="outcome")
    if read is None:
        return plain
    # As the definition would keep it: trimmed, numbers in their one writing.
    service = ServiceDocument("x/x", "x", "x", outcomes=(read,))
    return _plain_outcome(service, "outcome")
