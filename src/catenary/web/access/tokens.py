"""One's own tokens: making one, seeing them, ending them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from catenary import clock
from catenary.apps.access.operations.tokens import TokenMissing, issue_token, revoke_token
from catenary.apps.access.queries.second_factors import factor_kinds
from catenary.apps.access.queries.tokens import TokenRow, tokens_of
from catenary.domain.actors import Scope
from catenary.domain.refusals import Refused
from catenary.web.access.asked import asked_of
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.origins import origin_of
from catenary.web.pages.tokens import Choice, TokenLine, TokensPage
from catenary.web.reading import in_words

_DAYS = (7, 30, 90, 180, 365)
_USUAL = 90
#: A list for the eye; those that ended earlier are in the audit.
_ENDED_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def tokens(asking: Asking) -> HttpResponse:
    """Show one's tokens; make one. Its secret stands on the answer and nowhere else."""
    at = clock.now()
    if asking.request.method != "POST":
        return page_response(asking, "tokens.html", _page(asking, at))
    form = asking.request.POST
    user = asking.request.user
    if not factor_kinds(user.pk or 0) and asked_of(user).is_asked:
        # A token shows no second factor: it must not be the way round one.
        problem = _("A second factor is asked of you: set one up before you make a token.")
        return page_response(
            asking, "tokens.html", _page(asking, at, problems=(problem,)), status=422
        )
    scope, days = form.get("scope", ""), form.get("days", "")
    name = form.get("name", "")[:200]
    try:
        issued = issue_token(
            account_id=asking.request.user.pk or 0,
            name=name,
            scopes=[Scope(scope)] if scope in set(Scope) else [],
            expires_at=at + timedelta(days=int(days) if days in map(str, _DAYS) else 0),
            at=at,
            origin=origin_of(asking.request),
        )
    except Refused as refused:
        page = _page(
            asking,
            at,
            name=name,
            scope=scope,
            days=days,
            problems=tuple(in_words(refusal.sentence) for refusal in refused.refusals),
        )
        return page_response(asking, "tokens.html", page, status=422)
    return page_response(asking, "tokens.html", _page(asking, at, secret=issued.secret))


@require_POST
@signed_in
def revoke(asking: Asking) -> HttpResponse:
    """End one of one's tokens."""
    request = asking.request
    try:
        revoke_token(
            account_id=request.user.pk or 0,
            public_id=request.POST.get("token", "")[:16],
            at=clock.now(),
            origin=origin_of(request),
        )
    except TokenMissing:
        messages.info(request, _("There was no such token to revoke."))
    else:
        messages.success(request, _("The token was revoked. Whatever used it is refused from now."))
    return HttpResponseRedirect(reverse("tokens"))


def _page(
    asking: Asking,
    at: datetime,
    *,
    name: str = "",
    scope: str = Scope.READ,
    days: str = str(_USUAL),
    secret: str = "",
    problems: tuple[str, ...] = (),
) -> TokensPage:
    lines = [_line(row, at) for row in tokens_of(asking.request.user.pk or 0)]
    return TokensPage(
        live=tuple(line for line in lines if line.is_live),
        ended=tuple(line for line in lines if not line.is_live)[:_ENDED_SHOWN],
        scopes=tuple(
            Choice(value, word, meaning, value == scope) for value, word, meaning in _scopes()
        ),
        lifetimes=tuple(
            Choice(str(n), ngettext("{n} day", "{n} days", n).format(n=n), is_chosen=str(n) == days)
            for n in _DAYS
        ),
        name=name,
        secret=secret,
        problems=problems,
        url=reverse("tokens"),
        revoke_url=reverse("revoke-token"),
    )


def _scopes() -> tuple[tuple[Scope, str, str], ...]:
    return (
        (Scope.READ, _("read"), _("sees what you see")),
        (Scope.WRITE, _("write"), _("also changes services and consumption, where you may")),
        (Scope.ADMIN, _("admin"), _("also changes organizations, people and roles, where you may")),
    )


def _line(row: TokenRow, at: datetime) -> TokenLine:
    words = {scope: word for scope, word, _meaning in _scopes()}
    if row.revoked_at is not None:
        state = _("revoked")
    else:
        state = _("expired") if row.expires_at <= at else _("live")
    return TokenLine(
        public_id=row.public_id,
        name=row.name,
        # The widest says it all: whoever may write may read.
        scopes=(words[row.scopes[-1]],),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        is_live=row.revoked_at is None and row.expires_at > at,
        state=state,
    )
