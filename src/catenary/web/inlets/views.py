"""The inlets of an organization: opening one, looking at what comes in, changing and closing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import yaml
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from catenary import clock
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.monitoring.operations.inlets import (
    InletMissing,
    OpenedInlet,
    close_inlet,
    renew_inlet,
    take_back_last_words,
)
from catenary.apps.monitoring.policies import may_manage_inlets
from catenary.apps.monitoring.queries.inlets import InletView, inlet_view, inlets_of
from catenary.apps.organizations.queries import OrganizationRow, organizations_by_key
from catenary.connectors.notices.addresses import whole
from catenary.connectors.opening import KINDS, changed, opened
from catenary.connectors.wishes import SettingsUnreadable, settings_of
from catenary.domain.refusals import Refusal, Refused
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.inlets.last import last_words_part, taken_back_words
from catenary.web.inlets.words import (
    counts,
    kind_words,
    kinds,
    often,
    proofs,
    reason_words,
    since,
    waited,
)
from catenary.web.marks import organization_crumb
from catenary.web.origins import origin_of
from catenary.web.pages.inlets import InletLine, InletPage, InletsPage, RefusedLine, Secret
from catenary.web.reading import figure, in_words

_CLOSED_SHOWN = 20
_LONGEST = 64_000


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def inlets(asking: Asking, key: str) -> HttpResponse:
    """The inlets of an organization; open one. Its secret stands on the answer alone."""
    house, found = _house(asking, key)
    page = _list_page(asking, house, found)
    if asking.request.method != "POST":
        return page_response(asking, "inlets.html", page)
    form = asking.request.POST
    name, kind = form.get("name", "")[:100].strip(), form.get("kind", "")[:40]
    proof, text = form.get("proof", "")[:40], form.get("settings", "")[:_LONGEST]
    try:
        made = opened(
            actor=asking.actor,
            at=clock.now(),
            organization=key,
            key=name,
            kind=kind,
            proof=proof,
            settings=settings_of(text),
            origin=origin_of(asking.request),
        )
    except InletMissing:
        raise Http404 from None
    except (Refused, SettingsUnreadable) as error:
        page = replace(
            page,
            name=name,
            settings=text,
            kinds=kinds(kind),
            proofs=proofs(proof),
            problems=_problems(error),
        )
        return page_response(asking, "inlets.html", page, status=422)
    _doubt(asking, made.doubts)
    if not made.secret:
        # It looks by itself: there is nothing to copy.
        messages.success(asking.request, _("Saved."))
        return HttpResponseRedirect(addresses.inlet(key, made.key))
    page = _list_page(asking, house, inlets_of(asking.actor, key) or [])
    return page_response(asking, "inlets.html", replace(page, secret=_secret(asking, made, proof)))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def inlet(asking: Asking, organization: str, key: str) -> HttpResponse:
    """One inlet: how much came, what was refused and why; set anew, renewed or closed. A closed
    one: what it said last and still stands; taken back."""
    house, _found = _house(asking, organization)
    view = inlet_view(asking.actor, organization, key)
    if view is None:
        raise Http404
    if asking.request.method != "POST":
        return page_response(asking, "inlet.html", _page(asking, house, view))
    form = asking.request.POST
    text = form.get("settings", "")[:_LONGEST]
    which: dict[str, Any] = {
        "actor": asking.actor,
        "at": clock.now(),
        "organization": organization,
        "key": key,
        "origin": origin_of(asking.request),
    }
    try:
        if form.get("do") == "renew":
            made = renew_inlet(**which)
            secret = _secret(asking, made, view.proof)
            page = replace(_page(asking, house, view), secret=secret)
            return page_response(asking, "inlet.html", page)
        if form.get("do") == "close":
            take_back = form.get("take-back") == "yes"
            services = close_inlet(**which, take_back=take_back)
            messages.success(asking.request, _("It is closed: nobody answers there any more."))
            if take_back:
                messages.success(asking.request, taken_back_words(services))
        elif form.get("do") == "take-back":
            messages.success(asking.request, taken_back_words(take_back_last_words(**which)))
        else:
            doubts = changed(**which, kind=view.kind, settings=settings_of(text))
            messages.success(asking.request, _("Saved."))
            _doubt(asking, doubts)
    except InletMissing:
        raise Http404 from None
    except (Refused, SettingsUnreadable) as error:
        problems, status = _problems(error), 422
    except CatalogueBusy:
        problems, status = (_("Another program is writing. Try again soon."),), 503
    else:
        return HttpResponseRedirect(addresses.inlet(organization, key))
    page = replace(_page(asking, house, view), problems=problems)
    if form.get("do") == "change":
        page = replace(page, settings=text)
    return page_response(asking, "inlet.html", page, status=status)


def _house(asking: Asking, key: str) -> tuple[OrganizationRow, list[InletView]]:
    """The organization and its inlets, for who may see them; to others there is no such page."""
    found = inlets_of(asking.actor, key)
    house = organizations_by_key([key]).get(key)
    if found is None or house is None:
        raise Http404
    return house, found


def _problems(error: Refused | SettingsUnreadable) -> tuple[str, ...]:
    if isinstance(error, SettingsUnreadable):
        return (in_words(error.args[0]),)
    return _told(error.refusals)


def _doubt(asking: Asking, doubts: Sequence[Refusal]) -> None:
    """Say what is doubtful about settings that were taken."""
    for told in _told(doubts):
        messages.warning(asking.request, told)


def _told(refusals: Sequence[Refusal]) -> tuple[str, ...]:
    told = []
    for refusal in refusals:
        field = str(refusal.path[-1]) if refusal.path[:1] == ("settings",) else ""
        said = f"{field}: {in_words(refusal.sentence)}" if field else in_words(refusal.sentence)
        told.append(f"{said} ({in_words(refusal.remedy)})" if refusal.remedy else said)
    return tuple(told)


def _secret(asking: Asking, made: OpenedInlet, proof: str) -> Secret:
    return Secret(_whole(asking, made.address), made.secret, proof)


def _whole(asking: Asking, address: str) -> str:
    """The whole address: as an operator said ours is, otherwise as the reader reached us."""
    request = asking.request
    return whole(address) or f"{request.scheme}://{request.get_host()}{address}"


def _list_page(asking: Asking, house: OrganizationRow, found: list[InletView]) -> InletsPage:
    lines, named = [], set[str]()
    for view in found:
        lines.append(_line(view, has_page=view.key not in named))
        named.add(view.key)
    live = tuple(line for line in lines if line.is_open)
    told = ngettext("{n} address at which monitors report.", "{n} addresses at which monitors "
                    "report.", len(live))  # fmt: skip
    return InletsPage(
        organization=organization_crumb(asking.actor, asking.viewpoint, house),
        answer=told.format(n=figure(len(live)))
        if live
        else _("Nothing outside reports for this organization yet."),
        live=live,
        closed=tuple(line for line in lines if not line.is_open)[:_CLOSED_SHOWN],
        kinds=kinds(),
        proofs=proofs(),
        may_open=may_manage_inlets(asking.actor, house.path),
    )


def _line(view: InletView, *, has_page: bool) -> InletLine:
    return InletLine(
        name=view.key,
        url=addresses.inlet(view.organization, view.key),
        kind=kind_words(view.kind),
        heard_at=view.heard_at,
        taken=figure(view.taken),
        refused=figure(view.refused) if view.refused else "",
        is_open=view.closed_at is None,
        state=_state(view),
        has_page=has_page,
    )


def _state(view: InletView) -> str:
    if view.closed_at is not None:
        return _("closed")
    return _("open") if view.heard_at is not None else _("never heard")


def _page(asking: Asking, house: OrganizationRow, view: InletView) -> InletPage:
    refused = ngettext(
        "{taken} taken, {n} refused.", "{taken} taken, {n} refused.", view.refused
    ).format(taken=figure(view.taken), n=figure(view.refused))
    may_manage = may_manage_inlets(asking.actor, house.path)
    proof = next(choice for choice in proofs() if choice.value == view.proof)
    return InletPage(
        organization=organization_crumb(asking.actor, asking.viewpoint, house),
        list_url=addresses.inlets(house.key),
        name=view.key,
        kind=kind_words(view.kind),
        state=_state(view),
        is_open=view.closed_at is None,
        answer=refused if view.heard_at is not None else _("Nothing has been heard here yet."),
        address=_whole(asking, view.address) if KINDS[view.kind].hear is not None else "",
        proof=proof.word,
        proof_means=proof.meaning,
        opened_at=view.opened_at,
        closed_at=view.closed_at,
        heard_at=view.heard_at,
        counts=counts(view),
        told_to_wait=waited(view),
        told_to_wait_at=view.told_to_wait_at,
        settings=yaml.safe_dump(view.settings, allow_unicode=True, sort_keys=False)
        if view.settings
        else "",
        refused=tuple(
            RefusedLine(
                row.at,
                row.since,
                since(row),
                often(row),
                tuple(map(reason_words, row.reasons)),
                row.excerpt,
            )
            for row in view.latest
        ),
        may_manage=may_manage,
        last=last_words_part(asking, view, clock.now(), may_manage=may_manage),
    )
