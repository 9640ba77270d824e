"""What provider and customer do in a workshop, each as one act: one transaction, one change.

Proposing and confirming leave the definition alone. Writing a line in, as a provider's editor or
by accepting a proposal, goes through `amending.amend` like every change by hand: the line is
checked against what its writer saw, the definition against what was read in this transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from catenary.apps.common.operations import catalogue_change, waiting_turn
from catenary.apps.history.choices import Kind
from catenary.apps.history.operations import open_change
from catenary.apps.history.queries import current_revision
from catenary.apps.portfolio.choices import AnswerKind
from catenary.apps.portfolio.operations.workshop import (
    answer,
    as_seen,
    confirm,
    propose,
    refused,
    settled,
)
from catenary.apps.portfolio.queries.documents import service_documents
from catenary.apps.portfolio.queries.workshop import Proposal, Table, workshop
from catenary.domain.actors import BY_HAND, Actor, ChangeSet, Viewpoint
from catenary.domain.documents.plain import digest, service_to_plain
from catenary.domain.said import said
from catenary.domain.workshop.standing import Side
from catenary.domain.workshop.suggestions import Part, Suggestion, write_in
from catenary.exchange.catalogue.amending import Amendment, amend

#: Said of a change that wrote a proposal in; whose it was is told to those at the table.
BY_PROPOSAL = "from the workshop with a customer"


class NoTable(Exception):
    """There is no such workshop that the actor may sit at."""


class Desk:
    """The table of one service with one customer, as one actor sits at it."""

    def __init__(
        self, *, actor: Actor, viewpoint: Viewpoint, reference: str, customer: str
    ) -> None:
        self._actor = actor
        self._viewpoint = viewpoint
        self._reference = reference
        self._customer = customer

    @property
    def is_laid(self) -> bool:
        """True when something has been said or confirmed at this table. Raises `NoTable`."""
        table = self._table()
        return bool(table.proposals or table.confirmations)

    @property
    def version(self) -> str:
        """The version of the agreed part that the definition has now. Raises `NoTable`."""
        return self._table().version

    @property
    def latest(self) -> int:
        """The number of the latest proposal, 0 without one. Raises `NoTable`."""
        return max((proposal.id for proposal in self._table().proposals), default=0)

    def propose(self, *, side: Side, suggestion: Suggestion, seen: str, at: datetime) -> None:
        """Put a suggestion on the table; ``seen`` is the version its writer read. Raises
        `Refused`, `NoTable`, `CatalogueBusy`."""
        with self._act(at) as (table, change):
            propose(table=table, side=side, suggestion=suggestion, seen=seen, change=change)

    def answer(
        self, *, side: Side, number: int, kind: AnswerKind, words: str, at: datetime
    ) -> None:
        """Say something about a proposal, decline or withdraw it. Raises like `propose`."""
        if kind is AnswerKind.ACCEPTED:
            raise ValueError("a proposal is accepted with `accept`")
        with self._act(at) as (table, change):
            proposal = _of(table, number)
            answer(
                table=table,
                side=side,
                proposal=proposal,
                kind=kind,
                words=words,
                change=change,
            )

    def confirm(self, *, side: Side, version: str, at: datetime) -> None:
        """Confirm the version that was read. Raises like `propose`."""
        with self._act(at) as (table, change):
            confirm(table=table, side=side, version=version, change=change)

    def write(
        self, *, suggestion: Suggestion, seen: str, at: datetime, take_over: bool = False
    ) -> None:
        """Write a line into the definition at once, as an editor of the provider. ``seen`` is
        the version its writer read; an existing line must still be what it was there.

        Raises `Refused` (also when another source manages the service and it is not taken over),
        `Conflicts`, `NoTable`, `CatalogueBusy`.
        """
        with catalogue_change():
            table = self._table()
            if suggestion.part is Part.WORDS:
                raise refused(table, "words", said("words are said to the other side"))
            self._write_in(table, as_seen(table, suggestion, seen), "", "", at, take_over)

    def accept(self, *, number: int, words: str, at: datetime, take_over: bool = False) -> None:
        """Write a proposal into the definition and settle it, both or neither. A proposal of
        words alone is settled without writing anything. Raises like `write`."""
        with catalogue_change():
            table = self._table()
            proposal = _of(table, number)
            if not proposal.is_open:
                raise settled(table)
            wanted_by = table.consumer.key if proposal.side is Side.CUSTOMER else ""
            if proposal.suggestion.part is Part.WORDS:
                change = open_change(actor=self._actor, at=at, source=BY_HAND)
            else:
                if not table.may_write:
                    raise refused(table, "not-allowed", said("you may not change this definition"))
                change = self._write_in(
                    table, proposal.suggestion, wanted_by, BY_PROPOSAL, at, take_over
                )
            answer(
                table=table,
                side=Side.PROVIDER,
                proposal=proposal,
                kind=AnswerKind.ACCEPTED,
                words=words,
                change=change,
            )

    def _write_in(
        self,
        table: Table,
        suggestion: Suggestion,
        wanted_by: str,
        note: str,
        at: datetime,
        take_over: bool,
    ) -> ChangeSet:
        """Change the definition as it stands whole, not as the actor may read it."""
        document = service_documents([table.service_id])[table.service_id]
        now = digest(service_to_plain(document))
        amend(
            actor=self._actor,
            at=at,
            amendments=[
                Amendment(
                    "service",
                    self._reference,
                    write_in(document, suggestion, wanted_by=wanted_by),
                    expected=now,
                    # No line of a blueprint touches what the service relies on, some of which
                    # its editor may not see: it stays as it is.
                    kept=frozenset(m.service for g in document.relies_on for m in g.members),
                )
            ],
            note=note,
            take_over=take_over,
        )
        written = current_revision(Kind.SERVICE, table.service_id)
        assert written is not None
        return ChangeSet(id=written.change_id, actor=self._actor, at=at, source=BY_HAND)

    def _table(self) -> Table:
        found = workshop(
            actor=self._actor,
            viewpoint=self._viewpoint,
            reference=self._reference,
            customer=self._customer,
        )
        if found is None or found.table is None:
            raise NoTable
        return found.table

    @contextmanager
    def _act(self, at: datetime) -> Iterator[tuple[Table, ChangeSet]]:
        with waiting_turn():
            table = self._table()
            change = open_change(actor=self._actor, at=at, source=BY_HAND, note="workshop")
            yield table, change


def _of(table: Table, number: int) -> Proposal:
    proposal = next((p for p in table.proposals if p.id == number), None)
    if proposal is None:
        raise refused(table, "missing", said("there is no such proposal at this table"))
    return proposal
