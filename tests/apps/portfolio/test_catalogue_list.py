"""The catalogue as a list: paging, narrowing and counting against brute force."""

from __future__ import annotations

import base64
import json
from collections import Counter

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from catenary.apps.portfolio.queries import catalogue as listing
from catenary.apps.portfolio.queries.catalogue import (
    CatalogueFilter,
    CatalogueList,
    list_services,
)
from catenary.domain.documents.shapes import CatalogueDocument, ServiceDocument, Stage
from catenary.domain.text import sort_key
from tests.apps.worlds import OPERATOR, as_person, begin, define, looking_from, say
from tests.domain.estates import Oracle, organization, service, small_catalogues

pytestmark = pytest.mark.django_db

FIRST = CatalogueFilter()


def page(key: str, narrowed: CatalogueFilter = FIRST, after: str = "") -> CatalogueList:
    """A page as an operator sees it from an organization."""
    viewpoint = looking_from(OPERATOR, key)
    return list_services(actor=OPERATOR, viewpoint=viewpoint, narrowed=narrowed, after=after)


def many(count: int, stages: int = 3) -> list[ServiceDocument]:
    """Services with names that repeat and sort by accents and case folded."""
    names = ["Ärzte", "arzt", "Zebra", "zebra 2", "Éclair", "eclair"]
    return [
        service(
            f"q/s{number:03}",
            name=names[number % len(names)],
            stage=list(Stage)[3 + number % stages],
        )
        for number in range(count)
    ]


filters = st.builds(
    CatalogueFilter,
    text=st.sampled_from(["", "", "zebra", "a", "s00", "nothing"]),
    role=st.sampled_from(["", "", "idle", "supporting", "nonsense"]),
    stage=st.sampled_from(["", "", "live", "tested", "nonsense"]),
    provider=st.sampled_from(["", "", "q", "p", "nowhere", "q\x00"]),
)


def test_pages_cover_every_service_once_in_both_directions_on_any_filter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    define(
        organizations=[organization("q"), organization("p", "q")],
        services=[*many(31), service("p/x", "q/s001", "q/s004", name="Zebra")],
    )

    @given(filters, st.integers(1, 12))
    def covered(narrowed: CatalogueFilter, size: int) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(listing, "PAGE", size)
            pages = [page("q", narrowed)]
            while pages[-1].next is not None:
                assert len(pages) < 60
                pages.append(page("q", narrowed, pages[-1].next))
            back = [pages[-1]]
            while back[-1].previous is not None:
                assert len(back) < 60
                back.append(page("q", narrowed, back[-1].previous))
        there = [row.reference for shown in pages for row in shown.rows]
        assert len(there) == len(set(there)) == pages[0].total
        assert all(shown.total == pages[0].total for shown in pages)
        assert [shown.rows for shown in reversed(back)] == [shown.rows for shown in pages]
        if not narrowed.text:
            names = [(sort_key(row.name), row.id) for shown in pages for row in shown.rows]
            assert names == sorted(names)

    covered()


@settings(max_examples=40)
@given(small_catalogues(), st.data())
def test_counts_and_rows_are_what_the_sets_say(
    said: CatalogueDocument, data: st.DataObject
) -> None:
    oracle = Oracle(said)
    viewpoint = data.draw(st.sampled_from(sorted(said.organizations)))
    role = data.draw(st.sampled_from(["", "customer-facing", "supporting", "external", "idle"]))
    stage = data.draw(st.sampled_from(["", "live", "retired"]))
    provider = data.draw(st.sampled_from(["", *said.organizations]))
    top = oracle.root(viewpoint)
    seen = {r: d for r, d in said.services.items() if oracle.is_visible(top, [], True, r)}
    inside = oracle.below(provider) if provider else set(said.organizations)
    chosen = {r for r, d in seen.items() if d.provider in inside}
    roles = {r: oracle.role(viewpoint, r) for r in chosen}
    in_stage = {r for r in chosen if not stage or said.services[r].stage == stage}
    in_role = {r for r in chosen if not role or roles[r] == role}

    with transaction.atomic():
        say(said)
        found = page(viewpoint, CatalogueFilter(role=role, stage=stage, provider=provider))
        transaction.set_rollback(True)

    assert {row.reference: row.role for row in found.rows} == {
        r: roles[r] for r in in_stage & in_role
    }
    assert found.total == len(in_stage & in_role)
    assert +Counter(found.role_counts) == Counter(roles[r] for r in in_stage)
    assert +Counter(found.stage_counts) == Counter(str(said.services[r].stage) for r in in_role)
    assert {row.key: count for row, count in found.provider_counts} == Counter(
        said.services[r].provider for r in in_stage & in_role
    )
    assert found.has_catalogue == bool(seen)


def encoded(value: object) -> str:
    """A place as somebody might make one up."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "%%%",
        "é",
        "\x00",
        "\ud800",
        "=" * 5_000,
        encoded(None),
        encoded(5),
        encoded([]),
        encoded([1, 2]),
        encoded([1, 2, 3, 4]),
        encoded(["a", "b", "c"]),
        encoded({"a": 1, "b": 2, "c": 3}),
        encoded([[], {}, None]),
        base64.urlsafe_b64encode(b'[1e999,"",0]').decode(),
        base64.urlsafe_b64encode(b'[NaN,"",0]').decode(),
        base64.urlsafe_b64encode(b"[" * 6_000).decode(),
        base64.urlsafe_b64encode(b"[" + b"9" * 5_000 + b',"",0]').decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_place_that_makes_no_sense_is_the_first_page(after: str) -> None:
    define(organizations=[organization("q")], services=many(25))

    assert page("q", after=after) == page("q")


@pytest.mark.parametrize(
    "place", [[0, "\uffff", 0], [-5, "", -1], [10**30, "z", 10**30], [0, "m", 1]]
)
def test_a_place_somebody_made_up_is_harmless(place: list[object]) -> None:
    define(organizations=[organization("q")], services=many(25))
    everything = {row.reference for row in page("q").rows}

    shown = page("q", after=encoded(place))

    assert shown.total == 25
    assert len(shown.rows) <= 20
    assert everything


@pytest.mark.parametrize(
    "narrowed",
    [
        CatalogueFilter(tag="\x00"),
        CatalogueFilter(tag="\ud800"),
        CatalogueFilter(tag="x" * 10_000),
        CatalogueFilter(provider="\x00"),
        CatalogueFilter(provider="../.."),
        CatalogueFilter(role="\x00"),
        CatalogueFilter(stage="' OR 1=1"),
        CatalogueFilter(text="\x00"),
    ],
)
def test_a_filter_that_makes_no_sense_finds_nothing(narrowed: CatalogueFilter) -> None:
    define(organizations=[organization("q")], services=many(5))

    found = page("q", narrowed)

    assert (found.rows, found.total) == ((), 0)
    assert found.has_catalogue


def test_a_place_stays_true_when_what_stood_there_has_gone() -> None:
    services = many(45)
    define(organizations=[organization("q")], services=services)
    first = page("q")
    assert first.next is not None
    rest = page("q", after=first.next).rows
    boundary = first.rows[-1].reference

    define(services=[service(boundary, name="AAA first now")])

    assert page("q", after=first.next).rows == rest


def test_the_best_name_comes_first() -> None:
    define(
        organizations=[organization("q")],
        services=[
            service("q/d", name="Beta of database kinds"),
            service("q/c", name="A good data base"),
            service("q/b", name="Database two"),
            service("q/a", name="Database"),
            ServiceDocument("q/e", "Aardvark", "q", description="database"),
        ],
    )

    found = page("q", CatalogueFilter(text="database"))

    assert [row.reference for row in found.rows] == ["q/a", "q/b", "q/d", "q/e"]


def test_labels_narrow_for_those_at_home_alone() -> None:
    begin()
    document = ServiceDocument(
        "bluewater-apps/patients", "Patients", "bluewater-apps", tags=("gold", "new")
    )
    define(services=[document])
    gold = CatalogueFilter(tag="gold")

    ada, uwe = as_person("ada"), as_person("uwe")
    home = list_services(actor=ada, viewpoint=looking_from(ada, "bluewater"), narrowed=gold)
    there = list_services(actor=uwe, viewpoint=looking_from(uwe, "ward-3"), narrowed=gold)

    assert [row.tags for row in home.rows] == [("gold", "new")]
    assert there.total == 0
    everything = list_services(actor=uwe, viewpoint=looking_from(uwe, "ward-3"), narrowed=FIRST)
    assert [row.tags for row in everything.rows] == [()]


def test_an_empty_catalogue_says_so() -> None:
    define(organizations=[organization("q")])

    found = page("q")

    assert (found.total, found.has_catalogue, found.next, found.previous) == (0, False, None, None)


@pytest.mark.parametrize(
    "narrowed", [FIRST, CatalogueFilter(text="zebra"), CatalogueFilter(stage="live", provider="q")]
)
def test_the_number_of_queries_does_not_depend_on_how_many_there_are(
    narrowed: CatalogueFilter,
) -> None:
    counts = []
    for size in (30, 300):
        define(organizations=[organization("q")], services=many(size))
        page("q", narrowed)
        with CaptureQueriesContext(connection) as queries:
            assert page("q", narrowed).rows
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 9
