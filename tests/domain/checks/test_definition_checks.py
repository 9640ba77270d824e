"""Definition checks beyond one example each: loops of any length, viewpoint, scope, chaos."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catenary.domain.checks import RULES, check_catalogue
from catenary.domain.documents.shapes import (
    Burden,
    CatalogueDocument,
    Channel,
    CoCreation,
    ConsumptionDocument,
    DependencyGroupDocument,
    Measure,
    OrganizationDocument,
    OutcomeDocument,
    PersonDocument,
    ServiceDocument,
    ServiceHours,
    Stage,
    Supporter,
    UtilityKind,
    UtilityRequirement,
    Warranty,
)
from catenary.domain.findings import SEVERITY_ORDER, Finding


def relies(*groups: str | tuple[str, ...], minimum: int = 1) -> tuple[DependencyGroupDocument, ...]:
    return tuple(
        DependencyGroupDocument((Supporter(group),))
        if isinstance(group, str)
        else DependencyGroupDocument(
            tuple(Supporter(member) for member in group), Decimal(minimum), Decimal(minimum)
        )
        for group in groups
    )


def service(reference: str, *groups: str | tuple[str, ...], **more: object) -> ServiceDocument:
    plain = ServiceDocument(reference, "", reference.split("/")[0], relies_on=relies(*groups))
    return replace(plain, **more)  # type: ignore[arg-type]


def world(*services: ServiceDocument, consumed: str = "") -> CatalogueDocument:
    """Hospital and its wards, Acme, and who consumes what: ``consumer service`` per line."""
    tree = {"hospital": "", "it": "hospital", "desk": "it", "ward": "hospital", "acme": ""}
    rows = [tuple(line.split()) for line in consumed.splitlines() if line.strip()]
    return CatalogueDocument(
        {key: OrganizationDocument(key, key.title(), above) for key, above in tree.items()},
        {"dana@h": PersonDocument("dana@h", "Dana", "it")},
        {each.reference: each for each in services},
        {(who, what): ConsumptionDocument(who, what) for who, what in rows},
    )


def found(code: str, catalogue: CatalogueDocument, **more: frozenset[str]) -> list[Finding]:
    return [each for each in check_catalogue(catalogue, **more) if each.code == code]


# Loops


def test_a_service_that_relies_on_itself_is_a_loop_of_one() -> None:
    (one,) = found("CAT408", world(service("it/a", "it/a", name="Crm")))

    assert one.sentence == "Crm relies on itself."


def test_a_cycle_is_named_once() -> None:
    (one,) = found("CAT408", world(service("it/b", "it/a"), service("it/a", "it/b")))

    assert (one.subject, one.path) == ("it/a", ("services", "it/a", "relies-on", 0))
    assert one.sentence == "it/a relies on itself: it/a → it/b → it/a."


def test_a_cycle_of_ten_thousand_is_one_readable_sentence() -> None:
    size = 10_000
    ring = [service(f"it/s{at}", f"it/s{(at + 1) % size}") for at in range(size)]

    (one,) = found("CAT408", world(*ring))

    assert one.subject == "it/s0"
    assert one.sentence == (
        "it/s0 relies on itself: it/s0 → it/s1 → it/s2 → it/s3 → … 9,995 more … → it/s9999 → "
        "it/s0. The loop holds 10,000 services."
    )


def test_tangled_loops_are_one_finding_with_the_shortest_way_round() -> None:
    tangle = world(
        service("it/a", "it/b"),
        service("it/b", "it/c", "it/a"),
        service("it/c", "it/d"),
        service("it/d", "it/a"),
    )

    (one,) = found("CAT408", tangle)

    assert "it/a → it/b → it/a." in one.sentence
    assert "4 services rely on each other" in one.sentence


def test_two_separate_loops_are_two_findings() -> None:
    pairs = [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"), ("e", "a")]

    loops = found("CAT408", world(*(service(f"it/{a}", f"it/{b}") for a, b in pairs)))

    assert [each.subject for each in loops] == ["it/a", "it/c"]


def test_a_loop_is_told_at_a_subject_in_scope() -> None:
    ring = world(service("it/a", "it/b"), service("it/b", "it/a"), service("it/c"))

    (one,) = found("CAT408", ring, scope=frozenset({"it/b"}))
    assert one.sentence == "it/b relies on itself: it/b → it/a → it/b."
    assert found("CAT408", ring, scope=frozenset({"it/c"})) == []


def test_a_loop_through_a_retired_service_is_none() -> None:
    ring = world(service("it/a", "it/b"), service("it/b", "it/a", stage=Stage.RETIRED))

    assert found("CAT408", ring) == []


def test_organizations_in_a_long_loop_are_named_once_and_cut() -> None:
    keys = [f"o{at}" for at in range(5_000)]
    ring = {key: OrganizationDocument(key, key, keys[at - 1]) for at, key in enumerate(keys)}

    (one,) = found("CAT102", CatalogueDocument(ring))

    assert one.subject == "o0" and "and 4,994 more are part of each other" in one.sentence


# Viewpoint


@pytest.mark.parametrize(
    ("consumer", "customer_facing"),
    [("acme", True), ("ward", True), ("hospital", True), ("it", False), ("desk", False)],
)
def test_customer_facing_is_judged_from_the_provider(consumer: str, customer_facing: bool) -> None:
    catalogue = world(service("it/a"), consumed=f"{consumer} it/a")

    assert bool(found("CAT201", catalogue)) is customer_facing


@pytest.mark.parametrize(
    ("relying", "customer_facing"),
    [
        (service("ward/x", "it/a"), True),
        (service("desk/x", "it/a"), False),
        (service("it/x", "it/a"), False),
        (service("ward/x", "it/a", stage=Stage.RETIRED), False),
        (service("it/x", "it/a", provider="acme"), True),
    ],
)
def test_reliance_from_outside_makes_customer_facing(
    relying: ServiceDocument, customer_facing: bool
) -> None:
    subjects = {each.subject for each in found("CAT201", world(service("it/a"), relying))}

    assert ("it/a" in subjects) is customer_facing


@pytest.mark.parametrize("consumer", ["it", "hospital"])
def test_consumption_of_the_provider_or_above_allows_reliance(consumer: str) -> None:
    chain = (service("it/a", "acme/db"), service("acme/db"))

    assert len(found("CAT407", world(*chain, consumed="desk acme/db"))) == 1
    assert found("CAT407", world(*chain, consumed=f"{consumer} acme/db")) == []


def test_an_unreachable_supporter_is_said_once() -> None:
    catalogue = world(service("it/a", "acme/db"), service("acme/db", restricted=True))

    assert len(found("CAT406", catalogue)) == 1
    assert found("CAT407", catalogue) == []


# Redundancy


@pytest.mark.parametrize(
    ("label", "supporters", "shared"),
    [
        ("direct", {"x": ["z"], "y": ["z"]}, True),
        ("three steps down", {"x": ["p"], "p": ["q"], "q": ["z"], "y": ["z"]}, True),
        ("one rests on the other", {"x": ["y"], "y": []}, True),
        ("separate", {"x": ["z"], "y": ["w"]}, False),
    ],
)
def test_redundancy_that_shares_a_supporter(
    label: str, supporters: dict[str, list[str]], shared: bool
) -> None:
    below = [service(f"it/{key}", *(f"it/{on}" for on in ons)) for key, ons in supporters.items()]
    catalogue = world(service("it/a", ("it/x", "it/y")), service("it/z"), service("it/w"), *below)

    assert bool(found("CAT415", catalogue)) is shared, label


def test_two_of_three_are_redundant_until_two_share() -> None:
    three = service("it/a", relies_on=relies(("it/x", "it/y", "it/v"), minimum=2))
    rest = [service("it/z"), service("it/v")]
    one_shares = world(three, service("it/x", "it/z"), service("it/y"), *rest)
    two_share = world(three, service("it/x", "it/z"), service("it/y", "it/z"), *rest)

    assert found("CAT415", one_shares) == []
    (one,) = found("CAT415", two_share)
    assert "3 alternatives (it/x, it/y and it/v), but 2 of them cannot do without it/z" in (
        one.sentence
    )


# The whole


def clean() -> CatalogueDocument:
    """A catalogue in which both sides have said all they should."""
    said = ServiceDocument(
        "it/patients",
        "Patient management",
        "it",
        owner="dana@h",
        stage=Stage.LIVE,
        outcomes=(
            OutcomeDocument(
                "sooner",
                "Patients are seen sooner",
                wanted_by="ward",
                measure=Measure("wait", "min", Decimal(50), Decimal(30), "lower"),
            ),
        ),
        costs=Burden(("Servers",), ("Two key users",)),
        risks=Burden(("Lost records",), ("No registration while it is down",)),
        co_creation=CoCreation(talk_to=("dana@h",), escalate_to=("it",)),
        channels=(Channel("portal", ("register",)),),
        utility=(UtilityRequirement("find", UtilityKind.FEATURE, "Finds a patient", "portal"),),
        warranty=Warranty(availability=Decimal("99.5")),
        service_hours=ServiceHours(),
        relies_on=relies("it/net", ("it/db-1", "it/db-2")),
    )
    inner = [
        service(f"it/{key}", name=key, owner="it", stage=Stage.LIVE)
        for key in ("net", "db-1", "db-2")
    ]
    return world(said, *inner, consumed="ward it/patients")


def test_a_clean_catalogue_has_no_findings() -> None:
    assert check_catalogue(clean()) == []


def test_an_empty_catalogue_has_no_findings() -> None:
    assert check_catalogue(CatalogueDocument()) == []


def test_live_by_exception_is_shown() -> None:
    (one,) = check_catalogue(clean(), live_by_exception=frozenset({"it/net"}))

    assert (one.code, one.subject) == ("CAT601", "it/net")


def test_hostile_names_cannot_break_a_sentence() -> None:
    name = "\x1b[31m\u202e" + "x" * 10_000

    findings = check_catalogue(world(service("it/a", "it/\n\x00gone", name=name)))

    assert findings != []
    for each in findings:
        assert each.sentence.isprintable() and len(each.sentence) < 400


KEYS = st.sampled_from(["hospital", "it", "desk", "ward", "acme", "nobody"])
REFERENCES = st.sampled_from([f"{org}/{key}" for org in ("it", "acme", "x") for key in "abc"])
TEXTS = st.sampled_from(["", "CRM", "crm", "СRM", "A\u200bB", "l1", "Il"]) | st.text(max_size=5)
NUMBERS = st.none() | st.integers(0, 100).map(Decimal)
GROUPS = st.builds(
    lambda names, least, soft: DependencyGroupDocument(
        tuple(Supporter(name, Decimal(weight)) for name, weight in names),
        Decimal(min(least, sum(weight for _, weight in names))),
        Decimal(sum(weight for _, weight in names)),
        soft,
    ),
    st.lists(st.tuples(REFERENCES, st.integers(1, 5)), min_size=1, max_size=4),
    st.integers(1, 5),
    st.booleans(),
)
OUTCOMES = st.builds(
    OutcomeDocument,
    st.just("o"),
    TEXTS,
    wanted_by=st.just("") | KEYS,
    measure=st.none() | st.builds(Measure, TEXTS, TEXTS, NUMBERS, NUMBERS),
)
SERVICES = st.builds(
    ServiceDocument,
    REFERENCES,
    TEXTS,
    KEYS,
    owner=st.just("") | KEYS,
    stage=st.sampled_from(list(Stage)),
    restricted=st.booleans(),
    published_to=st.lists(KEYS | st.just("*"), max_size=2).map(tuple),
    outcomes=st.lists(OUTCOMES, max_size=1).map(tuple),
    warranty=st.builds(Warranty, availability=NUMBERS),
    service_hours=st.none() | st.just(ServiceHours()),
    relies_on=st.lists(GROUPS, max_size=3).map(tuple),
)
CATALOGUES = st.builds(
    lambda above, services, rows: CatalogueDocument(
        {key: OrganizationDocument(key, key, part) for key, part in above.items()},
        {},
        {each.reference: each for each in services},
        {(row.consumer, row.service): row for row in rows},
    ),
    st.dictionaries(KEYS, st.just("") | KEYS),
    st.lists(SERVICES, max_size=8),
    st.lists(st.builds(ConsumptionDocument, KEYS, REFERENCES, TEXTS), max_size=6),
)


@given(CATALOGUES, st.randoms(use_true_random=False))
def test_any_catalogue_gets_ordered_findings_whatever_order_it_is_read_in(
    catalogue: CatalogueDocument, chance: random.Random
) -> None:
    severity = {each.code: each.severity for each in RULES}

    findings = check_catalogue(catalogue)

    order = [(SEVERITY_ORDER[each.severity], each.code, each.subject) for each in findings]
    assert order == sorted(order)
    assert all(severity[each.code] == each.severity for each in findings)
    services, rows = list(catalogue.services.items()), list(catalogue.consumption.items())
    chance.shuffle(services)
    chance.shuffle(rows)
    shuffled = replace(catalogue, services=dict(services), consumption=dict(rows))
    again = check_catalogue(shuffled)
    assert sorted((each.code, each.subject) for each in again) == sorted(
        (each.code, each.subject) for each in findings
    )


@given(CATALOGUES, st.frozensets(REFERENCES | KEYS))
def test_scope_never_adds_and_reports_only_its_subjects(
    catalogue: CatalogueDocument, scope: frozenset[str]
) -> None:
    everything = {(each.code, each.subject) for each in check_catalogue(catalogue)}

    for each in check_catalogue(catalogue, scope=scope):
        assert each.subject in scope
        # A loop moves its one finding to the subject asked about.
        assert (each.code, each.subject) in everything or each.code in ("CAT102", "CAT408")


@pytest.mark.parametrize(
    ("label", "groups", "sentence"),
    [
        ("by itself", relies("it/b", "it/b"), "it/a names it/b twice, by itself."),
        ("in a group", relies(("it/b", "it/b")), "it/a names it/b twice, within one group."),
    ],
)
def test_a_supporter_counted_twice(
    label: str, groups: tuple[DependencyGroupDocument, ...], sentence: str
) -> None:
    (one,) = found("CAT413", world(service("it/a", relies_on=groups), service("it/b")))

    assert one.sentence == sentence, label
