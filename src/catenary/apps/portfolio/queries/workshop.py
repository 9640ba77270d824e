"""The workshop of one service with one of its customers, as far as whoever asks sits there.

The provider's people sit at every table of their service, a customer's at their own. To everybody
else there is no table, and between customers there is nothing in common: every row is read by the
service *and* the consumer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet, Subquery

from catenary.apps.common.queries.prepared import Prepared
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries import Said, current_revision, revision_at, revisions_by_id
from catenary.apps.organizations.queries import (
    OrganizationRow,
    PersonRow,
    organizations_by_id,
    people_by_id,
)
from catenary.apps.portfolio.choices import SETTLING, AnswerKind
from catenary.apps.portfolio.models import (
    BlueprintAnswer,
    BlueprintConfirmation,
    BlueprintProposal,
    Service,
)
from catenary.apps.portfolio.policies import (
    may_define_service,
    may_speak_for_customer,
    may_speak_for_provider,
    stands_by,
)
from catenary.apps.portfolio.queries.compare import consumers_of, nearest
from catenary.apps.portfolio.queries.lookup import managed_services
from catenary.apps.portfolio.queries.past import records_at
from catenary.apps.portfolio.queries.records import TODAY
from catenary.apps.portfolio.queries.service import ServiceView, service_view
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.shapes import ServiceDocument
from catenary.domain.workshop.agreed import Difference, agreed_digest, differences
from catenary.domain.workshop.standing import Confirmation, Side, Standing, standing_of
from catenary.domain.workshop.suggestions import Act, Part, Suggestion


@dataclass(frozen=True, slots=True)
class Word:
    """Something said about a proposal."""

    side: Side
    kind: AnswerKind
    words: str
    person_id: int | None
    at: datetime
    change_id: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A suggestion on the table, who made it, and what was said about it, oldest first."""

    id: int
    side: Side
    suggestion: Suggestion
    person_id: int | None
    at: datetime
    words: tuple[Word, ...] = ()

    @property
    def settled(self) -> Word | None:
        """The word that settled it, if any."""
        return next((word for word in self.words if word.kind in SETTLING), None)

    @property
    def is_open(self) -> bool:
        """True while nobody accepted, declined or withdrew it."""
        return self.settled is None


@dataclass(frozen=True, slots=True)
class Table:
    """One service with one customer. ``side`` is the one the asker reads from; ``seats`` are the
    sides they may speak for; ``may_write`` says whether they may change the definition itself,
    and ``managed_by`` who manages it.

    ``version`` is the digest of the agreed part of what the service says now, in ``revision``;
    ``changed`` is how that differs from the version agreed on last. ``revisions`` are those that
    were confirmed, ``people`` everybody named, by number.
    """

    service_id: int
    view: ServiceView
    consumer: OrganizationRow
    side: Side
    seats: frozenset[Side]
    may_write: bool
    managed_by: str
    revision: Said
    version: str
    standing: Standing
    confirmations: tuple[Confirmation, ...]
    proposals: tuple[Proposal, ...]
    changed: tuple[Difference, ...]
    revisions: dict[int, Said]
    people: dict[int, PersonRow]

    @property
    def document(self) -> ServiceDocument:
        """What the service says, as the asker reads it."""
        return self.view.document

    @property
    def said(self) -> tuple[int, int, int]:
        """How many proposals, words on them and confirmations lie on the table."""
        words = sum(len(proposal.words) for proposal in self.proposals)
        return len(self.proposals), words, len(self.confirmations)

    @property
    def mark(self) -> str:
        """Changes whenever anything on the table does."""
        return "-".join(map(str, (self.revision.revision_id, *self.said)))


@dataclass(frozen=True, slots=True)
class Workshop:
    """The tables of a service that the asker may sit at: the customers of all, in tree order,
    and the one that is looked at (absent while nobody consumes the service)."""

    view: ServiceView
    customers: tuple[OrganizationRow, ...]
    standings: dict[int, Standing]
    table: Table | None


def workshop(
    *,
    actor: Actor,
    viewpoint: Viewpoint,
    reference: str,
    customer: str = "",
    at: datetime | None = None,
) -> Workshop | None:
    """The workshop of a service, at the table of ``customer`` (the nearest without a key), now or
    as it stood ``at`` a past moment: then nobody speaks there. None when there is none that the
    actor may sit at, which is the same answer as when there is no such service or customer."""
    records = TODAY if at is None else records_at(at)
    view = service_view(actor=actor, viewpoint=viewpoint, reference=reference, records=records)
    if view is None:
        return None
    at_home = _stand_by(actor, viewpoint, [view.provider], at) != []
    customers = tables_of(actor, viewpoint, view, at_home=at_home, at=at)
    chosen = nearest(customers, customer, viewpoint)
    if chosen is None and (customer or not at_home):
        return None
    revision = _revision(view.id, at)
    if revision is None:
        return None
    confirmed = confirmations_of(view.id, [row.id for row in customers], at)
    version = agreed_digest(revision.document)
    return Workshop(
        view,
        tuple(customers),
        {row.id: standing_of(confirmed.get(row.id, ()), version) for row in customers},
        _table(actor, viewpoint, view, chosen, at_home, revision, confirmed.get(chosen.id, ()), at)
        if chosen
        else None,
    )


def tables_of(
    actor: Actor,
    viewpoint: Viewpoint,
    view: ServiceView,
    *,
    at_home: bool,
    at: datetime | None = None,
) -> list[OrganizationRow]:
    """The customers at whose table of this service the actor may sit, in tree order."""
    records = TODAY if at is None else records_at(at)
    consumers = consumers_of(view.id, None if view.is_inside else viewpoint.root_id, records)
    return consumers if at_home else _stand_by(actor, viewpoint, consumers, at)


def standings(
    *, actor: Actor, viewpoint: Viewpoint, view: ServiceView, at: datetime | None = None
) -> list[tuple[OrganizationRow, Standing]] | None:
    """How the provider and each customer stand, or stood, whose table the actor may sit at; None
    when there is no workshop for them. ``view`` is of the same moment."""
    at_home = _stand_by(actor, viewpoint, [view.provider], at) != []
    customers = tables_of(actor, viewpoint, view, at_home=at_home, at=at)
    if not customers and not at_home:
        return None
    revision = _revision(view.id, at)
    version = agreed_digest(revision.document) if revision else ""
    confirmed = confirmations_of(view.id, [row.id for row in customers], at)
    return [(row, standing_of(confirmed.get(row.id, ()), version)) for row in customers]


def _stand_by(
    actor: Actor,
    viewpoint: Viewpoint,
    rows: Sequence[OrganizationRow],
    at: datetime | None,
) -> list[OrganizationRow]:
    """Those of these organizations that the actor stands by. Of the past it is the stricter of
    two answers: where they stood then, and where they stand today."""
    found = [row for row in rows if stands_by(actor, viewpoint, row.path, row.root_id)]
    if at is None or not found:
        return found
    today = organizations_by_id(row.id for row in found)
    return [
        row
        for row in found
        if (now := today.get(row.id)) and stands_by(actor, viewpoint, now.path, now.root_id)
    ]


def _revision(service_id: int, at: datetime | None) -> Said | None:
    if at is None:
        return current_revision(Kind.SERVICE, service_id)
    return revision_at(Kind.SERVICE, service_id, at)


def confirmations_of(
    service_id: int, consumer_ids: Iterable[int], at: datetime | None = None
) -> dict[int, tuple[Confirmation, ...]]:
    """Who confirmed what at the tables of these consumers, until ``at`` or now, oldest first, by
    consumer."""
    rows = (
        BlueprintConfirmation.objects.filter(service_id=service_id, **_until(at))
        .order_by("pk")
        .values_list(
            "consumer_id", "side", "version", "change__person_id", "change__at", "revision_id"
        )
    )
    wanted = set(consumer_ids)
    found: dict[int, tuple[Confirmation, ...]] = {}
    for consumer, side, version, person, at, revision in rows:
        if consumer in wanted:
            one = Confirmation(Side(side), version, person or 0, at, revision)
            found[consumer] = (*found.get(consumer, ()), one)
    return found


def said_at(reference: str, customer: str) -> tuple[int, int, int]:
    """How much has been said at a table (`Table.said`), whoever asks: one small query. Zeros
    where there is no such table."""
    counted = next(iter(_SAID_AT.rows(reference, customer)), (0, 0, 0))
    proposals, words, confirmations = (number or 0 for number in counted)
    return proposals, words, confirmations


def _count(rows: QuerySet[Any], of: str) -> Subquery:
    return Subquery(rows.order_by().values(of).annotate(n=Count("pk")).values("n"))


_SAID_AT = Prepared(
    lambda reference, customer: Service.objects.filter(reference=reference).values_list(
        _count(
            BlueprintProposal.objects.filter(service__reference=reference, consumer__key=customer),
            "service_id",
        ),
        _count(
            BlueprintAnswer.objects.filter(
                proposal__service__reference=reference, proposal__consumer__key=customer
            ),
            "proposal__service_id",
        ),
        _count(
            BlueprintConfirmation.objects.filter(
                service__reference=reference, consumer__key=customer
            ),
            "service_id",
        ),
    )
)


def proposals_behind(
    *, actor: Actor, viewpoint: Viewpoint, view: ServiceView, revisions: Iterable[int]
) -> dict[int, tuple[OrganizationRow, PersonRow | None]]:
    """Whose proposals made revisions of a service: the customer and the person, by the number
    of the revision. Only of tables at which the actor may sit; of others nothing is told."""
    rows = BlueprintAnswer.objects.filter(
        kind=str(AnswerKind.ACCEPTED),
        proposal__service_id=view.id,
        change__revisions__in=sorted(set(revisions)),
    ).values_list("change__revisions", "proposal__consumer_id", "proposal__change__person_id")
    found = list(rows)
    if not found:
        return {}
    at_home = stands_by(actor, viewpoint, view.provider.path, view.provider.root_id)
    tables = {row.id: row for row in tables_of(actor, viewpoint, view, at_home=at_home)}
    people = people_by_id(
        {person for _, _, person in found if person},
        {view.provider.root_id, *(row.root_id for row in tables.values())},
    )
    return {
        revision: (tables[consumer], people.get(person or 0))
        for revision, consumer, person in found
        if consumer in tables
    }


def _table(
    actor: Actor,
    viewpoint: Viewpoint,
    view: ServiceView,
    consumer: OrganizationRow,
    at_home: bool,
    revision: Said,
    confirmed: Sequence[Confirmation],
    at: datetime | None,
) -> Table:
    document = view.document
    version = agreed_digest(revision.document)
    standing = standing_of(confirmed, version)
    proposals = _proposals(view.id, consumer.id, at)
    revisions = revisions_by_id(c.revision for c in confirmed) if confirmed else {}
    changed: tuple[Difference, ...] = ()
    if standing.agreement is not None and not standing.is_current:
        then = revisions[standing.agreement.provider.revision]
        changed = differences(then.document, revision.document)
    side, seats = _seats(actor, viewpoint, view, consumer, at_home)
    if at is not None:
        seats = frozenset()
    managed = managed_services([document.reference]) if Side.PROVIDER in seats else {}
    named = {c.person_id for c in confirmed}
    named |= {p.person_id or 0 for p in proposals}
    named |= {word.person_id or 0 for p in proposals for word in p.words}
    return Table(
        service_id=view.id,
        view=view,
        consumer=consumer,
        side=side,
        seats=seats,
        may_write=Side.PROVIDER in seats and may_define_service(actor, view.provider.path),
        managed_by=managed[document.reference].managed_by if managed else "",
        revision=revision,
        version=version,
        standing=standing,
        confirmations=tuple(confirmed),
        proposals=proposals,
        changed=changed,
        revisions=revisions,
        people=people_by_id(named - {0}, {view.provider.root_id, consumer.root_id})
        if named - {0}
        else {},
    )


def _seats(
    actor: Actor,
    viewpoint: Viewpoint,
    view: ServiceView,
    consumer: OrganizationRow,
    at_home: bool,
) -> tuple[Side, frozenset[Side]]:
    """From which side the actor reads, and for which sides they may speak."""
    seats = set()
    owner = view.document.owner
    if at_home and may_speak_for_provider(actor, view.provider.path, owner):
        seats.add(Side.PROVIDER)
    by_customer = stands_by(actor, viewpoint, consumer.path, consumer.root_id)
    if by_customer and may_speak_for_customer(actor, consumer.path):
        seats.add(Side.CUSTOMER)
    if at_home and viewpoint.path.startswith(view.provider.path):
        side = Side.PROVIDER
    elif by_customer and viewpoint.path.startswith(consumer.path):
        side = Side.CUSTOMER
    else:
        side = Side.PROVIDER if at_home else Side.CUSTOMER
    return side, frozenset(seats)


def _until(at: datetime | None) -> dict[str, datetime]:
    return {} if at is None else {"change__at__lte": at}


def _proposals(service_id: int, consumer_id: int, at: datetime | None) -> tuple[Proposal, ...]:
    rows = (
        BlueprintProposal.objects.filter(
            service_id=service_id, consumer_id=consumer_id, **_until(at)
        )
        .order_by("pk")
        .values_list(
            "pk",
            "side",
            "part",
            "act",
            "subject",
            "before",
            "after",
            "change__person_id",
            "change__at",
        )
    )
    found = {
        pk: Proposal(
            pk,
            Side(side),
            Suggestion(Part(part), Act(act), subject, _value(before), _value(after)),
            person,
            at,
        )
        for pk, side, part, act, subject, before, after, person, at in rows
    }
    if not found:
        return ()
    answers = BlueprintAnswer.objects.filter(
        proposal__service_id=service_id, proposal__consumer_id=consumer_id, **_until(at)
    ).order_by("pk")
    for pk, side, kind, words, person, at, change in answers.values_list(
        "proposal_id",
        "side",
        "kind",
        "words",
        "change__person_id",
        "change__at",
        "change_id",
    ):
        if pk in found:
            word = Word(Side(side), AnswerKind(kind), words, person, at, change)
            found[pk] = replace(found[pk], words=(*found[pk].words, word))
    return tuple(found.values())


def _value(text: str) -> Any:
    return json.loads(text) if text else None
