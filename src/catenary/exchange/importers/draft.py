"""What an importer has gathered so far, by the names the source uses.

Importers add organizations, people, services, reliance and consumption in any order and under
any identity that is their own; settling.py then gives keys, lets the document rules judge, and
tells what became of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from catenary.exchange.importers.report import ImportRefused, Outcome, ReportLine, Voice

#: A service by the identity of the organization it is named under, and its own.
ServiceIdentity = tuple[str, str]

MAX_GROUPS = 2_000_000
MAX_TAGS = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: file as given, physical line from 1 (0: the whole file)."""

    source: str
    line: int = 0


@dataclass(slots=True)
class OrganizationEntry:
    """An organization as the source has it; ``part_of`` is an identity or empty."""

    identity: str
    key_text: str
    fields: dict[str, object]
    part_of: str
    place: Place
    note: str = ""


@dataclass(slots=True)
class PersonEntry:
    """A person; ``organization`` and the keys of ``roles`` are identities of organizations."""

    email: str
    name: str
    organization: str
    roles: dict[str, list[str]]
    place: Place


@dataclass(slots=True)
class ServiceEntry:
    """A service. ``fields`` is as in a catalogue file, without references to other things;
    ``provider`` is the identity of an organization, ``owner`` one, or an e-mail address."""

    identity: ServiceIdentity
    key_text: str
    fields: dict[str, object]
    provider: str
    owner: str
    place: Place
    item: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """A dependency group of ``service``: members with weights and the thresholds. ``item`` is
    how the source puts it (empty: in our words)."""

    service: ServiceIdentity
    members: tuple[tuple[ServiceIdentity, Decimal], ...]
    place: Place
    minimum: Decimal | None = None
    full: Decimal | None = None
    soft: bool = False
    note: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class ConsumptionEntry:
    """``consumer`` (an identity) consumes ``service``."""

    consumer: str
    service: ServiceIdentity
    place: Place
    known_as: str = ""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Something told of a service: one of the draft, or one of the catalogue by its reference.
    ``plain`` is as `report.Told` has it, without the service."""

    place: Place
    item: str
    service: ServiceIdentity | str
    plain: dict[str, Any]


@dataclass
class Draft:
    """Everything gathered, in the order of reading."""

    organizations: dict[str, OrganizationEntry] = field(default_factory=dict)
    people: dict[str, PersonEntry] = field(default_factory=dict)
    services: dict[ServiceIdentity, ServiceEntry] = field(default_factory=dict)
    groups: list[GroupEntry] = field(default_factory=list)
    consumption: list[ConsumptionEntry] = field(default_factory=list)
    histories: list[HistoryEntry] = field(default_factory=list)
    voice: Voice = Voice()
    lines: list[ReportLine] = field(default_factory=list)

    def say(
        self, place: Place, item: str, outcome: Outcome, reason: str = "", reference: str = ""
    ) -> None:
        """Add a line to the report. What foreign files say is shortened, and its invisible
        characters spelled out: the report goes to terminals and spreadsheets."""
        told = shown(item, 300), outcome, reference, shown(reason, 1000)
        self.lines.append(ReportLine(shown(place.source, 1000), place.line, *told))

    def add_organization(
        self,
        identity: str,
        *,
        place: Place,
        name: str = "",
        description: str = "",
        part_of: str = "",
        key_text: str = "",
        note: str = "",
    ) -> None:
        """Add an organization, or what this place says more of one already there."""
        fields: dict[str, object] = {"name": name or identity, "description": description}
        known = self.organizations.get(identity)
        if known is None:
            key = key_text or identity
            self.organizations[identity] = OrganizationEntry(
                identity, key, fields, part_of, place, note
            )
            return
        if not known.part_of:
            known.part_of = part_of
            differs = []
        else:
            differs = [f"part of {known.part_of}"] if part_of not in ("", known.part_of) else []
        differs += _fill(known.fields, fields)
        item = f"organization {known.fields['name']}"
        self.say(place, item, Outcome.MERGED, _same_or_kept(differs, known.place))

    def add_person(
        self,
        email: str,
        *,
        place: Place,
        name: str = "",
        organization: str,
        roles: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        """Add a person by e-mail address, or more roles of one already there."""
        address = email.strip().lower()
        known = self.people.get(address)
        wanted = {where: list(what) for where, what in (roles or {}).items()}
        if known is None:
            self.people[address] = PersonEntry(
                address, name or address, organization, wanted, place
            )
            return
        differs = [f"name '{known.name}'"] if name not in ("", known.name) else []
        if organization not in ("", known.organization):
            differs.append(f"organization {known.organization}")
        for where, what in wanted.items():
            have = known.roles.setdefault(where, [])
            have += [role for role in what if role not in have]
        self.say(place, f"person {address}", Outcome.MERGED, _same_or_kept(differs, known.place))

    def add_group(self, group: GroupEntry) -> None:
        """Add a dependency group. Raises ``ImportRefused`` when there are more than any registry
        holds: a small file can name millions by YAML aliases."""
        if len(self.groups) >= MAX_GROUPS:
            raise ImportRefused(
                f"{group.place.source}:{group.place.line}: more than {MAX_GROUPS:,} dependencies. "
                "Import it in parts."
            )
        self.groups.append(group)

    def add_service(
        self,
        identity: ServiceIdentity,
        *,
        place: Place,
        fields: dict[str, object],
        provider: str = "",
        owner: str = "",
        key_text: str = "",
        item: str = "",
        note: str = "",
    ) -> None:
        """Add a service, or what this place says more of one already there."""
        known = self.services.get(identity)
        item = item or f"service {fields.get('name') or identity[1]}"
        if known is None:
            self.services[identity] = ServiceEntry(
                identity,
                key_text or identity[1],
                fields,
                provider or identity[0],
                owner,
                place,
                item,
                note,
            )
            return
        differs = _fill(known.fields, fields)
        if provider not in ("", known.provider):
            differs.append(f"provider {known.provider}")
        if not known.owner:
            known.owner = owner
        elif owner not in ("", known.owner):
            differs.append(f"owner {known.owner}")
        self.say(place, item, Outcome.MERGED, _same_or_kept(differs, known.place))


def shown(text: str, limit: int) -> str:
    """A foreign text for the report: shortened, and what cannot be seen spelled out."""
    text = text if len(text) <= limit else text[: limit - 3] + "..."
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)


def _fill(known: dict[str, object], more: Mapping[str, object]) -> list[str]:
    """Fill what ``known`` lacks from ``more``; lists of texts are joined. Says what was kept
    although ``more`` says otherwise."""
    differs = []
    for name, value in more.items():
        have = known.get(name)
        if not have:
            known[name] = value
        elif isinstance(have, list) and isinstance(value, list):
            have += [item for item in value if item not in have]
        elif value and value != have:
            differs.append(f"{name} '{str(have)[:80]}'" if isinstance(have, str) else name)
    return differs


def _same_or_kept(differs: list[str], first: Place) -> str:
    where = f"line {first.line} of {first.source}" if first.line else first.source
    if not differs:
        return f"already taken from {where}"
    return f"says otherwise than {where}; kept: " + ", ".join(differs)
