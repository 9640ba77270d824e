"""Every address the product answers to."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("catenary.web.urls"))]
