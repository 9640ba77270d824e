"""The addresses of the API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from catenary.api.main import api
from catenary.api.problems import Trouble, answer_to


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Everything else below ``/api/``."""
    return answer_to(Trouble("not-found", "there is nothing at this address"))


urlpatterns = [
    path("v1/", api.urls),
    re_path(r"^(?P<rest>.*)$", nothing_here, name="api-nothing-here"),
]
