"""Letting in whoever a provider vouches for, with the roles their groups mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from catenary.apps.access.operations.linking import link_account, open_account
from catenary.apps.access.queries.linking import (
    account_is_open,
    account_of_address,
    is_operator_account,
    linked_account,
    linked_subject,
)
from catenary.apps.common.operations import catalogue_change
from catenary.apps.history.operations import open_change
from catenary.apps.organizations.choices import NotKnown
from catenary.apps.organizations.models import Membership, Person, SignOnRole
from catenary.apps.organizations.operations.people import define_people
from catenary.apps.organizations.queries import organizations_by_key
from catenary.domain.actors import Actor, Origin
from catenary.domain.documents.shapes import MembershipDocument, PersonDocument, Role
from catenary.domain.sign_on import GivenRole, SettledRoles, settle_roles


class NotLetIn(Exception):
    """Nobody was let in and nothing was written."""

    def __init__(self, why: NotKnown) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class SigningOn:
    """Somebody a provider vouches for, everything about it verified.

    ``roles`` are those their groups mean here, by organization, the first being where somebody
    new belongs; None when the provider said nothing of groups, which changes no roles.
    """

    provider: str
    subject: str
    email: str
    is_verified: bool
    name: str
    roles: Mapping[str, frozenset[Role]] | None

    @property
    def source(self) -> str:
        """The managing source of what the provider gives."""
        return f"sign-on:{self.provider}"


def sign_on(*, who: SigningOn, at: datetime, origin: Origin) -> int:
    """Let somebody in; the number of the account they sign in to.

    Whoever came before is known by their subject, which a provider never gives to somebody else.
    Whoever comes for the first time is known by a verified address: of a person who is here, or
    of somebody whose groups mean a role here, who is then defined. Roles are settled as one
    change in the name of the provider, and nothing is written when they are what they were.

    Raises `NotLetIn`; `CatalogueBusy` when roles would change and the database is held.
    """
    try:
        return _let_in(who, at, origin)
    except IntegrityError:
        # Two windows signed in for the first time at once: the other one made what we need.
        return _let_in(who, at, origin)


def _let_in(who: SigningOn, at: datetime, origin: Origin) -> int:
    known = _recognise(who)
    settled = _settle(who, known)
    if not known.changes(settled):
        with transaction.atomic():
            _keep_given(who, known.person_id, settled)
            return _account_for(who, known, at, origin)
    with catalogue_change():
        known = _recognise(who)
        settled = _settle(who, known)
        if known.changes(settled):
            known = _define(who, known, settled, at)
        _keep_given(who, known.person_id, settled)
        return _account_for(who, known, at, origin)


@dataclass(frozen=True, slots=True)
class _Known:
    """Who it is here: ``person_id`` is 0 for somebody new, ``account_id`` None without one."""

    person_id: int
    account_id: int | None
    is_linked: bool
    document: PersonDocument
    manager: str

    @property
    def roles(self) -> frozenset[GivenRole]:
        return frozenset(
            (m.organization, role) for m in self.document.memberships for role in m.roles
        )

    def changes(self, settled: SettledRoles) -> bool:
        return not self.person_id or settled.roles != self.roles


def _recognise(who: SigningOn) -> _Known:
    account_id = linked_account(who.provider, who.subject)
    is_linked = account_id is not None
    if is_linked:
        person = _person(account_id=account_id)
    else:
        # An address nobody verified is anybody's: it opens nothing, whoever has it here.
        if not who.is_verified or not who.email:
            raise NotLetIn(NotKnown.UNVERIFIED)
        person = _person(email=who.email)
    if person is not None and person.removed_at is not None:
        raise NotLetIn(NotKnown.NOBODY_HERE)
    if person is None:
        if is_linked or not _present_roles(who):
            raise NotLetIn(NotKnown.NOBODY_HERE)
        account_id = account_of_address(who.email)
        home = next(iter(_home_of(who)), "")
        document = PersonDocument(who.email, who.name or who.email.partition("@")[0], home)
        known = _Known(0, account_id, False, document, who.source)
    else:
        if not is_linked:
            account_id = person.account_id or account_of_address(person.email)
        known = _Known(person.pk, account_id, is_linked, _document(person), person.managed_by)
    if known.account_id is not None:
        if not account_is_open(known.account_id):
            raise NotLetIn(NotKnown.CLOSED)
        by_address = not is_linked and (person is None or person.account_id is None)
        if by_address and is_operator_account(known.account_id):
            # Operators who are nobody here keep to their password, or whoever gives addresses at
            # the provider could make themselves one.
            raise NotLetIn(NotKnown.NOBODY_HERE)
        if not is_linked and linked_subject(who.provider, known.account_id):
            # The provider gave the address to somebody else, or somebody else says so.
            raise NotLetIn(NotKnown.ANOTHER_IDENTITY)
    return known


def _person(**named: object) -> Person | None:
    return Person.objects.select_related("organization").filter(**named).first()


def _document(person: Person) -> PersonDocument:
    rows = Membership.objects.filter(person=person).values_list("organization__key", "role")
    return _with_roles(
        PersonDocument(person.email, person.name, person.organization.key),
        frozenset((key, Role(role)) for key, role in rows),
    )


def _with_roles(document: PersonDocument, roles: frozenset[GivenRole]) -> PersonDocument:
    by_organization: dict[str, list[Role]] = {}
    for key, role in roles:
        by_organization.setdefault(key, []).append(role)
    return PersonDocument(
        document.email,
        document.name,
        document.organization,
        tuple(
            MembershipDocument(key, tuple(sorted(given)))
            for key, given in sorted(by_organization.items())
        ),
    )


def _home_of(who: SigningOn) -> list[str]:
    present = organizations_by_key(who.roles or {})
    return [key for key, roles in (who.roles or {}).items() if key in present and roles]


def _present_roles(who: SigningOn) -> frozenset[GivenRole]:
    """The roles in organizations that exist: a rule may name one that is gone or yet to come."""
    roles = who.roles or {}
    return frozenset((key, role) for key in _home_of(who) for role in roles[key])


def _settle(who: SigningOn, known: _Known) -> SettledRoles:
    gave = frozenset(
        (key, Role(role))
        for key, role in SignOnRole.objects.filter(
            person_id=known.person_id, source=who.source
        ).values_list("organization__key", "role")
    )
    if who.roles is None:
        return SettledRoles(roles=known.roles, given=gave)
    return settle_roles(has=known.roles, gave=gave, gives=_present_roles(who))


def _define(who: SigningOn, known: _Known, settled: SettledRoles, at: datetime) -> _Known:
    actor = Actor(is_operator=True, door="sign-on")
    change = open_change(actor=actor, at=at, source=who.source, note="what their groups mean")
    document = _with_roles(known.document, settled.roles)
    ids = define_people(
        documents=[document], change=change, managers={document.email: known.manager}
    )
    return _Known(ids[document.email], known.account_id, known.is_linked, document, known.manager)


def _keep_given(who: SigningOn, person_id: int, settled: SettledRoles) -> None:
    rows = SignOnRole.objects.filter(person_id=person_id, source=who.source)
    columns = rows.values_list("pk", "organization__key", "role")
    kept = {(key, Role(role)): pk for pk, key, role in columns}
    rows.filter(pk__in=[pk for given, pk in kept.items() if given not in settled.given]).delete()
    fresh = settled.given - kept.keys()
    organizations = organizations_by_key({key for key, _ in fresh})
    SignOnRole.objects.bulk_create(
        SignOnRole(
            person_id=person_id, organization_id=organizations[key].id, role=role, source=who.source
        )
        for key, role in fresh
    )


def _account_for(who: SigningOn, known: _Known, at: datetime, origin: Origin) -> int:
    account_id = known.account_id
    if account_id is None:
        account_id = open_account(email=known.document.email, at=at)
    Person.objects.filter(pk=known.person_id, account__isnull=True).update(account_id=account_id)
    if not known.is_linked:
        link_account(
            account_id=account_id,
            provider=who.provider,
            subject=who.subject,
            at=at,
            origin=origin,
        )
    return account_id
