"""What if: choose services that fail, see who is hit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catenary.apps.portfolio.queries.catalogue import CatalogueFilter, list_services
from catenary.apps.portfolio.queries.home import chain_place
from catenary.apps.portfolio.queries.impact import (
    KINDS,
    MOST_FAILING,
    HitOrganization,
    HitService,
    ImpactView,
    impact_view,
)
from catenary.apps.portfolio.queries.needed import Needed, needed_at
from catenary.clock import now
from catenary.domain.picture import threshold_words
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.calendars.needed import needed_mark
from catenary.web.impact.drawing import impact_picture
from catenary.web.impact.supposing import Question, question_of, supposed_answer, supposing_part
from catenary.web.looking import looking_back
from catenary.web.marks import organization_link, service_link
from catenary.web.pages import Chip, ConditionMark, Count, Facet, Link, Sentence, say
from catenary.web.pages.impact import (
    HitKind,
    HitOrganizationRow,
    HitOutcomeRow,
    HitRow,
    HitSteps,
    ImpactPage,
)

_CONDITIONS = ("down", "degraded")


@require_safe
@signed_in
@looking_back
def impact(asking: Asking) -> HttpResponse:
    """The question with its answer, or good places to begin."""
    given = asking.request.GET
    question = question_of(asking.request, MOST_FAILING)
    references, condition = question.references, question.condition
    query = given.get("q", "").strip()[:200]
    view, missing = None, tuple(references)
    if asking.viewpoint is not None and references:
        view, missing = impact_view(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            references=references,
            condition=condition,
            groups=True,
            as_known=True,
            records=asking.records,
        )
    chosen = [link.reference for link in view.failing] if view else []
    needed: dict[str, Needed] = {}
    if view is not None and not asking.as_of:
        needed = needed_at((hit.link.reference for hit in view.hits), now())
    found = _found(asking, query, chosen, question)
    supposing = supposing_part(
        asking,
        question,
        [(link.reference, link.known_as or link.name) for link in view.failing] if view else (),
    )
    is_alike = supposing is None or not supposing.is_asked
    page = ImpactPage(
        answer=(supposed_answer(supposing) if supposing else None)
        or _answer(view if is_alike else None),
        chosen=tuple(
            Chip(
                link.known_as or link.name,
                "filter",
                remove_url=question.address([r for r in chosen if r != link.reference]),
            )
            for link in (view.failing if view else ())
        ),
        condition=condition,
        query=query,
        found=found,
        found_nothing=bool(query) and not found,
        kept=question.fields(chosen),
        has_answer=view is not None and is_alike,
        supposing=supposing,
        kinds=_kinds(view, needed) if view else (),
        organizations=tuple(organization_row(row) for row in view.organizations) if view else (),
        organization_count=Count(view.organization_count if view else 0),
        outcomes=outcome_rows(view) if view else (),
        outcome_count=Count(view.outcome_count if view else 0),
        crosses=view.crosses if view else False,
        picture_svg=impact_picture(view) if view else "",
        suggestions=() if view or query else _suggestions(asking, question),
        problems=tuple(
            _("There is no service {reference} that you may see.").format(reference=reference)
            for reference in missing
        ),
        has_catalogue=asking.viewpoint is not None,
    )
    status = 404 if references and view is None else 200
    return page_response(asking, "impact.html", page, current="chain", status=status)


def _found(
    asking: Asking, query: str, chosen: Sequence[str], question: Question
) -> tuple[Facet, ...]:
    """Services to choose, that match what was searched."""
    if not query or asking.viewpoint is None:
        return ()
    found = list_services(
        actor=asking.actor,
        viewpoint=asking.viewpoint,
        narrowed=CatalogueFilter(text=query),
        records=asking.records,
    )
    return tuple(
        Facet(
            f"{row.known_as or row.name} ({row.provider.name})",
            None,
            question.address([*chosen, row.reference]),
        )
        for row in found.rows
        if row.reference not in chosen
    )


def _suggestions(asking: Asking, question: Question) -> tuple[Facet, ...]:
    """The services most others stand on: where a failure travels farthest."""
    if asking.viewpoint is None or asking.as_of:
        return ()
    place = chain_place(actor=asking.actor, viewpoint=asking.viewpoint)
    return tuple(
        Facet(row.service.name, Count(row.dependents), question.address([row.service.reference]))
        for row in place.most_relied_on
    ) or tuple(
        Facet(row.known_as or row.name, None, question.address([row.reference]))
        for row in place.held
    )


def _answer(view: ImpactView | None) -> Sentence:
    if view is None:
        return say(_("Choose services that fail, and see who is hit and why."))
    names = [service_link(link) for link in view.failing]
    parts = []
    down, degraded, risky = (view.counts[kind] for kind in KINDS)
    if down:
        hit = ngettext("{n} service goes down", "{n} services go down", down)
        parts.append(hit.format(n=f"{down:,}"))
    if degraded:
        hit = ngettext("{n} service is degraded", "{n} services are degraded", degraded)
        parts.append(hit.format(n=f"{degraded:,}"))
    if risky:
        hit = ngettext("{n} service is at risk", "{n} services are at risk", risky)
        parts.append(hit.format(n=f"{risky:,}"))
    if view.organization_count:
        hit = ngettext(
            "{n} organization is hit", "{n} organizations are hit", view.organization_count
        )
        parts.append(hit.format(n=f"{view.organization_count:,}"))
    if view.outcome_count:
        hit = ngettext("{n} outcome is at stake", "{n} outcomes are at stake", view.outcome_count)
        parts.append(hit.format(n=f"{view.outcome_count:,}"))
    facts = ", ".join(parts) or _("nobody is hit")
    pattern = ngettext("When {names} fails: {facts}.", "When {names} fail: {facts}.", len(names))
    if view.condition == "degraded":
        pattern = ngettext(
            "When {names} is degraded: {facts}.", "When {names} are degraded: {facts}.", len(names)
        )
    return say(pattern, names=names, facts=facts)


def _kinds(view: ImpactView, needed: Mapping[str, Needed]) -> tuple[HitKind, ...]:
    words = {
        "down": (_("Down"), _("What they need to work at all is gone.")),
        "degraded": (_("Degraded"), _("They go on, with less than they need to be whole.")),
        "at-risk": (
            _("At risk"),
            _("They are fine, and what would have carried the next loss is spent."),
        ),
    }
    found = []
    for kind in KINDS:
        hits = [hit for hit in view.hits if hit.kind == kind]
        if not hits:
            continue
        found.append(
            HitKind(
                kind=kind,
                title=words[kind][0],
                means=words[kind][1],
                count=Count(view.counts[kind]),
                shown=len(hits),
                steps=tuple(
                    HitSteps(
                        ngettext("{n} step away", "{n} steps away", steps).format(n=steps),
                        tuple(_row(hit, needed.get(hit.link.reference)) for hit in group),
                    )
                    for steps, group in groupby(hits, key=lambda hit: hit.steps)
                ),
            )
        )
    return tuple(found)


def _row(hit: HitService, needed: Needed | None) -> HitRow:
    unseen = Link(_("a service you may not see"))
    threshold = threshold_words(hit.group) if hit.group else ""
    return HitRow(
        service=service_link(hit.link),
        provider=hit.link.provider.name,
        why=tuple(unseen if link is None else service_link(link) for link in hit.path[1:]),
        threshold=threshold,
        is_soft=bool(hit.group and hit.group.soft),
        risk={
            "down": _("one more loss takes it down"),
            "degraded": _("one more loss degrades it"),
        }.get(hit.next_loss, ""),
        needed=needed_mark(needed),
    )


def organization_row(row: HitOrganization) -> HitOrganizationRow:
    """An organization that is hit, as pages show it."""
    relying = ""
    if row.relying:
        relying = ngettext(
            "relies on it with {n} service of its own",
            "relies on it with {n} services of its own",
            row.relying,
        ).format(n=f"{row.relying:,}")
    note = "" if row.root.id == row.organization.id else row.root.name
    return HitOrganizationRow(
        organization=Link(
            row.organization.name, addresses.organization(row.organization.key), note
        ),
        condition=ConditionMark(row.kind),
        services=tuple(service_link(link) for link in row.services),
        more=Count(row.service_count - len(row.services)),
        relying=relying,
    )


def outcome_rows(view: ImpactView) -> tuple[HitOutcomeRow, ...]:
    """The outcomes that are hit, as pages show them."""
    return tuple(
        HitOutcomeRow(
            row.outcome.statement,
            service_link(row.service),
            ConditionMark(row.kind),
            organization_link(row.wanted_by) if row.wanted_by else None,
        )
        for row in view.outcomes
    )
