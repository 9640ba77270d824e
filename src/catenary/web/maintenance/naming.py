"""Services that are worked on, typed by name or by reference: which are meant, and which may be."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catenary.apps.monitoring.queries.naming import NAMES, Meant, services_meant
from catenary.apps.portfolio.queries.catalogue import ServiceSummary
from catenary.web.asking import Asking, signed_in
from catenary.web.pages.maintenance import OfferedService, ServiceField

_SHORTEST, _LONGEST = 2, 300
#: A form has so many lines at most, and two empty ones to type into.
_MOST, _EMPTY = 200, 2


@require_safe
@signed_in
def offered(asking: Asking) -> HttpResponse:
    """What is offered below a line, for what is typed into it."""
    text = asking.request.GET.get("service", "").strip()[:_LONGEST]
    number = asking.request.GET.get("for", "")
    line = ServiceField(int(number) if number.isascii() and number.isdigit() else 0)
    if len(number) < 4 and len(text) >= _SHORTEST:
        (line,) = fields(meant(asking, (text,)), first=line.number)
    return render(asking.request, "partials/offered_services.html", {"line": line})


def meant(asking: Asking, typed: Sequence[str], *, offer: bool = True) -> list[Meant]:
    """What these lines name."""
    if asking.viewpoint is None:
        return [Meant(text, text) for text in typed]
    return services_meant(asking.actor, asking.viewpoint, typed, offer=offer)


def references(found: Sequence[Meant]) -> tuple[str, ...]:
    """What is planned for, each once; a name that names no service stays as it is."""
    return tuple(dict.fromkeys(each.reference or each.typed for each in found))


def problems(found: Sequence[Meant]) -> tuple[str, ...]:
    """What has to be said of lines that do not name one service."""
    unclear = [each for each in found if not each.reference]
    return tuple(
        _("Which service is “{name}”? Choose it below.").format(name=each.typed)
        if each.offered
        else _("Nothing that you may plan maintenance of is called “{name}”.").format(
            name=each.typed
        )
        for each in unclear[:NAMES]
    )


def fields(
    found: Sequence[Meant], *, first: int = 0, nothing: str = ""
) -> tuple[ServiceField, ...]:
    """The lines as they are shown, numbered from ``first``. ``nothing`` is said where nothing is
    called so."""
    return tuple(
        ServiceField(
            number,
            each.reference or each.typed,
            "" if each.service is None else _named(each.service),
            tuple(
                OfferedService(row.reference, row.known_as or row.name, row.provider.name)
                for row in each.offered
            ),
            was_sought=not each.reference,
            nothing=nothing or _("Nothing that you may plan maintenance of is called that."),
        )
        for number, each in enumerate(found, start=first)
    )


def with_empty(lines: tuple[ServiceField, ...]) -> tuple[ServiceField, ...]:
    """The lines, and some to type into."""
    if len(lines) >= _MOST:
        return lines
    return (*lines, *(ServiceField(len(lines) + more) for more in range(_EMPTY)))


def chosen(given: QueryDict) -> None:
    """Put what was chosen below a line into it."""
    number, _space, reference = given.pop("choose")[-1][:_LONGEST].partition(" ")
    lines = given.getlist("service")
    if number.isascii() and number.isdigit() and len(number) < 4 and int(number) < len(lines):
        lines[int(number)] = reference
        given.setlist("service", lines)


def _named(row: ServiceSummary) -> str:
    return _("{service} of {provider}").format(
        service=row.known_as or row.name, provider=row.provider.name
    )
