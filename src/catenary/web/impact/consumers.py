"""The organizations in the pictures of who is hit, above what they consume."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice

from catenary.apps.organizations.queries import OrganizationRow
from catenary.domain.picture import PictureEdge, PictureNode
from catenary.web import addresses

#: So many are drawn; the table lists more.
_DRAWN = 12


def consumers_drawn(
    consuming: Iterable[tuple[OrganizationRow, Sequence[str]]], shown: Collection[str]
) -> tuple[list[PictureNode], list[PictureEdge]]:
    """A node for each of the first organizations, and what leads to those of its services, by
    reference, that are ``shown``; one without such a service stands nowhere."""
    nodes, edges = [], []
    for organization, services in islice(consuming, _DRAWN):
        name = f"organization {organization.key}"
        consumed = [reference for reference in services if reference in shown]
        if not consumed:
            continue
        nodes.append(
            PictureNode(
                id=name,
                label=organization.name,
                kind="organization",
                href=addresses.organization(organization.key),
            )
        )
        edges += [PictureEdge(name, reference) for reference in consumed]
    return nodes, edges
