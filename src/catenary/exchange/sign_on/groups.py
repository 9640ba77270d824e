"""Reading the mapping file, with the care of a catalogue file: every mistake with its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from catenary.domain.documents.shapes import Role
from catenary.domain.documents.words import did_you_mean
from catenary.domain.references import is_key
from catenary.exchange.importers.foreign_yaml import (
    Mapping,
    MappingReader,
    Node,
    Scalar,
    Sequence,
    read_text,
)
from catenary.exchange.importers.report import ImportRefused

VERSION = "1"
MAX_BYTES = 1024 * 1024
_TOP = {"catenary-sign-on", "groups"}
_FIELDS = {"organization", "roles"}


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Members of ``group``, a value of the groups claim, have ``roles`` in ``organization``."""

    group: str
    organization: str
    roles: frozenset[Role]


def read_group_rules(path: Path) -> tuple[GroupRule, ...]:
    """The rules of a mapping file, in its order: the first that fits says where somebody new
    belongs. Raises ``ImportRefused`` with every mistake found."""
    reader = _Reader(str(path))
    rules = reader.read(read_text(path, max_bytes=MAX_BYTES))
    if reader.problems:
        raise ImportRefused(*reader.problems)
    return tuple(rules)


def given_by(rules: Iterable[GroupRule], groups: Iterable[str]) -> dict[str, frozenset[Role]]:
    """The roles that a member of ``groups`` has by the rules, by organization, in their order."""
    members, given = frozenset(groups), dict[str, frozenset[Role]]()
    for rule in rules:
        if rule.group in members:
            given[rule.organization] = given.get(rule.organization, frozenset()) | rule.roles
    return given


class _Reader(MappingReader):
    def read(self, text: str) -> list[GroupRule]:
        root = self.root_of(text)
        if self.problems:
            return []
        if not isinstance(root, Mapping) or root.text("catenary-sign-on") != VERSION:
            self.wrong(1, f"a mapping that begins with catenary-sign-on: {VERSION} is expected")
            return []
        self._known(root, _TOP)
        groups = root.find("groups")
        if not isinstance(groups, Mapping):
            self.wrong(root.line, "groups: a mapping of group names is expected")
            return []
        return [
            rule
            for name, node in groups.items.items()
            for rule in self._rules(name, node, groups.line_of(name))
        ]

    def _rules(self, group: str, node: Node, line: int) -> list[GroupRule]:
        found = []
        for each in node.items if isinstance(node, Sequence) else [node]:
            if not isinstance(each, Mapping):
                self.wrong(line, f"{group}: expected {{organization: KEY, roles: [ROLE]}}")
                continue
            self._known(each, _FIELDS)
            key, roles = each.text("organization"), self._roles(each)
            if not is_key(key):
                self.wrong(each.line, f"{group}: organization: the key of an organization")
            if not roles and "roles" not in each.items:
                self.wrong(each.line, f"{group}: roles: at least one role is expected")
            found.append(GroupRule(group, key, roles))
        return found

    def _roles(self, node: Mapping) -> frozenset[Role]:
        said = node.find("roles")
        roles = set()
        for each in said.items if isinstance(said, Sequence) else [said] if said else []:
            text = each.text if isinstance(each, Scalar) else ""
            if text in set(Role):
                roles.add(Role(text))
            else:
                hint = did_you_mean(text, list(Role)) or "known: " + ", ".join(Role)
                self.wrong(each.line, f"there is no role '{text[:80]}'; {hint}")
        return frozenset(roles)

    def _known(self, node: Mapping, known: set[str]) -> None:
        for name in node.items:
            if name not in known:
                hint = did_you_mean(name, sorted(known)) or "known: " + ", ".join(sorted(known))
                self.wrong(node.line_of(name), f"'{name[:80]}' is no field here; {hint}")
