"""Search: one table of questions with the same answers on both engines, and never anything one
may not see."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from catenary.apps.portfolio.operations.services import remove_services
from catenary.apps.portfolio.queries.lookup import services_by_id
from catenary.apps.portfolio.queries.search import search_services
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import (
    BusinessProcess,
    Channel,
    ConsumptionDocument,
    Measure,
    OutcomeDocument,
    ServiceDocument,
    UtilityKind,
    UtilityRequirement,
)
from catenary.domain.text import words
from tests.apps.worlds import (
    NOBODY,
    OPERATOR,
    as_person,
    begin,
    change,
    define,
    looking_from,
    person,
)
from tests.domain.documents import worlds
from tests.domain.estates import organization, service

pytestmark = pytest.mark.django_db

NAMES = {
    "cafe": "Café Zürich",
    "street": "STRASSE und Straße",
    "version": "Release 2.10 of X-Ray",
    "mail": "E-mail & groupware (Exchange)",
    "logic": "Either OR Neither NOT Both AND",
    "near": "NEAR the column",
    "smile": "Smile 😀 service",
    "chinese": "网络 服务 数据库",
    "telephone": "℡ Hotline №5",
    "greek": "Ωμέγα ΣΊΣΥΦΟΣ",
    "hindi": "हिन्दी सेवा",
    "adlam": "𞤀𞤣𞤤𞤢𞤥 word",
    "long": "a" * 150,
    "quoted": """O'Brien's "best" \\ service: 100% *""",
    "turkish": "İstanbul ışık",
    "ligature": "ﬁne oﬃce",
    "underscore": "snake_case.name",
}


def standing() -> None:
    """One organization with a service for each name, keyed so that the key says nothing."""
    define(
        organizations=[organization("q")],
        people=[person("vera@q.example", "q")],
        services=[service(f"q/z{number}", name=name) for number, name in enumerate(NAMES.values())],
    )


def found(text: str, actor: Actor = OPERATOR, key: str = "q") -> list[str]:
    """The keys in `NAMES` (or references) of what a search finds."""
    viewpoint = looking_from(actor, key)
    matches = search_services(actor=actor, viewpoint=viewpoint, text=text)
    assert not matches.capped
    rows = services_by_id(matches.service_ids).values()
    known = {name: key for key, name in NAMES.items()}
    return sorted(known.get(row.name, row.reference) for row in rows)


QUESTIONS: list[tuple[str, list[str]]] = [
    ("cafe", ["cafe"]),
    ("CAFÉ", ["cafe"]),
    ("Cafe\u0301", ["cafe"]),
    ("zuric", ["cafe"]),
    ("urich", []),
    ("strasse", ["street"]),
    ("Straße", ["street"]),
    ("STRAẞE", ["street"]),
    ("2.10", ["version"]),
    ("2 10", ["version"]),
    ("210", []),
    ("x-ray", ["version"]),
    ("xray", []),
    ("ray release", ["version"]),
    ("e-mail", ["mail"]),
    ("email", []),
    ("mail exchange", ["mail"]),
    ("mail missing", []),
    ("OR", ["logic"]),
    ("or not and", ["logic"]),
    ("either OR nothing", []),
    ("NOT neither", ["logic"]),
    ("NEAR(the column)", ["near"]),
    ("NEAR/2", []),
    ("col:the", ["near"]),
    ("body:near", []),
    ("scope : rall", []),
    ("rall", []),
    ("smile 😀", ["smile"]),
    ("😀", []),
    ("网络", ["chinese"]),
    ("网", ["chinese"]),
    ("络", []),
    ("数据库 服务", ["chinese"]),
    ("tel", ["telephone"]),
    ("TEL hotline", ["telephone"]),
    ("no5", ["telephone"]),
    ("ωμεγα", ["greek"]),
    ("σίσυφος", ["greek"]),
    ("सेवा", ["hindi"]),
    ("𞤀𞤣𞤤", ["adlam"]),
    ("𞤀𞤣𞤤𞤢𞤥 word", ["adlam"]),
    ("word 𞤀𞤣𞤤𞤢𞤥𞤢", []),
    ("a" * 150, ["long"]),
    ("a" * 120, ["long"]),
    # A word is known by its first hundred characters.
    ("a" * 10_000, ["long"]),
    ("a" * 99 + "b" * 9_901, []),
    ("o'brien", ["quoted"]),
    ('"best"', ["quoted"]),
    ('best"', ["quoted"]),
    ('"', []),
    ("'", []),
    ("\\", []),
    ("\\ best", ["quoted"]),
    ("*", []),
    ("bes*", ["quoted"]),
    ("100%", ["quoted"]),
    ("'; DROP TABLE portfolio_search; --", []),
    ("best:*", ["quoted"]),
    ("!best", ["quoted"]),
    ("best & service", ["quoted"]),
    ("(best", ["quoted"]),
    ("^best", ["quoted"]),
    ("best -service", ["quoted"]),
    ("{body} : best", []),
    ("best\x00service", ["quoted"]),
    ("\x00", []),
    ("\ud800 best", ["quoted"]),
    ("\ue000best", ["quoted"]),
    ("istanbul", ["turkish"]),
    ("ışık", ["turkish"]),
    ("fine", ["ligature"]),
    ("office", ["ligature"]),
    ("snake", ["underscore"]),
    ("case name", ["underscore"]),
    ("", []),
    ("   ", []),
    ("\n\t", []),
    ("½", ["version"]),
    ("best " * 2_000, ["quoted"]),
    ("best nothing " * 2_000, []),
]


def test_every_question_has_the_same_answer_on_every_engine() -> None:
    standing()

    answers = {text[:110]: (found(text), expected) for text, expected in QUESTIONS}

    assert {text: pair for text, pair in answers.items() if pair[0] != pair[1]} == {}


def test_at_most_eight_words_are_asked_for() -> None:
    define(organizations=[organization("q")], services=[service("q/a", name="one two three")])

    eight = " ".join(["one", "two", "three", "o", "on", "tw", "thr", "t"])
    assert found(eight) == ["q/a"]
    assert found(f"{eight} nowhere") == ["q/a"]
    assert found(f"one one one one one one one one nowhere {eight}") == []


def test_everything_a_service_says_of_itself_is_found() -> None:
    said = ServiceDocument(
        "q/alpha-key",
        "Bravo",
        "q",
        description="Charlie",
        tags=("delta",),
        outcomes=(OutcomeDocument("seen", "Echo is seen", measure=Measure("foxtrot rate")),),
        utility=(UtilityRequirement("fit", UtilityKind.FEATURE, "golf"),),
        supports_processes=(BusinessProcess("hotel", ("india",)),),
        channels=(Channel("juliett"),),
    )
    define(organizations=[organization("q")], services=[said])

    said_words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"]
    for word in [*said_words, "india", "juliett"]:
        assert found(word) == ["q/alpha-key"], word


def test_a_word_as_long_as_a_text_may_be_is_stored_and_found() -> None:
    define(
        organizations=[organization("q")],
        services=[replace(service("q/a", name="A"), description="网" * 4_000 + " end")],
    )

    assert found("end") == ["q/a"]
    assert found("网" * 10) == ["q/a"]


def test_what_was_said_before_is_no_longer_found() -> None:
    define(organizations=[organization("q")], services=[service("q/a", name="First")])
    define(services=[service("q/a", name="Second")])

    assert (found("first"), found("second")) == ([], ["q/a"])
    remove_services(references=["q/a"], change=change())
    assert found("second") == []


# Who finds what of Bluewater's vault (restricted), patients (Ward 3's), billing (North Clinic's),
# and Ironport's power (relied on) and grid (nobody's business).
@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("vera", "bluewater", "vault patients billing database power"),
        ("edith", "bluewater-apps", "patients billing database power"),
        ("ada", "bluewater-apps", "vault patients billing database power"),
        ("stella", "st-mary", "patients"),
        ("uwe", "ward-3", "patients"),
        ("nora", "north-clinic", "billing"),
        ("ira", "ironport", "power grid"),
        ("", "bluewater", "vault patients billing database power"),
        ("", "ironport", "power grid"),
        ("", "st-mary", "patients"),
    ],
)
def test_one_finds_what_one_may_see_and_nothing_else(name: str, key: str, expected: str) -> None:
    begin()
    actor = as_person(name) if name else OPERATOR

    hits = [
        word
        for word in ["vault", "patients", "billing", "database", "power", "grid"]
        if found(word, actor, key)
    ]

    assert hits == expected.split()


def test_publication_reaches_whom_it_names() -> None:
    begin()
    define(
        services=[
            service("bluewater-ops/news", name="News", published_to=["ward-3"]),
            service("bluewater-ops/status", name="Status", published_to=["*"]),
            service(
                "bluewater-ops/locked", name="Locked", published_to=["ward-3"], restricted=True
            ),
        ]
    )

    for name, key, expected in (
        ("stella", "st-mary", [True, True, True]),
        ("nora", "north-clinic", [False, True, False]),
        ("edith", "bluewater-apps", [True, True, False]),
        ("ada", "bluewater-apps", [True, True, True]),
    ):
        words_found = [
            bool(found(word, as_person(name), key)) for word in ("news", "status", "locked")
        ]
        assert words_found == expected, name
    define(services=[service("bluewater-ops/status", name="Status")])
    assert found("status", as_person("nora"), "north-clinic") == []


def test_a_label_is_found_by_those_at_home_alone() -> None:
    begin()
    document = service("bluewater-apps/patients", "bluewater-ops/database", name="Patients")
    define(services=[replace(document, tags=("gold-plated",))])

    assert found("gold", as_person("vera"), "bluewater") == ["bluewater-apps/patients"]
    assert found("gold patients", as_person("vera"), "bluewater") == ["bluewater-apps/patients"]
    assert found("gold", as_person("uwe"), "ward-3") == []
    assert found("patients", as_person("uwe"), "ward-3") == ["bluewater-apps/patients"]


def test_a_service_is_found_by_the_name_its_customers_use_at_home_alone() -> None:
    begin()
    define(consumption=[ConsumptionDocument("ward-3", "bluewater-apps/patients", "Bed board")])

    for words_of_it in ("bed board", "board", "be"):
        assert found(words_of_it, as_person("uwe"), "ward-3") == ["bluewater-apps/patients"]
    assert found("bed", as_person("vera"), "bluewater") == []


def test_more_than_the_cap_is_said_to_be_more() -> None:
    define(
        organizations=[organization("q")],
        services=[service(f"q/s{number}", name="common") for number in range(12)],
    )
    viewpoint = looking_from(OPERATOR, "q")

    for cap, capped in ((11, True), (12, False), (13, False)):
        matches = search_services(actor=OPERATOR, viewpoint=viewpoint, text="common", cap=cap)
        assert (len(matches.service_ids), matches.capped) == (min(cap, 12), capped)


def test_somebody_without_memberships_finds_what_everyone_may() -> None:
    begin()
    viewpoint = looking_from(OPERATOR, "bluewater")

    # Nobody gets such a viewpoint; were it given, restricted services would stay hidden.
    matches = search_services(actor=NOBODY, viewpoint=viewpoint, text="vault")

    assert matches.service_ids == ()


@given(st.text(max_size=40))
def test_no_text_breaks_the_search_and_words_are_stable(text: str) -> None:
    found_words = words(text)

    assert words(" ".join(found_words)) == found_words
    assert all(word == word.strip() and word for word in found_words)


@given(worlds.names, st.integers(1, 8))
def test_every_service_is_found_by_each_word_of_its_name_and_its_beginning(
    name: str, length: int
) -> None:
    with transaction.atomic():
        define(organizations=[organization("q")], services=[service("q/a", name=name)])
        wrong = [
            word for word in words(name) if not (found(word) == found(word[:length]) == ["q/a"])
        ]
        transaction.set_rollback(True)

    assert wrong == []


def test_a_restricted_service_published_at_home_is_found_by_no_more_people_there() -> None:
    begin()
    define(services=[service("bluewater-ops/vault", restricted=True, published_to=["bluewater"])])

    actor = as_person("edith")
    found = search_services(
        actor=actor, viewpoint=looking_from(actor, "bluewater"), text="bluewater ops vault"
    )

    assert found.service_ids == ()
