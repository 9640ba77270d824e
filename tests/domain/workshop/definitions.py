"""Definitions as a workshop meets them: outcomes, costs, risks and co-creation of few words."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from catenary.domain.documents.shapes import (
    Burden,
    CoCreation,
    Measure,
    OutcomeDocument,
    ServiceDocument,
)

WORDS = ["Seen sooner", "Calm nights", "Fewer forms", "Two key users", "Servers"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=3, unique=True).map(tuple)
BURDENS = st.builds(Burden, TEXTS, TEXTS)
MEASURES = st.none() | st.builds(
    Measure, st.sampled_from(["wait", "calls"]), st.just("min"), st.just(Decimal(50))
)


def definitions() -> st.SearchStrategy[ServiceDocument]:
    """Services with any mixture of the few words, keys of outcomes included."""
    outcomes = st.lists(
        st.builds(
            OutcomeDocument,
            st.sampled_from(["a", "b", "calm-nights"]),
            st.sampled_from(WORDS),
            st.sampled_from(["", "Ben"]),
            st.sampled_from(["", "ward"]),
            MEASURES,
        ),
        max_size=3,
        unique_by=(lambda o: o.key, lambda o: o.statement),
    ).map(tuple)
    return st.builds(
        ServiceDocument,
        reference=st.just("it/portal"),
        name=st.just("Portal"),
        provider=st.just("it"),
        outcomes=outcomes,
        costs=BURDENS,
        risks=BURDENS,
        co_creation=st.builds(CoCreation, TEXTS, TEXTS, TEXTS, TEXTS),
    )
