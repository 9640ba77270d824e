"""The one service somebody wants to hear of, typed by name or by reference."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catenary.apps.monitoring.choices import About
from catenary.apps.monitoring.queries.naming import Meant, services_meant
from catenary.web.asking import Asking, signed_in
from catenary.web.maintenance.naming import fields
from catenary.web.pages.maintenance import ServiceField

_SHORTEST, _LONGEST = 2, 300


@require_safe
@signed_in
def offered(asking: Asking) -> HttpResponse:
    """What is offered below the field, for what is typed into it."""
    line = service_field(asking, asking.request.GET.get("service", ""))
    return render(asking.request, "partials/offered_services.html", {"line": line})


def service_field(asking: Asking, text: str) -> ServiceField:
    """The field with what was typed, and what may be meant by it."""
    text = text.strip()[:_LONGEST]
    if len(text) < _SHORTEST or asking.viewpoint is None:
        return ServiceField(0, text)
    found = _meant(asking, text)
    # Of a reference it is not said whether there is such a service: it is refused like others.
    if found.reference and found.service is None:
        return ServiceField(0, text)
    (line,) = fields([found], nothing=_("You see no service that is called that."))
    return line


def put_chosen(form: QueryDict) -> None:
    """Put what was chosen below the field into it."""
    form["service"] = form.pop("choose")[-1][:_LONGEST].partition(" ")[2]
    form["about"] = About.SERVICE


def put_reference(asking: Asking, form: QueryDict) -> str:
    """Put the reference of a service in the place of its name; what is wrong with the name where
    it names none or several."""
    text = form.get("service", "").strip()[:_LONGEST]
    if form.get("about") != About.SERVICE or not text or asking.viewpoint is None:
        return ""
    found = _meant(asking, text, offer=False)
    if found.reference:
        form["service"] = found.reference
        return ""
    return _("Which service is “{name}”? Choose it below, or type another name.").format(name=text)


def _meant(asking: Asking, text: str, *, offer: bool = True) -> Meant:
    if asking.viewpoint is None:
        return Meant(text, text)
    (found,) = services_meant(
        asking.actor, asking.viewpoint, (text,), offer=offer, is_for_planning=False
    )
    return found
