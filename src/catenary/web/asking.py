"""Who asks, from where they look, and what stands around the page they get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.organizations.queries import (
    actor_of_account,
    home_viewpoint,
    person_name,
    top_organizations,
    viewpoint_of,
)
from catenary.apps.portfolio.queries.checks import held_finding_count
from catenary.apps.portfolio.queries.home import relation_counts
from catenary.apps.portfolio.queries.records import TODAY, Records
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.shapes import Role
from catenary.web import addresses
from catenary.web.language import speak_to
from catenary.web.notes import taken_note
from catenary.web.pages import (
    Account,
    Count,
    Frame,
    LooksBack,
    ViewpointBand,
    ViewpointChoice,
)
from catenary.web.reading import figure

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
#: Where the session keeps the key of the organization somebody looks as.
SEEN_AS = "seen-as"
#: Where a request keeps who asks: what is missing is answered in their frame, without asking again.
_ASKED_AS = "_asked_as"
_CONSUMER_ROLES = frozenset({Role.CUSTOMER, Role.USER, Role.SPONSOR})
_OPERATOR_CHOICES = 20
_KEPT = 60


@dataclass(frozen=True, slots=True)
class Asking:
    """A request of somebody signed in. ``viewpoint`` is absent for somebody who belongs to no
    organization, and in an installation without any."""

    request: HttpRequest
    actor: Actor
    name: str
    viewpoint: Viewpoint | None
    #: Where a page that can look back reads from: the present, or the moment ``as_of`` names.
    records: Records = TODAY
    as_of: str = ""
    moment: datetime | None = None
    looks_back: bool = False


def signed_in(
    view: Callable[Concatenate[Asking, P], R],
) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
    """A view for people who are signed in; strangers are asked to sign in first."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        asking = asking_of(request)
        setattr(request, _ASKED_AS, asking)
        return view(asking, *args, **kwargs)

    return answer


def who_asked(request: HttpRequest) -> Asking:
    """Who asks, as the view was told that refused them; only for somebody signed in."""
    told: Asking | None = getattr(request, _ASKED_AS, None)
    return told or asking_of(request)


def asking_of(request: HttpRequest) -> Asking:
    """Who asks and from where they look; only for a request of somebody signed in."""
    user: Any = request.user
    speak_to(user)
    actor = actor_of_account(user.pk, user.is_operator, door="web")
    key = request.session.get(SEEN_AS, "")
    viewpoint = viewpoint_of(actor, key) if key else None
    viewpoint = viewpoint or home_viewpoint(actor)
    name = person_name(actor.person_id) if actor.person_id else user.email
    return Asking(request, actor, name, viewpoint)


def page_response(
    asking: Asking,
    template: str,
    page: object,
    *,
    current: str = "",
    query: str = "",
    look: str = "",
    status: int = 200,
) -> HttpResponse:
    """A page in its frame."""
    frame = frame_of(asking, current=current, query=query, look=look)
    return render(asking.request, template, {"page": page, "frame": frame}, status=status)


def frame_of(asking: Asking, *, current: str = "", query: str = "", look: str = "") -> Frame:
    """The frame of a page for somebody signed in. ``look`` overrides whose side the page is
    read from."""
    findings = None
    if asking.viewpoint is not None:
        held = held_finding_count(asking.actor, asking.viewpoint)
        findings = None if held is None else Count(held)
    return Frame(
        current=current,
        here=asking.request.get_full_path(),
        origin=f"{asking.request.scheme}://{asking.request.get_host()}",
        account=Account(asking.name, asking.actor.email or asking.name),
        band=_band(asking, look),
        open_findings=findings,
        query=query,
        looks_back=_looks_back(asking),
        note=taken_note(asking.request),
    )


def _looks_back(asking: Asking) -> LooksBack | None:
    if not asking.looks_back:
        return None
    kept = asking.request.GET.copy()
    for name in ("as_of", "after"):
        kept.pop(name, None)
    query = f"?{kept.urlencode()}" if kept else ""
    return LooksBack(
        as_of=asking.as_of,
        moment=asking.moment,
        now_url=asking.request.path + query,
        kept=tuple((name, text) for name, texts in kept.lists() for text in texts)[:_KEPT],
    )


def stranger_frame(request: HttpRequest) -> Frame:
    """The frame of a page for somebody not signed in."""
    return Frame(
        here=request.get_full_path(),
        origin=f"{request.scheme}://{request.get_host()}",
    )


def _band(asking: Asking, look: str) -> ViewpointBand | None:
    viewpoint = asking.viewpoint
    if viewpoint is None:
        return None
    provided, customers, providers, consumes = relation_counts(
        actor=asking.actor, viewpoint=viewpoint
    )
    return ViewpointBand(
        organization=viewpoint.key,
        name=viewpoint.name,
        sentence=relation_sentence(provided, customers, providers),
        look=look or ("provider" if provided else "customer"),
        url=addresses.organization(viewpoint.key),
        consumes=consumes,
        others=_others(asking, viewpoint),
    )


def relation_sentence(provided: int, customers: int, providers: int) -> str:
    """What an organization is in the chain, in a few words."""
    parts = []
    if provided:
        services = ngettext("{n} service", "{n} services", provided).format(n=figure(provided))
        if customers:
            to = ngettext("{n} customer", "{n} customers", customers).format(n=figure(customers))
            parts.append(
                _("provider of {services} to {customers}").format(services=services, customers=to)
            )
        else:
            parts.append(_("provider of {services}").format(services=services))
    if providers:
        of = ngettext("customer of {n} provider", "customer of {n} providers", providers)
        parts.append(of.format(n=figure(providers)))
    return ", ".join(parts)


def _others(asking: Asking, viewpoint: Viewpoint) -> tuple[ViewpointChoice, ...]:
    """Where else one may look from: one's own organizations first, then the tops above them;
    for an operator any top organization."""
    choices: dict[str, ViewpointChoice] = {}
    for fact in asking.actor.memberships:
        look = "customer" if fact.roles <= _CONSUMER_ROLES else "provider"
        choices[fact.key] = ViewpointChoice(fact.key, fact.name, look)
    roots = None if asking.actor.is_operator else asking.actor.root_ids
    for row in top_organizations(roots, limit=_OPERATOR_CHOICES):
        choices.setdefault(row.key, ViewpointChoice(row.key, row.name))
    choices.pop(viewpoint.key, None)
    return tuple(choices.values())
