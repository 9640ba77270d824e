"""Backstage catalogues: one valid catalogue, and what happens when one thing in it is spoilt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catenary.domain.documents.shapes import Role, Stage
from catenary.exchange.importers.backstage.reading import STAGES, read_backstage
from catenary.exchange.importers.report import Imported, ImportRefused, Outcome
from tests.conftest import SHARED_DATA
from tests.exchange.importers.worlds import lines, rejections, reliance, write

CATALOGUE = """\
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: Harbour}
spec: {type: department, children: [], profile: {displayName: Harbour office}}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: pilots}
spec: {type: team, parent: harbour, members: [mia]}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: mia}
spec: {memberOf: [harbour], profile: {displayName: Mia Berg, email: Mia@harbour.example}}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: tides, title: Tide tables, tags: [public]}
spec:
  type: website
  lifecycle: production
  owner: pilots
  system: navigation
  dependsOn: ["resource:gauge"]
  consumesApis: [levels]
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: collector}
spec: {type: service, lifecycle: experimental, owner: user:mia, providesApis: [levels]}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: levels}
spec: {type: openapi, lifecycle: deprecated, owner: group:default/pilots, definition: "x: 1"}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: gauge}
spec: {type: sensor, owner: pilots, dependencyOf: ["component:collector"]}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: navigation}
spec: {owner: harbour, domain: port}
---
apiVersion: backstage.io/v1alpha1
kind: Domain
metadata: {name: port}
spec: {owner: harbour}
"""


def moor(tmp_path: Path, text: str = CATALOGUE) -> Imported:
    return read_backstage([write(tmp_path, {"catalog-info.yaml": text})], provider="quay")


def test_entities_become_organizations_people_and_services(tmp_path: Path) -> None:
    imported = moor(tmp_path)
    catalogue = imported.catalogue

    assert {key: each.part_of for key, each in catalogue.organizations.items()} == {
        "quay": "",
        "quay.harbour": "quay",
        "quay.pilots": "quay.harbour",
    }
    assert catalogue.organizations["quay.harbour"].name == "Harbour office"
    mia = catalogue.people["mia@harbour.example"]
    assert (mia.name, [member.organization for member in mia.memberships]) == (
        "Mia Berg",
        ["quay.harbour", "quay.pilots"],
    )
    assert {member.roles for member in mia.memberships} == {(Role.VIEWER,)}
    assert set(catalogue.services) == {
        "quay/tides", "quay/collector", "quay/api-levels", "quay/resource-gauge",
        "quay/system-navigation", "quay/domain-port",
    }  # fmt: skip
    tides = catalogue.services["quay/tides"]
    assert (tides.name, tides.provider, tides.owner, tides.stage) == (
        "Tide tables", "quay.pilots", "quay.pilots", Stage.LIVE,
    )  # fmt: skip
    assert tides.tags == ("kind:component", "type:website", "public")
    assert catalogue.services["quay/collector"].owner == "mia@harbour.example"
    assert catalogue.services["quay/collector"].stage is Stage.BUILT
    assert catalogue.services["quay/api-levels"].stage is Stage.RETIRING
    assert imported.rejected == ()


def test_the_chain_runs_from_what_relies_to_what_it_relies_on(tmp_path: Path) -> None:
    assert set(reliance(moor(tmp_path))) == {
        "quay/tides -> quay/resource-gauge",
        "quay/tides -> quay/api-levels",
        "quay/api-levels -> quay/collector",
        "quay/collector -> quay/resource-gauge",
        "quay/system-navigation -> quay/tides",
        "quay/domain-port -> quay/system-navigation",
    }


def test_a_new_owner_changes_no_reference(tmp_path: Path) -> None:
    before = moor(tmp_path).catalogue.services
    after = moor(tmp_path, CATALOGUE.replace("owner: pilots", "owner: harbour")).catalogue.services

    assert set(before) == set(after)
    assert after["quay/tides"].provider == "quay.harbour"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("resource:gauge", "resource:sonar", 24, "no entity resource:default/sonar"),
        ("resource:gauge", "other/resource:x", 24, "not a reference"),
        ("resource:gauge", "group:pilots", 24, "a group is not a service"),
        ("[levels]\n---", "[depths]\n---", 25, "no entity api:default/depths"),
        ("owner: pilots\n  system", "owner: component:tides\n  system", 22, "group or a user"),
        ("owner: user:mia", "owner: user:tom", 30, "no such user"),
        ("parent: harbour", "parent: ghosts", 9, "no such group"),
        ("members: [mia]", "members: [tom]", 9, "no such user"),
        ("metadata: {name: collector}", "metadata: {title: x}", 27, "no metadata.name"),
        ("kind: System", "kind:", 42, "no kind"),
        ("metadata: {name: collector}", "metadata: {name: Tides}", 27, "stands at"),
        ("metadata: {name: gauge}", "metadata: {name: gauge", 40, "not YAML"),
        ("metadata: {name: collector}", "metadata: {name: {{x}}", 30, "template placeholders"),
        ("type: website\n", "type: website\n  type: x\n", 21, "stands twice"),
    ],
)
def test_one_spoilt_thing_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert CATALOGUE.count(old) >= 1
    imported = moor(tmp_path, CATALOGUE.replace(old, new, 1))

    assert any(at == line and words in why for at, why in rejections(imported)), imported.rejected
    assert "quay/domain-port" in imported.catalogue.services


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("metadata: {name: collector}", "metadata: {name: '${{ values.x }}'}", "placeholder"),
        ("kind: Resource", "kind: Template", "no part of the chain"),
        ("apiVersion: backstage.io/v1alpha1\nkind: Domain", "apiVersion: v1\nkind: Domain", "api"),
    ],
)
def test_what_is_no_part_of_the_chain_is_skipped(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    imported = moor(tmp_path, CATALOGUE.replace(old, new))

    assert any(words in line.reason for line in lines(imported, Outcome.SKIPPED))


def test_an_owner_described_nowhere_is_taken_by_its_name(tmp_path: Path) -> None:
    imported = moor(tmp_path, CATALOGUE.replace("owner: pilots\n", "owner: group:eu/crew\n"))

    assert imported.catalogue.services["quay/tides"].provider == "quay.crew"
    assert imported.catalogue.organizations["quay.crew"].part_of == "quay"


def test_groups_in_a_ring_do_not_hang_the_import(tmp_path: Path) -> None:
    imported = moor(tmp_path, CATALOGUE.replace("children: []", "parent: pilots"))

    assert sum("lead back to it" in why for _, why in rejections(imported)) == 2


def test_an_unknown_lifecycle_is_told(tmp_path: Path) -> None:
    imported = moor(tmp_path, CATALOGUE.replace("lifecycle: production", "lifecycle: afloat"))

    tides = imported.catalogue.services["quay/tides"]
    assert tides.stage is Stage.LIVE and "lifecycle:afloat" in tides.tags
    assert any("'afloat' is not known" in line.reason for line in imported.report)


def test_a_user_without_an_address_gets_a_lasting_one(tmp_path: Path) -> None:
    imported = moor(tmp_path, CATALOGUE.replace(", email: Mia@harbour.example", ""))

    assert list(imported.catalogue.people) == ["mia@default.quay.invalid"]


def test_every_lifecycle_leads_to_a_known_stage() -> None:
    assert {Stage(stage) for stage in STAGES.values()} <= set(Stage)


LOCATION = """\
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: all}
spec: {targets: [%s]}
"""
COMPONENT = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: %s}
spec: {type: service, lifecycle: production, owner: crew}
"""


@pytest.mark.parametrize(
    ("target", "taken", "outcome", "words"),
    [
        ("./sub/a.yaml", {"p/a"}, None, ""),
        ("./sub/*.yaml", {"p/a", "p/b"}, None, ""),
        ("./**/b.yaml", {"p/b"}, None, ""),
        ("./gone.yaml", set(), Outcome.REJECTED, "no such file"),
        ("./gone/*.yaml", set(), Outcome.REJECTED, "no such file"),
        ("../secret.yaml", set(), Outcome.REJECTED, "outside of the folder"),
        ("../*.yaml", set(), Outcome.REJECTED, "outside of the folder"),
        ("./sub/*/../../../*.yaml", set(), Outcome.REJECTED, "outside of the folder"),
        ("/etc/passwd", set(), Outcome.REJECTED, "outside of the folder"),
        ("https://x.example/c.yaml", set(), Outcome.SKIPPED, "nothing is fetched"),
        ("x" * 5000, set(), Outcome.REJECTED, "no such file"),
    ],
)
def test_locations_are_followed_below_the_folder_only(
    tmp_path: Path, target: str, taken: set[str], outcome: Outcome | None, words: str
) -> None:
    write(
        tmp_path,
        {
            "in/catalog-info.yaml": LOCATION % f'"{target}"',
            "in/sub/a.yaml": COMPONENT % "a",
            "in/sub/b.yaml": COMPONENT % "b",
            "secret.yaml": COMPONENT % "secret",
        },
    )

    imported = read_backstage([tmp_path / "in" / "catalog-info.yaml"], provider="p")

    assert set(imported.catalogue.services) == taken
    told = [line for line in imported.report if outcome and line.outcome is outcome]
    assert not outcome or words in told[0].reason


def test_a_location_that_names_itself_ends(tmp_path: Path) -> None:
    imported = moor(tmp_path, LOCATION % "./catalog-info.yaml")

    assert imported.catalogue.services == {}


def test_a_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="takes no mapping"):
        read_backstage([tmp_path], mapping=tmp_path / "x.yaml")


_NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["a", "user:a", "x/y", "..", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "name", "email", "profile"]), inner, max_size=3)
    ),
    max_leaves=8,
)
_FIELDS = [
    "owner", "dependsOn", "dependencyOf", "system", "domain", "memberOf", "members", "parent",
    "children", "targets", "target", "lifecycle", "profile", "providesApis", "subcomponentOf",
]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "apiVersion": st.just("backstage.io/v1alpha1"),
                "kind": st.sampled_from(
                    ["Component", "API", "Group", "User", "Location", "System"]
                ),
                "metadata": st.dictionaries(
                    st.sampled_from(["name", "namespace", "title", "tags"]), _NODES
                ),
                "spec": _NODES | st.dictionaries(st.sampled_from(_FIELDS), _NODES, max_size=5),
            }
        ),
        max_size=6,
    )
)
def test_no_shape_raises(tmp_path: Path, entities: list[object]) -> None:
    text = "\n---\n".join(json.dumps(entity) for entity in entities)

    imported = moor(tmp_path, text)

    for service in imported.catalogue.services.values():
        assert service.provider in imported.catalogue.organizations


def _real(name: str) -> Imported:
    return read_backstage([SHARED_DATA / "backstage_catalogs" / name])


@pytest.mark.real_data
def test_the_catalogue_of_giant_swarm_is_understood() -> None:
    imported = _real("giantswarm")

    doubles = [line for line in imported.rejected if "stands at" in line.reason]
    components = [line.item for line in doubles if line.item.startswith("component:")]
    kinds = [each.tags[0] for each in imported.catalogue.services.values()]
    assert kinds.count("kind:component") + len(components) == 75
    assert kinds.count("kind:api") + len(doubles) - len(components) == 18
    assert len({line.item for line in doubles}) == 8
    groups = [line for line in lines(imported, Outcome.TAKEN) if "groups.yaml" in line.source]
    assert len(groups) == 12


@pytest.mark.real_data
def test_the_catalogue_of_one_platform_is_understood() -> None:
    imported = _real("redhat_one_platform")

    depends_on = [line for line in imported.report if " dependsOn " in line.item]
    tags = [each.tags[0] for each in imported.catalogue.services.values()]
    assert tags.count("kind:component") == 16
    assert len(depends_on) == 22
    assert sum(line.outcome is Outcome.REJECTED for line in depends_on) == 4


@pytest.mark.real_data
def test_the_catalogue_of_developer_hub_is_understood() -> None:
    imported = _real("rhdh_examples")

    assert len(imported.catalogue.services) == 15
    assert [(line.item.split()[-1], line.reason) for line in imported.rejected] == [
        ("red-hat-developer-hub", "there is no entity system:default/red-hat-developer-hub here")
    ]
