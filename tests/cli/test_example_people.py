"""Whom the demonstration introduces, and that starting it again signs nobody out."""

from __future__ import annotations

from itertools import groupby

import pytest
from django.utils import timezone

from catenary.apps.access.models import Account
from catenary.apps.access.operations.accounts import create_accounts
from catenary.cli.example_people import example_people, introduced
from tests.conftest import ROOT

STORIES = [folder for folder in sorted((ROOT / "examples").iterdir()) if folder.name != "mappings"]


def test_three_of_each_story_are_introduced_from_both_sides() -> None:
    people = example_people([story for story in STORIES if story.is_dir()])

    for story, of in groupby(people, key=lambda person: person.story):
        first, customer, other = introduced(list(of))
        assert not first.is_mere_customer, story
        assert customer.is_mere_customer, story
        assert len(other.houses) > 1 or other.houses != first.houses, story


def test_jo_who_belongs_to_two_houses_is_introduced() -> None:
    people = example_people([ROOT / "examples" / "software-house"])

    assert "jo.keller@stonebridge.example" in {person.email for person in introduced(people)}


@pytest.mark.django_db
def test_the_same_password_again_changes_nothing_and_another_one_counts_for_all() -> None:
    emails = ["a@x.example", "B@x.example"]

    first = create_accounts(emails=emails, password="one of them 4711", at=timezone.now())
    before = dict(Account.objects.values_list("email", "password"))
    again = create_accounts(
        emails=[*emails, "c@x.example"], password="one of them 4711", at=timezone.now()
    )
    assert {**first, "c@x.example": again["c@x.example"]} == again
    assert before.items() <= dict(Account.objects.values_list("email", "password")).items()

    create_accounts(emails=emails, password="quite another 4712", at=timezone.now())
    for account in Account.objects.exclude(email="c@x.example"):
        assert account.check_password("quite another 4712")
