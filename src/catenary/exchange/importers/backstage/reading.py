"""From Backstage entities to the chain.

Direction, always from what relies to what it relies on: a component relies on what it
``dependsOn`` and on the APIs it consumes; an API relies on the component that provides it; a
system relies on its components, APIs and resources, a domain on its systems and subdomains, a
component on its subcomponents. Groups are organizations below the one the catalogue belongs to,
and provide what they own; services are named under that top one, so that a new owner changes no
reference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path

from catenary.domain.naming import slug
from catenary.exchange.importers.backstage.entities import (
    SERVICE_KINDS,
    Entity,
    EntityName,
    Reference,
    spelled,
)
from catenary.exchange.importers.backstage.files import read_entities
from catenary.exchange.importers.draft import MAX_TAGS, Draft, GroupEntry, Place
from catenary.exchange.importers.foreign_yaml import texts
from catenary.exchange.importers.report import Imported, ImportRefused, Outcome
from catenary.exchange.importers.settling import settle
from catenary.exchange.importers.sources import folder_name

#: Stage by ``spec.lifecycle``. Backstage itself knows three; these are the others people write.
STAGES = {
    "production": "live",
    "active": "live",
    "ga": "live",
    "live": "live",
    "maintained": "live",
    "stable": "live",
    "supported": "live",
    "beta": "tested",
    "preview": "tested",
    "staging": "tested",
    "test": "tested",
    "testing": "tested",
    "alpha": "built",
    "development": "built",
    "experimental": "built",
    "incubating": "built",
    "concept": "proposed",
    "idea": "proposed",
    "planned": "proposed",
    "proposed": "proposed",
    "deprecated": "retiring",
    "legacy": "retiring",
    "maintenance": "live",
    "sunset": "retiring",
    "archived": "retired",
    "decommissioned": "retired",
    "end-of-life": "retired",
    "eol": "retired",
    "obsolete": "retired",
    "retired": "retired",
}

#: Fields of ``spec`` in which an entity names what it relies on, with the kinds a reference
#: without a kind may mean.
RELIES_ON = {
    "dependsOn": SERVICE_KINDS,
    "consumesApis": ("api",),
    "consumesApi": ("api",),
}
#: Fields in which it names what relies on it.
IS_RELIED_ON_BY = {
    "dependencyOf": SERVICE_KINDS,
    "providesApis": ("api",),
    "providesApi": ("api",),
    "implementsApis": ("api",),
    "subcomponentOf": ("component",),
    "partOf": ("system", "domain", "component"),
    "system": ("system",),
    "domain": ("domain",),
    "subdomainOf": ("domain",),
}
_ADDRESS_PART = re.compile(r"[^a-z0-9]+")


def read_backstage(
    sources: Sequence[Path],
    *,
    mapping: Path | None = None,
    provider: str = "",
    name: str = "",
) -> Imported:
    """The entities of ``catalog-info.yaml`` files as organizations, people and services.

    ``sources`` are files, or folders whose YAML files are all looked at. ``provider`` is the key
    of the organization whose catalogue it is (default: from the name of the folder), ``name``
    its name; it is the top of all groups, and provides what no group owns.

    Raises ``ImportRefused`` when a source is missing or holds no YAML file.
    """
    if mapping is not None:
        raise ImportRefused(f"{mapping}: the backstage import takes no mapping.")
    draft = Draft()
    entities = read_entities(sources, draft)
    top = provider or slug(folder_name(sources[0])) or "backstage"
    _Chain(draft, entities, top).build(name or top, Place(str(sources[0])))
    return settle(draft)


class _Chain:
    """Fills the draft from the entities, which are all known by then."""

    def __init__(self, draft: Draft, entities: dict[EntityName, Entity], top: str) -> None:
        self.draft = draft
        self.entities = entities
        self.top = top
        self.addresses: dict[EntityName, str] = {}
        self.groups_of: dict[EntityName, list[EntityName]] = {}

    def build(self, name: str, place: Place) -> None:
        self.draft.add_organization(self.top, place=place, name=name, key_text=self.top)
        by_kind: dict[str, list[Entity]] = {}
        for entity in self.entities.values():
            by_kind.setdefault(entity.name[0], []).append(entity)
        self._groups(by_kind.get("group", []))
        self._users(by_kind.get("user", []))
        services = [entity for kind in SERVICE_KINDS for entity in by_kind.get(kind, [])]
        for entity in services:
            self._service(entity)
        for entity in services:
            self._relations(entity)

    def _one(
        self, entity: Entity, reference: Reference, kinds: tuple[str, ...]
    ) -> EntityName | None:
        """What a reference means: the first that is there, else the likeliest; None when the
        text is no reference."""
        names = reference.names(kinds=kinds, namespace=entity.name[1])
        known = [name for name in names if name in self.entities]
        return next(iter(known or names), None)

    def _reject(self, entity: Entity, reference: Reference, reason: str) -> None:
        place = Place(entity.place.source, reference.line)
        item = f"{entity.item} {reference.field} {reference.text}"
        self.draft.say(place, item, Outcome.REJECTED, reason)

    # --- organizations and people ---

    def _groups(self, groups: list[Entity]) -> None:
        parents: dict[EntityName, EntityName] = {}
        for entity in groups:
            for reference in entity.references("parent"):
                above = self._one(entity, reference, ("group",))
                if above in self.entities:
                    parents[entity.name] = above
                else:
                    reason = "there is no such group here; it stands below the top organization"
                    self._reject(entity, reference, reason)
        for entity in groups:
            for reference in entity.references("children"):
                child = self._one(entity, reference, ("group",))
                if child in self.entities:
                    parents.setdefault(child, entity.name)
                else:
                    self._reject(entity, reference, "there is no such group here")
        for entity in groups:
            parent = parents.get(entity.name)
            title = " ".join(entity.text("spec", "profile", "displayName").split())
            self.draft.add_organization(
                entity.item,
                place=entity.place,
                name=title or entity.title,
                description=entity.text("metadata", "description"),
                part_of=spelled(parent) if parent else self.top,
                key_text=f"{self.top}.{entity.own_name}",
            )

    def _users(self, users: list[Entity]) -> None:
        # What users say of themselves comes first: the first group is where they belong.
        for entity in users:
            for reference in entity.references("memberOf"):
                self._membership(entity, reference, kinds=("group",), turned=False)
        for entity in self.entities.values():
            if entity.name[0] == "group":
                for reference in entity.references("members"):
                    self._membership(entity, reference, kinds=("user",), turned=True)
        owners: dict[str, Entity] = {}
        for entity in users:
            address = entity.text("spec", "profile", "email").lower() or self._placeholder(entity)
            if address in owners:
                first = owners[address].place
                reason = f"{address} is already the person at {first.source}:{first.line}"
                self.draft.say(entity.place, entity.item, Outcome.REJECTED, reason)
                continue
            owners[address] = entity
            self.addresses[entity.name] = address
            groups = [spelled(group) for group in self.groups_of.get(entity.name, [])]
            title = " ".join(entity.text("spec", "profile", "displayName").split())
            self.draft.add_person(
                address,
                place=entity.place,
                name=title or entity.title,
                organization=groups[0] if groups else self.top,
                roles={group: ["viewer"] for group in groups or [self.top]},
            )

    def _membership(
        self, entity: Entity, reference: Reference, *, kinds: tuple[str, ...], turned: bool
    ) -> None:
        other = self._one(entity, reference, kinds)
        if other is None or other not in self.entities:
            self._reject(entity, reference, f"there is no such {kinds[0]} here")
            return
        user, group = (other, entity.name) if turned else (entity.name, other)
        groups = self.groups_of.setdefault(user, [])
        if group not in groups:
            groups.append(group)

    def _placeholder(self, entity: Entity) -> str:
        # A name under .invalid never receives mail (RFC 2606), and stays the same every time.
        labels = [
            _ADDRESS_PART.sub("-", slug(text)).strip("-")[:60].strip("-") or "x"
            for text in (entity.own_name, entity.name[1], self.top)
        ]
        return f"{labels[0]}@{labels[1]}.{labels[2]}.invalid"

    # --- services ---

    def _service(self, entity: Entity) -> None:
        kind, namespace, _ = entity.name
        tags = [f"kind:{kind}"]
        if entity.text("spec", "type"):
            tags.append(f"type:{entity.text('spec', 'type')}")
        if namespace != "default":
            tags.append(f"namespace:{namespace}")
        lifecycle = entity.text("spec", "lifecycle")
        stage = STAGES.get(lifecycle.lower(), "live")
        note = ""
        if lifecycle and lifecycle.lower() != "production":
            tags.append(f"lifecycle:{lifecycle}")
        if lifecycle and lifecycle.lower() not in STAGES:
            note = f"the lifecycle '{lifecycle[:80]}' is not known; taken as live"
        own = (text for text, _ in texts(entity.root.find("metadata", "tags")))
        tags += islice(own, MAX_TAGS)
        provider, owner = self._owner(entity)
        self.draft.add_service(
            (self.top, entity.item),
            place=entity.place,
            fields={
                "name": entity.title,
                "description": entity.text("metadata", "description"),
                "stage": stage,
                "tags": list(dict.fromkeys(tags)),
            },
            provider=provider,
            owner=owner,
            key_text=entity.own_name if kind == "component" else f"{kind}-{entity.own_name}",
            item=entity.item,
            note=note,
        )

    def _owner(self, entity: Entity) -> tuple[str, str]:
        """Provider and owner, as the draft names them."""
        for reference in entity.references("owner", "ownedBy"):
            name = self._one(entity, reference, ("group", "user"))
            if name is None or name[0] not in ("group", "user"):
                self._reject(entity, reference, "an owner is a group or a user")
                continue
            if name[0] == "user":
                address = self.addresses.get(name)
                if address is None:
                    self._reject(entity, reference, "there is no such user here")
                    continue
                groups = self.groups_of.get(name, [])
                return (spelled(groups[0]) if groups else self.top), address
            identity = spelled(name)
            if identity not in self.draft.organizations:
                # Groups often come from a directory and not from files; to lose who provides
                # what would cost more than an organization of which only the name is known.
                place = Place(entity.place.source, reference.line)
                self.draft.add_organization(
                    identity,
                    place=place,
                    name=name[2],
                    part_of=self.top,
                    key_text=f"{self.top}.{name[2]}",
                    note="named as an owner but described nowhere; only its name is known",
                )
            return identity, identity
        return self.top, ""

    def _relations(self, entity: Entity) -> None:
        fields = (*RELIES_ON, *IS_RELIED_ON_BY)
        for reference in entity.references(*fields):
            turned = reference.field in IS_RELIED_ON_BY
            kinds = (IS_RELIED_ON_BY if turned else RELIES_ON)[reference.field]
            name = self._one(entity, reference, kinds)
            if name is None:
                self._reject(entity, reference, "it is not a reference: [kind:][namespace/]name")
                continue
            if name not in self.entities:
                reason = f"there is no entity {spelled(name)} here"
                self._reject(entity, reference, reason)
                continue
            if name[0] not in SERVICE_KINDS:
                self._reject(entity, reference, f"a {name[0]} is not a service")
                continue
            relying, supporting = (name, entity.name) if turned else (entity.name, name)
            self.draft.add_group(
                GroupEntry(
                    service=(self.top, spelled(relying)),
                    members=(((self.top, spelled(supporting)), Decimal(1)),),
                    place=Place(entity.place.source, reference.line),
                    item=f"{entity.item} {reference.field} {reference.text}",
                )
            )
