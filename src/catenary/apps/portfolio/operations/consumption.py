"""Saying who consumes what, and that it has ended."""

from __future__ import annotations

from collections.abc import Sequence

from catenary.apps.common.operations import insert_rows, reserve_ids, update_rows
from catenary.apps.common.queries import in_batches
from catenary.apps.history.choices import Action, Kind
from catenary.apps.history.operations import NewRevision, append_revisions
from catenary.apps.organizations.queries import OrganizationRow, organizations_by_key
from catenary.apps.portfolio.choices import ConsumptionSource
from catenary.apps.portfolio.models import Consumption
from catenary.apps.portfolio.operations.derived import refresh_search, refresh_sharing
from catenary.apps.portfolio.policies import may_declare_consumption, may_define_service
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    referable_services,
    services_by_reference,
)
from catenary.domain.actors import Actor, ChangeSet
from catenary.domain.documents.plain import consumption_to_plain, digest
from catenary.domain.documents.shapes import ConsumptionDocument
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import said
from catenary.domain.text import words

_COLUMNS = ["known_as", "known_words", "digest", "managed_by"]


def declare_consumption(*, documents: Sequence[ConsumptionDocument], change: ChangeSet) -> None:
    """Say that organizations consume services, or change the name they know them by.

    Raises `Refused` with every reason: consumer or service missing, or not the actor's to say.
    """
    organizations, services, refusals = _resolve(documents, change)
    if refusals:
        raise Refused(refusals)
    pairs = [(organizations[d.consumer].id, services[d.service].id) for d in documents]
    known = _in_force([service for _, service in pairs])
    fresh = [pair for pair in pairs if pair not in known]
    ids = dict(known)
    ids.update(zip(fresh, reserve_ids(Consumption, len(fresh)), strict=True))
    rows = []
    for document, pair in zip(documents, pairs, strict=True):
        consumer = organizations[document.consumer]
        rows.append(
            (
                document.known_as,
                "".join(f" {word}" for word in words(document.known_as))[:420],
                digest(consumption_to_plain(document)),
                change.source,
                *pair,
                consumer.path,
                consumer.root_id,
                str(ConsumptionSource.DECLARED),
                "",
                change.at,
                ids[pair],
            )
        )
    insert_rows(
        Consumption,
        [
            *_COLUMNS,
            "consumer_id",
            "service_id",
            "consumer_path",
            "consumer_root_id",
            "source_kind",
            "source_reference",
            "starts_at",
            "id",
        ],
        (row for row, pair in zip(rows, pairs, strict=True) if pair not in known),
    )
    update_rows(
        Consumption,
        _COLUMNS,
        (
            (*row[: len(_COLUMNS)], row[-1])
            for row, pair in zip(rows, pairs, strict=True)
            if pair in known
        ),
    )
    append_revisions(
        change=change,
        revisions=[
            NewRevision(
                Kind.CONSUMPTION,
                ids[pair],
                _reference(document),
                Action.CHANGED if pair in known else Action.CREATED,
                _document(document),
            )
            for document, pair in zip(documents, pairs, strict=True)
        ],
    )
    touched = {service for _, service in pairs}
    refresh_sharing(touched, {})
    refresh_search(touched, {})


def end_consumption(*, documents: Sequence[ConsumptionDocument], change: ChangeSet) -> None:
    """Say that organizations no longer consume services, from this moment on.

    Pairs not in force are left alone. Raises `Refused` like `declare_consumption`.
    """
    organizations, services, refusals = _resolve(documents, change)
    if refusals:
        raise Refused(refusals)
    pairs = {(organizations[d.consumer].id, services[d.service].id): d for d in documents}
    known = _in_force([service for _, service in pairs])
    ending = {pair: known[pair] for pair in pairs if pair in known}
    for batch in in_batches(ending.values()):
        Consumption.objects.filter(pk__in=batch).update(ends_at=change.at)
    append_revisions(
        change=change,
        revisions=[
            NewRevision(Kind.CONSUMPTION, pk, _reference(pairs[pair]), Action.REMOVED, None)
            for pair, pk in ending.items()
        ],
    )
    touched = {service for _, service in ending}
    refresh_sharing(touched, {})
    refresh_search(touched, {})


def follow_consumers(*, organization_ids: Sequence[int]) -> None:
    """Give consumption rows the paths their consumers have after a move."""
    touched: set[int] = set()
    for batch in in_batches(organization_ids):
        rows = list(
            Consumption.objects.filter(consumer_id__in=batch).values_list(
                "consumer__path", "consumer__root_id", "id", "service_id"
            )
        )
        update_rows(Consumption, ["consumer_path", "consumer_root_id"], (row[:3] for row in rows))
        touched |= {row[3] for row in rows}
    refresh_sharing(touched, {})
    refresh_search(touched, {})


def _reference(document: ConsumptionDocument) -> str:
    return f"{document.consumer} > {document.service}"[:210]


def _document(document: ConsumptionDocument) -> dict[str, object]:
    return {
        **consumption_to_plain(document),
        "consumer": document.consumer,
        "service": document.service,
    }


def _in_force(service_ids: Sequence[int]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for batch in in_batches(sorted(set(service_ids))):
        rows = Consumption.objects.filter(
            service_id__in=batch,
            ends_at__isnull=True,
            source_kind=str(ConsumptionSource.DECLARED),
        )
        for consumer, service, pk in rows.values_list("consumer_id", "service_id", "id"):
            found[consumer, service] = pk
    return found


def _is_known_to(actor: Actor, consumer: OrganizationRow) -> bool:
    """One names organizations of one's own top organizations. The first relation between two
    top organizations is declared on the consumer's side, or by an operator: otherwise anybody
    could find out who else is here by trying keys."""
    return actor.is_operator or consumer.root_id in actor.root_ids


def _resolve(
    documents: Sequence[ConsumptionDocument], change: ChangeSet
) -> tuple[dict[str, OrganizationRow], dict[str, ServiceRow], list[Refusal]]:
    organizations = organizations_by_key({d.consumer for d in documents})
    services = services_by_reference({d.service for d in documents})
    referable = referable_services(change.actor, services.values())
    in_force = _in_force([row.id for row in services.values()])
    refusals = []
    for document in documents:
        place = ("consumption", document.consumer, document.service)
        consumer = organizations.get(document.consumer)
        service = services.get(document.service)
        if consumer is not None and not _is_known_to(change.actor, consumer):
            # A customer one has already is known: their consumption may be ended from here too.
            ours = service is not None and may_define_service(change.actor, service.provider_path)
            if not ours or service is None or (consumer.id, service.id) not in in_force:
                consumer = None
        if consumer is None:
            refusals.append(
                Refusal(
                    "organization-missing",
                    document.consumer,
                    place,
                    said(
                        "there is no organization {consumer} to consume anything", document.consumer
                    ),
                    said("define the organization, or correct the key"),
                )
            )
        if service is None or service.id not in referable:
            refusals.append(
                Refusal(
                    "service-missing",
                    document.service,
                    place,
                    said("there is no service {service} that you may see", document.service),
                    said(
                        "define it, correct the reference, or ask its provider to publish it to you"
                    ),
                )
            )
        elif consumer is not None and not may_declare_consumption(
            change.actor, service.provider_path, consumer.path
        ):
            refusals.append(
                Refusal(
                    "not-allowed",
                    document.service,
                    place,
                    said(
                        "you may not say that {consumer} consumes {service}",
                        document.consumer,
                        document.service,
                    ),
                    said("ask a catalogue editor of either side"),
                )
            )
    return organizations, services, refusals
