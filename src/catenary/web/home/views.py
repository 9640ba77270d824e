"""Home: who our customers are, what we provide, whom we rely on, what depends on us."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catenary import clock
from catenary.apps.monitoring.queries.consumed import Counts, counts_of_ours
from catenary.apps.monitoring.queries.stored import freshness
from catenary.apps.portfolio.policies import may_begin
from catenary.apps.portfolio.queries.catalogue import ServiceSummary
from catenary.apps.portfolio.queries.home import ChainPlace, Relation, chain_place, other_houses
from catenary.domain.actors import Viewpoint
from catenary.web import addresses
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.editing.entry import draft_lines
from catenary.web.live.stale import last_known, why_stale
from catenary.web.marks import organization_link, said_by, service_link
from catenary.web.our_services.strip import condition_mark
from catenary.web.pages import (
    Count,
    CustomerRow,
    FarOutcome,
    Figure,
    Going,
    HeldService,
    HomePage,
    HouseLine,
    Link,
    ProvidedCounts,
    ReliedOnProvider,
    ReliedOnService,
    RoleMark,
    Sentence,
    StageMark,
    say,
)
from catenary.web.pages.marks import ConditionMark
from catenary.web.reading import figure


@require_safe
@signed_in
def home(asking: Asking) -> HttpResponse:
    """The place of the viewpoint's organization in the chain."""
    if asking.viewpoint is None:
        page = HomePage(
            organization=Link("Catenary"),
            answer=say(_("There is no organization to look from yet.")),
            has_catalogue=False,
        )
        return page_response(asking, "home.html", page, current="home")
    place = chain_place(actor=asking.actor, viewpoint=asking.viewpoint)
    # Who belongs nowhere runs the installation: nothing of it is theirs to use.
    houses, house_count = (
        ((), 0)
        if asking.actor.memberships
        else other_houses(actor=asking.actor, viewpoint=asking.viewpoint)
    )
    going, stale = _going(asking, asking.viewpoint)
    home_page = replace(
        _home_page(place, asking.viewpoint),
        drafts=draft_lines(asking),
        going=going,
        stale=stale,
        may_define=may_begin(asking.actor, "service"),
        lead=_lead(place),
        houses=tuple(
            HouseLine(house.organization.key, house.organization.name, Count(house.services))
            for house in houses
        ),
        house_count=Count(house_count),
    )
    return page_response(asking, "home.html", home_page, current="home")


def _lead(place: ChainPlace) -> Sentence | None:
    """Where somebody goes on who provides and uses nothing, and may see what others do."""
    if not place.has_catalogue or place.provided_count or place.held_count:
        return None
    return Sentence((Link(_("See what is in the catalogue"), addresses.catalogue()),))


def _going(asking: Asking, viewpoint: Viewpoint) -> tuple[tuple[Going, ...], str]:
    """How it goes now with what we provide and what we use, nothing of what nobody reports of; and
    since when nobody follows, if nobody does."""
    provided, consumed = counts_of_ours(actor=asking.actor, viewpoint=viewpoint)
    board = addresses.status([("provider", viewpoint.key)])
    lines = [
        (_filled(sentence, counts), counts, url)
        for sentence, counts, url in (
            (_of_provided(provided), provided, board),
            (_of_used(consumed), consumed, reverse("our-services")),
        )
        if counts.shown["unknown"] - counts.uncertain < _total(counts)
    ]
    if not lines:
        return (), ""
    fresh = freshness(clock.now())
    begins = last_known(fresh)
    going = tuple(
        Going(Link(f"{begins} {sentence}".lstrip(), url), _marks(counts))
        for sentence, counts, url in lines
    )
    return going, why_stale(fresh)


def _filled(sentence: str, counts: Counts) -> str:
    return sentence.format(n=figure(_troubled(counts)), total=figure(_total(counts)))


def _of_provided(counts: Counts) -> str:
    total, troubled = _total(counts), _troubled(counts)
    if troubled:
        return ngettext(
            "{n} of {total} services you provide does not work as it should.",
            "{n} of {total} services you provide do not work as they should.",
            troubled,
        )
    if counts.shown["operational"] == total:
        return ngettext(
            "The service you provide works.", "All {total} services you provide work.", total
        )
    return ngettext(
        "The service you provide is not known to be broken.",
        "None of the {total} services you provide is known to be broken.",
        total,
    )


def _of_used(counts: Counts) -> str:
    """In the words of the page that this leads to."""
    total, troubled = _total(counts), _troubled(counts)
    if troubled:
        return ngettext(
            "{n} of {total} services you use does not work as it should.",
            "{n} of {total} services you use do not work as they should.",
            troubled,
        )
    if counts.shown["operational"] == total:
        return ngettext("The service you use works.", "All {total} services you use work.", total)
    return ngettext(
        "The service you use is not known to be broken.",
        "None of the {total} services you use is known to be broken.",
        total,
    )


def _total(counts: Counts) -> int:
    return sum(counts.shown.values())


def _troubled(counts: Counts) -> int:
    return counts.shown["down"] + counts.shown["degraded"] + counts.uncertain


def _marks(counts: Counts) -> tuple[tuple[ConditionMark, Count], ...]:
    """How many are shown as what; where all are the same, the sentence has said it."""
    told = [(condition_mark(kind), Count(n)) for kind, n in counts.shown.items() if n]
    return tuple(told) if len(told) > 1 else ()


def _home_page(place: ChainPlace, viewpoint: Viewpoint) -> HomePage:
    key = viewpoint.key
    return HomePage(
        organization=Link(viewpoint.name, addresses.organization(key)),
        answer=_answer(place),
        has_catalogue=place.has_catalogue,
        customers=tuple(_customer(row, viewpoint) for row in place.customers),
        customer_count=Count(place.customer_count),
        customers_url=addresses.organization(key),
        provided=ProvidedCounts(
            customer_facing=_figure(
                place.customer_facing, _("customer-facing"), key, role="customer-facing"
            ),
            supporting=_figure(place.supporting, _("supporting"), key, role="supporting"),
            idle=_figure(place.idle, _("idle: nobody uses it"), key, role="idle"),
            pipeline=_figure(place.pipeline, _("in the pipeline"), key),
        ),
        provided_count=Count(place.provided_count),
        most_relied_on=tuple(
            ReliedOnService(
                service_link(row.service),
                RoleMark(row.service.role),
                Count(row.dependents),
                Count(row.consumers),
            )
            for row in place.most_relied_on
        ),
        held=tuple(_held(row) for row in place.held),
        held_count=Count(place.held_count),
        providers=tuple(
            ReliedOnProvider(
                organization_link(row.organization),
                tuple(map(service_link, row.services)),
                row.service_count - len(row.services),
                Count(row.relied_on_by),
            )
            for row in place.providers
        ),
        provider_count=Count(place.provider_count),
        outcomes=tuple(
            FarOutcome(
                row.outcome.statement,
                said_by(row.outcome.said_by, row.wanted_by),
                organization_link(row.wanted_by) if row.wanted_by else None,
                service_link(row.service),
                row.steps,
            )
            for row in place.outcomes
        ),
        outcome_count=Count(place.outcome_count),
        outcomes_beyond=Count(place.outcomes_beyond),
        organizations_beyond=Count(place.organizations_beyond),
        chain_url=addresses.chain(),
    )


def _answer(place: ChainPlace) -> Sentence:
    if not place.has_catalogue:
        return say(_("Nothing is in the catalogue that you may see yet."))
    if not place.provided_count:
        if not place.held_count:
            return say(_("You provide nothing to others and consume nothing of theirs yet."))
        return say(
            ngettext(
                "You have {held} from {providers}.",
                "You have {held} from {providers}.",
                place.held_count,
            ),
            held=_services(place.held_count),
            providers=_providers(place.provider_count),
        )
    if not place.customer_count:
        return say(
            _("You provide {services}, none of them to anybody outside."),
            services=_services(place.provided_count),
        )
    customers = ngettext("{n} customer", "{n} customers", place.customer_count)
    if not place.provider_count:
        return say(
            _("You provide {services} to {customers} and rely on nobody outside."),
            services=_services(place.provided_count),
            customers=customers.format(n=figure(place.customer_count)),
        )
    return say(
        _("You provide {services} to {customers}, and for that rely on {providers}."),
        services=_services(place.provided_count),
        customers=customers.format(n=figure(place.customer_count)),
        providers=_providers(place.provider_count),
    )


def _services(count: int) -> str:
    return ngettext("{n} service", "{n} services", count).format(n=figure(count))


def _providers(count: int) -> str:
    return ngettext("{n} provider", "{n} providers", count).format(n=figure(count))


def _customer(row: Relation, viewpoint: Viewpoint) -> CustomerRow:
    if row.organization.id == viewpoint.root_id:
        linked = _("the house we belong to")
    elif row.root.id == viewpoint.root_id:
        linked = _("part of {root}").format(root=row.root.name)
    elif row.root.id == row.organization.id:
        linked = _("outside")
    else:
        linked = _("outside, part of {root}").format(root=row.root.name)
    return CustomerRow(
        organization_link(row.organization),
        linked,
        tuple(service_link(link) for link in row.services),
        row.service_count - len(row.services),
    )


def _held(row: ServiceSummary) -> HeldService:
    name = row.known_as or row.name
    return HeldService(
        Link(name, addresses.service(row.reference)),
        organization_link(row.provider),
        row.description,
        StageMark(row.stage),
        row.name if row.known_as and row.known_as != row.name else "",
    )


def _figure(count: int, text: str, provider: str, role: str = "") -> Figure:
    url = addresses.catalogue(provider=provider, role=role) if count else ""
    return Figure(Count(count), text, url)
