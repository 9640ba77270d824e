"""Changing objects one by one or together, by somebody who says what they last saw of each.

The one write behind editing in the browser and behind the REST API. Files are applied by
`applying`, which knows what a whole folder wants; here each change stands for itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from catenary.apps.calendars.policies import may_define_calendar
from catenary.apps.calendars.queries import calendars_by_reference, managed_calendars
from catenary.apps.common.operations import catalogue_change
from catenary.apps.history.operations import open_change
from catenary.apps.organizations.policies import may_administer
from catenary.apps.organizations.queries import (
    Managed,
    managed_organizations,
    managed_people,
    organizations_by_id,
    organizations_by_key,
    people_by_email,
)
from catenary.apps.portfolio.policies import may_declare_consumption, may_define_service
from catenary.apps.portfolio.queries.lookup import (
    links_of_organizations,
    managed_consumption,
    managed_services,
    services_by_reference,
)
from catenary.domain.actors import BY_HAND, Actor, manager_in_words
from catenary.domain.documents.calendars import calendar_to_plain
from catenary.domain.documents.plain import (
    consumption_to_plain,
    digest,
    organization_to_plain,
    person_to_plain,
    service_to_plain,
)
from catenary.domain.documents.shapes import (
    CalendarDocument,
    ConsumptionDocument,
    OrganizationDocument,
    PersonDocument,
    ServiceDocument,
)
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import Said, figure, said
from catenary.exchange.catalogue.changing import Changes, make_changes
from catenary.exchange.catalogue.guessing import counted_guesses
from catenary.exchange.catalogue.planning import (
    SECTIONS,
    consumption_pair,
    consumption_reference,
)

Document = (
    OrganizationDocument | PersonDocument | CalendarDocument | ServiceDocument | ConsumptionDocument
)


@dataclass(frozen=True, slots=True)
class Amendment:
    """What one object shall say from now on; without a document it goes.

    ``kind`` is ``organization``, ``person``, ``calendar``, ``service`` or ``consumption``;
    ``reference`` the key, e-mail address, reference, or ``consumer > service``. ``expected`` is the
    digest of what its writer last saw: empty when it must be new, None when whatever is there shall
    be replaced.
    ``kept`` are supporters that the writer may not see and that stay as they are; a door puts
    them back by itself and never takes them from what was typed.
    """

    kind: str
    reference: str
    document: Document | None
    expected: str | None = None
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else changed an object since its writer saw it. ``found`` is the digest of what it
    says now, empty when it is gone."""

    kind: str
    reference: str
    found: str


class Conflicts(Exception):
    """At least one object is no longer what its writer saw; nothing was changed."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        named = ", ".join(conflict.reference for conflict in self.conflicts[:3])
        super().__init__(f"{named} was changed by somebody else meanwhile; nothing was changed")


class Outcome(StrEnum):
    """What became of one amendment."""

    CREATED = "created"
    CHANGED = "changed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Amended:
    """What became of one amendment, with the digest of what the object says now (empty when it
    is gone)."""

    kind: str
    reference: str
    outcome: Outcome
    digest: str


def amend(
    *,
    actor: Actor,
    at: datetime,
    amendments: Sequence[Amendment],
    note: str = "",
    source: str = BY_HAND,
    take_over: bool = False,
) -> list[Amended]:
    """Make all changes in one transaction, or none; what came of each, in the given order.

    What already says so is left alone. Raises `Refused` with reasons when an operation refuses,
    or when another source manages an object and ``take_over`` is not said; `Conflicts` when
    somebody changed an object meanwhile; `CatalogueBusy` when the database is held by another
    program. A refusal comes before a conflict, so that a conflict tells nobody anything about
    objects they may not change.
    """
    twice = _named_twice(amendments)
    if twice:
        raise Refused(twice)
    with counted_guesses(actor, at, [each.reference for each in amendments if _is_global(each)]):
        return _amended(actor, at, amendments, note, source, take_over=take_over)


def _is_global(amendment: Amendment) -> bool:
    """Organizations and people have names of the whole installation, not of one house."""
    return amendment.kind in {"organization", "person"} and amendment.document is not None


def _amended(
    actor: Actor,
    at: datetime,
    amendments: Sequence[Amendment],
    note: str,
    source: str,
    *,
    take_over: bool,
) -> list[Amended]:
    with catalogue_change():
        live = _Live(actor, amendments)
        conflicts, refusals, results = [], [], []
        written: list[Amendment] = []
        for amendment in amendments:
            now = live.managed(amendment)
            found = now.digest if now else ""
            wanted = digest(plain_of(amendment.document)) if amendment.document else ""
            allowed = live.may_change(amendment)
            if amendment.document is None and not allowed and amendment.kind != "service":
                refusals.append(_nothing_to_remove(amendment))
            if amendment.expected is not None and amendment.expected != found:
                conflicts.append(Conflict(amendment.kind, amendment.reference, found))
            if allowed and now and now.managed_by != source and not take_over and wanted != found:
                refusals.append(_managed_elsewhere(amendment, now.managed_by))
            settled = (
                allowed and wanted == found and not (take_over and now and now.managed_by != source)
            )
            results.append(
                Amended(
                    amendment.kind,
                    amendment.reference,
                    _outcome(found, wanted, settled=settled),
                    wanted,
                )
            )
            if not settled:
                written.append(amendment)
        if refusals:
            raise Refused(refusals)
        if written:
            change = open_change(actor=actor, at=at, source=source, note=note)
            make_changes(changes=_changes(written), change=change)
            if in_use := _still_in_use(written):
                raise Refused(in_use)
        if conflicts:
            raise Conflicts(conflicts)
    return results


def _outcome(found: str, wanted: str, *, settled: bool) -> Outcome:
    if settled:
        return Outcome.UNCHANGED
    if not wanted:
        return Outcome.REMOVED
    return Outcome.CHANGED if found else Outcome.CREATED


class _Live:
    """What the catalogue holds of the objects that are to change, and whether the actor may."""

    def __init__(self, actor: Actor, amendments: Sequence[Amendment]) -> None:
        self._actor = actor
        named: dict[str, list[str]] = {kind: [] for kind in SECTIONS}
        for amendment in amendments:
            named[amendment.kind].append(amendment.reference)
        pairs = [consumption_pair(reference) for reference in named["consumption"]]
        self._services = services_by_reference([*named["service"], *(pair[1] for pair in pairs)])
        self._organizations = organizations_by_key(
            [*named["organization"], *(pair[0] for pair in pairs)]
        )
        self._calendars = calendars_by_reference(named["calendar"])
        people = people_by_email(named["person"])
        homes = organizations_by_id({row.organization_id for row in people.values()})
        self._homes = {email: homes[row.organization_id].path for email, row in people.items()}
        self._managed: dict[str, Mapping[str, Managed]] = {
            "organization": managed_organizations(named["organization"]),
            "person": managed_people(named["person"]),
            "calendar": managed_calendars(named["calendar"]),
            "service": managed_services(named["service"]),
            "consumption": self._consumption(pairs),
        }

    def managed(self, amendment: Amendment) -> Managed | None:
        """Digest and manager of what is there now; none when nothing is."""
        return self._managed[amendment.kind].get(amendment.reference)

    def may_change(self, amendment: Amendment) -> bool:
        """May the actor change what is there now? The operations judge it whole; this is only
        about what they are not asked: what is left alone, and who manages it."""
        reference = amendment.reference
        if self.managed(amendment) is None:
            return False
        if amendment.kind == "organization":
            return may_administer(self._actor, self._organizations[reference].path)
        if amendment.kind == "person":
            return may_administer(self._actor, self._homes[reference])
        if amendment.kind == "calendar":
            return may_define_calendar(self._actor, self._calendars[reference].path)
        if amendment.kind == "service":
            return may_define_service(self._actor, self._services[reference].provider_path)
        consumer, service = consumption_pair(reference)
        return may_declare_consumption(
            self._actor,
            self._services[service].provider_path,
            self._organizations[consumer].path,
        )

    def _consumption(self, pairs: Sequence[tuple[str, str]]) -> dict[str, Managed]:
        rows = managed_consumption(
            self._services[service].id for _, service in pairs if service in self._services
        )
        found: dict[str, Managed] = {}
        for consumer, service in pairs:
            if consumer in self._organizations and service in self._services:
                ids = self._organizations[consumer].id, self._services[service].id
                if ids in rows:
                    found[consumption_reference(consumer, service)] = rows[ids]
        return found


def plain_of(document: Document) -> dict[str, object]:
    """The plain form of a document of any kind."""
    if isinstance(document, OrganizationDocument):
        return organization_to_plain(document)
    if isinstance(document, PersonDocument):
        return person_to_plain(document)
    if isinstance(document, CalendarDocument):
        return calendar_to_plain(document)
    if isinstance(document, ServiceDocument):
        return service_to_plain(document)
    return consumption_to_plain(document)


def _changes(amendments: Sequence[Amendment]) -> Changes:
    said = [each.document for each in amendments if each.document is not None]
    going: dict[str, list[str]] = {kind: [] for kind in SECTIONS}
    for each in amendments:
        if each.document is None:
            going[each.kind].append(each.reference)
    return Changes(
        [d for d in said if isinstance(d, OrganizationDocument)],
        [d for d in said if isinstance(d, PersonDocument)],
        [d for d in said if isinstance(d, ServiceDocument)],
        [d for d in said if isinstance(d, ConsumptionDocument)],
        [ConsumptionDocument(*consumption_pair(named)) for named in going["consumption"]],
        going["service"],
        going["person"],
        going["organization"],
        frozenset().union(*(each.kept for each in amendments)),
        [d for d in said if isinstance(d, CalendarDocument)],
        going["calendar"],
    )


def _named_twice(amendments: Sequence[Amendment]) -> list[Refusal]:
    seen: set[tuple[str, str]] = set()
    twice = []
    for each in amendments:
        if (each.kind, each.reference) in seen:
            sentence = said("{reference} is named twice in one change", each.reference)
            twice.append(_refusal("named-twice", each, sentence, said("say once what it shall be")))
        seen.add((each.kind, each.reference))
    return twice


def _still_in_use(written: Sequence[Amendment]) -> list[Refusal]:
    """Why organizations that would go must stay, when all is written: something is still provided
    or consumed there. Parts and people have been looked for by the operation."""
    going = {a.reference: a for a in written if a.kind == "organization" and a.document is None}
    remedy = said("move what it provides and end what it consumes first")
    links = links_of_organizations(going) if going else {}
    return [
        _refusal("still-in-use", going[key], _uses(key, provided, consumed), remedy)
        for key, (provided, consumed) in links.items()
        if provided or consumed
    ]


def _uses(key: str, provided: Sequence[str], consumed: Sequence[str]) -> Said:
    first, more = (*provided, *consumed)[0], len(provided) + len(consumed) - 1
    uses = said("{first} and {n} more", first, figure(more)) if more else first
    if provided:
        return said("{key} still provides {services}", key, uses)
    return said("{key} still consumes {services}", key, uses)


def _nothing_to_remove(amendment: Amendment) -> Refusal:
    # The same words whether it is not there or not the actor's to remove.
    reference = amendment.reference
    match amendment.kind:
        case "organization":
            sentence = said("there is no organization {reference} that you may remove", reference)
        case "person":
            sentence = said("there is no person {reference} that you may remove", reference)
        case "calendar":
            sentence = said("there is no calendar {reference} that you may remove", reference)
        case _:
            sentence = said("there is no consumption {reference} that you may remove", reference)
    remedy = said("correct the reference, or ask an administrator of the organization")
    return _refusal("missing", amendment, sentence, remedy)


def _managed_elsewhere(amendment: Amendment, manager: str) -> Refusal:
    reference = amendment.reference
    sentence = said("{reference} is managed by {manager}", reference, manager_in_words(manager))
    remedy = said("change it there, or take it over (then this no longer manages it)")
    return _refusal("managed-elsewhere", amendment, sentence, remedy)


def _refusal(code: str, amendment: Amendment, sentence: Said, remedy: Said) -> Refusal:
    place = (SECTIONS[amendment.kind], amendment.reference)
    return Refusal(code, amendment.reference, place, sentence, remedy)
