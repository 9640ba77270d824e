"""The addresses of the API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from catenary.api.asked import takes_nothing_more
from catenary.api.main import api
from catenary.api.problems import Trouble, answer_to
from catenary.api.reading_page import reference_page


@require_safe
@takes_nothing_more
def openapi(request: HttpRequest) -> HttpResponse:
    """The description of the API. It is the same for everybody and tells nothing of anybody."""
    # Built only when somebody asks: it takes longer than everything else at the start.
    from catenary.api.description import description_bytes

    return HttpResponse(description_bytes(), content_type="application/json")


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Everything else below ``/api/``."""
    return answer_to(Trouble("not-found", "there is nothing at this address"))


urlpatterns = [
    path("v1/openapi.json", openapi, name="api-description"),
    path("v1/docs", reference_page, name="api-docs"),
    path("v1/", api.urls),
    re_path(r"^(?P<rest>.*)$", nothing_here, name="api-nothing-here"),
]
