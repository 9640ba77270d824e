"""Organizations and people as somebody who administers them may change them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import (
    HistoryEntry,
    document_in,
    documents_of,
    entries_of,
)
from catenary.apps.organizations.policies import may_administer
from catenary.apps.organizations.queries import organizations_below
from catenary.apps.organizations.queries.editing import (
    Standing,
    people_at,
    people_of_roots,
    standing_organization,
    standing_person,
)
from catenary.apps.portfolio.models import Consumption, Service
from catenary.apps.portfolio.queries.editing import Editable, Holder, Version
from catenary.apps.portfolio.queries.lookup import links_of_organizations, services_by_reference
from catenary.domain.actors import Actor
from catenary.domain.documents.plain import digest

_VERSIONS = 200


def editable_organization(actor: Actor, key: str) -> Editable | None:
    """The organization for somebody who administers it, or what it is part of."""
    return _editable(actor, Kind.ORGANIZATION, key, standing_organization(key))


def editable_person(actor: Actor, email: str) -> Editable | None:
    """The person for somebody who administers where they belong."""
    return _editable(actor, Kind.PERSON, email, standing_person(email))


def _editable(actor: Actor, kind: Kind, reference: str, row: Standing | None) -> Editable | None:
    if row is None or not may_administer(actor, row.path):
        return None
    plain = row.plain
    if row.is_removed and kind is Kind.PERSON:
        # Their roles went with them; history knows which they had.
        plain = {"name": row.name, **_last_person(row.id)}
    return Editable(
        kind,
        row.id,
        reference,
        row.name,
        plain,
        "" if row.is_removed else row.digest,
        row.managed_by,
        row.is_removed,
        {},
        row.path,
    )


def house_version(editable: Editable, seen: str) -> Version | None:
    """What an organization, person or consumption said when its digest was ``seen``; none when
    that is not known any more. Names of people are in no history: theirs is today's."""
    for _, kept in documents_of(editable.kind, editable.id, _VERSIONS):
        plain = _as_written(editable, kept)
        if digest(plain) == seen:
            return Version(plain, {})
    return None


def house_revision(editable: Editable, number: int) -> Version | None:
    """What an organization, person or consumption said in one of its revisions."""
    kept = document_in(editable.kind, editable.id, number)
    return None if kept is None else Version(_as_written(editable, kept), {})


def _as_written(editable: Editable, kept: dict[str, Any]) -> dict[str, Any]:
    if editable.kind is Kind.PERSON:
        return {"name": editable.name, **kept}
    if editable.kind is Kind.CONSUMPTION:
        return {name: kept[name] for name in ("service", "known-as") if kept.get(name)}
    return kept


def house_history(actor: Actor, editable: Editable, limit: int) -> list[tuple[HistoryEntry, bool]]:
    """What happened to an organization, person or consumption that the actor may change, the
    latest first, each with whether it may be told who did it: their own people alone."""
    entries = entries_of(editable.kind, editable.id, limit)
    doers = {entry.person_id for entry in entries if entry.person_id}
    told = people_of_roots(doers, None if actor.is_operator else actor.root_ids)
    return [
        (
            replace(
                entry,
                before=entry.before and _as_written(editable, entry.before),
                after=entry.after and _as_written(editable, entry.after),
            ),
            entry.person_id in told or (actor.is_operator and entry.person_id is None),
        )
        for entry in entries
    ]


def holders_of_organization(actor: Actor, editable: Editable) -> tuple[list[Holder], int]:
    """Everything that still hangs on an organization: its parts, people and roles, what it
    provides and what it consumes. Whoever administers it may know all of that."""
    found = [
        Holder(Kind.ORGANIZATION, row.key, row.name, "part")
        for row in organizations_below(editable.path)
        if row.key != editable.reference
    ]
    found += [
        Holder(Kind.PERSON, email, name, "belongs")
        for email, name in people_at(editable.id).items()
    ]
    links = links_of_organizations([editable.reference]).get(editable.reference, ([], []))
    rows = services_by_reference([*links[0], *links[1]])
    for references, why in zip(links, ("provided", "consumed"), strict=True):
        found += [Holder(Kind.SERVICE, name, rows[name].name, why) for name in references]
    return found, 0


def still_named(editable: Editable) -> list[Holder]:
    """The services a person owns: nothing that keeps them, but worth knowing."""
    rows = Service.objects.filter(owner=editable.reference, removed_at__isnull=True)
    return [
        Holder(Kind.SERVICE, reference, name, "owned")
        for reference, name in rows.order_by("name", "pk").values_list("reference", "name")[:50]
    ]


def consumed_by(actor: Actor, organization_id: int) -> list[tuple[str, str, str]]:
    """What an organization itself is declared to consume: references with the name of the
    service and its own name for it."""
    rows = Consumption.objects.filter(consumer_id=organization_id, ends_at__isnull=True)
    return list(
        rows.order_by("service__name_key", "pk").values_list(
            "service__reference", "service__name", "known_as"
        )
    )


def _last_person(number: int) -> dict[str, Any]:
    return next((kept for _, kept in documents_of(Kind.PERSON, number, 1)), {})
