"""What a service relies on: dependency groups, from the short forms people write and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from catenary.domain.documents.forms import MAX_FIELDS, unknown_word
from catenary.domain.documents.readers import (
    Number,
    Reference,
    figure,
    kind_of,
    plain_number,
    shown,
    together,
    too_many,
)
from catenary.domain.documents.shapes import DependencyGroupDocument, Supporter
from catenary.domain.findings import FieldPath, Problem
from catenary.domain.quantities import format_number
from catenary.domain.said import figure as figure_of
from catenary.domain.said import said

MAX_GROUPS = 10_000
MAX_MEMBERS = 10_000
GROUP_FIELDS = {
    "any": "one of these services is enough",
    "at-least": "so many of the services under `of` must be there",
    "minimum": "so much weight must be there, or the service is down",
    "full": "below so much weight the service is degraded; the minimum unless said otherwise",
    "of": "the services: a list after `at-least`, a mapping from service to weight after `minimum`",
    "soft": "a service, or one of the forms above, whose loss only degrades",
}
EXPECTED = said(
    "a service reference, or {forms}",
    "{any: […]}, {at-least: 2, of: […]}, {minimum, of}, {soft: …}",
)
_NOUN = said("an entry of relies-on")
_ONE = Decimal(1)
_REFERENCE = Reference()
_POSITIVE = Number(positive=True)
_COUNT = Number(positive=True, whole=True)


class Relying:
    """Reads the list under ``relies-on``."""

    __slots__ = ()

    def read(
        self, value: Any, path: FieldPath, problems: list[Problem]
    ) -> tuple[DependencyGroupDocument, ...]:
        """The dependency groups in their order; broken ones are left out."""
        if not isinstance(value, (list, tuple)):
            problems.append(
                Problem(
                    path, said("this is {kind}", kind_of(value)), said("a list: - hospital-it/crm")
                )
            )
            return ()
        if too_many(value, path, problems, MAX_GROUPS):
            return ()
        groups = []
        essential: dict[str, int] = {}
        for at, item in enumerate(value):
            here = (*path, at)
            group = _group(item, here, problems, soft=False)
            if group is None:
                continue
            groups.append(group)
            if _is_essential(group):
                service = group.members[0].service
                if service in essential:
                    problems.append(
                        Problem(
                            here,
                            said(
                                "{service} stands twice in the list (items {one} and {other})",
                                shown(service),
                                figure(essential[service] + 1),
                                figure(at + 1),
                            ),
                            said("each essential service only once"),
                        )
                    )
                essential[service] = at
        return tuple(groups)


def _group(
    value: Any, path: FieldPath, problems: list[Problem], *, soft: bool
) -> DependencyGroupDocument | None:
    if isinstance(value, str):
        before = len(problems)
        service = _REFERENCE.read(value, path, problems)
        if len(problems) > before:
            return None
        return DependencyGroupDocument(members=(Supporter(service),), soft=soft)
    if not isinstance(value, dict):
        problems.append(Problem(path, said("this is {kind}", kind_of(value)), EXPECTED))
        return None
    if too_many(value, path, problems, MAX_FIELDS):
        return None
    before = len(problems)
    for name in value:
        if name not in GROUP_FIELDS:
            problems.append(unknown_word(name, path, _NOUN, GROUP_FIELDS))
    if len(problems) > before:
        return None
    if "soft" in value:
        if soft:
            problems.append(Problem(path, said("soft stands inside soft"), said("soft only once")))
            return None
        if len(value) > 1:
            problems.append(
                Problem(path, said("soft stands beside other fields"), "soft: {any: […], full: 2}")
            )
            return None
        return _group(value["soft"], (*path, "soft"), problems, soft=True)
    return _threshold(value, path, problems, soft=soft)


def _threshold(
    value: dict[str, Any], path: FieldPath, problems: list[Problem], *, soft: bool
) -> DependencyGroupDocument | None:
    before = len(problems)
    kinds = [name for name in ("any", "at-least", "minimum") if name in value]
    if len(kinds) != 1:
        told = (
            said("{words} stand together", together(kinds))
            if kinds
            else said("nothing says how many")
        )
        expected = said("exactly one of {words}", "any, at-least, minimum")
        problems.append(Problem(path, told, expected))
        return None
    kind = kinds[0]
    if kind == "any":
        if "of" in value:
            problems.append(
                Problem(
                    (*path, "of"),
                    said("of stands beside any"),
                    said("any: […] alone, or at-least with of"),
                )
            )
            return None
        minimum = _ONE
        members = _members(value["any"], (*path, "any"), problems, weighted=False)
    else:
        number = _COUNT if kind == "at-least" else _POSITIVE
        minimum = number.read(value[kind], (*path, kind), problems)
        if "of" not in value:
            problems.append(
                Problem(
                    path,
                    said("{kind} without of", kind),
                    said("of: the services to choose from"),
                )
            )
            return None
        members = _members(value["of"], (*path, "of"), problems, weighted=kind == "minimum")
    full = minimum
    if value.get("full") is not None:
        full = _POSITIVE.read(value["full"], (*path, "full"), problems)
    if len(problems) > before:
        return None
    group = DependencyGroupDocument(members=members, minimum=minimum, full=full, soft=soft)
    total = group.total
    if minimum > total:
        problems.append(
            Problem(
                (*path, kind),
                said(
                    "{minimum} can never be reached: all together have {total}",
                    _number(minimum),
                    _number(total),
                ),
                said("at most {n}", _number(total)),
            )
        )
    elif not minimum <= full <= total:
        problems.append(
            Problem(
                (*path, "full"),
                said(
                    "full {full} is not between the minimum {minimum} and the whole weight {total}",
                    _number(full),
                    _number(minimum),
                    _number(total),
                ),
                said("from {minimum} to {total}", _number(minimum), _number(total)),
            )
        )
    return group if len(problems) == before else None


def _members(
    value: Any, path: FieldPath, problems: list[Problem], *, weighted: bool
) -> tuple[Supporter, ...]:
    found: dict[str, Supporter] = {}
    if isinstance(value, dict):
        if not weighted:
            problems.append(
                Problem(
                    path,
                    said("weights only count after minimum"),
                    said("a list of services, or minimum: instead"),
                )
            )
            return ()
        pairs = [(name, weight, (*path, name)) for name, weight in value.items()]
    elif isinstance(value, (list, tuple)):
        pairs = [(name, None, (*path, at)) for at, name in enumerate(value)]
    else:
        problems.append(
            Problem(path, said("this is {kind}", kind_of(value)), said("a list of services"))
        )
        return ()
    if not 0 < len(pairs) <= MAX_MEMBERS:
        problems.append(
            Problem(
                path,
                said("{n} services", figure(len(pairs))),
                said("between 1 and {n} services", figure(MAX_MEMBERS)),
            )
        )
        return ()
    for name, weight, here in pairs:
        service = _REFERENCE.read(name, here, problems)
        if service in found:
            problems.append(
                Problem(here, said("{text} stands twice", shown(service)), said("each only once"))
            )
        number = _ONE if weight is None else _POSITIVE.read(weight, here, problems)
        found[service] = Supporter(service, number)
    return tuple(found.values())


def _number(amount: Decimal) -> str:
    return figure_of(amount, format_number(amount))


def _is_essential(group: DependencyGroupDocument) -> bool:
    one = group.members[0].weight == group.minimum == group.full == 1
    return one and len(group.members) == 1 and not group.soft


def group_to_plain(group: DependencyGroupDocument) -> str | dict[str, Any]:
    """The shortest form of one group."""
    plain = _hard_to_plain(group)
    return {"soft": plain} if group.soft else plain


def _hard_to_plain(group: DependencyGroupDocument) -> str | dict[str, Any]:
    members, minimum, full = group.members, group.minimum, group.full
    alike = all(member.weight == 1 for member in members)
    if alike and len(members) == 1 and minimum == 1 and full == 1:
        return members[0].service
    plain: dict[str, Any] = {}
    services = [member.service for member in members]
    if alike and minimum == 1:
        plain["any"] = services
    elif alike and minimum == int(minimum):
        plain["at-least"] = int(minimum)
    else:
        plain["minimum"] = plain_number(minimum)
    if full != minimum:
        plain["full"] = plain_number(full)
    if "at-least" in plain:
        plain["of"] = services
    elif "minimum" in plain:
        plain["of"] = {member.service: plain_number(member.weight) for member in members}
    return plain
