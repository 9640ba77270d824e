"""Three published ArchiMate models, counted here a second time and in another manner: whole
trees, sets and a fixed point, where the importer streams and walks."""

from __future__ import annotations

import lzma
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from catenary.exchange.importers.archimate.reading import read_archimate
from catenary.exchange.importers.report import Imported, Outcome

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
MODELS = ("ArchiSuranceV3_Apache", "ArchiMetal_MIT", "WildRiverControl_MIT")
ALWAYS = {"BusinessService", "ApplicationService", "TechnologyService"}
BEHIND = {
    "ApplicationComponent", "ApplicationCollaboration", "Node", "Device", "SystemSoftware",
    "TechnologyCollaboration", "CommunicationNetwork", "Path", "Equipment", "Facility",
    "DistributionNetwork",
}  # fmt: skip
BETWEEN = {
    *(f"Business{x}" for x in ("Process", "Function", "Interaction", "Actor", "Role",
                               "Collaboration", "Interface")),
    *(f"{y}{x}" for y in ("Application", "Technology")
      for x in ("Process", "Function", "Interaction", "Interface")),
    "Artifact", "AndJunction", "OrJunction", "Junction",
}  # fmt: skip


class Raw:
    """A model as ElementTree sees it."""

    def __init__(self, text: str) -> None:
        root = ElementTree.fromstring(text)
        self.types: dict[str, str] = {}
        self.nameless: set[str] = set()
        self.relations: list[tuple[str, str, str]] = []
        for node in root.iter():
            if node.tag.rpartition("}")[2] not in ("element", "relationship"):
                continue
            kind = node.get(XSI_TYPE, "").rpartition(":")[2]
            identifier = (node.get("identifier") or node.get("id") or "").removeprefix("id-")
            if node.get("source"):
                ends = [(node.get(end) or "").removeprefix("id-") for end in ("source", "target")]
                self.relations.append((kind.removesuffix("Relationship"), ends[0], ends[1]))
            elif not kind.endswith("DiagramModel"):
                self.types[identifier] = kind
                names = [child.text for child in node if child.tag.endswith("}name")]
                if not (node.get("name") or "".join(text or "" for text in names)).strip():
                    self.nameless.add(identifier)

    def reliance(self) -> dict[str, set[str]]:
        """Who relies directly on whom, over everything that carries reliance."""
        found: dict[str, set[str]] = {}
        for kind, source, target in self.relations:
            ends = {self.types.get(source, ""), self.types.get(target, "")}
            if not ends <= ALWAYS | BEHIND | BETWEEN:
                continue
            if kind in ("Serving", "Realization", "Assignment"):
                found.setdefault(target, set()).add(source)
            elif kind in ("Composition", "Aggregation"):
                found.setdefault(source, set()).add(target)
        return found

    def taken(self) -> set[str]:
        """Services, and what stands behind them at any distance."""
        direct = self.reliance()
        reached = {one for one, kind in self.types.items() if kind in ALWAYS}
        while more := {b for a in reached for b in direct.get(a, ())} - reached:
            reached |= more
        return {one for one in reached if self.types[one] in ALWAYS | BEHIND}

    def pairs(self) -> set[tuple[str, str]]:
        """Which taken element relies on which, through anything not taken; a fixed point."""
        direct, taken = self.reliance(), self.taken()
        pairs = {(a, b) for a, several in direct.items() for b in several}
        while True:
            after: dict[str, set[str]] = {}
            for a, b in pairs:
                after.setdefault(a, set()).add(b)
            more = {(a, c) for a, b in pairs if b not in taken for c in after.get(b, ())} - pairs
            if not more:
                return {(a, b) for a, b in pairs if a in taken and b in taken and a != b}
            pairs |= more


def unpacked(shared_data: Path, name: str, folder: Path) -> Path:
    path = folder / name
    path.write_bytes(lzma.decompress((shared_data / "archimate" / f"{name}.xz").read_bytes()))
    return path


def dependencies(imported: Imported) -> Iterable[tuple[str, str]]:
    for service in imported.catalogue.services.values():
        for group in service.relies_on:
            for member in group.members:
                yield service.reference, member.service


@pytest.mark.real_data
@pytest.mark.parametrize("ending", ["openexchange.xml", "archimate"])
@pytest.mark.parametrize("model", MODELS)
def test_everything_in_a_published_model_is_taken_or_told(
    shared_data: Path, tmp_path: Path, model: str, ending: str
) -> None:
    path = unpacked(shared_data, f"{model}.{ending}", tmp_path)
    raw = Raw(path.read_text(encoding="utf-8"))

    imported = read_archimate([path])

    kinds = Counter(
        next(tag for tag in service.tags if tag.startswith("kind:"))
        for service in imported.catalogue.services.values()
    )
    # One service of Wild River has no name, and so no reference: it is rejected by its place.
    named = raw.taken() - raw.nameless
    wanted = Counter(raw.types[one] for one in named)
    assert sorted(kinds.values()) == sorted(wanted.values())
    for kind in ALWAYS:
        layer = kind.removesuffix("Service").lower()
        assert kinds[f"kind:{layer}-service"] == sum(raw.types[one] == kind for one in named)
    # No or-junction of these models joins services, so every group has one member.
    pairs = {(a, b) for a, b in raw.pairs() if {a, b} <= named}
    assert len(set(dependencies(imported))) == len(pairs)
    assert len(list(dependencies(imported))) == len(pairs)
    rows = len(raw.types) + len(raw.relations)
    assert len(imported.report) >= rows
    lost = raw.taken() & raw.nameless
    assert len(imported.rejected) == len(lost) + sum(b in lost or a in lost for a, b in raw.pairs())
    assert not any(line.outcome is Outcome.TAKEN and not line.reference for line in imported.report)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("model", "services", "pairs"),
    [
        ("ArchiSuranceV3_Apache", 28, 29),
        ("ArchiMetal_MIT", 83, 80),
        ("WildRiverControl_MIT", 136, 130),
    ],
)
def test_both_formats_of_a_published_model_say_the_same(
    shared_data: Path, tmp_path: Path, model: str, services: int, pairs: int
) -> None:
    read = [
        read_archimate([unpacked(shared_data, f"{model}.{ending}", tmp_path)])
        for ending in ("openexchange.xml", "archimate")
    ]

    assert read[0].catalogue.services.keys() == read[1].catalogue.services.keys()
    assert len(read[0].catalogue.services) == services
    assert sorted(dependencies(read[0])) == sorted(dependencies(read[1]))
    assert len(list(dependencies(read[0]))) == pairs


@pytest.mark.real_data
def test_claims_payment_rests_on_a_mainframe_two_floors_down(
    shared_data: Path, tmp_path: Path
) -> None:
    path = unpacked(shared_data, "ArchiSuranceV3_Apache.openexchange.xml", tmp_path)

    imported = read_archimate([path])

    services = imported.catalogue.services
    reached: set[str] = set()
    waiting = ["archisurance-v3/claims-payment-service"]
    while waiting:
        for group in services[waiting.pop()].relies_on:
            new = {member.service for member in group.members} - reached
            reached |= new
            waiting += new
    assert {services[reference].name for reference in reached} >= {
        "Premium Payment Service", "Financial Application", "BIBIT Server", "Mainframe",
    }  # fmt: skip
