"""The people of the example stories: who signs in, and whom one should meet first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from catenary.domain.documents.shapes import CatalogueDocument, PersonDocument, Role

_MERE_CUSTOMERS = frozenset({Role.CUSTOMER, Role.USER, Role.SPONSOR})


@dataclass(frozen=True, slots=True)
class ExamplePerson:
    """Somebody of a story. ``what`` says their roles in words; ``houses`` are the top
    organizations they belong to, by key, their own first."""

    story: str
    email: str
    name: str
    what: str
    houses: tuple[str, ...]
    is_mere_customer: bool


def example_people(stories: Iterable[Path]) -> list[ExamplePerson]:
    """Everybody in the stories, in the order they are written in."""
    from catenary.exchange.catalogue.reading import read_catalogue

    people = []
    for story in stories:
        catalogue = read_catalogue(story).catalogue
        people += [_person(story.name, person, catalogue) for person in catalogue.people.values()]
    return people


def introduced(people: Sequence[ExamplePerson]) -> list[ExamplePerson]:
    """Three of a story to meet first: whom it is about, a customer, and somebody who belongs to
    two houses, or else to another one."""
    first = people[0]
    chosen = [first]
    chosen += [p for p in people if p.is_mere_customer and p not in chosen][:1]
    between = [p for p in people if len(p.houses) > 1 and p not in chosen]
    strangers = [p for p in people if first.houses[:1] != p.houses[:1] and p not in chosen]
    strangers.sort(key=lambda p: p.is_mere_customer)
    return chosen + [*between, *strangers][:1]


def _person(story: str, person: PersonDocument, catalogue: CatalogueDocument) -> ExamplePerson:
    known = [m for m in person.memberships if m.organization in catalogue.organizations]
    what = "; ".join(
        f"{', '.join(role.value.replace('-', ' ') for role in m.roles)} at "
        f"{catalogue.organizations[m.organization].name}"
        for m in known
    )
    houses = [
        _house(catalogue, key) for key in (person.organization, *(m.organization for m in known))
    ]
    return ExamplePerson(
        story=story,
        email=person.email,
        name=person.name,
        what=what or "no role",
        houses=tuple(dict.fromkeys(houses)),
        is_mere_customer=all(role in _MERE_CUSTOMERS for m in known for role in m.roles),
    )


def _house(catalogue: CatalogueDocument, key: str) -> str:
    """The top organization above this one."""
    while key in catalogue.organizations and catalogue.organizations[key].part_of:
        key = catalogue.organizations[key].part_of
    return key
