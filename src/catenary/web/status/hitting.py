"""Who is hit while a service is what it is now: by it alone, and only together with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from catenary.apps.monitoring.queries.shared_causes import (
    FoundTogether,
    HitTogether,
    hit_together,
)
from catenary.apps.monitoring.queries.shown_now import shown_now
from catenary.apps.monitoring.queries.standing import RANKS
from catenary.apps.portfolio.queries.impact import HitOrganization, ImpactView, impact_view
from catenary.apps.portfolio.queries.needed import Needed, needed_at
from catenary.domain.actors import Viewpoint
from catenary.web import addresses
from catenary.web.asking import Asking
from catenary.web.calendars.needed import needed_mark
from catenary.web.impact.views import organization_row, outcome_rows
from catenary.web.marks import service_link
from catenary.web.pages.impact import HitOrganizationRow
from catenary.web.pages.marks import ConditionMark, Count
from catenary.web.pages.sentences import Link
from catenary.web.pages.service_status import Hit, HitService
from catenary.web.pages.service_status import HitTogether as TogetherLine
from catenary.web.status.timeline import condition_mark

#: So many of each kind are listed.
_HIT = 20


def who_is_hit(
    asking: Asking, viewpoint: Viewpoint, reference: str, kind: str, now: datetime
) -> tuple[Hit | None, Needed | None]:
    """Who is hit while it is what it is, and whether it is needed itself; nobody by what works."""
    if kind == "maintenance":
        return None, needed_at([reference], now).get(reference)
    if kind not in ("down", "degraded"):
        return None, None
    view, _missing = impact_view(
        actor=asking.actor,
        viewpoint=viewpoint,
        references=[reference],
        condition=kind,
        limit=_HIT,
        as_known=True,
    )
    if view is None:
        return None, None
    together = hit_together(actor=asking.actor, viewpoint=viewpoint, reference=reference)
    # What it degrades by itself, and takes down only with others, is one service and told once.
    troubled = set(view.troubled.tolist())
    apart = [each for each in together.services if each.service.id not in troubled]
    named = [
        *(hit.link.reference for hit in view.hits),
        *(each.service.reference for each in apart[:_HIT]),
    ]
    consumed = [link.reference for row in view.organizations for link in row.services]
    standing = shown_now(actor=asking.actor, viewpoint=viewpoint, references=[*named, *consumed])
    needed = needed_at([reference, *named], now)
    return _told(view, together, apart, standing, needed), needed.get(reference)


def _told(
    view: ImpactView,
    together: FoundTogether,
    apart: Sequence[HitTogether],
    standing: Mapping[str, str],
    needed: Mapping[str, Needed],
) -> Hit | None:
    others = {each.service.reference: _others(each) for each in together.services}
    told = Hit(
        services=tuple(
            HitService(
                service=Link(
                    hit.link.known_as or hit.link.name,
                    addresses.service_status(hit.link.reference),
                ),
                provider=hit.link.provider.name,
                mark=_mark(standing, hit.link.reference),
                why=tuple(
                    _unseen() if link is None else service_link(link) for link in hit.path[1:-1]
                ),
                others=others.get(hit.link.reference, ()),
                needed=needed_mark(needed.get(hit.link.reference)),
            )
            for hit in view.hits
            if hit.kind != "at-risk"
        ),
        service_count=Count(view.counts["down"] + view.counts["degraded"]),
        organizations=tuple(_organization(row, standing) for row in view.organizations),
        organization_count=Count(view.organization_count),
        outcomes=outcome_rows(view),
        outcome_count=Count(view.outcome_count),
        together=tuple(
            TogetherLine(
                service=Link(each.name, addresses.service_status(each.service.reference)),
                mark=_mark(standing, each.service.reference),
                others=others[each.service.reference],
                needed=needed_mark(needed.get(each.service.reference)),
            )
            for each in apart[:_HIT]
        ),
        together_count=Count(len(apart)),
        is_whole=together.is_whole,
    )
    is_told = told.services or told.organizations or told.outcomes or told.together
    return told if is_told else None


def _organization(row: HitOrganization, standing: Mapping[str, str]) -> HitOrganizationRow:
    """An organization with the worst of what it consumes, as that stands: others may have failed
    as well."""
    found = [standing[link.reference] for link in row.services if link.reference in standing]
    worst = min([row.kind, *found], key=RANKS.index)
    return replace(organization_row(row), condition=condition_mark(worst))


def _mark(standing: Mapping[str, str], reference: str) -> ConditionMark | None:
    return condition_mark(standing[reference]) if reference in standing else None


def _others(each: HitTogether) -> tuple[Link, ...]:
    return tuple(
        Link(name, addresses.service_status(reference)) if reference else _unseen()
        for reference, name in each.others
    )


def _unseen() -> Link:
    return Link(_("a service you may not see"))
