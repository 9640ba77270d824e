"""cState, a status page that lives in a Git repository: every incident is a Markdown file with a
head in YAML (https://github.com/cstate/cstate/wiki/Usage)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePath

from catenary.domain.observations.reading import LONGEST_REFERENCE, LONGEST_TEXT
from catenary.exchange.importers.draft import HistoryEntry, Place
from catenary.exchange.importers.foreign_yaml import (
    Mapping,
    Scalar,
    read_documents,
    read_text,
    texts,
)
from catenary.exchange.importers.foreign_yaml import Sequence as List
from catenary.exchange.importers.naming import NotKnown
from catenary.exchange.importers.pages import StatusPage
from catenary.exchange.importers.report import Imported, ImportRefused, Outcome
from catenary.exchange.importers.settling import settle
from catenary.exchange.importers.sources import SourceFile, find_files
from catenary.exchange.importers.voice import shortened

#: What the severities of an incident mean, unless the mapping says otherwise.
SEVERITIES = {"down": "down", "disrupted": "degraded", "notice": "skip"}
_CONFIG = re.compile(r"(?:config|hugo)\.ya?ml\Z")
_MAX_INCIDENT = 4 * 1024 * 1024
#: People write ``T8:00``, and Hugo understands them.
_HOUR = re.compile(r"(?<=[0-9])([T ])([0-9])(?=:)")
#: ``2020-11-12 15:54:00 +0000`` has a blank too many for ISO.
_ZONE = re.compile(r"\s+(?=(?:Z|[+-][0-9]{2}:?[0-9]{2})\Z)")


def read_cstate(
    sources: Sequence[Path], *, mapping: Path | None = None, provider: str = "", name: str = ""
) -> Imported:
    """The incidents of a cState page as records of the services they affected.

    ``sources`` are files, or folders searched for ``config.yml`` and Markdown files. With a
    ``provider`` (a key; ``name`` is its name) the systems of the page become its services; other
    names of affected systems are resolved by the ``mapping`` (docs/how-to/import-cstate.md).

    Raises ``ImportRefused`` when a source is missing, holds no incident, or the mapping is wrong.
    """
    page = StatusPage(mapping, provider, name)
    files = find_files(sources, lambda file: file.endswith(".md") or bool(_CONFIG.match(file)))
    configs = [file for file in files if _CONFIG.match(file.path.name)]
    incidents = [file for file in files if file not in configs]
    for file in configs:
        _read_config(page, file)
    if not incidents:
        raise ImportRefused(f"{', '.join(map(str, sources))}: holds no incident (a file *.md).")
    for file in incidents:
        _read_incident(page, file)
    return settle(page.draft)


def _read_config(page: StatusPage, file: SourceFile) -> None:
    root = _root(page, file, read_text(file.path))
    systems = root.find("params", "systems") if root is not None else None
    if root is None or not isinstance(systems, List):
        return
    for system in systems.items:
        if isinstance(system, Mapping) and system.text("name"):
            page.add_system(
                Place(file.name, system.line),
                system.text("name"),
                system.text("description"),
                root.text("title"),
            )


def _root(page: StatusPage, file: SourceFile, text: str) -> Mapping | None:
    documents = read_documents(text)
    faults = [fault for document in documents for fault in document.faults]
    root = documents[0].root if documents and not faults else None
    if isinstance(root, Mapping):
        return root
    line, reason = (faults[0].line, faults[0].sentence) if faults else (1, "it has no YAML mapping")
    page.draft.say(Place(file.name, line), "file", Outcome.REJECTED, reason)
    return None


def _read_incident(page: StatusPage, file: SourceFile) -> None:
    place = Place(file.name, 1)
    try:
        text = read_text(file.path, max_bytes=_MAX_INCIDENT).lstrip("\ufeff")
    except ImportRefused as refused:
        for problem in refused.problems:
            page.draft.say(place, "file", Outcome.REJECTED, problem)
        return
    head = _head(text)
    if head is None:
        said = "no head between two lines of --- at its beginning: this is no incident"
        page.draft.say(place, "file", Outcome.SKIPPED, said)
        return
    root = _root(page, file, head)
    if root is None:
        return
    title = root.text("title") or PurePath(file.name).stem
    item = f"incident {title}"
    if root.text("section") not in ("issue", ""):
        page.draft.say(place, item, Outcome.SKIPPED, f"its section is '{root.text('section')}'")
        return
    word = root.text("severity")
    condition = page.names.condition(word, SEVERITIES)
    if condition is None:
        reason = f"nobody declared what the severity '{word[:80]}' means; say so under conditions"
        page.draft.say(place, item, Outcome.REJECTED, reason)
        return
    if not condition:
        reason = f"'{word}' tells nothing of the condition; the mapping may say otherwise"
        page.draft.say(place, item, Outcome.SKIPPED, reason)
        return
    plain = {
        "condition": condition,
        "from": _time(root.text("date")),
        "text": shortened(title, LONGEST_TEXT),
        "reference": shortened(PurePath(file.name).stem, LONGEST_REFERENCE),
    }
    resolved = root.find("resolved")
    if isinstance(resolved, Scalar) and resolved.boolean:
        # Without the time it was resolved nobody knows its end; the report says so.
        plain["until"] = _time(root.text("resolvedWhen"))
    affected = list(texts(root.find("affected")))
    if not affected:
        page.draft.say(place, item, Outcome.REJECTED, "it names no affected system")
    for name, line in affected:
        # The head begins on the second line of the file.
        _affect(page, Place(file.name, line + 1), f"{item} of {name}", name, plain)


def _affect(page: StatusPage, place: Place, item: str, name: str, plain: dict[str, str]) -> None:
    if page.names.is_left_out(name):
        page.draft.say(place, item, Outcome.SKIPPED, "the mapping leaves this name out")
        return
    try:
        service = page.names.service(name)
    except NotKnown as unknown:
        page.draft.say(place, item, Outcome.REJECTED, str(unknown))
        return
    page.draft.histories.append(HistoryEntry(place, item, service, dict(plain)))


def _head(text: str) -> str | None:
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        return None
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            return "\n".join(lines[1:number])
    return None


def _time(text: str) -> str:
    # A day alone means its beginning, as it does to Hugo, which makes the page.
    text = _HOUR.sub(r"\g<1>0\g<2>", _ZONE.sub("", text.strip()))
    return f"{text}T00:00Z" if len(text) == len("2020-01-31") else text
