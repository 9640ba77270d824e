"""From ArchiMate models to services and the chain, with a line of report for every element and
every relation."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path

from catenary.domain.naming import slug
from catenary.exchange.importers.archimate.deriving import Chain, Derived, Step
from catenary.exchange.importers.archimate.files import read_models
from catenary.exchange.importers.archimate.mapping import Choices, read_choices
from catenary.exchange.importers.archimate.model import (
    GROUPING,
    JUNCTION,
    OR_JUNCTION,
    PROCESSES,
    SERVICES,
    WHOLE,
    Element,
    Model,
    Relation,
    kind,
    one,
    words,
)
from catenary.exchange.importers.draft import (
    MAX_TAGS,
    ConsumptionEntry,
    Draft,
    GroupEntry,
    Place,
    ServiceIdentity,
)
from catenary.exchange.importers.report import Imported, Outcome
from catenary.exchange.importers.settling import settle

_MAX_TAG = 100


def read_archimate(
    sources: Sequence[Path],
    *,
    mapping: Path | None = None,
    provider: str = "",
    name: str = "",
) -> Imported:
    """The services of ArchiMate models, what stands behind them, and what relies on what.

    ``sources`` are files of the Open Exchange format or of Archi (also its archives), or folders
    with such files. ``provider`` is the key of the organization whose catalogue it is (default:
    from the name of the model), ``name`` its name.

    Raises ``ImportRefused`` when a source is missing, is no sound model, or declares a document
    type; when the mapping has mistakes.
    """
    choices = read_choices(mapping)
    models = read_models(sources, language=choices.language)
    draft = Draft()
    top = provider or slug(models[0].name) or "archimate"
    draft.add_organization(
        top, place=models[0].place, name=name or models[0].name or top, key_text=top
    )
    for model in models:
        _Taking(draft, model, choices, top).take()
    return settle(draft)


class _Taking:
    """Fills the draft from one model."""

    def __init__(self, draft: Draft, model: Model, choices: Choices, top: str) -> None:
        self.draft = draft
        self.model = model
        self.choices = choices
        self.top = top
        self.chain = Chain.of(model, choices)
        self.groupings = self._groupings()
        self.by_source: dict[tuple[str, str], list[Relation]] = {}
        for relation in model.relations:
            self.by_source.setdefault((relation.source, relation.type), []).append(relation)
        self.relation_ids = {relation.id for relation in model.relations}
        self.told: set[int] = set()

    def take(self) -> None:
        """Everything, in the order of the file."""
        for place, item, reason in self.model.problems:
            self.draft.say(place, item, Outcome.REJECTED, reason)
        for element in self.model.elements.values():
            if element.id in self.chain.taken:
                self._service(element)
            else:
                self._left_out(element)
        for derived in self.chain.derive():
            self._reliance(derived)
        for relation in self.model.relations:
            self._relation(relation)
        for named, count in self.model.properties.items():
            reason = f"{count:,} values; properties have no place in a catalogue"
            self.draft.say(
                self.model.place, f"property {named or '(unnamed)'}", Outcome.SKIPPED, reason
            )

    # --- elements ---

    def _identity(self, identifier: str) -> ServiceIdentity:
        element = self.model.elements[identifier]
        return self.top, f"{element.name} [{self.model.id}/{identifier}]"

    def _service(self, element: Element) -> None:
        tags = [f"kind:{kind(element.type)}"]
        tags += [f"specialization:{label}" for label in element.labels]
        tags += [f"specializes:{name}" for name in self._general(element)]
        tags += [f"grouping:{group.name}" for group in self.groupings.get(element.id, ())]
        tags = [tag[:_MAX_TAG].rstrip() for tag in tags]
        key = element.name
        if key and element.type not in SERVICES:
            key = f"{kind(element.type)} {key}"
        provider, note = self._provider(element)
        self.draft.add_service(
            self._identity(element.id),
            place=element.place,
            fields={
                "name": element.name,
                "description": element.description,
                "stage": self.choices.stage,
                "tags": list(islice(dict.fromkeys(tags), MAX_TAGS)),
                "supports-processes": self._processes(element),
            },
            provider=provider,
            key_text=key,
            item=element.called,
            note=note,
        )

    def _general(self, element: Element) -> list[str]:
        return [
            self.model.elements[relation.target].name
            for relation in self._from(element.id, "Specialization")
            if relation.target in self.model.elements
        ]

    def _processes(self, element: Element) -> list[str]:
        served = (
            self.model.elements.get(relation.target)
            for relation in self._from(element.id, "Serving")
        )
        names = (end.name for end in served if end is not None and end.type in PROCESSES)
        return list(dict.fromkeys(name for name in names if name))

    def _from(self, identifier: str, type_: str) -> list[Relation]:
        return self.by_source.get((identifier, type_), [])

    def _left_out(self, element: Element) -> None:
        if element.type in self.choices.consumers:
            self._consumer(element)
            return
        reason = f"{one(element.type)} is no service and no part of the chain"
        if element.type in self.choices.behind:
            reason = "no service rests on it"
        elif element.type in (JUNCTION, OR_JUNCTION) or element.type in self.choices.through:
            reason = f"{one(element.type)} is no service; what rests on it is followed through"
        elif element.type == GROUPING:
            reason = "a grouping is a tag of what is in it"
            if self.choices.provider == "grouping":
                return
        self.draft.say(element.place, element.called, Outcome.SKIPPED, reason)

    # --- organizations ---

    def _groupings(self) -> dict[str, list[Element]]:
        """The groupings each element is directly in, in the order of the file."""
        found: dict[str, list[Element]] = {}
        for relation in self.model.relations:
            whole = self.model.elements.get(relation.source)
            if whole is not None and whole.type == GROUPING and relation.type in WHOLE:
                found.setdefault(relation.target, []).append(whole)
        return found

    def _provider(self, element: Element) -> tuple[str, str]:
        """The identity of the providing organization, and what to say about the choice."""
        if self.choices.provider == "folder" and element.folder:
            return self._folder(element.folder, element.place), ""
        groupings = self.groupings.get(element.id, [])
        if self.choices.provider != "grouping" or not groupings:
            return self.top, ""
        note = ""
        if len(groupings) > 1:
            note = f"in {len(groupings)} groupings; '{groupings[0].name[:80]}' provides it"
        return self._grouping(groupings[0]), note

    def _grouping(self, grouping: Element) -> str:
        identity = f"grouping {grouping.name} [{self.model.id}/{grouping.id}]"
        if identity not in self.draft.organizations:
            above = self.groupings.get(grouping.id, [])
            self.draft.add_organization(
                identity,
                place=grouping.place,
                name=grouping.name or grouping.id,
                description=grouping.description,
                part_of=self.top,
                key_text=f"{self.top}.{grouping.name or grouping.id}",
            )
            # Said after it is known, so that groupings in a ring come to an end.
            if above:
                self.draft.organizations[identity].part_of = self._grouping(above[0])
        return identity

    def _folder(self, folder: tuple[str, ...], place: Place) -> str:
        identity = "folder " + " / ".join(folder)
        if identity not in self.draft.organizations:
            above = self._folder(folder[:-1], place) if len(folder) > 1 else self.top
            self.draft.add_organization(
                identity,
                place=place,
                name=folder[-1],
                part_of=above,
                key_text=f"{self.top}.{'.'.join(folder)}",
            )
        return identity

    def _consumer(self, element: Element) -> None:
        if not element.name:
            self.draft.say(element.place, element.called, Outcome.REJECTED, "it has no name")
            return
        self.draft.add_organization(
            self._consumer_identity(element),
            place=element.place,
            name=element.name,
            description=element.description,
            key_text=element.name,
        )

    def _consumer_identity(self, element: Element) -> str:
        return f"{element.name} [{self.model.id}/{element.id}]"

    # --- relations ---

    def _reliance(self, derived: Derived) -> None:
        first = derived.steps[0].relation
        if derived.members == (derived.service,):
            item = self._item(first)
            self.draft.say(first.place, item, Outcome.SKIPPED, "it leads back to where it began")
            self.told.add(id(first))
            return
        members = [member for member in derived.members if member != derived.service]
        direct = len(derived.steps) == 1
        note = derived.doubt
        if not direct:
            note = "; ".join(text for text in (self._way(derived.steps), derived.doubt) if text)
        item = self._item(first) if direct else self._words_for(derived, members)
        self.draft.add_group(
            GroupEntry(
                service=self._identity(derived.service),
                members=tuple((self._identity(member), Decimal(1)) for member in members),
                place=first.place,
                soft=derived.soft,
                note=note,
                item=item,
            )
        )
        if direct:
            self.told.add(id(first))

    def _words_for(self, derived: Derived, members: list[str]) -> str:
        named = " or ".join(self.model.elements[member].called for member in members)
        softly = " (soft)" if derived.soft else ""
        return f"{self.model.elements[derived.service].called} relies on {named}{softly}"

    def _way(self, steps: tuple[Step, ...]) -> str:
        between = [self.model.elements[step.bearing].called for step in steps[:-1]]
        return "derived through " + ", ".join(between)

    def _item(self, relation: Relation) -> str:
        ends = [self.model.elements.get(end) for end in (relation.source, relation.target)]
        called = [end.called if end is not None else "?" for end in ends]
        return f"{words(relation.type)} from {called[0]} to {called[1]}"

    def _relation(self, relation: Relation) -> None:
        """What became of a relation that is no dependency by itself."""
        if id(relation) in self.told:
            return
        outcome, reason = self._fate(relation)
        if reason:
            self.draft.say(relation.place, self._item(relation), outcome, reason)

    def _fate(self, relation: Relation) -> tuple[Outcome, str]:
        source = self.model.elements.get(relation.source)
        target = self.model.elements.get(relation.target)
        if source is None or target is None:
            ends = (relation.source, relation.target)
            if all(end in self.relation_ids or end in self.model.elements for end in ends):
                return Outcome.SKIPPED, "it ends at another relation, not at an element"
            return Outcome.REJECTED, "there is no element at one of its ends"
        if relation.type == "Specialization":
            if source.id in self.chain.taken:
                return Outcome.MERGED, "a tag of the special one; it is no reliance"
            return Outcome.SKIPPED, "a specialization is no reliance"
        if source.type == GROUPING and relation.type in WHOLE:
            if target.id in self.chain.taken:
                return Outcome.MERGED, "who is in a grouping is a tag, or its provider"
            return Outcome.SKIPPED, f"the {words(target.type)} in it was not taken"
        step = self.chain.step(relation)
        if relation.type == "Serving" and self._consumption(source, target, relation):
            return Outcome.TAKEN, ""
        supports = relation.type == "Serving" and target.type in PROCESSES
        if supports and source.id in self.chain.taken:
            return Outcome.MERGED, "the process is one that the service supports"
        if step is not None and self.chain.is_on_a_way(step):
            return Outcome.MERGED, "a step on the way of derived dependencies"
        if step is not None:
            return Outcome.SKIPPED, "it lies on no way from one service to another"
        if relation.type in ("Serving", "Realization", "Assignment", *WHOLE):
            odd = source if not self.chain.carries(source) else target
            return Outcome.SKIPPED, f"{one(odd.type)} is no part of the chain"
        return Outcome.SKIPPED, f"{words(relation.type)} is no reliance"

    def _consumption(self, source: Element, target: Element, relation: Relation) -> bool:
        if target.type not in self.choices.consumers or source.id not in self.chain.taken:
            return False
        if not target.name:
            return False
        self.draft.consumption.append(
            ConsumptionEntry(
                self._consumer_identity(target), self._identity(source.id), relation.place
            )
        )
        return True
