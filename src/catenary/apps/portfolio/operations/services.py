"""Defining and removing services, any number at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from catenary.apps.common.operations import insert_rows, reserve_ids, update_rows
from catenary.apps.common.queries import in_batches
from catenary.apps.history.choices import Action, Kind
from catenary.apps.history.operations import NewRevision, append_revisions
from catenary.apps.history.queries import current_documents
from catenary.apps.organizations.queries import (
    OrganizationRow,
    organizations_by_key,
    people_by_email,
)
from catenary.apps.portfolio.choices import GateReason, SharingReason
from catenary.apps.portfolio.models import (
    Dependency,
    DependencyGroup,
    GateException,
    Outcome,
    Service,
    ServiceTag,
    Sharing,
)
from catenary.apps.portfolio.operations.before import Before, before, shared_otherwise
from catenary.apps.portfolio.operations.derived import refresh_search, refresh_sharing
from catenary.apps.portfolio.operations.hours import drop_hours, keep_hours, refused_hours
from catenary.apps.portfolio.policies import may_define_service
from catenary.apps.portfolio.queries.lookup import (
    ServiceRow,
    holds_on,
    known_roots,
    referable_services,
    services_by_reference,
    supporters_in_groups_of,
)
from catenary.domain.actors import ChangeSet
from catenary.domain.documents.contacts import addresses_in, to_keep
from catenary.domain.documents.plain import digest, service_to_plain
from catenary.domain.documents.shapes import CATALOGUE_STAGES, ServiceDocument
from catenary.domain.references import organization_of
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import figure, said
from catenary.domain.text import sort_key


def define_services(
    *,
    documents: Sequence[ServiceDocument],
    change: ChangeSet,
    kept: Collection[str] = frozenset(),
) -> dict[str, int]:
    """Create or change services so that they say what ``documents`` say; their numbers.

    Dependencies may point at each other within the batch. A service that enters the catalogue
    this way is recorded as "already in operation": the gates it did not pass stay visible.
    ``kept`` are supporters whose names the writer was never shown and that a door put back where
    they stood before: they need not be the writer's to name. A door must never fill it with what
    somebody typed.
    Raises `Refused` with every reason; then nothing is written.
    """
    organizations = organizations_by_key(
        {d.provider for d in documents}
        | {organization_of(d.reference) for d in documents}
        | {key for d in documents for key in d.published_to if key != "*"}
    )
    named = {member.service for d in documents for g in d.relies_on for member in g.members}
    known = services_by_reference({d.reference for d in documents} | named)
    refusals = _refused_definitions(documents, organizations, known, change, frozenset(kept))
    refusals += refused_hours(documents, {r: row.id for r, row in known.items()}, change)
    if refusals:
        raise Refused(refusals)

    fresh = [d for d in documents if d.reference not in known]
    ids = {reference: row.id for reference, row in known.items()}
    ids.update(zip((d.reference for d in fresh), reserve_ids(Service, len(fresh)), strict=True))
    plains = {d.reference: service_to_plain(d) for d in documents}
    was = before(plains, ids, known)
    touched = shared_otherwise(documents, was, organizations)
    _write_rows(documents, plains, known, organizations, ids, change)
    _write_parts(documents, was, change)
    keep_hours(documents, ids)
    people = {row.email: row.id for row in people_by_email(addresses_in(plains.values())).values()}
    append_revisions(
        change=change,
        revisions=[
            NewRevision(
                Kind.SERVICE,
                ids[d.reference],
                d.reference,
                _action(known.get(d.reference)),
                to_keep(plains[d.reference], people),
            )
            for d in documents
        ],
    )
    published: dict[int, tuple[int | None, ...]] = {
        ids[d.reference]: _published_roots(d, organizations) for d in documents
    }
    refresh_sharing(touched, published)
    refresh_search(touched, {ids[d.reference]: d for d in documents})
    return {d.reference: ids[d.reference] for d in documents}


def remove_services(*, references: Sequence[str], change: ChangeSet) -> None:
    """Remove services nothing relies on and nobody consumes. The reference and the history stay.

    Services removed together may rely on each other. Raises `Refused` with everything that
    still holds on to one.
    """
    rows = services_by_reference(references)
    allowed = referable_services(change.actor, rows.values())
    leaving = set(references)
    held = holds_on(row.id for row in rows.values())
    refusals = []
    for reference in references:
        row = rows.get(reference)
        place = ("services", reference)
        if row is None or row.id not in allowed:
            refusals.append(_missing(reference, reference, place))
            continue
        if not may_define_service(change.actor, row.provider_path):
            refusals.append(_not_allowed(reference, place))
        holders = [holder for holder in held.get(row.id, []) if holder not in leaving]
        if holders:
            refusals.append(
                Refusal(
                    "still-needed",
                    reference,
                    place,
                    said(
                        "{holders} still needs {reference}",
                        _holders_in_words(holders, change),
                        reference,
                    ),
                    said("end that first, or set the stage to retired instead of removing it"),
                )
            )
    if refusals:
        raise Refused(refusals)
    ids = [row.id for row in rows.values()]
    touched = supporters_in_groups_of(ids)
    for batch in in_batches(ids):
        Dependency.objects.filter(reliant_id__in=batch).delete()
        DependencyGroup.objects.filter(service_id__in=batch).delete()
        ServiceTag.objects.filter(service_id__in=batch).delete()
        Outcome.objects.filter(service_id__in=batch).update(removed_at=change.at)
        Service.objects.filter(pk__in=batch).update(removed_at=change.at)
    drop_hours(ids)
    append_revisions(
        change=change,
        revisions=[
            NewRevision(Kind.SERVICE, row.id, reference, Action.REMOVED, None)
            for reference, row in rows.items()
        ],
    )
    refresh_sharing(touched | set(ids), {})
    refresh_search(touched | set(ids), {})


def _holders_in_words(holders: Sequence[str], change: ChangeSet) -> str:
    """Who holds on: the first whose name the actor may know, and how many others."""
    rows = services_by_reference(holders)
    seen = referable_services(change.actor, rows.values())
    named = [name for name in holders if name not in rows or rows[name].id in seen]
    first = named[0] if named else said("a service that you may not see")
    more = len(holders) - 1
    return said("{first} and {n} more", first, figure(more)) if more else first


def follow_organizations(*, organization_ids: Sequence[int]) -> None:
    """Give services the paths their providers have after a move; no history: what the service
    says is unchanged."""
    if not organization_ids:
        return
    moved: list[int] = []
    for batch in in_batches(organization_ids):
        rows = list(
            Service.objects.filter(provider_id__in=batch).values_list(
                "provider__path", "provider__root_id", "id"
            )
        )
        update_rows(Service, ["provider_path", "root_id"], rows)
        moved += [row[2] for row in rows]
    published = _published_anew()
    touched = supporters_in_groups_of(moved) | set(moved) | set(published)
    refresh_sharing(touched, published)
    refresh_search(touched, {})


def _published_anew() -> dict[int, tuple[int | None, ...]]:
    """Where services are published that are published to somebody: an organization they name
    may have moved below another top organization."""
    ids = Sharing.objects.filter(reason=str(SharingReason.PUBLISHED), root_id__isnull=False)
    plains = current_documents(Kind.SERVICE, set(ids.values_list("service_id", flat=True)))
    named = {pk: plain.get("published-to", ()) for pk, plain in plains.items()}
    organizations = organizations_by_key({key for keys in named.values() for key in keys})
    return {
        pk: tuple(sorted({organizations[key].root_id for key in keys if key in organizations}))
        for pk, keys in named.items()
    }


def _action(row: ServiceRow | None) -> Action:
    if row is None:
        return Action.CREATED
    return Action.RESTORED if row.is_removed else Action.CHANGED


def _published_roots(
    document: ServiceDocument, organizations: dict[str, OrganizationRow]
) -> tuple[int | None, ...]:
    if "*" in document.published_to:
        return (None,)
    return tuple(sorted({organizations[key].root_id for key in document.published_to}))


def _write_rows(
    documents: Sequence[ServiceDocument],
    plains: dict[str, dict[str, object]],
    known: dict[str, ServiceRow],
    organizations: dict[str, OrganizationRow],
    ids: dict[str, int],
    change: ChangeSet,
) -> None:
    columns = [
        "reference",
        "name",
        "name_key",
        "description",
        "provider_id",
        "provider_path",
        "root_id",
        "owner",
        "stage",
        "restricted",
        "assume_operational",
        "digest",
        "managed_by",
        "removed_at",
    ]
    rows = [
        (
            d.reference,
            d.name,
            sort_key(d.name),
            d.description,
            organizations[d.provider].id,
            organizations[d.provider].path,
            organizations[d.provider].root_id,
            d.owner,
            str(d.stage),
            d.restricted,
            d.assume_operational,
            digest(plains[d.reference]),
            change.source,
            None,
            ids[d.reference],
        )
        for d in documents
    ]
    insert_rows(Service, [*columns, "id"], (row for row in rows if row[0] not in known))
    update_rows(Service, columns, (row for row in rows if row[0] in known))


def _write_parts(documents: Sequence[ServiceDocument], was: Before, change: ChangeSet) -> None:
    """Outcomes, tags, dependency groups and gate exceptions, as far as they are said anew."""
    _write_outcomes(was.anew(documents, "outcomes"), was, change)
    _write_tags(was.anew(documents, "tags"), was)
    _write_dependencies(was.anew(documents, "relies-on"), was)
    _write_exceptions(documents, was, change)


def _write_outcomes(documents: Sequence[ServiceDocument], was: Before, change: ChangeSet) -> None:
    # They keep their rows: measurements will refer to them.
    ids = was.ids
    outcomes: dict[tuple[int, str], int] = {}
    for batch in in_batches(was.written(documents)):
        rows = Outcome.objects.filter(service_id__in=batch)
        outcomes.update({(s, k): pk for s, k, pk in rows.values_list("service_id", "key", "id")})
        rows.update(removed_at=change.at)
    stated = [
        (ids[d.reference], o.key, o.statement, position)
        for d in documents
        for position, o in enumerate(d.outcomes)
    ]
    insert_rows(
        Outcome,
        ["service_id", "key", "statement", "position"],
        (row for row in stated if row[:2] not in outcomes),
    )
    update_rows(
        Outcome,
        ["statement", "position", "removed_at"],
        ((row[2], row[3], None, outcomes[row[:2]]) for row in stated if row[:2] in outcomes),
    )


def _write_tags(documents: Sequence[ServiceDocument], was: Before) -> None:
    for batch in in_batches(was.written(documents)):
        ServiceTag.objects.filter(service_id__in=batch).delete()
    ids = was.ids
    insert_rows(
        ServiceTag,
        ["service_id", "tag"],
        ((ids[d.reference], tag) for d in documents for tag in dict.fromkeys(d.tags)),
    )


def _write_dependencies(documents: Sequence[ServiceDocument], was: Before) -> None:
    for batch in in_batches(was.written(documents)):
        Dependency.objects.filter(reliant_id__in=batch).delete()
        DependencyGroup.objects.filter(service_id__in=batch).delete()
    ids = was.ids
    groups = [(d, position, g) for d in documents for position, g in enumerate(d.relies_on)]
    group_ids = reserve_ids(DependencyGroup, len(groups))
    insert_rows(
        DependencyGroup,
        ["id", "service_id", "position", "minimum", "full", "soft"],
        (
            (pk, ids[d.reference], position, g.minimum, g.full, g.soft)
            for pk, (d, position, g) in zip(group_ids, groups, strict=True)
        ),
    )
    insert_rows(
        Dependency,
        ["group_id", "reliant_id", "supporter_id", "weight"],
        (
            (pk, ids[d.reference], ids[member.service], member.weight)
            for pk, (d, _, g) in zip(group_ids, groups, strict=True)
            for member in g.members
        ),
    )


def _write_exceptions(documents: Sequence[ServiceDocument], was: Before, change: ChangeSet) -> None:
    entering = [
        d
        for d in documents
        if d.stage in CATALOGUE_STAGES
        and (d.reference not in was.known or was.known[d.reference].stage not in CATALOGUE_STAGES)
    ]
    excepted: set[int] = set()
    for batch in in_batches(was.written(entering)):
        rows = GateException.objects.filter(service_id__in=batch)
        excepted.update(rows.values_list("service_id", flat=True))
    insert_rows(
        GateException,
        ["service_id", "stage", "reason", "change_id", "granted_at"],
        (
            (was.ids[d.reference], str(d.stage), str(GateReason.IN_OPERATION), change.id, change.at)
            for d in entering
            if was.ids[d.reference] not in excepted
        ),
    )


def _refused_definitions(
    documents: Sequence[ServiceDocument],
    organizations: dict[str, OrganizationRow],
    known: dict[str, ServiceRow],
    change: ChangeSet,
    kept: frozenset[str],
) -> list[Refusal]:
    refusals: list[Refusal] = []
    batch = {d.reference for d in documents}
    referable = referable_services(change.actor, known.values())
    named = any(key != "*" for document in documents for key in document.published_to)
    roots = known_roots(change.actor) if named else None
    for document in documents:
        place: tuple[str | int, ...] = ("services", document.reference)
        provider = organizations.get(document.provider)
        row = known.get(document.reference)
        if provider is None and change.actor.is_operator:
            refusals.append(
                Refusal(
                    "organization-missing",
                    document.reference,
                    (*place, "provider"),
                    said("there is no organization {provider} to provide it", document.provider),
                    said("define the organization, or correct the reference"),
                )
            )
        elif (
            provider is None
            or not may_define_service(change.actor, provider.path)
            or not (
                _may_name(document.reference, organizations, change)
                if row is None
                else may_define_service(change.actor, row.provider_path)
            )
        ):
            # The same words when there is no such provider: who else is here is not told.
            refusals.append(_not_allowed(document.reference, place))
        for key in document.published_to:
            if key != "*" and (
                key not in organizations
                or (roots is not None and organizations[key].root_id not in roots)
            ):
                refusals.append(
                    Refusal(
                        "organization-missing",
                        document.reference,
                        (*place, "published-to"),
                        said(
                            "there is no organization {key} that you know of to publish it to", key
                        ),
                        said(
                            "correct the key, or publish it to everyone; a customer who consumes "
                            "one of your services is known"
                        ),
                    )
                )
        for number, group in enumerate(document.relies_on):
            for member in group.members:
                found = known.get(member.service)
                is_there = found is not None and found.id in referable
                if member.service in kept:
                    if found is None or found.is_removed:
                        refusals.append(_gone(document.reference, (*place, "relies-on", number)))
                elif member.service not in batch and not is_there:
                    refusals.append(
                        _missing(document.reference, member.service, (*place, "relies-on", number))
                    )
    return refusals


def _may_name(reference: str, organizations: dict[str, OrganizationRow], change: ChangeSet) -> bool:
    """Whether the actor may give a new service this reference, for life: it begins with an
    organization of theirs. Whose it is otherwise, or that it is nobody's, is not told."""
    if change.actor.is_operator:
        return True
    born = organizations.get(organization_of(reference))
    return born is not None and may_define_service(change.actor, born.path)


def _missing(reference: str, missing: str, path: tuple[str | int, ...]) -> Refusal:
    # The same words whether it does not exist or may not be seen: which of the two is nobody's
    # business on this side.
    return Refusal(
        "service-missing",
        reference,
        path,
        said("there is no service {missing} that you may see", missing),
        said("define it, correct the reference, or ask its provider to publish it to you"),
    )


def _gone(reference: str, path: tuple[str | int, ...]) -> Refusal:
    return Refusal(
        "service-missing",
        reference,
        path,
        said("a service that you may not see, and that stood here, is no longer there"),
        said("take it off"),
    )


def _not_allowed(reference: str, path: tuple[str | int, ...]) -> Refusal:
    return Refusal(
        "not-allowed",
        reference,
        path,
        said("you may not define {reference}", reference),
        said("ask a catalogue editor of its provider, or correct who provides it"),
    )
