"""Defining and removing people, and letting them sign in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from catenary.apps.access.operations.accounts import create_account, create_accounts
from catenary.apps.access.operations.tokens import revoke_tokens_of
from catenary.apps.common.operations import insert_rows, reserve_ids, update_rows
from catenary.apps.common.queries import in_batches
from catenary.apps.history.choices import Action, Kind
from catenary.apps.history.operations import NewRevision, append_revisions
from catenary.apps.organizations.models import Membership, Person
from catenary.apps.organizations.operations.refusing import action_of, not_allowed
from catenary.apps.organizations.policies import may_administer
from catenary.apps.organizations.queries import (
    organizations_by_key,
)
from catenary.domain.actors import ChangeSet, Origin
from catenary.domain.documents.plain import digest, person_to_plain
from catenary.domain.documents.shapes import PersonDocument, Role
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import said


def define_people(
    *,
    documents: Sequence[PersonDocument],
    change: ChangeSet,
    managers: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, int]:
    """Create or change people and their roles; gives their numbers by e-mail address.

    The source of the change manages them from now on, unless ``managers`` names another for
    their address.

    Raises `Refused` when an organization is missing, or the actor does not administer one that
    somebody belongs to, or belonged to until now, or in which a role comes or goes.
    """
    keys = {d.organization for d in documents}
    keys |= {m.organization for d in documents for m in d.memberships}
    before = _present_people([d.email for d in documents])
    keys |= {key for home, roles in before.values() for key in (home, *roles)}
    organizations = organizations_by_key(keys)
    refusals = []
    for document in documents:
        home, roles = before.get(document.email, (document.organization, {}))
        told = {m.organization: set(m.roles) for m in document.memberships}
        differ = [key for key in {*roles, *told} if roles.get(key) != told.get(key)]
        named: list[Refusal] = []
        unnamed: list[Refusal] = []
        for key in sorted({document.organization, home, *differ}):
            place = ("people", document.email)
            if key not in organizations and change.actor.is_operator:
                refusals.append(
                    Refusal(
                        "organization-missing",
                        document.email,
                        place,
                        said("there is no organization {key}", key),
                        said("define it, or correct the key"),
                    )
                )
            elif key not in organizations or not may_administer(
                change.actor, organizations[key].path
            ):
                # Where somebody belongs today is not told to those who may not know it.
                is_named = key == document.organization or key in told
                (named if is_named else unnamed).append(
                    not_allowed(key if is_named else document.email, place)
                )
        # Who may not define the person anyway does not learn whether they are here.
        refusals += named or unnamed[:1]
    if refusals:
        raise Refused(refusals)

    emails = [d.email for d in documents]
    known: dict[str, tuple[int, bool]] = {}
    for start in range(0, len(emails), 900):
        for email, number, removed_at in Person.objects.filter(
            email__in=emails[start : start + 900]
        ).values_list("email", "id", "removed_at"):
            known[email] = (number, removed_at is not None)
    fresh = [email for email in emails if email not in known]
    ids = {email: number for email, (number, _) in known.items()}
    ids.update(zip(fresh, reserve_ids(Person, len(fresh)), strict=True))
    rows = [
        (
            d.email,
            d.name,
            organizations[d.organization].id,
            digest(person_to_plain(d)),
            managers.get(d.email, change.source),
            None,
            ids[d.email],
        )
        for d in documents
    ]
    columns = ["email", "name", "organization_id", "digest", "managed_by", "removed_at"]
    insert_rows(Person, [*columns, "id"], (row for row in rows if row[0] not in known))
    update_rows(Person, columns, (row for row in rows if row[0] in known))
    for batch in in_batches(ids[email] for email in emails if email in known):
        Membership.objects.filter(person_id__in=batch).delete()
    insert_rows(
        Membership,
        ["person_id", "organization_id", "role"],
        (
            (ids[d.email], organizations[m.organization].id, str(role))
            for d in documents
            for m in d.memberships
            for role in m.roles
        ),
    )
    append_revisions(
        change=change,
        revisions=[
            NewRevision(
                Kind.PERSON,
                ids[d.email],
                f"person/{ids[d.email]}",
                action_of(d.email in known, known.get(d.email, (0, False))[1]),
                # History names people by number only, so that a person can be forgotten.
                _without_identity(person_to_plain(d)),
            )
            for d in documents
        ],
    )
    return {email: ids[email] for email in emails}


def remove_people(*, emails: Sequence[str], change: ChangeSet) -> None:
    """Remove people: they lose every role and token and can no longer act; history keeps their
    number."""
    people = Person.objects.select_related("organization").filter(
        email__in=list(emails), removed_at__isnull=True
    )
    rows = list(people)
    refusals = [
        not_allowed(row.organization.key, ("people", row.email))
        for row in rows
        if not may_administer(change.actor, row.organization.path)
    ]
    if refusals:
        raise Refused(refusals)
    ids = [row.pk for row in rows]
    Membership.objects.filter(person_id__in=ids).delete()
    Person.objects.filter(pk__in=ids).update(removed_at=change.at)
    revoke_tokens_of(
        account_ids=[row.account_id for row in rows if row.account_id is not None],
        at=change.at,
        origin=Origin(change.actor.door, account_id=change.actor.account_id),
    )
    append_revisions(
        change=change,
        revisions=[
            NewRevision(Kind.PERSON, pk, f"person/{pk}", Action.REMOVED, None) for pk in ids
        ],
    )


def give_account(*, email: str, password: str, is_operator: bool, change: ChangeSet) -> int:
    """Let somebody sign in: an account for the person with this address, or, for an operator,
    an account of its own. Gives the account's number; an existing one gets the new password."""
    account_id = create_account(
        email=email, password=password, is_operator=is_operator, at=change.at
    )
    Person.objects.filter(email=email.lower()).update(account_id=account_id)
    return account_id


def give_accounts(*, emails: Iterable[str], password: str, change: ChangeSet) -> None:
    """Let people sign in with one password between them: those of the example stories."""
    accounts = create_accounts(emails=emails, password=password, at=change.at)
    for email, account_id in accounts.items():
        Person.objects.filter(email=email).exclude(account_id=account_id).update(
            account_id=account_id
        )


def _without_identity(plain: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in plain.items() if key not in ("name", "email")}


def _present_people(emails: Sequence[str]) -> dict[str, tuple[str, dict[str, set[Role]]]]:
    """Where people who exist now belong, and their roles by organization, by e-mail address."""
    found: dict[str, tuple[str, dict[str, set[Role]]]] = {}
    for start in range(0, len(emails), 900):
        batch = list(emails[start : start + 900])
        present = Person.objects.filter(email__in=batch, removed_at__isnull=True)
        for email, key in present.values_list("email", "organization__key"):
            found[email] = (key, {})
        given = Membership.objects.filter(person__in=present)
        for email, key, role in given.values_list("person__email", "organization__key", "role"):
            found[email][1].setdefault(key, set()).add(Role(role))
    return found
