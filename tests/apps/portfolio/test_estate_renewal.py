"""The estate that is brought up to date after an edit equals one that is loaded anew."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from catenary.apps.history.queries import last_mark, revised_since
from catenary.apps.portfolio.queries import estate as held
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.domain.documents.shapes import CatalogueDocument, ConsumptionDocument, Stage
from catenary.domain.estate import Estate
from tests.apps.worlds import begin, define, say
from tests.domain.estates import organization, service, small_catalogues

pytestmark = pytest.mark.django_db

ROWS = (
    ("dependency_reliant", "dependency_supporter", "dependency_soft"),
    ("consumption_consumer", "consumption_service"),
    ("published_service", "published_root"),
)


def content(estate: Estate) -> dict[str, Any]:
    """Everything an estate says, rows in any order."""
    columns = {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in ((each.name, getattr(estate, each.name)) for each in fields(estate))
        if isinstance(value, np.ndarray | list | int)
    }
    for names in ROWS:
        rows = sorted(zip(*(columns.pop(name) for name in names), strict=True))
        columns["/".join(names)] = rows
    return columns


@st.composite
def later(draw: st.DrawFn, said: CatalogueDocument) -> CatalogueDocument:
    """What the same organizations might say later: services gone, new, renamed and changed."""
    keys = sorted(said.organizations)
    fresh = [f"{key}/n{number}" for number, key in enumerate(keys)]
    references = draw(st.lists(st.sampled_from([*said.services, *fresh]), unique=True))
    services = {}
    for reference in references:
        document = service(
            reference,
            *draw(st.lists(st.sampled_from(references), max_size=2, unique=True)),
            provider=draw(st.sampled_from(keys)),
            name=draw(st.sampled_from(["", "same", "other", "ä", "Z"])) or reference,
            stage=draw(st.sampled_from([Stage.LIVE, Stage.RETIRED])),
            restricted=draw(st.booleans()),
            assume_operational=draw(st.booleans()),
            published_to=draw(st.sampled_from([[], ["*"], keys[:1]])),
            outcomes=draw(st.lists(st.sampled_from(["a", "b"]), unique=True)),
        )
        is_old = reference in said.services and draw(st.booleans())
        services[reference] = said.services[reference] if is_old else document
    for reference, document in services.items():
        kept = tuple(g for g in document.relies_on if g.members[0].service in services)
        services[reference] = replace(document, relies_on=kept)
    pairs = st.tuples(st.sampled_from(keys), st.sampled_from(references or ["-"]))
    consumed = draw(st.lists(pairs, max_size=4, unique=True)) if references else []
    return replace(
        said,
        services=services,
        consumption={pair: ConsumptionDocument(*pair) for pair in consumed},
    )


@settings(max_examples=60, deadline=None)
@given(small_catalogues(), st.data())
def test_after_any_changes_it_equals_one_that_is_loaded(
    said: CatalogueDocument, data: st.DataObject
) -> None:
    with transaction.atomic():
        say(said)
        current_estate()
        for _ in range(data.draw(st.integers(1, 3))):
            said = data.draw(later(said))
            say(said, prune=True)
            estate = current_estate()
            assert content(estate) == content(held._load(estate.version))
        transaction.set_rollback(True)


def test_an_edit_does_not_load_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    begin()
    before = current_estate()

    def never(version: int) -> Estate:
        raise AssertionError("loaded whole")

    with monkeypatch.context() as watched:
        watched.setattr(held, "_load", never)
        define(services=[service("bluewater-apps/new", "bluewater-apps/patients")])
        after = current_estate()

    assert after.size == before.size + 1
    assert after.version != before.version


def test_a_changed_tree_of_organizations_loads_everything() -> None:
    begin()
    before = current_estate()
    define(organizations=[organization("north-lab", "north-clinic")])

    after = current_estate()

    assert len(after.organization_ids) == len(before.organization_ids) + 1
    assert content(after) == content(held._load(after.version))


def test_a_mark_of_another_history_is_noticed() -> None:
    begin()
    mark = last_mark()
    assert mark is not None
    assert revised_since(mark, 10) == {}

    assert revised_since(replace(mark, version=mark.version + 1), 10) is None
    assert revised_since(replace(mark, revision_id=mark.revision_id + 1), 10) is None


def test_too_many_revisions_are_not_followed_one_by_one() -> None:
    begin()
    mark = last_mark()
    assert mark is not None
    define(services=[service(f"bluewater-apps/n{number}") for number in range(5)])

    assert revised_since(mark, 4) is None
    followed = revised_since(mark, 5)
    assert followed is not None
    assert len(next(iter(followed.values()))) == 5


def test_other_words_keep_what_follows_from_the_chain_and_nothing_else() -> None:
    begin()
    spare = service("bluewater-ops/standby", "bluewater-ops/database", name="Standby")
    define(services=[spare])
    before = current_estate()
    roles = before.roles_seen_from(0)
    before.remembered("somebody else's question", lambda: "before")

    define(services=[replace(spare, description="Said in other words.")])
    after = current_estate()

    assert after.version > before.version
    assert content(after) == {**content(before), "version": after.version}
    assert after.roles_seen_from(0) is roles
    assert after.remembered("somebody else's question", lambda: "after") == "after"
    define(services=[replace(spare, description="Relies on nothing.", relies_on=())])
    last = current_estate()
    assert last.roles_seen_from(0) is not roles
    assert len(last.dependency_reliant) == len(after.dependency_reliant) - 1
