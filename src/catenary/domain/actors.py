"""Who asks, from where they look, and in whose name something changes: plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from catenary.domain.documents.shapes import Role
from catenary.domain.said import Said, as_said, said

#: A path in the tree of organizations: fixed-width segments, so that text order is tree order
#: and everything at or below a path starts with it.
OrganizationPath = str

_SEGMENT = 7
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
#: Sorts after every segment.
PATH_END = "~"


def path_segment(number: int) -> str:
    """The path segment of an organization's number: base 36, seven digits, ending in ``/``.

    Numbers up to 78 thousand million fit; beyond that ``ValueError``.
    """
    digits = ""
    rest = number
    while rest:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    if len(digits) > _SEGMENT:
        raise ValueError(f"organization number {number} does not fit a path segment")
    return digits.rjust(_SEGMENT, "0") + "/"


def is_at_or_below(path: OrganizationPath, top: OrganizationPath) -> bool:
    """True when ``path`` is ``top`` or lies below it."""
    return path.startswith(top)


def path_numbers(path: OrganizationPath) -> tuple[int, ...]:
    """The numbers of the organizations along a path, the top organization first."""
    return tuple(int(segment, 36) for segment in path.split("/")[:-1])


@dataclass(frozen=True, slots=True)
class MembershipFact:
    """One person's roles in one organization, with where that organization stands."""

    organization_id: int
    key: str
    name: str
    path: OrganizationPath
    root_id: int
    roles: frozenset[Role]


class Scope(StrEnum):
    """How far a wish may reach, whatever roles stand behind it: ``write`` changes services and
    consumption, ``admin`` also organizations, people and their roles."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


EVERY_SCOPE = frozenset(Scope)
_IMPLIED = {
    Scope.READ: frozenset({Scope.READ}),
    Scope.WRITE: frozenset({Scope.READ, Scope.WRITE}),
    Scope.ADMIN: EVERY_SCOPE,
}


def with_implied(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """The scopes with those they include: who may write may read."""
    return frozenset().union(*(_IMPLIED[scope] for scope in scopes))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a wish about somebody's way in came from: door, network address, a few words about
    the device, and the account of who made it when that is known."""

    door: str
    address: str = ""
    device: str = ""
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking. An operator runs the installation and sees all; nobody else does.

    ``door`` says through which door the wish came (``web``, ``command-line``). ``scopes`` bound
    what is done in their name: a token may carry fewer than its person could use, never more.
    """

    account_id: int | None = None
    person_id: int | None = None
    email: str = ""
    is_operator: bool = False
    memberships: tuple[MembershipFact, ...] = ()
    door: str = "web"
    scopes: frozenset[Scope] = EVERY_SCOPE

    @property
    def root_ids(self) -> frozenset[int]:
        """The top organizations the actor belongs to."""
        return frozenset(fact.root_id for fact in self.memberships)

    def has_role_over(self, path: OrganizationPath, roles: frozenset[Role]) -> bool:
        """True when the actor has one of ``roles`` in the organization at ``path`` or above."""
        return any(
            is_at_or_below(path, fact.path) and not roles.isdisjoint(fact.roles)
            for fact in self.memberships
        )


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """The organization from which one looks, with everything below it (SEMANTICS 2)."""

    organization_id: int
    key: str
    name: str
    path: OrganizationPath
    root_id: int
    root_key: str
    root_name: str

    @property
    def path_end(self) -> str:
        """Sorts after every path at or below the viewpoint and before every other later one."""
        return self.path + PATH_END


#: The managing source of what is written by hand, in the browser or through another door; and what
#: a change is told to come from that was made in the browser.
BY_HAND = "browser"
#: Doors through which one writes by hand elsewhere than in the browser.
OTHER_DOORS = ("api", "command-line", "schedule", "sign-on", "inlet")


def told_source(source: str, door: str) -> str:
    """Where a change came from: files, an import, a provider one signs on with; what was written
    by hand came through its door, whoever manages the object since."""
    return door if source == BY_HAND and door in OTHER_DOORS else source


def manager_in_words(source: str) -> Said:
    """What manages an object, for people: the same in the browser, the API and the command line."""
    kind, _colon, name = source.partition(":")
    if source == BY_HAND:
        return said("people in the browser or through the API")
    if kind == "folder":
        return said("the catalogue files “{name}”", name)
    if kind == "import":
        kind, _colon, name = name.partition(":")
        return said("the {kind} import “{name}”", kind, name)
    return as_said(source)


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """In whose name and when a batch of changes is made; all its history entries point to it.

    ``source`` is the managing source: ``browser``, ``folder:<name>`` or ``import:<kind>:<name>``.
    """

    id: int
    actor: Actor
    at: datetime
    source: str
