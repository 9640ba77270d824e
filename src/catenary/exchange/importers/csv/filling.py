"""Rows of tables joined and filled into the templates of a mapping."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catenary.domain.documents.words import did_you_mean
from catenary.exchange.importers.csv.mapping import Each, FileRule, Join, Rule, Tree
from catenary.exchange.importers.csv.tables import Table
from catenary.exchange.importers.csv.templates import Row, RowRefused, Template

Joined = dict[tuple[str, ...], list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row with the columns joined to it, and the line it begins on."""

    line: int
    row: Row


def used_columns(rule: FileRule) -> Iterator[tuple[str, int, bool]]:
    """Every column the rule names: the name, the line, and whether ``item`` is known there."""
    for condition in rule.only:
        yield condition.column, condition.line, False
    for join in rule.joins:
        for here, _ in join.on:
            yield here, join.line, False
    for rules in rule.rules.values():
        for each in rules:
            yield from _columns_of(each, False)


def _columns_of(rule: Rule, item_known: bool) -> Iterator[tuple[str, int, bool]]:
    if rule.each is not None:
        yield from ((name, rule.line, item_known) for name in rule.each.columns)
    inside = item_known or rule.each is not None
    for template in (rule.when, rule.unless):
        if template is not None:
            yield from ((name, rule.line, inside) for name in template.columns)
    for tree in rule.fields.values():
        yield from ((name, rule.line, inside or known) for name, known in _in_tree(tree))
    for group in rule.groups:
        yield from _columns_of(group, inside)


def _in_tree(tree: Tree) -> Iterator[tuple[str, bool]]:
    if isinstance(tree, Template):
        yield from ((name, False) for name in tree.columns)
    elif isinstance(tree, Each):
        yield from ((name, False) for name in tree.each.columns)
        yield from ((name, True) for name in tree.value.columns)
    else:
        for branch in tree.values() if isinstance(tree, dict) else tree:
            yield from _in_tree(branch)


def column_problems(rule: FileRule, mapping: str, tables: Mapping[str, Table]) -> Iterator[str]:
    """What the rule asks of its file that the file does not have."""
    table = tables[rule.name]
    columns = set(table.header) - {""}
    unclear = set(table.repeated)
    for join in rule.joins:
        other = tables.get(join.table)
        if other is None:
            continue
        columns.update(f"{join.table}.{name}" for name in other.header)
        unclear.update(f"{join.table}.{name}" for name in other.repeated)
        for _, there in join.on:
            if there not in other.header:
                yield _no_column(mapping, join.line, there, other.source, other.header)
    for name, line, item_known in used_columns(rule):
        if name == "item" and item_known:
            continue
        if name not in columns:
            yield _no_column(mapping, line, name, table.source, columns)
        elif name in unclear:
            yield (
                f"{mapping}:{line}: the column '{name}' stands twice in the header of "
                f"{table.source}; rename one of them."
            )


def _no_column(mapping: str, line: int, name: str, source: str, known: object) -> str:
    names = sorted(known) if isinstance(known, (set, tuple)) else []
    hint = did_you_mean(name, names) or "it has " + ", ".join(names[:30])
    return f"{mapping}:{line}: {source} has no column '{name[:80]}'; {hint}"


def index_for(join: Join, table: Table) -> Joined:
    """Rows of a table by the columns of a join, each under the names it has once joined."""
    header = [f"{join.table}.{name}" for name in table.header]
    places = [table.header.index(there) for _, there in join.on]
    found: defaultdict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in table.rows:
        found[tuple(row[place].strip() for place in places)].append(
            dict(zip(header, row, strict=True))
        )
    return dict(found)


def filled_rows(row: Row, joins: list[tuple[Join, Joined, Row]]) -> list[Row]:
    """The row with what its joins add: none, one or several rows. Raises ``RowRefused``."""
    rows: list[Row] = [row]
    for join, index, absent in joins:
        more: list[Row] = []
        for each in rows:
            key = tuple(each[here].strip() for here, _ in join.on)
            matches = index.get(key, [])
            said = " and ".join(
                f"{there} '{part}'" for (_, there), part in zip(join.on, key, strict=True)
            )
            if not matches and join.missing == "reject":
                raise RowRefused(f"'{join.table}' has no row with {said}")
            if len(matches) > 1 and join.many == "reject":
                raise RowRefused(
                    f"'{join.table}' has {len(matches)} rows with {said}; "
                    "the mapping can say many: each, or many: first"
                )
            taken = matches[:1] if join.many == "first" else matches
            more += [{**each, **match} for match in taken or [absent]]
        rows = more
    return rows


def occurrences(rule: Rule, row: Row) -> Iterator[Row]:
    """The row once, or once for every part of ``each`` with the part as ``item``; only those
    that meet the conditions."""
    if rule.each is None:
        if _applies(rule, row):
            yield row
        return
    for part in parts_of(rule.each.fill(row), rule.split):
        one = {**row, "item": part}
        if _applies(rule, one):
            yield one


def parts_of(text: str, sign: str) -> list[str]:
    """The parts of a text between signs, without empty ones, each once."""
    return list(dict.fromkeys(part.strip() for part in text.split(sign) if part.strip()))


def _applies(rule: Rule, row: Row) -> bool:
    if rule.when is not None and not rule.when.fill(row):
        return False
    return rule.unless is None or not rule.unless.fill(row)


def grown(tree: Tree, row: Row) -> object:
    """A field filled in, without its empty parts; None when nothing is left."""
    if isinstance(tree, Template):
        return tree.fill(row) or None
    if isinstance(tree, Each):
        found = [
            tree.value.fill({**row, "item": part})
            for part in parts_of(tree.each.fill(row), tree.split)
        ]
        return [text for text in found if text] or None
    if isinstance(tree, dict):
        pairs = {name: grown(branch, row) for name, branch in tree.items()}
        return {name: value for name, value in pairs.items() if value is not None} or None
    values: list[object] = []
    for branch in tree:
        value = grown(branch, row)
        if isinstance(branch, Each) and isinstance(value, list):
            values += value
        elif value is not None:
            values.append(value)
    return list(values) or None


def text_of(rule: Rule, name: str, row: Row) -> str:
    """A field that is a single text; empty when it is absent."""
    tree = rule.fields.get(name)
    if tree is None:
        return ""
    value = grown(tree, row)
    return value if isinstance(value, str) else ""
