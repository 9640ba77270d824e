"""Defining, moving and removing organizations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from catenary.apps.common.operations import insert_rows, reserve_ids, update_rows
from catenary.apps.history.choices import Action, Kind
from catenary.apps.history.operations import NewRevision, append_revisions
from catenary.apps.organizations.models import Membership, Organization, Person
from catenary.apps.organizations.operations.refusing import action_of, not_allowed
from catenary.apps.organizations.policies import may_administer, may_create_top_organization
from catenary.apps.organizations.queries import (
    OrganizationRow,
    organizations_below,
    organizations_by_key,
)
from catenary.domain.actors import ChangeSet, path_numbers, path_segment
from catenary.domain.documents.plain import digest, organization_to_plain
from catenary.domain.documents.shapes import OrganizationDocument
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import figure, said

#: A path holds eight characters for each organization on the way from the top.
MAX_PATH = 400


@dataclass(frozen=True, slots=True)
class OrganizationsDefined:
    """The numbers of the organizations written, by key, and of those whose path is new although
    they existed before: whoever keeps paths elsewhere must follow them."""

    ids: dict[str, int]
    moved_ids: tuple[int, ...]


def define_organizations(
    *, documents: Sequence[OrganizationDocument], change: ChangeSet
) -> OrganizationsDefined:
    """Create or change organizations so that they say what ``documents`` say.

    Raises `Refused` with every reason when the actor may not, a parent is missing, or the tree
    would close on itself; then nothing is written.
    """
    keys = [document.key for document in documents]
    known = organizations_by_key(keys + [d.part_of for d in documents if d.part_of])
    refusals = _refused_definitions(documents, known, change)
    above = _nearest_above(documents, known)
    ordered, circular = _parents_first(documents, above)
    refusals += [
        Refusal(
            "organization-loop",
            document.key,
            ("organizations", document.key, "part-of"),
            said(
                "{document} would be part of itself through {part_of}",
                document.key,
                document.part_of,
            ),
            said("make one of them a top organization or part of another"),
        )
        for document in circular
    ]
    if refusals:
        raise Refused(refusals)

    removed = _removed_organizations(keys)
    fresh = [d for d in ordered if d.key not in known and d.key not in removed]
    ids = {key: row.id for key, row in known.items()} | removed
    ids.update(zip((d.key for d in fresh), reserve_ids(Organization, len(fresh)), strict=True))
    paths = {key: row.path for key, row in known.items()}
    roots = {key: row.root_id for key, row in known.items()}
    ids_in_batch = {document.key for document in documents}
    rows, moved = [], []
    for document in ordered:
        key, number = document.key, ids[document.key]
        if document.part_of in known and document.part_of not in ids_in_batch:
            nearest = above.get(key)
            if nearest:
                paths[document.part_of] = (
                    paths[nearest] + known[document.part_of].path[len(known[nearest].path) :]
                )
                roots[document.part_of] = roots[nearest]
        path = paths.get(document.part_of, "") + path_segment(number)
        if key in known and known[key].path != path:
            moved.append(known[key])
        paths[key] = path
        roots[key] = roots[document.part_of] if document.part_of else number
        if key in known and _leaves_without_leave(
            known[key], ids.get(document.part_of), roots[key], change
        ):
            refusals.append(_not_allowed_to_leave(document))
        if len(path) > MAX_PATH:
            refusals.append(_too_deep(document))
        rows.append(
            (
                key,
                document.name,
                document.description,
                ids[document.part_of] if document.part_of else None,
                roots[key],
                path,
                digest(organization_to_plain(document)),
                change.source,
                None,
                number,
            )
        )
    columns = [
        "key",
        "name",
        "description",
        "parent_id",
        "root_id",
        "path",
        "digest",
        "managed_by",
        "removed_at",
    ]
    if refusals:
        raise Refused(refusals)
    fresh_ids = {ids[d.key] for d in fresh}
    insert_rows(Organization, [*columns, "id"], (row for row in rows if row[-1] in fresh_ids))
    update_rows(Organization, columns, (row for row in rows if row[-1] not in fresh_ids))
    followed = _follow_parents(moved, {ids[d.key] for d in ordered})
    append_revisions(
        change=change,
        revisions=[
            NewRevision(
                Kind.ORGANIZATION,
                ids[d.key],
                d.key,
                action_of(d.key in known, d.key in removed),
                organization_to_plain(d),
            )
            for d in ordered
        ],
    )
    return OrganizationsDefined(
        ids={d.key: ids[d.key] for d in documents},
        moved_ids=tuple(row.id for row in moved) + followed,
    )


def remove_organizations(*, keys: Sequence[str], change: ChangeSet) -> None:
    """Remove organizations nothing hangs on. Their rows, keys and history stay.

    Raises `Refused` when the actor may not or parts or people still belong to one.
    """
    rows = organizations_by_key(keys)
    refusals = []
    for key, row in rows.items():
        if not may_administer(change.actor, row.path):
            refusals.append(not_allowed(key, ("organizations", key)))
        leaving = set(rows)
        parts = [part.key for part in organizations_below(row.path) if part.key not in leaving]
        if parts:
            refusals.append(
                Refusal(
                    "organization-has-parts",
                    key,
                    ("organizations", key),
                    said("{parts} is still part of {key}", parts[0], key),
                    said("move or remove what is below it first"),
                )
            )
        member = Person.objects.filter(organization_id=row.id, removed_at__isnull=True).first()
        if member is None:
            given = Membership.objects.filter(organization_id=row.id)
            role = given.select_related("person").order_by("person__email").first()
            member = role.person if role else None
        if member:
            refusals.append(
                Refusal(
                    "organization-has-people",
                    key,
                    ("organizations", key),
                    said("{email} still belongs to {key}, or has a role there", member.email, key),
                    said("move or remove its people, and end their roles there, first"),
                )
            )
    if refusals:
        raise Refused(refusals)
    Organization.objects.filter(pk__in=[row.id for row in rows.values()]).update(
        removed_at=change.at
    )
    append_revisions(
        change=change,
        revisions=[
            NewRevision(Kind.ORGANIZATION, row.id, key, Action.REMOVED, None)
            for key, row in rows.items()
        ],
    )


def _too_deep(document: OrganizationDocument) -> Refusal:
    return Refusal(
        "organization-too-deep",
        document.key,
        ("organizations", document.key, "part-of"),
        said(
            "{document} would stand more than {n} organizations deep",
            document.key,
            figure(MAX_PATH // 8),
        ),
        said("leave out levels that provide and consume nothing"),
    )


def _leaves_without_leave(
    row: OrganizationRow, parent_id: int | None, root_id: int, change: ChangeSet
) -> bool:
    """True when an organization moves below another top organization and the actor does not
    administer what stands above it today: both sides must agree (the new one is asked already)."""
    moves_away = row.parent_id is not None and row.parent_id != parent_id
    if not moves_away or row.root_id == root_id:
        return False
    above = row.path[: -len(path_segment(row.id))]
    return not may_administer(change.actor, above)


def _not_allowed_to_leave(document: OrganizationDocument) -> Refusal:
    return Refusal(
        "not-allowed",
        document.key,
        ("organizations", document.key, "part-of"),
        said("you do not administer what {document} is part of today", document.key),
        said("moving below another top organization needs an administrator of both: ask there"),
    )


def _refused_definitions(
    documents: Sequence[OrganizationDocument],
    known: dict[str, OrganizationRow],
    change: ChangeSet,
) -> list[Refusal]:
    refusals: list[Refusal] = []
    batch = {document.key for document in documents}
    for document in documents:
        place = ("organizations", document.key)
        row = known.get(document.key)
        before = len(refusals)
        is_anothers = row is not None and not may_administer(change.actor, row.path)
        if not document.part_of:
            becomes_top = row is None or row.parent_id is not None or is_anothers
            if becomes_top and not may_create_top_organization(change.actor):
                refusals.append(
                    Refusal(
                        "top-organization",
                        document.key,
                        place,
                        said("{document} would be a top organization", document.key),
                        said(
                            "only an operator of the installation creates one: ask them, or say "
                            "what it is part of"
                        ),
                    )
                )
        elif document.part_of in known:
            parent = known[document.part_of]
            moves = row is None or row.parent_id != parent.id
            if moves and not may_administer(change.actor, parent.path):
                refusals.append(not_allowed(document.part_of, (*place, "part-of")))
        elif document.part_of not in batch and not change.actor.is_operator:
            refusals.append(not_allowed(document.part_of, (*place, "part-of")))
        elif document.part_of not in batch:
            refusals.append(
                Refusal(
                    "organization-missing",
                    document.key,
                    (*place, "part-of"),
                    said(
                        "there is no organization {part_of} for {document} to be part of",
                        document.part_of,
                        document.key,
                    ),
                    said("define it, or correct the key"),
                )
            )
        if is_anothers and len(refusals) == before:
            # Said last: who may not define it anyway does not learn whether the key is taken.
            refusals.append(not_allowed(document.key, place))
    return refusals


def _nearest_above(
    documents: Sequence[OrganizationDocument], known: dict[str, OrganizationRow]
) -> dict[str, str]:
    """For each document the nearest organization above it that is in the batch too, if any.

    A parent outside the batch counts with what stands above it today: moving an organization
    below its own part is found that way.
    """
    batch = {document.key for document in documents}
    by_id = {row.id: key for key, row in known.items() if key in batch}
    above: dict[str, str] = {}
    for document in documents:
        if document.part_of in batch:
            above[document.key] = document.part_of
        elif document.part_of in known:
            trail = path_numbers(known[document.part_of].path)
            inside = [by_id[number] for number in trail if number in by_id]
            if inside:
                above[document.key] = inside[-1]
    return above


def _parents_first(
    documents: Sequence[OrganizationDocument], above: dict[str, str]
) -> tuple[list[OrganizationDocument], list[OrganizationDocument]]:
    """The documents with what stands above before what stands below, and those on a loop."""
    depths: dict[str, int] = {}
    circular: set[str] = set()
    for document in documents:
        trail: list[str] = []
        seen: set[str] = set()
        key = document.key
        while key and key not in depths and key not in circular and key not in seen:
            seen.add(key)
            trail.append(key)
            key = above.get(key, "")
        if key in seen or key in circular:
            circular.update(trail)
            continue
        depth = depths.get(key, -1)
        for step in reversed(trail):
            depth += 1
            depths[step] = depth
    ordered = sorted(
        (d for d in documents if d.key in depths), key=lambda document: depths[document.key]
    )
    return ordered, [document for document in documents if document.key in circular]


def _removed_organizations(keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(keys), 900):
        found.update(
            Organization.objects.filter(
                key__in=keys[start : start + 900], removed_at__isnull=False
            ).values_list("key", "id")
        )
    return found


def _follow_parents(moved: Sequence[OrganizationRow], written: set[int]) -> tuple[int, ...]:
    """Give everything below the moved organizations, outside the batch, its new path."""
    followed: list[int] = []
    # The deepest first: what stood below two that moved goes with the nearer one.
    for old in sorted(moved, key=lambda row: -len(row.path)):
        here = Organization.objects.only("path", "root_id").get(pk=old.id)
        below = [
            replace(row, path=here.path + row.path[len(old.path) :], root_id=here.root_id)
            for row in organizations_below(old.path)
            if row.id not in written
        ]
        update_rows(
            Organization, ["path", "root_id"], ((row.path, row.root_id, row.id) for row in below)
        )
        followed += [row.id for row in below]
    return tuple(followed)
