"""People and their roles: who may give them, whom one may take over, and what history keeps."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.db import transaction

from catenary.apps.history.choices import Kind
from catenary.apps.history.models import Revision
from catenary.apps.history.queries import all_documents
from catenary.apps.organizations.operations.organizations import (
    define_organizations,
    remove_organizations,
)
from catenary.apps.organizations.operations.people import (
    define_people,
    give_account,
    remove_people,
)
from catenary.apps.organizations.queries import (
    actor_of_account,
    actor_of_person,
    home_viewpoint,
    members_of,
    organization_tree,
    organizations_by_key,
    people_to_invite,
    person_documents,
    viewpoint_of,
)
from catenary.domain.actors import Actor
from catenary.domain.documents.shapes import MembershipDocument, PersonDocument, Role
from catenary.domain.refusals import Refused
from tests.apps.worlds import (
    NOBODY,
    OPERATOR,
    PEOPLE,
    as_person,
    begin,
    change,
    define,
    entries,
    person,
    refusal_codes,
    revisions,
)
from tests.domain.estates import organization

pytestmark = pytest.mark.django_db


def refused(document: PersonDocument, actor: Actor) -> list[str]:
    """Why somebody may not say this of a person; nothing changed, nothing stands in history."""
    before, people = entries(), person_documents()
    with pytest.raises(Refused) as caught, transaction.atomic():
        define_people(documents=[document], change=change(actor))
    assert entries() == before
    assert person_documents() == people
    return refusal_codes(caught.value)


def test_people_are_what_was_said_of_them() -> None:
    begin()

    assert person_documents() == {document.email: document for document in PEOPLE}


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("", False),
        ("stella", False),
        ("vera", False),
        ("edith", False),
        ("adam", True),
        ("ada", True),
    ],
)
def test_administrators_there_or_above_bring_people_in(name: str, may: bool) -> None:
    begin()
    actor = as_person(name) if name else NOBODY
    new = person("new@bluewater.example", "bluewater-apps", Role.VIEWER)

    if may:
        define(people=[new], actor=actor)
        assert person_documents()[new.email] == new
        assert revisions()[-1][2] == "created"
    else:
        assert refused(new, actor) == ["not-allowed"]


def test_a_role_elsewhere_needs_the_administrator_of_that_place() -> None:
    begin()
    new = replace(
        person("new@bluewater.example", "bluewater-apps"),
        memberships=(MembershipDocument("bluewater-ops", (Role.ADMINISTRATOR,)),),
    )

    assert refused(new, as_person("adam")) == ["not-allowed"]
    define(people=[new], actor=as_person("ada"))


def test_an_organization_nobody_knows_is_refused() -> None:
    begin()

    lost = person("new@bluewater.example", "nowhere", Role.VIEWER)
    assert refused(lost, as_person("ada")) == ["not-allowed"]
    assert refused(lost, OPERATOR) == ["organization-missing"]


def test_a_foreign_organization_and_none_at_all_are_refused_in_the_same_words() -> None:
    begin()

    said = set()
    for key in ("st-mary", "nowhere"):
        with pytest.raises(Refused) as caught, transaction.atomic():
            define(people=[person("new@x.example", key)], actor=as_person("ada"))
        said |= {
            f"{r.code} {r.sentence} {r.remedy}".replace(key, "X") for r in caught.value.refusals
        }
    assert len(said) == 1


def test_nobody_takes_a_person_out_of_another_organization() -> None:
    begin()

    # St. Mary's administrator would empty Ada's roles at Bluewater and rename her.
    taken = person("ada@bluewater.example", "st-mary", Role.USER)
    assert refused(taken, as_person("stella")) == ["not-allowed"]
    # Nor does one who administers a part take from the whole.
    assert refused(person("ada@bluewater.example", "bluewater-apps"), as_person("adam")) == [
        "not-allowed"
    ]


def test_nobody_takes_a_role_that_was_given_elsewhere() -> None:
    begin()
    edith = person("edith@bluewater.example", "bluewater-apps", Role.CATALOGUE_EDITOR)
    also = MembershipDocument("st-mary", (Role.SPONSOR,))
    define(people=[replace(edith, memberships=(*edith.memberships, also))])

    assert refused(edith, as_person("ada")) == ["not-allowed"]
    # Naming the other role as it stands takes nothing away.
    define(
        people=[replace(edith, name="Edith E.", memberships=(*edith.memberships, also))],
        actor=as_person("ada"),
    )
    assert person_documents()[edith.email].memberships[-1] == also


def test_a_removed_person_may_begin_again_elsewhere() -> None:
    begin()
    remove_people(emails=["otto@bluewater.example"], change=change(as_person("adam")))
    number = Revision.objects.filter(action="removed").values_list("object_id", flat=True).get()

    again = person("otto@bluewater.example", "st-mary", Role.USER)
    define(people=[again], actor=as_person("stella"))

    assert person_documents()[again.email] == again
    assert revisions()[-1] == ("person", f"person/{number}", "restored")


def test_a_removed_person_can_do_nothing_and_is_gone_from_every_list() -> None:
    begin()
    adam = as_person("adam")
    account = give_account(
        email=adam.email, password="a long enough password", is_operator=False, change=change()
    )
    assert actor_of_account(account, False, "web").memberships == adam.memberships

    with transaction.atomic():
        remove_people(emails=[adam.email], change=change())

    assert actor_of_person(adam.email, "web") is None
    assert actor_of_account(account, False, "web").memberships == ()
    assert adam.email not in person_documents()
    apps = organizations_by_key(["bluewater-apps"])["bluewater-apps"]
    assert adam.email not in {member.email for member in members_of(apps.id)}
    before = entries()
    remove_people(emails=[adam.email, "nobody@bluewater.example"], change=change())
    assert entries() == (before[0] + 1, before[1])


@pytest.mark.parametrize(("name", "may"), [("stella", False), ("edith", False), ("adam", True)])
def test_people_are_removed_by_their_administrator(name: str, may: bool) -> None:
    begin()
    before = entries()
    if may:
        remove_people(emails=["otto@bluewater.example"], change=change(as_person(name)))
        assert actor_of_person("otto@bluewater.example", "web") is None
        return
    with pytest.raises(Refused), transaction.atomic():
        remove_people(emails=["otto@bluewater.example"], change=change(as_person(name)))
    assert entries() == before
    assert actor_of_person("otto@bluewater.example", "web") is not None


def test_history_names_people_by_number_alone() -> None:
    begin()
    define(people=[person("vera@bluewater.example", "bluewater", Role.USER)])
    remove_people(emails=["otto@bluewater.example"], change=change())

    kept = Revision.objects.filter(kind=str(Kind.PERSON))
    texts = " ".join(f"{row.reference} {row.document}" for row in kept)

    assert kept.count() == len(PEOPLE) + 2
    for document in PEOPLE:
        assert document.email not in texts
        assert document.name not in json.dumps([plain for _, plain in all_documents(Kind.PERSON)])


def test_one_looks_from_where_one_belongs_and_nowhere_else() -> None:
    begin()
    uwe, ada = as_person("uwe"), as_person("ada")

    home = home_viewpoint(uwe)
    assert home is not None and (home.key, home.root_key) == ("ward-3", "st-mary")
    assert viewpoint_of(uwe, "st-mary") is not None
    for key in ("bluewater", "north-clinic", "nowhere", "", "ward-3\x00", "Ward-3", "st-mary/"):
        assert viewpoint_of(uwe, key) is None
    assert viewpoint_of(ada, "bluewater-ops") is not None
    assert viewpoint_of(OPERATOR, "ward-3") is not None
    assert viewpoint_of(NOBODY, "bluewater") is None
    assert home_viewpoint(NOBODY) is None
    first = home_viewpoint(OPERATOR)
    assert first is not None and first.key == organization_tree()[0].key


def test_whoever_has_no_account_is_still_to_be_invited() -> None:
    begin()
    give_account(
        email="Ada@bluewater.example", password="a long password", is_operator=True, change=change()
    )

    invited = {row.email for row in people_to_invite()}

    assert invited == {document.email for document in PEOPLE} - {"ada@bluewater.example"}
    actor = actor_of_person("ADA@bluewater.example", "web")
    assert actor is not None and actor.is_operator


def test_an_organization_with_parts_or_people_stays() -> None:
    begin()
    define(organizations=[organization("empty", "bluewater"), organization("inner", "empty")])
    before = entries()

    def reasons(*keys: str, actor: Actor = OPERATOR) -> list[str]:
        with pytest.raises(Refused) as caught, transaction.atomic():
            remove_organizations(keys=keys, change=change(actor))
        assert entries() == before
        return refusal_codes(caught.value)

    assert reasons("empty") == ["organization-has-parts"]
    assert reasons("ward-3") == ["organization-has-people"]
    assert reasons("inner", actor=as_person("adam")) == ["not-allowed"]
    assert reasons("inner", actor=as_person("stella")) == ["not-allowed"]

    with transaction.atomic():
        remove_organizations(keys=["empty", "inner"], change=change(as_person("ada")))
    assert organizations_by_key(["empty", "inner"]) == {}
    assert [row[1:] for row in revisions()[-2:]] == [("empty", "removed"), ("inner", "removed")]


def test_an_organization_removed_and_said_again_keeps_its_number() -> None:
    define(organizations=[organization("acme"), organization("team", "acme")])
    number = organizations_by_key(["team"])["team"].id
    remove_organizations(keys=["team"], change=change())

    define(organizations=[organization("team", "acme", "Team again")])

    assert organizations_by_key(["team"])["team"].id == number
    assert revisions()[-1] == ("organization", "team", "restored")


def test_a_removed_organization_does_not_come_back_under_somebody_else() -> None:
    begin()
    define(organizations=[organization("team", "bluewater")])
    remove_organizations(keys=["team"], change=change())
    before = entries()

    with pytest.raises(Refused), transaction.atomic():
        define_organizations(
            documents=[organization("team", "bluewater")], change=change(as_person("stella"))
        )

    assert entries() == before


def test_roles_in_a_removed_organization_are_not_said_any_more() -> None:
    begin()
    define(organizations=[organization("team", "bluewater")])
    vera = replace(
        person("vera@bluewater.example", "bluewater", Role.VIEWER),
        memberships=(
            MembershipDocument("bluewater", (Role.VIEWER,)),
            MembershipDocument("team", (Role.USER,)),
        ),
    )
    define(people=[vera])

    with pytest.raises(Refused) as caught, transaction.atomic():
        remove_organizations(keys=["team"], change=change())

    assert refusal_codes(caught.value) == ["organization-has-people"]
