"""ArchiMate models: one small insurer in both formats, and what happens when things in it are
drawn otherwise."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from catenary.exchange.importers.archimate.mapping import FIELDS
from catenary.exchange.importers.archimate.model import BEHIND, THROUGH
from catenary.exchange.importers.archimate.reading import read_archimate
from catenary.exchange.importers.report import Imported, ImportRefused, Outcome
from tests.conftest import ROOT
from tests.exchange.importers.worlds import lines, rejections, reliance, write

ELEMENTS = {
    "1": ("BusinessService", "Claims"),
    "2": ("BusinessProcess", "Handle claim"),
    "3": ("ApplicationService", "Claim files"),
    "4": ("ApplicationComponent", "Claim system"),
    "5": ("TechnologyService", "Hosting"),
    "6": ("Node", "Mainframe"),
    "7": ("Goal", "Growth"),
    "8": ("Device", "Spare printer"),
}
RELATIONS = [
    ("Realization", "2", "1"),
    ("Serving", "3", "2"),
    ("Realization", "4", "3"),
    ("Serving", "5", "4"),
    ("Realization", "6", "5"),
    ("Access", "2", "3"),
    ("Association", "8", "7"),
]
CHAIN = [
    "insurer/claims -> insurer/claim-files",
    "insurer/claim-files -> insurer/application-component-claim-system",
    "insurer/application-component-claim-system -> insurer/hosting",
    "insurer/hosting -> insurer/node-mainframe",
]


def exchange(elements: dict[str, tuple[str, str]], relations: list[tuple[str, str, str]]) -> str:
    """A model in the Open Exchange format."""
    said = [
        f'<element identifier="id-{key}" xsi:type="{kind}"><name>{name}</name></element>'
        for key, (kind, name) in elements.items()
    ]
    drawn = [
        f'<relationship identifier="id-r{n}" xsi:type="{kind}" source="id-{a}" target="id-{b}"/>'
        for n, (kind, a, b) in enumerate(relations)
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/" identifier="m"\n'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><name>Insurer</name>\n<elements>\n'
        + "\n".join(said)
        + "\n</elements>\n<relationships>\n"
        + "\n".join(drawn)
        + "\n</relationships></model>\n"
    )


def archi(elements: dict[str, tuple[str, str]], relations: list[tuple[str, str, str]]) -> str:
    """The same in Archi's own format."""
    said = [
        f'<element xsi:type="archimate:{kind}" name="{name}" id="{key}"/>'
        for key, (kind, name) in elements.items()
    ]
    drawn = [
        f'<element xsi:type="archimate:{kind}Relationship" id="r{n}" source="{a}" target="{b}"/>'
        for n, (kind, a, b) in enumerate(relations)
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<archimate:model name="Insurer" id="m"\n'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n'
        ' xmlns:archimate="http://www.archimatetool.com/archimate">\n<folder name="All">\n'
        + "\n".join([*said, *drawn])
        + '\n<element xsi:type="archimate:ArchimateDiagramModel" name="View" id="v">'
        '<child xsi:type="archimate:DiagramObject" id="c" archimateElement="1"/></element>'
        "\n</folder></archimate:model>\n"
    )


def take(
    tmp_path: Path,
    more: list[tuple[str, str, str]] | None = None,
    mapping: str = "",
    elements: dict[str, tuple[str, str]] | None = None,
) -> Imported:
    """The insurer, with more in it, taken under a mapping."""
    text = exchange({**ELEMENTS, **(elements or {})}, [*RELATIONS, *(more or [])])
    write(tmp_path, {"model.xml": text, "mapping.yaml": f"catenary-mapping: 1\n{mapping}"})
    chosen = tmp_path / "mapping.yaml" if mapping else None
    return read_archimate([tmp_path / "model.xml"], mapping=chosen)


def told(imported: Imported, item: str) -> list[tuple[Outcome, str]]:
    """What the report says of everything whose item holds some words."""
    return [(line.outcome, line.reason) for line in imported.report if item in line.item]


@pytest.mark.parametrize("form", [exchange, archi])
def test_a_service_relies_on_what_bears_it_down_to_the_machine(
    tmp_path: Path, form: object
) -> None:
    write(tmp_path, {"insurer.archimate": form(ELEMENTS, RELATIONS)})  # type: ignore[operator]

    imported = read_archimate([tmp_path])

    assert reliance(imported) == CHAIN
    assert imported.catalogue.organizations["insurer"].name == "Insurer"
    claims = imported.catalogue.services["insurer/claims"]
    assert claims.tags == ("kind:business-service",)
    files = imported.catalogue.services["insurer/claim-files"]
    assert [process.name for process in files.supports_processes] == ["Handle claim"]


def test_a_derived_dependency_says_which_way_it_goes(tmp_path: Path) -> None:
    imported = take(tmp_path)

    assert told(imported, "business service Claims relies on application service Claim files") == [
        (Outcome.TAKEN, "derived through business process Handle claim")
    ]


def test_every_element_and_relation_has_a_line_with_where_it_stands(tmp_path: Path) -> None:
    imported = take(tmp_path)

    said = {line.line for line in imported.report}
    text = (tmp_path / "model.xml").read_text().splitlines()
    things = {n for n, line in enumerate(text, 1) if re.match("<(element|relationship) ", line)}
    assert things <= said
    assert (Outcome.SKIPPED, "a goal is no service and no part of the chain") in told(
        imported, "goal Growth"
    )
    assert (Outcome.SKIPPED, "no service rests on it") in told(imported, "device Spare printer")
    assert told(imported, "access from") == [(Outcome.SKIPPED, "access is no reliance")]


@pytest.mark.parametrize("relation", ["Serving", "Realization", "Assignment"])
def test_what_a_relation_bears_relies_on_its_source(tmp_path: Path, relation: str) -> None:
    imported = take(tmp_path, [(relation, "8", "4")])

    assert reliance(imported)[3] == (
        "insurer/application-component-claim-system -> insurer/device-spare-printer"
    )


@pytest.mark.parametrize("relation", ["Composition", "Aggregation"])
def test_a_whole_relies_on_its_parts(tmp_path: Path, relation: str) -> None:
    imported = take(tmp_path, [(relation, "6", "8")])

    assert reliance(imported)[-1] == "insurer/node-mainframe -> insurer/device-spare-printer"


@pytest.mark.parametrize("relation", ["Flow", "Triggering", "Access", "Association", "Influence"])
def test_other_relations_are_reported_and_not_taken(tmp_path: Path, relation: str) -> None:
    imported = take(tmp_path, [(relation, "5", "1")])

    assert reliance(imported) == CHAIN
    assert (Outcome.SKIPPED, f"{relation.lower()} is no reliance") in told(
        imported, "technology service Hosting to business service Claims"
    )


def test_both_sides_of_an_and_junction_are_needed(tmp_path: Path) -> None:
    elements = {"j": ("AndJunction", ""), "9": ("TechnologyService", "Network")}
    more = [("Serving", "9", "j"), ("Serving", "5", "j"), ("Serving", "j", "1")]

    imported = take(tmp_path, more, elements=elements)

    assert {line for line in reliance(imported) if line.startswith("insurer/claims ")} == {
        "insurer/claims -> insurer/claim-files",
        "insurer/claims -> insurer/network",
        "insurer/claims -> insurer/hosting",
    }


@pytest.mark.parametrize("form", [exchange, archi])
def test_one_side_of_an_or_junction_is_enough(tmp_path: Path, form: object) -> None:
    elements = {**ELEMENTS, "j": ("OrJunction", "either"), "9": ("TechnologyService", "Network")}
    more = [*RELATIONS, ("Serving", "9", "j"), ("Serving", "5", "j"), ("Serving", "j", "1")]
    text = form(elements, more)  # type: ignore[operator]
    text = text.replace('"archimate:OrJunction"', '"archimate:Junction" type="or"')
    write(tmp_path, {"model.archimate": text})

    imported = read_archimate([tmp_path])

    assert "insurer/claims -> 1 of insurer/network, insurer/hosting" in reliance(imported)


def test_alternatives_of_several_services_each_only_degrade(tmp_path: Path) -> None:
    elements = {
        "j": ("OrJunction", ""),
        "p": ("BusinessProcess", "By hand"),
        "9": ("TechnologyService", "Network"),
    }
    more = [
        ("Serving", "p", "j"), ("Serving", "6", "j"), ("Serving", "j", "1"),
        ("Serving", "5", "p"), ("Serving", "9", "p"),
    ]  # fmt: skip

    imported = take(tmp_path, more, elements=elements)

    assert {line for line in reliance(imported) if "~>" in line} == {
        f"insurer/claims ~> insurer/{name}" for name in ("hosting", "network", "node-mainframe")
    }


def test_a_ring_is_kept_for_the_check_to_report(tmp_path: Path) -> None:
    imported = take(tmp_path, [("Serving", "1", "6")])

    assert "insurer/node-mainframe -> insurer/claims" in reliance(imported)
    assert rejections(imported) == []


def test_a_way_back_to_where_it_began_is_not_a_dependency(tmp_path: Path) -> None:
    imported = take(tmp_path, [("Serving", "1", "2"), ("Serving", "4", "4")])

    assert reliance(imported) == CHAIN
    assert told(imported, "serving from application component Claim system to") == [
        (Outcome.SKIPPED, "it leads back to where it began")
    ]


def test_rings_of_processes_come_to_an_end(tmp_path: Path) -> None:
    elements = {"p": ("BusinessProcess", "Check"), "q": ("BusinessProcess", "Check again")}
    more = [
        ("Serving", "p", "2"),
        ("Serving", "q", "p"),
        ("Serving", "p", "q"),
        ("Serving", "5", "q"),
    ]

    imported = take(tmp_path, more, elements=elements)

    assert "insurer/claims -> insurer/hosting" in reliance(imported)


def test_two_services_of_one_name_are_both_kept(tmp_path: Path) -> None:
    imported = take(tmp_path, elements={"9": ("ApplicationService", "Claims")})

    alike = [
        key for key, service in imported.catalogue.services.items() if service.name == "Claims"
    ]
    assert len(alike) == 2
    assert "insurer/claims" in alike


def test_a_specialization_is_a_tag_and_no_reliance(tmp_path: Path) -> None:
    imported = take(
        tmp_path,
        [("Specialization", "9", "1")],
        elements={"9": ("BusinessService", "Car claims")},
    )

    assert imported.catalogue.services["insurer/car-claims"].tags == (
        "kind:business-service",
        "specializes:Claims",
    )
    assert reliance(imported) == CHAIN


def test_the_same_model_in_both_formats_is_one(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.xml": exchange(ELEMENTS, RELATIONS), "b.archimate": archi(ELEMENTS, RELATIONS)},
    )

    imported = read_archimate([tmp_path])

    assert reliance(imported) == CHAIN
    assert rejections(imported) == []


def test_importing_what_was_reordered_changes_no_reference(tmp_path: Path) -> None:
    first = take(tmp_path)
    turned = dict(reversed(ELEMENTS.items()))
    write(tmp_path, {"again.xml": exchange(turned, RELATIONS[::-1])})

    again = read_archimate([tmp_path / "again.xml"])

    assert again.catalogue.services.keys() == first.catalogue.services.keys()
    assert set(reliance(again)) == set(reliance(first))


def test_an_identifier_used_twice_is_rejected_with_both_places(tmp_path: Path) -> None:
    text = exchange(ELEMENTS, RELATIONS).replace('identifier="id-8"', 'identifier="id-6"')
    write(tmp_path, {"model.xml": text})

    imported = read_archimate([tmp_path / "model.xml"])

    assert rejections(imported) == [
        (12, "its identifier is already that of line 10"),
        (21, "there is no element at one of its ends"),
    ]


# --- choices ---


def test_with_nothing_behind_reliance_is_followed_through_applications(tmp_path: Path) -> None:
    imported = take(tmp_path, mapping="behind: []")

    assert reliance(imported) == [
        "insurer/claims -> insurer/claim-files",
        "insurer/claim-files -> insurer/hosting",
    ]
    assert len(imported.catalogue.services) == 3


def test_software_can_rely_on_the_machine_it_is_part_of(tmp_path: Path) -> None:
    elements = {"9": ("SystemSoftware", "Database")}
    more = [("Composition", "8", "9"), ("Serving", "9", "4")]

    imported = take(tmp_path, more, mapping="hosted: [SystemSoftware]", elements=elements)

    assert reliance(imported)[-1] == (
        "insurer/system-software-database -> insurer/device-spare-printer"
    )


@pytest.mark.parametrize(("said", "arrow"), [("soft", "~>"), ("none", "")])
def test_an_aggregation_may_weigh_less(tmp_path: Path, said: str, arrow: str) -> None:
    imported = take(tmp_path, [("Aggregation", "6", "5")], mapping=f"aggregation: {said}")

    found = [line for line in reliance(imported) if line.startswith("insurer/node-mainframe")]
    assert found == ([f"insurer/node-mainframe {arrow} insurer/hosting"] if arrow else [])


def test_groupings_are_tags_or_by_choice_providers(tmp_path: Path) -> None:
    elements = {"g": ("Grouping", "IT"), "h": ("Grouping", "Machines"), "r": ("Grouping", "Ring")}
    more = [
        ("Composition", "g", "5"), ("Aggregation", "h", "6"), ("Composition", "g", "h"),
        ("Composition", "r", "r"), ("Composition", "r", "4"),
    ]  # fmt: skip

    tagged = take(tmp_path, more, elements=elements)
    provided = take(tmp_path, more, mapping="provider: grouping", elements=elements)

    hosting = tagged.catalogue.services["insurer/hosting"]
    assert hosting.tags == ("kind:technology-service", "grouping:IT")
    assert (hosting.provider, provided.catalogue.services["insurer/hosting"].provider) == (
        "insurer",
        "insurer.it",
    )
    assert provided.catalogue.organizations["insurer.machines"].part_of == "insurer.it"
    assert provided.catalogue.services["insurer/claims"].provider == "insurer"


def test_folders_are_providers_by_choice_in_both_formats(tmp_path: Path) -> None:
    one = exchange(ELEMENTS, RELATIONS).replace(
        "</model>",
        "<organizations><item><label>Technology</label><item><label>Data centre</label>"
        '<item identifierRef="id-5"/></item></item></organizations></model>',
    )
    other = archi(ELEMENTS, RELATIONS)
    line = '<element xsi:type="archimate:TechnologyService" name="Hosting" id="5"/>'
    other = other.replace(line, f'<folder name="Data centre">{line}</folder>')
    write(tmp_path, {"m.yaml": "catenary-mapping: 1\nprovider: folder\n"})

    for text in (one, other):
        write(tmp_path, {"model.xml": text})
        imported = read_archimate([tmp_path / "model.xml"], mapping=tmp_path / "m.yaml")
        assert imported.catalogue.services["insurer/hosting"].provider == "insurer.data-centre"


def test_whom_services_serve_may_become_consumers(tmp_path: Path) -> None:
    elements = {"9": ("BusinessRole", "Policy holder")}

    imported = take(
        tmp_path, [("Serving", "1", "9")], mapping="consumers: [BusinessRole]", elements=elements
    )

    assert list(imported.catalogue.consumption) == [("policy-holder", "insurer/claims")]


def test_names_in_the_language_asked_for_are_taken(tmp_path: Path) -> None:
    text = exchange(ELEMENTS, RELATIONS).replace(
        "<name>Claims</name>", '<name xml:lang="en">Claims</name><name xml:lang="de">Schäden</name>'
    )
    write(tmp_path, {"model.xml": text, "m.yaml": "catenary-mapping: 1\nlanguage: de\n"})

    imported = read_archimate([tmp_path / "model.xml"], mapping=tmp_path / "m.yaml")

    assert imported.catalogue.services["insurer/schaden"].name == "Schäden"


def test_every_mistake_in_a_mapping_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as refused:
        take(tmp_path, mapping="provider: groping\nbehind: [Nod, Node]\nstagee: live\nstage: new")

    told_lines = [problem.split(":", 1)[1].split(":")[0] for problem in refused.value.problems]
    assert sorted(told_lines) == ["2", "3", "4", "5"]


# --- what nobody should have to trust ---


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE model SYSTEM "http://example.org/model.dtd">',
        '<!DOCTYPE model [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE model [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE model [<!ENTITY % p SYSTEM "http://example.org/p"> %p;]>',
        "<!DOCTYPE model>",
    ],
)
def test_a_document_type_with_its_entities_is_refused(tmp_path: Path, declared: str) -> None:
    head, rest = exchange(ELEMENTS, RELATIONS).split("\n", 1)
    write(tmp_path, {"model.xml": f"{head}\n{declared}\n{rest.replace('Claims', '&b;')}"})

    with pytest.raises(ImportRefused, match=r"model\.xml:2: The file declares a document type"):
        read_archimate([tmp_path / "model.xml"])


def test_an_entity_without_a_declaration_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"model.xml": exchange(ELEMENTS, RELATIONS).replace("Claims", "&lol;")})

    with pytest.raises(ImportRefused, match="undefined entity"):
        read_archimate([tmp_path / "model.xml"])


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    deep = "<x>" * 50_000 + "</x>" * 50_000
    text = exchange(ELEMENTS, RELATIONS).replace("<elements>", f"<views>{deep}</views><elements>")
    write(tmp_path, {"model.xml": text})

    with pytest.raises(ImportRefused, match="nested deeper than 100 levels"):
        read_archimate([tmp_path / "model.xml"])


@pytest.mark.parametrize("form", [exchange, archi])
def test_half_a_model_is_refused_wherever_it_is_cut(tmp_path: Path, form: object) -> None:
    whole = form(ELEMENTS, RELATIONS).strip()  # type: ignore[operator]
    for length in (0, 1, 60, 200, len(whole) // 2, len(whole) - 1):
        write(tmp_path, {"model.xml": whole[:length]})

        with pytest.raises(ImportRefused):
            read_archimate([tmp_path / "model.xml"])


def test_an_archive_by_archi_is_read_and_one_that_grows_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "model.archimate"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.xml", archi(ELEMENTS, RELATIONS) + " " * 1_000_000)
        archive.writestr("images/x.png", b"")

    assert reliance(read_archimate([packed])) == CHAIN
    monkeypatch.setattr("catenary.exchange.importers.archimate.files.MAX_BYTES", 500_000)
    with pytest.raises(ImportRefused, match="larger than 500,000 bytes"):
        read_archimate([packed])


@pytest.mark.parametrize("spoil", ["cut", "empty", "other", "flipped"])
def test_a_spoilt_archive_is_refused(tmp_path: Path, spoil: str) -> None:
    packed = tmp_path / "model.archimate"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "other.xml" if spoil == "other" else "model.xml", archi(ELEMENTS, RELATIONS)
        )
    raw = bytearray(packed.read_bytes())
    if spoil == "cut":
        raw = raw[: len(raw) // 2]
    elif spoil == "empty":
        raw = raw[:4]
    elif spoil == "flipped":
        raw[100] ^= 0xFF
    packed.write_bytes(bytes(raw))

    with pytest.raises(ImportRefused):
        read_archimate([packed])


def test_other_xml_in_a_folder_is_passed_over_but_not_when_it_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"model.xml": exchange(ELEMENTS, RELATIONS), "pom.xml": "<project/>"})

    assert reliance(read_archimate([tmp_path])) == CHAIN
    with pytest.raises(ImportRefused, match="no ArchiMate model"):
        read_archimate([tmp_path / "pom.xml"])


def test_a_model_of_endless_ways_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catenary.exchange.importers.archimate.deriving.MAX_STEPS", 3)

    with pytest.raises(ImportRefused, match="more than 3 steps"):
        take(tmp_path)


# --- pages ---


def test_every_field_of_the_mapping_and_every_type_is_explained() -> None:
    page = (ROOT / "docs" / "how-to" / "import.md").read_text(encoding="utf-8")

    assert {word for word in FIELDS if f"`{word}`" not in page} == set()
    assert {type_ for type_ in (*BEHIND, *THROUGH) if type_ not in page} == set()


def test_nothing_that_was_taken_is_also_left_out(tmp_path: Path) -> None:
    imported = take(tmp_path)

    taken = {line.line for line in lines(imported, Outcome.TAKEN) if line.item.startswith("a")}
    left = {line.line for line in lines(imported, Outcome.SKIPPED)}
    assert taken & left == set()
