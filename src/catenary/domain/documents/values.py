"""Readers of the values that belong to catalogues alone: promises, hours, roles, processes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from catenary.domain.documents.hours import read_hours
from catenary.domain.documents.readers import (
    Choice,
    Key,
    Listing,
    Text,
    kind_of,
    shown,
    too_many,
)
from catenary.domain.documents.shapes import BusinessProcess, Capacity, Role, ServiceHours
from catenary.domain.findings import FieldPath, Problem
from catenary.domain.quantities import (
    QuantityError,
    parse_amount,
    parse_duration,
    parse_percentage,
)
from catenary.domain.references import is_reference
from catenary.domain.said import said

EVERYONE = "everyone"
_NAME = Text()


class _Quantity:
    """Shared by the readers of quantities: the text, or the problem of anything else."""

    __slots__ = ()
    example = ""

    def _text(self, value: Any, path: FieldPath, problems: list[Problem]) -> str | None:
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            text = str(value)
            if len(text) <= 200:
                return text
        problems.append(Problem(path, said("this is {kind}", kind_of(value)), self.example))
        return None


class Percentage(_Quantity):
    """An exact percentage."""

    __slots__ = ()
    example = "99.9 %"

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> Decimal:
        """The figure before the percent sign."""
        text = self._text(value, path, problems)
        try:
            return Decimal(1) if text is None else parse_percentage(text)
        except QuantityError as error:
            problems.append(Problem(path, error.sentence, error.expected))
            return Decimal(1)


class Duration(_Quantity):
    """An exact duration."""

    __slots__ = ()
    example = "1 h 30 min"

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> int:
        """Microseconds."""
        text = self._text(value, path, problems)
        try:
            return 0 if text is None else parse_duration(text)
        except QuantityError as error:
            problems.append(Problem(path, error.sentence, error.expected))
            return 0


class Amount(_Quantity):
    """So much of something."""

    __slots__ = ()
    example = "400 concurrent users"

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> Capacity:
        """The amount with its unit."""
        text = self._text(value, path, problems)
        if text is not None:
            try:
                figure, unit = parse_amount(text)
                return Capacity(figure, _NAME.read(unit, path, problems))
            except QuantityError as error:
                problems.append(Problem(path, error.sentence, error.expected))
        return Capacity(Decimal(1), "")


class Hours:
    """Service hours, or the reference of a calendar that has them."""

    __slots__ = ()

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> ServiceHours:
        """The hours."""
        if isinstance(value, str) and is_reference(value.strip()):
            return ServiceHours(calendar=value.strip())
        return read_hours(value, path, problems)


class PublishedTo:
    """Keys of organizations, or the word everyone."""

    __slots__ = ()
    keys = Listing(Key(), or_one=True)

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> tuple[str, ...]:
        """The keys, or ``*`` alone for everyone."""
        items = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(item, str) and item.strip() in {EVERYONE, "*"} for item in items):
            if len(items) > 1:
                problems.append(
                    Problem(path, said("everyone stands beside others"), said("everyone alone"))
                )
            return ("*",)
        return self.keys.read(value, path, problems)


class Roles:
    """Roles in one's own organization, or in several by their keys."""

    __slots__ = ()
    roles = Listing(Choice(Role), or_one=True)

    def read(
        self, value: Any, path: FieldPath, problems: list[Problem]
    ) -> tuple[tuple[str, tuple[Role, ...]], ...]:
        """Pairs of organization (empty: one's own) and roles."""
        found: dict[str, list[Role]] = {}
        own: list[Any] = []
        items = value if isinstance(value, (list, tuple)) else [value]
        if too_many(value, path, problems) or any(too_many(i, path, problems) for i in items):
            return ()
        for at, item in enumerate(items):
            here = (*path, at) if isinstance(value, (list, tuple)) else path
            if not isinstance(item, dict):
                own.append(item)
                continue
            for name, roles in item.items():
                key = Key("organization key").read(name, (*here, name), problems)
                if roles is not None:
                    found.setdefault(key, []).extend(
                        self.roles.read(roles, (*here, name), problems)
                    )
        if own:
            # Positions stay true for the usual list that holds roles alone.
            found[""] = list(self.roles.read(own, path, problems))
        return tuple((key, tuple(roles)) for key, roles in found.items())


class Processes:
    """Names of processes, or a mapping from process to its steps."""

    __slots__ = ()
    steps = Listing(_NAME)

    def read(
        self, value: Any, path: FieldPath, problems: list[Problem]
    ) -> tuple[BusinessProcess, ...]:
        """The processes in their order."""
        if too_many(value, path, problems):
            return ()
        if isinstance(value, dict):
            found: dict[str, BusinessProcess] = {}
            for name, steps in value.items():
                here = (*path, name)
                process = _NAME.read(name, here, problems)
                if process in found:
                    problems.append(
                        Problem(here, said("{process} stands twice", shown(process)), said("once"))
                    )
                found[process] = BusinessProcess(
                    process, () if steps is None else self.steps.read(steps, here, problems)
                )
            return tuple(found.values())
        return tuple(
            BusinessProcess(name)
            for name in Listing(_NAME, or_one=True).read(value, path, problems)
        )
