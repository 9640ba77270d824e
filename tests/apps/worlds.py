"""A small world of companies and people whom all tests of the rooms share, and short ways to
say something, ask as somebody and look at what stands in the history.

Bluewater provides services out of two units. St. Mary's and North Clinic are its customers and
know nothing of each other; Ironport supplies Bluewater. In Bluewater, Vera only looks, Otto owns
services, Edith edits the catalogue of the applications unit, Adam administers that unit, and Ada
administers the whole company; Stella administers St. Mary's, Uwe is a user of Ward 3; Nora edits
at North Clinic.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from catenary.apps.common.operations import catalogue_change
from catenary.apps.history.models import Change, Revision
from catenary.apps.history.operations import open_change
from catenary.apps.organizations.operations.organizations import define_organizations
from catenary.apps.organizations.operations.people import define_people
from catenary.apps.organizations.queries import actor_of_person, viewpoint_of
from catenary.apps.portfolio.operations.consumption import declare_consumption, follow_consumers
from catenary.apps.portfolio.operations.services import define_services, follow_organizations
from catenary.domain.actors import Actor, ChangeSet, Viewpoint
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    ConsumptionDocument,
    MembershipDocument,
    OrganizationDocument,
    OutcomeDocument,
    PersonDocument,
    Role,
    ServiceDocument,
)
from catenary.domain.refusals import Refused
from catenary.exchange.catalogue.applying import apply_plan, prepare_plan
from tests.domain.estates import organization, service

OPERATOR = Actor(is_operator=True, door="tests")
NOBODY = Actor(door="tests")
START = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FILES = "folder:tests"


def person(email: str, where: str, *roles: Role, **elsewhere: Role) -> PersonDocument:
    """A person with roles in the organization they belong to."""
    given = [MembershipDocument(where, tuple(sorted(roles)))] if roles else []
    given += [MembershipDocument(key, (role,)) for key, role in elsewhere.items()]
    return PersonDocument(email, email.partition("@")[0].title(), where, tuple(given))


ORGANIZATIONS = [
    organization("bluewater", name="Bluewater"),
    organization("bluewater-apps", "bluewater", name="Bluewater Applications"),
    organization("bluewater-ops", "bluewater", name="Bluewater Operations"),
    organization("st-mary", name="St. Mary's"),
    organization("ward-3", "st-mary", name="Ward 3"),
    organization("north-clinic", name="North Clinic"),
    organization("ironport", name="Ironport"),
]
PEOPLE = [
    person("vera@bluewater.example", "bluewater", Role.VIEWER),
    person("otto@bluewater.example", "bluewater-apps", Role.SERVICE_OWNER),
    person("edith@bluewater.example", "bluewater-apps", Role.CATALOGUE_EDITOR),
    person("adam@bluewater.example", "bluewater-apps", Role.ADMINISTRATOR),
    person("ada@bluewater.example", "bluewater", Role.ADMINISTRATOR),
    person("stella@st-mary.example", "st-mary", Role.ADMINISTRATOR),
    person("uwe@st-mary.example", "ward-3", Role.USER),
    person("nora@north.example", "north-clinic", Role.CATALOGUE_EDITOR),
    person("ira@ironport.example", "ironport", Role.ADMINISTRATOR),
]
SERVICES = [
    service(
        "bluewater-apps/patients",
        "bluewater-ops/database",
        outcomes=["seen-sooner"],
        name="Patients",
    ),
    service("bluewater-apps/billing", "bluewater-ops/database", name="Billing"),
    service("bluewater-ops/database", "ironport/power", name="Database"),
    service("bluewater-ops/vault", restricted=True, name="Vault"),
    service("ironport/power", "ironport/grid", name="Power"),
    service("ironport/grid", name="Grid"),
]
CONSUMPTION = [("ward-3", "bluewater-apps/patients"), ("north-clinic", "bluewater-apps/billing")]


def everything() -> CatalogueDocument:
    """The whole small world as one catalogue."""
    return CatalogueDocument(
        {document.key: document for document in ORGANIZATIONS},
        {document.email: document for document in PEOPLE},
        {document.reference: document for document in SERVICES},
        {pair: ConsumptionDocument(*pair) for pair in CONSUMPTION},
    )


def begin(at: datetime = START) -> None:
    """Bring the whole small world into the catalogue, as an operator applies files."""
    say(everything(), at=at)


def say(
    wanted: CatalogueDocument,
    *,
    at: datetime = START,
    actor: Actor = OPERATOR,
    source: str = FILES,
    prune: bool = False,
    take_over: bool = False,
) -> None:
    """Plan and apply."""
    prepared = prepare_plan(wanted=wanted, source=source, prune=prune, take_over=take_over)
    apply_plan(prepared=prepared, actor=actor, at=at)


def change(actor: Actor = OPERATOR, at: datetime = START + HOUR) -> ChangeSet:
    """A change set of somebody."""
    return open_change(actor=actor, at=at, source="browser")


def define(
    *,
    organizations: Iterable[OrganizationDocument] = (),
    people: Iterable[PersonDocument] = (),
    services: Iterable[ServiceDocument] = (),
    consumption: Iterable[ConsumptionDocument] = (),
    actor: Actor = OPERATOR,
    at: datetime = START + HOUR,
) -> None:
    """Say something through the operations, in one transaction, paths followed."""
    with catalogue_change():
        made = change(actor, at)
        defined = define_organizations(documents=list(organizations), change=made)
        follow_organizations(organization_ids=defined.moved_ids)
        follow_consumers(organization_ids=defined.moved_ids)
        define_people(documents=list(people), change=made)
        define_services(documents=list(services), change=made)
        declare_consumption(documents=list(consumption), change=made)


def as_person(name: str) -> Actor:
    """Somebody of the small world by the part of the address before the ``@``."""
    email = next(d.email for d in PEOPLE if d.email.partition("@")[0] == name)
    actor = actor_of_person(email, door="tests")
    assert actor is not None
    return actor


def looking_from(actor: Actor, key: str) -> Viewpoint:
    """The viewpoint of an organization, which the actor may look from."""
    viewpoint = viewpoint_of(actor, key)
    assert viewpoint is not None
    return viewpoint


def revisions() -> list[tuple[str, str, str]]:
    """Everything in the history, oldest first: kind, reference, action."""
    return list(Revision.objects.order_by("pk").values_list("kind", "reference", "action"))


def entries() -> tuple[int, int]:
    """How many change sets and revisions there are."""
    return Change.objects.count(), Revision.objects.count()


def refusal_codes(refused: Refused) -> list[str]:
    """The codes of every reason."""
    return [refusal.code for refusal in refused.refusals]


def outcome(key: str, statement: str) -> OutcomeDocument:
    """An outcome nobody measures."""
    return OutcomeDocument(key, statement)
