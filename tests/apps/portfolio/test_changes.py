"""What changed between two moments: told at home, and nothing of what may not be seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import changes as history
from catenary.apps.history.queries.asked import ChangeFilter
from catenary.apps.portfolio.operations.services import remove_services
from catenary.apps.portfolio.queries import changes as queries
from catenary.apps.portfolio.queries.changes import Narrowed, changes_between, grouped_changes
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import ConsumptionDocument, Role
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
)
from tests.domain.estates import organization, service

pytestmark = pytest.mark.django_db


def told(actor: Actor, key: str, **narrowed: Any) -> list[tuple[str, str, str]]:
    viewpoint = looking_from(actor, key)
    rows: list[Any] = []
    after = ""
    while True:
        page = changes_between(
            actor=actor, viewpoint=viewpoint, narrowed=Narrowed(**narrowed), after=after, limit=3
        )
        rows += page.rows
        if page.after is None:
            return [(row.kind.value, row.reference, row.entry.action) for row in rows]
        after = page.after


def test_one_reads_what_happened_at_home_latest_first() -> None:
    begin()
    define(services=[service("bluewater-ops/database", "ironport/power", name="Store")])
    with transaction.atomic():
        remove_services(references=["bluewater-ops/vault"], change=change(at=START + 2 * HOUR))
    ada = as_person("ada")

    rows = told(ada, "bluewater")

    assert rows[:2] == [
        ("service", "bluewater-ops/vault", "removed"),
        ("service", "bluewater-ops/database", "changed"),
    ]
    assert ("organization", "bluewater-ops", "created") in rows
    assert ("consumption", "ward-3 > bluewater-apps/patients", "created") in rows
    assert ("person", "vera@bluewater.example", "created") in rows
    assert not [row for row in rows if "ironport" in row[1] or "st-mary" in row[1]]
    assert len(rows) == len(set(rows))


def test_the_moments_and_the_fields_narrow() -> None:
    begin()
    define(
        services=[service("bluewater-ops/database", "ironport/power", name="Store")],
        actor=as_person("ada"),
    )
    ada = as_person("ada")
    changed = [("service", "bluewater-ops/database", "changed")]

    assert told(ada, "bluewater", since=START + HOUR) == changed
    assert told(ada, "bluewater", person="ada@bluewater.example") == changed
    assert changed[0] not in told(ada, "bluewater", until=START)
    assert changed[0] not in told(ada, "bluewater", organization="bluewater-apps")
    assert told(ada, "bluewater", service="bluewater-ops/database")[0] == changed[0]
    assert told(ada, "bluewater", door="web") == []
    assert told(ada, "bluewater", source="browser") == changed
    assert told(ada, "bluewater", person="stella@st-mary.example") == []
    assert told(ada, "bluewater", organization="ironport") == []
    assert told(ada, "bluewater", service="ironport/power") == []


@pytest.mark.parametrize("how", ["few acts", "many acts", "a few objects"])
def test_what_is_written_by_hand_came_through_its_door(
    monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    begin()
    if how == "many acts":
        monkeypatch.setattr(history, "_FEW_ACTS", 0)
    doors = {"web": "Store", "api": "Depot", "command-line": "Cellar"}
    for number, (door, name) in enumerate(doors.items()):
        define(
            services=[service("bluewater-ops/database", "ironport/power", name=name)],
            actor=replace(as_person("ada"), door=door),
            at=START + (number + 1) * HOUR,
        )
    ada = as_person("ada")
    one = "bluewater-ops/database" if how == "a few objects" else ""

    def names(source: str) -> list[str]:
        page = changes_between(
            actor=ada,
            viewpoint=looking_from(ada, "bluewater"),
            narrowed=Narrowed(source=source, service=one),
        )
        assert {row.entry.source for row in page.rows} <= {source}
        return [str((row.entry.after or {})["name"]) for row in page.rows]

    assert names("browser") == ["Store"]
    assert names("api") == ["Depot"]
    assert names("command-line") == ["Cellar"]
    assert names("sign-on") == []
    grouped = grouped_changes(
        actor=ada,
        viewpoint=looking_from(ada, "bluewater"),
        narrowed=Narrowed(since=START + HOUR, service="bluewater-ops/database"),
    )
    assert [group.source for group in grouped.groups] == ["command-line", "api", "browser"]


def test_the_difference_and_who_made_it_are_told() -> None:
    begin()
    ada = as_person("ada")
    define(services=[service("bluewater-ops/database", "ironport/power", name="Store")], actor=ada)

    page = changes_between(
        actor=ada, viewpoint=looking_from(ada, "bluewater"), narrowed=Narrowed(since=START + HOUR)
    )

    row = page.rows[0]
    assert row.who == "Ada"
    assert row.entry.before is not None and row.entry.after is not None
    assert (row.entry.before["name"], row.entry.after["name"]) == ("Database", "Store")


WHO = [
    ("edith", "bluewater-apps"),
    ("uwe", "ward-3"),
    ("nora", "north-clinic"),
    ("ira", "ironport"),
]


@pytest.mark.parametrize(("name", "key"), WHO)
def test_what_one_may_not_see_changes_no_answer(name: str, key: str) -> None:
    begin()
    actor = as_person(name)
    viewpoint = looking_from(actor, key)

    def everything() -> list[Any]:
        rows = changes_between(
            actor=actor, viewpoint=viewpoint, narrowed=Narrowed(), limit=500
        ).rows
        groups = grouped_changes(
            actor=actor, viewpoint=viewpoint, narrowed=Narrowed(), limit=2, few=3
        )
        told = [(g.at, g.who, g.counts, len(g.rows)) for g in groups.groups]
        # Numbers of revisions are places for paging, and told to nobody.
        return [bool(groups.after), *told] + [
            (r.kind, r.reference, r.name, r.who, r.entry.before, r.entry.after) for r in rows
        ]

    before = everything()
    define(
        organizations=[organization("elsewhere")],
        people=[person("x@elsewhere.example", "elsewhere", Role.VIEWER)],
        services=[
            service("elsewhere/thing", name="Thing"),
            service("bluewater-ops/safe", restricted=True, name="Safe"),
            service("bluewater-ops/vault", "bluewater-ops/safe", restricted=True, name="Vault"),
        ],
        consumption=[ConsumptionDocument("elsewhere", "elsewhere/thing")],
    )

    assert everything() == before
    assert "vault" not in repr(before).lower()


def test_what_was_said_while_restricted_stays_with_those_who_may_see_it() -> None:
    begin()
    define(services=[service("bluewater-ops/vault", name="Vault")])
    define(services=[service("bluewater-ops/vault", name="Open")], at=START + 2 * HOUR)
    edith, ada = as_person("edith"), as_person("ada")
    asked = {"service": "bluewater-ops/vault"}

    # The change that opened it shows what it said before: that stays closed too.
    assert [action for _, _, action in told(edith, "bluewater-apps", **asked)] == ["changed"]
    assert len(told(ada, "bluewater", **asked)) == 3
    assert len(told(OPERATOR, "bluewater", **asked)) == 3


def test_a_change_is_told_once_and_counts_what_may_be_told_alone() -> None:
    begin()
    ada, edith = as_person("ada"), as_person("edith")
    many = [service(f"bluewater-ops/part-{n}", name=f"Part {n}") for n in range(9)]
    veiled = [service(f"bluewater-ops/safe-{n}", restricted=True) for n in range(5)]
    define(services=[*many, *veiled], actor=ada)
    for hour in range(2, 5):  # changes that Edith learns nothing of take no room on her pages
        define(
            services=[service("bluewater-ops/safe-0", restricted=True, name=f"S {hour}")],
            at=START + hour * HOUR,
        )

    def first(actor: Actor, key: str, **more: Any) -> Any:
        return grouped_changes(
            actor=actor, viewpoint=looking_from(actor, key), narrowed=Narrowed(), **more
        )

    hers = first(edith, "bluewater-apps", limit=1, few=4)
    all_of_it = first(ada, "bluewater", limit=4, few=4)

    assert [dict(g.counts) for g in hers.groups] == [{Kind.SERVICE: 9}]
    assert len(hers.groups[0].rows) == 4 and hers.groups[0].who == "Ada"
    assert "safe" not in repr(hers)
    assert [sum(g.counts.values()) for g in all_of_it.groups] == [1, 1, 1, 14]
    then = first(edith, "bluewater-apps", limit=1, after=hers.after or "")
    assert then.groups[0].at < hers.groups[0].at and then.after is None
    number = hers.groups[0].rows[0].entry.number
    listed = told(edith, "bluewater-apps", within=number)
    assert len(listed) == 9 and not [row for row in listed if "safe" in row[1]]
    hidden = all_of_it.groups[0].rows[0].entry.number
    assert told(edith, "bluewater-apps", within=hidden) == []


@pytest.mark.parametrize(("name", "key"), [("ada", "bluewater"), *WHO])
def test_reading_from_the_end_on_tells_the_same_as_object_by_object(
    name: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin()
    actor = as_person(name)
    for hour in range(1, 4):
        many = [service(f"bluewater-ops/part-{n}", name=f"Part {n} {hour}") for n in range(9)]
        vault = service("bluewater-ops/vault", restricted=hour % 2 == 0, name=f"Vault {hour}")
        define(services=[*many, vault], at=START + hour * HOUR, actor=as_person("ada"))
    asked: list[dict[str, Any]] = [
        {},
        {"kind": "organization"},
        {"organization": "bluewater-ops"},
        {"service": "bluewater-ops/vault"},
        {"reference": "bluewater-apps/patients"},
        {"person": "ada@bluewater.example"},
        {"door": "nowhere"},
        {"since": START + 2 * HOUR},
        {"until": START + 2 * HOUR},
    ]

    def everything() -> list[Any]:
        return [[told(actor, key, **each), gathered(actor, key, **each)] for each in asked]

    by_object = everything()
    monkeypatch.setattr(queries, "_FEW", -1)
    from_the_end = everything()
    for name_, small in (("_FIRST", 2), ("_MANY", 4), ("_TOGETHER", 4), ("_FEW_ACTS", 0)):
        monkeypatch.setattr(history, name_, small)

    assert from_the_end == by_object
    assert everything() == by_object


def gathered(actor: Actor, key: str, **narrowed: Any) -> list[Any]:
    viewpoint = looking_from(actor, key)
    found: list[Any] = []
    after = ""
    while True:
        page = grouped_changes(
            actor=actor, viewpoint=viewpoint, narrowed=Narrowed(**narrowed), after=after, limit=2
        )
        found += [
            (g.at, g.who, dict(g.counts), g.capped, {(r.kind, r.reference) for r in g.rows})
            for g in page.groups
        ]
        if page.after is None:
            return found
        after = page.after


def test_what_matches_little_is_not_looked_for_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    begin()
    monkeypatch.setattr(queries, "_FEW", -1)
    monkeypatch.setattr(history, "MOST_LOOKED_AT", 3)
    ada = as_person("ada")
    ask: dict[str, Any] = {"actor": ada, "viewpoint": looking_from(ada, "bluewater")}

    page = changes_between(**ask, narrowed=Narrowed(organization="bluewater-apps"), limit=50)
    pages = told(ada, "bluewater", organization="bluewater-apps")

    assert page.after is not None and len(page.rows) < len(pages)
    monkeypatch.setattr(history, "MOST_LOOKED_AT", 10_000)
    assert pages == told(ada, "bluewater", organization="bluewater-apps")


@pytest.mark.parametrize(("name", "key"), WHO)
def test_how_far_a_page_looks_tells_nothing_of_what_is_hidden(
    name: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin()
    monkeypatch.setattr(queries, "_FEW", -1)
    monkeypatch.setattr(history, "MOST_LOOKED_AT", 3)
    actor = as_person(name)

    def pages() -> list[list[Any]]:
        found, after = [], ""
        while True:
            page = changes_between(
                actor=actor,
                viewpoint=looking_from(actor, key),
                narrowed=Narrowed(kind="organization"),
                after=after,
                limit=2,
            )
            found.append([(row.reference, row.entry.at) for row in page.rows])
            if page.after is None:
                return found
            after = page.after

    before = pages()
    define(
        organizations=[organization("elsewhere")],
        services=[service(f"bluewater-ops/safe-{n}", restricted=True) for n in range(9)],
    )

    assert pages() == before


def test_counting_stops_by_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    begin()
    monkeypatch.setattr(queries, "_FEW", -1)
    monkeypatch.setattr(history, "MOST_COUNTED", 4)
    veiled = [service(f"bluewater-ops/safe-{n}", restricted=True) for n in range(5)]
    for count, capped in ((4, frozenset()), (5, frozenset({Kind.SERVICE}))):
        many = [service(f"bluewater-ops/part-{count}-{n}") for n in range(count)]
        define(services=[*many, *veiled], at=START + count * HOUR)
        for size in (3, 2_000):
            monkeypatch.setattr(history, "_TOGETHER", size)
            group = gathered(as_person("edith"), "bluewater-apps")[0]
            assert (group[2], group[3]) == ({Kind.SERVICE: 4}, capped)


def test_the_newest_page_is_read_by_the_index_on_the_moment() -> None:
    begin()
    with CaptureQueriesContext(connection) as asked:
        list(history._by_moment(ChangeFilter(), None))
    sql = next(q["sql"] for q in asked.captured_queries if "history_revision" in q["sql"])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN {sql}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = repr(cursor.fetchall())

    assert "history_by_moment" in plan
    assert "Sort" not in plan and "TEMP B-TREE" not in plan
