"""Organizations, people and consumption between their plain documents and their forms."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from catenary.domain.documents.shapes import Role
from catenary.web.editing.building import Built
from catenary.web.editing.fields import Field, Rows, Section, State, fresh, items_of

ROLES = (
    (Role.CUSTOMER, _("customer: agrees to services")),
    (Role.USER, _("user: uses services")),
    (Role.SPONSOR, _("sponsor: pays for services")),
    (Role.VIEWER, _("viewer: reads")),
    (Role.SERVICE_OWNER, _("service owner: answers for services")),
    (Role.SERVICE_LEVEL_MANAGER, _("service level manager: looks after promises")),
    (Role.CATALOGUE_EDITOR, _("catalogue editor: defines services")),
    (Role.ADMINISTRATOR, _("administrator: manages parts and people")),
)

NEW_ORGANIZATION = Section(
    "new",
    _("How it is found"),
    (
        Field(
            "key",
            _("Short name in addresses"),
            help=_("Stays for life. Left empty, it is made of the name."),
            example="hospital-it",
            most=100,
        ),
    ),
)
ORGANIZATION = (
    Section(
        "what",
        _("What it is"),
        (
            Field("name", _("Name"), help=_("The name people know it by."), most=200),
            Field(
                "part-of",
                _("Part of"),
                "pick",
                pick="organization",
                help=_("The organization above it. Choosing another one moves it there."),
            ),
            Field(
                "description", _("Description"), "area", help=_("What it is, in a few sentences.")
            ),
        ),
        _("An organization is a company, a business unit, a team or a person of their own."),
    ),
)
ORGANIZATION_ITEMS = items_of(ORGANIZATION)

NEW_PERSON = Section(
    "new",
    _("How they are found"),
    (
        Field(
            "email",
            _("E-mail address"),
            help=_("They sign in with it, and it stays theirs."),
            example="dana.reyes@st-mary.example",
            most=254,
        ),
    ),
)
PERSON = (
    Section(
        "what",
        _("Who they are"),
        (
            Field("name", _("Full name"), most=200),
            Field("organization", _("Belongs to"), "pick", pick="organization"),
        ),
    ),
    Section(
        "roles",
        _("What they may be"),
        (
            Rows(
                "roles",
                _("Roles"),
                (
                    Field(
                        "organization",
                        _("In which organization"),
                        "pick",
                        pick="organization",
                        help=_("A role counts there and in everything below."),
                    ),
                    Field("roles", _("As what"), "many", choices=ROLES),
                ),
                _("Add roles in an organization"),
                _("Roles"),
            ),
        ),
        _("Consumers are customers, users and sponsors; one person may be several of them."),
    ),
)
PERSON_ITEMS = items_of(PERSON)

NEW_CONSUMPTION = Section(
    "new",
    _("Who consumes what"),
    (
        Field("consumer", _("Consumer"), "pick", pick="organization"),
        Field("service", _("Service"), "pick", pick="service", most=220),
    ),
)
CONSUMPTION = (
    Section(
        "what",
        _("How they know it"),
        (
            Field(
                "known-as",
                _("Known there as"),
                help=_("The consumer's own name for it. Left empty, they use the provider's."),
                most=200,
            ),
        ),
    ),
)
CONSUMPTION_ITEMS = items_of(CONSUMPTION)


def organization_state(plain: dict[str, Any]) -> State:
    """What the form shows of an organization."""
    return {name: plain.get(name, "") for name in ("name", "part-of", "description")}


def build_organization(state: State) -> Built:
    """The plain organization that was typed."""
    built = Built()
    for name in ("name", "part-of", "description"):
        built.text(built.plain, state, name, (), name)
    return built


def person_state(plain: dict[str, Any]) -> State:
    """What the form shows of a person."""
    state = fresh(PERSON_ITEMS)
    state["name"] = plain.get("name", "")
    home = state["organization"] = plain.get("organization", "")
    roles = plain.get("roles", {})
    if isinstance(roles, list):
        roles = {home: roles}
    state["roles"] = [
        {"organization": key, "roles": " ".join(given)} for key, given in roles.items()
    ]
    return state


def build_person(state: State) -> Built:
    """The plain person that was typed."""
    built = Built()
    for name in ("name", "organization"):
        built.text(built.plain, state, name, (), name)
    roles: dict[str, list[str]] = {}
    built.put(("roles",), "roles")
    for at, row in enumerate(state["roles"]):
        here = f"roles.{at}"
        key = row["organization"].strip()
        given = row["roles"].split()
        if not key and not given:
            continue
        if not given:
            built.complain(f"{here}.roles", _now("no role is chosen"), _now("at least one"))
        if not key:
            built.complain(
                f"{here}.organization", _now("the organization is missing"), _now("pick one")
            )
            continue
        if key in roles:
            built.twice(f"{here}.organization", key)
        built.put(("roles", key), f"{here}.organization")
        built.put(("roles", 0, key), f"{here}.organization")
        roles[key] = given
    if roles:
        built.plain["roles"] = roles
    return built


def consumption_state(plain: dict[str, Any]) -> State:
    """What the form shows of a consumption."""
    return {"known-as": plain.get("known-as", "")}


def build_consumption(service: str, state: State) -> Built:
    """The plain consumption that was typed."""
    built = Built()
    built.plain["service"] = service
    built.put(("service",), "service")
    built.text(built.plain, state, "known-as", (), "known-as")
    return built
