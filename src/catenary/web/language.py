"""The language of the pages: what somebody chose, kept in a cookie of their browser; else what
their browser asks for; else English. Programs, the API above all, are always answered in English.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from catenary.web.pages import LanguageChoice
from catenary.web.returning import safe_address

#: Answers for programs: one language, whatever a browser in between might ask for.
_PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics")
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
        language = translation.get_language_from_request(request)
        translation.activate(language)
        response = get_response(request)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        response.headers.setdefault("Content-Language", language)
        return response

    return answer


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language somebody chose for a year; nothing chosen follows the browser again.
    Then back to the page they came from."""
    response = HttpResponseRedirect(safe_address(request, request.POST.get("next", "")))
    wanted = request.POST.get("language", "")
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
    return tuple(LanguageChoice(code, name, code == chosen) for code, name in settings.LANGUAGES)
