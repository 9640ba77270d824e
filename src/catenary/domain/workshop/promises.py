"""Lines of what is promised: utility, warranty, service hours, and the processes supported.

They are read and written by the forms that read catalogue files, so a figure that no file may say
is refused here in the same words, and one that is taken is kept in its one exact writing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from catenary.domain.documents.fields import WARRANTY, Utilities
from catenary.domain.documents.hours import hours_to_plain
from catenary.domain.documents.plain import service_to_plain
from catenary.domain.documents.readers import MAX_TEXT, Listing, Text, shown
from catenary.domain.documents.shapes import (
    BusinessProcess,
    ServiceDocument,
    UtilityKind,
    UtilityRequirement,
    Warranty,
)
from catenary.domain.documents.values import Hours
from catenary.domain.findings import Problem
from catenary.domain.said import said
from catenary.domain.workshop.agreed import agreed_lines
from catenary.domain.workshop.parts import (
    SINGLE,
    Act,
    Part,
    Suggestion,
    already_there,
    fresh_key,
    refusal,
    unreadable,
)

_NAME = Text()
_STATEMENT = Text(MAX_TEXT, lines=True)
_STEPS = Listing(_NAME)
_CONTINUITY = {Part.RECOVERY_TIME: "recovery-time", Part.RECOVERY_POINT: "recovery-point"}


def promised_line(document: ServiceDocument, part: Part, subject: str) -> Any:
    """What the definition says on that line now, plain; None when there is no such line. A
    process is a mapping of its ``name`` and ``steps``."""
    line = agreed_lines(service_to_plain(document)).get((part.value, subject))
    if part is Part.PROCESSES and line is not None:
        return {"name": subject, "steps": line}
    return line


def read_promised(part: Part, given: Mapping[str, str], problems: list[Problem]) -> Any:
    """The line of a form, plain and in its one writing; problems are added."""
    if part is Part.UTILITY:
        return _requirement(given, problems)
    text = given.get("statement", "").strip()
    if part is Part.PROCESSES:
        steps = [step for line in given.get("steps", "").splitlines() if (step := line.strip())]
        name = _NAME.read(text, ("statement",), problems)
        return {"name": name, "steps": list(_STEPS.read(steps, ("steps",), problems))}
    found: list[Problem] = []
    if part is Part.HOURS:
        hours = Hours().read(text, ("statement",), found)
        problems += found
        return None if found else hours_to_plain(hours)
    read = WARRANTY.read(_with(part, {}, text), (), found)
    problems += [replace(problem, path=("statement",)) for problem in found]
    if read is None or found:
        return None
    lines = agreed_lines(service_to_plain(ServiceDocument("x/x", "x", "x", warranty=read)))
    return next(iter(lines.values()))


def write_promised(document: ServiceDocument, suggestion: Suggestion) -> ServiceDocument:
    """The definition with the line in it, which its writer saw as it is. Raises `Refused` when
    it stands there already, or another in its one place."""
    part = suggestion.part
    if part is Part.UTILITY:
        return replace(document, utility=_requirements(document, suggestion))
    if part is Part.PROCESSES:
        return replace(document, supports_processes=_processes(document, suggestion))
    is_second = part in SINGLE and suggestion.act is Act.ADD
    if is_second and promised_line(document, part, "") is not None:
        raise refusal(
            document,
            "already-there",
            part,
            said("something else is promised here already"),
            said("change that line"),
        )
    if part is Part.HOURS:
        problems: list[Problem] = []
        after = suggestion.after
        hours = None if after is None else Hours().read(after, (), problems)
        if problems:
            raise unreadable(document, part, problems[0].sentence, problems[0].expected)
        return replace(document, service_hours=hours)
    return replace(document, warranty=_warranty(document, suggestion))


def _requirement(given: Mapping[str, str], problems: list[Problem]) -> dict[str, Any] | None:
    kind = given.get("kind", "") or UtilityKind.FEATURE.value
    if kind not in set(UtilityKind):
        problems.append(
            Problem(
                ("kind",),
                said("{text} is no kind of requirement", shown(kind)),
                said("exactly one of {words}", ", ".join(UtilityKind)),
            )
        )
        return None
    before = len(problems)
    plain = {kind: _STATEMENT.read(given.get("statement", ""), ("statement",), problems)}
    if given.get("channel", "").strip():
        plain["channel"] = _NAME.read(given["channel"], ("channel",), problems)
    return plain if len(problems) == before else None


def _requirements(
    document: ServiceDocument, suggestion: Suggestion
) -> tuple[UtilityRequirement, ...]:
    held, subject = document.utility, suggestion.subject
    if suggestion.act is Act.REMOVE:
        return tuple(one for one in held if one.key != subject)
    problems: list[Problem] = []
    key = subject or fresh_key(
        next(iter(suggestion.after.values())), {one.key for one in held}, "requirement"
    )
    read = Utilities().read({key: suggestion.after}, (), problems)
    if problems:
        raise unreadable(document, suggestion.part, problems[0].sentence)
    if any(replace(one, key=key) == read[0] for one in held if one.key != subject):
        raise already_there(document, suggestion.part)
    if suggestion.act is Act.ADD:
        return (*held, *read)
    return tuple(read[0] if one.key == subject else one for one in held)


def _processes(document: ServiceDocument, suggestion: Suggestion) -> tuple[BusinessProcess, ...]:
    held, subject = document.supports_processes, suggestion.subject
    if suggestion.act is Act.REMOVE:
        return tuple(one for one in held if one.name != subject)
    new = BusinessProcess(suggestion.after["name"], tuple(suggestion.after["steps"]))
    if any(one.name == new.name for one in held if one.name != subject):
        raise already_there(document, suggestion.part)
    if suggestion.act is Act.ADD:
        return (*held, new)
    return tuple(new if one.name == subject else one for one in held)


def _warranty(document: ServiceDocument, suggestion: Suggestion) -> Warranty:
    part = suggestion.part
    plain = dict(service_to_plain(document).get("warranty", {}))
    if part in SINGLE:
        plain = _with(part, plain, suggestion.after)
    else:
        name = part.value.partition(".")[2]
        said_so = plain.get(name, [])
        lines = [said_so] if isinstance(said_so, str) else list(said_so)
        if suggestion.act is not Act.REMOVE and suggestion.after in lines:
            raise already_there(document, part)
        if suggestion.act is Act.ADD:
            lines.append(suggestion.after)
        else:
            at = lines.index(suggestion.subject)
            lines[at : at + 1] = [] if suggestion.after is None else [suggestion.after]
        plain[name] = lines
    problems: list[Problem] = []
    read = WARRANTY.read(plain, (), problems)
    if read is None or problems:
        raise unreadable(document, part, problems[0].sentence, problems[0].expected)
    return read


def _with(part: Part, plain: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """A plain warranty with this in the place of the part, or without it for None."""
    new = dict(plain)
    if part in _CONTINUITY:
        both = dict(new.pop("continuity", {}))
        both[_CONTINUITY[part]] = value
        both = {name: text for name, text in both.items() if text is not None}
        return new | {"continuity": both} if both else new
    name = part.value.partition(".")[2]
    new.pop(name, None)
    return new if value is None else new | {name: value}
