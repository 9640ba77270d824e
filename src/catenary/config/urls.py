"""Every address the product answers to, and the pages for when there is no answer."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/", include("catenary.api.urls")),
    path("in/", include("catenary.inlets.urls")),
    path("", include("catenary.web.urls")),
]

handler400 = "catenary.web.refusals.not_understood"
handler403 = "catenary.web.refusals.permission_denied"
handler404 = "catenary.web.refusals.not_found"
handler500 = "catenary.web.refusals.broken"
