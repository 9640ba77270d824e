"""The page of the definition checks and the rules themselves say the same, and its examples run.

Every example fails its rule; with one change, ``MENDED``, it passes.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catenary.domain.checks import RULES, check_catalogue, rule_of
from catenary.domain.documents.shapes import CatalogueDocument, ServiceDocument
from catenary.domain.findings import Finding
from catenary.exchange.catalogue.reading import read_catalogue

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "definition-checks.md"
TEXT = PAGE.read_text(encoding="utf-8")
WORLD = re.findall(r"```yaml\n(.*?)```", TEXT.split("\n## ")[0], re.DOTALL)[0]
SECTIONS = {part[:6]: part for part in TEXT.split("\n### ")[1:]}
CODES = [each.code for each in RULES]

#: What has to change in the example of each rule (old text, new text) for the rule to be silent.
MENDED: dict[str, tuple[str, str]] = {
    "CAT101": ("st-marry", "st-mary"),
    "CAT102": ("{name: South, part-of: north}", "{name: South}"),
    "CAT103": ("ward-9", "ward-3"),
    "CAT104": ("hospital-itt", "hospital-it"),
    "CAT105": ("name: CRM", "name: CRM, owner: dana@st-mary.example"),
    "CAT106": ("st-marry", "st-mary"),
    "CAT107": ("duty-desk", "hospital-it"),
    "CAT108": ("acme-cloud", "hospital-it"),
    "CAT109": ("[acme]", "[acme-cloud]"),
    "CAT201": (
        "owner: dana@st-mary.example",
        "owner: dana@st-mary.example, outcomes: {o: {statement: Patients are known at the door}}",
    ),
    "CAT202": (
        "seen sooner}",
        "seen sooner, measure: {name: wait, unit: min, baseline: 50, target: 30, better: lower}}",
    ),
    "CAT203": ("baseline: 30, target: 50", "baseline: 50, target: 30"),
    "CAT204": ("target: 30", "baseline: 50, target: 30"),
    "CAT205": ("ward-33", "ward-3"),
    "CAT206": (
        "owner: dana@st-mary.example",
        "owner: dana@st-mary.example, costs: {removed: [Running servers]}",
    ),
    "CAT207": (
        "owner: dana@st-mary.example",
        "owner: dana@st-mary.example, risks: {imposed: [No registration in an outage]}",
    ),
    "CAT208": ("channel: mobile", "channel: portal"),
    "CAT209": ("owner: dana@st-mary.example", "owner: dana@st-mary.example, channels: [portal]"),
    "CAT210": (
        "owner: dana@st-mary.example",
        "owner: dana@st-mary.example, utility: {find: {feature: Finds a patient}}",
    ),
    "CAT211": (
        "owner: dana@st-mary.example",
        "owner: dana@st-mary.example, co-creation: {escalate-to: hospital-it}",
    ),
    "CAT221": ("patient  REGISTER", "Staff register"),
    "CAT222": ("Pool Al", "Pool A2"),
    "CAT223": ("\\u200B", ""),
    "CAT301": (
        "owner: dana@st-mary.example",
        "owner: dana@st-mary.example, warranty: {availability: 99.5 %}",
    ),
    "CAT302": ("name: CRM", "name: CRM, service-hours: 24x7"),
    "CAT303": ("100 %", "99.5 %"),
    "CAT304": ("99.5 %", "99.95 %"),
    "CAT305": ('{zone: Europe/Berlin, mon-fri: "08:00-18:00"}', "24x7"),
    "CAT401": (
        "owner: dana@st-mary.example",
        "owner: dana@st-mary.example, relies-on: [hospital-it/network]",
    ),
    "CAT402": ("netwrok", "network"),
    "CAT403": ("stage: retired", "stage: live"),
    "CAT404": ("stage: retired", "stage: retiring"),
    "CAT405": ("stage: built", "stage: live"),
    "CAT406": ("restricted: true", "restricted: true, published-to: [st-mary]"),
    "CAT407": ("ward-3:", "st-mary:"),
    "CAT408": (", relies-on: [hospital-it/crm]", ""),
    "CAT409": ("stage: retired", "stage: live"),
    "CAT410": (", full: 2", ""),
    "CAT411": ("hospital-it/crm, ", ""),
    "CAT412": ("hospital-it/line: 5", "hospital-it/line: 50"),
    "CAT413": (", {soft: hospital-it/network}]", "]"),
    "CAT414": ("[hospital-it/network, {any", "[{any"),
    "CAT415": (
        "{name: Second database, relies-on: [hospital-it/network]}",
        "{name: Second database}",
    ),
    "CAT501": ("netwrok", "network"),
    "CAT502": ("ward-33", "ward-3"),
    "CAT503": ("stage: retired", "stage: live"),
    "CAT504": ("stage: tested", "stage: live"),
    "CAT505": ("{hospital-it:", "{ward-3:"),
    "CAT506": ("stage: live", "stage: live}\nconsumption: {ward-3: [hospital-it/crm]"),
    "CAT507": ("[hospital-it/network]", "[hospital-it/crm]"),
    "CAT508": (
        "hospital-it/network, known-as: The computer",
        "hospital-it/network, known-as: The net",
    ),
    "CAT509": ("consumption: {ward-3: [hospital-it/crm]}", ""),
    "CAT601": ("stage: live", "stage: tested"),
    "CAT701": ("desk-huors", "desk-hours"),
    "CAT702": ("desk-huors", "desk-hours"),
    "CAT703": (", without: hospital-it/nights", ""),
    "CAT704": ('"18:00-22:00"', '"16:00-22:00"'),
    "CAT705": ("hospital-itt", "hospital-it"),
}


def found_in(folder: Path, example: str) -> list[Finding]:
    (folder / "world.yaml").write_text(WORLD, encoding="utf-8")
    (folder / "example.yaml").write_text(example, encoding="utf-8")
    read = read_catalogue(folder)
    assert [str(problem) for problem in read.problems] == []
    return check_catalogue(read.catalogue, live_by_exception=frozenset({"hospital-it/crm"}))


#: What files are refused for already, so that only imports can bring it.
REFUSED_IN_FILES = {"CAT223"}


def example_of(code: str) -> str:
    (example,) = re.findall(r"```yaml\n(.*?)```", SECTIONS[code], re.DOTALL)
    return str(example)


def test_page_and_rules_name_the_same_codes() -> None:
    headings = re.findall(r"^### (CAT\d{3}): ", TEXT, re.MULTILINE)

    assert headings == CODES
    assert sorted(MENDED) == CODES


def test_no_code_is_used_twice() -> None:
    assert len(set(CODES)) == len(CODES)
    assert rule_of("CAT408") is not None and rule_of("CAT999") is None


@pytest.mark.parametrize("code", CODES)
def test_a_section_says_what_the_rule_says(code: str) -> None:
    rule = rule_of(code)
    assert rule is not None
    section = " ".join(SECTIONS[code].split())

    assert section.startswith(f"{code}: {rule.title} Severity: {rule.severity.value}.")
    assert f"**Why.** {rule.idea}" in section
    assert f"**Mend.** {rule.remedy}" in section
    assert re.search(r"\*\*What\.\*\* [A-Z`]", section)


def test_what_files_are_refused_for_is_still_found(tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(example_of("CAT223"), encoding="utf-8")
    assert read_catalogue(tmp_path).problems != []

    service = ServiceDocument("it/crm", "Patient\u200b register", "it")
    found = check_catalogue(CatalogueDocument(services={"it/crm": service}))

    (one,) = [each for each in found if each.code == "CAT223"]
    assert one.sentence == ("The name of it/crm holds characters nobody can see: U+200B.")


@pytest.mark.parametrize("code", sorted(set(CODES) - REFUSED_IN_FILES))
def test_the_example_fails_its_rule(code: str, tmp_path: Path) -> None:
    found = [each for each in found_in(tmp_path, example_of(code)) if each.code == code]

    assert len(found) == 1
    (one,) = found
    assert one.sentence.endswith(".") and one.remedy.endswith(".")
    assert one.path[0] in ("organizations", "people", "calendars", "services", "consumption")
    assert one.subject == one.path[1]


@pytest.mark.parametrize("code", CODES)
def test_the_mended_example_passes_its_rule(code: str, tmp_path: Path) -> None:
    example, (old, new) = example_of(code), MENDED[code]
    assert example.count(old) == 1

    found = found_in(tmp_path, example.replace(old, new))

    assert code not in {each.code for each in found}


def test_the_world_of_the_page_is_clean(tmp_path: Path) -> None:
    assert found_in(tmp_path, "catenary: 1\n") == []
