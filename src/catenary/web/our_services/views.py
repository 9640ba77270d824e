"""The page of a customer: only what it consumes, in its own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catenary import clock
from catenary.apps.monitoring.choices import again_words, happened_words
from catenary.apps.monitoring.queries.consumed import (
    DAYS,
    RECENT,
    Consumed,
    ConsumedService,
    consumed,
    recent_events,
)
from catenary.apps.monitoring.queries.happened import NamedEvent, NamedRun
from catenary.apps.monitoring.queries.kept import Effective
from catenary.apps.monitoring.queries.maintenance import maintenance_of_ours
from catenary.apps.monitoring.queries.sight import sight_of
from catenary.apps.monitoring.queries.status import ToldCause, words
from catenary.apps.monitoring.queries.stored import Freshness, freshness
from catenary.domain.actors import Viewpoint
from catenary.domain.condition.codes import CODE_NAMES
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.live.shared import FORM_KEY, by_anybody_like, part_for_all
from catenary.web.live.stale import as_last_known, why_stale
from catenary.web.maintenance.words import rhythm_words, when_words
from catenary.web.marks import organization_link
from catenary.web.our_services.strip import condition_mark, strip_of
from catenary.web.our_services.touched import touching_us
from catenary.web.pages import Count, Link, Sentence, say
from catenary.web.pages.marks import ConditionMark
from catenary.web.pages.our_services import (
    AheadLine,
    EventLine,
    OurServicesPage,
    ServiceLine,
    Shared,
    SharedLine,
)
from catenary.web.reading import figure, in_words, moment
from catenary.web.status.because import more_words
from catenary.web.status.board import live_of
from catenary.web.words import condition_word

_EVENTS = 30
_AHEAD = 10
_NAMED = 3


@require_safe
@signed_in
def our_services(asking: Asking) -> HttpResponse:
    """What the viewpoint consumes and how it goes with it; it changes while one looks at it."""
    viewpoint = asking.viewpoint
    if viewpoint is None:
        page = OurServicesPage("", say(_("There is no organization to look from yet.")))
        return page_response(asking, "our_services.html", page, current="our-services")
    if asking.request.headers.get("HX-Target") == "ours":
        return HttpResponse(_part(asking, viewpoint))
    # Taken before what is shown is read: what changes in between is then told, not missed.
    live = live_of(asking)
    page = replace(_page(asking, viewpoint, freshness(clock.now())), live=live)
    return page_response(asking, "our_services.html", page, current="our-services", look="customer")


def _part(asking: Asking, viewpoint: Viewpoint) -> str:
    """The part that changes, made once for all customers who see the same. It is made without the
    request's own session: nothing of anybody can get into it."""
    fresh, anybody = freshness(clock.now()), by_anybody_like(asking)

    def make() -> str:
        told = {"page": _page(anybody, viewpoint, fresh), "csrf_token": FORM_KEY}
        return render_to_string("partials/our_services.html", told)

    sight = sight_of(asking.actor, viewpoint)
    # Days and what is ahead change with the minute, whatever else stays.
    minute = clock.now().replace(second=0, microsecond=0)
    return part_for_all(anybody, sight, "our-services", make, minute, fresh)


def _page(asking: Asking, viewpoint: Viewpoint, fresh: Freshness) -> OurServicesPage:
    at, zone = clock.now(), timezone.get_current_timezone_name()
    said = asking.request.GET.get("page", "1")
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 1
    found = consumed(actor=asking.actor, viewpoint=viewpoint, at=at, zone=zone, page=number)
    happened = recent_events(
        actor=asking.actor, viewpoint=viewpoint, at=at, since=at - RECENT, limit=_EVENTS
    )
    return OurServicesPage(
        organization=viewpoint.name,
        answer=as_last_known(answer(found), fresh),
        services=tuple(map(_line, found.services)),
        counts=_counts(found.counts),
        events=tuple(map(event_line, happened)),
        ahead=tuple(_ahead(asking, viewpoint, at)),
        zone=zone,
        days=DAYS,
        page=found.page,
        pages=found.pages,
        previous_url=_page_url(found.page - 1) if found.page > 1 else "",
        subscriptions_url=reverse("subscriptions"),
        next_url=_page_url(found.page + 1) if found.page < found.pages else "",
        shared=_shared(found),
        here=asking.request.get_full_path(),
        stale=why_stale(fresh),
    )


def _counts(counts: Mapping[str, int]) -> tuple[tuple[ConditionMark, Count], ...]:
    return tuple((condition_mark(kind), Count(n)) for kind, n in counts.items() if n)


def _shared(found: Consumed) -> Shared | None:
    """What organizations above use besides; closed where there is something of one's own."""
    if not found.shared:
        return None
    house = found.shared[0].consumer
    return Shared(
        house=house.name if len({each.consumer.id for each in found.shared}) == 1 else "",
        lines=tuple(
            SharedLine(
                reference=each.reference,
                service=Link(each.name, addresses.service(each.reference)),
                provider=organization_link(each.provider),
                consumer=each.consumer.name,
                mark=condition_mark(each.kind),
            )
            for each in found.shared
        ),
        counts=_counts(found.shared_counts),
        total=Count(found.shared_total),
        house_key=house.key,
        is_open=not found.total,
    )


def _page_url(number: int) -> str:
    return f"{reverse('our-services')}?page={number}"


def answer(found: Consumed) -> Sentence:
    """The first thing on the page: how many of what is used do not work as they should."""
    total = found.total
    if not total:
        if found.shared_total:
            return say(_("You use what is used by everybody in your organization."))
        return say(_("You consume no service that is in the catalogue."))
    # What may be down and is degraded at least does not work, however badly.
    troubled = found.counts["down"] + found.counts["degraded"] + found.uncertain
    maintained, unknown = found.counts["maintenance"], found.counts["unknown"] - found.uncertain
    sentences = []
    if not troubled and not maintained and not unknown:
        told = ngettext("The service you use works.", "All {total} services you use work.", total)
        return say(told, total=figure(total))
    if troubled:
        told = ngettext(
            "{n} of {total} services you use does not work as it should.",
            "{n} of {total} services you use do not work as they should.",
            troubled,
        )
    else:
        told = ngettext(
            "The service you use is not known to be broken.",
            "None of the {total} services you use is known to be broken.",
            total,
        )
    sentences.append(told.format(n=figure(troubled), total=figure(total)))
    if maintained:
        told = ngettext(
            "{n} is in planned maintenance.", "{n} are in planned maintenance.", maintained
        )
        sentences.append(told.format(n=figure(maintained)))
    if unknown:
        told = ngettext(
            "Of {n} nobody knows for certain.", "Of {n} nobody knows for certain.", unknown
        )
        sentences.append(told.format(n=figure(unknown)))
    return Sentence((" ".join(sentences),))


def _line(service: ConsumedService) -> ServiceLine:
    known = service.effective
    at_risk = ""
    if known.next_loss:
        loss = condition_word(CODE_NAMES[known.next_loss])
        at_risk = _("At risk: one more loss would make it {condition}.").format(condition=loss)
    return ServiceLine(
        anchor=f"service-{service.id}",
        reference=service.reference,
        service=Link(service.name, addresses.service(service.reference)),
        provider=organization_link(service.provider),
        mark=condition_mark(service.kind),
        words=_range(known) if service.kind == "unknown" else "",
        since=_since(service),
        why=_why(service),
        at_risk=at_risk,
        strip=strip_of(service.days, service.name),
    )


def _range(known: Effective) -> str:
    """Between which conditions it is, as a sentence."""
    said = in_words(words(known))
    return f"{said[:1].upper()}{said[1:]}."


def _since(service: ConsumedService) -> str:
    if service.since is None or service.kind == "operational":
        return ""
    if service.is_long:
        return _("for more than {n} days").format(n=DAYS)
    return _("since {when}").format(when=moment(service.since))


def _why(service: ConsumedService) -> Sentence:
    """Where the condition comes from, as far as the customer may know."""
    if service.kind == "operational":
        return Sentence()
    named = {
        (str(link), word): link
        for cause in service.causes
        for link, word in [_source(cause, service)]
    }
    causes = [
        Link(f"{link}: {word}", link.url) for (_name, word), link in list(named.items())[:_NAMED]
    ]
    rest = more_words(len(named) - len(causes), is_least=service.has_more_causes)
    if rest:
        causes.append(Link(rest))
    if not causes:
        if service.kind == "unknown":
            return say(_("Nobody reports of it, or of what it relies on."))
        return Sentence()
    if service.is_only_together and len(causes) > 1:
        if _began_later(service):
            return say(_("Now only because of {causes} together."), causes=causes)
        return say(_("Only because of {causes} together."), causes=causes)
    if _began_later(service):
        return say(_("Now because of {causes}."), causes=causes)
    return say(_("Because of {causes}."), causes=causes)


def _began_later(service: ConsumedService) -> bool:
    """Whether something else was the cause when it came into this condition."""
    began = [cause.since for cause in service.causes]
    if service.since is None or service.is_long or not began:
        return False
    return all(since is not None and since > service.since for since in began)


def _source(cause: ToldCause, service: ConsumedService) -> tuple[Link, str]:
    """Where a cause comes from, and what stands there: what is planned has planned causes."""
    last = cause.path[-1]
    condition = condition_word("planned" if service.kind == "maintenance" else cause.condition)
    if len(cause.path) == 1:
        return Link(_("{service} itself").format(service=service.name)), condition
    if not last.reference:
        return Link(
            _("a supporting service of {provider}").format(provider=last.provider.name)
        ), condition
    return Link(last.known_as or last.name, addresses.service(last.reference)), condition


def _ahead(asking: Asking, viewpoint: Viewpoint, at: datetime) -> Iterator[AheadLine]:
    """Maintenance that touches what is consumed, the next first."""
    found = maintenance_of_ours(actor=asking.actor, viewpoint=viewpoint, at=at)
    for view, touched in islice(touching_us(asking.actor, viewpoint, found), _AHEAD):
        links = [Link(each.name, addresses.service(each.reference)) for each in touched[:_NAMED]]
        if len(touched) > _NAMED:
            rest = len(touched) - _NAMED
            links.append(Link(ngettext("{n} more", "{n} more", rest).format(n=figure(rest))))
        first = view.ahead[0]
        when = when_words(first.start, first.end)
        named = Link(view.title, reverse("maintenance", args=[view.key]))
        yield AheadLine(when, named, links, rhythm_words(view.repeats))


def event_line(event: NamedEvent) -> EventLine:
    """What happened at a moment, in a sentence: many services that changed alike are one, and so
    are many changes of one."""
    by_condition: dict[str, list[str]] = {}
    for name, was, now in event.changes:
        by_condition.setdefault(_became(was, now), []).append(name)
    for run in event.runs:
        by_condition.setdefault(_again(run, is_least=event.began is None), []).append(run.name)
    sentences: list[Link | str] = []
    more: list[Link] = []
    for word, names in by_condition.items():
        if sentences:
            sentences.append("; ")
        links = [Link(name) for name in names[:_NAMED]]
        if len(names) > _NAMED:
            rest = len(names) - _NAMED
            links.append(Link(ngettext("{n} more", "{n} more", rest).format(n=figure(rest))))
            more += [Link(name) for name in names[_NAMED:]]
        told = say(_("{services}: {condition}"), services=links, condition=word)
        sentences += told.pieces
    when = happened_words(timezone.localtime(event.first), timezone.localtime(event.at))
    return EventLine(event.at, when, Sentence(tuple(sentences)), tuple(more))


def _again(run: NamedRun, *, is_least: bool) -> str:
    # What was never in trouble has not stopped.
    before = run.was if run.worst == "unknown" else run.worst
    return again_words(
        figure(run.count),
        is_least=is_least,
        worst=condition_word(condition_mark(run.worst).condition),
        end=_became(before, run.now),
    )


def _became(was: str, condition: str) -> str:
    if condition == "operational":
        # Of what nobody knew before, nobody knows that it had stopped.
        return _("works") if was in ("", "unknown") else _("works again")
    return condition_word(condition_mark(condition).condition)
