"""Secret addresses of feeds for calendar programs: their box on a page, making and revoking."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catenary import clock
from catenary.apps.calendars.operations.feeds import make_feed, revoke_feed
from catenary.apps.calendars.queries.feeds import feeds_of
from catenary.apps.portfolio.queries.calendars import calendar_view
from catenary.domain.references import is_reference
from catenary.domain.refusals import Refused
from catenary.web import addresses
from catenary.web.asking import Asking, signed_in
from catenary.web.notes import leave_note
from catenary.web.pages.frame import Note
from catenary.web.pages.maintenance import FeedBox, FeedLine
from catenary.web.reading import in_words, moment

_MADE = "feed-made"


@require_POST
@signed_in
def make(asking: Asking) -> HttpResponse:
    """Make a secret address; it stands on the next page once."""
    about = asking.request.POST.get("about", "")[:210]
    if asking.viewpoint is None or (about and not _sees(asking, about)):
        raise Http404
    back = _back(about)
    try:
        secret = make_feed(
            account_id=asking.request.user.pk or 0,
            viewpoint=asking.viewpoint,
            about=about,
            at=clock.now(),
        )
    except Refused as refused:
        leave_note(asking.request, back, Note(in_words(refused.refusals[0].sentence)))
    else:
        asking.request.session[_MADE] = [about, secret]
    return HttpResponseRedirect(f"{back}#feed")


@require_POST
@signed_in
def revoke(asking: Asking) -> HttpResponse:
    """End one of one's addresses."""
    given = asking.request.POST
    number, about = given.get("feed", ""), given.get("about", "")[:210]
    is_ended = (
        number.isascii()
        and number.isdigit()
        and len(number) < 18
        and revoke_feed(account_id=asking.request.user.pk or 0, number=int(number), at=clock.now())
    )
    told = _("The address was revoked.") if is_ended else _("There was no such address to revoke.")
    back = _back(about if is_reference(about) else "")
    leave_note(asking.request, back, Note(told))
    return HttpResponseRedirect(f"{back}#feed")


def _sees(asking: Asking, about: str) -> bool:
    return asking.viewpoint is not None and (
        calendar_view(actor=asking.actor, viewpoint=asking.viewpoint, reference=about) is not None
    )


def _back(about: str) -> str:
    return addresses.calendar(about) if about else reverse("maintenances")


def feed_box(asking: Asking, about: str) -> FeedBox:
    """The feed of a page: one's addresses for it, and the one just made."""
    request = asking.request
    secret = ""
    made = request.session.get(_MADE)
    if made is not None and made[0] == about and request.method == "GET":
        del request.session[_MADE]
        secret = request.build_absolute_uri(reverse("feed", args=[made[1]]))
    return FeedBox(
        lines=tuple(
            FeedLine(each.number, each.organization, moment(each.made_at),
                     "" if each.used_at is None else moment(each.used_at))
            for each in feeds_of(request.user.pk or 0, about)
        ),
        url=reverse("feed-make"),
        about=about,
        next_url=reverse("feed-revoke"),
        secret_url=secret,
    )  # fmt: skip
