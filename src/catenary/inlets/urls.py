"""The addresses of inlets."""

from __future__ import annotations

from django.urls import path

from catenary.inlets.views import deliver

urlpatterns = [path("<slug:kind>/<slug:public_id>", deliver, name="inlet-delivery")]
