"""Every reason for which a change is refused, made to happen, and said to a German reader.

The walk is whole: every sentence and remedy that stands in what `amend` calls must have been met.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

import pytest
from django.utils import translation

from catenary.apps.access.operations.limits import guesses_left, take_guesses
from catenary.apps.calendars.operations import calendars as calendar_operations
from catenary.apps.organizations.operations import organizations, people, refusing
from catenary.apps.organizations.queries import actor_of_person
from catenary.apps.portfolio.operations import consumption, services
from catenary.domain import actors
from catenary.domain.actors import BY_HAND, Actor
from catenary.domain.documents.shapes import (
    CalendarDocument,
    ConsumptionDocument,
    Role,
    ServiceHours,
)
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import Said
from catenary.exchange.catalogue import amending, guessing
from catenary.exchange.catalogue.amending import Amendment, Document, amend
from catenary.web.reading import in_words
from tests.apps.worlds import HOUR, OPERATOR, START, as_person, begin, person
from tests.domain.estates import organization, service

pytestmark = pytest.mark.django_db

#: Where the reasons stand.
ROOMS: list[ModuleType] = [
    amending,
    guessing,
    services,
    consumption,
    organizations,
    people,
    refusing,
    calendar_operations,
    actors,
]
LATER = START + HOUR
#: Nobody's account: it only counts tries.
GUESSER = 987_654_321
DESK, NIGHT = "bluewater-apps/desk", "bluewater-apps/night"

NEWCOMERS = {"ben": "ben@bluewater.example", "mia": "mia@st-mary.example"}


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody's wishes that are refused. ``who`` is nobody of the world for an operator."""

    who: str
    wishes: Sequence[Amendment]
    source: str = BY_HAND
    takes_over: bool = True

    def refusals(self) -> tuple[Refusal, ...]:
        with pytest.raises(Refused) as caught:
            amend(
                actor=_actor(self.who),
                at=LATER,
                amendments=self.wishes,
                source=self.source,
                take_over=self.takes_over,
            )
        return caught.value.refusals


def _actor(who: str) -> Actor:
    if who == "guesser":
        return replace(as_person("adam"), account_id=GUESSER)
    if who in NEWCOMERS:
        newcomer = actor_of_person(NEWCOMERS[who], door="tests")
        assert newcomer is not None
        return newcomer
    return as_person(who) if who else OPERATOR


def says(document: Document, *kept: str) -> Amendment:
    """The wish that something say this."""
    match document:
        case ConsumptionDocument():
            reference = f"{document.consumer} > {document.service}"
            return Amendment("consumption", reference, document)
        case CalendarDocument():
            return Amendment("calendar", document.reference, document)
    kind = "organization" if hasattr(document, "key") else "person"
    kind = "service" if hasattr(document, "provider") else kind
    named = getattr(document, "key", "") or getattr(document, "email", "")
    return Amendment(
        kind, named or getattr(document, "reference", ""), document, kept=frozenset(kept)
    )


def goes(kind: str, reference: str) -> Amendment:
    """The wish that something go."""
    return Amendment(kind, reference, None)


def calendar(
    reference: str, *parts: str, home: str = "bluewater-apps", hours: bool = True
) -> CalendarDocument:
    """A calendar with hours of its own, or made of others."""
    own = ServiceHours() if hours and not parts else None
    return CalendarDocument(reference, "Hours", home, hours=own, any_of=parts)


def furnish() -> None:
    """The small world and what it lacks: calendars, an organization without people that only
    consumes, somebody who administers two houses, and objects of every other manager."""
    begin()
    made: list[Document] = [
        calendar(DESK),
        calendar(NIGHT, DESK),
        calendar("ironport/shop", home="ironport"),
        organization("ward-9", "st-mary"),
        organization("bluewater-new", "bluewater"),
        ConsumptionDocument("ward-9", "bluewater-apps/billing"),
        replace(service("bluewater-new/desk"), service_hours=ServiceHours(calendar=NIGHT)),
        service("bluewater-ops/backup"),
        service("bluewater-apps/copy", "bluewater-ops/backup", restricted=True),
        person(
            NEWCOMERS["mia"],
            "st-mary",
            Role.ADMINISTRATOR,
            **{"bluewater-apps": Role.ADMINISTRATOR},
        ),
        person(NEWCOMERS["ben"], "bluewater-ops", Role.CATALOGUE_EDITOR),
    ]
    amend(actor=OPERATOR, at=START, amendments=[says(each) for each in made])
    imported = [says(organization("bluewater-old", "bluewater"))]
    amend(actor=OPERATOR, at=START, amendments=imported, source="import:csv:houses")


def loop(*keys: str) -> list[Amendment]:
    """Organizations each of which is part of the next, and the last of the first."""
    return [
        says(organization(key, above))
        for key, above in zip(keys, [*keys[1:], keys[0]], strict=True)
    ]


def tower() -> list[Amendment]:
    """Organizations far too deep below each other."""
    levels = [f"level-{number}" for number in range(80)]
    return [
        says(organization(key, below))
        for below, key in zip(["bluewater", *levels], levels, strict=False)
    ]


def cases() -> Iterator[Case]:
    """Everything that `amend` and what it calls refuses."""
    # What is said of the change itself.
    yield Case("", [says(organization("twice", "bluewater"))] * 2)
    yield Case("", [goes("organization", "bluewater-ops")])
    yield Case("", [goes("organization", "bluewater-new")])
    yield Case("", [goes("organization", "ward-9")])
    for kind, reference in {
        "organization": "nowhere",
        "person": "nobody@ironport.example",
        "calendar": "nowhere/hours",
        "consumption": "nowhere > bluewater-apps/billing",
    }.items():
        yield Case("edith", [goes(kind, reference)])
    patients = service("bluewater-apps/patients", "bluewater-ops/database")
    yield Case("edith", [says(patients)], takes_over=False)
    old = says(organization("bluewater-old", "bluewater", "Old"))
    yield Case("", [old], takes_over=False)
    new = says(organization("bluewater-new", "bluewater", "New"))
    yield Case("", [new], source="folder:tests", takes_over=False)
    yield Case("guesser", [says(organization("ironport"))])

    # Services.
    yield Case("", [goes("service", "bluewater-ops/database")])
    yield Case("ben", [goes("service", "bluewater-ops/backup")])
    yield Case("edith", [goes("service", "ironport/grid")])
    yield Case("edith", [says(service("bluewater-apps/new", "ironport/grid"))])
    gone = service("bluewater-apps/patients", "bluewater-ops/gone")
    yield Case("edith", [says(gone, "bluewater-ops/gone")])
    yield Case("edith", [says(service("ironport/mine"))])
    yield Case("", [says(service("bluewater-apps/new", provider="nowhere"))])
    yield Case("edith", [says(service("bluewater-apps/new", published_to=["nowhere"]))])

    # Consumption.
    yield Case("", [says(ConsumptionDocument("nowhere", "bluewater-apps/billing"))])
    yield Case("", [says(ConsumptionDocument("ward-3", "nowhere/at-all"))])
    yield Case("vera", [says(ConsumptionDocument("bluewater", "bluewater-apps/billing"))])

    # Organizations and people.
    yield Case("", tower())
    yield Case("", loop("ring-a", "ring-b"))
    yield Case("mia", [says(organization("bluewater-apps", "st-mary"))])
    yield Case("", [goes("organization", "st-mary")])
    yield Case("", [goes("organization", "ironport")])
    yield Case("ada", [says(organization("fresh"))])
    yield Case("", [says(organization("fresh", "nowhere"))])
    yield Case("ada", [says(organization("fresh", "st-mary"))])
    yield Case("", [says(person("new@nowhere.example", "nowhere"))])

    # Calendars.
    yield Case("", [goes("calendar", DESK)])
    yield Case("", [goes("calendar", NIGHT)])
    yield Case("edith", [says(calendar("bluewater-apps/new", "ironport/shop"))])
    yield Case("edith", [says(calendar("ironport/shop", home="ironport"))])
    yield Case("", [says(calendar("bluewater-apps/new", home="nowhere"))])
    ring = [calendar(DESK, NIGHT), calendar(NIGHT, DESK)]
    yield Case("edith", [says(each) for each in ring])


def patterns(text: str) -> Iterator[str]:
    """The sentences of ours of which a text is made."""
    if isinstance(text, Said):
        yield text.pattern
        for value in text.values:
            yield from patterns(value)


def written(room: ModuleType) -> set[str]:
    """Every sentence that stands in a module."""
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(room))))
    return {
        str(ast.literal_eval(node.args[0]))
        for node in calls
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "said"
    }


def test_every_reason_against_a_change_is_told_in_german() -> None:
    furnish()
    left = guesses_left(account_id=GUESSER, at=LATER)
    take_guesses(account_id=GUESSER, at=LATER, cost=left.remaining)

    met: set[str] = set()
    for case in cases():
        for refusal in case.refusals():
            for text in (refusal.sentence, refusal.remedy):
                met |= set(patterns(text))
                with translation.override("de"):
                    german = in_words(text)
                with translation.override("en"):
                    assert in_words(text) == text
                assert german and german != text, f"{text} is English in German forms"

    assert set().union(*map(written, ROOMS)) - met == set()
