"""What programs read of a past moment, against what they read of today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catenary.apps.organizations.operations.people import remove_people
from catenary.apps.organizations.queries import actor_of_person, organizations_by_key
from catenary.apps.organizations.queries.listing import people_page
from catenary.apps.portfolio.operations.consumption import end_consumption
from catenary.apps.portfolio.queries.catalogue import CatalogueFilter
from catenary.apps.portfolio.queries.past import Past, records_at
from catenary.apps.portfolio.queries.past_catalogue import catalogue_at
from catenary.apps.portfolio.queries.seen import (
    Seen,
    SeenPage,
    all_seen_organizations,
    all_seen_services,
    seen_organization_page,
    seen_organizations,
    seen_service_page,
    seen_services,
)
from catenary.apps.portfolio.queries.seen_consumption import (
    all_seen_consumption,
    seen_consumption,
    seen_consumption_page,
)
from catenary.apps.portfolio.queries.seen_past import (
    everything_past,
    past_consumption,
    past_consumption_page,
    past_organization_page,
    past_organizations,
    past_people,
    past_people_page,
    past_service_page,
    past_services,
)
from catenary.apps.portfolio.queries.service import service_view
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.plain import person_to_plain, service_to_plain
from catenary.domain.documents.shapes import CatalogueDocument, ConsumptionDocument, Role
from catenary.domain.refusals import Refused
from tests.apps.portfolio.test_past import tagged
from tests.apps.worlds import (
    HOUR,
    OPERATOR,
    START,
    as_person,
    begin,
    change,
    define,
    looking_from,
    person,
    say,
)
from tests.domain.estates import organization, service, small_catalogues

pytestmark = pytest.mark.django_db

WHO = "somebody@o.example"
LATER = START + 100 * HOUR


def bare(seen: Seen) -> tuple[Any, ...]:
    """A thing as it is shown: digests of what is kept are for writing, which nobody does then."""
    return seen.reference, seen.plain, seen.role, seen.known_as


def pages(read: Callable[[Any], SeenPage], start: Any, place: Any = str) -> list[Any]:
    """Everything in a list, three at a time, and the totals that were said."""
    found: list[Any] = []
    after = start
    while True:
        page = read(after)
        found += [(page.total, bare(seen)) for seen in page.items]
        if page.after is None:
            return found
        after = place(page.after)


def lists(actor: Actor, viewpoint: Viewpoint, past: Past | None) -> dict[str, Any]:
    """Every list, page by page, of today or of a moment."""
    asked: dict[str, Any] = {"actor": actor, "viewpoint": viewpoint, "limit": 3}
    services: Any = seen_service_page
    organizations: Any = seen_organization_page
    consumption: Any = seen_consumption_page
    if past is not None:
        asked["records"] = past
        services, organizations = past_service_page, past_organization_page
        consumption = past_consumption_page
    told: dict[str, Any] = {}
    for narrowed in (CatalogueFilter(), CatalogueFilter(text="o0 s"), CatalogueFilter(tag="x")):
        told[f"services {narrowed}"] = pages(
            lambda after, n=narrowed: services(**asked, narrowed=n, after=after),  # type: ignore[misc]
            "",
        )
    for key in ("", "o0"):
        told[f"organizations {key}"] = pages(
            lambda after, k=key: organizations(**asked, below=k, after=after),  # type: ignore[misc]
            "",
        )
        told[f"consumption {key}"] = pages(
            lambda after, k=key: consumption(**asked, consumer=k, after=after),  # type: ignore[misc]
            0,
            int,
        )
    return told


def streamed(actor: Actor, viewpoint: Viewpoint) -> list[Any]:
    """What the export gives of today."""
    asked: dict[str, Any] = {"actor": actor, "viewpoint": viewpoint}
    people = people_page(viewpoint.root_id, limit=1_000)
    return [
        *(("organization", bare(seen)) for seen in all_seen_organizations(**asked)),
        *(
            ("person", (p.document.email, person_to_plain(p.document), "", ""))
            for p in people
        ),
        *(("service", bare(seen)) for seen in all_seen_services(**asked)),
        *(("consumption", bare(seen)) for seen in all_seen_consumption(**asked)),
    ]  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(small_catalogues(), min_size=2, max_size=3), st.data())
def test_lists_of_a_moment_are_those_of_then(
    said: list[CatalogueDocument], data: st.DataObject
) -> None:
    with transaction.atomic():
        taken = []
        for number, wanted in enumerate(said):
            home = data.draw(st.sampled_from(sorted(wanted.organizations)))
            wanted = replace(tagged(wanted), people={WHO: person(WHO, home, Role.VIEWER)})
            try:
                say(wanted, at=START + number * HOUR, prune=True)
            except Refused:
                continue
            taken.append(START + number * HOUR)
        actor = actor_of_person(WHO, "tests")
        assert actor is not None
        past = records_at(LATER)
        for key in organizations_by_key():
            viewpoint = looking_from(OPERATOR, key)
            for asker in (actor, OPERATOR):
                assert lists(asker, viewpoint, past) == lists(asker, viewpoint, None)
                stream = everything_past(actor=asker, viewpoint=viewpoint, records=past)
                told = [(kind, bare(seen)) for kind, seen in stream]
                assert told == streamed(asker, viewpoint)
                for at in taken[:-1]:
                    the_same_by_every_way(asker, viewpoint, records_at(at))
        transaction.set_rollback(True)


def the_same_by_every_way(actor: Actor, viewpoint: Viewpoint, past: Past) -> None:
    """Lists, batches, the page and the files of a moment say the same of it."""
    asked: dict[str, Any] = {"actor": actor, "viewpoint": viewpoint, "records": past}
    files = catalogue_at(actor, viewpoint, past)
    stream = list(everything_past(**asked))
    said: dict[str, dict[str, Seen]] = {
        kind: {seen.reference: seen for found, seen in stream if found == kind}
        for kind in ("organization", "person", "service", "consumption")
    }
    if past.estate().organization_position(viewpoint.organization_id) is not None:
        assert set(said["service"]) == set(files.services)
        # What a unit consumed that has left us since is no longer ours to read.
        assert set(said["consumption"]) <= {f"{c} > {s}" for c, s in files.consumption}
    assert set(said["person"]) <= set(files.people)
    services = past_services(**asked, references=[*said["service"], "o0/nothing"])
    assert {r: s.plain for r, s in services.items()} == {
        r: s.plain for r, s in said["service"].items()
    }
    for reference, seen in services.items():
        view = service_view(reference=reference, **asked)
        assert view is not None
        assert service_to_plain(view.document) == seen.plain
        assert (view.role, view.known_as) == (seen.role, seen.known_as)
    listed = pages(
        lambda after: past_service_page(
            **asked, narrowed=CatalogueFilter(), after=after, limit=3
        ),
        "",
    )  # fmt: skip
    assert {row[0] for _, row in listed} == set(services)
    assert [total for total, _ in listed] == [len(services)] * len(services)
    assert set(past_organizations(**asked, keys=said["organization"])) == set(said["organization"])
    pairs = [tuple(reference.split(" > ")) for reference in said["consumption"]]
    assert len(past_consumption(**asked, pairs=pairs)) == len(pairs)  # type: ignore[arg-type]


def asking(actor: Actor, key: str, at: Any) -> dict[str, Any]:
    return {"actor": actor, "viewpoint": looking_from(actor, key), "records": records_at(at)}


def keys_in(page: SeenPage) -> list[str]:
    return [seen.reference for seen in page.items]


def test_what_is_restricted_today_is_in_no_list_of_the_past() -> None:
    begin()
    define(services=[service("bluewater-ops/database", "ironport/power", restricted=True)])
    asked = asking(as_person("edith"), "bluewater-apps", START)

    told = past_services(**asked, references=["bluewater-ops/database", "bluewater-apps/patients"])

    assert list(told) == ["bluewater-apps/patients"]
    everything = list(everything_past(**asked))
    assert "database" not in repr([seen.plain for kind, seen in everything]).lower()
    listed = past_service_page(
        **asked, narrowed=CatalogueFilter(text="database"), after="", limit=20
    )
    assert (listed.items, listed.total) == ((), 0)


def test_a_unit_that_moved_leaves_its_words_to_neither_house() -> None:
    begin()
    define(
        organizations=[
            replace(organization("bluewater-ops", "bluewater", name="Ops"), description="Secret")
        ],
        at=START + HOUR,
    )
    define(
        organizations=[organization("bluewater-ops", "ironport", name="Ops")], at=START + 2 * HOUR
    )
    for who, key in (("ada", "bluewater"), ("ira", "ironport")):
        stream = everything_past(**asking(as_person(who), key, START + HOUR))
        told = [seen for _, seen in stream]
        assert "Secret" not in repr([seen.plain for seen in told])
        assert "bluewater-ops/vault" not in [seen.reference for seen in told]


def test_people_are_named_as_today_and_those_who_were_removed_not_at_all() -> None:
    begin()
    define(people=[replace(person("otto@bluewater.example", "bluewater-apps"), name="Ottokar")])
    asked = asking(as_person("ada"), "bluewater", START)
    then = past_people(**asked, emails=["otto@bluewater.example", "uwe@st-mary.example"])

    with transaction.atomic():
        remove_people(emails=["vera@bluewater.example"], change=change(at=START + 2 * HOUR))

    assert then["otto@bluewater.example"].plain["name"] == "Ottokar"
    assert "uwe@st-mary.example" not in then
    page = past_people_page(**asked, limit=100)
    assert "vera@bluewater.example" not in keys_in(page)
    assert page.total == len(page.items)
    below = past_people_page(**asked, below="bluewater-apps", limit=100)
    assert 0 < below.total < page.total


def test_who_consumes_no_more_reads_nothing_of_it_and_its_provider_does() -> None:
    begin()
    define(consumption=[ConsumptionDocument("north-clinic", "bluewater-apps/patients", "Files")])
    ended = ConsumptionDocument("north-clinic", "bluewater-apps/patients")
    with transaction.atomic():
        end_consumption(documents=[ended], change=change(at=START + 2 * HOUR))
    when = START + HOUR
    asked = asking(as_person("nora"), "north-clinic", when)
    pair = ("north-clinic", "bluewater-apps/patients")

    ours = past_consumption(**asking(as_person("ada"), "bluewater", when), pairs=[pair])
    theirs = past_consumption(**asked, pairs=[pair])

    assert ours[pair].plain["known-as"] == "Files"
    assert theirs == {}
    assert past_services(**asked, references=["bluewater-apps/patients"]) == {}


def test_today_is_read_where_today_is_asked() -> None:
    begin()
    ada, viewpoint = as_person("ada"), looking_from(OPERATOR, "bluewater")
    asked: dict[str, Any] = {"actor": ada, "viewpoint": viewpoint}
    past = records_at(LATER)

    assert bare(
        past_services(**asked, references=["bluewater-ops/database"], records=past)[
            "bluewater-ops/database"
        ]
    ) == bare(
        seen_services(**asked, references=["bluewater-ops/database"])["bluewater-ops/database"]
    )
    assert bare(
        past_organizations(**asked, keys=["bluewater-ops"], records=past)["bluewater-ops"]
    ) == bare(seen_organizations(**asked, keys=["bluewater-ops"])["bluewater-ops"])
    pair = ("ward-3", "bluewater-apps/patients")
    today = seen_consumption(**asked, pairs=[pair])
    then = past_consumption(**asked, pairs=[pair], records=past)
    assert {p: bare(s) for p, s in today.items()} == {p: bare(s) for p, s in then.items()}
