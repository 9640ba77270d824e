"""Export and apply: what was written out says what is there, and changes nothing."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from catenary.apps.portfolio.queries.documents import live_catalogue
from catenary.domain.documents import shapes
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    DependencyGroupDocument,
    MembershipDocument,
    PersonDocument,
    ServiceDocument,
)
from catenary.exchange.catalogue.planning import plan_catalogue
from catenary.exchange.catalogue.reading import read_catalogue
from catenary.exchange.catalogue.writing import write_catalogue
from tests.apps.worlds import FILES, OPERATOR, begin, entries, everything, say
from tests.domain.documents import worlds

pytestmark = pytest.mark.django_db

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
STORIES = sorted(
    {file.parent for file in EXAMPLES.glob("*/*.yaml") if file.parent.name != "mappings"}
)


def exported() -> CatalogueDocument:
    """The live catalogue, written as files and read back."""
    said = live_catalogue(OPERATOR, None)
    with TemporaryDirectory() as folder:
        write_catalogue(said, Path(folder))
        read = read_catalogue(Path(folder))
    assert read.problems == []
    assert read.catalogue == said
    return read.catalogue


def nothing_to_do(wanted: CatalogueDocument) -> None:
    """Applying this, as whoever, with or without pruning, changes nothing and writes nothing."""
    before = entries()
    for source in (FILES, "folder:elsewhere"):
        for prune in (False, True):
            plan = plan_catalogue(wanted=wanted, source=source, prune=prune)
            assert plan.items == ()
            assert plan.refusals == ()
    say(wanted)
    assert entries() == before


def test_the_seven_stories_are_there() -> None:
    assert len(STORIES) == 7


@pytest.mark.parametrize("story", STORIES, ids=lambda folder: folder.name)
def test_a_story_exported_and_applied_changes_nothing(story: Path) -> None:
    read = read_catalogue(story)
    assert read.problems == []
    say(read.catalogue)

    assert live_catalogue(OPERATOR, None) == read.catalogue
    nothing_to_do(exported())


def test_all_stories_together_exported_and_applied_change_nothing() -> None:
    for story in STORIES:
        say(read_catalogue(story).catalogue, source=f"folder:{story.name}")

    before = entries()
    wanted = exported()

    assert plan_catalogue(wanted=wanted, source="folder:export", prune=True).is_empty
    assert entries() == before


def test_an_export_makes_the_same_catalogue_elsewhere() -> None:
    begin()
    wanted = exported()
    with transaction.atomic():
        say(CatalogueDocument(), prune=True)
        assert live_catalogue(OPERATOR, None) == CatalogueDocument()
        say(wanted)

    assert live_catalogue(OPERATOR, None) == everything()


@st.composite
def whole_catalogues(draw: st.DrawFn) -> CatalogueDocument:
    """Any catalogue whose references lead somewhere, with everything a service may say."""
    keys = draw(st.lists(worlds.keys, min_size=1, max_size=4, unique=True))
    organizations = {}
    for position, key in enumerate(keys):
        document = draw(worlds.organizations)
        above = draw(st.sampled_from(["", *keys[:position]]))
        organizations[key] = shapes.OrganizationDocument(
            key, document.name, above, document.description
        )
    references = draw(
        st.lists(
            st.builds(lambda o, k: f"{o}/{k}", st.sampled_from(keys), worlds.keys),
            max_size=4,
            unique=True,
        )
    )
    services = {r: draw(services_like(r, keys, references)) for r in references}
    people = {}
    for email in draw(st.lists(worlds.emails, max_size=2, unique=True)):
        said = draw(worlds.people)
        roles = [m.roles for m in said.memberships]
        where = draw(st.permutations(keys))
        memberships = tuple(
            MembershipDocument(key, given) for key, given in sorted(zip(where, roles, strict=False))
        )
        people[email] = PersonDocument(email, said.name, draw(st.sampled_from(keys)), memberships)
    pairs = (
        draw(
            st.lists(
                st.tuples(st.sampled_from(keys), st.sampled_from(references)),
                max_size=3,
                unique=True,
            )
        )
        if references
        else []
    )
    consumption = {
        pair: shapes.ConsumptionDocument(*pair, draw(worlds.maybe_name)) for pair in pairs
    }
    return CatalogueDocument(organizations, people, services, consumption)


@st.composite
def services_like(
    draw: st.DrawFn, reference: str, keys: list[str], references: list[str]
) -> ServiceDocument:
    """A service that says anything, of services and organizations that are there."""
    said = draw(worlds.services)
    groups: dict[tuple[str, ...], DependencyGroupDocument] = {}
    for group in said.relies_on:
        members = draw(
            st.lists(
                st.sampled_from(references),
                min_size=min(len(group.members), len(references)),
                max_size=len(group.members),
                unique=True,
            )
        )
        kept = tuple(
            shapes.Supporter(other, member.weight)
            for other, member in zip(members, group.members, strict=False)
        )
        total = sum(member.weight for member in kept)
        if group.full <= total:
            groups[tuple(sorted(members))] = DependencyGroupDocument(
                kept, group.minimum, group.full, group.soft
            )
    published = said.published_to and draw(
        st.just(("*",)) | st.lists(st.sampled_from(keys), unique=True).map(tuple)
    )
    changes = {
        "reference": reference,
        "provider": draw(st.sampled_from(keys)),
        "published_to": published,
        "relies_on": tuple(groups.values()),
    }
    fields = {name: getattr(said, name) for name in said.__dataclass_fields__}
    return ServiceDocument(**{**fields, **changes})


@settings(max_examples=40)
@given(whole_catalogues())
def test_any_catalogue_exported_and_applied_changes_nothing(said: CatalogueDocument) -> None:
    with transaction.atomic():
        say(said)
        live = live_catalogue(OPERATOR, None)
        wanted = exported()
        nothing_to_do(wanted)
        transaction.set_rollback(True)

    assert live.organizations == said.organizations
    assert live.people == said.people
    assert live.services == said.services
    assert live.consumption == said.consumption


@settings(max_examples=20)
@given(whole_catalogues(), whole_catalogues())
def test_from_any_catalogue_to_any_other_and_nothing_is_left_to_do(
    first: CatalogueDocument, second: CatalogueDocument
) -> None:
    with transaction.atomic():
        say(first)
        say(second, prune=True)
        live = live_catalogue(OPERATOR, None)
        nothing_to_do(second)
        transaction.set_rollback(True)

    assert live == second
