"""Deciding what a provider shows to everybody."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from catenary.apps.common.operations import waiting_turn
from catenary.apps.monitoring.models import PublicPage
from catenary.apps.monitoring.policies import may_show_publicly
from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.estate import current_estate
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.domain.actors import Actor, is_at_or_below
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import Said, figure, said

#: More is no page any more that somebody reads.
MOST_SHOWN = 100
_LONGEST_NAME = 200


class NotDecidedHere(Exception):
    """The actor does not decide what this organization shows."""


def show_publicly(
    *,
    actor: Actor,
    organization: OrganizationRow,
    is_shown: bool,
    services: Sequence[tuple[str, str]],
    at: datetime,
) -> None:
    """Keep what everybody may see of an organization: services by reference with their public
    names, in this order. Raises `NotDecidedHere`, and `Refused` with every reason."""
    if not may_show_publicly(actor, organization.path):
        raise NotDecidedHere
    rows = services_by_reference([reference for reference, _ in services])
    estate = current_estate()
    present = {
        reference: row.id
        for reference, row in rows.items()
        if is_at_or_below(row.provider_path, organization.path)
        and estate.service_position(row.id) is not None
        and not row.restricted
    }
    refusals = list(_reasons_against(services, present))
    if refusals:
        raise Refused(refusals)
    kept = [[present[reference], " ".join(name.split())] for reference, name in services]
    with waiting_turn():
        PublicPage.objects.create(
            organization_id=organization.id,
            is_shown=is_shown,
            services=json.dumps(kept, ensure_ascii=False),
            at=at,
            by_account_id=actor.account_id,
        )


def _reasons_against(
    services: Sequence[tuple[str, str]], present: dict[str, int]
) -> Iterator[Refusal]:
    def refusal(code: str, field: str, sentence: Said, remedy: Said) -> Refusal:
        return Refusal(code, "public-page", (field,), sentence, remedy)

    if len(services) > MOST_SHOWN:
        yield refusal(
            "too-many",
            "services",
            said("a public page shows {n} services at most", figure(MOST_SHOWN)),
            said("choose those that customers know"),
        )
    seen: set[str] = set()
    for reference, name in services:
        if reference not in present:
            yield refusal(
                "service-unknown",
                reference,
                said("{reference} is no service of this organization that may be shown", reference),
                said("restricted services and those of others are not shown"),
            )
        if reference in seen:
            yield refusal(
                "service-twice",
                reference,
                said("{reference} is shown twice", reference),
                said("show it once"),
            )
        seen.add(reference)
        name = " ".join(name.split())
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            yield refusal(
                "name-unfit",
                reference,
                said("{reference} has no public name that fits", reference),
                said("write what everybody may call it"),
            )
