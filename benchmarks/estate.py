"""An invented catalogue of any size, the same one for the same size and seed.

It has what makes real ones hard: a few shared services under tens of thousands of others, chains
eight levels deep, every kind of dependency group, twenty top organizations of which one holds
most of it, words as unevenly spread as in any language, and gaps for the checks to find.
"""

from __future__ import annotations

import json
import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from catenary.domain.documents.plain import (
    read_consumption,
    read_organization,
    read_person,
    read_service,
)
from catenary.domain.documents.shapes import CatalogueDocument
from catenary.domain.findings import Problem

#: Top organizations; the first provides more than half of all services.
TOPS = 20
#: A word that nearly every description holds, one a few hundred hold, and one for one service.
COMMON, SELECTIVE, UNIQUE = "service", "zeppelin", "quixotic"
#: Who signs in to look around: a viewer at the largest top organization.
READER = "reader@top-0.example"
_LEVELS = (0.30, 0.25, 0.18, 0.12, 0.08, 0.04, 0.02, 0.01)
_DEPENDENCIES = 3
_SERVICES_A_FILE = 2_500
_STAGES = ("live",) * 90 + ("proposed", "designed", "built", "tested", "retiring") * 2
_SYLLABLES = tuple(
    consonant + vowel
    for consonant in ("b", "c", "dr", "g", "kl", "m", "p", "z")
    for vowel in "aeio"
)


@dataclass
class Invented:
    """A catalogue in the plain form of catalogue files; ``hottest`` is the service that most
    others stand on, ``deep`` one of those at the far end above it."""

    organizations: dict[str, dict[str, Any]] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    consumption: dict[str, list[Any]] = field(default_factory=dict)
    dependencies: int = 0
    hottest: str = ""
    deep: str = ""


def invented(size: int, seed: int = 4) -> Invented:
    """A catalogue of ``size`` services and three times as many dependencies."""
    return _Invention(size, seed).made


def document_of(made: Invented) -> CatalogueDocument:
    """The catalogue as documents, without going through files."""
    problems: list[Problem] = []
    catalogue = CatalogueDocument()
    for key, plain in made.organizations.items():
        organization = read_organization(key, plain, problems, (key,))
        assert organization is not None, problems
        catalogue.organizations[key] = organization
    for key, plain in made.people.items():
        person = read_person(key, plain, problems, (key,))
        assert person is not None, problems
        catalogue.people[key] = person
    for key, plain in made.services.items():
        service = read_service(key, plain, problems, (key,))
        assert service is not None, problems
        catalogue.services[key] = service
    for consumer, rows in made.consumption.items():
        for row in rows:
            consumed = read_consumption(consumer, row, problems, (consumer,))
            assert consumed is not None, problems
            catalogue.consumption[consumer, consumed.service] = consumed
    return catalogue


def write_files(made: Invented, folder: Path) -> int:
    """The catalogue as YAML files in a new folder; how many bytes they have."""
    folder.mkdir(parents=True)
    sections: list[tuple[str, dict[str, Any]]] = [
        ("organizations", made.organizations),
        ("people", made.people),
        ("consumption", made.consumption),
    ]
    references = list(made.services)
    for start in range(0, len(references), _SERVICES_A_FILE):
        part = references[start : start + _SERVICES_A_FILE]
        sections.append(("services", {reference: made.services[reference] for reference in part}))
    written = 0
    for number, (name, entries) in enumerate(sections):
        text = "catenary: 1\n" + "".join(_block({name: entries}, 0))
        written += (folder / f"{number:03}-{name}.yaml").write_text(text)
    return written


def _block(value: dict[str, Any], indent: int) -> Iterator[str]:
    margin = "  " * indent
    for key, held in value.items():
        if isinstance(held, dict) and held and indent < 3:
            yield f"{margin}{key}:\n"
            yield from _block(held, indent + 1)
        elif isinstance(held, list) and held and indent < 3:
            yield f"{margin}{key}:\n"
            for item in held:
                yield f"{margin}  - {json.dumps(item)}\n"
        else:
            # What JSON says in one line, YAML understands.
            yield f"{margin}{key}: {json.dumps(held)}\n"


class _Invention:
    def __init__(self, size: int, seed: int) -> None:
        self.made = Invented()
        self.size = size
        self.chance = random.Random(seed)
        self._make_words()
        self._make_organizations()
        self._place_services()
        self._make_services()
        self._make_consumption()

    def _make_words(self) -> None:
        self.words = list(
            dict.fromkeys(
                "".join(self.chance.choices(_SYLLABLES, k=self.chance.randint(2, 4)))
                for _ in range(6_000)
            )
        )
        self.often = list(accumulate(1 / (rank + 2) for rank in range(len(self.words))))

    def _text(self, count: int) -> str:
        chosen = self.chance.choices(self.words, cum_weights=self.often, k=count)
        return " ".join(chosen).capitalize()

    def _make_organizations(self) -> None:
        """A tree of three levels below each top, and somebody in each of its parts."""
        made, chance = self.made, self.chance
        self.parts: list[list[str]] = []
        for top in range(TOPS):
            root = f"top-{top}"
            made.organizations[root] = {"name": f"{self._text(2)} {top}"}
            parts = [root]
            share = self.size // (150 if top == 0 else 3_000)
            for number in range(max(3, share)):
                key = f"{root}-{number}"
                above = parts[chance.randrange(max(1, len(parts) // 3))]
                made.organizations[key] = {"name": self._text(2), "part-of": above}
                parts.append(key)
            self.parts.append(parts)
            for number, key in enumerate(parts):
                made.people[f"person-{number}@{root}.example"] = {
                    "name": self._text(2),
                    "organization": key,
                    "roles": ["service-owner"],
                }
        made.people[READER] = {"name": "Reader", "organization": "top-0", "roles": ["viewer"]}

    def _place_services(self) -> None:
        """Level and provider of every service; the lists to choose supporters from."""
        chance = self.chance
        weights = [60.0, *[40.0 / (TOPS - 1)] * (TOPS - 1)]
        tops = chance.choices(range(TOPS), weights=weights, k=self.size)
        levels = chance.choices(range(len(_LEVELS)), weights=_LEVELS, k=self.size)
        self.top, self.level = tops, levels
        self.references = []
        self.providers = []
        everywhere: list[list[int]] = [[] for _ in _LEVELS]
        here: dict[tuple[int, int], list[int]] = {}
        for number, (top, level) in enumerate(zip(tops, levels, strict=True)):
            provider = chance.choice(self.parts[top])
            self.providers.append(provider)
            self.references.append(f"{provider}/s-{number}")
            everywhere[level].append(number)
            here.setdefault((top, level), []).append(number)
        self.everywhere, self.here = everywhere, here
        harmonic = list(accumulate(1 / (rank + 1) for rank in range(self.size)))
        self.harmonic = harmonic

    def _supporter(self, number: int) -> int | None:
        """One level below mostly, a popular one mostly, of the same top organization mostly."""
        chance = self.chance
        level = self.level[number] + (1 if chance.random() < 0.8 else chance.randint(1, 7))
        level = min(level, len(_LEVELS) - 1)
        if level == self.level[number]:
            return None
        among = self.everywhere[level]
        if chance.random() < 0.85:
            among = self.here.get((self.top[number], level), among)
        if not among:
            return None
        point = chance.random() * self.harmonic[len(among) - 1]
        return among[bisect_right(self.harmonic, point, hi=len(among) - 1)]

    def _supporters(self) -> list[list[int]]:
        """Exactly three times as many dependencies as services, the services at the bottom
        having none."""
        chosen: list[set[int]] = [set() for _ in range(self.size)]
        above = [n for n in range(self.size) if self.level[n] < len(_LEVELS) - 1]
        wanted = _DEPENDENCIES * self.size
        found = 0
        while found < wanted:
            for number in self.chance.choices(above, k=wanted - found):
                supporter = self._supporter(number)
                if supporter is not None and supporter not in chosen[number]:
                    chosen[number].add(supporter)
                    found += 1
        self.made.dependencies = found
        counts = [0] * self.size
        for members in chosen:
            for member in members:
                counts[member] += 1
        own = [n for n in range(self.size) if self.top[n] == 0]
        lowest = max(self.level[n] for n in own)
        # The one that stands lowest and is used most is the one most others stand on.
        hottest = max((n for n in own if self.level[n] == lowest), key=lambda n: counts[n])
        deep = max((n for n in own if not self.level[n]), key=lambda n: len(chosen[n]))
        self.made.hottest, self.made.deep = self.references[hottest], self.references[deep]
        return [sorted(members) for members in chosen]

    def _relies_on(self, supporters: list[int]) -> list[Any]:
        chance = self.chance
        left = [self.references[number] for number in supporters]
        groups: list[Any] = []
        while left:
            kind = chance.random()
            if kind < 0.10 and len(left) >= 2:
                groups.append({"any": [left.pop(), left.pop()]})
            elif kind < 0.15 and len(left) >= 3:
                groups.append({"at-least": 2, "of": [left.pop(), left.pop(), left.pop()]})
            elif kind < 0.20 and len(left) >= 2:
                groups.append({"minimum": 50, "full": 100, "of": {left.pop(): 60, left.pop(): 60}})
            elif kind < 0.27:
                groups.append({"soft": left.pop()})
            else:
                groups.append(left.pop())
        return groups

    def _make_services(self) -> None:
        chance = self.chance
        supporters = self._supporters()
        for number, reference in enumerate(self.references):
            name = self._text(chance.randint(1, 3))
            said = self._text(chance.randint(12, 28))
            if chance.random() < 0.96:
                said += f" {COMMON}"
            if chance.random() < 0.003:
                said += f" {SELECTIVE}"
            if number == self.size // 2:
                said += f" {UNIQUE}"
            top = f"top-{self.top[number]}"
            owner = chance.randrange(len(self.parts[self.top[number]]))
            plain: dict[str, Any] = {
                "name": f"{name} {number}",
                "description": said,
                "owner": f"person-{owner}@{top}.example",
                "stage": chance.choice(_STAGES),
                "tags": sorted(set(chance.choices(self.words[:60], k=2))),
                "channels": ["web-portal", "desk"],
                "utility": {"works": {"feature": self._text(8), "channel": "web-portal"}},
                "warranty": {
                    "availability": chance.choice(["99 %", "99.5 %", "99.9 %"]),
                    "capacity": f"{chance.randint(1, 90) * 10} concurrent users",
                    "continuity": {"recovery-time": "4 h", "recovery-point": "15 min"},
                    "security": self._text(6),
                },
                "service-hours": "24x7",
            }
            if chance.random() < 0.05:
                del plain["owner"]
            if chance.random() < 0.01:
                plain["restricted"] = True
            if chance.random() < 0.01:
                plain["published-to"] = [f"top-{chance.randrange(TOPS)}"]
            if chance.random() < 0.95:
                plain["outcomes"] = {
                    "sooner": {
                        "statement": self._text(9),
                        "measure": {
                            "name": self._text(3),
                            "unit": "min",
                            "baseline": 50,
                            "target": 30,
                            "better": "lower",
                        },
                    },
                }
                if chance.random() < 0.2:
                    plain["outcomes"]["cheaper"] = {"statement": self._text(7)}
                plain["costs"] = {"removed": [self._text(5)], "imposed": [self._text(6)]}
                plain["risks"] = {"removed": [self._text(5)], "imposed": [self._text(6)]}
                plain["co-creation"] = {
                    "provider": self._text(8),
                    "customer": self._text(8),
                    "escalate-to": f"person-0@{top}.example",
                }
                plain["supports-processes"] = [self._text(1), self._text(2)]
            if supporters[number]:
                plain["relies-on"] = self._relies_on(supporters[number])
            self.made.services[reference] = plain

    def _make_consumption(self) -> None:
        """A quarter as many rows as services, mostly of what stands highest."""
        chance = self.chance
        wanted: set[tuple[str, int]] = set()
        while len(wanted) < self.size // 4:
            level = 0 if chance.random() < 0.9 else chance.randrange(len(_LEVELS))
            service = chance.choice(self.everywhere[level] or self.everywhere[0])
            consumer = chance.choice(self.parts[chance.randrange(TOPS)])
            if consumer != self.providers[service]:
                wanted.add((consumer, service))
        for consumer, service in sorted(wanted):
            row: Any = self.references[service]
            if chance.random() < 0.2:
                row = {"service": row, "known-as": self._text(2)}
            self.made.consumption.setdefault(consumer, []).append(row)
