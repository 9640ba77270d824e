"""What somebody may not see is not written out for them."""

from __future__ import annotations

from catenary.apps.portfolio.queries.hidden import without_hidden_reliance
from catenary.domain.documents.shapes import (
    CatalogueDocument,
    DependencyGroupDocument,
    ServiceDocument,
    Supporter,
)


def group(*members: str) -> DependencyGroupDocument:
    return DependencyGroupDocument(tuple(Supporter(member) for member in members))


def test_groups_that_name_what_may_not_be_seen_are_left_out_and_counted() -> None:
    board = ServiceDocument(
        "it/board", "Board", "it", relies_on=(group("it/sign-in"), group("it/sign-in", "it/vault"))
    )
    sign_in = ServiceDocument("it/sign-in", "Sign-in", "it")
    seen = CatalogueDocument(services={"it/board": board, "it/sign-in": sign_in})

    written, left_out = without_hidden_reliance(seen)

    assert left_out == 1
    assert written.services["it/board"].relies_on == (group("it/sign-in"),)
    assert written.services["it/sign-in"] is sign_in
    assert "it/vault" not in repr(written)
