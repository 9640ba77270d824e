"""What the tests of the API share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from catenary.domain.documents.shapes import MembershipDocument, PersonDocument, Role
from tests.api.worlds import Api
from tests.web.access.world import NOON, World, give_account, kept_apart
from tests.web.access.world import world as world

EDITOR = "eda@alpha.example"


@pytest.fixture(scope="module")
def with_editor(world: World, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, int]]:
    """The world with somebody in it who edits the catalogue of alpha-it."""
    from catenary.domain.actors import Actor
    from catenary.exchange.catalogue.amending import Amendment, amend

    with django_db_blocker.unblock(), kept_apart():
        person = PersonDocument(
            EDITOR,
            "Zeda",
            "alpha-it",
            (MembershipDocument("alpha-it", (Role.CATALOGUE_EDITOR,)),),
        )
        amend(
            actor=Actor(is_operator=True, door="tests"),
            at=NOON,
            amendments=[Amendment("person", EDITOR, person)],
        )
        yield {**world.accounts, "editor": give_account(EDITOR)}


@pytest.fixture(autouse=True)
def without_limits(settings: Any, tmp_path: Path) -> None:
    """These tests ask far more than people may; what one may ask for has tests of its own."""
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    settings.RATE_LIMITS_FILE = tmp_path / "rate-limits"


@pytest.fixture
def api(with_editor: dict[str, int]) -> Iterator[Api]:
    """Whoever is in the world, speaking; whatever a test writes is gone after it."""
    with transaction.atomic():
        try:
            yield Api(with_editor)
        finally:
            transaction.set_rollback(True)
