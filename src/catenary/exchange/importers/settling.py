"""From a draft to documents: keys are given, references followed, the document rules asked.

What cannot be taken is rejected with its reason, and so is what stands on it; all the rest is
taken. Nothing is written anywhere.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from catenary.domain.documents.relying import group_to_plain
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    DependencyGroupDocument,
    Supporter,
)
from catenary.domain.naming import distinct_keys, slug
from catenary.exchange.importers import judging
from catenary.exchange.importers.draft import (
    ConsumptionEntry,
    Draft,
    GroupEntry,
    ServiceEntry,
    ServiceIdentity,
    shown,
)
from catenary.exchange.importers.report import Imported, Outcome, Told

Plain = dict[str, object]


def settle(draft: Draft) -> Imported:
    """The documents and the report of everything in the draft."""
    return _Settlement(draft).result()


class _Settlement:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.catalogue = CatalogueDocument()
        self.lines = draft.lines
        self.say = draft.say
        self.organizations: dict[str, str] = {}
        self.services: dict[ServiceIdentity, str] = {}

    def result(self) -> Imported:
        self._settle_organizations()
        self._settle_people()
        self._settle_services()
        self._settle_consumption()
        told = self._settle_histories()
        order: dict[str, int] = {}
        for line in self.lines:
            order.setdefault(line.source, len(order))
        self.lines.sort(key=lambda line: (order[line.source], line.line))
        return Imported(self.catalogue, tuple(self.lines), told, self.draft.voice)

    # --- organizations and people ---

    def _settle_organizations(self) -> None:
        entries = self.draft.organizations
        keys = distinct_keys({identity: entry.key_text for identity, entry in entries.items()})
        loose = self._without_top()
        for identity, entry in entries.items():
            item = f"organization {entry.fields['name']}"
            key = keys.get(identity)
            if key is None:
                self.say(entry.place, item, Outcome.REJECTED, "it has no name to make a key from")
                continue
            fields = {name: value for name, value in entry.fields.items() if value}
            if entry.part_of:
                above = keys.get(entry.part_of)
                if identity in loose:
                    reason = "the organizations above it lead back to it; taken as a top one"
                    self.say(
                        entry.place, f"{item} part of {entry.part_of}", Outcome.REJECTED, reason
                    )
                elif above is None:
                    reason = f"there is no organization '{entry.part_of}' here; taken as a top one"
                    self.say(
                        entry.place, f"{item} part of {entry.part_of}", Outcome.REJECTED, reason
                    )
                else:
                    fields["part-of"] = above
            verdict = judging.organization(key, fields)
            for dropped, why in verdict.dropped:
                self.say(entry.place, f"{item}: {dropped}", Outcome.REJECTED, why)
            if verdict.document is None:
                self.say(entry.place, item, Outcome.REJECTED, verdict.reason)
                continue
            self.organizations[identity] = key
            self.catalogue.organizations[key] = verdict.document
            reason = entry.note or _told_apart(entry.key_text, key)
            self.say(entry.place, item, Outcome.TAKEN, reason, key)
        self._drop_lost_tops()

    def _without_top(self) -> set[str]:
        """Identities on a ring of part-of, found in one walk over each."""
        entries = self.draft.organizations
        settled: set[str] = set()
        ring: set[str] = set()
        for start in entries:
            path: dict[str, None] = {}
            identity = start
            while identity in entries and identity not in settled and identity not in path:
                path[identity] = None
                identity = entries[identity].part_of
            if identity in path:
                walk = list(path)
                ring.update(walk[walk.index(identity) :])
            settled.update(path)
        return ring

    def _drop_lost_tops(self) -> None:
        # An organization may have been rejected after others were put below it.
        known = self.catalogue.organizations
        by_key = {key: identity for identity, key in self.organizations.items()}
        for key, document in list(known.items()):
            if document.part_of and document.part_of not in known:
                entry = self.draft.organizations[by_key[key]]
                item = f"organization {document.name} part of {entry.part_of}"
                reason = "that organization was rejected; taken as a top one"
                self.say(entry.place, item, Outcome.REJECTED, reason)
                known[key] = judging.without_top(document)

    def _settle_people(self) -> None:
        for entry in self.draft.people.values():
            item = f"person {entry.name}"
            organization = self.organizations.get(entry.organization)
            if organization is None:
                reason = f"there is no organization '{entry.organization}' here to belong to"
                self.say(entry.place, item, Outcome.REJECTED, reason)
                continue
            fields: Plain = {"name": entry.name, "organization": organization}
            roles: dict[str, list[str]] = {}
            for identity, wanted in entry.roles.items():
                key = self.organizations.get(identity)
                if key is None:
                    reason = f"there is no organization '{identity}' here"
                    self.say(entry.place, f"{item} in {identity}", Outcome.REJECTED, reason)
                elif wanted:
                    roles.setdefault(key, []).extend(wanted)
            if roles:
                fields["roles"] = roles
            verdict = judging.person(entry.email, fields)
            for dropped, why in verdict.dropped:
                self.say(entry.place, f"{item}: {dropped}", Outcome.REJECTED, why)
            if verdict.document is None:
                self.say(entry.place, item, Outcome.REJECTED, verdict.reason)
                continue
            self.catalogue.people[verdict.document.email] = verdict.document
            self.say(entry.place, item, Outcome.TAKEN, "", verdict.document.email)

    # --- services ---

    def _settle_services(self) -> None:
        references = self._references()
        plain: dict[str, tuple[ServiceEntry, Plain]] = {}
        for identity, reference in references.items():
            entry = self.draft.services[identity]
            fields = self._service_fields(entry)
            if fields is None:
                continue
            # Judged alone first, so that what relies on a rejected service is rejected with it.
            verdict = judging.service(reference, fields)
            for dropped, why in verdict.dropped:
                self.say(entry.place, f"{entry.item}: {dropped}", Outcome.REJECTED, why)
                fields.pop(dropped, None)
            if verdict.document is None:
                self.say(entry.place, entry.item, Outcome.REJECTED, verdict.reason)
                continue
            self.services[identity] = reference
            self.catalogue.services[reference] = verdict.document
            plain[reference] = (entry, fields)
            reason = entry.note or _told_apart(entry.key_text, reference.partition("/")[2])
            self.say(entry.place, entry.item, Outcome.TAKEN, reason, reference)
        self._settle_groups(plain)

    def _references(self) -> dict[ServiceIdentity, str]:
        """Reference by service; says what cannot have one."""
        homes: defaultdict[str, dict[ServiceIdentity, str]] = defaultdict(dict)
        for identity, entry in self.draft.services.items():
            if identity[0] not in self.organizations:
                reason = f"there is no organization '{identity[0]}' here to name it under"
                self.say(entry.place, entry.item, Outcome.REJECTED, reason)
            else:
                homes[identity[0]][identity] = entry.key_text
        found: dict[ServiceIdentity, str] = {}
        for home, texts in homes.items():
            keys = distinct_keys(texts)
            for identity in texts:
                if identity in keys:
                    found[identity] = f"{self.organizations[home]}/{keys[identity]}"
                else:
                    entry = self.draft.services[identity]
                    reason = "it has no name to make a key from"
                    self.say(entry.place, entry.item, Outcome.REJECTED, reason)
        return {identity: found[identity] for identity in self.draft.services if identity in found}

    def _service_fields(self, entry: ServiceEntry) -> Plain | None:
        provider = self.organizations.get(entry.provider)
        if provider is None:
            reason = f"there is no organization '{entry.provider}' here to provide it"
            self.say(entry.place, entry.item, Outcome.REJECTED, reason)
            return None
        fields = {name: value for name, value in entry.fields.items() if value not in ("", None)}
        fields = {name: value for name, value in fields.items() if value != [] and value != {}}
        if provider != self.organizations[entry.identity[0]]:
            fields["provider"] = provider
        if entry.owner:
            owner = self.organizations.get(entry.owner)
            address = entry.owner.strip().lower()
            if owner is None and address in self.catalogue.people:
                owner = address
            if owner is None:
                reason = "there is neither a person nor an organization of that name here"
                item = f"{entry.item}: owner {entry.owner}"
                self.say(entry.place, item, Outcome.REJECTED, reason)
            else:
                fields["owner"] = owner
        return fields

    def _settle_groups(self, plain: dict[str, tuple[ServiceEntry, Plain]]) -> None:
        seen: set[tuple[object, ...]] = set()
        wanted: defaultdict[str, list[tuple[GroupEntry, object]]] = defaultdict(list)
        for group in self.draft.groups:
            item = self._group_item(group)
            reference = self.services.get(group.service)
            if reference is None:
                self.say(group.place, item, Outcome.REJECTED, "the service itself was not taken")
                continue
            weights = self._members(group, item)
            if not weights:
                continue
            identity = (reference, tuple(weights.items()), group.minimum, group.full, group.soft)
            if identity in seen:
                self.say(group.place, item, Outcome.MERGED, "already taken", reference)
                continue
            seen.add(identity)
            wanted[reference].append((group, _plain_group(group, weights)))
        for reference, groups in wanted.items():
            entry, fields = plain[reference]
            self._judge_groups(reference, entry, fields, groups)

    def _group_item(self, group: GroupEntry) -> str:
        if group.item:
            return group.item
        names = ", ".join(identity[1] for identity, _ in group.members[:5])
        if len(group.members) > 5:
            names += f" and {len(group.members) - 5} more"
        softly = " (soft)" if group.soft else ""
        return f"{group.service[1]} relies on {names}{softly}"

    def _members(self, group: GroupEntry, item: str) -> dict[str, Decimal]:
        weights: dict[str, Decimal] = {}
        for identity, weight in group.members:
            member = self.services.get(identity)
            if member is None:
                reason = f"there is no service '{identity[1]}' here"
                if identity in self.draft.services:
                    reason = f"the service '{identity[1]}' was rejected"
                self.say(group.place, item, Outcome.REJECTED, reason)
            elif member in weights:
                reason = f"'{identity[1]}' stands in this group twice; counted once"
                self.say(group.place, item, Outcome.MERGED, reason)
            else:
                weights[member] = weight
        return weights

    def _judge_groups(
        self,
        reference: str,
        entry: ServiceEntry,
        fields: Plain,
        groups: list[tuple[GroupEntry, object]],
    ) -> None:
        whole = judging.service(reference, {**fields, "relies-on": [plain for _, plain in groups]})
        good = groups
        if whole.document is None or whole.dropped:
            # One bad group must not cost the others: find it by asking about each alone.
            good = []
            for group, plain in groups:
                alone = judging.service(reference, {**fields, "relies-on": [plain]})
                if alone.document is not None and not alone.dropped:
                    good.append((group, plain))
                    continue
                reason = alone.dropped[0][1] if alone.dropped else alone.reason
                self.say(group.place, self._group_item(group), Outcome.REJECTED, reason)
            whole = judging.service(
                reference, {**fields, "relies-on": [plain for _, plain in good]}
            )
        if whole.document is None or whole.dropped:
            reason = whole.dropped[0][1] if whole.dropped else whole.reason
            for group, _ in good:
                self.say(group.place, self._group_item(group), Outcome.REJECTED, reason)
            return
        self.catalogue.services[reference] = whole.document
        for group, _ in good:
            item = self._group_item(group)
            self.say(group.place, item, Outcome.TAKEN, group.note, reference)

    # --- consumption ---

    def _settle_consumption(self) -> None:
        for entry in self.draft.consumption:
            item = f"{entry.consumer} consumes {entry.service[1]}"
            consumer = self.organizations.get(entry.consumer)
            service = self.services.get(entry.service)
            if consumer is None:
                reason = f"there is no organization '{entry.consumer}' here"
                self.say(entry.place, item, Outcome.REJECTED, reason)
            elif service is None:
                reason = f"there is no service '{entry.service[1]}' here"
                self.say(entry.place, item, Outcome.REJECTED, reason)
            elif (consumer, service) in self.catalogue.consumption:
                self.say(entry.place, item, Outcome.MERGED, "already taken", service)
            else:
                self._take_consumption(entry, item, consumer, service)

    def _take_consumption(
        self, entry: ConsumptionEntry, item: str, consumer: str, service: str
    ) -> None:
        verdict = judging.consumption(consumer, service, entry.known_as)
        if verdict.document is None:
            self.say(entry.place, item, Outcome.REJECTED, verdict.reason)
            return
        self.catalogue.consumption[consumer, service] = verdict.document
        self.say(entry.place, item, Outcome.TAKEN, "", service)

    # --- what is told of services ---

    def _settle_histories(self) -> tuple[Told, ...]:
        found = []
        for entry in self.draft.histories:
            reference: str | None
            if isinstance(entry.service, str):
                reference = entry.service
            else:
                reference = self.services.get(entry.service)
            if reference is None:
                self.say(
                    entry.place, entry.item, Outcome.REJECTED, "the service itself was not taken"
                )
                continue
            place = shown(entry.place.source, 1000), entry.place.line, shown(entry.item, 300)
            found.append(Told(*place, {**entry.plain, "service": reference}))
        return tuple(found)


def _told_apart(text: str, key: str) -> str:
    usual = slug(text)
    if usual == key:
        return ""
    return f"another name here gives the key '{usual}' too, so this one carries a fingerprint"


def _plain_group(group: GroupEntry, weights: dict[str, Decimal]) -> object:
    """The group as a catalogue file would have it."""
    minimum = Decimal(1) if group.minimum is None else group.minimum
    return group_to_plain(
        DependencyGroupDocument(
            members=tuple(Supporter(service, weight) for service, weight in weights.items()),
            minimum=minimum,
            full=minimum if group.full is None else group.full,
            soft=group.soft,
        )
    )
