"""The public page of a provider, which needs no sign-in, and the page on which its administrators
decide what it shows.

What everybody may see is the same for everybody: no session is looked at, so that a cache in
between may keep it; and whoever asks too often waits.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from catenary import clock
from catenary.apps.access.operations.limits import take_visitor
from catenary.apps.monitoring.operations.public import NotDecidedHere, show_publicly
from catenary.apps.monitoring.queries.public import (
    Chosen,
    PublicStatus,
    may_be_shown,
    public_status,
    to_decide,
)
from catenary.apps.organizations.queries import OrganizationRow
from catenary.domain.refusals import Refused
from catenary.exchange.atom.writing import CONTENT_TYPE
from catenary.exchange.status_page.writing import (
    Places,
    ahead_html,
    page_atom,
    page_html,
    page_json,
    style,
)
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.marks import organization_crumb
from catenary.web.origins import network_address
from catenary.web.pages.public import PublicChoice, PublicPagePage
from catenary.web.reading import figure, in_words

_KEPT = 30
_OFFERED = 200
_LONGEST = 300
Answer = Callable[[HttpRequest, PublicStatus, str], HttpResponse]


def _open_to_everybody(answer: Answer) -> Callable[..., HttpResponse]:
    """A view of what an organization shows to everybody: what shows nothing is not there."""

    @wraps(answer)
    def view(request: HttpRequest, key: str) -> HttpResponse:
        at = clock.now()
        wait = take_visitor(address=network_address(request), at=at)
        if wait:
            late = HttpResponse("", status=429, content_type="text/plain; charset=utf-8")
            late["Retry-After"] = str(wait)
            return late
        status = public_status(key=key, at=at)
        if status is None:
            raise Http404
        said = request.GET.get("language", "")
        language = said if said in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        return _kept(answer(request, status, language))

    return require_safe(view)


def _kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={_KEPT}"
    # Programs of other sites may show it: it is for everybody.
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@_open_to_everybody
def page(request: HttpRequest, status: PublicStatus, language: str) -> HttpResponse:
    """The page."""
    return HttpResponse(page_html(status, _places(request, status, language), language))


@_open_to_everybody
def ahead(request: HttpRequest, status: PublicStatus, language: str) -> HttpResponse:
    """All maintenance ahead."""
    places = _places(request, status, language, "public-maintenance")
    return HttpResponse(ahead_html(status, places, language))


@_open_to_everybody
def atom(request: HttpRequest, status: PublicStatus, language: str) -> HttpResponse:
    """What happened, for feed readers."""
    text = page_atom(status, _places(request, status, language), language)
    return HttpResponse(text, content_type=CONTENT_TYPE)


@_open_to_everybody
def as_json(request: HttpRequest, status: PublicStatus, language: str) -> HttpResponse:
    """The same for programs."""
    return JsonResponse(page_json(status))


@require_safe
def styles(request: HttpRequest) -> HttpResponse:
    """The styles of every public page."""
    response = HttpResponse(style(), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    return response


def _places(
    request: HttpRequest, status: PublicStatus, language: str, shown: str = "public-page"
) -> Places:
    """Where everything is; in other languages, the page that is ``shown``."""
    suffix = "" if language == settings.LANGUAGE_CODE else f"?language={language}"
    page = reverse("public-page", args=[status.key])
    here = reverse(shown, args=[status.key])
    feed = reverse("public-feed", args=[status.key]) + suffix
    return Places(
        style=reverse("public-styles"),
        feed=feed,
        json=reverse("public-json", args=[status.key]),
        ahead=reverse("public-maintenance", args=[status.key]) + suffix,
        page=page + suffix,
        page_address=request.build_absolute_uri(page + suffix),
        feed_address=request.build_absolute_uri(feed),
        languages=tuple(
            (code, name, here if code == settings.LANGUAGE_CODE else f"{here}?language={code}")
            for code, name in settings.LANGUAGES
            if code != language
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def decide(asking: Asking, key: str) -> HttpResponse:
    """What everybody may see of an organization: a page of its administrators."""
    found = to_decide(actor=asking.actor, key=key)
    if found is None:
        raise Http404
    organization, chosen = found
    if asking.request.method != "POST":
        return page_response(asking, "public_page.html", _page(asking, organization, chosen))
    form = asking.request.POST
    wanted = [
        (reference, form.get(f"name:{reference}", "")[:_LONGEST])
        for reference in form.getlist("service")[: _OFFERED + 1]
    ]
    is_shown = form.get("shown") == "yes"
    try:
        show_publicly(
            actor=asking.actor,
            organization=organization,
            is_shown=is_shown,
            services=wanted,
            at=clock.now(),
        )
    except NotDecidedHere:
        raise Http404 from None
    except Refused as refused:
        problems = tuple(in_words(refusal.sentence) for refusal in refused.refusals)
        typed = (is_shown, dict(wanted))
        again = _page(asking, organization, chosen, typed=typed, problems=problems)
        return page_response(asking, "public_page.html", again, status=422)
    said = _("Everybody sees it now.") if is_shown else _("Nobody sees it from outside.")
    messages.success(asking.request, said)
    return HttpResponseRedirect(reverse("public-page-decide", args=[key]))


def _page(
    asking: Asking,
    organization: OrganizationRow,
    chosen: Chosen,
    *,
    typed: tuple[bool, dict[str, str]] | None = None,
    problems: tuple[str, ...] = (),
) -> PublicPagePage:
    offered, total = may_be_shown(organization, _OFFERED)
    kept = {row.reference: (row.name, name) for row, name in chosen.services}
    is_shown, names = chosen.is_shown, {key: name for key, (_own, name) in kept.items()}
    if typed is not None:
        is_shown, names = typed
    own = {key: own for key, (own, _name) in kept.items()}
    own |= {row.reference: row.name for row in offered}
    left = total - len(own)
    return PublicPagePage(
        organization=organization_crumb(asking.actor, asking.viewpoint, organization),
        url=reverse("public-page-decide", args=[organization.key]),
        public_url=reverse("public-page", args=[organization.key]) if chosen.is_shown else "",
        is_shown=is_shown,
        choices=tuple(
            PublicChoice(reference, name, names.get(reference, name), reference in names)
            for reference, name in own.items()
        ),
        more=ngettext("and {n} more", "and {n} more", left).format(n=figure(left))
        if left > 0
        else "",
        problems=problems,
    )
