"""Signing in and out, choosing a viewpoint, one's own account, and being alive."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catenary import clock
from catenary.apps.access.operations.sign_ins import TooManyAttempts, sign_out_noted
from catenary.apps.access.queries.accounts import has_ever_signed_in
from catenary.apps.organizations.queries import organizations_to_look_from, viewpoint_of
from catenary.apps.reporting.policies import may_read_audit
from catenary.web import addresses
from catenary.web.access.arriving import arrive
from catenary.web.access.attempts import kept_waiting, with_password
from catenary.web.access.sign_on.views import sign_on_choices
from catenary.web.asking import SEEN_AS, Asking, page_response, signed_in, stranger_frame
from catenary.web.language import language_choices, time_zone_choices
from catenary.web.origins import origin_of
from catenary.web.pages import AccountPage, Link, MembershipRow, SignInPage, ViewpointChoice
from catenary.web.returning import safe_address
from catenary.web.words import person_role_word


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form; take e-mail address and password."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(safe_address(request, request.GET.get("next", "")))
        page = SignInPage(
            next=request.GET.get("next", "")[:1000],
            is_first_run=not has_ever_signed_in(),
            languages=language_choices(request),
            providers=sign_on_choices(request.GET.get("next", "")[:1000]),
        )
        return render(request, "sign_in.html", {"page": page, "frame": stranger_frame(request)})
    email = request.POST.get("email", "").strip().lower()[:254]
    password = request.POST.get("password", "")[:1000]
    wanted = request.POST.get("next", "")[:1000]
    try:
        account = with_password(request, email, password)
    except TooManyAttempts as refused:
        page = SignInPage(
            email=email,
            next=wanted,
            languages=language_choices(request),
            providers=sign_on_choices(wanted),
        )
        return kept_waiting(request, refused, page)
    if account is None:
        page = SignInPage(
            email=email,
            next=wanted,
            languages=language_choices(request),
            problem=_("That address and password do not belong together. Nobody was signed in."),
            providers=sign_on_choices(wanted),
        )
        return render(
            request,
            "sign_in.html",
            {"page": page, "frame": stranger_frame(request)},
            status=422,
        )
    return arrive(request, account, wanted, by="password", at=clock.now())


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.user.is_authenticated:
        sign_out_noted(origin=origin_of(request), at=clock.now())
    logout(request)
    return HttpResponseRedirect(reverse("sign-in"))


@require_POST
@signed_in
def seen_as(asking: Asking) -> HttpResponse:
    """Look as another organization from now on, and go back to the page one came from."""
    request = asking.request
    viewpoint = viewpoint_of(asking.actor, request.POST.get("organization", "")[:100])
    if viewpoint is not None:
        request.session[SEEN_AS] = viewpoint.key
    return HttpResponseRedirect(safe_address(request, request.POST.get("next", "")[:1000]))


@require_safe
@signed_in
def account(asking: Asking) -> HttpResponse:
    """Who one is here, what one may see, and why."""
    actor = asking.actor
    named = asking.request.GET.get("q", "").replace("\0", "").strip()[:100]
    here = asking.viewpoint.root_id if asking.viewpoint else None
    user: Any = asking.request.user

    def link(name: str, key: str, root_id: int) -> Link:
        # Another top organization has a page only for those who look from it.
        return Link(name, addresses.organization(key) if root_id == here else "")

    page = AccountPage(
        name=asking.name,
        email=actor.email or asking.name,
        memberships=tuple(
            MembershipRow(
                link(fact.name, fact.key, fact.root_id),
                tuple(person_role_word(role.value) for role in sorted(fact.roles)),
            )
            for fact in actor.memberships
        ),
        viewpoints=tuple(
            ViewpointChoice(row.key, row.name)
            for row in organizations_to_look_from(actor, named=named)
        ),
        looked_for=named,
        is_operator=actor.is_operator,
        may_read_audit=may_read_audit(actor),
        languages=language_choices(asking.request),
        zones=time_zone_choices(user.time_zone),
    )
    return page_response(asking, "account.html", page)
