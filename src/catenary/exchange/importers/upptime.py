"""Upptime, a status page that lives in a Git repository: its sites stand in ``.upptimerc.yml``, and
every check that it kept is a commit whose subject says what came of it (https://upptime.js.org).

The commits are read from a log written by Git, or from a table of checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from catenary.exchange.importers.csv.tables import Dialect, Table, read_table
from catenary.exchange.importers.draft import HistoryEntry, Place
from catenary.exchange.importers.foreign_yaml import Mapping, read_documents, read_text
from catenary.exchange.importers.foreign_yaml import Sequence as List
from catenary.exchange.importers.naming import NotKnown
from catenary.exchange.importers.pages import StatusPage
from catenary.exchange.importers.report import Imported, ImportRefused, Outcome
from catenary.exchange.importers.settling import settle
from catenary.exchange.importers.sources import SourceFile, find_files

#: What the states of a check mean, unless the mapping says otherwise.
STATES = {"up": "operational", "down": "down", "degraded": "degraded"}
#: How the columns of a table of checks may be called.
COLUMNS = {
    "time": ("time_utc", "time", "timestamp", "at"),
    "site": ("service", "site", "name"),
    "state": ("state", "status"),
}
_CONFIG = re.compile(r"[^/]*upptimerc\.ya?ml\Z")
_LOG = re.compile(r"[^/]+\.(?:log|tsv)\Z")
_TABLE = re.compile(r"[^/]*checks?[^/]*\.csv\Z")
#: The subject of a commit: a picture, the site, what it is, and sometimes the answer it gave.
_SUBJECT = re.compile(
    r"\W*\s*(?P<site>.+?) (?P<state>is up|is down|has degraded performance|"
    r"experiencing degraded performance)(?: \((?P<answer>[^()]*)\))?(?: \[[^\]]*\])*\s*\Z"
)
_STATE = {"is up": "up", "is down": "down"}


def read_upptime(
    sources: Sequence[Path], *, mapping: Path | None = None, provider: str = "", name: str = ""
) -> Imported:
    """The checks of an Upptime page as words of the services it watches.

    ``sources`` are files, or folders searched for ``.upptimerc.yml``, logs (``*.log``, ``*.tsv``:
    a time, a tabulator and the subject of a commit on each line) and tables (``*checks*.csv``).
    With a ``provider`` (a key; ``name`` is its name) the sites become its services; other names
    are resolved by the ``mapping`` (docs/how-to/import-upptime.md).

    Raises ``ImportRefused`` when a source is missing, holds no check, or the mapping is wrong.
    """
    page = StatusPage(mapping, provider, name)
    files = find_files(
        sources, lambda file: any(kind.match(file) for kind in (_CONFIG, _LOG, _TABLE))
    )
    checks = 0
    for file in sorted(files, key=lambda file: _CONFIG.match(file.path.name) is None):
        if _CONFIG.match(file.path.name):
            _read_config(page, file)
        elif file.path.name.endswith(".csv"):
            checks += _take(page, _table(file))
        else:
            checks += _take(page, _log(page, file))
    if not checks:
        raise ImportRefused(
            f"{', '.join(map(str, sources))}: holds no check. Write the log of the repository "
            "with: git log --reverse --format='%cI%x09%s' > checks.log"
        )
    return settle(page.draft)


def _read_config(page: StatusPage, file: SourceFile) -> None:
    for document in read_documents(read_text(file.path)):
        for fault in document.faults:
            page.draft.say(Place(file.name, fault.line), "file", Outcome.REJECTED, fault.sentence)
        root = document.root
        sites = root.find("sites") if isinstance(root, Mapping) else None
        for site in sites.items if isinstance(sites, List) else ():
            if isinstance(site, Mapping) and site.text("name"):
                place = Place(file.name, site.line)
                title = root.text("status-website", "name") if isinstance(root, Mapping) else ""
                page.add_system(place, site.text("name"), site.text("url"), title)


#: One check: where it stands, the site, its state, when, and what was answered.
_Check = tuple[Place, str, str, str, str]


def _table(file: SourceFile) -> Iterator[_Check]:
    table = read_table(file.path, file.name, Dialect())
    places = {}
    for column, names in COLUMNS.items():
        found = [table.header.index(name) for name in names if name in table.header]
        if not found:
            raise ImportRefused(
                f"{file.name}:1: there is no column {' or '.join(names)}; "
                "catenary import csv reads every other table, with a mapping"
            )
        places[column] = found[0]
    for line, row in zip(table.lines, table.rows, strict=True):
        answer = " ".join(_answer(table, row))
        site, state, time = (row[places[name]].strip() for name in ("site", "state", "time"))
        yield Place(file.name, line), site, state, time, answer


def _answer(table: Table, row: list[str]) -> Iterator[str]:
    for name, unit in (("http_code", ""), ("response_ms", " ms")):
        if name in table.header and row[table.header.index(name)].strip():
            yield row[table.header.index(name)].strip() + unit


def _log(page: StatusPage, file: SourceFile) -> Iterator[_Check]:
    others = 0
    for number, line in enumerate(read_text(file.path).splitlines(), start=1):
        time, _, subject = line.partition("\t")
        found = _SUBJECT.match(subject)
        if found is None:
            others += bool(line.strip())
            continue
        state = _STATE.get(found["state"], "degraded")
        yield Place(file.name, number), found["site"], state, time.strip(), found["answer"] or ""
    if others:
        reason = f"{others:,} lines are no checks: other commits"
        page.draft.say(Place(file.name), "lines", Outcome.SKIPPED, reason)


def _take(page: StatusPage, checks: Iterator[_Check]) -> int:
    taken = 0
    for place, site, state, time, answer in checks:
        taken += 1
        item = f"check of {site}"
        condition = page.names.condition(state, STATES)
        if page.names.is_left_out(site) or condition == "":
            page.draft.say(place, item, Outcome.SKIPPED, "the mapping leaves it out")
            continue
        try:
            if condition is None:
                raise NotKnown(
                    f"nobody declared what the state '{state[:80]}' means; say so under conditions"
                )
            service = page.names.service(site)
        except NotKnown as unknown:
            page.draft.say(place, item, Outcome.REJECTED, str(unknown))
            continue
        plain = {"condition": condition, "at": time}
        if answer:
            plain["text"] = f"answered {answer}"
        page.draft.histories.append(HistoryEntry(place, item, service, plain))
    return taken
