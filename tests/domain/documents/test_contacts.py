"""People in kept documents stand there by number."""

from __future__ import annotations

from catenary.domain.documents.contacts import addresses_in, as_read, by_contact, people_in, to_keep

SAID = {
    "name": "Patient management",
    "owner": "dana@st-mary.example",
    "co-creation": {
        "provider": "Keeps the portal current",
        "talk-to": "hospital-it",
        "escalate-to": ["sam@st-mary.example", "nobody@else.example"],
    },
}
NUMBERS = {"dana@st-mary.example": 17, "sam@st-mary.example": 4}


def test_known_people_are_kept_by_number_and_nobody_else_is_touched() -> None:
    kept = to_keep(SAID, NUMBERS)

    assert kept["owner"] == "person/17"
    assert kept["co-creation"] == {
        "provider": "Keeps the portal current",
        "talk-to": "hospital-it",
        "escalate-to": ["person/4", "nobody@else.example"],
    }
    assert SAID["owner"] == "dana@st-mary.example"


def test_what_is_kept_reads_as_it_was_said() -> None:
    kept = to_keep(SAID, NUMBERS)

    assert people_in([kept]) == {17, 4}
    addresses = by_contact({17: "dana@st-mary.example", 4: "sam@st-mary.example"})
    assert as_read(kept, addresses) == SAID


def test_every_address_in_a_document_is_found() -> None:
    assert addresses_in([SAID, {"name": "Nothing"}]) == {
        "dana@st-mary.example",
        "sam@st-mary.example",
        "nobody@else.example",
    }


def test_the_number_of_somebody_forgotten_stays_a_number() -> None:
    assert as_read({"name": "x", "owner": "person/9"}, {})["owner"] == "person/9"
