"""The addresses of editing."""

from __future__ import annotations

from django.urls import path

from catenary.web.editing import deleting, views

#: Where each kind of object stands among the addresses.
PLACES = {
    "service": "services/<str:organization>/<str:key>",
    "organization": "organizations/<str:key>",
    "person": "people/<str:key>",
    "consumption": "consumption/<str:consumer>/<str:organization>/<str:key>",
}

urlpatterns = [
    path("editing/pick/", views.pick, name="editing-pick"),
    *(path(f"new/{kind}/", views.new, {"kind": kind}, name=f"{kind}-new") for kind in PLACES),
    *(
        path(f"{place}/edit/", views.edit, {"kind": kind}, name=f"{kind}-edit")
        for kind, place in PLACES.items()
    ),
    *(
        path(f"{place}/delete/", deleting.delete, {"kind": kind}, name=f"{kind}-delete")
        for kind, place in PLACES.items()
    ),
    *(
        path(f"{place}/deleted/", deleting.deleted, {"kind": kind}, name=f"{kind}-deleted")
        for kind, place in PLACES.items()
    ),
]
