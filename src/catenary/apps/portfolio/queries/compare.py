"""The same service as its provider sees it and as one of its customers sees it, from one record.

Neither side is a copy: each is what `service_view` answers whoever stands there. What a customer's
side shows is asked with the eyes of a member of the customer and nothing else; what the asker may
not know of the customer is then left out, never added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from catenary.apps.organizations.queries import OrganizationRow, viewpoint_of
from catenary.apps.portfolio.models import Consumption
from catenary.apps.portfolio.queries.records import TODAY, Records
from catenary.apps.portfolio.queries.service import HIDDEN, GroupView, ServiceView, service_view
from catenary.domain.actors import Actor, MembershipFact, Viewpoint
from catenary.domain.documents.shapes import Role

#: So many customers are offered for choosing; with more, the others are found by their address.
_CUSTOMERS = 50


@dataclass(frozen=True, slots=True)
class CustomerSide:
    """What a customer sees of the service: the view of a member of ``organization``, less what
    the asker may not know; absent when the service is restricted at home and so is not there
    for them. ``unnamed`` counts the customer's services that rely on it and stay theirs."""

    organization: OrganizationRow
    view: ServiceView | None
    unnamed: int = 0


@dataclass(frozen=True, slots=True)
class Perspectives:
    """Both sides of one service, and the ``own`` view of whoever asks. ``provider`` is absent for
    somebody of another top organization: that side is not theirs to read. ``customer`` is absent
    while nobody consumes it. ``customers`` are those one may choose among, in tree order."""

    own: ServiceView
    provider: ServiceView | None
    customer: CustomerSide | None
    customers: tuple[OrganizationRow, ...]


def perspectives(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    reference: str,
    customer: str = "",
    records: Records = TODAY,
) -> Perspectives | None:
    """Both sides, as far as the actor may see them from the viewpoint.

    ``customer`` is the key of one of the customers; empty for the one that stands nearest. None
    when there is no such service, or no such customer of it, that the actor may see.
    """
    own = service_view(actor=actor, viewpoint=viewpoint, reference=reference, records=records)
    if own is None:
        return None
    consumers = consumers_of(own.id, None if own.is_inside else viewpoint.root_id, records)
    chosen = nearest(consumers, customer, viewpoint)
    if customer and chosen is None:
        return None
    shown = tuple(consumers[:_CUSTOMERS])
    if not own.is_inside:
        number = viewpoint.organization_id
        here = records.organizations_by_id([number])[number]
        return Perspectives(own, None, CustomerSide(chosen or here, own), shown)
    there = viewpoint_of(actor, own.provider.key)
    provider = own
    if there is not None and there != viewpoint:
        seen = service_view(actor=actor, viewpoint=there, reference=reference, records=records)
        # Who provided it then may have left the house since, and sees no more of it than others.
        provider = seen if seen is not None and seen.is_inside else own
    side = _customer_side(provider, chosen, records) if chosen else None
    return Perspectives(own, provider, side, shown)


def consumers_of(
    service_id: int, root_id: int | None, records: Records = TODAY
) -> list[OrganizationRow]:
    """The organizations that consume a service, in tree order; with ``root_id`` only those of
    one top organization."""
    if records.at is not None:
        then = records.consumption([service_id], root_id)
        named = records.organizations_by_id({row.consumer_id for row in then})
        return [named[number] for number in dict.fromkeys(row.consumer_id for row in then)]
    rows = Consumption.objects.filter(service_id=service_id, ends_at__isnull=True)
    if root_id is not None:
        rows = rows.filter(consumer_root_id=root_id)
    found = rows.order_by("consumer_path", "pk").values_list(
        "consumer_id",
        "consumer__key",
        "consumer__name",
        "consumer__path",
        "consumer__root_id",
        "consumer__parent_id",
    )
    # More than one kind of right may say that an organization consumes it.
    return list(dict.fromkeys(OrganizationRow(*row) for row in found))


def nearest(
    consumers: Sequence[OrganizationRow], key: str, viewpoint: Viewpoint
) -> OrganizationRow | None:
    """The consumer named; without a name the nearest one above the viewpoint, else the first
    below it, else the first."""
    if key:
        return next((row for row in consumers if row.key == key), None)
    above = [row for row in consumers if viewpoint.path.startswith(row.path)]
    below = [row for row in consumers if row.path.startswith(viewpoint.path)]
    return next(iter((*reversed(above), *below, *consumers)), None)


def eyes_of(organization: OrganizationRow, records: Records = TODAY) -> tuple[Actor, Viewpoint]:
    """Somebody who belongs to an organization and to nothing else, looking from there: what they
    are answered, everybody of that organization is answered."""
    root = records.organizations_by_id([organization.root_id])[organization.root_id]
    where = (organization.id, organization.key, organization.name, organization.path)
    fact = MembershipFact(*where, root.id, frozenset({Role.CUSTOMER}))
    viewpoint = Viewpoint(*where, root.id, root.key, root.name)
    return Actor(memberships=(fact,), door="compare"), viewpoint


def _customer_side(
    provider: ServiceView, organization: OrganizationRow, records: Records
) -> CustomerSide:
    """The customer's view, less what the asker does not read in the ``provider``'s."""
    theirs, there = eyes_of(organization, records)
    reference = provider.document.reference
    view = service_view(actor=theirs, viewpoint=there, reference=reference, records=records)
    if view is None:
        return CustomerSide(organization, None)
    known = {link.reference for link in provider.reliants}
    reliants = tuple(link for link in view.reliants if link.reference in known)
    groups = _in_both(view, provider)
    because = tuple(link for link in view.reasons.reliants if link.reference in known)
    return CustomerSide(
        organization,
        replace(
            view,
            reliants=reliants,
            reliant_count=len(reliants),
            reasons=replace(view.reasons, reliants=because, reliants_more=0),
            document=replace(view.document, relies_on=tuple(each.group for each in groups)),
            groups=groups,
            people={key: row for key, row in view.people.items() if key in provider.people},
            teams={key: row for key, row in view.teams.items() if key in provider.teams},
        ),
        # Of the customer's other services the provider knows how many rely on it, and no more.
        sum(n for row, n in provider.customer_reliants if row.root_id == organization.root_id),
    )


def _in_both(view: ServiceView, provider: ServiceView) -> tuple[GroupView, ...]:
    """What it rests on, as the customer sees it, with the names that the asker sees too."""
    if not view.is_inside:
        return ()
    found, unseen = [], 0
    for group, own in zip(view.groups, provider.groups, strict=True):
        members = tuple(
            member if theirs.link else theirs
            for member, theirs in zip(group.members, own.members, strict=True)
        )
        kept = {m.reference for m in group.members if m.link}
        kept -= {m.reference for m in own.members if m.link}
        named = []
        for said in group.group.members:
            if said.service in kept or said.service.startswith(HIDDEN):
                unseen += 1
                said = replace(said, service=f"{HIDDEN}{unseen}")
            named.append(said)
        found.append(
            replace(group, group=replace(group.group, members=tuple(named)), members=members)
        )
    return tuple(found)
