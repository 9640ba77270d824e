"""From a service as its reader may see it to the page: the blueprint on one sheet."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.portfolio.queries.service import GroupView, ServiceView
from catenary.domain.actors import Viewpoint
from catenary.domain.documents.hours import describe
from catenary.domain.documents.shapes import OutcomeDocument, ServiceDocument
from catenary.domain.picture import threshold_words
from catenary.domain.picture.words import weight_words
from catenary.web import addresses
from catenary.web.marks import organization_link, role_mark, said_by, service_link
from catenary.web.pages import (
    Because,
    Chip,
    CoCreationCard,
    ConsumerRow,
    Contact,
    Count,
    FindingRow,
    GroupMember,
    HistoryEntry,
    Hours,
    Link,
    MeasureLine,
    Promise,
    Quotation,
    ReliedOnGroup,
    Sentence,
    ServicePage,
    StageMark,
    UtilityRow,
    say,
)
from catenary.web.reading import amount, duration, figure, in_words, percentage
from catenary.web.words import role_word

#: More than these are counted: a chip is not a list.
_PUBLISHED_NAMED = 2


def service_page(
    view: ServiceView,
    viewpoint: Viewpoint,
    *,
    picture_svg: str,
    findings: tuple[FindingRow, ...],
    history: tuple[HistoryEntry, ...],
) -> ServicePage:
    """The page. Whoever stands inside the provider reads it as provider, everybody else as
    customer; what is open is decided by the view, not here."""
    document = view.document
    is_provider = view.provider.path.startswith(viewpoint.path)
    name = view.known_as or document.name
    role = role_mark(view.role, view.reasons, viewpoint)
    contact = _contacts(view)
    return ServicePage(
        name=name,
        reference=document.reference,
        provider=organization_link(view.provider),
        stage=StageMark(document.stage.value),
        role=role,
        answer=_answer(view, name, viewpoint),
        look="provider" if is_provider else "customer",
        is_open=view.is_inside,
        official_name=document.name if name != document.name else "",
        description=document.description,
        chips=_chips(view),
        also=_also(view, viewpoint),
        owner=contact(document.owner) if document.owner else None,
        outcomes=tuple(_quotation(view, outcome) for outcome in document.outcomes),
        costs=document.costs,
        risks=document.risks,
        co_creation=CoCreationCard(
            provider=document.co_creation.provider,
            customer=document.co_creation.customer,
            provider_expects=document.co_creation.provider_expects,
            customer_expects=document.co_creation.customer_expects,
            talk_to=tuple(contact(c) for c in document.co_creation.talk_to),
            escalate_to=tuple(contact(c) for c in document.co_creation.escalate_to),
        ),
        processes=document.supports_processes,
        utility=tuple(UtilityRow(u.kind.value, u.statement, u.channel) for u in document.utility),
        promises=_promises(document),
        hours=_hours(document),
        channels=document.channels,
        consumers=tuple(
            ConsumerRow(
                Link(
                    row.organization.name,
                    addresses.organization(row.organization.key),
                    "" if row.root.id == row.organization.id else row.root.name,
                ),
                row.known_as,
            )
            for row in view.consumers
        ),
        consumers_beyond=Count(view.consumer_count - len(view.consumers)),
        relied_on_by=_relied_on_by(view),
        relied_on_by_count=Count(view.reliant_count),
        relied_on_by_beyond=Count(view.beyond),
        relied_on_by_url=addresses.chain(focus=document.reference, direction="up"),
        relies_on=tuple(_group(group) for group in view.groups),
        picture_svg=picture_svg,
        chain_url=addresses.chain(focus=document.reference),
        compare_url=addresses.service_compare(document.reference),
        findings=findings,
        history=history,
        history_url=addresses.service_history(document.reference) if view.is_inside else "",
    )


def _answer(view: ServiceView, name: str, viewpoint: Viewpoint) -> Sentence:
    """The first sentence: what it is, for whom, on what it stands."""
    provider = organization_link(view.provider)
    if not view.is_inside:
        return say(
            _("{provider} provides {name} to {here}; what is behind it is theirs to manage."),
            provider=provider,
            name=name,
            here=viewpoint.name,
        )
    members = sum(len(group.members) for group in view.groups)
    consumers = view.consumer_count + len(view.customer_reliants)
    served = ngettext("{n} organization", "{n} organizations", consumers).format(
        n=figure(consumers)
    )
    relying = view.reliant_count
    reliants = ngettext("{n} service", "{n} services", relying)
    rests = ngettext("{n} service", "{n} services", members).format(n=figure(members))
    stands = (
        _("It rests on {rests}.").format(rests=rests)
        if members
        else _("It rests on nothing that is written down.")
    )
    if consumers and relying:
        first = ngettext(
            "{provider} provides it to {served}, and {reliants} relies on it.",
            "{provider} provides it to {served}, and {reliants} rely on it.",
            relying,
        )
    elif consumers:
        first = _("{provider} provides it to {served}.")
    elif relying:
        first = ngettext(
            "{provider} provides it, and {reliants} relies on it.",
            "{provider} provides it, and {reliants} rely on it.",
            relying,
        )
    else:
        first = _("{provider} provides it, to nobody yet.")
    said = say(
        first,
        provider=provider,
        served=served,
        reliants=reliants.format(n=figure(relying)),
    )
    return Sentence((*said.pieces, Link(f" {stands}")))


def _also(view: ServiceView, viewpoint: Viewpoint) -> Because:
    """The same service from the top of the house, when that is another answer."""
    if view.role_from_top in ("", view.role) or viewpoint.path == view.root.path:
        return Because(Sentence())
    return Because(
        say(
            _("Seen as {root} it is {role}."),
            root=organization_link(view.root),
            role=role_word(view.role_from_top),
        )
    )


def _contacts(view: ServiceView) -> Callable[[str], Contact]:
    def contact(reference: str) -> Contact:
        person = view.people.get(reference)
        if person is not None:
            return Contact(person.name, person.email)
        team = view.teams.get(reference)
        if team is not None:
            return Contact(team.name, url=addresses.organization(team.key))
        return Contact(reference, reference if "@" in reference else "")

    return contact


def _chips(view: ServiceView) -> tuple[Chip, ...]:
    document = view.document
    chips = [Chip(tag, "tag", addresses.catalogue(tag=tag)) for tag in document.tags]
    if document.restricted:
        chips.append(Chip(_("restricted")))
    if document.assume_operational:
        chips.append(Chip(_("not monitored: assumed operational")))
    if document.published_to == ("*",):
        chips.append(Chip(_("published to everyone")))
    elif document.published_to:
        chips.append(Chip(_published(view)))
    return tuple(chips)


def _published(view: ServiceView) -> str:
    """To whom, by name while they are few and known; else how many."""
    keys = view.document.published_to
    names = [view.teams[key].name for key in keys if key in view.teams]
    if len(names) == len(keys) <= _PUBLISHED_NAMED:
        return _("published to {names}").format(names=", ".join(names))
    words = ngettext("published to {n} organization", "published to {n} organizations", len(keys))
    return words.format(n=figure(len(keys)))


def _quotation(view: ServiceView, outcome: OutcomeDocument) -> Quotation:
    wanted = view.teams.get(outcome.wanted_by)
    measure = None
    if outcome.measure:
        measure = MeasureLine(
            outcome.measure.name,
            outcome.measure.unit,
            "" if outcome.measure.baseline is None else figure(outcome.measure.baseline),
            "" if outcome.measure.target is None else figure(outcome.measure.target),
        )
    return Quotation(
        outcome.statement,
        said_by(outcome.said_by, wanted),
        organization_link(wanted) if wanted else None,
        measure,
    )


def _promises(document: ServiceDocument) -> tuple[Promise, ...]:
    """Each promise; nothing is measured yet, and the page says so."""
    warranty = document.warranty
    promises = []
    if warranty.availability is not None:
        promises.append(Promise(_("Availability"), percentage(warranty.availability)))
    promises += [Promise(_("Capacity"), amount(c.amount, c.unit)) for c in warranty.capacity]
    if warranty.continuity and warranty.continuity.recovery_time is not None:
        within = duration(warranty.continuity.recovery_time)
        promises.append(Promise(_("Restored within"), within))
    if warranty.continuity and warranty.continuity.recovery_point is not None:
        lost = duration(warranty.continuity.recovery_point)
        promises.append(Promise(_("Work lost, at most"), lost))
    promises += [Promise(_("Security"), text) for text in warranty.security]
    promises += [Promise(_("Performance"), text) for text in warranty.performance]
    return tuple(promises)


def _hours(document: ServiceDocument) -> Hours | None:
    hours = document.service_hours
    if hours is None:
        return None
    if hours.calendar:
        link = Link(hours.calendar, addresses.calendar(hours.calendar))
        return Hours(hours.calendar, calendar=link)
    if hours.is_always:
        return Hours("24×7")
    return Hours(in_words(describe(hours)))


def _relied_on_by(view: ServiceView) -> tuple[Link, ...]:
    links = [service_link(link, with_provider=True) for link in view.reliants]
    for organization, count in view.customer_reliants:
        words = ngettext("{n} service of {name}", "{n} services of {name}", count)
        links.append(
            Link(
                words.format(n=figure(count), name=organization.name),
                addresses.organization(organization.key),
            )
        )
    return tuple(links)


def _group(view: GroupView) -> ReliedOnGroup:
    weights = map(in_words, weight_words(view.group))
    members = []
    for member, weight in zip(view.members, weights, strict=False):
        if member.link is not None:
            provider = member.link.provider.name
            members.append(GroupMember(service_link(member.link), provider, weight))
        else:
            name = member.provider.name if member.provider else ""
            hidden = _("a supporting service of {provider}").format(provider=name)
            members.append(GroupMember(Link(hidden), "", weight))
    words = in_words(threshold_words(view.group)) or _("essential")
    return ReliedOnGroup(words, tuple(members), view.group.soft)
