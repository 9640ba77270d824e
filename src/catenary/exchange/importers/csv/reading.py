"""From tables and a mapping to the draft: first everything that is, then what relies on what."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from catenary.domain.quantities import QuantityError, parse_number
from catenary.exchange.importers.csv.filling import (
    FilledRow,
    column_problems,
    filled_rows,
    grown,
    index_for,
    occurrences,
    text_of,
    used_columns,
)
from catenary.exchange.importers.csv.mapping import FileRule, Rule, read_mapping
from catenary.exchange.importers.csv.names import Names
from catenary.exchange.importers.csv.observing import observe
from catenary.exchange.importers.csv.tables import Table, read_table
from catenary.exchange.importers.csv.templates import Row, RowRefused
from catenary.exchange.importers.draft import (
    ConsumptionEntry,
    Draft,
    GroupEntry,
    Place,
    ServiceIdentity,
)
from catenary.exchange.importers.report import Imported, ImportRefused, Outcome
from catenary.exchange.importers.settling import settle
from catenary.exchange.importers.sources import SourceFile, find_files

_ONE = Decimal(1)
MAX_ROWS = 3_000_000
#: Fields of a service template that are not fields of the service document.
_OWN = {"key", "provider", "home", "owner", "relies-on"}


def read_csv(sources: Sequence[Path], *, mapping: Path | None = None) -> Imported:
    """What CSV files hold, as a mapping file declares it (docs/reference/csv-mapping.md).

    ``sources`` are files, or folders searched for the files the mapping names. Raises
    ``ImportRefused`` with every reason found when the mapping is missing or wrong, a file it
    names is not there, or a file cannot be read to its end; then nothing was taken.
    """
    if mapping is None:
        raise ImportRefused(
            "The csv import needs to know what the columns mean: --mapping FILE "
            "(examples/mappings/spreadsheet.yaml is a start)."
        )
    rules, voice = read_mapping(mapping)
    draft = Draft(voice=voice)
    tables = _tables(sources, rules, str(mapping), draft)
    importer = _Import(draft, [rule for rule in rules if rule.name in tables], tables)
    importer.build()
    return settle(draft)


def _tables(
    sources: Sequence[Path], rules: list[FileRule], mapping: str, draft: Draft
) -> dict[str, Table]:
    """The table of each file of the mapping that is there."""
    patterns = [rule.pattern for rule in rules]
    found = find_files(
        sources, lambda name: any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    )
    problems: list[str] = []
    tables: dict[str, Table] = {}
    used: set[Path] = set()
    for rule in rules:
        files = _matching(rule, found, alone=len(rules) == 1)
        if len(files) > 1:
            names = ", ".join(file.name for file in files[:5])
            problems.append(f"{mapping}:{rule.line}: '{rule.pattern}' fits several files: {names}.")
        elif files:
            used.add(files[0].path)
            try:
                tables[rule.name] = read_table(files[0].path, files[0].name, rule.dialect)
            except ImportRefused as error:
                problems += error.problems
        elif not rule.optional:
            problems.append(
                f"{mapping}:{rule.line}: no file called '{rule.pattern}' was given; "
                "name it or its folder, or say optional: true."
            )
    for rule in rules:
        if rule.name in tables:
            problems += column_problems(rule, mapping, tables)
    if problems:
        raise ImportRefused(*dict.fromkeys(problems))
    for file in found:
        if file.path not in used:
            reason = "the mapping does not speak of it"
            draft.say(Place(file.name), "file", Outcome.SKIPPED, reason)
    return tables


def _matching(rule: FileRule, found: list[SourceFile], *, alone: bool) -> list[SourceFile]:
    files = [file for file in found if fnmatch.fnmatchcase(file.path.name, rule.pattern)]
    # A mapping for one file means that file, whatever it is called this month.
    return files or (found if alone and len(found) == 1 else [])


class _Import:
    def __init__(self, draft: Draft, rules: list[FileRule], tables: dict[str, Table]) -> None:
        self.draft = draft
        self.rules = rules
        self.tables = tables
        self.rows: dict[str, list[FilledRow]] = {}
        self.names = Names()
        self.made = 0

    def build(self) -> None:
        for rule in self.rules:
            self.rows[rule.name] = list(self._rows(rule))
            self._tell_unused(rule)
        for each, place, row in self._filled("organizations"):
            self._organization(each, place, row)
        self.names.learn_organizations(self.draft)
        for organization in self.draft.organizations.values():
            organization.part_of = self.names.organization(organization.part_of)
        for each, place, row in self._filled("services"):
            self._service(each, place, row)
        self.names.learn_services(self.draft)
        for each, place, row in self._filled("people"):
            self._person(each, place, row)
        for kind in ("services", "dependencies"):
            joined: dict[tuple[object, ...], int] = {}
            for each, place, row in self._filled(kind):
                self._relies_on(kind, each, place, row, joined)
        for each, place, row in self._filled("consumption"):
            self._consumption(each, place, row)
        for each, place, row in self._filled("observations"):
            observe(self.draft, self.names, each, place, row)

    # --- rows ---

    def _rows(self, rule: FileRule) -> Iterator[FilledRow]:
        table = self.tables[rule.name]
        for line, reason in table.ragged:
            self.draft.say(Place(table.source, line), "row", Outcome.REJECTED, reason)
        joins = []
        for join in rule.joins:
            other = self.tables.get(join.table)
            if other is None:
                continue
            absent = {f"{join.table}.{name}": "" for name in other.header}
            joins.append((join, index_for(join, other), absent))
        for line, cells in zip(table.lines, table.rows, strict=True):
            row: Row = dict(zip(table.header, cells, strict=True))
            unfit = next(
                (
                    condition
                    for condition in rule.only
                    if (row[condition.column].strip() in condition.values) == condition.negative
                ),
                None,
            )
            place = Place(table.source, line)
            if unfit is not None:
                reason = f"{unfit.column} is '{row[unfit.column][:80]}'"
                self.draft.say(place, "row", Outcome.SKIPPED, reason)
                continue
            try:
                for filled in filled_rows(row, joins):
                    self.made += 1
                    if self.made > MAX_ROWS:
                        raise ImportRefused(
                            f"{table.source}:{line}: the joins of the mapping make more than "
                            f"{MAX_ROWS:,} rows. Join on columns that tell rows apart."
                        )
                    yield FilledRow(line, filled)
            except RowRefused as error:
                self.draft.say(place, "row", Outcome.REJECTED, str(error))

    def _tell_unused(self, rule: FileRule) -> None:
        table = self.tables[rule.name]
        used = {name for name, _, _ in used_columns(rule)}
        for other in self.rules:
            for join in other.joins:
                if join.table == rule.name:
                    used |= {there for _, there in join.on}
                    used |= {
                        name.removeprefix(f"{rule.name}.") for name, _, _ in used_columns(other)
                    }
        unused = [name for name in table.header if name and name not in used]
        if unused:
            reason = "the mapping does not use: " + ", ".join(unused)
            self.draft.say(Place(table.source), "columns", Outcome.SKIPPED, reason)

    def _filled(self, kind: str) -> Iterator[tuple[Rule, Place, Row]]:
        for rule in self.rules:
            source = self.tables[rule.name].source
            for filled in self.rows[rule.name]:
                place = Place(source, filled.line)
                for each in rule.rules[kind]:
                    try:
                        for row in occurrences(each, filled.row):
                            yield each, place, row
                    except RowRefused as error:
                        # Reliance is read in a second round over services: said once is enough.
                        line = (kind, str(error))
                        if (place, *line) not in self.names.said:
                            self.names.said.add((place, *line))
                            self.draft.say(place, kind, Outcome.REJECTED, str(error))

    # --- what is ---

    def _organization(self, rule: Rule, place: Place, row: Row) -> None:
        try:
            key = text_of(rule, "key", row)
            if not key:
                self._reject(place, "organization", "its key is empty")
                return
            self.draft.add_organization(
                key,
                place=place,
                name=text_of(rule, "name", row) or key,
                description=text_of(rule, "description", row),
                part_of=text_of(rule, "part-of", row),
            )
        except RowRefused as error:
            self._reject(place, "organization", str(error))

    def _service(self, rule: Rule, place: Place, row: Row) -> None:
        try:
            key, provider = text_of(rule, "key", row), text_of(rule, "provider", row)
            if not key or not provider:
                empty = "key" if not key else "provider"
                self._reject(place, f"service {key}".strip(), f"its {empty} is empty")
                return
            fields: dict[str, object] = {"name": key}
            for name, tree in rule.fields.items():
                if name not in _OWN:
                    value = grown(tree, row)
                    if value is not None:
                        fields[name] = value
            tags = fields.get("tags")
            if isinstance(tags, list):
                fields["tags"] = list(dict.fromkeys(str(tag) for tag in tags))
            elif tags is not None:
                fields["tags"] = [tags]
            owner = text_of(rule, "owner", row)
            self.draft.add_service(
                (self._home(rule, row), key),
                place=place,
                fields=fields,
                provider=self.names.organization(provider),
                owner=owner if "@" in owner else self.names.organization(owner),
            )
        except RowRefused as error:
            self._reject(place, "service", str(error))

    def _person(self, rule: Rule, place: Place, row: Row) -> None:
        try:
            email = text_of(rule, "email", row)
            organization = self.names.organization(text_of(rule, "organization", row))
            if not email:
                self._reject(place, "person", "the e-mail address is empty")
                return
            roles = grown(rule.fields["roles"], row) if "roles" in rule.fields else None
            wanted = [str(role) for role in roles] if isinstance(roles, list) else []
            wanted = [roles] if isinstance(roles, str) else wanted
            self.draft.add_person(
                email,
                place=place,
                name=text_of(rule, "name", row),
                organization=organization,
                roles={organization: wanted} if wanted else None,
            )
        except RowRefused as error:
            self._reject(place, "person", str(error))

    # --- what relies on what, and who consumes it ---

    def _relies_on(
        self,
        kind: str,
        rule: Rule,
        place: Place,
        row: Row,
        joined: dict[tuple[object, ...], int],
    ) -> None:
        if not rule.groups:
            return
        try:
            if kind == "services":
                service: ServiceIdentity = (self._home(rule, row), text_of(rule, "key", row))
                if service not in self.draft.services:
                    return
            else:
                service = self._find(rule, row)
        except RowRefused as error:
            # A service template that does not fit was told when the service was.
            if kind != "services":
                self._reject(place, "dependency", str(error))
            return
        for group in rule.groups:
            try:
                self._group(service, group, place, row, joined)
            except RowRefused as error:
                self._reject(place, f"{service[1]} relies on", str(error))

    def _group(
        self,
        service: ServiceIdentity,
        rule: Rule,
        place: Place,
        row: Row,
        joined: dict[tuple[object, ...], int],
    ) -> None:
        members: list[tuple[ServiceIdentity, Decimal]] = []
        last = row
        for one in occurrences(rule, row):
            last = one
            text = text_of(rule, "service", one)
            if not text:
                continue
            try:
                member = self.names.service(text_of(rule, "provider", one), text, near=service)
            except RowRefused as error:
                self._reject(place, f"{service[1]} relies on {text}", str(error))
                continue
            members.append((member, _number(rule, "weight", one) or _ONE))
        if not members:
            return
        how = text_of(rule, "as", last) or "essential"
        soft = how == "soft" or text_of(rule, "soft", last).lower() in ("true", "yes", "1")
        if how in ("essential", "soft"):
            for one_member in members:
                self.draft.add_group(GroupEntry(service, (one_member,), place, soft=soft))
            return
        minimum = _number(rule, "minimum", last) or _ONE
        full = _number(rule, "full", last)
        name = text_of(rule, "group", last)
        if not name:
            entry = GroupEntry(service, tuple(members), place, minimum, full, soft)
            self.draft.add_group(entry)
            return
        # Tables often have one row for each member; the name of the group holds them together.
        at = joined.setdefault((service, name), len(self.draft.groups))
        if at == len(self.draft.groups):
            entry = GroupEntry(service, tuple(members), place, minimum, full, soft)
            self.draft.add_group(entry)
            return
        known = self.draft.groups[at]
        self.draft.groups[at] = replace(known, members=(*known.members, *members))
        item = f"{service[1]} relies on {', '.join(member[1] for member, _ in members)}"
        reason = f"one more of the group '{name}' that begins on line {known.place.line}"
        self.draft.say(place, item, Outcome.MERGED, reason)

    def _consumption(self, rule: Rule, place: Place, row: Row) -> None:
        try:
            consumer = text_of(rule, "consumer", row)
            if not consumer:
                self._reject(place, "consumption", "the consumer is empty")
                return
            service = self._find(rule, row)
            self.draft.consumption.append(
                ConsumptionEntry(
                    consumer=self.names.organization(consumer),
                    service=service,
                    place=place,
                    known_as=text_of(rule, "known-as", row),
                )
            )
        except RowRefused as error:
            self._reject(place, "consumption", str(error))

    def _home(self, rule: Rule, row: Row) -> str:
        """The organization a service is named under: its provider, unless the mapping says."""
        text = text_of(rule, "home", row) or text_of(rule, "provider", row)
        return self.names.organization(text)

    def _find(self, rule: Rule, row: Row) -> ServiceIdentity:
        return self.names.service(text_of(rule, "provider", row), text_of(rule, "service", row))

    def _reject(self, place: Place, item: str, reason: str) -> None:
        self.draft.say(place, item, Outcome.REJECTED, reason)


def _number(rule: Rule, name: str, row: Row) -> Decimal | None:
    text = text_of(rule, name, row)
    if not text:
        return None
    try:
        number = parse_number(text)
    except QuantityError as error:
        raise RowRefused(f"{name}: {error.sentence}") from error
    if number <= 0:
        raise RowRefused(f"{name}: {text} is not above 0")
    return number
