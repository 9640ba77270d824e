"""Asking a second factor of others: of an organization, or of the whole installation."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from catenary import clock
from catenary.apps.organizations.choices import AskedOf
from catenary.apps.organizations.operations.second_factors import (
    NotDecidedHere,
    OwnFactorMissing,
    ask_second_factor,
)
from catenary.apps.organizations.queries import organizations_by_key
from catenary.apps.organizations.queries.second_factors import (
    SecondFactorDecision,
    second_factor_decision,
)
from catenary.web import addresses
from catenary.web.access.half import is_fresh
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.marks import organization_crumb
from catenary.web.origins import origin_of
from catenary.web.pages.second_factor import RuleChoice, RulePage
from catenary.web.pages.sentences import Link
from catenary.web.reading import figure


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def organization(asking: Asking, key: str) -> HttpResponse:
    """A top organization asks one of everybody with a role in it; a page of whoever decides."""
    return _answer(asking, key)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def installation(asking: Asking) -> HttpResponse:
    """The installation asks one of operators or of everybody; a page of operators."""
    return _answer(asking, "")


def _answer(asking: Asking, key: str) -> HttpResponse:
    decision = second_factor_decision(actor=asking.actor, key=key)
    if decision is None:
        raise Http404
    page = _page(asking, decision)
    if asking.request.method != "POST":
        return page_response(asking, "second_factor_rule.html", page)
    if not page.hindrance:
        said = asking.request.POST.get("asked-of", "")
        offered = {choice.value for choice in page.choices}
        hindrance = _decide(asking, decision, said) if said in offered else _("Choose one of them.")
        if not hindrance:
            return HttpResponseRedirect(page.url)
        page = replace(page, hindrance=hindrance)
    return page_response(asking, "second_factor_rule.html", page, status=422)


def _decide(asking: Asking, decision: SecondFactorDecision, said: str) -> str:
    """Why it could not be; empty when it was."""
    request = asking.request
    try:
        decided = ask_second_factor(
            actor=asking.actor,
            key=decision.key,
            asked_of=AskedOf(said),
            accepts_provider="accepts-provider" in request.POST,
            ends_sessions="ends-sessions" in request.POST,
            at=clock.now(),
            origin=origin_of(request),
        )
    except NotDecidedHere:
        raise Http404 from None
    except OwnFactorMissing:
        return _own_first()
    messages.success(request, _("Saved.") if decided.changed else _("It was so already."))
    if decided.ended:
        ended = ngettext("{n} session was ended.", "{n} sessions were ended.", decided.ended)
        messages.info(request, ended.format(n=figure(decided.ended)))
    return ""


def _page(asking: Asking, decision: SecondFactorDecision) -> RulePage:
    here = addresses.second_factor_rule(decision.key) if decision.key else ""
    page = RulePage(
        name=decision.name,
        url=here or reverse("second-factor-rule-here"),
        back=_back(asking, decision),
        choices=tuple(_choices(decision)),
        people=decision.people,
        without=decision.without,
        provider=settings.SIGN_ON.name if settings.SIGN_ON else "",
        accepts_provider=decision.accepts_provider,
        by_settings=" ".join(sorted(settings.SECOND_FACTOR)) if asking.actor.is_operator else "",
    )
    if not is_fresh(asking.request, clock.now()):
        again = _("You signed in a while ago. Sign out and in again, then decide for others.")
        return replace(page, hindrance=again)
    return page


def _back(asking: Asking, decision: SecondFactorDecision) -> Link:
    row = organizations_by_key([decision.key]).get(decision.key) if decision.key else None
    if row is None:
        return Link(_("Your account"), reverse("account"))
    return organization_crumb(asking.actor, asking.viewpoint, row)


def _choices(decision: SecondFactorDecision) -> list[RuleChoice]:
    nobody = (_("Nobody"), _("who set one up shows it; the others sign in with a password alone"))
    words = {AskedOf.NOBODY: nobody}
    if decision.key:
        meaning = _("with a role in it or below, administrators too")
    else:
        words[AskedOf.OPERATORS] = (_("Operators"), _("who see and may do everything"))
        meaning = _("of every organization")
    words[AskedOf.EVERYBODY] = (_("Everybody"), meaning)
    return [
        RuleChoice(value, word, meaning, value is decision.asked_of)
        for value, (word, meaning) in words.items()
    ]


def _own_first() -> str:
    return _(
        "Set up a second factor of your own first: whoever asks it of others must not be the one "
        "it shuts out. Nothing was changed."
    )
