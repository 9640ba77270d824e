"""What relies on what, derived as an architect reads a model.

Serving, realization and assignment bear their target; a whole relies on its parts. Where the way
from one service to the next leads through processes, functions, people, interfaces or junctions,
which are no services themselves, reliance is followed through them. An or-junction makes its
alternatives a group of which one is enough.
https://pubs.opengroup.org/architecture/archimate3-doc/ (chapter on derivation of relations)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from catenary.exchange.importers.archimate.mapping import Choices
from catenary.exchange.importers.archimate.model import (
    BEARING,
    BEHIND,
    JUNCTION,
    OR_JUNCTION,
    WHOLE,
    Element,
    Model,
    Relation,
)
from catenary.exchange.importers.report import ImportRefused

#: Steps over all services; a model drawn by people needs a few thousand.
MAX_STEPS = 20_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """``relying`` relies on ``bearing``, by a relation."""

    relying: str
    bearing: str
    relation: Relation
    soft: bool


@dataclass(frozen=True, slots=True)
class Derived:
    """A taken element relies on others, of which one is enough; ``steps`` is the way to the
    first of them, ``doubt`` says what could not be told exactly."""

    service: str
    members: tuple[str, ...]
    steps: tuple[Step, ...]
    soft: bool = False
    doubt: str = ""


@dataclass
class Chain:
    """Every step of a model by what relies, and which elements are taken."""

    model: Model
    choices: Choices
    steps: dict[str, list[Step]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    leading: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    carrying: frozenset[str] = frozenset()
    walked: int = 0

    @classmethod
    def of(cls, model: Model, choices: Choices) -> Chain:
        """The chain of a model."""
        chain = cls(model, choices)
        chain.carrying = frozenset(
            (*choices.services, *choices.behind, *choices.through, JUNCTION, OR_JUNCTION)
        )
        for relation in model.relations:
            step = chain.step(relation)
            if step is not None:
                chain.steps.setdefault(step.relying, []).append(step)
        chain._take()
        return chain

    def step(self, relation: Relation) -> Step | None:
        """What a relation says about reliance; none when it says nothing."""
        source = self.model.elements.get(relation.source)
        target = self.model.elements.get(relation.target)
        if source is None or target is None or not (self.carries(source) and self.carries(target)):
            return None
        if relation.type in BEARING:
            return Step(target.id, source.id, relation, False)
        if relation.type not in WHOLE:
            return None
        if relation.type == "Aggregation" and self.choices.aggregation == "none":
            return None
        if target.type in self.choices.hosted and source.type in BEHIND:
            return Step(target.id, source.id, relation, False)
        soft = relation.type == "Aggregation" and self.choices.aggregation == "soft"
        return Step(source.id, target.id, relation, soft)

    def carries(self, element: Element) -> bool:
        """True when reliance may begin at, end at or lead through an element."""
        return element.type in self.carrying

    def _take(self) -> None:
        """Services first; then what stands behind them; then what lies on a way between two."""
        elements = self.model.elements
        always = [e.id for e in elements.values() if e.type in self.choices.services]
        self.reached = _spread(always, self.steps)
        behind = {i for i in self.reached if elements[i].type in self.choices.behind}
        self.taken = {*always, *behind}
        backwards: dict[str, list[Step]] = {}
        for steps in self.steps.values():
            for step in steps:
                turned = Step(step.bearing, step.relying, step.relation, step.soft)
                backwards.setdefault(step.bearing, []).append(turned)
        self.leading = _spread(self.taken, backwards)

    def is_on_a_way(self, step: Step) -> bool:
        """True when a step lies on a way from one taken element to another."""
        return step.relying in self.reached and step.bearing in self.leading

    def derive(self) -> Iterator[Derived]:
        """Everything taken elements rely on; direct relations first, each once."""
        for identifier in self.model.elements:
            if identifier in self.taken:
                yield from self._of(identifier)

    def _of(self, service: str) -> Iterator[Derived]:
        """One walk, nearest first, that stops at every taken element it meets."""
        seen = {service}
        met: set[str] = set()
        waiting: list[tuple[Step, ...]] = [()]
        for way in waiting:
            here = way[-1].bearing if way else service
            if self.model.elements[here].type == OR_JUNCTION and len(self._next(here)) > 1:
                yield from self._alternatives(service, here, way)
                continue
            for step in self._next(here):
                self._count()
                further = (*way, step)
                if step.bearing in self.taken:
                    # Two relations that say the same are both told; a derived one only once.
                    if not way or step.bearing not in met:
                        met.add(step.bearing)
                        yield _plain(service, further)
                elif step.bearing not in seen:
                    seen.add(step.bearing)
                    waiting.append(further)

    def _alternatives(
        self, service: str, junction: str, way: tuple[Step, ...]
    ) -> Iterator[Derived]:
        """What an or-junction offers: one group when each alternative is one service."""
        choices: list[tuple[tuple[Step, ...], list[str]]] = []
        for step in self._next(junction):
            choices.append(((*way, step), self._all_behind(step.bearing)))
        found = list(dict.fromkeys(name for _, names in choices for name in names))
        if not found:
            return
        first = next(steps for steps, names in choices if names)
        if all(len(names) == 1 for _, names in choices):
            yield Derived(service, tuple(found), first, any(step.soft for step in first))
            return
        for steps, names in choices:
            for name in names:
                doubt = "one of several alternatives that are not one service each; taken as soft"
                yield Derived(service, (name,), steps, True, doubt)

    def _all_behind(self, start: str) -> list[str]:
        """The taken elements an alternative leads to, itself included."""
        if start in self.taken:
            return [start]
        found: dict[str, None] = {}
        seen = {start}
        waiting = [start]
        for here in waiting:
            for step in self._next(here):
                self._count()
                if step.bearing in self.taken:
                    found[step.bearing] = None
                elif step.bearing not in seen:
                    seen.add(step.bearing)
                    waiting.append(step.bearing)
        return list(found)

    def _next(self, here: str) -> list[Step]:
        return [step for step in self.steps.get(here, ()) if step.bearing in self.leading]

    def _count(self) -> None:
        self.walked += 1
        if self.walked > MAX_STEPS:
            place = self.model.place
            raise ImportRefused(
                f"{place.source}: following its relations takes more than {MAX_STEPS:,} steps. "
                "Import it in parts, or let more types become services (behind: in a mapping)."
            )


def _plain(service: str, steps: tuple[Step, ...]) -> Derived:
    return Derived(service, (steps[-1].bearing,), steps, any(step.soft for step in steps))


def _spread(start: Iterable[str], steps: dict[str, list[Step]]) -> set[str]:
    """Everything that can be reached, the start included."""
    found = set(start)
    waiting = list(found)
    while waiting:
        for step in steps.get(waiting.pop(), ()):
            if step.bearing not in found:
                found.add(step.bearing)
                waiting.append(step.bearing)
    return found
