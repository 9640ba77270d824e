"""From two views of one service to the rows of a comparison.

Both sides are the service page as its reader would get it (`web.service.blueprint`); here their
parts are only laid side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.compare import CustomerSide, Perspectives, eyes_of
from catenary.apps.portfolio.queries.service import ServiceView
from catenary.domain.actors import Viewpoint
from catenary.domain.documents.shapes import Burden
from catenary.web import addresses
from catenary.web.marks import organization_link
from catenary.web.pages import (
    Cell,
    CompareRow,
    Contact,
    Link,
    Quotation,
    RoleMark,
    ServicePage,
    say,
)
from catenary.web.pages.sentences import Sentence
from catenary.web.service.blueprint import service_page


def compared(found: Perspectives, viewpoint: Viewpoint) -> tuple[CompareRow, ...]:
    """The rows of the comparison; none while nobody consumes the service."""
    side = found.customer
    if side is None:
        return ()
    name = side.organization.name
    if found.provider is None:
        theirs = _read_from(found.own, viewpoint)
        return tuple(_rows(_published(found.own, theirs), theirs, side, name))
    ours = _read_as(found.provider, found.provider.provider)
    return tuple(
        _rows(ours, _read_as(side.view, side.organization) if side.view else None, side, name)
    )


def unseen_of_customers() -> tuple[str, ...]:
    """What a customer of another top organization never reads, by kind."""
    return (
        _("what it rests on"),
        _("who else consumes it, and what they call it"),
        _("which outcomes are wanted by whom else"),
        _("to whom else it is published"),
        _("its labels, its findings and its history"),
    )


def _read_as(view: ServiceView, organization: OrganizationRow) -> ServicePage:
    _actor, viewpoint = eyes_of(organization)
    return _read_from(view, viewpoint)


def _read_from(view: ServiceView, viewpoint: Viewpoint) -> ServicePage:
    return service_page(view, viewpoint, picture_svg="", findings=(), history=())


def _published(own: ServiceView, theirs: ServicePage) -> ServicePage:
    """The provider's side as far as it is told to a customer: the same record under the
    provider's own name, with the role that follows from being used."""
    role = RoleMark("customer-facing") if own.role == "external" else RoleMark("")
    return replace(theirs, name=own.document.name, official_name="", role=role)


def _rows(
    ours: ServicePage, theirs: ServicePage | None, side: CustomerSide, name: str
) -> list[CompareRow]:
    hidden = Cell(unseen=say(_("{name} does not see it."), name=name))

    def row(title: str, provider: Cell, customer: Cell | None) -> CompareRow:
        return CompareRow(title, provider, hidden if customer is None else customer)

    def both(title: str, cell_of: Callable[[ServicePage], Cell]) -> CompareRow:
        return row(title, cell_of(ours), None if theirs is None else cell_of(theirs))

    is_told = ours.is_open
    closed = Cell(unseen=say(_("The provider does not show this to its customers.")))
    return [
        both(_("What it is called"), lambda page: Cell((Link(page.name),))),
        both(_("What it is, seen from there"), _role),
        both(_("Value: the outcomes wanted"), _outcomes),
        both(_("Costs and risks"), _burdens),
        both(_("What both contribute and expect"), _co_creation),
        both(_("Fit for purpose"), _utility),
        both(_("Channels"), _channels),
        both(_("Fit for use: what is promised"), _promises),
        both(_("Service hours"), _hours),
        both(_("Whom to talk to"), _people),
        row(
            _("What it rests on"),
            _rests_on(ours) if is_told else closed,
            _rests_on(theirs) if theirs and theirs.is_open else hidden,
        ),
        row(
            _("Who consumes it"),
            _consumers(ours) if is_told else closed,
            None if theirs is None else _consumers(theirs),
        ),
        row(
            _("Which services rely on it"),
            _reliants(ours) if is_told else _counted_only(theirs),
            None if theirs is None else _own_reliants(theirs, side),
        ),
        row(
            _("Labels, findings and history"),
            _record(ours) if is_told else closed,
            _record(theirs) if theirs and theirs.is_open else hidden,
        ),
    ]


def _role(page: ServicePage) -> Cell:
    if not page.role.role:
        return Cell(unseen=say(_("It is published, and not used from here.")))
    return Cell(role=page.role)


def _outcomes(page: ServicePage) -> Cell:
    return Cell(
        tuple(Link(q.statement, note=_outcome_note(q)) for q in page.outcomes),
        empty=_("No outcome is recorded."),
        is_quoted=True,
    )


def _outcome_note(quotation: Quotation) -> str:
    who = [quotation.said_by, quotation.wanted_by.text if quotation.wanted_by else ""]
    parts = [", ".join(part for part in who if part)]
    measure = quotation.measure
    if measure:
        figures = " → ".join(part for part in (measure.baseline, measure.target) if part)
        unit = f" {measure.unit}" if measure.unit else ""
        parts.append(f"{measure.name}: {figures}{unit}" if figures else f"{measure.name}{unit}")
    return " · ".join(part for part in parts if part)


def _burdens(page: ServicePage) -> Cell:
    def lines(burden: Burden, off: str, on: str) -> list[Link]:
        return [Link(text, note=off) for text in burden.removed] + [
            Link(text, note=on) for text in burden.imposed
        ]

    found = lines(page.costs, _("cost taken off the customer"), _("cost put on the customer"))
    found += lines(page.risks, _("risk taken off the customer"), _("risk put on the customer"))
    return Cell(tuple(found), empty=_("No costs or risks are recorded."))


def _co_creation(page: ServicePage) -> Cell:
    both = page.co_creation
    said = (
        (both.provider, _("the provider contributes")),
        (both.customer, _("the customer contributes")),
        (both.provider_expects, _("the provider expects")),
        (both.customer_expects, _("the customer expects")),
    )
    return Cell(
        tuple(Link(text, note=who) for texts, who in said for text in texts),
        empty=_("Nothing is recorded of how both sides work together."),
    )


def _utility(page: ServicePage) -> Cell:
    lines = tuple(
        Link(row.statement, note=" · ".join(part for part in (row.word, row.channel) if part))
        for row in page.utility
    )
    return Cell(lines, empty=_("No requirement is recorded."))


def _channels(page: ServicePage) -> Cell:
    lines = tuple(Link(c.name, note=", ".join(c.features)) for c in page.channels)
    return Cell(lines, empty=_("No channel is recorded."))


def _promises(page: ServicePage) -> Cell:
    lines = tuple(Link(f"{p.name}: {p.promised}", note=p.word) for p in page.promises)
    return Cell(lines, empty=_("Nothing is promised."))


def _hours(page: ServicePage) -> Cell:
    lines = (Link(page.hours.summary, note=page.hours.zone),) if page.hours else ()
    return Cell(lines, empty=_("not agreed"))


def _people(page: ServicePage) -> Cell:
    def line(contact: Contact, note: str) -> Link:
        return Link(contact.name, contact.url, note)

    lines = [line(page.owner, _("owner"))] if page.owner else []
    lines += [line(contact, _("talk to")) for contact in page.co_creation.talk_to]
    lines += [line(contact, _("issues escalate to")) for contact in page.co_creation.escalate_to]
    return Cell(tuple(lines), empty=_("Nobody is named."))


def _rests_on(page: ServicePage) -> Cell:
    lines = tuple(
        replace(member.service, note=" · ".join(p for p in (member.provider, group.threshold) if p))
        for group in page.relies_on
        for member in group.members
    )
    return Cell(lines, empty=_("It rests on nothing that is written down."))


def _consumers(page: ServicePage) -> Cell:
    lines = [
        replace(row.organization, note=_known_as(row.known_as) or row.organization.note)
        for row in page.consumers
    ]
    if page.consumers_beyond:
        more = page.consumers_beyond.number
        lines.append(Link(ngettext("{n} more", "{n} more", more).format(n=more)))
    return Cell(tuple(lines), empty=_("Nobody consumes it."))


def _known_as(name: str) -> str:
    return _("calls it “{name}”").format(name=name) if name else ""


def _reliants(page: ServicePage) -> Cell:
    return Cell(page.relied_on_by, empty=_("None that may be seen from here."))


def _own_reliants(page: ServicePage, side: CustomerSide) -> Cell:
    lines = page.relied_on_by
    if side.unnamed:
        words = ngettext(
            "{n} service of theirs, known by number alone",
            "{n} services of theirs, known by number alone",
            side.unnamed,
        )
        lines = (*lines, Link(words.format(n=side.unnamed)))
    return Cell(lines, empty=_("None that may be seen from here."))


def _counted_only(page: ServicePage | None) -> Cell:
    if page is not None and page.relied_on_by:
        return Cell(unseen=say(_("How many of your services rely on it, and not which.")))
    return Cell(unseen=say(_("The provider does not show this to its customers.")))


def _record(page: ServicePage) -> Cell:
    lines = [Link(chip.text, chip.url) for chip in page.chips]
    if page.history_url:
        lines.append(Link(_("its history"), page.history_url))
    lines.append(Link(_("its findings"), f"{addresses.service(page.reference)}#findings"))
    return Cell(tuple(lines))


def answer_of(found: Perspectives, differing: int) -> Sentence:
    """The first sentence: that it is one record, and how far the sides read it differently."""
    side = found.customer
    provider = organization_link(found.own.provider)
    if side is None:
        return say(_("{provider} provides it, and nobody consumes it yet."), provider=provider)
    words = ngettext(
        "One record, seen by {provider} and by {customer}: they read {n} thing differently.",
        "One record, seen by {provider} and by {customer}: they read {n} things differently.",
        differing,
    )
    customer = organization_link(side.organization)
    return say(words, provider=provider, customer=customer, n=differing)
