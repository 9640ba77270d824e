"""Where things are. Everything has a stable readable address made of its reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import urlencode

from django.urls import reverse

_moment: ContextVar[tuple[str, str]] = ContextVar("moment", default=("", ""))


@contextmanager
def staying_at(as_of: str, known: str = "") -> Iterator[None]:
    """Inside, addresses of pages that show the past lead to the same moment, and to what is (or
    was) ``known`` of it."""
    token = _moment.set((as_of, known))
    try:
        yield
    finally:
        _moment.reset(token)


def moment() -> dict[str, str]:
    """The moment that addresses lead to, as a query."""
    as_of, known = _moment.get()
    return {"as_of": as_of, "known": known}


def service(reference: str) -> str:
    """The page of a service."""
    organization, _, key = reference.partition("/")
    return _with_query(reverse("service", args=[organization, key]), moment())


def impact(reference: str) -> str:
    """What if a service fails."""
    return _with_query(reverse("impact"), {"service": reference} | moment())


def service_history(reference: str) -> str:
    """Everything that happened to a service."""
    organization, _, key = reference.partition("/")
    return reverse("service-history", args=[organization, key])


def service_compare(reference: str) -> str:
    """The service from both sides."""
    organization, _, key = reference.partition("/")
    return _with_query(reverse("service-compare", args=[organization, key]), moment())


def service_status(reference: str, **query: str) -> str:
    """Why a service is in its condition, whom it hits, and where one reports of it."""
    organization, _, key = reference.partition("/")
    return _with_query(reverse("service-status", args=[organization, key]), query | moment())


def status(query: Iterable[tuple[str, str]] = ()) -> str:
    """The board of conditions, narrowed; empty values are left out."""
    kept = [(name, value) for name, value in (*query, *moment().items()) if value]
    return f"{reverse('status')}?{urlencode(kept)}" if kept else reverse("status")


def live(seen: str, about: str = "") -> str:
    """The stream of what becomes different for whoever has ``seen`` this, on a page that may be
    ``about`` a service."""
    return _with_query(reverse("live"), {"seen": seen, "about": about})


def service_workshop(reference: str, **query: str) -> str:
    """The blueprint workshop of a service, for example with a ``customer``."""
    organization, _, key = reference.partition("/")
    return _with_query(reverse("service-workshop", args=[organization, key]), query | moment())


def service_workshop_live(reference: str, **query: str) -> str:
    """What changed at the table with a ``customer`` since it was ``seen``."""
    organization, _, key = reference.partition("/")
    return _with_query(reverse("service-workshop-live", args=[organization, key]), query)


def calendar(reference: str) -> str:
    """The page of a calendar."""
    organization, _, key = reference.partition("/")
    return reverse("calendar", args=[organization, key])


def calendar_feed(reference: str) -> str:
    """The openings of a calendar as an iCalendar file."""
    organization, _, key = reference.partition("/")
    return reverse("calendar-feed", args=[organization, key])


def maintenance(key: str) -> str:
    """The page of one maintenance."""
    return reverse("maintenance", args=[key])


def organization(key: str) -> str:
    """The page of an organization."""
    return _with_query(reverse("organization", args=[key]), moment())


def inlets(key: str) -> str:
    """Where an organization lets monitors report."""
    return reverse("inlets", args=[key])


def inlet(key: str, name: str) -> str:
    """One inlet of an organization."""
    return reverse("inlet", args=[key, name])


def second_factor_rule(key: str) -> str:
    """Where a top organization decides of whom a second factor is asked."""
    return reverse("second-factor-rule", args=[key])


def public_page_decision(key: str) -> str:
    """Where an organization decides what everybody may see of it."""
    return reverse("public-page-decide", args=[key])


def catalogue(**query: str) -> str:
    """The catalogue, narrowed; empty values are left out."""
    return _with_query(reverse("catalogue"), query | moment())


def chain(**query: str) -> str:
    """The chain picture, for example of ``focus``."""
    return _with_query(reverse("chain"), query | moment())


def checks(**query: str) -> str:
    """The findings, narrowed."""
    return _with_query(reverse("checks"), query)


def edit(kind: str, reference: str, doing: str = "edit", **query: str) -> str:
    """The form of an object; ``doing`` is ``edit``, ``delete``, ``deleted`` or ``history``.
    Without a reference: the form of a new one."""
    if not reference:
        return _with_query(reverse(f"{kind}-new"), query)
    if kind == "consumption":
        consumer, _, service = reference.partition(" > ")
        steps = [consumer, *service.split("/")]
    else:
        steps = reference.split("/") if kind == "service" else [reference]
    return _with_query(reverse(f"{kind}-{doing}", args=steps), query)


def _with_query(path: str, query: dict[str, str]) -> str:
    kept = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path
