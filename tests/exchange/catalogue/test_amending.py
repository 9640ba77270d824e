"""Changing objects by what their writer last saw of them: the write behind browser and API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from catenary.apps.history.models import Change, Revision
from catenary.apps.portfolio.queries.documents import live_catalogue
from catenary.domain.actors import Actor
from catenary.domain.documents.plain import digest, service_to_plain
from catenary.domain.documents.shapes import ConsumptionDocument, Role, ServiceDocument
from catenary.domain.refusals import Refused
from catenary.exchange.catalogue.amending import (
    Amended,
    Amendment,
    Conflicts,
    Outcome,
    amend,
)
from tests.apps.worlds import (
    HOUR,
    OPERATOR,
    SERVICES,
    START,
    as_person,
    begin,
    person,
    refusal_codes,
)
from tests.domain.estates import organization, service

pytestmark = pytest.mark.django_db

PATIENTS, BILLING = SERVICES[0], SERVICES[1]
LATER = START + HOUR


def seen(document: ServiceDocument) -> str:
    """The digest of a service as its writer saw it."""
    return digest(service_to_plain(document))


def write(*amendments: Amendment, actor: Actor = OPERATOR, take_over: bool = True) -> list[Amended]:
    """Amend, an hour after the beginning."""
    return amend(actor=actor, at=LATER, amendments=amendments, take_over=take_over)


def of(document: ServiceDocument, expected: str | None = None) -> Amendment:
    """The wish that a service say this."""
    return Amendment("service", document.reference, document, expected)


def standing() -> tuple[int, int]:
    """How much history there is."""
    return Change.objects.count(), Revision.objects.count()


def test_what_the_writer_saw_is_replaced_and_the_new_digest_given() -> None:
    begin()
    new = replace(PATIENTS, name="Patient records")

    (done,) = write(of(new, seen(PATIENTS)), actor=as_person("edith"))

    assert done == Amended("service", new.reference, Outcome.CHANGED, seen(new))
    assert live_catalogue(OPERATOR, None).services[new.reference] == new


def test_what_somebody_else_changed_meanwhile_is_not_overwritten() -> None:
    begin()
    theirs = replace(PATIENTS, name="Theirs")
    write(of(theirs))
    before = standing()

    with pytest.raises(Conflicts) as caught:
        write(of(replace(PATIENTS, name="Ours"), seen(PATIENTS)), of(replace(BILLING, name="B")))

    assert [(c.reference, c.found) for c in caught.value.conflicts] == [
        (PATIENTS.reference, seen(theirs))
    ]
    services = live_catalogue(OPERATOR, None).services
    assert services[PATIENTS.reference] == theirs
    assert services[BILLING.reference] == BILLING
    assert standing() == before


@pytest.mark.parametrize("expected", ["", "0" * 32])
def test_new_means_new_and_gone_means_gone(expected: str) -> None:
    begin()
    fresh = service("bluewater-apps/fresh")

    with pytest.raises(Conflicts):
        write(of(PATIENTS if expected == "" else fresh, expected))

    assert write(of(fresh, ""))[0].outcome is Outcome.CREATED


def test_what_already_says_so_is_left_alone() -> None:
    begin()
    write(of(PATIENTS))
    before = standing()

    results = write(of(PATIENTS, seen(PATIENTS)), take_over=False)

    assert [r.outcome for r in results] == [Outcome.UNCHANGED]
    assert standing() == before


def test_everything_of_one_change_stands_or_falls_together() -> None:
    begin()
    before = standing()
    wishes = [
        Amendment("organization", "web-team", organization("web-team", "bluewater-apps")),
        Amendment("person", "new@b.example", person("new@b.example", "web-team", Role.VIEWER)),
        of(service("bluewater-apps/site", "bluewater-apps/patients", provider="web-team")),
        Amendment(
            "consumption",
            "ward-3 > bluewater-apps/site",
            ConsumptionDocument("ward-3", "bluewater-apps/site"),
        ),
    ]

    with pytest.raises(Refused):
        write(*wishes, of(service("bluewater-apps/lost", "nowhere/at-all")))
    assert standing() == before

    assert {r.outcome for r in write(*wishes)} == {Outcome.CREATED}
    assert standing() == (before[0] + 1, before[1] + 4)
    removed = write(*(replace(wish, document=None) for wish in wishes))
    assert {r.outcome for r in removed} == {Outcome.REMOVED}


def test_what_others_rely_on_is_not_removed() -> None:
    begin()

    with pytest.raises(Refused) as caught:
        write(Amendment("service", "bluewater-ops/database", None))

    assert refusal_codes(caught.value) == ["still-needed"]


def test_another_source_is_only_overwritten_when_somebody_says_so() -> None:
    begin()
    new = replace(PATIENTS, name="By hand")

    with pytest.raises(Refused) as caught:
        write(of(new), actor=as_person("edith"), take_over=False)
    assert refusal_codes(caught.value) == ["managed-elsewhere"]
    [refusal] = caught.value.refusals
    assert "folder:" not in refusal.sentence + refusal.remedy
    assert "is managed by the catalogue files “" in refusal.sentence

    write(of(new), actor=as_person("edith"))
    write(of(replace(new, name="Again")), actor=as_person("edith"), take_over=False)


@pytest.mark.parametrize("expected", [None, "", "0" * 32])
@pytest.mark.parametrize("take_over", [False, True])
@pytest.mark.parametrize(
    ("there", "missing"),
    [("ironport/grid", "ironport/nothing"), ("bluewater-ops/vault", "bluewater-ops/nothing")],
)
def test_who_may_not_change_something_does_not_learn_whether_it_is_there(
    there: str, missing: str, take_over: bool, expected: str | None
) -> None:
    begin()
    said = set()
    for reference in (there, missing):
        for document in (service(reference), None):
            with pytest.raises(Refused) as caught:
                write(
                    Amendment("service", reference, document, expected),
                    actor=as_person("edith"),
                    take_over=take_over,
                )
            said.add(
                (document is None, str(caught.value.refusals).replace(reference, "the-service"))
            )
    assert len(said) == 2


@pytest.mark.parametrize(
    ("kind", "there", "missing"),
    [
        ("organization", "ironport", "nowhere"),
        ("person", "ira@ironport.example", "nobody@ironport.example"),
        (
            "consumption",
            "north-clinic > bluewater-apps/billing",
            "nowhere > bluewater-apps/billing",
        ),
    ],
)
def test_who_may_not_remove_something_does_not_learn_whether_it_is_there(
    kind: str, there: str, missing: str
) -> None:
    begin()
    said = set()
    for reference in (there, missing):
        with pytest.raises(Refused) as caught:
            write(Amendment(kind, reference, None), actor=as_person("stella"))
        said.add(str(caught.value.refusals).replace(reference, "it"))
    assert len(said) == 1


def test_the_same_object_twice_in_one_change_is_refused() -> None:
    begin()

    with pytest.raises(Refused) as caught:
        write(of(PATIENTS), of(replace(PATIENTS, name="Other")))

    assert refusal_codes(caught.value) == ["named-twice"]


def test_a_thousand_at_once_take_no_more_queries_than_their_batches() -> None:
    begin()
    many = [service(f"bluewater-apps/s-{number}") for number in range(1_000)]

    created = amend(actor=OPERATOR, at=LATER, amendments=[of(each, "") for each in many])
    again = amend(
        actor=OPERATOR,
        at=LATER + timedelta(minutes=1),
        amendments=[of(each, result.digest) for each, result in zip(many, created, strict=True)],
    )

    assert {r.outcome for r in created} == {Outcome.CREATED}
    assert {r.outcome for r in again} == {Outcome.UNCHANGED}
