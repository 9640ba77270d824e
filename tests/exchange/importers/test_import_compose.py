"""Compose files: one valid stack, and what happens when one thing in it is spoilt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catenary.domain.documents.shapes import Stage
from catenary.exchange.importers.compose import read_compose
from catenary.exchange.importers.report import Imported, ImportRefused, Outcome
from tests.conftest import SHARED_DATA
from tests.exchange.importers.worlds import lines, rejections, reliance, write

STACK = """\
name: Bakery
x-base: &base
  image: bakery/app:2
  depends_on: [db]
services:
  shop:
    <<: *base
    profiles: [front]
    labels: {org.opencontainers.image.description: Sells bread}
  db:
    image: postgres
  mail:
  baker:
    image: bakery/oven
    depends_on:
      db: {condition: service_healthy}
      mail: {condition: service_started, required: false}
"""


def bake(tmp_path: Path, text: str = STACK) -> Imported:
    return read_compose([write(tmp_path, {"compose.yaml": text})], provider="bakery")


def test_services_and_what_they_depend_on_are_taken(tmp_path: Path) -> None:
    imported = bake(tmp_path)

    assert imported.catalogue.organizations["bakery"].name == "Bakery"
    assert list(imported.catalogue.services) == [
        "bakery/shop", "bakery/db", "bakery/mail", "bakery/baker",
    ]  # fmt: skip
    assert reliance(imported) == [
        "bakery/shop -> bakery/db",
        "bakery/baker -> bakery/db",
        "bakery/baker ~> bakery/mail",
    ]
    shop = imported.catalogue.services["bakery/shop"]
    assert (shop.stage, shop.tags, shop.description) == (
        Stage.LIVE,
        ("profile:front",),
        "Sells bread",
    )
    assert imported.count()[Outcome.REJECTED] == 0


def test_reading_again_gives_the_very_same(tmp_path: Path) -> None:
    assert bake(tmp_path) == bake(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("[db]", "[dbb]", 4, "there is no service 'dbb'"),
        ("  mail:\n", "  mail: 5\n", 12, "it is not a mapping"),
        ("  db:\n", "  db:\n    extends: ghost\n", 11, "there is no service 'ghost'"),
        ("  db:\n", "  db:\n    extends: db\n", 11, "extends itself"),
        ("  db:\n", "  db:\n    extends: {file: ../x.yaml, service: a}\n", 11, "outside"),
        ("  db:\n", "  db:\n    extends: {file: x.yaml, service: a}\n", 11, "no file 'x.yaml'"),
        ("  mail:\n", "  db:\n", 12, "stands twice"),
        ("[db]", "[{a: b}]", 4, "not the name of a service"),
        ("  db:\n", '  "":\n', 10, "no name"),
    ],
)
def test_one_spoilt_thing_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    imported = bake(tmp_path, STACK.replace(old, new, 1))

    assert any(at == line and words in why for at, why in rejections(imported)), imported.rejected
    assert "bakery/shop" in imported.catalogue.services


@pytest.mark.parametrize(
    ("more", "link"),
    [
        ('links: ["db:base"]', "bakery/x -> bakery/db"),
        ("volumes_from: [db:ro, container:else]", "bakery/x -> bakery/db"),
        ("network_mode: service:db", "bakery/x -> bakery/db"),
        ("extends: shop", "bakery/x -> bakery/db"),
        ("extends: {service: shop}", "bakery/x -> bakery/db"),
    ],
)
def test_other_ways_to_rely_on_a_service_count_too(tmp_path: Path, more: str, link: str) -> None:
    assert link in reliance(bake(tmp_path, STACK + f"  x:\n    {more}\n"))


def test_a_service_in_several_files_is_merged(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "docker-compose.yml": "services: {a: {image: x}, b: {image: y}, c: {}}",
            "more/docker-compose.override.yaml": "services: {a: {image: z, depends_on: [b, c]}}",
            "more/notes.yaml": "services: {d: {}}",
            ".git/compose.yaml": "services: {e: {}}",
        },
    )

    imported = read_compose([tmp_path], provider="p")

    assert list(imported.catalogue.services) == ["p/a", "p/b", "p/c"]
    assert reliance(imported) == ["p/a -> p/b", "p/a -> p/c"]
    [merged] = lines(imported, Outcome.MERGED)
    assert "kept: description 'Runs the image x'" in merged.reason


def test_includes_are_followed_below_the_folder_only(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "in/main.yml": "include: [sub/b.yml, {path: ../out.yml}, https://x/c.yml]\n"
            "services: {a: }",
            "in/sub/b.yml": "services: {b: }",
            "out.yml": "services: {secret: }",
        },
    )

    imported = read_compose([tmp_path / "in" / "main.yml"], provider="p")

    assert set(imported.catalogue.services) == {"p/a", "p/b"}
    assert "outside of the folder" in rejections(imported)[0][1]
    assert "nothing is fetched" in lines(imported, Outcome.SKIPPED)[0].reason


def test_files_of_the_first_version_have_services_at_the_top(tmp_path: Path) -> None:
    imported = bake(tmp_path, "web:\n  image: x\n  links: [db]\ndb:\n  image: y\n")

    assert reliance(imported) == ["bakery/web -> bakery/db"]


def test_a_broken_file_costs_only_itself(tmp_path: Path) -> None:
    write(tmp_path, {"compose.a.yml": "services: [", "compose.b.yml": "services: {b: }"})

    imported = read_compose([tmp_path], provider="p")

    assert list(imported.catalogue.services) == ["p/b"]
    assert "not YAML" in rejections(imported)[0][1]


def test_cycles_are_taken_for_the_checks_to_find(tmp_path: Path) -> None:
    text = "services: {a: {depends_on: [a, b]}, b: {depends_on: [a]}}"

    assert len(reliance(bake(tmp_path, text))) == 3


def test_a_name_with_a_control_character_is_rejected_and_spelled_out(tmp_path: Path) -> None:
    imported = bake(tmp_path, 'services: {"a\\u001b[31m": {}, b: }')

    assert list(imported.catalogue.services) == ["bakery/b"]
    assert "\\u001b" in imported.rejected[0].item


def test_nothing_to_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="there is no such file or folder"):
        read_compose([tmp_path / "gone"])
    with pytest.raises(ImportRefused, match="holds no file of the kind"):
        read_compose([tmp_path])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_refusal(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "compose.yaml"
    path.write_bytes(raw)

    imported = read_compose([path], provider="p")

    assert imported.report


_NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["a", "b", "service:a", "../x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "b", "depends_on", "extends", "links", "labels", "file", "<<"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), _NODES))
def test_no_shape_raises_anything_but_a_refusal(tmp_path: Path, services: object) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text(json.dumps({"services": services}))

    imported = read_compose([path], provider="p")

    for service in imported.catalogue.services.values():
        for group in service.relies_on:
            assert all(member.service in imported.catalogue.services for member in group.members)


@pytest.mark.real_data
def test_the_stack_of_gov_uk_is_understood() -> None:
    imported = read_compose(
        [SHARED_DATA / "govuk_services" / "govuk-docker"], provider="govuk", name="GOV.UK"
    )

    catalogue = imported.catalogue
    below: dict[str, list[str]] = {}
    for service in catalogue.services.values():
        for group in service.relies_on:
            for member in group.members:
                below.setdefault(member.service, []).append(service.reference)
    hit: set[str] = set()
    waiting = ["govuk/publishing-api-app"]
    while waiting:
        new = [one for one in below.get(waiting.pop(), []) if one not in hit]
        hit.update(new)
        waiting += new
    assert len(catalogue.services) == 192
    assert sum(len(service.relies_on) for service in catalogue.services.values()) == 370
    assert len(hit) == 31
    assert imported.rejected == ()
