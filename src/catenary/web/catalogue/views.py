"""The catalogue: search, narrow, page."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catenary.apps.organizations.queries import viewpoint_of
from catenary.apps.portfolio.queries.catalogue import (
    CatalogueFilter,
    CatalogueList,
    ServiceSummary,
    list_services,
)
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.editing.entry import catalogue_actions, deleted_from_here, draft_lines
from catenary.web.looking import looking_back
from catenary.web.marks import organization_link
from catenary.web.pages import (
    CataloguePage,
    CatalogueRow,
    Chip,
    Count,
    Facet,
    LookAs,
    RoleMark,
    Sentence,
    StageMark,
    say,
)
from catenary.web.words import role_word, stage_word

_ROLES = ("customer-facing", "supporting", "external", "idle", "elsewhere")
_DESCRIPTION = 240


@require_safe
@signed_in
@looking_back
def catalogue(asking: Asking) -> HttpResponse:
    """Services one may see, as a list."""
    given = asking.request.GET
    narrowed = CatalogueFilter(
        text=given.get("q", "").strip()[:200],
        role=given.get("role", "")[:40],
        stage=given.get("stage", "")[:40],
        provider=given.get("provider", "")[:100],
        tag=given.get("tag", "")[:100],
    )
    if asking.viewpoint is None:
        found = CatalogueList((), 0, False, has_catalogue=False)
    else:
        found = list_services(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            narrowed=narrowed,
            after=given.get("after", "")[:2000],
            records=asking.records,
        )
    page = _page(found, narrowed)
    # Nothing can be changed in the past.
    actions = () if asking.as_of else catalogue_actions(asking)
    as_of = (("as_of", asking.as_of),) if asking.as_of else ()
    return page_response(
        asking,
        "catalogue.html",
        replace(
            page,
            kept=(*page.kept, *as_of),
            actions=actions,
            drafts=draft_lines(asking) if actions else (),
            deleted=deleted_from_here(asking) if actions else (),
            look_as=None if found.rows else _look_as(asking, narrowed.provider),
        ),
        current="catalogue",
        query=narrowed.text,
    )


def _look_as(asking: Asking, provider: str) -> LookAs | None:
    """The provider itself, where one may look as it and does not look from its house: an import
    leads whoever runs the installation here."""
    other = viewpoint_of(asking.actor, provider) if provider else None
    if other is None or (asking.viewpoint and asking.viewpoint.root_id == other.root_id):
        return None
    return LookAs(other.key, other.name, asking.request.get_full_path())


def _page(found: CatalogueList, narrowed: CatalogueFilter) -> CataloguePage:
    chosen = _query(narrowed)
    return CataloguePage(
        answer=_answer(found, narrowed),
        query=narrowed.text,
        rows=tuple(_row(row, chosen) for row in found.rows),
        total=Count(found.total, found.capped),
        roles=tuple(
            _facet(
                chosen, "role", role, role_word(role), found.role_counts.get(role, 0), found.capped
            )
            for role in _ROLES
            if found.role_counts.get(role) or narrowed.role == role
        ),
        stages=tuple(
            _facet(chosen, "stage", stage, stage_word(stage), count, found.capped)
            for stage, count in found.stage_counts.items()
            if count or narrowed.stage == stage
        ),
        providers=tuple(
            _facet(chosen, "provider", row.key, row.name, count, found.capped)
            for row, count in found.provider_counts
        ),
        tags=tuple(
            Facet(tag, None, addresses.catalogue(**{**chosen, "tag": tag}))
            for tag in _tags(found)
            if tag != narrowed.tag
        ),
        filters=tuple(
            Chip(
                _filter_word(name, value, found),
                "filter",
                remove_url=addresses.catalogue(**{**chosen, name: ""}),
            )
            for name, value in chosen.items()
            if value and name != "q"
        ),
        kept=tuple((name, value) for name, value in chosen.items() if value and name != "q"),
        clear_url=addresses.catalogue(),
        previous_url=(
            "" if found.previous is None else addresses.catalogue(**chosen, after=found.previous)
        ),
        next_url="" if found.next is None else addresses.catalogue(**chosen, after=found.next),
        has_catalogue=found.has_catalogue,
    )


def _query(narrowed: CatalogueFilter) -> dict[str, str]:
    return {
        "q": narrowed.text,
        "role": narrowed.role,
        "stage": narrowed.stage,
        "provider": narrowed.provider,
        "tag": narrowed.tag,
    }


def _answer(found: CatalogueList, narrowed: CatalogueFilter) -> Sentence:
    if not found.has_catalogue:
        return say(_("There is no service here that you may see yet."))
    count = str(Count(found.total, found.capped))
    if narrowed.text and narrowed.narrows:
        pattern = ngettext(
            "{count} service matches “{text}” and the filters.",
            "{count} services match “{text}” and the filters.",
            found.total,
        )
        return say(pattern, count=count, text=narrowed.text)
    if narrowed.text:
        pattern = ngettext(
            "{count} service matches “{text}”.",
            "{count} services match “{text}”.",
            found.total,
        )
        return say(pattern, count=count, text=narrowed.text)
    if narrowed.narrows:
        pattern = ngettext(
            "{count} service under these filters.",
            "{count} services under these filters.",
            found.total,
        )
        return say(pattern, count=count)
    pattern = ngettext(
        "{count} service that you may see.", "{count} services that you may see.", found.total
    )
    return say(pattern, count=count)


def _row(row: ServiceSummary, chosen: dict[str, str]) -> CatalogueRow:
    description = row.description
    if len(description) > _DESCRIPTION:
        description = description[:_DESCRIPTION].rsplit(" ", 1)[0] + "…"
    return CatalogueRow(
        name=row.known_as or row.name,
        url=addresses.service(row.reference),
        reference=row.reference,
        provider=organization_link(row.provider),
        description=description,
        role=RoleMark(row.role),
        stage=StageMark(row.stage),
        tags=tuple(
            Chip(tag, "tag", addresses.catalogue(**{**chosen, "tag": tag})) for tag in row.tags
        ),
        official_name=row.name if row.known_as and row.known_as != row.name else "",
    )


def _facet(
    chosen: dict[str, str], name: str, value: str, text: str, count: int, capped: bool
) -> Facet:
    is_chosen = chosen[name] == value
    url = addresses.catalogue(**{**chosen, name: "" if is_chosen else value})
    return Facet(text, Count(count, capped), url, is_chosen)


def _tags(found: CatalogueList) -> list[str]:
    """The labels on this page, each once: the next step from here, not a census."""
    return list(dict.fromkeys(tag for row in found.rows for tag in row.tags))[:12]


def _filter_word(name: str, value: str, found: CatalogueList) -> str:
    if name == "role":
        return role_word(value)
    if name == "stage":
        return stage_word(value)
    if name == "provider":
        names = {row.key: row.name for row, _count in found.provider_counts}
        return _("provided by {name}").format(name=names.get(value, value))
    return value
