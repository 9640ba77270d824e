"""Which maintenance touches what one consumes, and what of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from catenary.apps.common.queries import in_batches
from catenary.apps.monitoring.queries.consumed import consumed_among
from catenary.apps.monitoring.queries.maintenance import MaintenanceView, TouchedService
from catenary.domain.actors import Actor, Viewpoint

#: So many are looked at together.
_TOGETHER = 100


def touching_us(
    actor: Actor,
    viewpoint: Viewpoint,
    views: Iterable[MaintenanceView],
    *,
    with_provided: bool = False,
) -> Iterator[tuple[MaintenanceView, list[TouchedService]]]:
    """Those of some maintenance that touch what a viewpoint consumes, and on request what it
    provides, each with what it touches, in their order, as far as they are taken."""
    for batch in in_batches(views, _TOGETHER):
        yield from _touching(actor, viewpoint, batch, with_provided=with_provided)


def _touching(
    actor: Actor, viewpoint: Viewpoint, views: Sequence[MaintenanceView], *, with_provided: bool
) -> Iterator[tuple[MaintenanceView, list[TouchedService]]]:
    named = {each.reference for view in views for each in (*view.services, *view.hits)}
    ours = (
        consumed_among(
            actor=actor, viewpoint=viewpoint, references=named, with_provided=with_provided
        )
        if named
        else ()
    )
    for view in views:
        touched = {
            each.reference: each
            for each in (*view.services, *view.hits)
            if each.reference in ours and each.kind != "operational"
        }
        if touched:
            yield view, list(touched.values())
