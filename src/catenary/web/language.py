"""The language of the pages: what somebody chose, kept with their account and in a cookie of the
browser for when they are not signed in; else what their browser asks for; else English. With the
language goes the time zone in which moments are told. Programs, the API above all, are always
answered in English.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from catenary.apps.access.operations.accounts import keep_reading
from catenary.domain.documents.hours import is_zone
from catenary.web.pages import LanguageChoice, ZoneChoice, ZoneGroup
from catenary.web.returning import safe_address

#: Answers for programs: one language, whatever a browser in between might ask for.
_PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics", "/feeds/", "/public/")
_YEAR = 365 * 24 * 60 * 60


def page_language(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer each request in its language, and say so to whoever keeps answers.

    It stands above everything that may refuse a request: a page that says no is read too, and
    the thread still speaks the language of whom it answered before.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(_PROGRAMS):
            translation.activate(settings.LANGUAGE_CODE)
            return get_response(request)
        translation.activate(translation.get_language_from_request(request))
        # The thread may have told somebody else the time before.
        timezone.deactivate()
        response = get_response(request)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        response.headers.setdefault("Content-Language", translation.get_language())
        return response

    return answer


def speak_to(account: Any) -> None:
    """From here on answer in the language and the time zone of somebody's account, where they
    chose one: it goes before what the browser says."""
    if account.language in dict(settings.LANGUAGES):
        translation.activate(account.language)
    if account.time_zone and is_zone(account.time_zone):
        timezone.activate(account.time_zone)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language somebody chose: in their browser for a year and, when they are signed in,
    with their account; nothing chosen follows the browser again. Then back to the page they came
    from."""
    response = HttpResponseRedirect(safe_address(request, request.POST.get("next", "")))
    wanted = request.POST.get("language", "")
    if request.user.is_authenticated and (not wanted or wanted in dict(settings.LANGUAGES)):
        keep_reading(account_id=request.user.pk, language=wanted)
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=_YEAR,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    elif not wanted:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    return response


def language_choices(request: HttpRequest) -> tuple[LanguageChoice, ...]:
    """Every language there is, by its own name, and which one was chosen."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    user: Any = request.user
    if user.is_authenticated and user.language:
        chosen = user.language
    return tuple(LanguageChoice(code, name, code == chosen) for code, name in settings.LANGUAGES)


@require_POST
def choose_time_zone(request: HttpRequest) -> HttpResponse:
    """Keep the time zone somebody reads in with their account; none is UTC. Then back."""
    wanted = request.POST.get("time-zone", "")[:64]
    if request.user.is_authenticated and (not wanted or is_zone(wanted)):
        keep_reading(account_id=request.user.pk, time_zone=wanted)
    return HttpResponseRedirect(safe_address(request, request.POST.get("next", "")))


def time_zone_choices(chosen: str) -> tuple[ZoneGroup, ...]:
    """The time zones of the world by region, and which one was chosen."""
    groups: dict[str, list[ZoneChoice]] = {}
    for name in sorted(_named_zones()):
        region, _, place = name.partition("/")
        choice = ZoneChoice(name, place.replace("_", " "), name == chosen)
        groups.setdefault(region, []).append(choice)
    return tuple(ZoneGroup(region, tuple(zones)) for region, zones in groups.items())


@cache
def _named_zones() -> frozenset[str]:
    # Of the world's names: those of the old kind (EST5EDT, Etc/GMT+3, US/Central) confuse.
    regions = {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe"}
    regions |= {"Indian", "Pacific"}
    return frozenset(name for name in available_timezones() if name.partition("/")[0] in regions)
