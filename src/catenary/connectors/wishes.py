"""Reading the settings of an inlet: every field by its name, and everything that is wrong said.

They are YAML or JSON, written by somebody of the organization; small, without anchors, so that a
few lines cannot become gigabytes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import yaml

from catenary.domain.observations.reading import SAYABLE, Wrong
from catenary.domain.quantities import QuantityError, parse_duration
from catenary.domain.references import is_key, is_reference
from catenary.domain.said import said

LARGEST = 64_000
MOST_ENTRIES = 2_000


class SettingsUnreadable(ValueError):
    """The text is no YAML, too large, or uses anchors."""


def settings_of(text: str) -> Any:
    """The plain value of settings as somebody typed them; nothing typed: no settings.

    Raises `SettingsUnreadable`.
    """
    if len(text) > LARGEST:
        raise SettingsUnreadable(said("these settings are too long"))
    try:
        if any(
            isinstance(token, yaml.AnchorToken | yaml.AliasToken)
            for token in yaml.scan(text, Loader=yaml.CSafeLoader)
        ):
            raise SettingsUnreadable(said("anchors and aliases are not read here"))
        return yaml.load(text, Loader=yaml.CSafeLoader) or {}
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, SettingsUnreadable):
            raise
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else str(mark.line + 1)
        raise SettingsUnreadable(said("this is no YAML; look at line {line}", where)) from None


class Wishes:
    """Settings that are being read; ``wrong`` is everything that cannot be what it is."""

    def __init__(self, plain: Any, house: str) -> None:
        """``house``: the organization whose services may be named by their key alone."""
        self.house = house
        self.wrong: list[Wrong] = []
        #: The services that are named, each with the field that does.
        self.named: list[tuple[str, str]] = []
        self._seen: set[str] = set()
        if not isinstance(plain, Mapping):
            self.say("", said("settings are a list of names with values"), "name: value")
            plain = {}
        self._plain: Mapping[Any, Any] = plain

    def done(self) -> None:
        """Say of every field nobody asked for that there is none such."""
        for name in self._plain:
            if name not in self._seen:
                self.say(
                    str(name)[:60],
                    said('there is no setting "{name}"', str(name)[:60]),
                    said("one of {names}", ", ".join(sorted(self._seen))),
                )

    def say(self, field: str, sentence: str, expected: str) -> None:
        """Write down what is wrong."""
        self.wrong.append(Wrong(field, "invalid", sentence, expected))

    def text(self, name: str, default: str = "", longest: int = 300) -> str:
        """A short text."""
        value = self._value(name)
        if value is None:
            return default
        if not isinstance(value, str) or not value or len(value) > longest or "\0" in value:
            self.say(name, said("this is no short text"), said("a text"))
            return default
        return value

    def plain(self, name: str) -> Any:
        """Whatever it is, unread."""
        return self._value(name)

    def choice(self, name: str, options: Collection[str], default: str) -> str:
        """One of several words."""
        value = self._value(name)
        if value is None:
            return default
        if not isinstance(value, str) or value not in options:
            expected = said("one of {names}", ", ".join(sorted(options)))
            self.say(name, said("this is none of the choices"), expected)
            return default
        return value

    def duration(self, name: str) -> str:
        """A length of time as it is written, such as ``5 min``; empty when it is not said."""
        value = self._value(name)
        if value is None:
            return ""
        try:
            if isinstance(value, str) and parse_duration(value) > 0:
                return value
        except QuantityError:
            pass
        self.say(name, said("this is no length of time"), said("a duration such as 5 min"))
        return ""

    def entries(self, name: str) -> dict[str, Any]:
        """Names with values."""
        value = self._value(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or len(value) > MOST_ENTRIES:
            self.say(name, said("these are no names with values"), "name: value")
            return {}
        return {str(key): each for key, each in value.items()}

    def rows(self, name: str) -> list[Any]:
        """A list of things."""
        value = self._value(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > MOST_ENTRIES:
            self.say(name, said("this is no list"), said("a list"))
            return []
        return value

    def services(self, name: str) -> dict[str, str]:
        """What the sender calls services, with the references we know them by."""
        return {
            word: reference
            for word, value in self.entries(name).items()
            if (reference := self.service(value, f"{name}.{word}"))
        }

    def service(self, value: Any, field: str) -> str:
        """A reference, or the key of a service of the organization itself."""
        found = reference_of(value, self.house) if isinstance(value, str) else None
        if found is None:
            self.say(field[:60], said("this names no service"), "organization/service")
            return ""
        self.named.append((field[:60], found))
        return found

    def conditions(self, name: str, others: Collection[str] = ("ignore",)) -> dict[str, str]:
        """What the sender's words mean."""
        found = {}
        options = [*SAYABLE, *others]
        for word, value in self.entries(name).items():
            if isinstance(value, str) and value in options:
                found[word.lower()] = value
            else:
                expected = said("one of {names}", ", ".join(options))
                self.say(f"{name}.{word}"[:60], said("this is none of the choices"), expected)
        return found

    def _value(self, name: str) -> Any:
        self._seen.add(name)
        return self._plain.get(name)


def reference_of(name: str, house: str) -> str | None:
    """The reference a name stands for: itself, or that of a service of the organization."""
    name = name.strip()
    if is_reference(name):
        return name
    return f"{house}/{name}" if is_key(name) else None
