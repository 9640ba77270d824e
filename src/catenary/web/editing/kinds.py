"""What differs between services, organizations, people and consumption when they are edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from catenary.apps.history.choices import Kind
from catenary.apps.organizations.queries import organizations_by_key
from catenary.apps.portfolio.policies import may_begin, may_define_service
from catenary.apps.portfolio.queries.editing import (
    Editable,
    Holder,
    Version,
    editable_consumption,
    editable_service,
    holders_of_service,
    service_revision,
    service_version,
    unseen_services,
)
from catenary.apps.portfolio.queries.editing_house import (
    editable_organization,
    editable_person,
    holders_of_organization,
    house_revision,
    house_version,
)
from catenary.domain.actors import Actor
from catenary.domain.documents.plain import (
    read_consumption,
    read_organization,
    read_person,
    read_service,
)
from catenary.domain.findings import FieldPath, Problem
from catenary.domain.references import is_key, is_reference
from catenary.exchange.catalogue.amending import Document
from catenary.exchange.catalogue.planning import SECTIONS as PLACES
from catenary.web import addresses
from catenary.web.asking import Asking
from catenary.web.editing import house_form as house
from catenary.web.editing import service_table
from catenary.web.editing.building import Built, key_from
from catenary.web.editing.fields import Item, Section, State, Words, fresh, items_of
from catenary.web.editing.relying import typed_services
from catenary.web.editing.service_form import build_service, service_state

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Editing:
    """How one kind of object is edited.

    ``find`` gives the object for whoever may change it; ``version`` what it said by its digest,
    ``revision`` by the number of that; ``state_of`` and ``build`` lead from its
    plain document to the form and back; ``named`` says which reference a new one gets.
    """

    kind: Kind
    sections: tuple[Section, ...]
    new_section: Section
    find: Callable[[Actor, str], Editable | None]
    version: Callable[[Actor, Editable, str], Version | None]
    revision: Callable[[Actor, Editable, int], Version | None]
    state_of: Callable[[str, dict[str, Any], Mapping[str, str]], State]
    build: Callable[[Actor, str, State, Mapping[str, str]], Built]
    named: Callable[[State], str]
    read: Callable[[str, dict[str, Any], list[Problem], FieldPath], Document | None]
    may_begin: Callable[[Asking], bool]
    holders: Callable[[Actor, Editable], tuple[list[Holder], int]]
    page: Callable[[str], str]
    new_title: Words
    noun: Words
    #: The cards of a new object, where they are others.
    begun: tuple[Section, ...] = ()

    def sections_for(self, *, is_new: bool) -> tuple[Section, ...]:
        """The cards of the form; a new object also says how it will be found."""
        return (self.new_section, *(self.begun or self.sections)) if is_new else self.sections

    def items_for(self, *, is_new: bool) -> tuple[Item, ...]:
        """The items of those cards."""
        return items_of(self.sections_for(is_new=is_new))

    def place(self, reference: str) -> FieldPath:
        """Where the object stands in the paths of problems and findings."""
        return (PLACES[self.kind], reference)


def _service_version(actor: Actor, editable: Editable, seen: str) -> Version | None:
    return service_version(actor, editable.id, seen)


def _build_service(actor: Actor, reference: str, state: State, hidden: Mapping[str, str]) -> Built:
    if not reference:
        # Asked for once on the form of a new one: whoever's it is provides it.
        state = {**state, "provider": state["born"]}
    built = build_service(state, hidden, unseen_services(actor, typed_services(state)))
    if not reference:
        built.put(("provider",), "born")
    return built


def _service_named(state: State) -> str:
    key = state["key"].strip() or key_from(state["name"], (), "service")
    return f"{state['born'].strip()}/{key}"


def _may_begin_service(asking: Asking) -> bool:
    return asking.viewpoint is not None and may_begin(asking.actor, Kind.SERVICE)


def _may_begin_house(asking: Asking) -> bool:
    return may_begin(asking.actor, Kind.ORGANIZATION)


def _may_begin_consumption(asking: Asking) -> bool:
    return asking.viewpoint is not None and may_begin(asking.actor, Kind.CONSUMPTION)


def _read_consumption(
    reference: str, plain: dict[str, Any], problems: list[Problem], path: FieldPath
) -> Document | None:
    return read_consumption(reference.partition(" > ")[0], plain, problems, path)


def _find_consumption(actor: Actor, reference: str) -> Editable | None:
    consumer, _arrow, service = reference.partition(" > ")
    return editable_consumption(actor, consumer, service)


def _person_page(email: str) -> str:
    return addresses.edit("person", email)


def _consumption_page(reference: str) -> str:
    return addresses.service(reference.partition(" > ")[2])


def _nobody(actor: Actor, editable: Editable) -> tuple[list[Holder], int]:
    return [], 0


SERVICE = Editing(
    Kind.SERVICE,
    service_table.SECTIONS,
    service_table.NEW,
    editable_service,
    _service_version,
    lambda actor, editable, number: service_revision(actor, editable.id, number),
    service_state,
    _build_service,
    _service_named,
    read_service,
    _may_begin_service,
    holders_of_service,
    addresses.service,
    _("New service"),
    _("service"),
    service_table.BEGUN,
)
ORGANIZATION = Editing(
    Kind.ORGANIZATION,
    house.ORGANIZATION,
    house.NEW_ORGANIZATION,
    editable_organization,
    lambda actor, editable, seen: house_version(editable, seen),
    lambda actor, editable, number: house_revision(editable, number),
    lambda reference, plain, numbers: house.organization_state(plain),
    lambda actor, reference, state, hidden: house.build_organization(state),
    lambda state: state["key"].strip() or key_from(state["name"], (), "organization"),
    read_organization,
    _may_begin_house,
    holders_of_organization,
    addresses.organization,
    _("New organization"),
    _("organization"),
)
PERSON = Editing(
    Kind.PERSON,
    house.PERSON,
    house.NEW_PERSON,
    editable_person,
    lambda actor, editable, seen: house_version(editable, seen),
    lambda actor, editable, number: house_revision(editable, number),
    lambda reference, plain, numbers: house.person_state(plain),
    lambda actor, reference, state, hidden: house.build_person(state),
    lambda state: state["email"].strip().lower(),
    read_person,
    _may_begin_house,
    _nobody,
    _person_page,
    _("New person"),
    _("person"),
)
CONSUMPTION = Editing(
    Kind.CONSUMPTION,
    house.CONSUMPTION,
    house.NEW_CONSUMPTION,
    _find_consumption,
    lambda actor, editable, seen: house_version(editable, seen),
    lambda actor, editable, number: house_revision(editable, number),
    lambda reference, plain, numbers: house.consumption_state(plain),
    lambda actor, reference, state, hidden: house.build_consumption(
        reference.partition(" > ")[2] or state["service"].strip(), state
    ),
    lambda state: f"{state['consumer'].strip()} > {state['service'].strip()}",
    _read_consumption,
    _may_begin_consumption,
    _nobody,
    _consumption_page,
    _("New consumption"),
    _("consumption"),
)
EDITINGS: Mapping[str, Editing] = {
    "service": SERVICE,
    "organization": ORGANIZATION,
    "person": PERSON,
    "consumption": CONSUMPTION,
}


def begun_with(editing: Editing, asking: Asking, given: Mapping[str, str]) -> State:
    """What the form of a new object holds before anything is typed: what the address says."""
    state = fresh(editing.items_for(is_new=True))
    if editing is SERVICE:
        state["born"] = _own_key(asking, given.get("provider", ""))
    elif editing is ORGANIZATION:
        state["part-of"] = _known_key(given.get("part-of", ""))
    elif editing is PERSON:
        home = _known_key(given.get("organization", ""))
        state["organization"] = home
        state["roles"] = [{"organization": home, "roles": ""}]
    else:
        state["consumer"] = _known_key(given.get("consumer", ""))
        service = given.get("service", "")
        # Whether there is such a service is not told here.
        state["service"] = service if is_reference(service) else ""
    return state


def _known_key(key: str) -> str:
    return key if is_key(key) else ""


def _own_key(asking: Asking, key: str) -> str:
    """The organization somebody begins a service in: the one named, else where they look from,
    when they may define services there."""
    named = organizations_by_key([key]).get(key)
    if named is not None and may_define_service(asking.actor, named.path):
        return key
    viewpoint = asking.viewpoint
    if viewpoint is not None and may_define_service(asking.actor, viewpoint.path):
        return viewpoint.key
    own = [f.key for f in asking.actor.memberships if may_define_service(asking.actor, f.path)]
    return own[0] if own else ""
