"""Sign-in, one's own account, and the pages for when something is refused or missing."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.frame import LanguageChoice, ViewpointChoice, ZoneGroup
from catenary.web.pages.sentences import Link


@dataclass(frozen=True, slots=True)
class SignOnChoice:
    """A provider one may sign in through instead, and where to go afterwards."""

    key: str
    name: str
    next: str = ""


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The form posts ``email``, ``password`` and ``next`` to ``Addresses.sign_in``.

    ``problem`` says why signing in failed, without saying which half was wrong. ``is_first_run``
    explains where the first administrator's password is. ``people`` are example accounts
    (name, e-mail, what they are) of a demonstration catalogue; passwords never stand here.
    """

    email: str = ""
    next: str = ""
    problem: str = ""
    is_first_run: bool = False
    people: tuple[tuple[str, str, str], ...] = ()
    languages: tuple[LanguageChoice, ...] = ()
    providers: tuple[SignOnChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """An organization one belongs to and the words for one's roles in it."""

    organization: Link
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """About your account: who you are to Catenary, what you may see and do, and why."""

    name: str
    email: str
    memberships: tuple[MembershipRow, ...] = ()
    viewpoints: tuple[ViewpointChoice, ...] = ()
    looked_for: str = ""
    is_operator: bool = False
    may_read_audit: bool = False
    languages: tuple[LanguageChoice, ...] = ()
    zones: tuple[ZoneGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """Something was refused, missing or broken: what happened, what to do next."""

    status: int
    title: str
    sentence: str
    remedy: str = ""
    links: tuple[Link, ...] = ()
    reference: str = ""
