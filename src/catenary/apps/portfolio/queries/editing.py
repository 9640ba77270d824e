"""What somebody may change, as they may know it: without what the actor may not see, and only
for those who may change it. To everybody else it does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.crypto import salted_hmac

from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import document_in, documents_of
from catenary.apps.organizations.queries import (
    organizations_by_key,
    person_addresses,
)
from catenary.apps.portfolio.models import Consumption, Dependency, Service
from catenary.apps.portfolio.policies import may_declare_consumption, may_define_service
from catenary.apps.portfolio.queries.documents import service_plains
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    consumption_names,
    managed_consumption,
    referable_services,
    services_by_reference,
)
from catenary.domain.actors import Actor, path_numbers
from catenary.domain.documents.contacts import as_read, by_contact, people_in
from catenary.domain.documents.plain import consumption_to_plain, digest
from catenary.domain.documents.shapes import ConsumptionDocument

#: How far back is looked for what a writer saw when they began.
_VERSIONS = 200
_SOMETHING: Mapping[str, str] = {"1": ""}


@dataclass(frozen=True, slots=True)
class Editable:
    """One object that the actor may change: what it says, and on whose word.

    ``plain`` is what it says now, or said last when ``is_gone``; ``hidden`` are the supporters in
    it that the actor may not see, by number. A door shows the number alone.
    """

    kind: Kind
    id: int
    reference: str
    name: str
    plain: dict[str, Any]
    digest: str
    managed_by: str
    is_gone: bool = False
    hidden: Mapping[str, str] = field(default_factory=dict)
    path: str = ""

    @property
    def seen(self) -> str:
        """What stands for what it says now, for telling the actor: a door gives this word out and
        compares what comes back with it."""
        return word_for(self.digest, self.hidden)


@dataclass(frozen=True, slots=True)
class Version:
    """What an object said at some time, with its hidden supporters by number."""

    plain: dict[str, Any]
    hidden: Mapping[str, str]


def word_for(digest: str, hidden: Mapping[str, str]) -> str:
    """The digest of what is not hidden. Of the rest a word that only we can make of it: from a
    digest one could find out a hidden name by trying names until it fits."""
    if not digest or not hidden:
        return digest
    return salted_hmac("catenary.editing", digest, algorithm="sha256").hexdigest()[:32]


def editable_service(actor: Actor, reference: str) -> Editable | None:
    """The service for somebody who may define it; none for everybody else."""
    row = services_by_reference([reference]).get(reference)
    if row is None or not may_define_service(actor, row.provider_path):
        return None
    columns = Service.objects.filter(pk=row.id).values_list("digest", "managed_by").get()
    if row.is_removed:
        plain = _last_service(row.id)
    else:
        plain = service_plains({reference: row.id}).get(reference)
    if plain is None:
        return None
    return Editable(
        Kind.SERVICE,
        row.id,
        reference,
        row.name,
        plain,
        "" if row.is_removed else columns[0],
        columns[1],
        row.is_removed,
        hidden_supporters(actor, plain),
        row.provider_path,
    )


def service_version(actor: Actor, service_id: int, seen: str) -> Version | None:
    """What a service said when ``seen`` was the word for it (`Editable.seen`); none when that is
    not known any more. The caller has found out that the actor may change the service."""
    for _, kept in documents_of(Kind.SERVICE, service_id, _VERSIONS):
        plain = _with_people(kept)
        said = digest(plain)
        if seen in (said, word_for(said, _SOMETHING)):
            hidden = hidden_supporters(actor, plain)
            if seen == word_for(said, hidden):
                return Version(plain, hidden)
    return None


def service_revision(actor: Actor, service_id: int, number: int) -> Version | None:
    """What a service said in one of its revisions."""
    kept = document_in(Kind.SERVICE, service_id, number)
    if kept is None:
        return None
    plain = _with_people(kept)
    return Version(plain, hidden_supporters(actor, plain))


def hidden_supporters(actor: Actor, plain: Mapping[str, Any]) -> dict[str, str]:
    """The supporters in a plain document that the actor may not see, by number, in their order.

    One that the catalogue does not know at all, or no longer, is not hidden: its name stands in
    the definition of somebody who may define it, and is what they have to correct.
    """
    named = list(dict.fromkeys(supporters_in(plain)))
    rows = services_by_reference(named)
    seen = referable_services(actor, rows.values())
    hidden = [
        name
        for name in named
        if name in rows and rows[name].id not in seen and not _is_ours(actor, rows[name])
    ]
    return {str(number): name for number, name in enumerate(hidden, start=1)}


def unseen_services(actor: Actor, references: Iterable[str]) -> frozenset[str]:
    """Those of these references that name nothing the actor may see."""
    wanted = set(references)
    rows = services_by_reference(wanted)
    seen = referable_services(actor, rows.values())
    return frozenset(name for name in wanted if name not in rows or rows[name].id not in seen)


def supporters_in(plain: Mapping[str, Any]) -> list[str]:
    """The references under ``relies-on`` of a plain service document, in their order."""
    found: list[str] = []
    for said in plain.get("relies-on", ()):
        group = said["soft"] if isinstance(said, dict) and "soft" in said else said
        if isinstance(group, str):
            found.append(group)
        else:
            found += list(group["any"] if "any" in group else group["of"])
    return found


def editable_consumption(actor: Actor, consumer: str, service: str) -> Editable | None:
    """A consumption, for somebody who may declare it from either side."""
    organization = organizations_by_key([consumer]).get(consumer)
    row = services_by_reference([service]).get(service)
    if organization is None or row is None or row.id not in referable_services(actor, [row]):
        return None
    if not may_declare_consumption(actor, row.provider_path, organization.path):
        return None
    now = managed_consumption([row.id]).get((organization.id, row.id))
    if now is None:
        ended = (
            Consumption.objects.filter(
                consumer_id=organization.id,
                service_id=row.id,
                source_kind="declared",
                ends_at__isnull=False,
            )
            .order_by("-ends_at", "-pk")
            .values_list("pk", "known_as", "managed_by")
            .first()
        )
        if ended is None:
            return None
        number, known_as, managed_by, found = *ended, ""
    else:
        number, managed_by, found = now.id, now.managed_by, now.digest
        known_as = consumption_names([now.id])[now.id]
    return Editable(
        Kind.CONSUMPTION,
        number,
        f"{consumer} > {service}",
        f"{organization.name} · {row.name}",
        consumption_to_plain(ConsumptionDocument(consumer, service, known_as)),
        found,
        managed_by,
        now is None,
        {},
        row.provider_path,
    )


def removed_services(provider_id: int, limit: int = 10) -> list[tuple[str, str]]:
    """The services of an organization that were removed last: references and names. For those
    who may define them."""
    rows = Service.objects.filter(provider_id=provider_id, removed_at__isnull=False)
    return list(rows.order_by("-removed_at", "pk").values_list("reference", "name")[:limit])


def removed_services_below(paths: Iterable[str], limit: int = 5) -> list[tuple[str, str]]:
    """The services that organizations at or below these paths provided and that were removed
    last: references and names. For those who may define services there."""
    below = Q(pk__in=())
    for path in paths:
        below |= Q(provider_path__startswith=path)
    rows = Service.objects.filter(below, removed_at__isnull=False)
    return list(rows.order_by("-removed_at", "pk").values_list("reference", "name")[:limit])


def ended_consumption(actor: Actor, consumer_id: int, limit: int = 10) -> list[tuple[str, str]]:
    """What an organization was declared to consume and does not any more, the last ended first:
    references and names of the services that the actor may see. For those who may declare it."""
    rows = Consumption.objects.filter(
        consumer_id=consumer_id, source_kind="declared", ends_at__isnull=False
    ).exclude(
        service_id__in=Consumption.objects.filter(
            consumer_id=consumer_id, ends_at__isnull=True
        ).values("service_id")
    )
    references = list(
        rows.order_by("-ends_at", "-pk").values_list("service__reference", flat=True)[: 5 * limit]
    )
    if not references:
        return []
    services = services_by_reference(references)
    seen = referable_services(actor, services.values())
    shown = [r for r in dict.fromkeys(references) if services[r].id in seen]
    return [(reference, services[reference].name) for reference in shown[:limit]]


@dataclass(frozen=True, slots=True)
class Holder:
    """What still holds on to something: by reference and name when the actor may see it. It has a
    page to look at (``is_near``) when it is of the same house, wherever one looks from there."""

    kind: Kind
    reference: str
    name: str
    why: str = ""
    is_near: bool = True


def holders_of_service(actor: Actor, editable: Editable) -> tuple[list[Holder], int]:
    """Everything that still needs a service, and how many of them the actor may not see."""
    found: list[Holder] = []
    hidden = 0
    reliant = Dependency.objects.filter(
        supporter_id=editable.id, reliant__removed_at__isnull=True
    ).exclude(reliant_id=editable.id)
    references = list(
        reliant.order_by("reliant__reference").values_list("reliant__reference", flat=True)
    )
    rows = services_by_reference(references)
    seen = referable_services(actor, rows.values())
    for reference in dict.fromkeys(references):
        if rows[reference].id in seen:
            row = rows[reference]
            is_near = row.root_id == path_numbers(editable.path)[0]
            found.append(Holder(Kind.SERVICE, reference, row.name, "relies", is_near))
        else:
            hidden += 1
    consumers = Consumption.objects.filter(service_id=editable.id, ends_at__isnull=True)
    for key, name in consumers.order_by("consumer__name", "pk").values_list(
        "consumer__key", "consumer__name"
    ):
        found.append(Holder(Kind.ORGANIZATION, key, name, "consumes"))
    return found, hidden


def _is_ours(actor: Actor, row: ServiceRow) -> bool:
    # Removed services are referable to nobody; those one could define are no secret.
    return row.is_removed and may_define_service(actor, row.provider_path)


def _last_service(service_id: int) -> dict[str, Any] | None:
    for _, kept in documents_of(Kind.SERVICE, service_id, 1):
        return _with_people(kept)
    return None


def _with_people(kept: dict[str, Any]) -> dict[str, Any]:
    return as_read(kept, by_contact(person_addresses(people_in([kept]))))
